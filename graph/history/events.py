"""What counts in a family's history, on integer codes: classes A, B and C of :mod:`graph.history`."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.history.members import Family, Question, Spans, believed
from graph.snapshot import Snapshot
from graph.snapshot.layout import (
    ADULT_FROM,
    COUNTS,
    DOMESTIC,
    EXTRA,
    FLAGS,
    NO_CODE,
    NO_DAY,
    OTHER,
    ROLES,
    ROW,
    VALID_FROM,
    VALID_TO,
)
from linkage.vocabulary import COUNTED_ROLES, ONLOOKER_ROLES, OWN_ROLES

OWN = frozenset(i for i, role in enumerate(ROLES) if role in OWN_ROLES)
COUNTED = frozenset(i for i, role in enumerate(ROLES) if role in COUNTED_ROLES)
ONLOOKER = frozenset(i for i, role in enumerate(ROLES) if role in ONLOOKER_ROLES)

BEFORE_FAMILY = frozenset({"b", "d", "e"})
"""Rules under which what happened before the family counts as class B."""

Found = tuple[int, int]
"""Person code and row of ``INVOLVED_IN``."""


@dataclass(slots=True)
class Findings:
    """Event codes by class; for A and B the parts, for concerns the parts in what is no event."""

    a: dict[int, list[Found]] = field(default_factory=dict)
    b: dict[int, list[Found]] = field(default_factory=dict)
    c: list[int] = field(default_factory=list)
    concerns: dict[int, list[Found]] = field(default_factory=dict)


@dataclass(slots=True)
class _Seen:
    """Involvements met while walking over the members: (person, row, role) by event."""

    inside: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    before: dict[int, list[Found]] = field(default_factory=dict)


def findings(snapshot: Snapshot, made: Family, asked: Question, *, own_roles_of_children: bool) -> Findings:
    """Sort what the registers hold about the members into classes."""
    seen, concerns = _walk(snapshot, made, asked, own_roles_of_children=own_roles_of_children)
    home = _events_at_home(snapshot, made, asked)
    found = Findings(concerns=concerns)
    for event, rows in seen.inside.items():
        counting = [row for row in rows if row[2] in COUNTED or (row[2] in ONLOOKER and _seconded(row, rows))]
        if event in home:
            counting = [row for row in rows if row[2] in COUNTED or row[2] in ONLOOKER]
        if counting:
            found.a[event] = [(person, row) for person, row, _ in counting]
    found.b = {event: rows for event, rows in seen.before.items() if event not in found.a}
    flags = snapshot.nodes("Incident")[:, FLAGS]
    found.c = [e for e in home if flags[e] & DOMESTIC and e not in found.a and e not in found.b]
    return _existing(snapshot, found, asked)


def _seconded(row: tuple[int, int, int], rows: list[tuple[int, int, int]]) -> bool:
    return any(other[0] != row[0] and (other[2] in COUNTED or other[2] in ONLOOKER) for other in rows)


def _walk(
    snapshot: Snapshot, made: Family, asked: Question, *, own_roles_of_children: bool
) -> tuple[_Seen, dict[int, list[Found]]]:
    incidents, people = snapshot.nodes("Incident"), snapshot.nodes("Person")
    seen = _Seen()
    concerns: dict[int, list[Found]] = {}
    for person, rule in made.rules.items():
        rows = believed(snapshot.rows("out", "INVOLVED_IN", person), asked.known_at)
        if not rows:
            continue
        spans, adult_from = made.intervals[person], int(people[person, ADULT_FROM])
        for row in rows:
            event, role = row[OTHER], row[EXTRA]
            date, flags, _ = incidents[event].tolist()
            barred = role in OWN and adult_from != NO_DAY and date < adult_from and not own_roles_of_children
            if date > asked.as_of or barred:
                continue
            inside = any(start <= date < end for start, end in spans)
            if not flags & COUNTS:
                if inside:
                    concerns.setdefault(event, []).append((person, row[ROW]))
            elif inside:
                seen.inside.setdefault(event, []).append((person, row[ROW], role))
            elif role in OWN and rule in BEFORE_FAMILY and _before(date, spans, asked):
                seen.before.setdefault(event, []).append((person, row[ROW]))
    return seen, concerns


def _before(date: int, spans: Spans, asked: Question) -> bool:
    return asked.ten_years_before <= date < spans[-1][0]


def _events_at_home(snapshot: Snapshot, made: Family, asked: Question) -> set[int]:
    incidents = snapshot.nodes("Incident")
    found: set[int] = set()
    for stay in believed(snapshot.rows("out", "LIVED_AT", made.child), asked.known_at):
        if not stay[EXTRA]:
            continue
        start, end = max(stay[VALID_FROM], made.birth), min(stay[VALID_TO], asked.horizon)
        for (event,) in snapshot.rows("in", "PLACE", stay[OTHER]):
            date, flags, place = incidents[event].tolist()
            if place != NO_CODE and flags & COUNTS and start <= date < end:
                found.add(event)
    return found


def _existing(snapshot: Snapshot, found: Findings, asked: Question) -> Findings:
    """The findings without events of which no record is believed."""

    def exists(event: int) -> bool:
        return bool(believed(snapshot.rows("out", "RECORDED_IN", event), asked.known_at))

    return Findings(
        a={e: sorted(rows) for e, rows in sorted(found.a.items()) if exists(e)},
        b={e: sorted(rows) for e, rows in sorted(found.b.items()) if exists(e)},
        c=[e for e in sorted(found.c) if exists(e)],
        concerns={e: sorted(rows) for e, rows in sorted(found.concerns.items()) if exists(e)},
    )
