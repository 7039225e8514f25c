"""What stands in a workbook's cell, as text: stored values only, no formula is ever worked out."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Callable
from dataclasses import dataclass, field

LAST_SERIAL = 2_958_465
"""31 December 9999, the last day that Excel knows."""
_FALSE_LEAP_DAY = 60
"""29 February 1900, which Excel counts and the calendar lacks; every later day is one number too high."""

_BUILT_IN_DAYS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58})
_BUILT_IN_TIMES = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETED = re.compile(r"\[[^\]]*\]")
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_PADDED = re.compile(r'(?:0|-|\\[- ]|"[- ]")+')
_EXACT = 2**53


class NoValueError(Exception):
    """The cell holds nothing that may be used, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Cell = tuple[str, int, str | None, bool]
"""Type and style of a cell, its stored text (None where nothing is stored), and whether it is a formula.

A plain tuple, because there are millions of them and the collector of cycles leaves such tuples alone.
"""


def format_kind(code: str) -> str:
    """Whether a number format shows a ``day``, a ``time``, a number ``padded`` with zeros, or a plain ``number``.

    >>> [format_kind(c) for c in ("dd-mm-yyyy", "[h]:mm", '0.00" dage"', "000000-0000", "General", "mmm yy")]
    ['day', 'time', 'number', 'padded', 'number', 'day']
    """
    first = code.partition(";")[0]
    if first.count("0") > 1 and _PADDED.fullmatch(first):
        return "padded"
    letters = set(_BRACKETED.sub("", _LITERAL.sub("", first)).lower())
    if letters & {"y", "d"} and not letters & {"g", "#", "0"}:
        return "day"
    if _ELAPSED.search(first) or letters & {"h", "s"}:
        return "time"
    return "day" if "m" in letters and not letters & {"#", "0"} else "number"


@dataclass(slots=True)
class Styles:
    """What the workbook's cell styles say of numbers, and its calendar."""

    formats: list[int] = field(default_factory=list)
    """Number format of each style."""
    codes: dict[int, str] = field(default_factory=dict)
    since_1904: bool = False
    _known: dict[int, tuple[str, str]] = field(default_factory=dict)

    def of(self, style: int) -> tuple[str, str]:
        """Kind and code of the number format of a style."""
        if style not in self._known:
            number = self.formats[style] if 0 <= style < len(self.formats) else 0
            code = self.codes.get(number, "")
            if code:
                kind = format_kind(code)
            else:
                kind = "day" if number in _BUILT_IN_DAYS else "time" if number in _BUILT_IN_TIMES else "number"
            self._known[style] = (kind, code)
        return self._known[style]


def day_of(serial: float, *, since_1904: bool) -> str:
    """The ISO day of a serial number.

    Raises:
        NoValueError: It is no day of the calendar: 0 ("1900-01-00"), 60 ("1900-02-29"), negative, too late.

    >>> day_of(1, since_1904=False), day_of(45322.9, since_1904=False), day_of(0, since_1904=True)
    ('1900-01-01', '2024-01-31', '1904-01-01')
    """
    number = int(serial // 1) if abs(serial) < LAST_SERIAL + 1 else -1
    if since_1904:
        number += 1462
    if not 1 <= number <= LAST_SERIAL or (number == _FALSE_LEAP_DAY and not since_1904):
        raise NoValueError("a date that is none")
    first = dt.date(1899, 12, 31) if number < _FALSE_LEAP_DAY else dt.date(1899, 12, 30)
    return (first + dt.timedelta(days=number)).isoformat()


def plain_number(written: str) -> str:
    """A stored number in plain digits, with the 15 digits that Excel shows.

    >>> plain_number("0.30000000000000004"), plain_number("1E+3"), plain_number("12.0")
    ('0.3', '1000', '12')
    """
    value = _number(written)
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    text = format(value, ".15g")
    if "e" not in text:
        return text
    return format(decimal.Decimal(text), "f") if 1e-15 < abs(value) < 1e30 else text


def _number(written: str) -> float:
    try:
        value = float(written)
    except ValueError:
        raise NoValueError("a number that is none") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise NoValueError("a number that is none")
    return value


def padded(digits: str, code: str) -> str:
    """A whole number laid out in a format of zeros.

    >>> padded("101801234", "000000-0000"), padded("7", "0000")
    ('010180-1234', '0007')
    """
    if not digits.isdecimal():
        return digits
    layout = code.partition(";")[0].replace("\\", "").replace('"', "")
    digits = digits.rjust(layout.count("0"), "0")
    extra = len(digits) - layout.count("0")
    laid, digits = [digits[:extra]], digits[extra:]
    for sign in layout:
        laid.append(digits[:1] if sign == "0" else sign)
        digits = digits[1:] if sign == "0" else digits
    return "".join(laid)


def _time_of(serial: float) -> str:
    seconds = round(serial % 1 * 86_400) % 86_400
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _of_number(text: str, style: int, styles: Styles) -> str | None:
    written = text.strip()
    if not written:
        return None
    kind, code = styles.of(style)
    if kind == "number":
        return written if written.isdecimal() and written.isascii() and len(written) < 16 else plain_number(written)
    if kind == "padded":
        return padded(plain_number(written), code)
    return day_of(_number(written), since_1904=styles.since_1904) if kind == "day" else _time_of(_number(written))


def _of_truth(text: str, style: int, styles: Styles) -> str | None:
    return {"1": "true", "0": "false", "true": "true", "false": "false"}.get(text.strip())


def _of_error(text: str, style: int, styles: Styles) -> str | None:
    raise NoValueError("an error value of the workbook")


_KINDS: dict[str, Callable[[str, int, Styles], str | None]] = {
    "n": _of_number,
    "b": _of_truth,
    "str": lambda text, style, styles: text,
    "inlineStr": lambda text, style, styles: text,
    "d": lambda text, style, styles: text.strip().partition("T")[0],
}


def cell_text(cell: Cell, styles: Styles, shared: list[str]) -> str | None:
    """The text of a cell.

    Raises:
        NoValueError: A formula whose value is not stored, an error value, a false date, a damaged cell.
    """
    kind, style, text, formula = cell
    if formula and not text and (text is None or kind != "str"):
        raise NoValueError("a formula without a stored value")
    if text is None:
        return None
    return _shared(text, shared) if kind == "s" else _KINDS.get(kind, _of_error)(text, style, styles)


def _shared(place: str, shared: list[str]) -> str:
    try:
        at = int(place)
        return shared[at] if at >= 0 else _lost()
    except (ValueError, IndexError):
        return _lost()


def _lost() -> str:
    raise NoValueError("a text that the workbook lacks")
