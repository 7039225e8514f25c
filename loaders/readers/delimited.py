"""Delimited text, streamed through Arrow's parser; where quotes go astray a patient parser takes over."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from linkage.tables import TEXT
from loaders.errors import RegisterError
from loaders.readers.batches import Batch, Refusal, Rows, Wanted, find_columns, sound_batch, without_headers
from loaders.readers.decoding import BLOCK_BYTES, LONG_MARK, Damage, utf8_blocks
from loaders.readers.recovery import recover_rows
from loaders.readers.unpacking import unpacked

_LOOK_AHEAD = 20
"""Lines in which a header is looked for that is not where it should be."""


class _EvenQuotes(io.RawIOBase):
    """The blocks as a file, ending before the first block in which a quote spans lines."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""
        self.handed_over: bytes | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._rest and self.handed_over is None:
            block = next(self._blocks, b"")
            if quotes_span_lines(block):
                self.handed_over, block = block, b""
            self._rest = block
        size = len(self._rest) if size < 0 else size
        out, self._rest = self._rest[:size], self._rest[size:]
        return out


def quotes_span_lines(block: bytes) -> bool:
    r"""Whether any line of the block holds an odd number of quotes.

    >>> quotes_span_lines(b'"a";"b;"\n'), quotes_span_lines(b'"a\nb"\n')
    (False, True)
    """
    if b'"' not in block:
        return False
    codes = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(codes == 34)
    before = np.searchsorted(quotes, np.flatnonzero(codes == 10))
    return bool((before & 1).any())


def _titles(line: bytes, delimiter: str) -> list[str]:
    """The names in a header line.

    Raises:
        csv.Error: The line cannot be taken apart.
    """
    row = next(csv.reader([line.decode()], delimiter=delimiter), [])
    return [unicodedata.normalize("NFC", title).strip() for title in row]


def numbered_titles(count: int) -> list[str]:
    """What the columns of a file without header are called.

    >>> numbered_titles(2)
    ['column 1', 'column 2']
    """
    return [f"column {number}" for number in range(1, count + 1)]


def _header(blocks: Iterator[bytes], wanted: Wanted) -> tuple[list[str], bytes]:
    """The titles in the header's line and what follows it in its block; in a file without header, their numbers."""
    if wanted.form.header_row == 0:
        block = next(blocks, b"")
        line = block.partition(b"\n")[0]
        with suppress(csv.Error):
            return numbered_titles(len(_titles(line, wanted.delimiter))), block
        raise RegisterError("the first row cannot be read", where=f"{wanted.name}, row 1", hint="name its columns")
    rest = b""
    for _ in range(wanted.form.header_row):
        rest = rest or next(blocks, b"")
        line, _, rest = rest.partition(b"\n")
    try:
        return _titles(line, wanted.delimiter), rest
    except csv.Error:
        where = f"{wanted.name}, row 0 (header)"
        hint = f"line {wanted.form.header_row} names the columns"
        raise RegisterError("the header cannot be read", where=where, hint=hint) from None


def _following(block: bytes, delimiter: str) -> Iterator[list[str]]:
    """The next lines as if they were headers."""
    for line in block.split(b"\n", _LOOK_AHEAD)[:_LOOK_AHEAD]:
        with suppress(csv.Error):
            yield _titles(line, delimiter)


def _numbers(start: int, count: int, skipped: list[int]) -> Rows:
    """The numbers of the next ``count`` good rows from ``start`` on, leaving out the skipped ones."""
    later = np.array([s for s in skipped if s >= start], dtype=np.int64)
    candidates = np.arange(start, start + count + len(later), dtype=np.int64)
    return candidates[~np.isin(candidates, later)][:count]


class _Ragged:
    """Collects the rows that Arrow's parser skips because their columns do not match the header."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._new: list[Refusal] = []

    def __call__(self, row: pacsv.InvalidRow) -> str:
        if row.text.startswith(LONG_MARK):
            reason = "a line longer than 1 MiB"
        else:
            reason = f"{row.actual_columns} columns instead of {row.expected_columns}"
        self.numbers.append(row.number)
        self._new.append(Refusal(np.array([row.number], dtype=np.int64), reason))
        return "skip"

    def take(self) -> list[Refusal]:
        new, self._new = self._new, []
        return new


def _fast(stream: _EvenQuotes, ragged: _Ragged, wanted: Wanted, width: int, positions: list[int]) -> Iterator[pa.Table]:
    names = [str(i) for i in range(width)]
    try:
        reader = pacsv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pacsv.ReadOptions(use_threads=False, block_size=2 * BLOCK_BYTES, column_names=names),
            parse_options=pacsv.ParseOptions(delimiter=wanted.delimiter, invalid_row_handler=ragged),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, TEXT),
                include_columns=[str(i) for i in positions],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise
    for batch in reader:
        yield pa.table(batch.columns, names=list(wanted.columns))


def read_delimited(wanted: Wanted) -> Iterator[Batch]:
    """The wanted columns of a delimited file, batch by batch.

    Rows are numbered from 1 after the header; empty lines have no number. A row whose columns do not
    match the header, or with damaged or over-long values, is refused and the rest goes on.

    Raises:
        RegisterError: The file is missing, empty, damaged, in another encoding, or lacks a column.
    """
    damage = Damage()
    with unpacked(wanted, damage) as chunks:
        blocks = utf8_blocks(chunks, wanted.name, wanted.encoding, damage)
        yield from map(without_headers, _batches(blocks, wanted, damage))


def _batches(blocks: Iterator[bytes], wanted: Wanted, damage: Damage) -> Iterator[Batch]:
    header, rest = _header(blocks, wanted)
    positions = find_columns(header, wanted, _following(rest, wanted.delimiter))
    body = chain([rest] if rest else [], blocks)
    stream, ragged, done = _EvenQuotes(body), _Ragged(), 0
    for table in _fast(stream, ragged, wanted, len(header), positions):
        rows = _numbers(done + 1, table.num_rows, ragged.numbers)
        done = int(rows[-1]) if len(rows) else done
        batch = sound_batch(table, rows, marked=damage.marked)
        batch.refused.extend(ragged.take())
        yield batch
    left = ragged.take()
    if left:
        yield Batch(empty_columns(wanted.columns), np.empty(0, dtype=np.int64), left)
    if stream.handed_over is not None:
        done = max([done, *ragged.numbers])
        slow = recover_rows(stream.handed_over, body, delimiter=wanted.delimiter, width=len(header), done=done)
        for values, rows, refused in slow:
            columns = [pa.array([v[i] for v in values], TEXT) for i in positions]
            batch = sound_batch(pa.table(columns, names=list(wanted.columns)), rows, marked=damage.marked)
            batch.refused.extend(refused)
            yield batch


def empty_columns(columns: tuple[str, ...]) -> pa.Table:
    """A table of text columns without rows."""
    return pa.schema([pa.field(c, TEXT) for c in columns]).empty_table()
