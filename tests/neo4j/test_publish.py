"""A publish replaces the whole graph, says so last, and is never mistaken for whole when it is not."""

from __future__ import annotations

import datetime as dt
import json
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from graph.errors import Neo4jError
from graph.grant import demo_grant
from graph.model import NODES, RELATIONSHIPS, GraphTables
from graph.neo4j import Connection, publish, published, run_cypher
from graph.neo4j.build import content_hash
from graph.neo4j.connection import open_driver
from graph.neo4j.schema import id_of
from graph.order import in_order
from tests.graph.towns import town
from tests.neo4j.conftest import silent

pytestmark = pytest.mark.neo4j

TODAY = dt.date(2026, 1, 1)
ROOT = Path(__file__).resolve().parents[2]

KILLED_HALFWAY = """
import os, random, signal, sys
from pathlib import Path
from graph.neo4j import Connection, publish
from tests.graph.towns import town

def progress(table, done, rows):
    if table == "LIVED_AT":
        os.kill(os.getpid(), signal.SIGKILL)

connection = Connection(sys.argv[1], "neo4j", Path(sys.argv[2]))
publish(town(random.Random(5)), connection, build="half", progress=progress)
"""


def small(seed: int) -> GraphTables:
    return town(random.Random(seed), people=9, events=12)  # noqa: S311


def held(connection: Connection, statement: str) -> list[list[Any]]:
    """Rows of a reading statement, straight from the driver, as text where they are no numbers."""
    with open_driver(connection) as driver:
        return [list(record.values()) for record in driver.execute_query(statement).records]


def bag(rows: list[dict[str, Any]]) -> Counter[str]:
    """Rows as a multiset, absent and null values alike, days as text."""
    return Counter(json.dumps({k: str(v) for k, v in row.items() if v is not None}, sort_keys=True) for row in rows)


def test_every_row_arrives_with_its_properties(connection: Connection) -> None:
    tables = small(1)
    report = publish(tables, connection, build="one", progress=silent)
    assert report.nodes == sum(tables[label].num_rows for label in NODES)
    for label in NODES:
        rows = held(connection, f"MATCH (n:{label}) RETURN properties(n)")
        assert bag([row[0] for row in rows]) == bag(tables[label].to_pylist()), label
    for type_, shape in RELATIONSHIPS.items():
        ends = f"{{start_id: a.{id_of(shape.start)}, end_id: b.{id_of(shape.end)}}}"
        rows = held(connection, f"MATCH (a:{shape.start})-[r:{type_}]->(b:{shape.end}) RETURN {ends}, properties(r)")
        assert bag([{**end, **properties} for end, properties in rows]) == bag(tables[type_].to_pylist()), type_


def test_a_publish_replaces_the_former_and_leaves_strangers_alone(connection: Connection) -> None:
    with open_driver(connection) as driver:
        driver.execute_query("CREATE (:Stranger {n: 1})")
    publish(small(2), connection, build="two", progress=silent)
    tables = small(3)
    report = publish(tables, connection, build="three", progress=silent, batch=7)
    assert published(connection) == report.build
    assert report.build.id == "three"
    assert report.build.counts == {name: tables[name].num_rows for name in tables}
    assert held(connection, "MATCH (b:Build) RETURN count(b)") == [[1]]
    assert held(connection, "MATCH (s:Stranger) RETURN count(s)") == [[1]]
    people = held(connection, "MATCH (p:Person) RETURN p.person_id ORDER BY p.person_id")
    assert [row[0] for row in people] == tables["Person"].column("person_id").to_pylist()
    with open_driver(connection) as driver:
        driver.execute_query("MATCH (s:Stranger) DELETE s")


def rewrite(connection: Connection, *statements: str) -> None:
    """Run writing statements straight on the driver."""
    with open_driver(connection) as driver:
        for statement in statements:
            driver.execute_query(statement)


@pytest.mark.parametrize(
    "strange",
    ["CREATE (:Person {n: 1})", "CREATE (:Build {n: 1})", "CREATE (:Stranger)-[:CHILD_OF {n: 1}]->(:Stranger)"],
)
def test_what_another_application_wrote_is_never_deleted(connection: Connection, strange: str) -> None:
    rewrite(connection, "MATCH (n) DETACH DELETE n", strange)
    with pytest.raises(Neo4jError, match=r"holds nodes of another application: .*use an empty database"):
        publish(small(2), connection, build="two", progress=silent)
    assert held(connection, "MATCH (n) WHERE n:KintraceGraph OR n.person_id IS NOT NULL RETURN count(n)") == [[0]]
    assert held(connection, "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN sum(n.n) + sum(r.n)") == [[1]]
    rewrite(connection, "MATCH (n) DETACH DELETE n")


def test_a_marked_database_takes_every_publish_and_keeps_one_mark(connection: Connection) -> None:
    rewrite(connection, "MATCH (n) DETACH DELETE n")
    for seed in (2, 3):
        publish(small(seed), connection, build=f"of {seed}", progress=silent)
        assert held(connection, "MATCH (m:KintraceGraph) RETURN count(m)") == [[1]]
        # As a publish leaves it that was killed: content and mark, no build.
        rewrite(connection, "MATCH (b:Build) DELETE b")
    report = publish(small(4), connection, build="whole", progress=silent)
    assert published(connection) == report.build
    assert "KintraceGraph" not in report.build.counts


def test_progress_counts_up_to_every_table(connection: Connection) -> None:
    seen: dict[str, tuple[int, int]] = {}
    tables = small(4)
    publish(tables, connection, build="four", progress=lambda name, done, rows: seen.update({name: (done, rows)}))
    assert seen == {name: (t.num_rows, t.num_rows) for name, t in tables.items() if t.num_rows}


def test_a_publish_killed_half_way_is_no_build(connection: Connection) -> None:
    publish(small(4), connection, build="before", progress=silent)
    command = [sys.executable, "-c", KILLED_HALFWAY, connection.uri, str(connection.password_file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert held(connection, "MATCH (p:Person) RETURN count(p) > 0") == [[True]]
    with pytest.raises(Neo4jError, match="no complete build"):
        published(connection)
    with pytest.raises(Neo4jError, match="no complete build"):
        run_cypher(connection, "MATCH (p:Person) RETURN p", {}, demo_grant(), today=TODAY)
    report = publish(small(5), connection, build="after", progress=silent)
    assert published(connection) == report.build


def test_a_relationship_to_nobody_stops_the_publish(connection: Connection) -> None:
    tables = small(6)
    row = {**tables["PARTNER_OF"].schema.empty_table().to_pydict(), **_partner("p00", "nobody")}
    broken = pa.Table.from_pylist([row], schema=tables["PARTNER_OF"].schema)
    with pytest.raises(Neo4jError, match="1 of 1 rows of PARTNER_OF name a node"):
        publish({**tables, "PARTNER_OF": broken}, connection, build="broken", progress=silent)
    with pytest.raises(Neo4jError, match="no complete build"):
        published(connection)


def _partner(left: str, right: str) -> dict[str, Any]:
    day = dt.date(2020, 1, 1)
    days = dict.fromkeys(("valid_from", "valid_to", "known_from", "known_to"), day)
    return {"start_id": left, "end_id": right, "kind": "spouse", "register": "cpr", **days}


def test_the_content_hash_knows_content_and_not_layout() -> None:
    tables = small(7)
    shuffled = {name: table.take(list(reversed(range(table.num_rows)))) for name, table in tables.items()}
    chunked = {name: pa.concat_tables([t.slice(0, 2), t.slice(2)]) for name, t in shuffled.items()}
    assert content_hash(in_order(chunked)) == content_hash(in_order(tables))
    assert content_hash(in_order(small(8))) != content_hash(in_order(tables))


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    with pytest.raises(Neo4jError, match=r"bolt://127\.0\.0\.1:1: .*neo4j status"):
        published(Connection("bolt://127.0.0.1:1", "neo4j", password))
    with pytest.raises(Neo4jError, match="no address"):
        published(Connection("ftp://127.0.0.1:1", "neo4j", password))
    with pytest.raises(Neo4jError, match="cannot be read"):
        published(Connection("bolt://127.0.0.1:1", "neo4j", tmp_path / "none"))


def test_a_wrong_password_is_named_and_not_shown(connection: Connection, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("wrong-secret")
    with pytest.raises(Neo4jError, match="refused the login") as refusal:
        published(Connection(connection.uri, "neo4j", password))
    assert "wrong-secret" not in str(refusal.value)
