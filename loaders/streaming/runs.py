"""Rows spilled in sorted runs, and read back one range of keys at a time.

Every time memory is full, the rows of a table that wait are sorted by their key and written to one
file, block by block, with the first key of each block kept. When all have come, those first keys
tell how the rows lie, so that ranges of about equal size can be cut, whatever the order of the
source; a range is then a slice of every run. What never filled the memory never touches the disk.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from loaders.streaming.scratch import Scratch
from loaders.streaming.texts import found_in, order_of

_TOGETHER = 32
"""Blocks that are handed on as one where all rows are read."""

Bounds = tuple[str | None, str | None]
"""From a key (inclusive) up to another (exclusive); none is no bound."""


def one_piece(table: pa.Table) -> pa.Table:
    """The table with one chunk per column, not copied where it has no more."""
    return table if all(c.num_chunks == 1 for c in table.columns) else table.combine_chunks()


def chunk(table: pa.Table, name: str) -> pa.Array:
    """A column in one piece."""
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def by_key(table: pa.Table, key: str) -> pa.Table:
    """The rows in ascending order of a text column."""
    table = one_piece(table)
    order = order_of(chunk(table, key)) if len(table) else None
    return table if order is None else table.take(pa.array(order))


def before(column: pa.Array, key: str) -> int:
    """How many of ascending texts are smaller than one."""
    return bisect_left(range(len(column)), key, key=lambda at: column[at].as_py())


def after(column: pa.Array, key: str) -> int:
    """How many of ascending texts are not greater than one."""
    return bisect_right(range(len(column)), key, key=lambda at: column[at].as_py())


def _cut(table: pa.Table, key: str, bounds: Bounds) -> pa.Table:
    low, high = bounds
    if not len(table) or (low is None and high is None):
        return table
    column = chunk(table, key)
    begin = 0 if low is None else before(column, low)
    end = len(table) if high is None else before(column, high)
    return table.slice(begin, max(end - begin, 0))


@dataclass(frozen=True, slots=True)
class Run:
    """Rows in ascending order of their key, in memory or in a file."""

    key: str
    table: pa.Table | None
    path: Path | None = None
    firsts: tuple[str, ...] = ()
    block_bytes: float = 0.0

    def between(self, bounds: Bounds, columns: Sequence[str] | None = None) -> list[pa.Table]:
        """The rows of a range of keys."""
        if self.table is not None:
            cut = _cut(self.table, self.key, bounds)
            return [cut.select(columns) if columns else cut]
        low, high = bounds
        begin = 0 if low is None else max(bisect_left(self.firsts, low) - 1, 0)
        end = len(self.firsts) if high is None else bisect_left(self.firsts, high)
        found = []
        for position, table in self._blocks(range(begin, end), columns):
            edge = position == begin or position == end - 1
            found.append(_cut(table, self.key, bounds) if edge else table)
        return found

    def _blocks(self, positions: Iterable[int], columns: Sequence[str] | None) -> Iterator[tuple[int, pa.Table]]:
        with pa.OSFile(str(self.path)) as handle:
            fields = None
            if columns:
                schema = pa.ipc.open_file(handle).schema
                fields = sorted(schema.get_field_index(c) for c in {*columns, self.key})
            reader = pa.ipc.open_file(handle, options=pa.ipc.IpcReadOptions(included_fields=fields))
            for position in positions:
                yield position, pa.Table.from_batches([reader.get_batch(position)])

    def holding(self, ids: Sequence[str]) -> Iterator[pa.Table]:
        """The rows with any of these keys (in ascending order)."""
        wanted = pa.array(ids, pa.string())
        for table in self._near(ids):
            yield table.filter(pa.array(found_in(chunk(table, self.key), wanted)))

    def _near(self, ids: Sequence[str]) -> Iterator[pa.Table]:
        """Blocks in which rows with any of these keys may stand."""
        if self.table is not None:
            yield self.table
            return
        wanted = []
        for position, first in enumerate(self.firsts):
            following = self.firsts[position + 1] if position + 1 < len(self.firsts) else None
            at = bisect_left(ids, first)
            if at < len(ids) and (following is None or ids[at] <= following):
                wanted.append(position)
        yield from (table for _, table in self._blocks(wanted, None))

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """All rows, some blocks at a time."""
        if self.table is not None:
            yield self.table.select(columns) if columns else self.table
            return
        together: list[pa.Table] = []
        for position, table in self._blocks(range(len(self.firsts)), columns):
            together.append(table)
            if len(together) == _TOGETHER or position + 1 == len(self.firsts):
                yield pa.concat_tables(together).combine_chunks()
                together = []


class RunWriter:
    """Writes one run; its rows come in ascending order."""

    def __init__(self, scratch: Scratch, name: str, key: str) -> None:
        self.path = scratch.file(name)
        self._key, self._rows = key, scratch.batch
        self._firsts: list[str] = []
        self._bytes = 0
        self._sink: pa.OSFile | None = None
        self._writer: pa.ipc.RecordBatchFileWriter | None = None

    def write(self, table: pa.Table) -> None:
        """Add rows whose keys are not smaller than those before."""
        if self._writer is None:
            self._sink = pa.OSFile(str(self.path), "wb")
            self._writer = pa.ipc.new_file(self._sink, table.schema)
        table = one_piece(table)
        starts = pa.array(np.arange(0, len(table), self._rows, dtype=np.int64))
        self._firsts.extend(chunk(table, self._key).take(starts).to_pylist() if len(table) else [])
        self._bytes += table.nbytes
        self._writer.write_table(table, max_chunksize=self._rows)

    def close(self) -> Run:
        """The finished run."""
        if self._writer is not None and self._sink is not None:
            self._writer.close()
            self._sink.close()
        return Run(self._key, None, self.path, tuple(self._firsts), self._bytes / max(len(self._firsts), 1))


@dataclass(slots=True)
class Runs:
    """The rows of one table that have come so far."""

    name: str
    key: str
    schema: pa.Schema
    waiting: list[pa.Table] = field(default_factory=list)
    bytes: int = 0
    """Of what waits in memory."""
    done: list[Run] = field(default_factory=list)
    writing: list[Future[Run]] = field(default_factory=list)

    def settle(self) -> None:
        """Make a run of what still waits; afterwards the rows can be read."""
        self.done += [one.result() for one in self.writing]
        self.writing = []
        if self.waiting or not self.done:
            self.done.append(Run(self.key, by_key(self._joined(), self.key)))
            self.waiting, self.bytes = [], 0

    def _joined(self) -> pa.Table:
        return pa.concat_tables([self.schema.empty_table(), *self.waiting])

    def parts(self, bounds: Bounds, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows of a range of keys, run by run, each in ascending order; at least one part."""
        names = list(columns) if columns else self.schema.names
        for run in self.done:
            parts = [t.select(names) for t in run.between(bounds, columns)]
            if parts:
                yield one_piece(pa.concat_tables(parts))
        yield pa.schema([self.schema.field(n) for n in names]).empty_table()

    def between(self, bounds: Bounds, keep: Callable[[pa.Table], pa.Table] | None = None) -> pa.Table:
        """The rows of a range of keys, in ascending order; with ``keep``, what it leaves of each part."""
        parts = self.parts(bounds)
        return by_key(pa.concat_tables(list(map(keep, parts) if keep else parts)), self.key)

    def size(self, bounds: Bounds) -> float:
        """About how many bytes the rows of a range on disk have."""
        low, high = bounds
        return sum(
            run.block_bytes * sum((low is None or f >= low) and (high is None or f < high) for f in run.firsts)
            for run in self.done
        )

    def holding(self, ids: Sequence[str]) -> pa.Table:
        """The rows with these keys."""
        return pa.concat_tables([self.schema.empty_table(), *(t for run in self.done for t in run.holding(ids))])

    def forget(self) -> None:
        """Let go of rows that nobody reads any more."""
        for run in self.done:
            if run.path is not None:
                run.path.unlink()
        self.done = []


class Spill:
    """Takes rows for many tables and spills the largest one whenever the memory is full."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._all: list[Runs] = []
        self._held = 0
        self._writer: ThreadPoolExecutor | None = None
        self._turn = threading.Semaphore(1)

    def runs(self, name: str, key: str, schema: pa.Schema) -> Runs:
        """A new table to spill, ordered by a text column without nulls."""
        made = Runs(name, key, schema)
        self._all.append(made)
        return made

    def add(self, runs: Runs, table: pa.Table) -> None:
        """Take rows."""
        if not len(table):
            return
        size = table.nbytes
        runs.waiting.append(table)
        runs.bytes += size
        self._held += size
        while self._held > self._scratch.pending:
            self._spill(max(self._all, key=lambda one: one.bytes))

    def _spill(self, runs: Runs) -> None:
        self._held -= runs.bytes
        tables, runs.waiting, runs.bytes = runs.waiting, [], 0
        self._turn.acquire()  # one batch of rows is written while the next is built, no more

        def write() -> Run:
            try:
                writer = RunWriter(self._scratch, runs.name, runs.key)
                writer.write(by_key(pa.concat_tables(tables), runs.key))
                return writer.close()
            finally:
                tables.clear()
                self._turn.release()

        if self._writer is None:
            self._writer = ThreadPoolExecutor(1)
        runs.writing.append(self._writer.submit(write))

    def settle(self, runs: Iterable[Runs]) -> None:
        """Make these tables readable."""
        for one in runs:
            self._held -= one.bytes
            one.settle()

    def close(self) -> None:
        """Wait for what is being written."""
        if self._writer is not None:
            self._writer.shutdown(wait=True, cancel_futures=True)


def ranges(tables: Sequence[Runs], size: int) -> list[Bounds]:
    """Ranges of keys that hold about ``size`` bytes of these tables together, in ascending order.

    All rows of one key lie in one range, so a key that very many rows share makes a large one.
    """
    blocks = [(first, run.block_bytes) for one in tables for run in one.done for first in run.firsts]
    blocks.sort()
    cuts: list[str] = []
    held = 0.0
    for first, bytes_ in blocks:
        if held >= size and (not cuts or first > cuts[-1]):
            cuts.append(first)
            held = 0.0
        held += bytes_
    return list(zip([None, *cuts], [*cuts, None], strict=True))
