"""Who belongs to a child's family, on integer codes and days: rules a to e of :mod:`graph.history`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.snapshot import Snapshot
from graph.snapshot.layout import (
    ADULT_FROM,
    BIRTH,
    DECEASED,
    EXTRA,
    EXTRA2,
    FOSTER_PARENT,
    HELD,
    KNOWN_FROM,
    KNOWN_TO,
    NEWEST,
    NO_DAY,
    OTHER,
    PARENT_KINDS,
    SPOUSE,
    VALID_FROM,
    VALID_TO,
)
from linkage.intervals import FIRST, LAST, add_years, to_days

Spans = list[tuple[int, int]]
Row = list[int]

LONG_ENOUGH = 30
"""Days of co-residence from which a person belongs (rules d, for partners, and e)."""


@dataclass(frozen=True, slots=True)
class Question:
    """The days of a question as integers."""

    as_of: int
    known_at: int
    ten_years_before: int

    @property
    def horizon(self) -> int:
        """The first day that is out of sight."""
        return self.as_of + 1


def question(as_of: dt.date, known_at: dt.date | None) -> Question:
    """The question's days; no ``known_at`` means the newest belief.

    >>> question(dt.date(1970, 1, 11), None).horizon
    11
    """
    belief = NEWEST if known_at is None else to_days(known_at)
    return Question(to_days(as_of), belief, to_days(add_years(as_of, -10)))


@dataclass(slots=True)
class Family:
    """A focal child's family: members by code with their rule and intervals, in the order a to e."""

    child: int
    birth: int
    rules: dict[int, str] = field(default_factory=dict)
    intervals: dict[int, Spans] = field(default_factory=dict)
    possible: dict[int, Spans] = field(default_factory=dict)
    carers: dict[int, Spans] = field(default_factory=dict)
    """Persons with whom the child was placed, and when."""

    def add(self, person: int, rule: str, spans: Spans) -> None:
        """Let the person in, unless an earlier rule did or there is no interval."""
        if spans and person not in self.rules:
            self.rules[person] = rule
            self.intervals[person] = spans


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """The union of half-open spans, as :func:`linkage.intervals.union`, on bare pairs for speed.

    >>> merged([(5, 7), (1, 3), (3, 4), (9, 9)])
    [(1, 4), (5, 7)]
    """
    found: Spans = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def believed(rows: list[Row], known_at: int) -> list[Row]:
    """The rows held true on the day of belief."""
    return [row for row in rows if row[KNOWN_FROM] <= known_at < row[KNOWN_TO]]


def is_focal(snapshot: Snapshot, child: int, asked: Question) -> bool:
    """Whether the person is a living child at ``as_of`` whose family the scope holds."""
    person = snapshot.nodes("Person")[child].tolist()
    alive = person[DECEASED] == NO_DAY or person[DECEASED] >= asked.as_of
    is_child = person[BIRTH] != NO_DAY and person[BIRTH] <= asked.as_of < person[ADULT_FROM]
    return bool(alive and is_child and person[HELD])


def family(snapshot: Snapshot, child: int, asked: Question) -> Family | None:
    """The child's family, or ``None`` if the child is not focal at ``as_of``."""
    if not is_focal(snapshot, child, asked):
        return None
    people = snapshot.nodes("Person")
    made = Family(child, int(people[child, BIRTH]))
    made.add(child, "a", [(made.birth, asked.horizon)])
    relations = _relations(snapshot, child, asked)
    shown = [row for row in relations if asked.as_of < row[EXTRA2]]
    parents = {row[OTHER] for row in shown}
    hidden = {row[OTHER] for row in relations} - parents
    _add_parents(snapshot, made, shown, asked)
    _add_siblings(snapshot, made, shown, asked, hidden=hidden)
    certain, uncertain = _shared_time(snapshot, made, asked, hidden)
    _add_partners(snapshot, made, certain, asked)
    _add_others(snapshot, made, certain, asked)
    made.carers = _carers(snapshot, made, asked)
    listed = sorted((uncertain.keys() | made.carers.keys()) - made.rules.keys() - hidden)
    made.possible = {p: merged([*uncertain.get(p, ()), *made.carers.get(p, ())]) for p in listed}
    return made


def _relations(snapshot: Snapshot, child: int, asked: Question) -> list[Row]:
    rows = believed(snapshot.rows("out", "CHILD_OF", child), asked.known_at)
    return [row for row in rows if row[EXTRA] < PARENT_KINDS]


def _carers(snapshot: Snapshot, made: Family, asked: Question) -> dict[int, Spans]:
    """With whom the child was placed: listed, because a placement makes nobody a member."""
    spans: dict[int, Spans] = {}
    for row in believed(snapshot.rows("out", "CHILD_OF", made.child), asked.known_at):
        span = (max(row[VALID_FROM], made.birth), min(row[VALID_TO], asked.horizon))
        if row[EXTRA] == FOSTER_PARENT and span[0] < span[1]:
            spans.setdefault(row[OTHER], []).append(span)
    return spans


def _add_parents(snapshot: Snapshot, made: Family, shown: list[Row], asked: Question) -> None:
    spans: dict[int, Spans] = {}
    for row in shown:
        parent = row[OTHER]
        end = min(row[VALID_TO], asked.horizon, _death(snapshot, parent))
        spans.setdefault(parent, []).append((max(row[VALID_FROM], made.birth), end))
    for parent in sorted(spans):
        made.add(parent, "b", merged(spans[parent]))


def _death(snapshot: Snapshot, person: int) -> int:
    day = int(snapshot.nodes("Person")[person, DECEASED])
    return LAST if day == NO_DAY else day


def _add_siblings(snapshot: Snapshot, made: Family, shown: list[Row], asked: Question, *, hidden: set[int]) -> None:
    people = snapshot.nodes("Person")
    spans: dict[int, Spans] = {}
    for own in shown:
        for row in believed(snapshot.rows("in", "CHILD_OF", own[OTHER]), asked.known_at):
            sibling = row[OTHER]
            barred = sibling in made.rules or sibling in hidden
            if barred or row[EXTRA] >= PARENT_KINDS or asked.as_of >= row[EXTRA2]:
                continue
            # An unknown birth is NO_DAY, which lies before every day and so bounds nothing.
            start = max(own[VALID_FROM], row[VALID_FROM], made.birth, int(people[sibling, BIRTH]))
            end = min(own[VALID_TO], row[VALID_TO], asked.horizon, _death(snapshot, sibling))
            spans.setdefault(sibling, []).append((start, end))
    for sibling in sorted(spans):
        made.add(sibling, "c", merged(spans[sibling]))


def _shared_time(
    snapshot: Snapshot, made: Family, asked: Question, hidden: set[int]
) -> tuple[dict[int, Spans], dict[int, Spans]]:
    """Certain and uncertain time shared with each person who is neither member nor hidden so far."""
    by_certainty: tuple[dict[int, Spans], dict[int, Spans]] = ({}, {})
    rows = snapshot.rows("out", "LIVED_WITH", made.child) + snapshot.rows("in", "LIVED_WITH", made.child)
    for row in believed(rows, asked.known_at):
        if row[OTHER] in made.rules or row[OTHER] in hidden:
            continue
        span = (max(row[VALID_FROM], made.birth), min(row[VALID_TO], asked.horizon))
        if span[0] < span[1]:
            by_certainty[0 if row[EXTRA] else 1].setdefault(row[OTHER], []).append(span)
    certain, uncertain = ({p: merged(spans) for p, spans in one.items()} for one in by_certainty)
    return certain, uncertain


def _add_partners(snapshot: Snapshot, made: Family, certain: dict[int, Spans], asked: Question) -> None:
    parents = [person for person, rule in made.rules.items() if rule == "b"]
    spans: dict[int, Spans] = {}
    for parent in parents if certain else ():
        rows = snapshot.rows("out", "PARTNER_OF", parent) + snapshot.rows("in", "PARTNER_OF", parent)
        for row in believed(rows, asked.known_at):
            start, end = row[VALID_FROM], min(row[VALID_TO], asked.horizon)
            shared = certain.get(row[OTHER])
            if shared is None or start >= end:
                continue
            if row[EXTRA] == SPOUSE:
                found = [(max(start, one), min(end, two)) for one, two in shared]
            else:
                found = [span for span in shared if span[1] - span[0] >= LONG_ENOUGH]
            spans.setdefault(row[OTHER], []).extend(found)
    for partner in sorted(spans):
        made.add(partner, "d", merged(spans[partner]))


def _add_others(snapshot: Snapshot, made: Family, certain: dict[int, Spans], asked: Question) -> None:
    people = snapshot.nodes("Person")
    partners = {person for person, rule in made.rules.items() if rule == "d"}
    for person in sorted(certain.keys() - made.rules.keys()):
        adult_from = int(people[person, ADULT_FROM])
        if adult_from != NO_DAY and partners and _is_child_of(snapshot, person, partners, asked):
            adult_from = FIRST
        spans = [(max(start, adult_from), end) for start, end in certain[person]]
        made.add(person, "e", [span for span in spans if span[1] - span[0] >= LONG_ENOUGH])


def _is_child_of(snapshot: Snapshot, person: int, parents: set[int], asked: Question) -> bool:
    return any(
        row[OTHER] in parents and asked.as_of < row[EXTRA2] and row[VALID_FROM] < min(row[VALID_TO], asked.horizon)
        for row in _relations(snapshot, person, asked)
    )
