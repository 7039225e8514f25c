"""Cypher made from the declared model: constraints, indexes, loading and emptying.

Labels, types and property names cannot be parameters in Cypher, so they are written into the text;
they come from :mod:`graph.model` alone, never from data, and every value is a parameter.
"""

from __future__ import annotations

from graph.model import NODES, RELATIONSHIPS, NodeShape, RelationshipShape

INDEXES: dict[str, tuple[str, str]] = {
    "mention_person": ("Mention", "person_id"),
    "incident_date": ("Incident", "date"),
    "incident_place": ("Incident", "place_id"),
    "person_birth": ("Person", "birth_date"),
    "address_access": ("Address", "access_id"),
}
"""Range indexes beyond the ids: name to label and property."""

NAMES_INDEX = "person_names"
"""The full-text index over names of persons and mentions."""

BUILD_LABEL = "Build"

MARKER_LABEL = "KintraceGraph"
"""The label of the one node that says whose this database is: made before anything else, kept by every publish."""


def id_of(label: str) -> str:
    """The property that holds a label's id: the first column of its table.

    >>> id_of("Incident")
    'event_id'
    """
    return NODES[label].table.key[0]


def definitions() -> list[str]:
    """Statements that make every constraint and index, doing nothing where one exists already."""
    unique = [
        f"CREATE CONSTRAINT {label.lower()}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.{id_of(label)} IS UNIQUE"
        for label in NODES
    ]
    build = f"CREATE CONSTRAINT build_id IF NOT EXISTS FOR (n:{BUILD_LABEL}) REQUIRE n.id IS UNIQUE"
    ranges = [
        f"CREATE RANGE INDEX {name} IF NOT EXISTS FOR (n:{label}) ON (n.{column})"
        for name, (label, column) in INDEXES.items()
    ]
    names = f"CREATE FULLTEXT INDEX {NAMES_INDEX} IF NOT EXISTS FOR (n:Person|Mention) ON EACH [n.name]"
    return [*unique, build, *ranges, names]


def load_nodes(shape: NodeShape) -> str:
    """One batch of nodes; ``$rows`` is a list of rows, each a list in the table's order of columns."""
    sets = _properties(shape.table.schema.names, first=0)
    return f"UNWIND $rows AS row CREATE (n:{shape.label} {{{sets}}})"


def load_relationships(shape: RelationshipShape) -> str:
    """One batch of relationships; a row's first two values are the ids of its ends."""
    sets = _properties(shape.table.schema.names[2:], first=2)
    return (
        "UNWIND $rows AS row "
        f"MATCH (a:{shape.start} {{{id_of(shape.start)}: row[0]}}) "
        f"MATCH (b:{shape.end} {{{id_of(shape.end)}: row[1]}}) "
        f"CREATE (a)-[r:{shape.type} {{{sets}}}]->(b)"
    )


def _properties(names: list[str], *, first: int) -> str:
    return ", ".join(f"{name}: row[{position}]" for position, name in enumerate(names, start=first))


def empty_relationships(type_: str, batch: int) -> str:
    """Delete every relationship of a type, ``batch`` to a transaction."""
    return f"MATCH ()-[r:{RELATIONSHIPS[type_].type}]->() CALL (r) {{ DELETE r }} IN TRANSACTIONS OF {batch:d} ROWS"


def empty_nodes(label: str, batch: int) -> str:
    """Delete every node of a label, with whatever hangs on it, ``batch`` to a transaction."""
    return f"MATCH (n:{NODES[label].label}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF {batch:d} ROWS"


def count_everything() -> str:
    """How many nodes each label and relationships each type has, as rows of ``name`` and ``n``.

    Each count stands alone in its WITH, because then Neo4j looks it up and counts nothing.
    """
    nodes = [f"MATCH (x:{label}) WITH count(x) AS n RETURN '{label}' AS name, n" for label in NODES]
    between = [f"MATCH ()-[x:{type_}]->() WITH count(x) AS n RETURN '{type_}' AS name, n" for type_ in RELATIONSHIPS]
    return " UNION ALL ".join([*nodes, *between])
