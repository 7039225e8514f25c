"""From a family history to what the timeline shows: which lanes, which spells, which marks, in which words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.history import Entry, FamilyHistory, Member, Stay
from kintrace.views.history_page.layout import Axis, Chart, LaneSpec, Point, Spell, place
from kintrace.views.history_page.measure import fitting, text_width
from kintrace.views.history_page.rows import ConcernRow, Fact, FactPart
from kintrace.views.history_page.words import Words, printable, shape
from linkage.intervals import FIRST, Interval, intersection, to_date, to_days, union

PROTECTED = "protected"
CONCERNS = "concerns"
ELSEWHERE = "elsewhere:"
LABEL_ROOM = 176.0
NAME_SIZE, LANE_SIZE, MARK_SIZE, SMALL_SIZE = 10.5, 11.0, 11.5, 10.0
WHOLE_LIFE = frozenset({"a", "b"})


@dataclass(frozen=True, slots=True)
class LaneName:
    """Two lines that name a lane, and the address in full."""

    first: str
    second: str
    full: str


@dataclass(frozen=True, slots=True)
class MarkText:
    """What a mark shows and says."""

    number: str
    shape: str
    klass: str
    """``A``, ``B``, ``C``, or ``N`` for a notification."""
    target: str
    anchor: str
    first: str
    second: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The placed timeline with its words."""

    chart: Chart
    years: tuple[tuple[float, str], ...]
    groups: dict[str, str]
    lanes: dict[str, LaneName]
    persons: tuple[str, ...]
    """Short names, by the order of the members."""
    texts: dict[int, MarkText]
    own: dict[int, frozenset[int]]
    """By mark: the persons to whom the event is laid."""


def picture(history: FamilyHistory, facts: Sequence[Fact], concerns: Sequence[ConcernRow], words: Words) -> Picture:
    """The timeline of a focal child's history."""
    axis = _axis(history)
    order = {member.person_id: at for at, member in enumerate(history.members)}
    names = short_names(history.members, words)
    stays = _lane_stays(history)
    lanes = _Lanes(stays, axis)
    marks = sorted(_marks(history, facts, concerns, lanes), key=_by_date)
    texts = {number: _mark_text(told, names, order, words) for number, (_, _, told) in enumerate(marks)}
    own = {number: _own(told, order) for number, (_, _, told) in enumerate(marks)}
    points = [
        Point(number, lane, to_days(day), _widths(texts[number]), _persons(told, order))
        for number, (day, lane, told) in enumerate(marks)
    ]
    spells = [_labelled(spell, names, points) for spell in _spells(history, stays, axis)]
    specs = lanes.specs({point.lane for point in points})
    return Picture(
        chart=place(axis, specs, spells, points),
        years=_years(axis),
        groups={spec.group: _group(spec.group, words) for spec in specs},
        lanes={spec.key: lanes.name(spec.key, words) for spec in specs},
        persons=names,
        texts=texts,
        own=own,
    )


def _labelled(spell: Spell, names: Sequence[str], points: Sequence[Point]) -> Spell:
    """The spell with the width of its person's name, which keeps clear of what the person had a part in."""
    days = {p.day for p in points if spell.person in p.persons and spell.start <= p.day < spell.end}
    return replace(spell, label=text_width(names[spell.person], NAME_SIZE, bold=True), touched=tuple(sorted(days)))


def short_names(members: Sequence[Member], words: Words) -> tuple[str, ...]:
    """First names, with the year of birth where two members share one, numbered where they share that too."""
    first = [printable(m.name or "").split(" ", 1)[0] or words("no_name") for m in members]
    shared = {name for name, times in Counter(first).items() if times > 1}
    named = [
        f"{name} {m.birth_date.year}" if name in shared and m.birth_date else name
        for name, m in zip(first, members, strict=True)
    ]
    found: Counter[str] = Counter()
    short = []
    for name in (fitting(name, NAME_SIZE, 110) for name in named):
        found[name] += 1
        short.append(name if found[name] == 1 else f"{name} ({found[name]})")
    return tuple(short)


def _axis(history: FamilyHistory) -> Axis:
    days = [e.date for e in history.entries] + [c.date for c in history.concerns]
    days += [start for m in history.members if m.rule == "a" for start, _ in m.intervals]
    first = min([*days, history.as_of])
    return Axis(to_days(dt.date(first.year, 1, 1)), to_days(history.as_of) + 1)


def _years(axis: Axis) -> tuple[tuple[float, str], ...]:
    first, last = to_date(axis.first).year, to_date(axis.last).year
    step = next(s for s in (1, 2, 5, 10, 25, 1000) if (last - first) / s <= 24)
    years = [y for y in range(first, last + 1) if y % step == 0 or step == 1]
    return tuple(
        (axis.x(to_days(dt.date(y, 1, 1))), str(y)) for y in years if axis.last - to_days(dt.date(y, 1, 1)) > 0
    )


def _lane_of(stay: Stay) -> str:
    return PROTECTED if stay.sealed else stay.address_id


def _lane_stays(history: FamilyHistory) -> list[Stay]:
    return [stay for stay in history.stays if stay.valid_from < stay.valid_to]


def _spells(history: FamilyHistory, stays: list[Stay], axis: Axis) -> list[Spell]:
    """Each member's time in each lane, as few spells as cover it; time outside the family only of child and parents."""
    found = []
    shown = Interval(axis.first, axis.last)
    for person, member in enumerate(history.members):
        counting = [Interval(to_days(a), to_days(b)) for a, b in member.intervals]
        seen = [shown] if member.rule in WHOLE_LIFE else [i & shown for i in counting]
        lanes: dict[str, list[Interval]] = {}
        for stay in stays:
            if stay.person_id == member.person_id:
                lanes.setdefault(_lane_of(stay), []).append(Interval(to_days(stay.valid_from), to_days(stay.valid_to)))
        for lane, spans in lanes.items():
            for span in intersection(union(spans), seen):
                inside = tuple((one.start, one.end) for one in intersection([span], counting))
                found.append(Spell(person, lane, span.start, span.end, inside))
    return found


class _Lanes:
    """The lanes that stays make, and where an event belongs among them."""

    def __init__(self, stays: list[Stay], axis: Axis) -> None:
        self.axis = axis
        self.stays = [s for s in stays if to_days(s.valid_to) > axis.first and to_days(s.valid_from) < axis.last]
        self.by_label: dict[tuple[str, str | None], list[Stay]] = {}
        for stay in self.stays:
            if not stay.sealed:
                self.by_label.setdefault((stay.label, stay.district), []).append(stay)

    def of_event(self, entry: Entry) -> str:
        """The lane of the event's place: a home's where the place is one that is shown, else the district's own."""
        if entry.sealed:
            return PROTECTED
        homes = self.by_label.get((entry.place or "", entry.district), [])
        then = [s for s in homes if s.valid_from <= entry.date < s.valid_to]
        return (then or homes)[0].address_id if homes else ELSEWHERE + (entry.district or "")

    def specs(self, marked: set[str]) -> list[LaneSpec]:
        """Lanes by district, districts and lanes in the order in which the family came to them."""
        lanes: dict[str, str] = {}
        for stay in self.stays:
            lanes.setdefault(_lane_of(stay), PROTECTED if stay.sealed else stay.district or "")
        for lane in sorted(marked - lanes.keys()):
            lanes[lane] = lane.removeprefix(ELSEWHERE)
        began = {lane: self._began(lane) for lane in lanes}
        first = {group: min(began[lane] for lane in lanes if lanes[lane] == group) for group in set(lanes.values())}
        last = ("", PROTECTED, CONCERNS)
        places = {group: last.index(group) if group in last else -1 for group in first}
        order = sorted(lanes, key=lambda n: (places[lanes[n]], *first[lanes[n]], lanes[n], *began[n], n))
        return [LaneSpec(lane, lanes[lane]) for lane in order]

    def _began(self, lane: str) -> tuple[bool, int]:
        """When somebody is first seen there; lanes where nobody lives come last."""
        starts = [max(to_days(s.valid_from), self.axis.first) for s in self.stays if _lane_of(s) == lane]
        return not starts, min(starts, default=FIRST)

    def name(self, lane: str, words: Words) -> LaneName:
        """What the lane is called."""
        if lane == PROTECTED:
            return LaneName(words("protected_lane"), words("protected_hint"), words("protected_lane"))
        if lane == CONCERNS:
            return LaneName(words("concern_lane"), words("concern_hint"), words("concern_lane"))
        if lane.startswith(ELSEWHERE):
            return LaneName(words("elsewhere"), words("elsewhere_hint"), words("elsewhere"))
        stay = next(s for s in self.stays if _lane_of(s) == lane)
        label = printable(stay.label)
        street, _, town = label.rpartition(", ")
        about = words("hub") if stay.hub else ""
        second = ", ".join(x for x in (town if street else "", about) if x)
        return LaneName(fitting(street or town, LANE_SIZE, LABEL_ROOM), fitting(second, SMALL_SIZE, LABEL_ROOM), label)


def _group(group: str, words: Words) -> str:
    known = {"": words("district_unknown"), PROTECTED: words("protected_group"), CONCERNS: words("concern_group")}
    return known.get(group) or printable(group)


Told = Fact | ConcernRow


def _marks(
    history: FamilyHistory, facts: Sequence[Fact], concerns: Sequence[ConcernRow], lanes: _Lanes
) -> list[tuple[dt.date, str, Told]]:
    entries = {entry.event_id: entry for entry in history.entries}
    found: list[tuple[dt.date, str, Told]] = [
        (fact.date, lanes.of_event(entries[fact.event_id]), fact) for fact in facts
    ]
    return found + [(row.date, CONCERNS, row) for row in concerns]


def _by_date(mark: tuple[dt.date, str, Told]) -> tuple[dt.date, bool, int]:
    day, _, told = mark
    return day, isinstance(told, ConcernRow), told.number


def _mark_text(told: Told, names: Sequence[str], order: dict[str, int], words: Words) -> MarkText:
    isolated = {person: f"\u2068{names[at]}\u2069" for person, at in order.items()}
    if isinstance(told, ConcernRow):
        first = f"{told.label} {words.short_kind(told.category)}"
        second = ", ".join(dict.fromkeys(isolated.get(p, p) for p, _, _ in told.persons))
        spoken = f"{told.label}: {told.date}, {words.kind(told.category)}"
        klass, target, anchor = "N", f"notice-{told.number}", f"mark-n{told.number}"
    else:
        first = f"{told.label} {words.short_kind(told.category)}{'' if told.verified else ' ?'}"
        second = ", ".join(dict.fromkeys(f"{isolated[p.person_id]} {words.short_role(p.role)}" for p in told.parts))
        second = {"B": f"{words('outlined_B')}: {second}", "C": words("nobody_C")}.get(told.klass, second)
        doubt = "" if told.verified else f", {words('unverified')}"
        spoken = f"{told.label}: {told.date}, {words.kind(told.category)}{doubt}, {told.place}. {_spoken(told.parts)}"
        spoken += words(f"class_{told.klass}")[3:]
        klass, target, anchor = told.klass, f"fact-{told.number}", f"mark-{told.number}"
    second = fitting(second, SMALL_SIZE, 240)
    second += "\u2069" * (second.count("\u2068") - second.count("\u2069"))
    return MarkText(told.label, shape(told.category), klass, target, anchor, first, second, spoken)


def _spoken(parts: Sequence[FactPart]) -> str:
    said = "; ".join(f"{p.short_name}: {p.role_word}" + (f", {p.outcome}" if p.outcome else "") for p in parts)
    return f"{said}. " if said else ""


def _widths(text: MarkText) -> tuple[float, float, float]:
    one = text_width(text.first, MARK_SIZE, bold=True)
    plain = text.second.replace("\u2068", "").replace("\u2069", "")
    return text_width(text.number, MARK_SIZE, bold=True), one, max(one, text_width(plain, SMALL_SIZE))


def _persons(told: Told, order: dict[str, int]) -> tuple[int, ...]:
    involved = [p.person_id for p in told.parts] if isinstance(told, Fact) else []
    return tuple(sorted({order[person] for person in involved if person in order}))


def _own(told: Told, order: dict[str, int]) -> frozenset[int]:
    parts = told.parts if isinstance(told, Fact) else ()
    return frozenset(order[p.person_id] for p in parts if p.own and p.person_id in order)
