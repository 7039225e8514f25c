"""How a register's extract differs from an earlier one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from loaders.expectations.values import CodeCount, ColumnFill, RegisterMeasures, share

NOTABLE_ROWS = 0.2
"""Rows have changed notably by this share of what they were."""
NOTABLE_POINTS = 0.03
"""A share has changed notably by this much."""
BEYOND_CHANCE = 4.0
"""Standard errors that a difference of two shares must exceed as well: few rows swing widely by themselves."""
FEW_ROWS = 30
"""Below this many rows on both sides nothing is notable."""


@dataclass(frozen=True, slots=True)
class Change:
    """One number of a register, in the earlier run and now; None where there is no such thing.

    ``what`` is appeared, vanished, rows, refused, repeated, filled, valid, unknown, code or extract;
    ``unit`` says whether the numbers are rows, a share, or a day (its ordinal).
    """

    register: str
    what: str
    subject: str
    """File role, column, or column and code."""
    unit: str
    before: float | None
    now: float | None
    notable: bool


def changes_since(before: Sequence[RegisterMeasures], now: Sequence[RegisterMeasures]) -> tuple[Change, ...]:
    """Every change of every register between two runs, by register; equal numbers are left out."""
    earlier = {one.register: one for one in before}
    later = {one.register: one for one in now}
    found: list[Change] = []
    for name in sorted({*earlier, *later}):
        old, new = earlier.get(name), later.get(name)
        if old is None and new is not None:
            found.append(Change(name, "appeared", "", "rows", None, new.read, True))
        elif new is None and old is not None:
            found.append(Change(name, "vanished", "", "rows", old.read, None, True))
        elif old is not None and new is not None:
            found += _changes(old, new)
    return tuple(one for one in found if one.before != one.now)


def _changes(old: RegisterMeasures, new: RegisterMeasures) -> Iterator[Change]:
    if old.extract and new.extract:
        days = (old.extract.toordinal(), new.extract.toordinal())
        yield Change(new.register, "extract", "", "day", *days, notable=days[1] < days[0])
    for role in _either(old.roles, new.roles, "role"):
        was, one = old.role(role), new.role(role)
        yield Change(new.register, "rows", role, "rows", was.read, one.read, _notable_rows(was.read, one.read))
        yield _share(new.register, "refused", role, (was.refused, was.read), (one.refused, one.read))
        yield _share(new.register, "repeated", role, (was.repeated, was.used), (one.repeated, one.used))
    yield from _column_changes(old, new)
    yield from _code_changes(old, new)


def _either(old: Iterable[object], new: Iterable[object], name: str) -> list[str]:
    return sorted({getattr(one, name) for one in (*old, *new)})


def _column_changes(old: RegisterMeasures, new: RegisterMeasures) -> Iterator[Change]:
    keys = sorted({(one.table, one.column) for one in (*old.columns, *new.columns)})
    for table, column in keys:
        was, one = old.fill(table, column), new.fill(table, column)
        yield _share(new.register, "filled", one.name, (was.filled, was.rows), (one.filled, one.rows))
        yield _share(new.register, "valid", one.name, (was.valid, was.filled), (one.valid, one.filled))


def _code_changes(old: RegisterMeasures, new: RegisterMeasures) -> Iterator[Change]:
    before, after = ({one.name: one for one in side.codes} for side in (old, new))
    for name in sorted({*before, *after}):
        was, one = before.get(name), after.get(name)
        yield _share(new.register, "code", name, _of_code(was, one, old), _of_code(one, was, new))


def _of_code(one: CodeCount | None, other: CodeCount | None, side: RegisterMeasures) -> tuple[int, int]:
    """Rows that say a word, of all rows of its table; a word that a side lacks is said by none of its rows."""
    if one is not None:
        return one.count, one.rows
    return (0, _table_rows(side.columns, other.table)) if other else (0, 0)


def _table_rows(columns: Iterable[ColumnFill], table: str) -> int:
    return next((one.rows for one in columns if one.table == table), 0)


def _share(register: str, what: str, subject: str, old: tuple[int, int], new: tuple[int, int]) -> Change:
    before, now = share(*old), share(*new)
    return Change(register, what, subject, "share", before, now, _notable_share(old, new))


def _notable_rows(old: int, new: int) -> bool:
    """Whether rows changed beyond the daily run of things.

    >>> _notable_rows(1000, 1100), _notable_rows(1000, 500), _notable_rows(3, 6)
    (False, True, False)
    """
    return max(old, new) >= FEW_ROWS and abs(new - old) >= NOTABLE_ROWS * max(old, 1)


def _notable_share(old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Whether a share changed by more than both a few points and chance (two-proportion z with a pooled share).

    >>> _notable_share((930, 1000), (610, 1000)), _notable_share((9, 10), (6, 10))
    (True, False)
    """
    if min(old[1], new[1]) < FEW_ROWS:
        return False
    points = abs(old[0] / old[1] - new[0] / new[1])
    pooled = (old[0] + new[0]) / (old[1] + new[1])
    error = math.sqrt(pooled * (1 - pooled) * (1 / old[1] + 1 / new[1]))
    return points >= NOTABLE_POINTS and points > BEYOND_CHANCE * error
