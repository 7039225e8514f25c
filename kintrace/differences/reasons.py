"""Why a line of a child's history is there in one run and not in the other.

Asked in the order in which one thing makes another: records come and go, records are joined to events,
mentions go to persons, events and stays to addresses, persons to families. The first that differs is
the reason; several of one kind are all told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kintrace.differences.evidence import Evidence
from kintrace.differences.values import Reason

NEW = "new record"
WITHDRAWN = "withdrawn record"
PROTECTED = "protected record"
HIDDEN = "withdrawn or protected record"
"""A record about somebody under special protection is gone: which of the two it is would tell where it was."""
JOINED = "records joined to one event"
DIVIDED = "event split into its records"
SHIFTS = {"merge": "persons merged", "split": "person split", "moved": "moved mention"}
CORRECTED = "record corrected"
WASHED = "address washed differently"
RELATION = "relation changed"
STAY = "stay changed"
DATES = "birth or death corrected"
COMPANY = "another member's part changed"
OTHER = "other"

PROTECTED_ID = "protected"
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history, as :mod:`kintrace.differences.lines` tells lines apart."""

    event: str
    sealed: bool
    date: dt.date
    klass: str
    person: str | None
    role: str | None
    record: str | None

    @property
    def said(self) -> tuple[str, str, str, str]:
        """What makes two lines the same."""
        return self.event, self.klass, self.person or "", self.role or ""

    @property
    def incidents(self) -> frozenset[str]:
        """Records of the event; none where they are sealed."""
        return frozenset() if self.sealed else frozenset(self.event.split(SEPARATOR))


@dataclass(frozen=True, slots=True)
class Told:
    """What a run tells of an event, apart from who had a part in it."""

    said: tuple[object, ...]
    place: str | None


Telling = dict[str, Told]
"""By event."""


def reasons_of(
    child: str, changed: Sequence[Line], evidence: Evidence, *, before: Telling, after: Telling
) -> tuple[Reason, ...]:
    """Why these lines of one event changed; never empty.

    Args:
        child: Whose history it is.
        changed: Lines of one event, or of events with records in common, that only one run has.
        evidence: What differs between the runs.
        before: What the earlier run tells of each event.
        after: What the later one tells.
    """
    people = {child, *(line.person for line in changed if line.person)}
    steps: tuple[Callable[[], set[Reason]], ...] = (
        lambda: _records(changed, evidence, people),
        lambda: _joins(changed, evidence),
        lambda: _mentions(changed, evidence, people),
        lambda: _telling(changed, evidence, before, after),
        lambda: _people(child, people, evidence),
    )
    for step in steps:
        found = step()
        if found:
            return tuple(sorted(found))
    return (Reason(COMPANY if any(line.person for line in changed) else OTHER),)


def shown_records(lines: Iterable[Line], evidence: Evidence, child: str) -> tuple[str, ...]:
    """Ids of the records of an event that may be told."""
    lines = list(lines)
    people = {child, *(line.person for line in lines if line.person)}
    ids = {i for line in lines for i in line.incidents}
    shown = {PROTECTED_ID if _hidden(i, evidence, people) else i for i in ids}
    return tuple(sorted(shown | ({PROTECTED_ID} if any(line.sealed for line in lines) else set())))


def _hidden(record: str, evidence: Evidence, people: set[str]) -> bool:
    """Whether a record that is gone may have been sealed since: then the earlier run's id of it is not told."""
    facts = evidence.records.get(record)
    return facts is not None and not facts.is_now and bool(people & evidence.protected)


def _records(changed: Sequence[Line], evidence: Evidence, people: set[str]) -> set[Reason]:
    found = {Reason(PROTECTED) for line in changed if line.sealed}
    for record in {i for line in changed for i in line.incidents}:
        facts = evidence.records.get(record)
        if facts is None:
            continue
        if facts.stands and not facts.stood:
            found.add(Reason(NEW, (record,)))
        elif facts.stood and not facts.stands:
            hidden = _hidden(record, evidence, people)
            found.add(Reason(HIDDEN) if hidden else Reason(WITHDRAWN, (record,)))
    return found


def _joins(changed: Sequence[Line], evidence: Evidence) -> set[Reason]:
    records = sorted({i for line in changed for i in line.incidents})
    known = [evidence.records[record] for record in records if record in evidence.records]
    before = {facts.event_before for facts in known}
    after = {facts.event_after for facts in known}
    if len({line.event for line in changed}) < 2 or len(before) == len(after):
        return set()
    return {Reason(JOINED if len(after) < len(before) else DIVIDED, tuple(records))}


def _mentions(changed: Sequence[Line], evidence: Evidence, people: set[str]) -> set[Reason]:
    found = set()
    for record in {line.record for line in changed if line.record}:
        party, shift = evidence.parties.get(record), evidence.shifts.get(record)
        if party is not None and party.stands and not party.stood:
            found.add(Reason(NEW, (record,)))
        elif party is not None and party.stood and not party.stands:
            found.add(Reason(HIDDEN) if people & evidence.protected else Reason(WITHDRAWN, (record,)))
        elif shift is not None:
            about = (shift.old, shift.new) if shift.how != "moved" else (record, shift.old, shift.new)
            found.add(Reason(SHIFTS[shift.how], about))
        elif party is not None and not party.same_roles:
            found.add(Reason(CORRECTED, (record,)))
    return found


def _telling(changed: Sequence[Line], evidence: Evidence, before: Telling, after: Telling) -> set[Reason]:
    found = set()
    for event in {line.event for line in changed if not line.sealed}:
        one, other = before.get(event), after.get(event)
        records = tuple(event.split(SEPARATOR))
        stated_as_before = all(evidence.records[r].same_place for r in records if r in evidence.records)
        if one is None or other is None:  # an event that concerns nobody any more is outside the scope
            found |= set() if stated_as_before else {Reason(CORRECTED, records)}
        elif one.said != other.said or (one.place != other.place and not stated_as_before):
            found.add(Reason(CORRECTED, records))
        elif one.place != other.place:
            found.add(Reason(WASHED, records))
    return found


def _people(child: str, people: set[str], evidence: Evidence) -> set[Reason]:
    """What changed about the members themselves: whom they belong to, and where they lived with the child."""
    others = people - {child}
    for some in (others, {child}):
        related = {tuple(sorted((p, o))) for p in some for o in evidence.relations.get(p, ())}
        if related:
            return {Reason(RELATION, pair) for pair in related}
    near = evidence.shared.get(child, set()) & others
    moved = {p for p in people if p in evidence.stays} if near or not others else set()
    if moved or near:
        washed = bool((people if moved else near | {child}) & evidence.washed)
        return {Reason(WASHED if washed else STAY, tuple(sorted(moved | near)))}
    dated = people & evidence.dates
    if dated:
        return {Reason(DATES, tuple(sorted(dated)))}
    found = set()
    for person in people & evidence.shifted.keys():
        shift = evidence.shifted[person]
        found.add(Reason(SHIFTS[shift.how], (shift.old, shift.new)))
    return found
