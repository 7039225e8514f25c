"""The ``Build`` node: written last and removed first, so that it is there only while the graph is whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import neo4j
import pyarrow as pa

from graph.errors import Neo4jError
from graph.model import GraphTables
from graph.neo4j.schema import BUILD_LABEL


@dataclass(frozen=True, slots=True)
class Build:
    """What the server holds: whose graph, which content, how many of each label and type."""

    id: str
    content_hash: str
    counts: dict[str, int] = field(default_factory=dict)


def content_hash(tables: GraphTables) -> str:
    """SHA-256 over every table's name and rows, in the order given.

    Tables must come from :func:`graph.order.in_order`, which lays equal rows out alike.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(name.encode())
        sink = pa.BufferOutputStream()
        table = tables[name].combine_chunks()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        digest.update(sink.getvalue())
    return digest.hexdigest()


def write_build(session: neo4j.Session, build: Build) -> None:
    """Declare the graph whole."""
    session.run(
        f"CREATE (b:{BUILD_LABEL} {{id: $id, content_hash: $hash, counts: $counts, complete: true}})",
        id=build.id,
        hash=build.content_hash,
        counts=json.dumps(build.counts, sort_keys=True),
    ).consume()


def remove_build(session: neo4j.Session) -> None:
    """Declare the graph not whole, before anything else changes."""
    session.run(f"MATCH (b:{BUILD_LABEL}) DETACH DELETE b").consume()


def read_build(source: neo4j.Session | neo4j.Transaction | neo4j.ManagedTransaction) -> Build:
    """The build that the server holds.

    Raises:
        Neo4jError: There is none, or not exactly one: nothing was published, or a publish was
            interrupted. What the server holds then is not a graph to answer from.
    """
    statement = (
        f"MATCH (b:{BUILD_LABEL}) WHERE b.complete RETURN b.id AS id, b.content_hash AS hash, b.counts AS counts"
    )
    found = list(source.run(statement))
    if len(found) != 1:
        raise Neo4jError(
            "Neo4j holds no complete build: nothing was published, or a publish was interrupted",
            hint="publish again: kintrace publish RUN --to neo4j",
        )
    counts = {str(name): int(n) for name, n in json.loads(found[0]["counts"]).items()}
    return Build(str(found[0]["id"]), str(found[0]["hash"]), counts)
