"""One real server for the whole run: its own home, free ports, the machine's cache of jars."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from graph.model import GraphTables
from graph.neo4j import Connection, Server, ServerSettings, publish
from graph.neo4j.process import free_ports
from graph.snapshot import Snapshot, write_snapshot
from tests.neo4j.street import street


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
    bolt, http = free_ports(2)  # fixed for the run, so that a restarted server is found again
    small = ServerSettings(bolt_port=bolt, http_port=http, heap_mb=768, page_cache_mb=128)
    made = Server(tmp_path_factory.mktemp("neo4j") / "home", os.environ, settings=small)
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="session")
def connection(server: Server) -> Connection:
    return server.up()


@pytest.fixture(scope="module")
def twins(connection: Connection, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """Some 250 random towns side by side, published to the server and written as a snapshot."""
    tables = street(255)
    folder = tmp_path_factory.mktemp("twins") / "snapshot"
    write_snapshot(tables, folder)
    publish(tables, connection, build="street", progress=silent)
    return Twins(tables, Snapshot.open(folder), connection)
