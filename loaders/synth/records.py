"""Which district writes down which night, under which journal number, and whom it names.

An event has one record in the district of its place, sometimes a second one there under another
category, and sometimes one in another district that a party comes from or the case was handed over to.
Some records are written anew because they were wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.intervals import LAST
from linkage.vocabulary import CATEGORIES
from loaders.synth import tables
from loaders.synth.country import Country
from loaders.synth.error_rates import CLERKS_PER_DISTRICT
from loaders.synth.incidents import IncidentLog
from loaders.synth.journals import journal_numbers, references
from loaders.synth.parameters import world
from loaders.synth.registers import register_of
from loaders.synth.sampling import Bools, Ints, Rng, Texts, rank_in_group
from loaders.synth.spells import Spells

UNKNOWN = -(10**6)
"""A day that a record does not state."""


@dataclass(frozen=True, slots=True)
class Events:
    """What happened, by event number."""

    day: Ints
    kind: Texts
    unit: Ints
    town: Ints
    child: Ints
    """A minor who lived at the place, -1 if none did."""
    role_event: Ints
    role_person: Ints
    role: Texts


@dataclass(frozen=True, slots=True)
class Records:
    """District records by number; ``mention_*`` are the persons named in them."""

    event: Ints
    district: Ints
    register: Ints
    """Number of the register file, as :func:`case_registers` counts them."""
    kind: Texts
    journal: Texts
    reference: Texts
    occurred: Ints
    reported: Ints
    entered: Ints
    withdrawn: Ints
    handed_over: Bools
    """Cases that another district has taken over."""
    clerk: Ints
    source: Ints
    """The record whose text it repeats: itself, but for cases taken over from a replaced register."""
    mention_record: Ints
    mention_person: Ints
    mention_role: Texts
    mention_number: Ints
    mention_source: Ints
    """The mention whose text it repeats, likewise."""
    event_date: Ints
    """The date of each event as its records have it: the earliest occurred, else the earliest reported."""


def order_events(log: IncidentLog) -> Events:
    """Events in order of date, each person with one part in each: the first that was made up."""
    raw, parts = log.events.columns(), log.roles.columns()
    order = np.argsort(raw["day"], kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    event, person, role = number[parts["event"]], parts["person"], parts["role"]
    first = rank_in_group(event * (int(person.max(initial=0)) + 1) + person) == 0
    event, person, role = event[first], person[first], role[first]
    by_event = np.argsort(event, kind="stable")
    return Events(
        raw["day"][order],
        np.asarray(raw["kind"], dtype=object)[order],
        raw["unit"][order],
        raw["town"][order],
        raw["child"][order],
        event[by_event],
        person[by_event],
        np.asarray(role, dtype=object)[by_event],
    )


def _foreign_district(country: Country, events: Events, stays: Spells, chosen: Ints, rng: Rng) -> Ints:
    """For each event another district: where a party lives or lived, else any."""
    places = country.places
    home = places.district[events.town[chosen]]
    start = np.searchsorted(events.role_event, chosen)
    named = (start < len(events.role_event)) & (
        events.role_event[np.minimum(start, len(events.role_event) - 1)] == chosen
    )
    party = events.role_person[np.minimum(start, len(events.role_person) - 1)]
    row = stays.on(party, events.day[chosen])
    lives = places.district[places.unit_municipality[stays.columns["unit"][np.maximum(row, 0)]]]
    before = stays.before(row)
    lived = places.district[places.unit_municipality[stays.columns["unit"][np.maximum(before, 0)]]]
    some = (home + rng.integers(1, len(places.districts), len(chosen))) % len(places.districts)
    result = np.where(named & (lives != home), lives, np.where(named & (before >= 0) & (lived != home), lived, some))
    return np.asarray(result, dtype=np.int64)


def _delays(n: int, rng: Rng) -> Ints:
    u = rng.random(n)
    return np.where(
        u < world("reported_same_day"), 0, np.where(u < world("reported_next_day"), 1, rng.integers(2, 15, n))
    ).astype(np.int64)


def _mentions(events: Events, event: Ints, whole: Bools, rng: Rng) -> tuple[Ints, Ints, Texts, Ints]:
    """Who each record names: everybody where ``whole``, else most of them and at least one."""
    low = np.searchsorted(events.role_event, event)
    size = np.searchsorted(events.role_event, event, side="right") - low
    record = np.repeat(np.arange(len(event)), size)
    within = np.arange(len(record)) - np.repeat(np.cumsum(size) - size, size)
    row = low[record] + within
    kept = whole[record] | (rng.random(len(record)) < world("second_record_party")) | (within == 0)
    record, row = record[kept], row[kept]
    return record, events.role_person[row], events.role[row], rank_in_group(record) + 1


@dataclass(slots=True)
class _Draft:
    """Records as they come to be written, block by block: which, where, and under which word."""

    event: Ints
    district: Ints
    kind: Texts
    first: Bools
    """The record that names everybody."""
    origin: Ints
    """The record it refers to, if it does."""
    refers: Bools
    corrects: Ints
    """The record it is written in place of, -1 for most."""
    handed: Bools
    """Records of a case that was handed over to their district."""


def _draft(country: Country, events: Events, stays: Spells, rates: dict[str, float], rng: Rng) -> _Draft:
    """First records, second ones of the same district, those of another district, and corrections of first ones."""
    n = len(events.day)
    second = np.flatnonzero(rng.random(n) < world("second_record"))
    foreign = np.flatnonzero(rng.random(n) < world("other_district_record"))
    corrected = np.flatnonzero(rng.random(n) < rates["corrected"])
    event = np.r_[np.arange(n), second, foreign, corrected]
    home = country.places.district[events.town]
    other_kind = np.array([tables.SECOND_KIND.get(k, k) for k in events.kind[second]], dtype=object)
    is_second = np.repeat([False, True, False], [n, len(second) + len(foreign), len(corrected)])
    is_foreign = np.repeat([False, True, False], [n + len(second), len(foreign), len(corrected)])
    refers = is_second & (rng.random(len(event)) < world("second_record_refers"))
    return _Draft(
        event=event,
        district=np.r_[home, home[second], _foreign_district(country, events, stays, foreign, rng), home[corrected]],
        kind=np.concatenate([events.kind, other_kind, events.kind[foreign], events.kind[corrected]]),
        first=~is_second,
        origin=event,
        refers=refers | (np.arange(len(event)) >= len(event) - len(corrected)),
        corrects=np.r_[np.full(len(event) - len(corrected), -1), corrected],
        handed=is_foreign & refers & (rng.random(len(event)) < rates["transferred"]),
    )


@dataclass(slots=True)
class _Days:
    """The days of each record."""

    occurred: Ints
    reported: Ints
    entered: Ints
    withdrawn: Ints


def _dates(events: Events, draft: _Draft, last: int, rates: dict[str, float], rng: Rng) -> _Days:
    """When each record says it happened and was reported, when it was entered, and when withdrawn.

    A correction repeats the report; what it corrects had the date wrong, and is withdrawn that day.
    """
    n, day = len(draft.event), events.day[draft.event]
    shifted = ~draft.first & ~draft.refers & (rng.random(n) < world("second_record_day_off"))
    occurred = day + np.where(shifted, rng.choice([-1, 1], n), 0)
    reported = np.maximum(occurred, day) + _delays(n, rng) + draft.handed * rng.integers(1, 15, n)
    new = np.flatnonzero(draft.corrects >= 0)
    old = draft.corrects[new]
    reported[new] = reported[old]
    reported = np.minimum(reported, last)
    u = rng.random(n)
    waits = np.where(u < world("entered_late"), rng.integers(14, 91, n), rng.integers(0, 4, n))
    very_late = (u >= world("entered_late")) & (u < world("entered_late") + rates["entered_very_late"])
    waits = np.where(very_late, rng.integers(91, 731, n), waits)
    entered = reported + waits
    entered[new] = np.minimum(entered[old], last) + rng.integers(1, 120, len(new))
    entered = np.minimum(entered, last)
    occurred[old] -= rng.integers(1, 31, len(old))
    occurred = np.where(rng.random(n) < rates["no_occurred"], UNKNOWN, occurred)
    gone = rng.random(len(events.day)) < world("withdrawn")
    alone = ~draft.first & (rng.random(n) < rates["record_withdrawn"])
    withdrawn = entered + rng.integers(10, 200, len(events.day))[draft.event]
    withdrawn = np.where(gone[draft.event] | alone, np.minimum(withdrawn, last), LAST)
    withdrawn[old] = np.minimum(withdrawn[old], entered[new])
    return _Days(occurred, reported, entered, withdrawn)


def write_down(country: Country, events: Events, *, stays: Spells, rates: dict[str, float], rng: Rng) -> Records:
    """All records of all events."""
    draft = _draft(country, events, stays, rates, rng)
    days = _dates(events, draft, country.end, rates, rng)
    register = register_of(country.places.districts, draft.district, days.entered)
    journal = journal_numbers(draft.district, register, kind=draft.kind, reported=days.reported)
    clerk = draft.district * CLERKS_PER_DISTRICT + rng.integers(0, CLERKS_PER_DISTRICT, len(draft.event))
    record, person, role, number = _mentions(events, draft.event, draft.first | draft.handed, rng)
    handed_over = np.zeros(len(draft.event), dtype=bool)
    handed_over[draft.origin[draft.handed]] = True
    return Records(
        event=draft.event,
        district=draft.district,
        register=register,
        kind=draft.kind,
        journal=journal,
        reference=references(journal[draft.origin], draft.refers, rates, rng),
        occurred=days.occurred,
        reported=days.reported,
        entered=days.entered,
        withdrawn=days.withdrawn,
        handed_over=handed_over,
        clerk=clerk,
        source=np.arange(len(draft.event)),
        mention_record=record,
        mention_person=person,
        mention_role=role,
        mention_number=number,
        mention_source=np.arange(len(record)),
        event_date=_event_dates(draft.event, days, country.end, len(events.day)),
    )


def _event_dates(event: Ints, days: _Days, last: int, n: int) -> Ints:
    """The earliest stated date of each event, else the earliest report, of records that stand.

    Where none stands all are asked, as the event counts for nothing anyway.
    """
    stands = days.withdrawn > last
    some = np.zeros(n, dtype=bool)
    some[event[stands]] = True
    asked = stands | ~some[event]
    never = np.iinfo(np.int64).max
    earliest, told = np.full(n, never), np.full(n, never)
    occurred = np.where((days.occurred == UNKNOWN) | ~asked, never, days.occurred)
    np.minimum.at(earliest, event, occurred)
    np.minimum.at(told, event, np.where(asked, days.reported, never))
    return np.where(earliest == never, told, earliest)


def domestic(kinds: Texts) -> Bools:
    """Whether each category ties an incident to the home it happened at."""
    return np.array([CATEGORIES[k].domestic for k in kinds], dtype=bool)
