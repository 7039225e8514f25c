"""The log of what could not be used, by source row, and what becomes of it at the end.

Every source row of a load has one number (its *origin*), handed out file by file, so that a refusal,
a canonical row and the sealing can speak of the same row. Values are never kept: they are personal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Origins = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FileSpan:
    """Origins ``first + 1`` to ``first + rows`` are rows 1 to ``rows`` of a file."""

    first: int
    rows: int
    register: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Some rows, one reason. ``table`` and ``field`` are the canonical ones, empty for whole rows."""

    origins: Origins
    reason: str
    column: str | None
    table: str
    field: str
    fatal: bool
    """Whether the row (of that table) is lost, or only the value."""


@dataclass(slots=True)
class Refusals:
    """Everything refused in one load."""

    entries: list[Entry] = field(default_factory=list)
    duplicates: list[Origins] = field(default_factory=list)
    """Rows that said what another row had said."""

    def add(
        self,
        origins: Origins,
        reason: str,
        *,
        column: str | None = None,
        table: str = "",
        field: str = "",
        fatal: bool = True,
    ) -> None:
        """Note that these rows cannot be used (or their value in a field, where not fatal)."""
        if len(origins):
            self.entries.append(Entry(origins, reason, column, table, field, fatal))

    def as_table(self) -> pa.Table:
        """Columns origin, reason, column, table, field, fatal; one row per refused row or value."""
        sizes = [len(e.origins) for e in self.entries]
        origins = [e.origins for e in self.entries] or [np.empty(0, dtype=np.int64)]

        def spread(values: list[str | None] | list[str] | list[bool], kind: pa.DataType) -> pa.Array:
            index = np.repeat(np.arange(len(sizes)), sizes)
            return pa.array(values, kind).take(pa.array(index, pa.int64()))

        return pa.table(
            {
                "origin": pa.array(np.concatenate(origins), pa.int64()),
                "reason": spread([e.reason for e in self.entries], pa.string()),
                "column": spread([e.column for e in self.entries], pa.string()),
                "table": spread([e.table for e in self.entries], pa.string()),
                "field": spread([e.field for e in self.entries], pa.string()),
                "fatal": spread([e.fatal for e in self.entries], pa.bool_()),
            }
        )
