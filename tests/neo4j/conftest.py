"""One real server for the whole run: its own home, free ports, the machine's cache of jars."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.model import GraphTables
from graph.neo4j import Connection, Server, ServerSettings, publish
from graph.neo4j.settings import FREE_PORT
from graph.snapshot import Snapshot, write_snapshot
from tests.neo4j.street import street

SMALL = ServerSettings(bolt_port=FREE_PORT, http_port=FREE_PORT, heap_mb=768, page_cache_mb=128)


def silent(_table: str, _done: int, _rows: int) -> None:
    """A progress callback for runs nobody watches."""


@dataclass(frozen=True, slots=True)
class Twins:
    """One graph in both stores."""

    tables: GraphTables
    snapshot: Snapshot
    connection: Connection


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("neo4j") / "home", os.environ, settings=SMALL)
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="session")
def connection(server: Server) -> Connection:
    return server.connection()


@pytest.fixture(scope="session")
def big_street() -> GraphTables:
    """Five hundred random towns side by side, made once."""
    return street(500)


@pytest.fixture(scope="module")
def twins(connection: Connection, big_street: GraphTables, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """The big street published to the server and written as a snapshot."""
    folder = Path(tmp_path_factory.mktemp("twins")) / "snapshot"
    write_snapshot(big_street, folder)
    publish(big_street, connection, build="street", progress=silent)
    return Twins(big_street, Snapshot.open(folder), connection)
