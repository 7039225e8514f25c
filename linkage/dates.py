"""Birth dates from whatever a register writes, with the order of day and month inferred.

The order is inferred per column and source, from the rows where only one order is possible: a file
of 10,000 dates betrays its order even though most of its dates read both ways. Parts that
cannot be a date (month 13) are kept as they are, because a misprinted date still compares well; only
:meth:`BirthDates.to_date32` insists on a real day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = pa.Array | pa.ChunkedArray
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Pieces: TypeAlias = tuple[Integers, Integers, Integers, Integers]
"""Three numbers in their order of writing, and the layout they stood in."""

LATEST_YEAR = 2030
"""Two-digit years up to this one are of the 2000s, later ones of the 1900s."""

_MONTHS = ("jan", "feb", "mar", "apr", "ma[jy]", "jun", "jul", "aug", "sep", "o[kc]t", "nov", "de[cs]")
_PARTED = r"^(?P<a>\d{1,4})(?:\D+(?P<b>\d{1,2}))?(?:\D+(?P<c>\d{1,4}))?(?:[t ].*)?$"
_EIGHT = r"^(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})$"
_SIX = r"^(?P<a>\d{2})(?P<b>\d{2})(?P<c>\d{2})$"


@dataclass(frozen=True, slots=True)
class BirthDates:
    """Dates in parts, one element per row; a part that is not known is 0."""

    year: Integers
    month: Integers
    day: Integers

    def known(self) -> Flags:
        """Rows with a year at least."""
        return self.year > 0

    def to_date32(self) -> pa.Array:
        """Real calendar days; null where a part is missing or the day never was."""
        good = (self.year > 0) & (self.month >= 1) & (self.month <= 12) & (self.day >= 1)
        months = np.where(good, (self.year - 1970) * 12 + self.month - 1, 0).astype("datetime64[M]")
        days = months.astype("datetime64[D]") + np.where(good, self.day - 1, 0)
        good &= days.astype("datetime64[M]") == months
        return pa.array(days.astype(np.int64).astype(np.int32), mask=~good).cast(pa.date32())


def from_date32(values: Column) -> BirthDates:
    """The parts of real dates; 0 where null.

    >>> import datetime as dt
    >>> from_date32(pa.array([dt.date(1980, 2, 3), None])).day.tolist()
    [3, 0]
    """

    def part(numbers: pa.Array) -> Integers:
        flat = numbers.combine_chunks() if isinstance(numbers, pa.ChunkedArray) else numbers
        return np.asarray(pc.fill_null(flat, 0).to_numpy(zero_copy_only=False), dtype=np.int64)

    return BirthDates(part(pc.year(values)), part(pc.month(values)), part(pc.day(values)))


def _encoded(values: Column) -> tuple[pa.Array, Integers]:
    """Distinct texts and each row's index into them (their number for null)."""
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = pc.dictionary_encode(flat.cast(pa.string()))
    index = pc.fill_null(encoded.indices.cast(pa.int64()), len(encoded.dictionary))
    return encoded.dictionary, np.asarray(index.to_numpy(zero_copy_only=False))


def _integers(text: pa.Array) -> Integers:
    numbers = pc.if_else(pc.equal(pc.fill_null(text, ""), ""), "0", text).cast(pa.int64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.int64)


def _spelled_months(text: pa.Array) -> tuple[pa.Array, Flags]:
    """Month names as numbers in the middle (``3 jan 1980`` for ``Jan 3, 1980`` too); where any were."""
    lower = pc.utf8_lower(text)
    spelled = pc.match_substring_regex(lower, r"[a-z]{3}").to_numpy(zero_copy_only=False)
    for number, name in enumerate(_MONTHS, 1):
        lower = pc.replace_substring_regex(lower, rf"^{name}[a-z]*\.?\s+(\d{{1,2}})\b", rf"\1-{number}")
        lower = pc.replace_substring_regex(lower, rf"[\s./-]*\b{name}[a-z]*[\s./-]*", f"-{number}-")
    return lower, spelled


def _pieces(text: pa.Array) -> Pieces:
    """Three numbers per distinct text and its layout: 0 none, 1 parted by signs, 2 eight digits, 3 six."""
    n = len(text)
    pieces = [np.zeros(n, dtype=np.int64) for _ in range(3)]
    layout = np.zeros(n, dtype=np.int64)
    for number, pattern in ((1, _PARTED), (3, _SIX), (2, _EIGHT)):
        found = pc.extract_regex(text, pattern)
        hit = pc.is_valid(found).to_numpy(zero_copy_only=False)
        layout[hit] = number
        for piece, name in zip(pieces, "abc", strict=True):
            numbers = _integers(pc.struct_field(found, name))
            piece[hit] = numbers[hit]
    return pieces[0], pieces[1], pieces[2], layout


def _leads(votes: Integers, source: Integers) -> Flags:
    """Per row, whether the votes of its source are positive; a source without votes follows the column."""
    sums = np.bincount(source, weights=votes)
    return np.asarray(np.where(sums == 0, votes.sum(), sums)[source] > 0, dtype=np.bool_)


def _year_first(pieces: Pieces, source: Integers, weight: Integers) -> Flags:
    """Rows that begin with the year, by their form or, for bare digits, by the vote of their source."""
    a, b, c, layout = pieces
    late = b * 100 + c
    early_day = (a % 100 <= 12) & (a // 100 <= 31) & (late >= 1700) & (late <= 2100)
    early_year = (b <= 12) & (c <= 31) & (a >= 1700) & (a <= 2100)
    votes = np.where(layout == 2, early_day.astype(np.int64) - early_year, 0)
    eight = (layout == 2) & ~_leads(votes * weight, source)
    six = (layout == 3) & _leads(np.where(layout == 3, (a > 31).astype(np.int64) - (c > 31), 0) * weight, source)
    return np.asarray(eight | six | ((layout == 1) & (a > 31)), dtype=np.bool_)


def _ordered(pieces: Pieces, votes_of: tuple[Integers, Integers], *, spelled: Flags, latest_year: int) -> BirthDates:
    """Year, month and day out of three numbers in their order of writing; ``votes_of`` are source and rows of each."""
    a, b, c, layout = pieces
    source, weight = votes_of
    first = _year_first(pieces, source, weight)
    bare = (layout == 2) & ~first
    a, b, c = np.where(bare, a // 100, a), np.where(bare, a % 100, b), np.where(bare, b * 100 + c, c)
    alone = (layout == 1) & (b == 0) & (c == 0)
    year = np.where(first | alone, a, c)
    x, y = np.where(first, b, a), np.where(first, c, b)
    whole = (x > 0) & (y > 0)
    votes = np.where(whole & ~spelled, ((x > 12) & (x <= 31)).astype(np.int64) - ((y > 12) & (y <= 31)), 0) * weight
    # With the year in front the month follows; behind, the day leads unless the file says otherwise.
    day_leads = np.where(
        first, _leads(np.where(first, votes, 0), source), ~_leads(np.where(first, 0, -votes), source) | spelled
    )
    day, month = np.where(day_leads, x, y), np.where(day_leads, y, x)
    # A month without a day ("4/1980", "1980-04") is the only number beside the year.
    month, day = np.where(whole, month, x + y), np.where(whole, day, 0)
    short = (layout > 0) & (year < 100) & (whole | (year > 0)) & ~alone
    century = np.where(year + 2000 <= latest_year, 2000, 1900)
    year = np.where(short, year + century, year)
    known = (layout > 0) & (year >= 100) & ((x > 0) | (y > 0) | alone | (year > 0))
    zero = np.zeros_like(year)
    return BirthDates(
        np.where(known, year, zero), np.where(known & ~alone, month, zero), np.where(known & ~alone, day, zero)
    )


def parse_birth_dates(values: Column, source: Column | None = None, *, latest_year: int = LATEST_YEAR) -> BirthDates:
    """Parts of each date, the order of day and month inferred per source.

    Reads ISO dates (with or without time), parts divided by any sign, eight or six digits, a year or
    year and month alone, Danish and English month names, and Arrow dates and timestamps. Where nothing
    betrays the order the day comes first.

    >>> d = parse_birth_dates(pa.array(["03-04-1980", "25-04-1980", "1980-04-03", "4/1980"]))
    >>> d.day.tolist(), d.month.tolist()
    ([3, 25, 3, 0], [4, 4, 4, 4])
    >>> parse_birth_dates(pa.array(["03/04/1980", "04/25/1980"])).day.tolist()
    [4, 25]
    """
    if pa.types.is_temporal(values.type):
        return from_date32(values.cast(pa.date32()))
    distinct, index = _encoded(values)
    text = pa.concat_arrays([pc.utf8_trim_whitespace(distinct), pa.array([""])])
    text, spelled = _spelled_months(text)
    # What is read is one for all rows of one text and source, so each of those is worked out once.
    apart = index if source is None else index + (len(distinct) + 1) * _encoded(source)[1]
    found = pc.dictionary_encode(pa.array(apart))
    first, rows = np.asarray(found.dictionary.to_numpy()), np.asarray(found.indices.to_numpy())
    value, source_codes = first % (len(distinct) + 1), first // (len(distinct) + 1)
    a, b, c, layout = (piece[value] for piece in _pieces(text))
    votes_of = source_codes, np.bincount(rows, minlength=len(first)).astype(np.int64)
    dates = _ordered((a, b, c, layout), votes_of, spelled=spelled[value], latest_year=latest_year)
    return BirthDates(dates.year[rows], dates.month[rows], dates.day[rows])
