"""The rows of one worksheet, streamed: a sheet's declared size is never believed, only its cells count."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from loaders.readers.batches import MAX_COLUMNS, MAX_FIELD_CHARACTERS
from loaders.readers.sheet_values import Cell
from loaders.readers.xml_parts import DamagedXmlError, XmlStream

MAX_ROWS = 1_048_576
_MAX_MERGES = 100_000
_DIGITS = "0123456789"


def column_number(letters: str) -> int:
    """Position of a column from 0.

    Raises:
        DamagedXmlError: It is no column of a worksheet.

    >>> column_number("A"), column_number("XFD")
    (0, 16383)
    """
    number = 0
    for letter in letters[:4]:
        if not "A" <= letter <= "Z":
            raise DamagedXmlError
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= MAX_COLUMNS:
        raise DamagedXmlError
    return number - 1


def column_letters(position: int) -> str:
    """The letters of a column.

    >>> column_letters(0), column_letters(16383)
    ('A', 'XFD')
    """
    letters, position = "", position + 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _whole(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most):
        raise DamagedXmlError
    return int(text)


@dataclass(slots=True)
class Row:
    """One row of the sheet: its number there, whether anything stands in it, and the cells that are kept."""

    number: int
    filled: bool = False
    cells: dict[int, Cell] = field(default_factory=dict)


class SheetRows:
    """The rows of a sheet as its XML goes by; ``keep`` narrows the columns once they are known."""

    def __init__(self) -> None:
        self.keep: Collection[int] | None = None
        self._rows: list[Row] = []
        self._row = Row(0)
        self._column = -1
        self._kept = False
        """Whether the cell at hand is one of the kept columns; what is known of it so far:"""
        self._kind, self._style, self._formula = "n", 0, False
        self._found: str | None = None
        self._columns: dict[str, int] = {}
        self._phonetic = False

    def read(self, blocks: Iterator[bytes]) -> Iterator[Row]:
        """Every row with cells, in order.

        Raises:
            DamagedXmlError: The sheet is damaged.
        """
        stream = XmlStream(self._start, end=self._end, text=self._text)
        for _ in stream.feed(blocks):
            rows, self._rows = self._rows, []
            yield from rows

    def _start(self, name: str, attributes: dict[str, str]) -> bool:
        if name == "c":
            self._start_cell(attributes)
            return False
        if name == "v" or name == "t":
            self._row.filled = True
            if not self._kept or self._phonetic:
                return False
            self._found = self._found or ""
            return True
        if name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._row.filled = self._formula = True
        elif name == "rPh":
            self._phonetic = True
        return False

    def _start_row(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r")
        number = self._row.number + 1 if stated is None else _whole(stated, most=MAX_ROWS)
        if not self._row.number < number <= MAX_ROWS:
            raise DamagedXmlError
        self._row, self._column = Row(number), -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            column = self._column + 1
            if column >= MAX_COLUMNS:
                raise DamagedXmlError
        else:
            letters = reference.rstrip(_DIGITS)
            known = self._columns.get(letters)
            column = self._columns[letters] = column_number(letters) if known is None else known
        self._column = column
        self._kept = self.keep is None or column in self.keep
        if self._kept:
            style = attributes.get("s", "0")
            self._kind = attributes.get("t", "n")
            self._style = int(style) if style.isdecimal() and len(style) < 9 else 0
            self._formula, self._found = False, None

    def _text(self, text: str) -> None:
        found = self._found
        if not found:
            self._found = text
        elif len(found) <= MAX_FIELD_CHARACTERS:
            self._found = found + text

    def _end(self, name: str) -> None:
        if name == "c":
            if self._kept:
                self._row.cells[self._column] = (self._kind, self._style, self._found, self._formula)
                self._kept = False
        elif name == "row":
            self._rows.append(self._row)
        elif name == "rPh":
            self._phonetic = False


Covered = dict[int, tuple[list[int], list[int]]]
"""By column, first and last rows of the stretches that a merged cell covers without holding the value."""


class Merges:
    """The merged cells of a sheet, which stand after its rows."""

    def __init__(self) -> None:
        self._found: list[tuple[int, int, int, int]] = []

    def read(self, blocks: Iterator[bytes]) -> None:
        """Collect them all.

        Raises:
            DamagedXmlError: The sheet is damaged, or merges more cells than any sheet made by people.
        """
        XmlStream(self._start).run(blocks)

    def _start(self, name: str, attributes: dict[str, str]) -> bool:
        if name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            (left, top), (right, bottom) = _place(first), _place(last or first)
            self._found.append((top, bottom, left, right))
            if len(self._found) > _MAX_MERGES:
                raise DamagedXmlError
        return False

    def covering(self, positions: Collection[int]) -> Covered:
        """The covered stretches of some columns."""
        stretches: dict[int, list[tuple[int, int]]] = {}
        for top, bottom, left, right in self._found:
            for position in positions:
                if left <= position <= right and (top + 1 <= bottom or position > left):
                    stretches.setdefault(position, []).append((top if position > left else top + 1, bottom))
        return {p: _joined(sorted(many)) for p, many in stretches.items()}


def _joined(stretches: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Overlapping stretches as one, so that a row is found by bisection."""
    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in stretches:
        if lasts and first <= lasts[-1] + 1:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return firsts, lasts


def is_covered(covered: Covered, position: int, row: int) -> bool:
    """Whether a merged cell swallows the cell.

    >>> is_covered({2: ([5], [7])}, 2, 7), is_covered({2: ([5], [7])}, 2, 8)
    (True, False)
    """
    firsts, lasts = covered.get(position, ((), ()))
    at = bisect_right(firsts, row) - 1
    return at >= 0 and row <= lasts[at]


def _place(reference: str) -> tuple[int, int]:
    letters = reference.rstrip(_DIGITS)
    return column_number(letters), _whole(reference[len(letters) :], most=MAX_ROWS)
