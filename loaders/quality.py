"""What became of every row and value: the tables ``refused`` and ``quality``, and a summary per register.

Sealed rows are counted under the register "protected", and rows are numbered without them: otherwise
a number or a count would tell in which file a protected person's record stands.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import CANONICAL, PROTECTED_REGISTER, QUALITY
from loaders.duplicates import whole
from loaders.streaming.distinct import Distinct
from loaders.streaming.rowsets import RowSet
from loaders.streaming.scratch import Scratch

SOURCE_TABLE = "source"
"""In ``quality``, the rows of a register's files: per file role the rows read, well-formed, used and distinct."""

_PROVENANCE = ("register", "district", "extract", "source_row", "known_from", "known_to", "sealed")
_KEPT = ("role", "category", "identifiers", "other_identifier")
"""Fields whose unreadable values stay in their column, as a word that says so."""

Invalid = dict[tuple[str, str, str], int]
"""How many values of each register, table and field were stated but not readable."""


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """How a register's rows fared."""

    register: str
    read: int
    used: int
    refused: int
    duplicates: int


@dataclass(slots=True)
class _Column:
    good: int
    distinct: Distinct


@dataclass(slots=True)
class ColumnCounts:
    """Rows, filled and distinct values of every content column per register, while canonical rows pass by."""

    scratch: Scratch
    rows: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    columns: dict[tuple[str, str, str], _Column] = field(default_factory=dict)

    def add(self, table: str, rows: pa.Table) -> None:
        """Count these rows of a canonical table."""
        registers = whole(rows, "register")
        names = pc.unique(registers).to_pylist()
        for name in names:
            own = rows if len(names) == 1 else rows.filter(pc.equal(registers, name))
            self.rows[name, table] += len(own)
            for column in CANONICAL[table].schema.names:
                if column not in _PROVENANCE:
                    self._add(name, table, column, whole(own, column))

    def _add(self, register: str, table: str, name: str, column: pa.Array) -> None:
        place = (register, table, name)
        counted = self.columns.get(place)
        if counted is None:
            counted = self.columns[place] = _Column(0, Distinct(self.scratch))
        if pa.types.is_list(column.type):
            filled = pc.greater(pc.list_value_length(column), 0)
            column = column.filter(filled) if not pc.all(filled).as_py() else column
        counted.good += len(column) - column.null_count
        counted.distinct.add(column)

    def as_rows(self, invalid: Invalid) -> list[dict[str, object]]:
        """Rows of the table ``quality``."""
        found: list[dict[str, object]] = []
        for (register, table, name), one in self.columns.items():
            bad = invalid.get((register, table, name), 0)
            kept = name in _KEPT
            found.append(
                {
                    "register": register,
                    "table": table,
                    "column": name,
                    "rows": self.rows[register, table],
                    "filled": one.good if kept else one.good + bad,
                    "valid": max(one.good - bad, 0) if kept else one.good,
                    "distinct": one.distinct.count(),
                }
            )
        return found


@dataclass(frozen=True, slots=True)
class Fates:
    """Source rows by what became of them; none of them sealed."""

    malformed: RowSet
    """Whole rows that could not be used."""
    lost: RowSet
    """Rows of which at least one canonical row could not be used."""
    repeated: RowSet
    """Rows of which nothing is left because others had said it."""


def source_quality(files: list[tuple[str, str, int, int]], sealed: RowSet, fates: Fates) -> list[dict[str, object]]:
    """Rows read, well-formed, used whole and distinct, per register and file role; sealed ones apart.

    ``files`` are register, role, first and last origin of each.
    """
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    hidden = 0
    for register, role, first, last in files:
        total = counts[register, role]
        within = sealed.count(first, last)
        hidden += within
        total[0] += last - first - within
        for position, gone in enumerate((fates.malformed, fates.lost, fates.repeated), start=1):
            total[position] += gone.count(first, last)
    if hidden:
        counts[PROTECTED_REGISTER, "rows"] = [hidden, 0, 0, 0]
    return [
        {
            "register": register,
            "table": SOURCE_TABLE,
            "column": role,
            "rows": read,
            "filled": read - bad,
            "valid": read - gone,
            "distinct": read - gone - twice,
        }
        for (register, role), (read, bad, gone, twice) in sorted(counts.items())
    ]


def quality_table(rows: list[dict[str, object]]) -> pa.Table:
    """The table ``quality``, in the order of its key."""
    table = pa.Table.from_pylist(rows, schema=QUALITY.schema)
    return QUALITY.check(table.sort_by([(name, "ascending") for name in QUALITY.key]))


def summarise(quality: pa.Table) -> tuple[RegisterCounts, ...]:
    """Rows read, used, refused and repeated of each register, from a ``quality`` table; by name.

    The rows of special protection stand under the register ``protected``.
    """
    source = quality.filter(pc.equal(quality.column("table"), SOURCE_TABLE))
    totals = ("rows", "valid", "distinct")
    counted = source.group_by("register").aggregate([(c, "sum") for c in totals]).sort_by("register")
    return tuple(
        RegisterCounts(
            register=row["register"],
            read=row["rows_sum"],
            used=row["valid_sum"],
            refused=row["rows_sum"] - row["valid_sum"],
            duplicates=row["valid_sum"] - row["distinct_sum"],
        )
        for row in counted.to_pylist()
    )
