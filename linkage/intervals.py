"""Half-open day intervals ``[start, end)``, the only intervals in the product.

An unknown start is :data:`FIRST_DAY` and an open end :data:`LAST_DAY`, never null, so that no
comparison needs a special case. Scalars are ``datetime.date``; columns are ``date32`` in Arrow and
``int32`` days since 1970-01-01 in numpy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

FIRST_DAY = dt.date(1, 1, 1)
"""Sentinel for "since before our evidence"."""
LAST_DAY = dt.date(9999, 12, 31)
"""Sentinel for "still so"."""

_EPOCH = dt.date(1970, 1, 1).toordinal()


def to_days(day: dt.date) -> int:
    """Days since 1970-01-01, the integer behind ``date32``.

    >>> to_days(dt.date(1970, 1, 2)), to_days(FIRST_DAY), to_days(LAST_DAY)
    (1, -719162, 2932896)
    """
    return day.toordinal() - _EPOCH


def to_date(days: int) -> dt.date:
    """The date that lies ``days`` after 1970-01-01.

    >>> to_date(1)
    datetime.date(1970, 1, 2)
    """
    return dt.date.fromordinal(int(days) + _EPOCH)


FIRST = to_days(FIRST_DAY)
LAST = to_days(LAST_DAY)


class Interval(NamedTuple):
    """A half-open interval of days, as integers since 1970-01-01; empty when ``end <= start``."""

    start: int
    end: int

    @property
    def days(self) -> int:
        """Length in days, 0 when empty."""
        return max(0, self.end - self.start)

    def __contains__(self, day: object) -> bool:
        """Whether a day lies inside.

        >>> 3 in Interval(3, 5), 5 in Interval(3, 5)
        (True, False)
        """
        return isinstance(day, int) and self.start <= day < self.end

    def __and__(self, other: Interval) -> Interval:
        """The days in both.

        >>> Interval(1, 5) & Interval(3, 9)
        Interval(start=3, end=5)
        """
        return Interval(max(self.start, other.start), min(self.end, other.end))


ALWAYS = Interval(FIRST, LAST)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The fewest intervals that cover the same days, in order; adjacent ones become one.

    >>> union([Interval(5, 7), Interval(1, 3), Interval(3, 4), Interval(9, 9)])
    [Interval(start=1, end=4), Interval(start=5, end=7)]
    """
    merged: list[Interval] = []
    for one in sorted(i for i in intervals if i.end > i.start):
        if merged and one.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return merged


def intersection(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """The days that lie in one of ``left`` and in one of ``right``.

    >>> intersection([Interval(0, 10)], [Interval(2, 3), Interval(8, 12)])
    [Interval(start=2, end=3), Interval(start=8, end=10)]
    """
    others = list(right)
    return union(a & b for a in left for b in others)


def add_years(day: dt.date, years: int) -> dt.date:
    """The same day ``years`` later (or earlier); 29 February becomes 1 March in a common year.

    So a person born on 29 February is 18 from 1 March, as Danish law counts.

    >>> add_years(dt.date(2004, 2, 29), 18), add_years(dt.date(2020, 5, 1), -10)
    (datetime.date(2022, 3, 1), datetime.date(2010, 5, 1))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
