"""Where everything on the family's timeline stands: lanes, bars, crossings and marks to coordinates.

Pure functions from days to units of the picture. Time runs from left to right over :data:`WIDTH`
units; lanes stand below each other in groups, a group under a band with its name and the years. In a
lane the marks come first, in rows, then the bars, in slots. Neither two bars nor two marks of a lane
overlap, labels included, so a crowded lane grows downwards. What is drawn inside these places, and in
which words, is for others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

WIDTH = 910.0
"""Of the time axis; the names of the lanes have their own room to the left."""
EDGE = 8.0
"""Room left free at both ends of the axis, half a mark wide."""
BAND = 22.0
PAD = 5.0
SLOT = 17.0
BAR = 13.0
LANE_LEAST = 32.0
MARK = 14.0
ROW_HEIGHTS = (18.0, 18.0, 27.0)
"""Height of a row of marks by detail: a number, one line, two lines."""
ROWS_MOST = (10_000, 5, 3)
"""Rows of marks that a lane may have at each detail before it tells less of each."""
GAP = 5.0
DOT = 4.5
"""Half the room that a dot on a bar takes."""
PAGE, FIRST_PAGE = 690.0, 470.0
"""Heights of what fits a printed page, A4 across, and the first one below the page's head."""


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """A lane to be placed, and the group that it belongs to."""

    key: str
    group: str


@dataclass(frozen=True, slots=True)
class Spell:
    """A person in a lane for some days, ``[start, end)``, and how wide the person's label is."""

    person: int
    lane: str
    start: int
    end: int
    inside: tuple[tuple[int, int], ...] = ()
    """Days in which the spell counts; the rest is drawn as an outline."""
    label: float = 0.0
    touched: tuple[int, ...] = ()
    """Days on which the person had a part in something: the label keeps clear of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """Something that happened on a day, with the width of what stands beside its mark, by detail."""

    number: int
    lane: str
    day: int
    widths: tuple[float, float, float]
    persons: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """The days that are shown, ``[first, last)``."""

    first: int
    last: int

    def x(self, day: int) -> float:
        """Where a day stands; days outside stand at the edge."""
        inner = min(max(day, self.first), self.last) - self.first
        return round(EDGE + (WIDTH - 2 * EDGE) * inner / max(self.last - self.first, 1), 2)


@dataclass(frozen=True, slots=True)
class Band:
    """The head of a group of lanes."""

    group: str
    y: float


@dataclass(frozen=True, slots=True)
class Lane:
    """A placed lane."""

    key: str
    group: str
    y: float
    height: float
    detail: int
    """How much is told beside each mark: 0 a number, 1 a line, 2 two lines."""
    bars_at: float
    """Where the slots of bars begin."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A placed spell. ``label_x`` is where its label begins, or ends if ``label_left``."""

    spell: Spell
    x: float
    y: float
    width: float
    inside: tuple[tuple[float, float], ...]
    """Begin and width of each counting part."""
    label_x: float
    label_left: bool
    within: bool
    """Whether the label stands in the bar itself."""

    @property
    def middle(self) -> float:
        """Height at which the person's line runs."""
        return self.y + BAR / 2


@dataclass(frozen=True, slots=True)
class Crossing:
    """A person's way from one bar to the next; ``gap`` if no stay is known in between."""

    person: int
    corners: tuple[tuple[float, float], ...]
    gap: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A placed point; its label stands to the right, or to the left if ``left``."""

    point: Point
    x: float
    y: float
    left: bool
    touches: tuple[tuple[int, float, bool], ...] = ()
    """Bars of its persons on that day: person, height of the bar's middle, whether in the same lane."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything placed, and where a printed page may end."""

    axis: Axis
    height: float
    bands: tuple[Band, ...]
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    crossings: tuple[Crossing, ...]
    marks: tuple[Mark, ...]
    pages: tuple[tuple[float, float], ...]
    """Top and height of each part that is printed in one piece."""


def place(axis: Axis, specs: Sequence[LaneSpec], spells: Sequence[Spell], points: Sequence[Point]) -> Chart:
    """The whole picture: lanes in the given order, under a band wherever the group changes."""
    bands: list[Band] = []
    lanes: list[Lane] = []
    bars: list[Bar] = []
    marks: list[Mark] = []
    y, group = 0.0, None
    for spec in specs:
        if spec.group != group:
            group = spec.group
            bands.append(Band(group, y))
            y += BAND
        detail, rows = _detail(axis, [p for p in points if p.lane == spec.key])
        slots = _slots(axis, [s for s in spells if s.lane == spec.key])
        bars_at = y + PAD + ROW_HEIGHTS[detail] * len(rows)
        here = [replace(bar, y=bars_at + SLOT * slot) for slot, row in enumerate(slots) for bar in row]
        height = max(bars_at + SLOT * len(slots) + PAD - y, LANE_LEAST)
        lanes.append(Lane(spec.key, spec.group, y, height, detail, bars_at))
        bars += here
        marks += [
            replace(mark, y=y + PAD + ROW_HEIGHTS[detail] * (at + 0.5)) for at, row in enumerate(rows) for mark in row
        ]
        y += height
    marks.sort(key=lambda mark: mark.point.number)
    bars.sort(key=lambda bar: (bar.spell.person, bar.spell.start, bar.spell.end, bar.y))
    return Chart(
        axis=axis,
        height=y,
        bands=tuple(bands),
        lanes=tuple(lanes),
        bars=tuple(bars),
        crossings=tuple(_crossings(axis, bars)),
        marks=tuple(_touching(mark, bars) for mark in marks),
        pages=tuple(_pages(bands, lanes, y)),
    )


def _detail(axis: Axis, points: list[Point]) -> tuple[int, list[list[Mark]]]:
    """The most detail at which the marks keep within few rows, and the rows."""
    rows: list[list[Mark]] = []
    for detail in (2, 1, 0):
        rows = _rows(axis, points, detail)
        if len(rows) <= ROWS_MOST[detail]:
            return detail, rows
    return 0, rows


def _rows(axis: Axis, points: list[Point], detail: int) -> list[list[Mark]]:
    rows: list[list[Mark]] = []
    ends: list[float] = []
    placed = []
    for point in points:
        x, reach = axis.x(point.day), MARK / 2 + 3 + point.widths[detail]
        left = x + reach > WIDTH and x - reach >= 0
        placed.append((x - (reach if left else MARK / 2), x + (MARK / 2 if left else reach), Mark(point, x, 0.0, left)))
    for start, end, mark in sorted(placed, key=lambda one: (one[0], one[2].point.number)):
        row = next((i for i, free in enumerate(ends) if free <= start), len(ends))
        if row == len(ends):
            ends.append(end)
            rows.append([])
        ends[row] = end + GAP
        rows[row].append(mark)
    return rows


def _slots(axis: Axis, spells: list[Spell]) -> list[list[Bar]]:
    """Bars in as few slots as keep them and their labels apart; who was in a slot before comes back to it."""
    slots: list[list[Bar]] = []
    ends: list[float] = []
    placed = [_bar(axis, spell) for spell in spells]
    for start, end, bar in sorted(placed, key=lambda one: (one[0], one[2].spell.person, one[1])):
        free = [i for i, last in enumerate(ends) if last <= start]
        own = [i for i in free if slots[i][-1].spell.person == bar.spell.person]
        slot = (own or free or [len(ends)])[0]
        if slot == len(ends):
            ends.append(end)
            slots.append([])
        ends[slot] = end + GAP
        slots[slot].append(bar)
    return slots


def _bar(axis: Axis, spell: Spell) -> tuple[float, float, Bar]:
    """A bar without its height, and from where to where it and its label reach."""
    x = axis.x(spell.start)
    width = round(max(axis.x(spell.end) - x, 2.0), 2)
    inside = tuple((axis.x(a), round(max(axis.x(b) - axis.x(a), 2.0), 2)) for a, b in spell.inside)
    room = _room(axis, spell, x, x + width)
    within = room is not None
    left = not within and x + width + 3 + spell.label > WIDTH and x - 3 - spell.label >= 0
    label_x = round(room if room is not None else (x - 3 if left else x + width + 3), 2)
    start = x - 3 - spell.label if left else x
    end = x + width if within or left else x + width + 3 + spell.label
    return start, end, Bar(spell, x, 0.0, width, inside, label_x, left, within)


def _room(axis: Axis, spell: Spell, start: float, end: float) -> float | None:
    """The first place within the bar where the label is clear of dots; ``None`` without one."""
    dots = sorted(axis.x(day) for day in spell.touched)
    for before, after in zip([start, *(x + DOT for x in dots)], [*(x - DOT for x in dots), end], strict=True):
        if after - before >= spell.label + 6:
            return before + 3
    return None


def _crossings(axis: Axis, bars: Sequence[Bar]) -> Iterable[Crossing]:
    """Lines between the bars of a person in order of time; persons moving together keep beside each other."""
    for before, after in itertools.pairwise(bars):
        person = before.spell.person
        if after.spell.person != person or before.y == after.y:
            continue
        aside = (person % 5 - 2) * 2.6
        leaves, enters = min(before.spell.end, after.spell.start), after.spell.start
        out, into = axis.x(leaves), axis.x(enters)
        turn = round(min(max(into + aside, 1.0), WIDTH - 1.0), 2)
        corners = ((out, before.middle), (turn, before.middle), (turn, after.middle), (into, after.middle))
        yield Crossing(person, corners, gap=enters > before.spell.end)


def _touching(mark: Mark, bars: Sequence[Bar]) -> Mark:
    day, lane = mark.point.day, mark.point.lane
    touched = {
        (bar.spell.person, bar.middle, bar.spell.lane == lane)
        for bar in bars
        if bar.spell.person in mark.point.persons and bar.spell.start <= day < bar.spell.end
    }
    return replace(mark, touches=tuple(sorted(touched)))


def _pages(bands: Sequence[Band], lanes: Sequence[Lane], height: float) -> Iterable[tuple[float, float]]:
    """Parts that fit a page, each as long as possible, that end where a lane does; a band stays with its lane."""
    heads = {band.group: band.y for band in bands}
    starts = []
    for i, lane in enumerate(lanes):
        first_of_group = i == 0 or lanes[i - 1].group != lane.group
        starts.append(heads[lane.group] if first_of_group else lane.y)
    top = 0.0
    for start, lane in zip(starts, lanes, strict=True):
        most = PAGE if top else FIRST_PAGE
        if lane.y + lane.height - top > most and start > top:
            yield top, start - top
            top = start
    yield top, height - top
