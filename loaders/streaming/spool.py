"""Rows that stand but are not sealed yet: in the order of their key, in memory while they are few."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence

import pyarrow as pa

from linkage.tables import CANONICAL
from loaders.protection.rows import with_values
from loaders.streaming.layout import Layout
from loaders.streaming.runs import Run, RunWriter, one_piece
from loaders.streaming.scratch import Scratch


class Spool:
    """The rows of one table on their way to sealing; they come and go in ascending order of their key."""

    def __init__(self, layout: Layout, scratch: Scratch) -> None:
        self._layout, self._scratch = layout, scratch
        self._key = CANONICAL[layout.table].key[0]
        self._waiting: list[pa.Table] = []
        self._bytes = 0
        self._writer: RunWriter | None = None
        self._run: Run | None = None

    @property
    def schema(self) -> pa.Schema:
        """Canonical columns and the hidden ones."""
        return self._layout.full

    def write(self, rows: pa.Table) -> None:
        """Add rows after those before."""
        self._waiting.append(rows)
        self._bytes += rows.nbytes
        if self._bytes > self._scratch.range:
            self._write()

    def _write(self) -> None:
        if self._writer is None:
            self._writer = RunWriter(self._scratch, "settled", self._key)
        self._writer.write(pa.concat_tables(self._waiting))
        self._waiting, self._bytes = [], 0

    def close(self) -> None:
        """No more rows come."""
        joined = pa.concat_tables([self._layout.travelling.empty_table(), *self._waiting])
        if self._writer is None:
            self._run = Run(self._key, one_piece(joined))
            return
        self._writer.write(joined)
        self._run = self._writer.close()

    def _finished(self) -> Run:
        if self._run is None:
            self.close()
        assert self._run is not None  # noqa: S101 - close() made it
        return self._run

    def find(self, column: str, ids: Iterable[str]) -> pa.Table:
        """The rows whose text column holds one of these."""
        wanted = sorted(ids)
        run = self._finished()
        if column == self._key:
            parts = run.holding(wanted)
        else:
            parts = (with_values(part, column, wanted) for part in run.blocks())
        return self._layout.unpack(one_piece(pa.concat_tables([self._layout.travelling.empty_table(), *parts])))

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """These columns of all rows, some rows at a time."""
        for part in self._finished().blocks(columns):
            yield part.select(list(columns))

    def packed(self) -> Iterator[pa.Table]:
        """All rows as they travelled, some at a time."""
        yield from self._finished().blocks()

    def whole(self) -> Generator[pa.Table, None, None]:
        """All columns of all rows, some rows at a time."""
        for part in self.packed():
            yield self._layout.unpack(part)
