"""Values reach SQL and Cypher as bound parameters, never as text."""

from __future__ import annotations

import ast
import re

import pytest

from tests.project.statements import built_statements
from tests.project.tree import ROOT, modules, parse, place

REVIEWED = {
    "graph/projection/database.py": "a table's name, which only the projection's own code gives, before fixed SQL",
    "graph/neo4j/cypher.py": "a user's own statement behind EXPLAIN; its values are bound, and its plan decides",
}
"""Modules that must compose a statement, each with the reason why nothing can slip in."""


def test_statements_are_never_built_from_values() -> None:
    built = {place(path): lines for path in modules() if (lines := list(built_statements(parse(path))))}
    assert not {name: lines for name, lines in built.items() if name not in REVIEWED}
    assert REVIEWED.keys() <= built.keys(), "a review is of a module that no longer needs it"
    assert all(len(built[name]) == 1 for name in REVIEWED), "a review is of one statement"


@pytest.mark.parametrize(
    "code",
    [
        "con.execute('select ?', [x])",
        "con.execute(TABLES['a'])",
        "con.execute('select ' + 'one')",
        "con.execute(_COUNT.format(where='true'))",
        "which = 'a' if early else 'b'\ncon.execute(f'select {which}')",
        "def f(tx, text):\n    tx.run(text, id=1)",
    ],
)
def test_fixed_text_with_parameters_is_fine(code: str) -> None:
    assert not list(built_statements(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "con.execute(f'select {x}')",
        "con.execute('select %s' % x)",
        "con.execute('select {}'.format(x))",
        "con.execute('select ' + x)",
        "con.execute(_COUNT.replace('WHERE', x))",
        "def f(x):\n    text = f'match (n {{id: {x}}})'\n    tx.run(text)",
        "which = 'a'\nwhich = read()\ncon.execute(f'select {which}')",
        "for name in names:\n    con.execute(f'drop table {name}')",
    ],
)
def test_every_way_of_building_text_from_values_is_seen(code: str) -> None:
    assert list(built_statements(ast.parse(code)))


def test_queries_are_files_with_parameters() -> None:
    queries = sorted((ROOT / "graph" / "queries").glob("*.cypher"))
    assert not [place(path) for path in queries if re.search(r"%s|\{\{|\{\w+\}", path.read_text(encoding="utf-8"))]
