"""The declared shape of every table that crosses a package border.

Canonical tables are what loaders make of registers; resolution tables are what linkage makes of
them. Each is an Arrow schema with a key and a meaning, checked where it changes hands, so that a
wrong column is an error at the border and never a wrong answer behind it. Dates are ``date32`` and
intervals half-open with sentinels (:mod:`linkage.intervals`); ``known_from``/``known_to`` say when
we believed a row, ``valid_from``/``valid_to`` when it held.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from linkage.errors import TableError

TEXT = pa.string()
DAY = pa.date32()
IDENTIFIER = pa.struct([pa.field("type", TEXT, nullable=False), pa.field("value", TEXT, nullable=False)])

PROVENANCE = [
    pa.field("register", TEXT, nullable=False),
    pa.field("district", TEXT),
    pa.field("extract", TEXT, nullable=False),
    pa.field("source_row", TEXT, nullable=False),
    pa.field("known_from", DAY, nullable=False),
    pa.field("known_to", DAY, nullable=False),
    pa.field("sealed", pa.bool_(), nullable=False),
]
"""Where a row came from. ``source_row`` is the register's own key of the row, else its number.

A sealed row has ``register = "protected"``, ``extract = "protected"``, no district and a
``source_row`` made from its non-location content: nothing about it may tell where it was written.
"""

VALID = [pa.field("valid_from", DAY, nullable=False), pa.field("valid_to", DAY, nullable=False)]
KNOWN = [pa.field("known_from", DAY, nullable=False), pa.field("known_to", DAY, nullable=False)]

PLACE = [
    pa.field("street", TEXT),
    pa.field("house_number", TEXT),
    pa.field("floor", TEXT),
    pa.field("door", TEXT),
    pa.field("locality", TEXT),
    pa.field("postcode", TEXT),
    pa.field("city", TEXT),
    pa.field("municipality", TEXT),
    pa.field("address_id", TEXT),
    pa.field("access_id", TEXT),
    pa.field("grade", TEXT),
]
"""An address in parts, as read; ``address_id``, ``access_id`` and ``grade`` are filled by washing.

``municipality`` is the four-digit code; ``address_id`` names the unit (with floor and door where the
building has any), ``access_id`` the street door; ``grade`` is A, B or C, null before washing.
"""

PROTECTED_REGISTER = "protected"
"""Stands for the register, and the extract, of every sealed row."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """Name, schema, key and meaning of one table."""

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    meaning: str

    def empty(self) -> pa.Table:
        """A table of this shape without rows."""
        return self.schema.empty_table()

    def check(self, table: pa.Table) -> pa.Table:
        """The same table with its columns in declared order.

        Raises:
            TableError: A column is missing, undeclared or of the wrong type, or holds a null where
                the schema forbids it.

        >>> ENTITIES.check(pa.table({"record_id": ["a"]}))
        Traceback (most recent call last):
            ...
        linkage.errors.TableError: table entities: missing columns: entity_id (declared in linkage.tables)
        """
        where = f"table {self.name}"
        names = set(table.column_names)
        missing = [f.name for f in self.schema if f.name not in names]
        if missing:
            raise TableError(f"missing columns: {', '.join(missing)}", where=where, hint="declared in linkage.tables")
        extra = sorted(names - {f.name for f in self.schema})
        if extra:
            raise TableError(f"undeclared columns: {', '.join(extra)}", where=where, hint="declared in linkage.tables")
        table = table.select([f.name for f in self.schema])
        for field in self.schema:
            column = table.column(field.name)
            if column.type != field.type:
                raise TableError(f"column {field.name} is {column.type}, not {field.type}", where=where)
            if not field.nullable and column.null_count:
                raise TableError(f"column {field.name} holds {column.null_count} nulls", where=where)
        return table.cast(self.schema)


def _shape(name: str, key: str, fields: list[pa.Field], meaning: str) -> TableShape:
    return TableShape(name, pa.schema(fields), tuple(key.split()), meaning)


def _text(name: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, TEXT, nullable=nullable)


# ---------------------------------------------------------------- canonical: loaders → linkage, graph

REGISTERS = _shape(
    "registers",
    "register",
    [
        _text("register", nullable=False),
        _text("title"),
        _text("district"),
        _text("legal_basis"),
        _text("retention"),
        pa.field("synthetic", pa.bool_(), nullable=False),
        pa.field("one_record_per_person", pa.bool_(), nullable=False),
    ],
    "One row per register; `one_record_per_person` declares that no two of its mentions are one person.",
)

PERSONS = _shape(
    "persons",
    "record_id",
    [
        _text("record_id", nullable=False),
        _text("given"),
        _text("middle"),
        _text("surname"),
        pa.field("earlier_surnames", pa.list_(TEXT), nullable=False),
        pa.field("birth_date", DAY),
        _text("birth_precision"),
        _text("sex"),
        pa.field("deceased", DAY),
        pa.field("identifiers", pa.list_(IDENTIFIER), nullable=False),
        *PROVENANCE,
    ],
    "One mention: a person as one register row states them. `birth_precision` is day, month or year; `sex` is F or M.",
)

RESIDENCES = _shape(
    "residences",
    "record_id valid_from source_row",
    [_text("record_id", nullable=False), *PLACE, *VALID, _text("uncertainty", nullable=False), *PROVENANCE],
    "Where a mention lived. `uncertainty`: registered (a spell), from_only (a dated entry whose end is "
    "unknown), stated (an address given on one day: `valid_to` is the day after).",
)

RELATIONS = _shape(
    "relations",
    "record_id kind valid_from other_record",
    [
        _text("record_id", nullable=False),
        _text("kind", nullable=False),
        _text("other_record"),
        pa.field("other_identifier", IDENTIFIER),
        *VALID,
        *PROVENANCE,
    ],
    "`other` is the `kind` (parent, custody, spouse, ...) of `record_id`, named by record or identifier.",
)

INCIDENTS = _shape(
    "incidents",
    "incident_id",
    [
        _text("incident_id", nullable=False),
        _text("journal_number"),
        _text("journal_reference"),
        _text("category", nullable=False),
        _text("code"),
        pa.field("occurred", DAY),
        pa.field("reported", DAY),
        *PLACE,
        _text("status"),
        _text("outcome"),
        pa.field("verified", pa.bool_(), nullable=False),
        *PROVENANCE,
    ],
    "One register's record of something that happened. `journal_reference` is the journal number of "
    "another record of the same event, where the register states one.",
)

INVOLVEMENTS = _shape(
    "involvements",
    "incident_id record_id role",
    [
        _text("incident_id", nullable=False),
        _text("record_id", nullable=False),
        _text("role", nullable=False),
        _text("stated_role"),
        _text("outcome"),
        *PROVENANCE,
    ],
    "A mention's part in an incident: the canonical role and the register's own code for it.",
)

PROTECTIONS = _shape(
    "protections",
    "record_id kind valid_from",
    [_text("record_id", nullable=False), _text("kind", nullable=False), *VALID, *PROVENANCE],
    "Address protection of a mention: ordinary or special.",
)

STREETS = _shape(
    "streets",
    "street_id valid_from street postcode",
    [
        *(_text("street_id", nullable=False), _text("street", nullable=False)),
        *(_text("municipality"), _text("street_code"), _text("postcode"), *VALID, *PROVENANCE),
    ],
    "The names that streets have borne: rows of one `street_id` (register, municipality and street code) are one "
    "street. Washing reads old names by it. Public facts, so no row is ever sealed.",
)

REFUSED = _shape(
    "refused",
    "register file row column",
    [
        _text("register", nullable=False),
        _text("file", nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        _text("column"),
        _text("reason", nullable=False),
    ],
    "Rows that could not be used, by position in their file (first data row is 1) and with the reason; "
    "no values, because they are personal data.",
)

QUALITY = _shape(
    "quality",
    "register table column",
    [
        _text("register", nullable=False),
        _text("table", nullable=False),
        _text("column", nullable=False),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("filled", pa.int64(), nullable=False),
        pa.field("valid", pa.int64(), nullable=False),
        pa.field("distinct", pa.int64(), nullable=False),
    ],
    "How well each register fills each canonical column: rows, filled, valid and distinct values.",
)

CANONICAL: dict[str, TableShape] = {
    t.name: t
    for t in (
        *(REGISTERS, PERSONS, RESIDENCES, RELATIONS, INCIDENTS, INVOLVEMENTS, PROTECTIONS, STREETS),
        *(REFUSED, QUALITY),
    )
}
"""Every canonical table by name, in the order in which they are written."""


# ------------------------------------------------------------------- resolution: linkage → graph

ADDRESSES = _shape(
    "addresses",
    "address_id",
    [
        _text("address_id", nullable=False),
        _text("access_id", nullable=False),
        _text("street"),
        _text("house_number"),
        _text("floor"),
        _text("door"),
        _text("postcode"),
        _text("city"),
        _text("municipality"),
        _text("district"),
        pa.field("unit", pa.bool_(), nullable=False),
        pa.field("hub", pa.bool_(), nullable=False),
    ],
    "Every address seen. `unit` is true where the id names one home: it has floor and door, or its "
    "building has no other unit. `hub`: shelters, institutions, colleges, crowds.",
)

ENTITIES = _shape(
    "entities",
    "record_id",
    [_text("record_id", nullable=False), _text("entity_id", nullable=False)],
    "The partition: which entity (resolved person) each mention belongs to.",
)

LINKS = _shape(
    "links",
    "record_id",
    [
        _text("record_id", nullable=False),
        _text("entity_id", nullable=False),
        _text("anchor_id"),
        pa.field("match_weight", pa.float64(), nullable=False),
        pa.field("probability", pa.float64(), nullable=False),
    ],
    "How sure it is that a mention belongs to its entity: match weight in bits and probability against "
    "the rest of the entity; `anchor_id` is the record of the entity it agrees with best (null when alone).",
)

EPISODES = _shape(
    "episodes",
    "entity_id valid_from address_id",
    [
        _text("entity_id", nullable=False),
        _text("address_id"),
        _text("access_id"),
        *VALID,
        pa.field("unit", pa.bool_(), nullable=False),
        pa.field("hub", pa.bool_(), nullable=False),
        _text("record_id", nullable=False),
        _text("register", nullable=False),
        *KNOWN,
        pa.field("sealed", pa.bool_(), nullable=False),
    ],
    "An entity's registered stays, one address at a time per registering record; `address_id` is null when sealed.",
)

CORESIDENCE = _shape(
    "coresidence",
    "left_entity right_entity valid_from",
    [
        _text("left_entity", nullable=False),
        _text("right_entity", nullable=False),
        *VALID,
        pa.field("certain", pa.bool_(), nullable=False),
        *KNOWN,
    ],
    "Maximal intervals in which two entities (left < right) shared an address; moves made together on one "
    "day do not interrupt them. `certain` is false at hubs, in foster care and where the unit is unknown: "
    "possible, not counted.",
)

KIN = _shape(
    "kin",
    "child_entity parent_entity kind valid_from",
    [
        _text("child_entity", nullable=False),
        _text("parent_entity", nullable=False),
        _text("kind", nullable=False),
        *VALID,
        _text("register", nullable=False),
        *KNOWN,
    ],
    "Parents in law (parent, adoptive_parent), holders of custody (custody) and those with whom a child is "
    "placed (foster_parent, until its 18th birthday at most).",
)

PARTNERS = _shape(
    "partners",
    "left_entity right_entity kind valid_from",
    [
        _text("left_entity", nullable=False),
        _text("right_entity", nullable=False),
        _text("kind", nullable=False),
        *VALID,
        _text("register", nullable=False),
        *KNOWN,
    ],
    "Couples (left < right): spouse (marriage or registered partnership) or partner (any other).",
)

HOUSEHOLDS = _shape(
    "households",
    "household_id entity_id valid_from",
    [
        _text("household_id", nullable=False),
        _text("address_id", nullable=False),
        _text("entity_id", nullable=False),
        *VALID,
        *KNOWN,
    ],
    "Who belonged to which household when: one row per member and stay, hubs left out.",
)

EVENTS = _shape(
    "events",
    "incident_id",
    [
        _text("incident_id", nullable=False),
        _text("event_id", nullable=False),
        _text("reason", nullable=False),
    ],
    "Which records tell of one event; `reason` is single, journal_reference or same_night.",
)

RESOLUTION: dict[str, TableShape] = {
    t.name: t for t in (ADDRESSES, ENTITIES, LINKS, EPISODES, CORESIDENCE, KIN, PARTNERS, HOUSEHOLDS, EVENTS)
}
"""Every table linkage hands on, by name."""
