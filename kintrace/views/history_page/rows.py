"""The tables of the printed family history: facts, notices, members, stays, as rows ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.history import Concern, Entry, FamilyHistory, Ground, Member, Part, Source
from kintrace.views.history_page.words import Words, printable
from linkage.tables import PROTECTED_REGISTER
from linkage.vocabulary import OWN_ROLES


@dataclass(frozen=True, slots=True)
class FactPart:
    """A member's role in an event, told once however many records state it."""

    person_id: str
    name: str
    short_name: str
    rule: str
    role: str
    role_word: str
    outcome: str
    confidence: str
    own: bool


@dataclass(frozen=True, slots=True)
class FactSource:
    """A record of an event, with the mentions in it that the links stand on."""

    register: str
    journal: str
    row: str
    records: tuple[str, ...]
    told: str
    """Status and outcome in the register's own words."""
    joined: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of the history."""

    number: int
    label: str
    event_id: str
    date: dt.date
    category: str
    kind: str
    klass: str
    district: str
    place: str
    verified: bool
    parts: tuple[FactPart, ...]
    sources: tuple[FactSource, ...]


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """One notification or note, with the members it is about: id, name, role."""

    number: int
    label: str
    date: dt.date
    category: str
    kind: str
    district: str
    persons: tuple[tuple[str, str, str], ...]
    sources: tuple[FactSource, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member: since when, and how we know."""

    person_id: str
    name: str
    short_name: str
    rule: str
    born: str
    spans: tuple[str, ...]
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StayRow:
    """A registered stay."""

    name: str
    address: str
    district: str
    start: str
    end: str
    home: str
    register: str


@dataclass(frozen=True, slots=True)
class PresentView:
    """What the registers of the child's present district hold of the counted events."""

    sentence: str
    facts: tuple[Fact, ...]


def facts_of(history: FamilyHistory, words: Words, short: Mapping[str, str]) -> tuple[Fact, ...]:
    """The events in the order of their dates, numbered from 1."""
    members = {m.person_id: m for m in history.members}
    return tuple(
        Fact(
            number=number,
            label=str(number),
            event_id=entry.event_id,
            date=entry.date,
            category=entry.category,
            kind=words.kind(entry.category),
            klass=entry.klass,
            district=words("protected") if entry.sealed else printable(entry.district or words("unknown")),
            place=words("protected") if entry.sealed else printable(entry.place or words("place_unknown")),
            verified=entry.verified,
            parts=tuple(_parts(entry, members, words, short)),
            sources=_sources(entry.records, entry.parts, words),
        )
        for number, entry in enumerate(history.entries, 1)
    )


def _parts(entry: Entry, members: Mapping[str, Member], words: Words, short: Mapping[str, str]) -> Iterable[FactPart]:
    grouped: dict[tuple[str, str, str], list[Part]] = {}
    for part in entry.parts:
        grouped.setdefault((part.person_id, part.rule, part.role), []).append(part)
    for (person, rule, role), parts in grouped.items():
        # Registers write a case's outcome on every party; it is said of those the case was laid to.
        own = role in OWN_ROLES
        outcomes = dict.fromkeys(printable(p.outcome) for p in parts if p.outcome and own)
        yield FactPart(
            person_id=person,
            name=named(members[person].name, words),
            short_name=short[person],
            rule=words.rule(rule),
            role=role,
            role_word=words.role(role),
            outcome=", ".join(outcomes),
            confidence=words.confidence(min(p.probability for p in parts)),
            own=own,
        )


def named(name: str | None, words: Words) -> str:
    """A name as it is stated, or that there is none."""
    return printable(name) if name else words("no_name")


_NO_JOURNAL = {False: "no_journal", True: "journal_protected"}


def _sources(records: Iterable[Source], parts: Iterable[Part], words: Words) -> tuple[FactSource, ...]:
    mentions: dict[str, dict[str, None]] = {}
    for part in parts:
        mentions.setdefault(part.incident_id, {})[part.record_id] = None
    return tuple(
        FactSource(
            register=words("protected") if one.register == PROTECTED_REGISTER else printable(one.register),
            journal=printable(one.journal_number or words(_NO_JOURNAL[one.register == PROTECTED_REGISTER])),
            row=printable(one.source_row),
            records=tuple(printable(record) for record in mentions.get(one.incident_id, ())),
            told=", ".join(dict.fromkeys(printable(x) for x in (one.status, one.outcome) if x)),
            joined="" if one.reason == "single" else words(f"reason_{one.reason}"),
        )
        for one in records
    )


def concerns_of(history: FamilyHistory, words: Words, short: Mapping[str, str]) -> tuple[ConcernRow, ...]:
    """Notifications and notes in the order of their dates, each told once, numbered n1, n2 ..."""
    grouped: dict[tuple[dt.date, str], list[Concern]] = {}
    for concern in history.concerns:
        grouped.setdefault((concern.date, concern.event_id), []).append(concern)
    return tuple(
        ConcernRow(
            number=number,
            label=f"n{number}",
            date=date,
            category=told[0].category,
            kind=words.kind(told[0].category),
            district=_district_of(told[0], words),
            persons=tuple(
                dict.fromkeys((c.person_id, short.get(c.person_id, c.person_id), words.role(c.role)) for c in told)
            ),
            sources=_sources(told[0].records, (), words),
        )
        for number, ((date, _), told) in enumerate(sorted(grouped.items()), 1)
    )


def _district_of(concern: Concern, words: Words) -> str:
    sealed = any(one.register == PROTECTED_REGISTER for one in concern.records)
    return words("protected") if sealed else printable(concern.district or words("unknown"))


def members_of(
    history: FamilyHistory, grounds: Mapping[str, Sequence[Ground]], words: Words, short: Mapping[str, str]
) -> tuple[MemberRow, ...]:
    """The members in the order of the rules that they stand under."""
    names = {m.person_id: named(m.name, words) for m in history.members}
    return tuple(
        MemberRow(
            person_id=member.person_id,
            name=names[member.person_id],
            short_name=short[member.person_id],
            rule=f"{member.rule}: {words.rule(member.rule)}",
            born=_born(member, words),
            spans=tuple(words.span(*span, history.as_of) for span in member.intervals),
            grounds=tuple(_ground(one, names, words, history.as_of) for one in grounds.get(member.person_id, ())),
        )
        for member in history.members
    )


def _born(member: Member, words: Words) -> str:
    born = words.day(member.birth_date)
    return f"{born}, {words('died')} {member.deceased}" if member.deceased else born


def _ground(ground: Ground, names: Mapping[str, str], words: Words, as_of: dt.date) -> str:
    through = f"\u2068{names.get(ground.through or '', '')}\u2069"
    text = words(f"ground_{ground.kind}", register=printable(ground.register or ""), through=through)
    return text if ground.kind == "birth" else f"{text}, {words.span(ground.valid_from, ground.valid_to, as_of)}"


def possible_of(history: FamilyHistory, words: Words) -> tuple[tuple[str, str, tuple[str, ...], str], ...]:
    """Possible members: id, name, when, and whether the child was placed with them."""
    return tuple(
        (
            one.person_id,
            named(one.name, words),
            tuple(words.span(*span, history.as_of) for span in one.intervals),
            words("foster") if one.foster_parent else "",
        )
        for one in history.possible
    )


def stays_of(history: FamilyHistory, words: Words, short: Mapping[str, str]) -> tuple[StayRow, ...]:
    """Every stay, by start; of members who only lived with the child, the part within the family."""
    members = {m.person_id: m for m in history.members}
    rows = []
    for stay in history.stays:
        member = members[stay.person_id]
        whole = member.rule in ("a", "b")
        spans = [(stay.valid_from, stay.valid_to)] if whole else _within((stay.valid_from, stay.valid_to), member)
        for start, end in spans:
            rows.append(
                StayRow(
                    name=short[stay.person_id],
                    address=words("protected_address") if stay.sealed else printable(stay.label),
                    district=words("protected") if stay.sealed else printable(stay.district or words("unknown")),
                    start=words.day(start),
                    end=words("now") if end > history.as_of else words.day(end),
                    home=_home(sealed=stay.sealed, hub=stay.hub, unit=stay.unit, words=words),
                    register=words("protected") if stay.sealed else printable(stay.register),
                )
            )
    return tuple(rows)


def _within(span: tuple[dt.date, dt.date], member: Member) -> list[tuple[dt.date, dt.date]]:
    cut = [(max(span[0], start), min(span[1], end)) for start, end in member.intervals]
    return [(start, end) for start, end in cut if start < end]


def _home(*, sealed: bool, hub: bool, unit: bool, words: Words) -> str:
    if sealed:
        return words("protected")
    return words("hub") if hub else words("unit" if unit else "not_unit")


def present_view(history: FamilyHistory, facts: Sequence[Fact], words: Words) -> PresentView:
    """What the registers of the district in which the child lives at ``as_of`` hold of classes A and C."""
    counted = [(f, e) for f, e in zip(facts, history.entries, strict=True) if f.klass in "AC"]
    now = [s for s in history.stays if s.person_id == history.child and s.valid_from <= history.as_of < s.valid_to]
    districts = sorted({s.district for s in now if s.district and not s.sealed})
    total = words("one_event") if len(counted) == 1 else words("many_events", n=len(counted))
    if not districts:
        hidden = any(s.sealed for s in now)
        return PresentView(words("present_sealed" if hidden else "present_unknown", total=total), ())
    own = tuple(f for f, e in counted if any(r.district in districts for r in e.records))
    numbers = f": {words('numbers')} " + ", ".join(f.label for f in own) if own else ""
    names = ", ".join(printable(name) for name in districts)
    sentence = words("present_known", total=total, districts=names, own=len(own), list=numbers)
    return PresentView(sentence, own)
