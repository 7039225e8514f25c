"""A patient parser for the part of a file where quotes go astray.

Slower than Arrow's, but it loses exactly the damaged line: a quote that is never closed would
otherwise swallow every row up to the next one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

import numpy as np

from loaders.readers.batches import Refusal, Rows
from loaders.readers.decoding import LONG_MARK, MAX_LINE_BYTES

_MAX_JOINED = 100
"""Lines that one quoted value may span."""
_ROWS_PER_BATCH = 50_000

Parsed = tuple[list[list[str]], Rows, list[Refusal]]


class _Lines:
    """Lines with push-back."""

    def __init__(self, first: bytes, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._lines = first.decode().split("\n")
        self._lines.reverse()

    def next(self) -> str | None:
        while not self._lines:
            block = next(self._blocks, None)
            if block is None:
                return None
            self._lines = block.decode().split("\n")[::-1]
        return self._lines.pop()

    def push_back(self, lines: list[str]) -> None:
        self._lines.extend(reversed(lines))


def _parse(text: str, delimiter: str, *, strict: bool) -> list[str] | None:
    csv.field_size_limit(2 * MAX_LINE_BYTES)
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=strict))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _row(line: str, lines: _Lines, delimiter: str, width: int) -> list[str] | str:
    """The row that begins with this line, or the reason why there is none."""
    if line.startswith(LONG_MARK):
        return "a line longer than 1 MiB"
    if line.count('"') % 2 == 0:
        row = _parse(line, delimiter, strict=False)
        if row is None or len(row) != width:
            return f"{len(row or [])} columns instead of {width}"
        return row
    row = _parse(line, delimiter, strict=True)
    if row is not None and len(row) == width:
        return row  # the quote is a letter inside a value
    joined = [line]
    while len(joined) < _MAX_JOINED:
        more = lines.next()
        if more is None:
            break
        joined.append(more)
        if more.count('"') % 2:
            row = _parse("\n".join(joined), delimiter, strict=True)
            if row is not None and len(row) == width:
                return row
            break
    lines.push_back(joined[1:])
    return "a quote that is not closed"


def recover_rows(first: bytes, blocks: Iterator[bytes], *, delimiter: str, width: int, done: int) -> Iterator[Parsed]:
    """Rows of the first block and all that follow, with their numbers after ``done``, and the refused."""
    lines = _Lines(first, blocks)
    values: list[list[str]] = []
    numbers: list[int] = []
    refused: list[Refusal] = []
    while (line := lines.next()) is not None:
        if not line:
            continue
        done += 1
        row = _row(line, lines, delimiter, width)
        if isinstance(row, str):
            refused.append(Refusal(np.array([done], dtype=np.int64), row))
        else:
            values.append(row)
            numbers.append(done)
        if len(values) + len(refused) >= _ROWS_PER_BATCH:
            yield values, np.array(numbers, dtype=np.int64), refused
            values, numbers, refused = [], [], []
    yield values, np.array(numbers, dtype=np.int64), refused
