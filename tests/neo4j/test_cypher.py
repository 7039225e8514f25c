"""Free statements on a real server: they read, and nothing they try changes or reaches anything."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.errors import CypherRefusedError, GrantError, Neo4jError
from graph.grant import demo_grant
from graph.neo4j import Connection, Reader, Server, open_reader, publish, run_cypher
from graph.neo4j.connection import open_driver
from tests.graph.towns import town
from tests.neo4j.conftest import silent

pytestmark = pytest.mark.neo4j

TODAY = dt.date(2026, 1, 1)
ROOT = Path(__file__).resolve().parents[2]

LOGGING = """
import logging, sys
from pathlib import Path
from graph.neo4j import Connection
from graph.neo4j.connection import open_driver

logging.basicConfig()
with open_driver(Connection(sys.argv[1], "neo4j", Path(sys.argv[2]))):
    logging.getLogger("neo4j.io").error("raw line of the driver")
    logging.getLogger("other").warning("line of another")
"""

WRITES = [
    "CREATE (n:Person {person_id: 'x'})",
    "create (n)",
    "/* MATCH (n) RETURN n */ CREATE (n)",
    "// MATCH (n) RETURN n\nCREATE (n)",
    "CYPHER 5 CREATE (n)",
    "CYPHER runtime=slotted CREATE (n)",
    "EXPLAIN CREATE (n)",
    "INSERT (n:Person)",
    "MERGE (n:Sly) RETURN n",
    "MATCH (n:Person) SET n.name = 'x'",
    "MATCH (n:Person) SET n:Sly RETURN n",
    "MATCH (n:Person) REMOVE n.name RETURN n",
    "MATCH (n) DETACH DELETE n",
    "FOREACH (x IN [1] | CREATE (n))",
    "MATCH (n:Person) CALL (n) { SET n.sly = 1 } RETURN n",
    "MATCH (n) WITH n LIMIT 1 CALL (n) { WITH n DETACH DELETE n }",
    "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10 ROWS",
    "MATCH (n:Person) RETURN n UNION MATCH (n:Person) SET n.sly = 1 RETURN n",
    "CALL { CREATE (n) RETURN n } RETURN n",
]

SERVER = [
    "CREATE INDEX sly FOR (n:Person) ON (n.sex)",
    "DROP CONSTRAINT person_id IF EXISTS",
    "CREATE CONSTRAINT FOR (n:Sly) REQUIRE n.x IS UNIQUE",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'bcdefghij'",
    "CREATE USER sly SET PASSWORD 'abcdefghij'",
    "DROP USER neo4j",
    "STOP DATABASE neo4j",
    "SHOW USERS",
    "SHOW DATABASES",
    "SHOW TRANSACTIONS",
    "SHOW SETTINGS",
    "SHOW INDEXES",
    "SHOW PROCEDURES YIELD name RETURN name",
    "SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message RETURN message",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
]

REACHING = [
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV FROM 'http://127.0.0.1:1/' AS line RETURN line",
    "RETURN COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line }",
    "CALL dbms.listConfig()",
    "CALL db.createLabel('Sly')",
    "CALL db.awaitIndexes(1)",
    "CALL db.clearQueryCaches()",
    "CALL tx.setMetaData({a: 1})",
    "CALL dbms.queryJmx('*:*')",
    "RETURN COLLECT { CALL dbms.listConfig() YIELD name RETURN name }",
    "RETURN [x IN [1] WHERE EXISTS { CALL dbms.listConfig() YIELD name RETURN name }]",
    "USE system SHOW USERS",
    "USE system MATCH (n) RETURN n",
    "CALL { USE system MATCH (n) RETURN n } RETURN n",
    "\\u0043REATE (n)",
    "RETURN '\\u0027 CREATE (n) //'",
]

UNSOUND = [
    "",
    "gibberish",
    "MATCH (n) RETURN n; CREATE (m)",
    "MATCH (n) RETURN n; MATCH (m) RETURN m",
    "PROFILE CREATE (n)",
    "EXPLAIN PROFILE CREATE (n)",
    "RETURN $missing",
    "RETURN 1/0",
]


@pytest.fixture(scope="module")
def reader(connection: Connection) -> Iterator[Reader]:
    publish(town(random.Random(11)), connection, build="small", progress=silent)  # noqa: S311
    with open_reader(connection) as made:
        yield made


@pytest.fixture
def unchanged(connection: Connection, reader: Reader) -> Iterator[None]:
    """Compare everything the server holds before and after the test."""
    before = contents(connection)
    yield
    assert contents(connection) == before


def contents(connection: Connection) -> list[list[str]]:
    """Every node and relationship with its properties, every index and every user."""
    statements = {
        "MATCH (n) RETURN labels(n) AS l, properties(n) AS p, elementId(n) AS i": connection.database,
        "MATCH ()-[r]->() RETURN type(r) AS l, properties(r) AS p, elementId(r) AS i": connection.database,
        "SHOW INDEXES YIELD name RETURN name": connection.database,
        "CALL db.labels() YIELD label RETURN label": connection.database,
        "SHOW USERS YIELD user RETURN user": "system",
    }
    with open_driver(connection) as driver:
        return [
            sorted(str(record.data()) for record in driver.execute_query(text, database_=database).records)
            for text, database in statements.items()
        ]


def test_a_statement_gives_columns_and_json_rows(reader: Reader) -> None:
    statement = "MATCH (p:Person {person_id: $id}) RETURN p.person_id AS id, p.birth_date AS born, p AS person"
    found = reader.run(statement, {"id": "p00"}, demo_grant(), today=TODAY)
    assert found.columns == ["id", "born", "person"]
    assert found.build == "small"
    assert not found.truncated
    [row] = json.loads(json.dumps(found.records()))
    assert dt.date.fromisoformat(row["born"]).year in range(2003, 2020)
    assert row["person"]["labels"] == ["Person"]
    assert row["person"]["properties"]["birth_date"] == row["born"]


def test_sentinel_days_are_days(reader: Reader) -> None:
    statement = (
        "MATCH ()-[r:LIVED_WITH]->() WHERE r.known_to = date('9999-12-31') AND r.known_from = date('0001-01-01') "
        "RETURN DISTINCT r.known_from, r.known_to"
    )
    assert reader.run(statement, {}, demo_grant(), today=TODAY).rows == [["0001-01-01", "9999-12-31"]]


def test_paths_and_relationships_are_json(reader: Reader) -> None:
    statement = "MATCH path = (:Mention {record_id: 'cpr:p00'})-[r:REFERS_TO]->(:Person) RETURN path, r"
    [[path, relationship]] = reader.run(statement, {}, demo_grant(), today=TODAY).rows
    assert [node["labels"] for node in path["nodes"]] == [["Mention"], ["Person"]]
    assert path["relationships"] == [relationship]
    assert relationship["type"] == "REFERS_TO"
    assert relationship["properties"]["match_weight"] == 12.5


def test_names_are_found_by_full_text(reader: Reader) -> None:
    statement = "CALL db.index.fulltext.queryNodes('person_names', $name) YIELD node RETURN count(node) > 0 AS found"
    assert reader.run(statement, {"name": "Navn"}, demo_grant(), today=TODAY).rows == [[True]]


@pytest.mark.usefixtures("unchanged")
def test_writes_are_refused_as_writes(reader: Reader) -> None:
    said = {}
    for statement in WRITES:
        with pytest.raises(CypherRefusedError) as refusal:
            reader.run(statement, {}, demo_grant(), today=TODAY)
        said[statement] = refusal.value.problem
    # Steering one's own transactions is named before writing in them is.
    assert {s for s, problem in said.items() if "is a write" not in problem} == {s for s in WRITES if "IN TRANS" in s}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("statement", [*SERVER, *REACHING])
def test_what_reaches_beyond_the_graph_is_refused(reader: Reader, statement: str) -> None:
    with pytest.raises((CypherRefusedError, Neo4jError)) as refusal:
        reader.run(statement, {}, demo_grant(), today=TODAY)
    # Community edition does not know every command; then it is the server that refuses.
    assert isinstance(refusal.value, CypherRefusedError) or "Unsupported administration" in str(refusal.value)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("statement", UNSOUND)
def test_unsound_statements_give_a_clear_error(reader: Reader, statement: str) -> None:
    with pytest.raises(Neo4jError, match="Neo4j refused the statement"):
        reader.run(statement, {}, demo_grant(), today=TODAY)


@pytest.mark.usefixtures("unchanged")
def test_a_write_that_slips_the_guard_meets_the_read_access_mode(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.neo4j.cypher.check_plan", lambda *_: None)
    with pytest.raises(CypherRefusedError, match="is a write"):
        reader.run("MATCH (n:Person) SET n.sly = 1", {}, demo_grant(), today=TODAY)


def test_rows_are_limited(reader: Reader) -> None:
    found = reader.run("UNWIND range(1, 1000) AS n RETURN n", {}, demo_grant(), today=TODAY, limit=10)
    assert found.rows == [[n] for n in range(1, 11)]
    assert found.truncated
    exact = reader.run("UNWIND range(1, 10) AS n RETURN n", {}, demo_grant(), today=TODAY, limit=10)
    assert not exact.truncated


def test_a_runaway_statement_is_stopped(reader: Reader) -> None:
    begin = time.monotonic()
    with pytest.raises(Neo4jError, match="stopped after 1 s"):
        reader.run("UNWIND range(1, 1000000000000) AS n RETURN count(n)", {}, demo_grant(), today=TODAY, timeout=1.0)
    assert time.monotonic() - begin < 15


@pytest.mark.parametrize(
    "statement",
    ["UNWIND range(1, 1000000000) AS n RETURN collect(n)", "RETURN size(reduce(s = 'x', i IN range(1, 40) | s + s))"],
)
def test_a_statement_that_wants_all_memory_harms_nobody(server: Server, reader: Reader, statement: str) -> None:
    before = server.status()
    with pytest.raises(Neo4jError, match=r"too much memory|stopped after"):
        reader.run(statement, {}, demo_grant(), today=TODAY)
    assert reader.run("RETURN 1", {}, demo_grant(), today=TODAY).rows == [[1]]
    assert server.status() == before


def test_an_answer_too_large_to_send_is_a_plain_error(
    server: Server, reader: Reader, capfd: pytest.CaptureFixture[str]
) -> None:
    before = server.status()
    with pytest.raises(Neo4jError, match=r"too much memory|the connection broke while the statement ran"):
        reader.run("RETURN range(1, 100000000)", {}, demo_grant(), today=TODAY)
    assert reader.run("RETURN 1", {}, demo_grant(), today=TODAY).rows == [[1]]
    assert server.status() == before
    assert capfd.readouterr() == ("", "")


def test_the_drivers_log_reaches_no_terminal(connection: Connection) -> None:
    # In a program of its own, because pytest listens to loggers that hand nothing on.
    command = [sys.executable, "-c", LOGGING, connection.uri, str(connection.password_file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == "WARNING:other:line of another\n"


def test_a_reader_of_one_build_answers_from_no_other(connection: Connection, reader: Reader) -> None:
    assert reader.run("RETURN 1", {}, demo_grant(), today=TODAY).build == "small"
    with (
        open_reader(connection, build="other") as other,
        pytest.raises(Neo4jError, match="holds build small, not other"),
    ):
        other.run("MATCH (p:Person) RETURN p", {}, demo_grant(), today=TODAY)


def test_a_grant_that_has_run_out_reads_nothing(connection: Connection) -> None:
    expired = dataclasses.replace(demo_grant(), valid_until=TODAY)
    with pytest.raises(GrantError, match="ran out"):
        run_cypher(connection, "RETURN 1", {}, expired, today=TODAY)


def test_parameters_that_neo4j_cannot_hold_are_refused(reader: Reader) -> None:
    for value in (object(), 2**70, {1: 2}):
        with pytest.raises(Neo4jError):
            reader.run("RETURN $x", {"x": value}, demo_grant(), today=TODAY)


def test_errors_do_not_repeat_the_statement(reader: Reader) -> None:
    with pytest.raises(Neo4jError) as refusal:
        reader.run("MATCH (p:Person {name: 'Hemmelig Person'}) RETURN p FROM", {}, demo_grant(), today=TODAY)
    assert "Hemmelig" not in str(refusal.value)
