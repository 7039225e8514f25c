"""The named queries: every one is documented, declares what it uses, and speaks the vocabulary."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from graph.errors import Neo4jError
from graph.model import NODES, RELATIONSHIPS
from graph.neo4j.catalogue import Query, catalogue, parse, query, used_parameters
from graph.neo4j.guard import check_words
from linkage.vocabulary import COUNTED_ROLES, ONLOOKER_ROLES, OWN_ROLES, Role

QUERIES = list(catalogue().values())


def each_query() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("one", QUERIES, ids=[q.name for q in QUERIES])


def test_the_core_queries_are_there() -> None:
    assert {"family_history", "focus_persons", "earlier_districts"} <= set(catalogue())


@each_query()
def test_declared_parameters_are_those_used(one: Query) -> None:
    assert used_parameters(one.text) == {p.name for p in one.parameters}


@each_query()
def test_example_asks_this_query_with_sound_parameters(one: Query) -> None:
    assert one.example.startswith(f"kintrace cypher {one.name} ")
    stated = dict(re.findall(r"-p (\w+)=(\S+)", one.example))
    assert one.bind(stated, own_roles=False).keys() == {p.name for p in one.parameters}


@each_query()
def test_text_is_a_single_reading_statement(one: Query) -> None:
    code = "\n".join(line for line in one.text.splitlines() if not line.lstrip().startswith("//"))
    assert ";" not in code
    assert not re.search(r"\b(CREATE|MERGE|DELETE|SET|REMOVE|CALL|LOAD)\b", code)
    assert "ORDER BY" in code.rsplit("RETURN", 1)[1]
    check_words(one.text)


@each_query()
def test_names_are_those_of_the_model(one: Query) -> None:
    labels = set(re.findall(r"\(\w*:(\w+)", one.text))
    types = set(re.findall(r"\[\w*:(\w+)", one.text))
    assert labels <= set(NODES)
    assert types <= set(RELATIONSHIPS)


def test_roles_are_those_of_the_vocabulary() -> None:
    def listed(name: str, variable: str) -> set[str]:
        found = re.search(rf"\[([^\[\]]*)\]\s+AS {variable}\b", query(name).text)
        assert found
        return set(re.findall(r"'(\w+)'", found.group(1)))

    assert listed("family_history", "own") == listed("focus_persons", "own") == OWN_ROLES
    assert listed("family_history", "counted") == COUNTED_ROLES
    assert listed("family_history", "onlooker") == ONLOOKER_ROLES
    assert listed("focus_persons", "parts") == COUNTED_ROLES | {Role.SUBJECT_OF_NOTIFICATION}


def test_parameters_are_typed_and_the_separate_right_comes_from_the_grant() -> None:
    bound = query("family_history").bind({"child": "p", "as_of": "2024-02-29"}, own_roles=False)
    assert bound == {"child": "p", "as_of": dt.date(2024, 2, 29), "known_at": None, "own_roles": False}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"child": "p"}, "needs: as_of"),
        ({"child": "p", "as_of": "2024-02-30"}, "as_of is no date"),
        ({"child": 7, "as_of": "2024-02-28"}, "child must be a text"),
        ({"child": "p", "as_of": "2024-02-28", "own_roles": True}, "unknown parameters: own_roles"),
    ],
)
def test_wrong_parameters_are_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(Neo4jError, match=said):
        query("family_history").bind(values, own_roles=False)


def test_an_unknown_query_names_those_there_are() -> None:
    with pytest.raises(Neo4jError, match=r"there are: .*family_history"):
        query("family_histroy")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MATCH (n) RETURN n", "the header lacks purpose"),
        ("// purpose: a\n// parameters: child\n// cost: b\n// example: c\nRETURN 1", "cannot read the parameter"),
    ],
)
def test_a_query_without_a_sound_header_is_refused(text: str, said: str) -> None:
    with pytest.raises(Neo4jError, match=said):
        parse("x", text)
