"""The last step of a table's rows: what sealing changes, what is counted, and where they go."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from linkage.tables import CANONICAL, TEXT
from loaders.duplicates import whole
from loaders.protection.sealing import Change
from loaders.quality import ColumnCounts
from loaders.sources import ORIGIN
from loaders.streaming.layout import ORDER, Layout
from loaders.streaming.rowsets import RowSet
from loaders.streaming.runs import after, before, chunk, one_piece
from loaders.streaming.settling import in_order
from loaders.streaming.sinks import Sink
from loaders.streaming.texts import found_in


class Finishing:
    """Counts rows and hands them on, with the canonical columns only."""

    def __init__(self, layouts: dict[str, Layout], counts: ColumnCounts, sink: Sink) -> None:
        self._layouts, self._counts, self._sink = layouts, counts, sink
        self.surviving = RowSet()
        """Source rows of which a canonical row is left."""

    def take(self, table: str, packed: pa.Table) -> None:
        """Finish rows as they travelled."""
        self._finish(table, self._layouts[table].unpack(one_piece(packed)))

    def take_changed(self, table: str, parts: Iterator[pa.Table], change: Change) -> None:
        """Finish all rows of a table, with what goes and what comes by sealing."""
        key = CANONICAL[table].key[0]
        coming = in_order(change.come, table)
        going = pa.array(sorted(change.ids), TEXT)
        for rows in _whole_keys(parts, key):
            keys = chunk(rows, key)
            many = after(chunk(coming, key), keys[-1].as_py())
            concerned = bool(change.journals) or bool(found_in(keys, going).any())
            staying = change.staying(rows) if concerned else rows
            if many:
                staying = in_order(pa.concat_tables([staying, coming.slice(0, many)]), table)
                coming = coming.slice(many)
            self._finish(table, staying)
        self._finish(table, coming)

    def _finish(self, table: str, rows: pa.Table) -> None:
        if not len(rows):
            return
        rows = one_piece(rows)
        self._counts.add(table, rows)
        self.surviving.add(np.asarray(whole(rows, ORIGIN).to_numpy()))
        self._sink.write(table, rows.select(CANONICAL[table].schema.names))

    def write(self, table: str, rows: pa.Table) -> None:
        """Hand on rows that need no finishing."""
        assert table not in ORDER  # noqa: S101
        self._sink.write(table, rows)


def _whole_keys(parts: Iterator[pa.Table], key: str) -> Iterator[pa.Table]:
    """The same rows, cut where the key changes, so that no key's rows stand in two parts."""
    carried: list[pa.Table] = []
    for part in parts:
        if not len(part):
            continue
        column = chunk(part, key)
        last = column[-1].as_py()
        begin = before(column, last)
        if begin:
            yield one_piece(pa.concat_tables([*carried, part.slice(0, begin)]))
            carried = []
        carried.append(part.slice(begin))
    if carried:
        yield one_piece(pa.concat_tables(carried))
