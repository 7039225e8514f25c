"""How a delimited text is written: its encoding, its delimiter and where its columns are named."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from loaders.guessing.titles import known_titles

DELIMITERS = ";,\t|"
_LOOK_AT = 400
"""Lines by which the delimiter is judged."""
_TITLE_LINES = 20
"""Lines in which the columns may be named."""
_C1 = re.compile(rb"[\x80-\x9f]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
_NOT_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_VALUE = re.compile(r"^(?=.*\d)[\d\s.,:/+-]+$|@|^\d{6}-?\w{4}$")
"""Numbers, dates, times, addresses of e-mail: what titles never look like."""

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by its name in mappings, and the share of foreign lines that are in another one."""

    name: str
    odd: float = 0.0


def detect_encoding(data: bytes) -> Encoding:
    r"""The encoding of a beginning of a text; whole lines only are to be handed over.

    A text with letters outside ASCII is almost never correct UTF-8 by accident. If it is none, the bytes
    80 to 9F tell Windows-1252 (signs) from Latin-1 (control characters).

    >>> detect_encoding("Ærø".encode()).name, detect_encoding("Ærø".encode("cp1252")).name
    ('utf-8', 'windows-1252')
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16")
    foreign = [line for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n") if not line.isascii()]
    broken = sum(1 for line in foreign if not _is_utf8(line))
    if broken <= len(foreign) / 2:
        return Encoding("utf-8", broken / len(foreign) if foreign else 0.0)
    name = "latin-1" if _C1.search(data) and _NOT_1252.search(data) else "windows-1252"
    return Encoding(name, 1 - broken / len(foreign))


def is_binary(data: bytes) -> bool:
    r"""Whether bytes are full of control characters that no text holds.

    >>> is_binary(bytes(range(32)) * 9), is_binary(b"a;b\r\n1;2\r\n")
    (True, False)
    """
    return len(_CONTROLS.findall(data)) > 0.01 * len(data)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def rows_of(text: str, delimiter: str) -> Rows:
    """The rows of a piece of delimited text; nothing from the first one on that cannot be taken apart."""
    rows: Rows = []
    try:
        for row in csv.reader(text.split("\n"), delimiter=delimiter):
            if any(row):
                rows.append(row)
    except csv.Error:
        return rows
    return rows


def detect_delimiter(text: str) -> tuple[str, int]:
    r"""The delimiter that parts most lines into equally many columns, and how many.

    >>> detect_delimiter("a;b;c\n1;2,5;3\n4;5,5;6\n")
    (';', 3)
    """
    head = "\n".join(islice(text.split("\n"), _LOOK_AT))
    best, choice = -1.0, (";", 1)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in rows_of(head, delimiter))
        if not widths:
            continue
        width, count = max(((w, n) for w, n in widths.items() if w > 1), key=lambda one: one[1], default=(1, 0))
        share = count / sum(widths.values())
        score = share + min(width, 40) / 1000 if width > 1 else 0.0
        if score > best:
            best, choice = score, (delimiter, width)
    return choice


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are named: the line (0 for nowhere), their titles, and what the title guesses go by."""

    line: int
    titles: tuple[str, ...]
    read_as: tuple[str, ...]
    """Titles with the words of a second line of names."""
    above: int = 0
    """Lines of other text before it."""
    second: int = 0
    """The second line that also seems to name columns, 0 if there is none."""


def _likeness(row: Sequence[str]) -> float:
    """Share of the cells that look like values."""
    filled = [cell for cell in row if cell.strip()]
    return sum(1 for cell in filled if _VALUE.search(cell.strip())) / len(filled) if filled else 1.0


def names_columns(row: Sequence[str], below: Rows) -> bool:
    """Whether a row names columns rather than being one of the rows below it."""
    filled = [cell.strip() for cell in row if cell.strip()]
    if len(filled) < 0.6 * len(row) or _likeness(row) > 0.2:
        return False
    known = known_titles(filled)
    if known >= max(1, 0.25 * len(filled)):
        return True
    if not below:
        return True
    again = sum(1 for n, cell in enumerate(row) if cell and any(len(b) > n and b[n] == cell for b in below))
    typical = sum(_likeness(b) for b in below) / len(below)
    return len(set(filled)) == len(filled) and again <= 0.2 * len(filled) and (typical > 0.2 or known > 0)


def find_header(lines: Sequence[str], delimiter: str, width: int) -> Header:
    """The line that names the columns of a text, counted from 1; line 0 where none does."""
    above = 0
    for number, line in enumerate(lines[:_TITLE_LINES], start=1):
        rows = rows_of(line, delimiter)
        row = rows[0] if rows else []
        filled = sum(1 for cell in row if cell.strip())
        if len(row) != width or filled < min(2, width):
            above += 1
            continue
        below = [r for r in rows_of("\n".join(lines[number : number + 50]), delimiter) if len(r) == width]
        if not names_columns(row, below[1:] or below):
            if filled < 0.6 * width and _likeness(row) <= 0.2:  # Headings over groups of columns.
                above += 1
                continue
            break
        return _with_second(_titles(row), below, number, above)
    plain = tuple(f"column {n}" for n in range(1, width + 1))
    return Header(0, plain, plain, above)


def _titles(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row)


def _with_second(titles: tuple[str, ...], below: Rows, number: int, above: int) -> Header:
    """The header, or the line after it where that names the columns too, and each by itself."""
    typical = sum(_likeness(b) for b in below[1:]) / len(below[1:]) if len(below) > 1 else 0.0
    second = _titles(below[0]) if below else ()
    if not second or typical < 0.2 or _likeness(second) > 0.05 or not known_titles(second):
        filled = sum(1 for t in titles if t)
        if not second or filled == len(titles) or not names_columns(second, below[1:]) or known_titles(second) < 2:
            return Header(number, titles, titles, above)
    both = tuple(f"{a} {b}".strip() for a, b in zip(titles, second, strict=True))
    if all(second) and len(set(second)) == len(second):
        return Header(number + 1, second, both, above, number)
    return Header(number, titles, both, above, number + 1)
