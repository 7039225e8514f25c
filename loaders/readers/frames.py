"""Data frames that a program hands over: Arrow, Polars, pandas, anything with the Arrow stream protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from loaders.errors import RegisterError
from loaders.readers.batches import Batch, Refusal, Rows, Wanted, find_columns, sound_batch
from loaders.readers.plain import NoPlainValueError, as_text, texts_of

_BATCH_ROWS = 65_536
_NO_VALUE = "no plain value"

Odd = list[tuple[str, list[int]]]
"""Positions of values that are no plain values, by column."""


def read_frame(wanted: Wanted) -> Iterator[Batch]:
    """The wanted columns of a data frame as text, batch by batch; rows are numbered from 1.

    A pandas column of mixed kinds is read value by value; a value that no cell can hold refuses its row.

    Raises:
        RegisterError: It is no data frame, lacks a column, or a column holds lists or structures.
    """
    frame = wanted.frame
    if type(frame).__module__.partition(".")[0] == "pandas" and hasattr(frame, "columns"):
        pieces: Iterator[tuple[pa.Table, Odd]] = _of_pandas(frame, wanted)
    else:
        pieces = ((table, []) for table in _of_arrow(frame, wanted))
    done = 0
    for table, odd in pieces:
        rows = np.arange(done + 1, done + table.num_rows + 1, dtype=np.int64)
        done += table.num_rows
        yield with_odd(table, rows, odd)


def with_odd(table: pa.Table, rows: Rows, odd: Odd) -> Batch:
    """The batch of a table in which some values, by column and position, were no plain values."""
    good = np.ones(table.num_rows, dtype=np.bool_)
    refused = []
    for column, positions in odd:
        fresh = np.array([p for p in positions if good[p]], dtype=np.int64)
        if len(fresh):
            refused.append(Refusal(rows[fresh], _NO_VALUE, column))
            good[fresh] = False
    if refused:
        table, rows = table.filter(pa.array(good)), rows[good]
    batch = sound_batch(table, rows, marked=False)
    batch.refused.extend(refused)
    return batch


def _readers(frame: Any, wanted: Wanted) -> pa.RecordBatchReader:
    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    if not hasattr(frame, "__arrow_c_stream__") and callable(getattr(frame, "to_arrow", None)):
        frame = frame.to_arrow()
    if not hasattr(frame, "__arrow_c_stream__"):
        hint = "hand over a pandas, Polars or Arrow table"
        raise RegisterError(f"{type(frame).__name__} is no data frame", where=wanted.name, hint=hint)
    return pa.RecordBatchReader.from_stream(frame)


def _of_arrow(frame: Any, wanted: Wanted) -> Iterator[pa.Table]:
    reader = _readers(frame, wanted)
    positions = find_columns(reader.schema.names, wanted)
    for whole in reader:
        for start in range(0, whole.num_rows, _BATCH_ROWS):
            batch = whole.slice(start, _BATCH_ROWS)
            columns = [_column(batch.column(p), n, wanted) for p, n in zip(positions, wanted.columns, strict=True)]
            yield pa.table(columns, names=list(wanted.columns))


def _column(column: pa.Array, name: str, wanted: Wanted) -> pa.Array:
    where = f"{wanted.name}, column {name}"
    try:
        return as_text(column)
    except NoPlainValueError as error:
        raise RegisterError(f"the column holds {error}", where=where, hint="one plain value per row") from None
    except pa.ArrowInvalid:
        raise RegisterError("the column holds bytes that are no UTF-8", where=where, hint="write it as text") from None


def _of_pandas(frame: Any, wanted: Wanted) -> Iterator[tuple[pa.Table, Odd]]:
    positions = find_columns([str(name) for name in frame.columns], wanted)
    for start in range(0, max(len(frame), 1), _BATCH_ROWS):
        columns, odd = [], []
        for position, name in zip(positions, wanted.columns, strict=True):
            series = frame.iloc[start : start + _BATCH_ROWS, position]
            if series.dtype == object:
                column, failed = texts_of(series.where(series.notna(), None).tolist())
                odd.append((name, failed))
            else:
                column = _column(_as_array(pa.Array.from_pandas(series)), name, wanted)
            columns.append(column)
        yield pa.table(columns, names=list(wanted.columns)), odd


def _as_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
