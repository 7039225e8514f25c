"""What every reader hands on: batches of text columns with the number of each row, and rows refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT
from loaders.errors import MissingColumnError, RegisterError
from loaders.mapping.file import meant
from loaders.mapping.model import Form
from loaders.readers.decoding import BAD_BYTES, NUL_MARK
from loaders.readers.text import clean_text

MAX_FIELD_CHARACTERS = 65_536
"""A longer value is no value of a register."""
MAX_COLUMNS = 16_384
"""As many as the widest spreadsheet has."""

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
    """Which columns to read from which file, table or data frame, and how it is written."""

    path: Path
    columns: tuple[str, ...]
    encoding: str = "utf-8"
    delimiter: str = ";"
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Where the mapping names each column."""
    form: Form = field(default_factory=Form)
    role: str = ""
    member: str = ""
    """The one file to read from a zip archive."""
    kind: str = ""
    """What the content turned out to be, where it has been looked at."""
    title: str = ""
    """What messages call it; by default the file's name."""
    most_rows: int | None = None
    """Rows to read at most; by default all."""
    optional: frozenset[str] = frozenset()
    """Columns that the file may lack; they then read as empty."""
    frame: Any = None
    """The rows themselves, where a program hands them over."""

    @property
    def name(self) -> str:
        """What messages and the log of refused rows call it."""
        return self.title or self.path.name


def _where(wanted: Wanted, column: str) -> str:
    return f"{wanted.name}, row 0 (header), column {column}"


def _missing(name: str, header: list[str], wanted: Wanted, following: Iterable[list[str]]) -> MissingColumnError:
    """The error about a column that the header lacks, with the likeliest fix."""
    stated = wanted.lines.get(name)
    by = f"; named in {stated[0]}, line {stated[1]}" if stated else ""
    other = next((d for d in ";,\t|" if d != wanted.delimiter and len(header) == 1 and d in header[0]), None)
    there = wanted.form.header_row
    later = next((n for n, row in enumerate(following, start=there + 1) if set(wanted.columns) <= set(row)), None)
    if later:
        hint = f"the columns are named in line {later}: state header_row = {later} for the role"
    elif other:
        hint = f"the delimiter looks like {other!r}, not {wanted.delimiter!r}"
    elif set(header) & set(wanted.columns):
        hint = meant(name, header)
    else:  # Then it may be a row of data, which no message may repeat.
        hint = f"line {there} names none of the columns: is it the header?"
    return MissingColumnError("no such column", tuple(header), where=_where(wanted, name), hint=hint + by)


def find_columns(header: list[str], wanted: Wanted, following: Iterable[list[str]] = ()) -> list[int]:
    """Position of every wanted column in the header; ``following`` are rows that might be the real header.

    Raises:
        RegisterError: A column is missing or stands there twice.
    """
    if len(header) > MAX_COLUMNS:
        where = f"{wanted.name}, row 0 (header)"
        raise RegisterError(f"more than {MAX_COLUMNS} columns", where=where, hint="export the needed ones only")
    places: dict[str, list[int]] = {}
    for position, title in enumerate(header):
        places.setdefault(title, []).append(position)
    positions = []
    for name in wanted.columns:
        many = places.get(name, [])
        if not many:
            raise _missing(name, header, wanted, following)
        if len(many) > 1:
            problem = "the column stands there twice"
            raise RegisterError(problem, where=_where(wanted, name), hint="rename one of the two")
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


def without_headers(batch: Batch) -> Batch:
    """The batch without rows that repeat the header, as files joined end to end have them; they are refused."""
    names = batch.table.column_names
    if not names or not len(batch.rows):
        return batch
    again = pc.equal(batch.table.column(0), names[0])
    if not pc.any(again, min_count=1).as_py():
        return batch
    for position, name in enumerate(names[1:], start=1):
        again = pc.and_(again, pc.equal(batch.table.column(position), name))
    mask = pc.fill_null(again, False).combine_chunks().to_numpy(zero_copy_only=False)
    if not mask.any():
        return batch
    refused = [*batch.refused, Refusal(batch.rows[mask], "the header stands there again")]
    return Batch(batch.table.filter(pa.array(~mask)), batch.rows[~mask], refused)
