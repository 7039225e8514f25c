"""The family's timeline: where bars, marks and lines stand, and whether they can be seen."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintrace.views.history_page import history_page
from kintrace.views.history_page.layout import (
    BAR,
    MARK,
    PAGE,
    WIDTH,
    Axis,
    Chart,
    LaneSpec,
    Mark,
    Point,
    Spell,
    place,
)
from tests.app.families import COVER, GROUNDS, small_family

AXIS = Axis(0, 4000)
LANES = ("a", "b", "c", "d")


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """Any spells and points in four lanes of two districts."""
    days = st.integers(0, 3999)
    spells = []
    for person, lane, start, length, label in draw(
        st.lists(st.tuples(st.integers(0, 6), st.sampled_from(LANES), days, days, st.floats(0, 120)), max_size=25)
    ):
        end = min(start + max(length, 1), 4000)
        spells.append(Spell(person, lane, start, end, ((start, end),), label, (start,)))
    points = [
        Point(number, lane, day, (14.0, width, width + 60), (person,))
        for number, (lane, day, width, person) in enumerate(
            draw(st.lists(st.tuples(st.sampled_from(LANES), days, st.floats(5, 150), st.integers(0, 6)), max_size=40))
        )
    ]
    specs = [LaneSpec(lane, "east" if lane in "ab" else "west") for lane in LANES]
    return place(AXIS, specs, spells, points)


@given(charts())
def test_no_two_bars_overlap_and_each_lies_in_its_lane(chart: Chart) -> None:
    lanes = {lane.key: lane for lane in chart.lanes}
    for bar in chart.bars:
        lane = lanes[bar.spell.lane]
        assert lane.bars_at <= bar.y <= bar.y + BAR <= lane.y + lane.height
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
    for one, other in itertools.combinations(chart.bars, 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or abs(one.y - other.y) >= BAR


@given(charts())
def test_marks_lie_in_their_lane_above_the_bars_and_apart(chart: Chart) -> None:
    lanes = {lane.key: lane for lane in chart.lanes}
    for mark in chart.marks:
        lane = lanes[mark.point.lane]
        assert lane.y < mark.y - MARK / 2
        assert mark.y + MARK / 2 <= lane.bars_at
    for one, other in itertools.combinations(chart.marks, 2):
        assert one.y != other.y or one.point.lane != other.point.lane or not _meet(chart, one, other)


def _meet(chart: Chart, one: Mark, other: Mark) -> bool:
    detail = {lane.key: lane.detail for lane in chart.lanes}
    reaches = []
    for mark in (one, other):
        width = MARK / 2 + mark.point.widths[detail[mark.point.lane]]
        reaches.append((mark.x - width, mark.x) if mark.left else (mark.x, mark.x + width))
    first, second = sorted(reaches)
    return second[0] < first[1]


@given(charts())
def test_time_runs_from_left_to_right(chart: Chart) -> None:
    at = sorted((mark.point.day, mark.x) for mark in chart.marks)
    assert [x for _, x in at] == sorted(x for _, x in at)
    assert [mark.point.number for mark in chart.marks] == sorted(mark.point.number for mark in chart.marks)


@given(charts())
def test_lanes_follow_each_other_and_pages_cut_between_them(chart: Chart) -> None:
    edges = [lane.y for lane in chart.lanes] + [band.y for band in chart.bands]
    for one, other in itertools.pairwise(chart.lanes):
        assert one.y + one.height <= other.y
    tops = [top for top, _ in chart.pages]
    assert tops[0] == 0
    assert set(tops) <= {0.0, *edges}
    assert sum(height for _, height in chart.pages) == pytest.approx(chart.height)
    tall = max(lane.height for lane in chart.lanes)
    assert all(height <= max(PAGE, tall + 30) for _, height in chart.pages)


@given(charts())
def test_a_persons_line_is_unbroken(chart: Chart) -> None:
    for person in {bar.spell.person for bar in chart.bars}:
        bars = [bar for bar in chart.bars if bar.spell.person == person]
        ways = [way for way in chart.crossings if way.person == person]
        moves = [(a, b) for a, b in itertools.pairwise(bars) if a.y != b.y]
        assert len(ways) == len(moves)
        for way, (before, after) in zip(ways, moves, strict=True):
            assert way.corners[0][1] == before.middle
            assert way.corners[-1] == (after.x, after.middle)


def _colours(style: str, scheme: str) -> dict[str, str]:
    """The colours by name that hold in a scheme: those of the light one, overridden in the dark one."""
    found: dict[str, str] = {}
    for media, block in re.findall(r"(@media screen[^{]*\{\s*)?:root \{([^}]*)\}", style):
        if not media or scheme == "dark":
            found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    return found


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_lines_of_the_picture_stand_out(scheme: str) -> None:
    style = history_page(small_family(), GROUNDS, COVER, language="en").partition("<style>")[2].partition("</style>")[0]
    colours = _colours(style, scheme)
    for ground in ("paper", "band", "mark"):
        assert _contrast(colours["ink"], colours[ground]) >= 7
        assert _contrast(colours["soft"], colours[ground]) >= 4.5
    assert _contrast(colours["demo-ink"], colours["demo"]) >= 7
    for name in ("link", "focus", *(f"m{i}" for i in range(7))):
        assert _contrast(colours[name], colours["paper"]) >= 4.5
