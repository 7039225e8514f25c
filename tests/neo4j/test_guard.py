"""What the words and the plan of a statement give away, without a server."""

from __future__ import annotations

from typing import Any

import pytest

from graph.errors import CypherRefusedError
from graph.neo4j.guard import check_plan, check_words


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (p:Person) WHERE p.name = 'CALL dbms.listConfig()' RETURN p",
        "MATCH (p:Person) // CALL dbms.listConfig()\nRETURN p",
        "MATCH (p) /* LOAD CSV FROM 'x' */ RETURN p",
        'MATCH (p {name: "it\'s"}) RETURN p.load, p.call, p.use',
        "MATCH (`CALL x.y`) RETURN `CALL x.y`",
        "CALL db.labels() YIELD label RETURN label",
        "CALL `db`.`labels`",
        "MATCH (p) CALL (p) { MATCH (p)--(q) RETURN count(q) AS n } RETURN p, n",
        "CALL { MATCH (p) RETURN p } RETURN p",
        "RETURN date.truncate('month', date()) AS d, duration.between(date(), date()) AS e, point({x: 1, y: 2})",
        "MATCH (p) USING INDEX p:Person(person_id) WHERE p.person_id = $id RETURN p",
        "RETURN 1 AS load",
    ],
)
def test_reading_words_pass(statement: str) -> None:
    check_words(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CALL dbms.listConfig()",
        "call DBMS.listConfig() yield name return name",
        "CALL/**/dbms . listConfig ( )",
        "CALL // sly\n dbms.listConfig()",
        "OPTIONAL CALL `dbms`.`listConfig`()",
        "RETURN [x IN [1] WHERE EXISTS { CALL dbms.listConfig() YIELD name RETURN name }]",
        "RETURN [x IN [1] WHERE EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l }]",
        "LOAD\n/* sly */ CSV FROM 'http://localhost/' AS l RETURN l",
        "USE system MATCH (n) RETURN n",
        "USE `system` RETURN 1",
        "CALL { USE system MATCH (n) RETURN n } RETURN n",
        "RETURN apoc.util.sleep(1)",
        "RETURN apoc . cypher . runFirstColumnSingle('CREATE (n)', {})",
        "RETURN `apoc`.x(1)",
        "RETURN '\\u0027' + x //",
        "\\U0043REATE (n)",
        "RETURN 'a\\' } CALL dbms.listConfig()",
        "RETURN 1 \0",
    ],
)
def test_reaching_words_are_refused(statement: str) -> None:
    with pytest.raises(CypherRefusedError):
        check_words(statement)


def plan(*operators: str, details: str = "") -> dict[str, Any]:
    """A plan of operators one below the other, as the driver gives it."""
    made: dict[str, Any] = {}
    for operator in reversed(operators):
        made = {"operatorType": f"{operator}@neo4j", "args": {"Details": details}, "children": [made] if made else []}
    return made


@pytest.mark.parametrize(
    ("query_type", "found", "said"),
    [
        ("w", plan("ProduceResults", "Create"), "is a write"),
        ("rw", plan("ProduceResults", "SetProperty"), "is a write"),
        (None, None, "is a write"),
        ("s", plan("CreateIndex"), "set-up"),
        ("s", plan("AdministrationCommand"), "steers the server"),
        ("r", plan("ProduceResults", "ShowTransactions"), "steers the server"),
        ("r", plan("ProduceResults", "Apply", "TerminateTransactions"), "steers the server"),
        ("r", plan("ProduceResults", "LoadCSV"), "LOAD CSV"),
        ("r", plan("ProduceResults", "TransactionForeach"), "transactions of its own"),
        ("r", plan("ProduceResults", "ProcedureCall", details="`db`.ping() :: (success :: BOOLEAN)"), "db.ping"),
    ],
)
def test_plans_that_do_more_than_read_are_refused(query_type: str | None, found: Any, said: str) -> None:
    with pytest.raises(CypherRefusedError, match=said):
        check_plan(query_type, found)


def test_reading_plans_pass() -> None:
    check_plan("r", plan("ProduceResults", "AllNodesScan"))
    check_plan("r", plan("ProduceResults", "ProcedureCall", details="db.labels() :: (label :: STRING)"))
