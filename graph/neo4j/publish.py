"""Publishing a graph to Neo4j: the whole of it replaces the whole of the former one.

The order makes an interruption visible. The ``Build`` node goes first, then the old content, then
the new content comes in, its counts are verified, and the new ``Build`` node is written last. Whoever
reads between the two finds no build and is refused (:func:`graph.neo4j.build.read_build`); publishing
again completes. Only labels and types of :mod:`graph.model` are touched, and those only in a database
that is empty of them or carries the marker of an earlier publish: another application's are not ours to delete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import neo4j
import pyarrow as pa

from graph.errors import Neo4jError
from graph.model import NODES, RELATIONSHIPS, GraphTables
from graph.neo4j import schema
from graph.neo4j.build import Build, content_hash, read_build, remove_build, write_build
from graph.neo4j.connection import Connection, open_driver
from graph.neo4j.schema import BUILD_LABEL, MARKER_LABEL
from graph.order import in_order

BATCH = 20_000
"""Rows to a transaction: large enough that the round trip does not count, small enough for a 1 GB heap."""

INDEX_SECONDS = 600

Progress = Callable[[str, int, int], None]
"""Called with the table's name, its rows done so far and its rows in all."""


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What was published: the build, and how many nodes and relationships the server holds of it."""

    build: Build
    nodes: int
    relationships: int


def publish(
    tables: GraphTables, connection: Connection, *, build: str, progress: Progress, batch: int = BATCH
) -> PublishReport:
    """Make the server hold exactly these tables, under the build id ``build``.

    Rows are loaded in the order of :func:`graph.order.in_order`, so that the same graph is written
    the same way. Null values are properties that are absent; dates are Neo4j dates, sentinels included.

    Raises:
        TableError: A table is not as declared.
        Neo4jError: The server cannot be reached or refuses; a relationship names a node that is not
            among the tables; the counts afterwards are not those of the tables; or the database holds
            our labels or types without our marker (nothing is touched then).
    """
    ordered = in_order(tables)
    counts = {name: table.num_rows for name, table in ordered.items()}
    made = Build(build, content_hash(ordered), counts)
    with open_driver(connection) as driver, driver.session(database=connection.database) as session:
        _claim(session)
        _define(session)
        remove_build(session)
        _empty(session, batch)
        for label, node in NODES.items():
            _load(session, label, ordered[label], schema.load_nodes(node), progress, batch=batch)
        for type_, relationship in RELATIONSHIPS.items():
            _load(session, type_, ordered[type_], schema.load_relationships(relationship), progress, batch=batch)
        _verify(session, counts)
        session.run("CALL db.awaitIndexes($seconds)", seconds=INDEX_SECONDS).consume()
        write_build(session, made)
    nodes = sum(counts[label] for label in NODES)
    return PublishReport(made, nodes, sum(counts[type_] for type_ in RELATIONSHIPS))


def published(connection: Connection) -> Build:
    """The build the server holds.

    Raises:
        Neo4jError: It holds none, or cannot be reached.
    """
    with (
        open_driver(connection) as driver,
        driver.session(database=connection.database, default_access_mode=neo4j.READ_ACCESS) as session,
    ):
        return read_build(session)


def _claim(session: neo4j.Session) -> None:
    """Mark the database as ours; refuse where what a publish would delete was not written by one.

    A build counts as a mark as well: it is the last thing a publish writes.
    """
    ours = f"""RETURN EXISTS {{ MATCH (:{MARKER_LABEL}) }}
        OR EXISTS {{ MATCH (b:{BUILD_LABEL}) WHERE b.content_hash IS NOT NULL AND b.counts IS NOT NULL }} AS ours"""
    if not session.run(ours).single(strict=True)["ours"]:
        builds = session.run(f"MATCH (b:{BUILD_LABEL}) RETURN count(b) AS n").single(strict=True)["n"]
        held = sorted(name for name, n in {**_counts(session), BUILD_LABEL: builds}.items() if n)
        if held:
            problem = f"the server holds nodes of another application: {', '.join(held)}"
            raise Neo4jError(problem, hint="a publish would delete them; use an empty database")
    session.run(f"MERGE (:{MARKER_LABEL} {{id: 'graph'}})").consume()


def _define(session: neo4j.Session) -> None:
    for statement in schema.definitions():
        session.run(statement).consume()
    session.run("CALL db.awaitIndexes($seconds)", seconds=INDEX_SECONDS).consume()


def _empty(session: neo4j.Session, batch: int) -> None:
    """Remove the former content, relationships first: a node with many of them would fill a transaction."""
    held = _counts(session)
    for type_ in RELATIONSHIPS:
        if held[type_]:
            session.run(schema.empty_relationships(type_, batch)).consume()
    for label in NODES:
        if held[label]:
            session.run(schema.empty_nodes(label, batch)).consume()


def _load(
    session: neo4j.Session, name: str, table: pa.Table, statement: str, progress: Progress, *, batch: int
) -> None:
    done = 0
    for rows in _batches(table, batch):
        counters = session.run(statement, rows=rows).consume().counters
        made = counters.nodes_created if name in NODES else counters.relationships_created
        if made != len(rows):
            problem = f"{len(rows) - made} of {len(rows)} rows of {name} name a node that the graph does not hold"
            raise Neo4jError(problem, where=f"{name}, rows {done + 1} to {done + len(rows)}", hint="rebuild the run")
        done += len(rows)
        progress(name, done, table.num_rows)


def _batches(table: pa.Table, batch: int) -> Iterator[list[list[Any]]]:
    """The rows as lists, ``batch`` at a time."""
    for start in range(0, table.num_rows, batch):
        columns = [column.to_pylist() for column in table.slice(start, batch).columns]
        yield [list(row) for row in zip(*columns, strict=True)]


def _verify(session: neo4j.Session, expected: dict[str, int]) -> None:
    """Compare what the server counts with what was sent."""
    for name, found in _counts(session).items():
        if found != expected[name]:
            problem = f"Neo4j holds {found} of {name} after a load of {expected[name]}"
            raise Neo4jError(problem, hint="does another program write to this server? then publish again")


def _counts(session: neo4j.Session) -> dict[str, int]:
    """How many of each label and type the server holds."""
    return {record["name"]: record["n"] for record in session.run(schema.count_everything())}
