"""What a family's history says, as frozen values: facts with their sources, never a score."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

Span = tuple[dt.date, dt.date]
"""A half-open interval of days."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the family, under which rule and when."""

    person_id: str
    name: str | None
    birth_date: dt.date | None
    deceased: dt.date | None
    sex: str | None
    protected: bool
    rule: str
    """``a`` the child, ``b`` a parent, ``c`` a sibling, ``d`` a parent's partner, ``e`` another co-resident."""
    intervals: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PossibleMember:
    """A person whose co-residence with the child is not certain: listed, never counted."""

    person_id: str
    name: str | None
    intervals: tuple[Span, ...]
    foster_parent: bool = False
    """Whether the child was placed with this person."""


@dataclass(frozen=True, slots=True)
class Part:
    """A member's part in an event, as one record states it."""

    person_id: str
    role: str
    stated_role: str | None
    outcome: str | None
    register: str
    journal_number: str | None
    source_row: str | None
    record_id: str
    incident_id: str
    probability: float
    """How sure it is that the record's mention is this person."""
    rule: str


@dataclass(frozen=True, slots=True)
class Source:
    """One register's record of an event."""

    incident_id: str
    register: str
    journal_number: str | None
    district: str | None
    category: str
    code: str | None
    status: str | None
    outcome: str | None
    occurred: dt.date | None
    reported: dt.date | None
    verified: bool
    source_row: str
    reason: str
    """Why the record was joined to the event: single, journal_reference or same_night."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a history. ``parts`` is empty in class C: at the address, nobody named."""

    event_id: str
    date: dt.date
    category: str
    klass: str
    district: str | None
    place: str | None
    """Label of the place; ``protected`` when it is sealed."""
    verified: bool
    sealed: bool
    parts: tuple[Part, ...]
    records: tuple[Source, ...]

    @property
    def confidence(self) -> float | None:
        """The weakest of the links that tie the event to the family; ``None`` where nobody is named."""
        return min((part.probability for part in self.parts), default=None)


@dataclass(frozen=True, slots=True)
class Concern:
    """A notification, report or note about a member: on its own track, because it is not an event."""

    event_id: str
    date: dt.date
    category: str
    district: str | None
    person_id: str
    role: str
    records: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Stay:
    """A registered stay of the child or a member; a sealed one reads ``protected`` and tells no place."""

    person_id: str
    address_id: str
    label: str
    district: str | None
    valid_from: dt.date
    valid_to: dt.date
    unit: bool
    hub: bool
    sealed: bool
    register: str


@dataclass(frozen=True, slots=True)
class Move:
    """The child's change from one address to the next."""

    date: dt.date
    from_address: str
    to_address: str
    from_district: str | None
    to_district: str | None


@dataclass(frozen=True, slots=True)
class FamilyHistory:
    """Who belongs to a child's family at ``as_of``, and what is recorded about them."""

    child: str
    as_of: dt.date
    known_at: dt.date | None
    demo: bool
    """Whether the answer is about synthetic persons and must be marked DEMO."""
    focal: bool
    """False where the question does not arise: not a child at ``as_of``, or outside the scope."""
    members: tuple[Member, ...] = ()
    entries: tuple[Entry, ...] = ()
    possible: tuple[PossibleMember, ...] = ()
    concerns: tuple[Concern, ...] = ()
    stays: tuple[Stay, ...] = ()
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of a history, flat, for comparing answers; the last four but the date are null in class C."""

    event_id: str
    klass: str
    person_id: str | None
    role: str | None
    record_id: str | None
    rule: str | None
    date: dt.date

    def order(self) -> tuple[str, ...]:
        """Sort key: the columns in order, null before any text."""
        texts = (self.person_id, self.role, self.record_id, self.rule)
        return (self.event_id, self.klass, *(text or "" for text in texts))
