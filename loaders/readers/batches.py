"""What every reader hands on: batches of text columns with the number of each row, and rows refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT
from loaders.errors import RegisterError
from loaders.mapping.file import meant
from loaders.readers.decoding import BAD_BYTES, NUL_MARK
from loaders.readers.text import clean_text

MAX_FIELD_CHARACTERS = 65_536
"""A longer value is no value of a register."""

Rows = npt.NDArray[np.int64]


@dataclass(slots=True)
class Refusal:
    """Rows of one file that cannot be used, by number from 1, for one reason."""

    rows: Rows
    reason: str
    column: str | None = None


@dataclass(slots=True)
class Batch:
    """Text columns, the number of each row in its file, and the rows refused on the way."""

    table: pa.Table
    rows: Rows
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns to read from which file, and how it is written."""

    path: Path
    columns: tuple[str, ...]
    encoding: str = "utf-8"
    delimiter: str = ";"
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Where the mapping names each column."""


def find_columns(header: list[str], wanted: Wanted) -> list[int]:
    """Position of every wanted column in the header.

    Raises:
        RegisterError: A column is missing or stands there twice.
    """
    positions = []
    for name in wanted.columns:
        many = [i for i, title in enumerate(header) if title == name]
        where = f"{wanted.path.name}, row 0 (header), column {name}"
        if not many:
            stated = wanted.lines.get(name)
            by = f"; named in {stated[0]}, line {stated[1]}" if stated else ""
            other = next((d for d in ";,\t|" if d != wanted.delimiter and len(header) == 1 and d in header[0]), None)
            if other:
                hint = f"the delimiter looks like {other!r}, not {wanted.delimiter!r}"
            elif set(header) & set(wanted.columns):
                hint = meant(name, header)
            else:  # Then it may be a row of data, which no message may repeat.
                hint = "the first row names none of the columns: is it a header?"
            raise RegisterError("no such column", where=where, hint=hint + by)
        if len(many) > 1:
            raise RegisterError("the column stands there twice", where=where, hint="rename one of the two")
        positions.append(many[0])
    return positions


def _unsound(column: pa.Array, *, marked: bool) -> list[tuple[pa.Array, str]]:
    found = []
    if marked:
        found.append((pc.match_substring(column, BAD_BYTES), "bytes that are no text in the declared encoding"))
        found.append((pc.match_substring(column, NUL_MARK), "a NUL byte or a line longer than 1 MiB"))
    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is not None and longest > MAX_FIELD_CHARACTERS:
        reason = f"a value longer than {MAX_FIELD_CHARACTERS} bytes"
        found.append((pc.greater(pc.binary_length(column), MAX_FIELD_CHARACTERS), reason))
    return found


def sound_batch(table: pa.Table, rows: Rows, *, marked: bool) -> Batch:
    """The rows without damaged or over-long values, cleaned; the others refused by column."""
    refused: list[Refusal] = []
    good = np.ones(len(rows), dtype=np.bool_)
    columns = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in table.columns]
    columns = [c.cast(TEXT) for c in columns]
    for name, column in zip(table.column_names, columns, strict=True):
        for mask, reason in _unsound(column, marked=marked):
            bad = pc.fill_null(mask, False).to_numpy(zero_copy_only=False) & good
            if bad.any():
                refused.append(Refusal(rows[bad], reason, name))
                good &= ~bad
    cleaned = [clean_text(c) for c in columns]
    clean = pa.table(cleaned, names=table.column_names)
    return Batch(clean if good.all() else clean.filter(pa.array(good)), rows[good], refused)
