"""Where a protected person hides does not reach Neo4j: two worlds leave the same contents in a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.model import NODES, RELATIONSHIPS
from graph.neo4j import Connection, Server, ServerSettings, publish
from graph.neo4j.connection import open_driver
from graph.neo4j.settings import FREE_PORT
from kintrace.pipeline import Run
from kintrace.pipeline.runs import build_id
from tests.app.hidden_places import EAST, NORTH, Country, choose_protected, hide
from tests.app.worlds import copy_world, rebuilt

pytestmark = pytest.mark.neo4j

EVERYTHING = (
    "MATCH (n) RETURN labels(n) AS what, properties(n) AS said, null AS start, null AS end",
    "MATCH (a)-[r]->(b) RETURN type(r) AS what, properties(r) AS said, properties(a) AS start, properties(b) AS end",
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    small = ServerSettings(bolt_port=FREE_PORT, http_port=FREE_PORT, heap_mb=768, page_cache_mb=128)
    server = Server(tmp_path_factory.mktemp("neo4j") / "home", os.environ, settings=small)
    yield server.up()
    server.down()


def contents(run: Run, connection: Connection) -> list[str]:
    """Everything the server holds after publishing a run, sorted."""
    tables = run.read_all("graph", [*NODES, *RELATIONSHIPS])
    publish(tables, connection, build=build_id(run), progress=lambda table, done, rows: None)
    with open_driver(connection) as driver:
        found = [record.data() for statement in EVERYTHING for record in driver.execute_query(statement).records]
    return sorted(repr(sorted(row.items(), key=str)) for row in found)


def test_two_worlds_leave_the_same_contents(country: Path, connection: Connection, tmp_path: Path) -> None:
    protected = choose_protected(Country(country), 3)
    held: list[list[str]] = []
    moved = 0
    for hiding in (NORTH, EAST):
        world = copy_world(country, tmp_path / str(len(held)) / "world")
        changed = Country(world)
        moved += hide(changed, protected, hiding)
        changed.write()
        held.append(contents(rebuilt(world), connection))
    assert moved > 0
    assert len(held[0]) > 1000
    assert held[0] == held[1]
