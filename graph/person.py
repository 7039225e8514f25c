"""One person as the graph knows it: the mentions it is made of, stays, relatives, parts in incidents."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from graph.grant import Grant
from graph.history.members import Question, believed, question
from graph.snapshot import Snapshot
from graph.snapshot.layout import OTHER, ROW, VALID_FROM, VALID_TO
from linkage.intervals import to_date
from linkage.vocabulary import OWN_ROLES


@dataclass(frozen=True, slots=True)
class ProfileMention:
    """A mention that the person is made of, and how sure that is."""

    record_id: str
    name: str | None
    birth_date: dt.date | None
    register: str
    district: str | None
    source_row: str
    match_weight: float
    probability: float


@dataclass(frozen=True, slots=True)
class ProfileStay:
    """A registered stay."""

    label: str
    district: str | None
    valid_from: dt.date
    valid_to: dt.date
    register: str


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody in a registered relation with the person."""

    person_id: str
    name: str | None
    relation: str
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True, slots=True)
class ProfileIncident:
    """A part in an incident, as one record states it."""

    event_id: str
    date: dt.date
    category: str
    role: str
    outcome: str | None
    district: str | None
    register: str
    journal_number: str | None


@dataclass(frozen=True, slots=True)
class PersonProfile:
    """Everything the snapshot holds about one person, up to a day."""

    person_id: str
    name: str | None
    birth_date: dt.date | None
    deceased: dt.date | None
    sex: str | None
    protected: bool
    demo: bool
    mentions: tuple[ProfileMention, ...]
    stays: tuple[ProfileStay, ...]
    relatives: tuple[Relative, ...]
    incidents: tuple[ProfileIncident, ...]


def person_profile(
    snapshot: Snapshot, person_id: str, as_of: dt.date, grant: Grant, *, today: dt.date
) -> PersonProfile:
    """What is known of a person on a day; own roles of a child only with the right to see them.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownPersonError: The id names nobody in the snapshot.
    """
    grant.check(today)
    person = snapshot.person(person_id)
    asked = question(as_of, None)

    def value(name: str) -> object:
        return snapshot.value("Person", name, person)

    return PersonProfile(
        person_id=person_id,
        name=snapshot.value("Person", "name", person),
        birth_date=snapshot.value("Person", "birth_date", person),
        deceased=snapshot.value("Person", "deceased", person),
        sex=snapshot.value("Person", "sex", person),
        protected=bool(value("protected")),
        demo=grant.demo,
        mentions=_mentions(snapshot, person, asked),
        stays=_stays(snapshot, person, asked),
        relatives=_relatives(snapshot, person, asked),
        incidents=_incidents(snapshot, person, asked, own_roles=grant.own_roles_of_children),
    )


def _mentions(snapshot: Snapshot, person: int, asked: Question) -> tuple[ProfileMention, ...]:
    found = []
    for row in believed(snapshot.rows("in", "REFERS_TO", person), asked.known_at):
        mention, link = row[OTHER], row[ROW]

        def cell(name: str, at: int = mention) -> str:
            return str(snapshot.value("Mention", name, at))

        found.append(
            ProfileMention(
                record_id=cell("record_id"),
                name=snapshot.value("Mention", "name", mention),
                birth_date=snapshot.value("Mention", "birth_date", mention),
                register=cell("register"),
                district=snapshot.value("Mention", "district", mention),
                source_row=cell("source_row"),
                match_weight=float(snapshot.value("REFERS_TO", "match_weight", link)),
                probability=float(snapshot.value("REFERS_TO", "probability", link)),
            )
        )
    return tuple(sorted(found, key=lambda m: m.record_id))


def _stays(snapshot: Snapshot, person: int, asked: Question) -> tuple[ProfileStay, ...]:
    found = {
        ProfileStay(
            label=str(snapshot.value("Address", "label", row[OTHER])),
            district=snapshot.value("Address", "district", row[OTHER]),
            valid_from=to_date(row[VALID_FROM]),
            valid_to=to_date(row[VALID_TO]),
            register=str(snapshot.value("LIVED_AT", "register", row[ROW])),
        )
        for row in believed(snapshot.rows("out", "LIVED_AT", person), asked.known_at)
        if row[VALID_FROM] < asked.horizon
    }
    return tuple(sorted(found, key=lambda s: (s.valid_from, s.label, s.valid_to, s.register)))


_RELATIONS = (
    (
        "out",
        "CHILD_OF",
        {
            "parent": "parent",
            "adoptive_parent": "adoptive parent",
            "custody": "holder of custody",
            "foster_parent": "foster parent",
        },
    ),
    (
        "in",
        "CHILD_OF",
        {
            "parent": "child",
            "adoptive_parent": "adopted child",
            "custody": "child in custody",
            "foster_parent": "foster child",
        },
    ),
    ("out", "PARTNER_OF", {"spouse": "spouse", "partner": "partner"}),
    ("in", "PARTNER_OF", {"spouse": "spouse", "partner": "partner"}),
)


def _relatives(snapshot: Snapshot, person: int, asked: Question) -> tuple[Relative, ...]:
    """Registered relations; what an adoption hides stays hidden."""
    found = set()
    for direction, type_, named in _RELATIONS:
        for row in believed(snapshot.rows(direction, type_, person), asked.known_at):
            hidden = type_ == "CHILD_OF" and snapshot.value(type_, "hidden_from", row[ROW]) < to_date(asked.horizon)
            if row[VALID_FROM] >= asked.horizon or hidden:
                continue
            found.add(
                Relative(
                    person_id=snapshot.id_of("Person", row[OTHER]),
                    name=snapshot.value("Person", "name", row[OTHER]),
                    relation=named[str(snapshot.value(type_, "kind", row[ROW]))],
                    valid_from=to_date(row[VALID_FROM]),
                    valid_to=to_date(row[VALID_TO]),
                )
            )
    return tuple(sorted(found, key=lambda r: (r.relation, r.valid_from, r.person_id, r.valid_to)))


def _incidents(snapshot: Snapshot, person: int, asked: Question, *, own_roles: bool) -> tuple[ProfileIncident, ...]:
    adult_from = snapshot.value("Person", "adult_from", person)
    found = set()
    for row in believed(snapshot.rows("out", "INVOLVED_IN", person), asked.known_at):
        event, part = row[OTHER], row[ROW]
        date = snapshot.value("Incident", "date", event)
        role = str(snapshot.value("INVOLVED_IN", "role", part))
        barred = not own_roles and role in OWN_ROLES and adult_from is not None and date < adult_from
        if barred or date >= to_date(asked.horizon):
            continue
        found.add(
            ProfileIncident(
                event_id=snapshot.id_of("Incident", event),
                date=date,
                category=str(snapshot.value("Incident", "category", event)),
                role=role,
                outcome=snapshot.value("INVOLVED_IN", "outcome", part),
                district=snapshot.value("Incident", "district", event),
                register=str(snapshot.value("INVOLVED_IN", "register", part)),
                journal_number=_journal(snapshot, event, str(snapshot.value("INVOLVED_IN", "incident_id", part))),
            )
        )
    return tuple(sorted(found, key=_incident_order))


def _incident_order(one: ProfileIncident) -> tuple[dt.date, str, str, str, str, str]:
    return one.date, one.event_id, one.role, one.register, one.journal_number or "", one.outcome or ""


def _journal(snapshot: Snapshot, event: int, incident_id: str) -> str | None:
    for row in snapshot.rows("out", "RECORDED_IN", event):
        if snapshot.value("RECORDED_IN", "incident_id", row[ROW]) == incident_id:
            number = snapshot.value("RECORDED_IN", "journal_number", row[ROW])
            return None if number is None else str(number)
    return None
