"""Where finished tables go: into Parquet files, or into memory."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.tables import CANONICAL
from loaders.streaming.runs import one_piece

ROW_GROUP = 1 << 17
"""Rows of a row group, always exactly so many: how rows came must not show in the file."""


_VARIED = frozenset({"record_id", "incident_id", "other_record", "source_row", "journal_number", "identifiers"})
"""Columns of ever new values, which are written as they are: a dictionary of them would only cost."""


class Sink(Protocol):
    """Takes the rows of every canonical table in the order of its key."""

    def write(self, table: str, rows: pa.Table) -> None:
        """Add rows after those before."""

    def close(self) -> None:
        """No more rows come."""


class MemorySink:
    """Keeps whole tables."""

    def __init__(self) -> None:
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in CANONICAL}
        self.tables: dict[str, pa.Table] = {}

    def write(self, table: str, rows: pa.Table) -> None:
        """Add rows after those before."""
        self._parts[table].append(rows)

    def close(self) -> None:
        """Join what came."""
        for name, parts in self._parts.items():
            shape = CANONICAL[name]
            self.tables[name] = shape.check(pa.concat_tables([shape.empty(), *parts]).combine_chunks())
            parts.clear()


class ParquetSink:
    """Writes one Parquet file per table, a row group at a time, so that equal content is equal bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {name: [] for name in CANONICAL}
        self.rows: dict[str, int] = dict.fromkeys(CANONICAL, 0)
        """Rows written of every table."""
        self._pool = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def write(self, table: str, rows: pa.Table) -> None:
        """Add rows after those before."""
        held = sum(map(len, self._waiting[table]))
        self.rows[table] += len(rows)
        while held + len(rows) >= ROW_GROUP:
            self._write(table, [*self._waiting[table], rows.slice(0, ROW_GROUP - held)])
            rows, held, self._waiting[table] = rows.slice(ROW_GROUP - held), 0, []
        if len(rows):
            self._waiting[table].append(rows)

    def _write(self, table: str, parts: list[pa.Table]) -> None:
        """Write a row group behind the caller's back, one at a time."""
        if self._writing is not None:
            self._writing.result()
        self._writing = self._pool.submit(self._write_group, table, parts)

    def _write_group(self, table: str, parts: list[pa.Table]) -> None:
        shape = CANONICAL[table]
        if table not in self._writers:
            path = self._folder / f"{table}.parquet"
            coded = [name for name in shape.schema.names if name not in _VARIED]
            self._writers[table] = pq.ParquetWriter(
                path, shape.schema, compression="zstd", version="2.6", use_dictionary=coded
            )
        rows = shape.check(one_piece(pa.concat_tables([shape.empty(), *parts])))
        self._writers[table].write_table(rows, row_group_size=ROW_GROUP)

    def close(self) -> None:
        """Write what is left and finish the files; a table without rows is a file too."""
        for table, parts in self._waiting.items():
            if parts or not self.rows[table]:
                self._write(table, parts)
        if self._writing is not None:
            self._writing.result()
        self._pool.shutdown()
        for name in sorted(self._writers):
            self._writers.pop(name).close()

    def abandon(self) -> None:
        """Let go of files that will not be finished; after :meth:`close` there are none."""
        self._pool.shutdown()
        for writer in self._writers.values():
            with suppress(OSError):  # a full disk has been told of already
                writer.close()
