"""Registers as text files and truth as Parquet, the same bytes every time."""

from __future__ import annotations

import gzip
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


def iso_dates(days: Ints) -> Texts:
    """Dates as yyyy-mm-dd; the last day of all stays empty, because an open spell has no end.

    >>> iso_dates(np.array([0, LAST])).tolist()
    ['1970-01-01', '']
    """
    open_end = days >= LAST
    year, month, day = calendar(np.where(open_end, 0, days))
    text = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    return np.where(open_end, "", text).astype(object)


def date_column(days: Ints, *, unknown: int | None = None) -> pa.Array:
    """Days as ``date32``; ``unknown`` becomes null."""
    mask = None if unknown is None else np.asarray(days == unknown)
    return pa.array(np.asarray(days, dtype=np.int32), type=pa.date32(), mask=mask)


def text_column(texts: Any, mask: Any = None) -> pa.Array:
    """Objects as Arrow text."""
    return pa.array(texts, type=pa.string(), mask=mask)


def write_rows(path: Path, columns: dict[str, Texts], *, encoding: str = "utf-8") -> int:
    """Write a semicolon-separated file with a header, gzipped if the name says so; the number of rows.

    Windows files end their lines the Windows way.

    Raises:
        SynthesisError: A cell holds the separator, a quote or a line break.
    """
    arrays = [text_column(c) for c in columns.values()]
    for name, array in zip(columns, arrays, strict=True):
        if pc.any(pc.match_substring_regex(array, '[;"\n\r]')).as_py():
            raise SynthesisError(f"column {name} holds a separator", where=path.name)
    end = "\r\n" if encoding == "windows-1252" else "\n"
    lines = pc.binary_join_element_wise(*arrays, ";")
    body = "".join(f"{line}{end}" for line in lines.to_pylist())
    data = (";".join(columns) + end + body).encode(encoding)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, compresslevel=6, mtime=0) if path.suffix == ".gz" else data)
    return len(lines)


def write_table(path: Path, table: pa.Table) -> int:
    """Write a truth table; the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")
    return int(table.num_rows)
