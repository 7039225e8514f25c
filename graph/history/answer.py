"""From codes to words: the family history that a reader sees, every line with its source."""

from __future__ import annotations

import datetime as dt

from graph.grant import Grant
from graph.history.events import Findings, Found, findings
from graph.history.members import Family, Question, Spans, believed, family, question
from graph.history.places import moves_of, stays_of
from graph.history.values import (
    Concern,
    Entry,
    FamilyHistory,
    HistoryRow,
    Member,
    Part,
    PossibleMember,
    Source,
    Span,
)
from graph.snapshot import Snapshot
from graph.snapshot.layout import ROW
from linkage.intervals import to_date


def family_history(
    snapshot: Snapshot,
    child_id: str,
    as_of: dt.date,
    grant: Grant,
    *,
    today: dt.date,
    known_at: dt.date | None = None,
) -> FamilyHistory:
    """The family of a child at ``as_of`` and what the registers hold about it.

    The rules are those of :mod:`graph.history`. A person who is no child at ``as_of``, or whose family
    the scope does not hold, gets an answer with ``focal = False`` and nothing in it.

    Args:
        snapshot: Where to look.
        child_id: The person asked about.
        as_of: The day whose family is meant; nothing after it is seen.
        grant: The purpose of the look-up.
        today: The day of the look-up, against which the grant is checked.
        known_at: The day of belief; the newest if left out.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownPersonError: The id names nobody in the snapshot.
    """
    grant.check(today)
    child = snapshot.person(child_id)
    asked = question(as_of, known_at)
    made = family(snapshot, child, asked)
    if made is None:
        return FamilyHistory(child_id, as_of, known_at, grant.demo, focal=False)
    found = findings(snapshot, made, asked, own_roles_of_children=grant.own_roles_of_children)
    stays = stays_of(snapshot, made, asked)
    return FamilyHistory(
        child=child_id,
        as_of=as_of,
        known_at=known_at,
        demo=grant.demo,
        focal=True,
        members=tuple(_member(snapshot, made, person) for person in made.rules),
        entries=_entries(snapshot, made, found, asked),
        possible=tuple(_possible(snapshot, made, person) for person in made.possible),
        concerns=_concerns(snapshot, found, asked),
        stays=stays,
        moves=moves_of([stay for stay in stays if stay.person_id == child_id]),
    )


def history_rows(history: FamilyHistory) -> tuple[HistoryRow, ...]:
    """The entries as flat, distinct, sorted rows, one per part; class C has one row without a person."""
    rows = set()
    for entry in history.entries:
        for part in entry.parts:
            rows.add(
                HistoryRow(
                    entry.event_id, entry.klass, part.person_id, part.role, part.record_id, part.rule, entry.date
                )
            )
        if not entry.parts:
            rows.add(HistoryRow(entry.event_id, entry.klass, None, None, None, None, entry.date))
    return tuple(sorted(rows, key=HistoryRow.order))


def _spans(spans: Spans) -> tuple[Span, ...]:
    return tuple((to_date(start), to_date(end)) for start, end in spans)


def _member(snapshot: Snapshot, made: Family, person: int) -> Member:
    return Member(
        person_id=snapshot.id_of("Person", person),
        name=snapshot.value("Person", "name", person),
        birth_date=snapshot.value("Person", "birth_date", person),
        deceased=snapshot.value("Person", "deceased", person),
        sex=snapshot.value("Person", "sex", person),
        protected=snapshot.value("Person", "protected", person),
        rule=made.rules[person],
        intervals=_spans(made.intervals[person]),
    )


def _possible(snapshot: Snapshot, made: Family, person: int) -> PossibleMember:
    name = snapshot.value("Person", "name", person)
    spans = _spans(made.possible[person])
    return PossibleMember(snapshot.id_of("Person", person), name, spans, person in made.carers)


def _entries(snapshot: Snapshot, made: Family, found: Findings, asked: Question) -> tuple[Entry, ...]:
    nobody: list[Found] = []
    classed = [("A", event, rows) for event, rows in found.a.items()]
    classed += [("B", event, rows) for event, rows in found.b.items()]
    classed += [("C", event, nobody) for event in found.c]
    entries = [_entry(snapshot, made, asked, klass=klass, event=event, rows=rows) for klass, event, rows in classed]
    return tuple(sorted(entries, key=lambda entry: (entry.date, entry.event_id)))


def _entry(snapshot: Snapshot, made: Family, asked: Question, *, klass: str, event: int, rows: list[Found]) -> Entry:
    records = _sources(snapshot, event, asked)
    journals = {record.incident_id: record.journal_number for record in records}
    return Entry(
        event_id=snapshot.id_of("Incident", event),
        date=snapshot.value("Incident", "date", event),
        category=snapshot.value("Incident", "category", event),
        klass=klass,
        district=snapshot.value("Incident", "district", event),
        place=snapshot.value("Incident", "place_label", event),
        verified=snapshot.value("Incident", "verified", event),
        sealed=snapshot.value("Incident", "sealed", event),
        parts=tuple(_part(snapshot, row, made.rules[person], journals) for person, row in rows),
        records=records,
    )


def _part(snapshot: Snapshot, row: int, rule: str, journals: dict[str, str | None]) -> Part:
    def value(name: str) -> str:
        return str(snapshot.value("INVOLVED_IN", name, row))

    record, incident = value("record_id"), value("incident_id")
    mention = snapshot.find("Mention", record)
    return Part(
        person_id=value("start_id"),
        role=value("role"),
        stated_role=snapshot.value("INVOLVED_IN", "stated_role", row),
        outcome=snapshot.value("INVOLVED_IN", "outcome", row),
        register=value("register"),
        journal_number=journals.get(incident),
        source_row=None if mention is None else snapshot.value("Mention", "source_row", mention),
        record_id=record,
        incident_id=incident,
        probability=float(snapshot.value("INVOLVED_IN", "probability", row)),
        rule=rule,
    )


def _sources(snapshot: Snapshot, event: int, asked: Question) -> tuple[Source, ...]:
    rows = believed(snapshot.rows("out", "RECORDED_IN", event), asked.known_at)
    found = [_source(snapshot, row[ROW]) for row in rows]
    return tuple(sorted(found, key=lambda source: (source.incident_id, source.register)))


def _source(snapshot: Snapshot, row: int) -> Source:
    names = ("incident_id", "journal_number", "district", "category", "code", "status", "outcome", "occurred")
    rest = ("reported", "verified", "source_row", "reason")
    cells = {name: snapshot.value("RECORDED_IN", name, row) for name in (*names, *rest)}
    return Source(register=snapshot.value("RECORDED_IN", "end_id", row), **cells)


def _concerns(snapshot: Snapshot, found: Findings, asked: Question) -> tuple[Concern, ...]:
    concerns = {
        Concern(
            event_id=snapshot.id_of("Incident", event),
            date=snapshot.value("Incident", "date", event),
            category=snapshot.value("Incident", "category", event),
            district=snapshot.value("Incident", "district", event),
            person_id=snapshot.id_of("Person", person),
            role=snapshot.value("INVOLVED_IN", "role", row),
            records=_sources(snapshot, event, asked),
        )
        for event, rows in found.concerns.items()
        for person, row in rows
    }
    return tuple(sorted(concerns, key=lambda c: (c.date, c.event_id, c.person_id, c.role)))
