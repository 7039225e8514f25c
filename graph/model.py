"""The graph's model: one declaration for snapshot, Neo4j, documentation and tests.

Nodes and relationships are Arrow tables with a declared schema. The snapshot memory-maps them,
Neo4j loads them, the oracle in the tests reads them: nobody invents a column.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from linkage.tables import DAY, KNOWN, TEXT, VALID, TableShape


def _text(name: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, TEXT, nullable=nullable)


def _flag(name: str) -> pa.Field:
    return pa.field(name, pa.bool_(), nullable=False)


def _real(name: str) -> pa.Field:
    return pa.field(name, pa.float64(), nullable=False)


@dataclass(frozen=True, slots=True)
class NodeShape:
    """One label: its table, whose first column is the id."""

    label: str
    table: TableShape


@dataclass(frozen=True, slots=True)
class RelationshipShape:
    """One relationship type: its table, whose first two columns are the ids of start and end node."""

    type: str
    start: str
    end: str
    table: TableShape


def _node(label: str, meaning: str, *fields: pa.Field) -> NodeShape:
    return NodeShape(label, TableShape(label, pa.schema(list(fields)), (fields[0].name,), meaning))


def _relationship(type_: str, start: str, end: str, meaning: str, *fields: pa.Field) -> RelationshipShape:
    ends = [_text("start_id", nullable=False), _text("end_id", nullable=False)]
    shape = TableShape(type_, pa.schema([*ends, *fields]), ("start_id", "end_id"), meaning)
    return RelationshipShape(type_, start, end, shape)


NODES: dict[str, NodeShape] = {
    n.label: n
    for n in (
        _node(
            "Person",
            "A resolved person (entity); name, birth date and sex are those its mentions agree on best. `adult_from` "
            "is the 18th birthday (1 March after a 29 February); `held` says that the scope holds the person's whole "
            "family, so that its history may be asked; for others no event can count at any time.",
            _text("person_id", nullable=False),
            _text("name"),
            pa.field("birth_date", DAY),
            pa.field("deceased", DAY),
            _text("sex"),
            pa.field("mentions", pa.int64(), nullable=False),
            _flag("protected"),
            pa.field("adult_from", DAY),
            _flag("held"),
        ),
        _node(
            "Mention",
            "A person as one register row states them.",
            _text("record_id", nullable=False),
            _text("person_id", nullable=False),
            _text("name"),
            pa.field("birth_date", DAY),
            _text("sex"),
            _text("register", nullable=False),
            _text("district"),
            _text("extract", nullable=False),
            _text("source_row", nullable=False),
            *KNOWN,
            _flag("sealed"),
        ),
        _node(
            "Household",
            "Persons whose stays at one unit address overlap, over time.",
            _text("household_id", nullable=False),
            _text("address_id", nullable=False),
            *VALID,
        ),
        _node(
            "Address",
            "An address seen; `protected:...` stands for one sealed stay of one person and says nothing more.",
            _text("address_id", nullable=False),
            _text("access_id"),
            _text("label", nullable=False),
            _text("postcode"),
            _text("municipality"),
            _text("district"),
            _flag("unit"),
            _flag("hub"),
            _flag("sealed"),
        ),
        _node(
            "Incident",
            "One event, however many registers wrote it down. `date` is occurred, else reported; `domestic` "
            "is true if any record's category is; `place_id` is set where the place washed A or B to a unit.",
            _text("event_id", nullable=False),
            pa.field("date", DAY, nullable=False),
            _text("category", nullable=False),
            _flag("domestic"),
            _flag("counts"),
            _text("district"),
            _text("place_id"),
            _text("place_label"),
            _flag("verified"),
            _flag("sealed"),
        ),
        _node("District", "A police district.", _text("district", nullable=False)),
        _node(
            "Register",
            "A register that mentions or incidents were read from.",
            _text("register", nullable=False),
            _text("title"),
            _text("district"),
            _text("legal_basis"),
            _text("retention"),
        ),
    )
}
"""Node tables by label. `Incident.counts` is false for concerns and assessments, which are never events."""

RELATIONSHIPS: dict[str, RelationshipShape] = {
    r.type: r
    for r in (
        _relationship(
            "REFERS_TO",
            "Mention",
            "Person",
            "The link: this mention is that person, with match weight (bits) and probability.",
            _real("match_weight"),
            _real("probability"),
            *KNOWN,
        ),
        _relationship("STATED_IN", "Mention", "Register", "The mention's source."),
        _relationship(
            "INVOLVED_IN",
            "Person",
            "Incident",
            "A part played, as one record states it.",
            _text("incident_id", nullable=False),
            _text("record_id", nullable=False),
            _text("role", nullable=False),
            _text("stated_role"),
            _text("outcome"),
            _text("register", nullable=False),
            _real("probability"),
            *KNOWN,
        ),
        _relationship(
            "RECORDED_IN",
            "Incident",
            "Register",
            "One register's record of the event.",
            _text("incident_id", nullable=False),
            _text("journal_number"),
            _text("category", nullable=False),
            _text("code"),
            pa.field("occurred", DAY),
            pa.field("reported", DAY),
            _text("status"),
            _text("outcome"),
            _text("district"),
            _text("source_row", nullable=False),
            _text("reason", nullable=False),
            _flag("verified"),
            *KNOWN,
        ),
        _relationship("OCCURRED_AT", "Incident", "Address", "Where it happened.", _text("grade")),
        _relationship(
            "LIVED_AT",
            "Person",
            "Address",
            "A registered stay.",
            *VALID,
            _flag("unit"),
            _flag("hub"),
            _flag("sealed"),
            _text("record_id", nullable=False),
            _text("register", nullable=False),
            *KNOWN,
        ),
        _relationship(
            "LIVED_WITH",
            "Person",
            "Person",
            "A maximal interval of shared address (start id < end id); not certain at hubs, in foster care or at "
            "unknown units.",
            *VALID,
            _flag("certain"),
            *KNOWN,
        ),
        _relationship(
            "CHILD_OF",
            "Person",
            "Person",
            "Parent in law, holder of custody or foster parent (kind: parent, adoptive_parent, custody, "
            "foster_parent). From the `as_of` `hidden_from` on, an adoption hides the relation and what follows.",
            _text("kind", nullable=False),
            *VALID,
            _text("register", nullable=False),
            *KNOWN,
            pa.field("hidden_from", DAY, nullable=False),
        ),
        _relationship(
            "PARTNER_OF",
            "Person",
            "Person",
            "A couple (start id < end id; kind: spouse, partner).",
            _text("kind", nullable=False),
            *VALID,
            _text("register", nullable=False),
            *KNOWN,
        ),
        _relationship("MEMBER_OF", "Person", "Household", "Household membership.", *VALID, *KNOWN),
        _relationship("HOUSED_AT", "Household", "Address", "Where the household is."),
        _relationship("LIES_IN", "Address", "District", "The police district of an address."),
        _relationship("HELD_BY", "Register", "District", "The district that keeps a register."),
    )
}
"""Relationship tables by type."""

GraphTables = dict[str, pa.Table]
"""Every node and relationship table, by label or type."""


def check_graph(tables: GraphTables) -> GraphTables:
    """The tables, each checked against its shape and none missing.

    Raises:
        TableError: On the first table that is not as declared.
    """
    shapes = {**{k: n.table for k, n in NODES.items()}, **{k: r.table for k, r in RELATIONSHIPS.items()}}
    return {name: shape.check(tables[name]) for name, shape in shapes.items()}
