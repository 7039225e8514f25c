"""Registers as text files and truth as Parquet, the same bytes every time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.intervals import LAST
from loaders.errors import SynthesisError
from loaders.synth.identifiers import calendar, padded
from loaders.synth.sampling import Ints, Texts

_BLOCK = 1 << 16
_GZIP = 31
"""zlib's word for the gzip format with the largest window."""


def on_days(days: Ints, text: Callable[[Ints], Texts]) -> Texts:
    """The text of each day, made once per day of the range that occurs.

    A register has millions of dates and a few ten thousand different days.

    >>> on_days(np.array([3, 1, 3]), lambda d: d.astype("U4").astype(object)).tolist()
    ['3', '1', '3']
    """
    if not len(days):
        return np.zeros(0, dtype=object)
    first, last = int(days.min()), int(days.max())
    if last - first > len(days):
        return text(days)
    return np.asarray(text(np.arange(first, last + 1))[days - first], dtype=object)


def iso_dates(days: Ints) -> Texts:
    """Dates as yyyy-mm-dd; the last day of all stays empty, because an open spell has no end.

    >>> iso_dates(np.array([0, LAST])).tolist()
    ['1970-01-01', '']
    """
    result = np.full(len(days), "", dtype=object)
    closed = days < LAST
    result[closed] = on_days(days[closed], _iso)
    return result


def _iso(days: Ints) -> Texts:
    year, month, day = calendar(days)
    return np.asarray(padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2), dtype=object)


def date_column(days: Ints, *, unknown: int | None = None) -> pa.Array:
    """Days as ``date32``; ``unknown`` becomes null."""
    mask = None if unknown is None else np.asarray(days == unknown)
    return pa.array(np.asarray(days, dtype=np.int32), type=pa.date32(), mask=mask)


def text_column(texts: Any, mask: Any = None) -> pa.Array:
    """Objects as Arrow text."""
    return pa.array(texts, type=pa.string(), mask=mask)


def write_rows(path: Path, columns: dict[str, Texts], *, encoding: str = "utf-8", delimiter: str = ";") -> int:
    """Write a delimited file with a header, gzipped if the name says so; the number of rows.

    Windows files end their lines the Windows way. Rows are put together in blocks, so that the file
    is never held in memory whole.

    Raises:
        SynthesisError: A cell holds the separator, a quote or a line break.
    """
    end = "\r\n" if encoding == "windows-1252" else "\n"
    rows = len(next(iter(columns.values())))
    path.parent.mkdir(parents=True, exist_ok=True)
    # neither the name nor the time of writing stands in the file: the same rows are the same bytes
    squeezed = zlib.compressobj(6, zlib.DEFLATED, _GZIP) if path.suffix == ".gz" else None
    with path.open("wb") as file:
        for data in _blocks(columns, delimiter, end, path.name):
            encoded: Any = data if encoding == "utf-8" else bytes(data).decode().encode(encoding)
            file.write(squeezed.compress(encoded) if squeezed else encoded)
        if squeezed:
            file.write(squeezed.flush())
    return rows


def _blocks(columns: dict[str, Texts], delimiter: str, end: str, name: str) -> Iterator[Any]:
    """The header, then the lines of a file in UTF-8, some ten thousand at a time."""
    yield (delimiter.join(columns) + end).encode()
    for start in range(0, len(next(iter(columns.values()))), _BLOCK):
        arrays = []
        for column, values in columns.items():
            array = text_column(values[start : start + _BLOCK])
            if pc.any(pc.match_substring_regex(array, f'[{delimiter}"\n\r]')).as_py():
                raise SynthesisError(f"column {column} holds a separator", where=name)
            arrays.append(array)
        lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*arrays, delimiter), "", end)
        offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32, count=len(lines) + 1)
        yield memoryview(lines.buffers()[2])[offsets[0] : offsets[-1]]


def write_table(path: Path, table: pa.Table) -> int:
    """Write a truth table; the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")
    return int(table.num_rows)
