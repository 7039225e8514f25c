"""What sealing asks of a table, wherever its rows lie: those with certain values, and all, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT


class Rows(Protocol):
    """The rows of one canonical table."""

    @property
    def schema(self) -> pa.Schema:
        """Canonical columns, and perhaps hidden ones."""

    def find(self, column: str, ids: Iterable[str]) -> pa.Table:
        """The rows whose text column holds one of these."""

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """These columns of all rows, some rows at a time."""


def with_values(table: pa.Table, column: str, ids: Iterable[str]) -> pa.Table:
    """The rows of a table whose text column holds one of these."""
    return table.filter(pc.is_in(table.column(column), value_set=pa.array(sorted(ids), TEXT)))


class TableRows:
    """Rows that lie in memory."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    @property
    def schema(self) -> pa.Schema:
        """The table's."""
        return self._table.schema

    def find(self, column: str, ids: Iterable[str]) -> pa.Table:
        """The rows whose text column holds one of these."""
        return with_values(self._table, column, ids)

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """These columns of the table."""
        yield self._table.select(list(columns))
