"""Canonical tables on their way: the columns that must travel with each row, and how the others come back.

What a register or a section says of all its rows alike (register, extract, mostly district and dates of
belief) is left out while rows wait on disk, and put back from the number of their section.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linkage.intervals import LAST_DAY
from linkage.tables import CANONICAL
from loaders.building import STATED
from loaders.duplicates import SECTION, whole
from loaders.mapping.model import Mapping, Section
from loaders.sources import ORIGIN

ORDER = ("persons", "incidents", "residences", "relations", "involvements", "protections", "streets")
"""Tables that sections fill, in the order in which they may refuse rows of each other."""

MORE_KEYS = {"relations": ("other_identifier",)}
"""Several relatives may be named by number alone, without a record."""

REFERENCES = {
    "residences": ("record_id",),
    "relations": ("record_id",),
    "involvements": ("record_id", "incident_id"),
    "protections": ("record_id",),
}
TARGETS = {"record_id": "persons", "other_record": "persons", "incident_id": "incidents"}

_ALWAYS = ("register", "extract", "sealed", "address_id", "access_id", "grade")
_UNSTATED = ("district", "known_from", "known_to")

HIDDEN = [pa.field(STATED, pa.bool_()), pa.field(ORIGIN, pa.int64()), pa.field(SECTION, pa.int32())]


def full_schema(table: str) -> pa.Schema:
    """The canonical columns and the hidden ones."""
    return pa.schema([*CANONICAL[table].schema, *HIDDEN])


def key_columns(table: str) -> list[str]:
    """The columns that name a row of a table."""
    return [*CANONICAL[table].key, *MORE_KEYS.get(table, ())]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A section of the load, by its number, with its register's mapping and date of extract."""

    number: int
    mapping: Mapping
    section: Section
    extract: dt.date

    def constant(self, column: str) -> object:
        """What this section says of all its rows in a column that did not travel."""
        constants = {
            "register": self.mapping.name,
            "extract": self.extract.isoformat(),
            "district": self.mapping.district,
            "sealed": False,
            "known_from": self.extract,
            "known_to": LAST_DAY,
            STATED: False,
        }
        return constants.get(column)


class Layout:
    """What travels of one table in one load."""

    def __init__(self, table: str, sections: Sequence[Numbered]) -> None:
        own = [s for s in sections if s.section.table == table]
        stated = {c for s in own for c in s.section.cells}
        left_out = {*_ALWAYS, *(c for c in _UNSTATED if c not in stated)}
        left_out |= set() if "known_from" in stated else {STATED}
        self.table = table
        self.full = full_schema(table)
        self.travelling = pa.schema([f for f in self.full if f.name not in left_out])
        self._constants = {f.name: {s.number: s.constant(f.name) for s in own} for f in self.full if f.name in left_out}

    def pack(self, rows: pa.Table) -> pa.Table:
        """Only what travels."""
        return rows.select(self.travelling.names).cast(self.travelling)

    def unpack(self, rows: pa.Table) -> pa.Table:
        """All columns again."""
        numbers = whole(rows, SECTION)
        present, index = np.unique(numbers.to_numpy(), return_inverse=True)
        columns = []
        for field in self.full:
            if field.name not in self._constants:
                columns.append(rows.column(field.name))
                continue
            values = pa.array([self._constants[field.name].get(int(n)) for n in present], field.type)
            columns.append(
                pa.repeat(values[0], len(rows)) if len(present) == 1 else values.take(pa.array(index, pa.int64()))
            )
        return pa.table(columns, schema=self.full)
