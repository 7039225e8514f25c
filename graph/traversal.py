"""Traversals that start from a case or a family; each has a Cypher twin in ``graph/queries/``.

``focus_persons(event_id)``: whom a case is about. Let ``day`` be the incident's date. *Believed* is
as in :mod:`graph.history`. A ``CHILD_OF`` row counts here if it is of kind ``parent`` or
``adoptive_parent`` and ``valid_from <= day < valid_to`` and ``day < hidden_from``; a ``LIVED_WITH``
row if it is certain and ``valid_from <= day < valid_to``. A person is a *child* if ``birth_date <=
day < adult_from``; everybody else, and whoever has no birth date, is an adult. Rows are
(person_id, child, reason), distinct and sorted; a person can have several reasons:

* ``involved``: the person has a believed ``INVOLVED_IN`` row with a role in ``COUNTED_ROLES`` or
  ``SUBJECT_OF_NOTIFICATION``; a child's own role (``OWN_ROLES``) is left out without the right
  ``own_roles_of_children``.
* ``child_at_place``: a child with a believed ``LIVED_AT`` row, unit, neither hub nor sealed, to the
  incident's ``place_id`` with ``valid_from <= day < valid_to``.
* ``child_of_involved``: a child that has a counting ``CHILD_OF`` or ``LIVED_WITH`` row to an adult
  whose reason is ``involved``.
* ``parent``: the end of a counting ``CHILD_OF`` row of a child of the three reasons above.
* ``adult_in_household``: an adult with a counting ``LIVED_WITH`` row to a child of the first three
  reasons.

``earlier_districts(child, as_of)``: where a family lived, outside where the child lives now. The
persons are the child and the members under rule ``b`` of :mod:`graph.history` (none if the child is
not focal). *Present* districts are those of the addresses of the child's believed stays with
``valid_from <= as_of < valid_to``. One row (district, valid_from, valid_to, person_id) for each
believed ``LIVED_AT`` row of those persons with ``valid_from <= as_of`` to an address whose
``district`` is not null and not present; ``valid_to`` cut at the day after ``as_of``, rows that are empty
then left out. Distinct and sorted in that order of columns. A stay of a parent counts from its
start, even before the child was born: that is where the family comes from.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from graph.errors import UnknownEventError
from graph.grant import Grant
from graph.history.members import believed, family, question
from graph.snapshot import Snapshot
from graph.snapshot.layout import (
    ADULT_FROM,
    EXTRA,
    EXTRA2,
    NO_CODE,
    NO_DAY,
    OTHER,
    PARENT_KINDS,
    ROLES,
    VALID_FROM,
    VALID_TO,
)
from linkage.intervals import to_date
from linkage.vocabulary import COUNTED_ROLES, OWN_ROLES, Role

_FOCUS_ROLES = frozenset(
    code for code, role in enumerate(ROLES) if role in COUNTED_ROLES or role == Role.SUBJECT_OF_NOTIFICATION
)
_OWN = frozenset(code for code, role in enumerate(ROLES) if role in OWN_ROLES)


@dataclass(frozen=True, slots=True, order=True)
class FocusPerson:
    """A person whom a case is about, and why."""

    person_id: str
    child: bool
    reason: str


@dataclass(frozen=True, slots=True, order=True)
class DistrictStay:
    """A family member's stay in a district in which the child does not live now."""

    district: str
    valid_from: dt.date
    valid_to: dt.date
    person_id: str


@dataclass(frozen=True, slots=True)
class _Case:
    """One event on its day, and the day of belief."""

    snapshot: Snapshot
    event: int
    day: int
    place: int
    known_at: int

    def is_child(self, person: int) -> bool:
        """Whether the person is born and under 18 on the day."""
        birth, _, adult_from, _ = self.snapshot.nodes("Person")[person].tolist()
        return bool(birth != NO_DAY and birth <= self.day < adult_from)

    def holding(self, direction: str, type_: str, code: int) -> list[list[int]]:
        """Believed rows whose validity covers the day."""
        rows = believed(self.snapshot.rows(direction, type_, code), self.known_at)
        return [row for row in rows if row[VALID_FROM] <= self.day < row[VALID_TO]]

    def kin(self, direction: str, person: int) -> set[int]:
        """Parents in law (``out``) or children (``in``) on the day."""
        rows = self.holding(direction, "CHILD_OF", person)
        return {row[OTHER] for row in rows if row[EXTRA] < PARENT_KINDS and self.day < row[EXTRA2]}

    def together(self, person: int) -> set[int]:
        """Who certainly shares an address with the person on the day."""
        rows = self.holding("out", "LIVED_WITH", person) + self.holding("in", "LIVED_WITH", person)
        return {row[OTHER] for row in rows if row[EXTRA]}


def focus_persons(
    snapshot: Snapshot, event_id: str, grant: Grant, *, today: dt.date, known_at: dt.date | None = None
) -> tuple[FocusPerson, ...]:
    """Whom a case is about: the persons involved, the children around them, and those children's adults.

    The exact meaning is at the head of this module.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownEventError: The id names no event in the snapshot.
    """
    grant.check(today)
    event = snapshot.find("Incident", event_id)
    if event is None:
        raise UnknownEventError(f"no event {event_id!r} in this snapshot", hint="it is outside the scope")
    date, _, place = snapshot.nodes("Incident")[event].tolist()
    case = _Case(snapshot, event, date, place, question(to_date(date), known_at).known_at)
    involved = _involved(case, own_roles_of_children=grant.own_roles_of_children)
    reasons = {"involved": involved, "child_at_place": _children_at_place(case)}
    reasons["child_of_involved"] = {
        person
        for adult in involved
        if not case.is_child(adult)
        for person in case.kin("in", adult) | case.together(adult)
        if case.is_child(person)
    }
    children = {person for found in reasons.values() for person in found if case.is_child(person)}
    reasons["parent"] = {parent for child in children for parent in case.kin("out", child)}
    reasons["adult_in_household"] = {
        person for child in children for person in case.together(child) if not case.is_child(person)
    }
    return tuple(
        sorted(
            FocusPerson(snapshot.id_of("Person", person), case.is_child(person), reason)
            for reason, found in reasons.items()
            for person in found
        )
    )


def _involved(case: _Case, *, own_roles_of_children: bool) -> set[int]:
    found = set()
    people = case.snapshot.nodes("Person")
    for row in believed(case.snapshot.rows("in", "INVOLVED_IN", case.event), case.known_at):
        adult_from = int(people[row[OTHER], ADULT_FROM])
        barred = row[EXTRA] in _OWN and adult_from != NO_DAY and case.day < adult_from and not own_roles_of_children
        if row[EXTRA] in _FOCUS_ROLES and not barred:
            found.add(row[OTHER])
    return found


def _children_at_place(case: _Case) -> set[int]:
    if case.place == NO_CODE:
        return set()
    rows = case.holding("in", "LIVED_AT", case.place)
    return {row[OTHER] for row in rows if row[EXTRA] and case.is_child(row[OTHER])}


def earlier_districts(
    snapshot: Snapshot,
    child_id: str,
    as_of: dt.date,
    grant: Grant,
    *,
    today: dt.date,
    known_at: dt.date | None = None,
) -> tuple[DistrictStay, ...]:
    """Where child and parents lived up to ``as_of``, outside the districts in which the child lives then.

    The exact meaning is at the head of this module.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownPersonError: The id names nobody in the snapshot.
    """
    grant.check(today)
    asked = question(as_of, known_at)
    made = family(snapshot, snapshot.person(child_id), asked)
    if made is None:
        return ()
    present: set[str] = set()
    stays: set[DistrictStay] = set()
    for person in (p for p, rule in made.rules.items() if rule in ("a", "b")):
        for row in believed(snapshot.rows("out", "LIVED_AT", person), asked.known_at):
            district = snapshot.value("Address", "district", row[OTHER])
            start, end = row[VALID_FROM], min(row[VALID_TO], asked.horizon)
            if district is None or start >= end:
                continue
            if person == made.child and start <= asked.as_of < end:
                present.add(district)
            stays.add(DistrictStay(district, to_date(start), to_date(end), snapshot.id_of("Person", person)))
    return tuple(sorted(stay for stay in stays if stay.district not in present))
