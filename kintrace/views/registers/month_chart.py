"""Rows per month as bars, with the numbers that the picture is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kintrace.views.registers.wording import FEW, Wording

WIDTH, HEIGHT, FOOT = 720, 96, 16
MONTHS_DRAWN = 240
"""Twenty years; longer rows of months are drawn from their end."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: where it stands and what it says."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the axis."""

    x: float
    year: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of ``WIDTH`` by ``HEIGHT`` and its description."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    description: str
    cut: bool
    years: tuple[tuple[str, str], ...]
    """Rows per year in words: the same for those who do not see the picture."""


def month_chart(months: Sequence[tuple[str, int]], wording: Wording) -> Chart | None:
    """The chart of rows per month; None where there are none. Months without rows are gaps."""
    if not months:
        return None
    counts = {_index(month): count for month, count in months}
    last = max(counts)
    first = max(min(counts), last - MONTHS_DRAWN + 1)
    drawn = {index: count for index, count in counts.items() if index >= first}
    slot = WIDTH / (last - first + 1)
    # A small count is drawn as one height: it might be a single person's.
    most = max(*drawn.values(), FEW)
    room = HEIGHT - FOOT
    bars = []
    for index, count in sorted(drawn.items()):
        tall = room * max(count, FEW - 1) / most
        label = f"{_month(index)}: {wording.some(count)}"
        bars.append(Bar(_r((index - first) * slot), _r(room - tall), _r(max(slot * 0.8, 0.8)), _r(tall), label))
    peak = max(sorted(drawn), key=lambda index: drawn[index])
    description = wording.say(
        "chart", first=_month(first), last=_month(last), peak=_month(peak), n=wording.some(drawn[peak])
    )
    return Chart(tuple(bars), _ticks(first, last, slot), description, min(counts) < first, _years(months, wording))


def _years(months: Sequence[tuple[str, int]], wording: Wording) -> tuple[tuple[str, str], ...]:
    totals: dict[str, int] = {}
    for month, count in months:
        totals[month[:4]] = totals.get(month[:4], 0) + count
    return tuple((year, wording.some(count)) for year, count in sorted(totals.items()))


def _ticks(first: int, last: int, slot: float) -> tuple[Tick, ...]:
    """Every January that the axis has room for."""
    step = max(1, round((last - first + 1) / 12 / 12))
    januaries = [index for index in range(first, last + 1) if index % 12 == 0]
    return tuple(Tick(_r((i - first) * slot), str(i // 12)) for i in januaries if (i // 12) % step == 0)


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _month(index: int) -> str:
    return f"{index // 12:04}-{index % 12 + 1:02}"


def _r(number: float) -> float:
    return round(number, 2)
