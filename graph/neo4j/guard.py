"""What a statement may do: read the graph, and nothing else.

Three walls, each enough for most attacks by itself. The server's own plan of the statement must be a
reading one without forbidden operators; the words of the statement must not call what the plan hides
(Neo4j does not show the operators inside a subquery of an expression); and the transaction is in read
access mode and rolled back. The first two are here; the third is in :mod:`graph.neo4j.cypher`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graph.errors import CypherRefusedError

PROCEDURES = frozenset(
    {
        "db.labels",
        "db.relationshipTypes",
        "db.propertyKeys",
        "db.index.fulltext.queryNodes",
        "db.schema.visualization",
        "db.schema.nodeTypeProperties",
        "db.schema.relTypeProperties",
    }
)
"""The procedures that may be called; all read, none reaches beyond the graph."""

NAMESPACES = frozenset({"date", "datetime", "localdatetime", "localtime", "time", "duration", "point", "vector"})
"""First words of the dotted functions that may be called; others come from plug-ins and may do anything."""

_PARAMETER_HINT = "pass such text as a parameter"
_NO_WRITE = "this gate only reads; the graph changes by `kintrace publish` alone"

_TOKEN = re.compile(
    r"""(?P<comment>//[^\r\n]*|/\*.*?\*/)
      |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      |(?P<quoted>`(?:[^`]|``)*`)
      |(?P<word>[^\W\d]\w*)
      |(?P<number>\d[\w.]*)
      |(?P<space>\s+)
      |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)


def check_words(statement: str) -> None:
    """Refuse a statement whose words call what must not be called, wherever they stand.

    Comments are skipped and quoted names unquoted first. Unicode escapes are refused outright: Neo4j
    resolves them before it reads the statement, so they could end a string or spell a keyword.

    Raises:
        CypherRefusedError: With the reason.

    >>> check_words("MATCH (p:Person) WHERE p.birth_date > date('2010-01-01') RETURN p")
    >>> check_words("RETURN [x IN [1] WHERE EXISTS { CALL `dbms`.listConfig() YIELD name RETURN name }]")
    Traceback (most recent call last):
        ...
    graph.errors.CypherRefusedError: the procedure dbms.listConfig is not on the list of those that read the graph
    """
    if re.search(r"\\u", statement, re.IGNORECASE):
        raise CypherRefusedError("the statement contains a unicode escape", hint=_PARAMETER_HINT)
    if "\0" in statement:
        raise CypherRefusedError("the statement contains a NUL character")
    tokens = list(_tokens(statement))
    for position, (kind, text) in enumerate(tokens):
        before = tokens[position - 1][1] if position else ""
        if kind not in {"word", "quoted"} or before in {".", "$"}:
            continue
        keyword = text.upper() if kind == "word" and before != ":" else ""
        after, following = tokens[position + 1] if position + 1 < len(tokens) else ("", "")
        if keyword == "LOAD" and following.upper() == "CSV":
            raise CypherRefusedError("LOAD CSV reads files and addresses outside the graph")
        if keyword == "USE" and after in {"word", "quoted"}:
            raise CypherRefusedError("USE names a graph; statements are about the published graph alone")
        if keyword == "CALL":
            _check_call(_dotted(tokens, position + 1))
        elif before.upper() != "CALL":
            _check_function(tokens, position)


def check_plan(query_type: str | None, plan: dict[str, Any] | None) -> None:
    """Refuse a statement that the server plans as anything but reading.

    ``query_type`` and ``plan`` are those of the driver's summary of ``EXPLAIN``.

    Raises:
        CypherRefusedError: With the reason.
    """
    for operator, details in _operators(plan or {}):
        if operator == "LoadCSV":
            raise CypherRefusedError("LOAD CSV reads files and addresses outside the graph")
        if operator == "ProcedureCall":
            _check_call(details.split("(", 1)[0].replace("`", "").strip())
        if operator.startswith(("Show", "Terminate")) or "Administration" in operator or "System" in operator:
            raise CypherRefusedError("the statement looks at or steers the server, not the graph", hint=_NO_WRITE)
        if "Transaction" in operator:
            raise CypherRefusedError("the statement steers transactions of its own", hint=_NO_WRITE)
    if query_type == "s":
        raise CypherRefusedError("the statement changes or shows the server's set-up", hint=_NO_WRITE)
    if query_type != "r" or plan is None:
        raise CypherRefusedError("the statement is a write", hint=_NO_WRITE)


def _check_call(name: str) -> None:
    if name and name not in PROCEDURES:
        raise CypherRefusedError(f"the procedure {name} is not on the list of those that read the graph")


def _check_function(tokens: list[tuple[str, str]], position: int) -> None:
    """Refuse a call of a dotted function outside the built-in namespaces."""
    name = _dotted(tokens, position)
    length = 2 * name.count(".") + 1
    called = tokens[position + length : position + length + 1]
    if "." in name and called and called[0][1] == "(" and name.split(".", 1)[0].lower() not in NAMESPACES:
        raise CypherRefusedError(f"the function {name} is not one of Cypher's own")


def _dotted(tokens: list[tuple[str, str]], position: int) -> str:
    """The dotted name that starts at a position, unquoted; empty where none does."""
    parts: list[str] = []
    while position < len(tokens) and tokens[position][0] in {"word", "quoted"}:
        parts.append(tokens[position][1])
        if position + 1 >= len(tokens) or tokens[position + 1][1] != ".":
            break
        position += 2
    return ".".join(parts)


def _tokens(statement: str) -> Iterator[tuple[str, str]]:
    """Kind and text of everything but blanks and comments."""
    for found in _TOKEN.finditer(statement):
        kind = found.lastgroup or "mark"
        text = found.group()
        if kind in {"space", "comment"}:
            continue
        yield kind, text[1:-1].replace("``", "`") if kind == "quoted" else text


def _operators(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Operator and details of every step of a plan."""
    if plan:
        details = str((plan.get("args") or {}).get("Details") or "")
        yield str(plan.get("operatorType", "")).split("@", 1)[0], details
        for child in plan.get("children") or ():
            yield from _operators(child)
