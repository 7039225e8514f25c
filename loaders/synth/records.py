"""Which district writes down which night, under which journal number, and whom it names.

An event has one record in the district of its place, sometimes a second one there under another
category, and sometimes one in another district that a party comes from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.intervals import LAST
from linkage.vocabulary import CATEGORIES
from loaders.synth import tables
from loaders.synth.country import Country
from loaders.synth.identifiers import calendar, padded
from loaders.synth.incidents import IncidentLog
from loaders.synth.parameters import CLERKS_PER_DISTRICT, world
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
    kind: Texts
    journal: Texts
    reference: Texts
    occurred: Ints
    reported: Ints
    entered: Ints
    withdrawn: Ints
    clerk: Ints
    mention_record: Ints
    mention_person: Ints
    mention_role: Texts
    mention_number: Ints
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


def _journal_numbers(district: Ints, kind: Texts, reported: Ints) -> Texts:
    """District code, offence code, serial number in the year, year; unique."""
    year = calendar(reported)[0]
    order = np.lexsort((np.arange(len(reported)), reported))
    serial = np.empty(len(reported), dtype=np.int64)
    serial[order] = rank_in_group((district * 10_000 + year)[order]) + 1
    codes = np.array([tables.OFFENCE_CODES[k] for k in kind], dtype=object)
    head = padded((district + 1) * 100 + 3000, 4)
    number = head + "-" + codes + "-" + padded(serial, 5) + "-" + padded(year % 100, 2)
    return np.asarray(number, dtype=object)


def _delays(n: int, rng: Rng) -> Ints:
    u = rng.random(n)
    return np.where(
        u < world("reported_same_day"), 0, np.where(u < world("reported_next_day"), 1, rng.integers(2, 15, n))
    ).astype(np.int64)


def _mentions(events: Events, event: Ints, is_first: Bools, rng: Rng) -> tuple[Ints, Ints, Texts, Ints]:
    """Who each record names: the first names everybody, the others most of them and at least one."""
    low = np.searchsorted(events.role_event, event)
    size = np.searchsorted(events.role_event, event, side="right") - low
    record = np.repeat(np.arange(len(event)), size)
    within = np.arange(len(record)) - np.repeat(np.cumsum(size) - size, size)
    row = low[record] + within
    kept = is_first[record] | (rng.random(len(record)) < world("second_record_party")) | (within == 0)
    record, row = record[kept], row[kept]
    return record, events.role_person[row], events.role[row], rank_in_group(record) + 1


def _dates(events: Events, event: Ints, may_shift: Bools, no_date: float, rng: Rng) -> tuple[Ints, Ints]:
    day = events.day[event]
    shifted = may_shift & (rng.random(len(event)) < world("second_record_day_off"))
    occurred = day + np.where(shifted, rng.choice([-1, 1], len(event)), 0)
    reported = np.maximum(occurred, day) + _delays(len(event), rng)
    return np.where(rng.random(len(event)) < no_date, UNKNOWN, occurred), reported


def write_down(country: Country, events: Events, *, stays: Spells, rates: dict[str, float], rng: Rng) -> Records:
    """All records of all events."""
    n = len(events.day)
    second = np.flatnonzero(rng.random(n) < world("second_record"))
    foreign = np.flatnonzero(rng.random(n) < world("other_district_record"))
    event = np.r_[np.arange(n), second, foreign]
    home = country.places.district[events.town]
    district = np.r_[home, home[second], _foreign_district(country, events, stays, foreign, rng)]
    is_first = np.arange(len(event)) < n
    other_kind = np.array([tables.SECOND_KIND.get(k, k) for k in events.kind[second]], dtype=object)
    kind = np.concatenate([events.kind, other_kind, events.kind[foreign]])
    refers = ~is_first & (rng.random(len(event)) < world("second_record_refers"))
    occurred, reported = _dates(events, event, ~is_first & ~refers, rates["no_occurred"], rng)
    last = country.end
    reported = np.minimum(reported, last)
    late = rng.random(len(event)) < world("entered_late")
    entered = reported + np.where(late, rng.integers(14, 91, len(event)), rng.integers(0, 4, len(event)))
    entered = np.minimum(entered, last)
    journal = _journal_numbers(district, kind, reported)
    withdrawn_event = rng.random(n) < world("withdrawn")
    withdrawn = entered + rng.integers(10, 200, n)[event]
    withdrawn = np.where(withdrawn_event[event], np.minimum(withdrawn, last), LAST)
    record, person, role, number = _mentions(events, event, is_first, rng)
    return Records(
        event=event,
        district=district,
        kind=kind,
        journal=journal,
        reference=np.where(refers, journal[event], "").astype(object),
        occurred=occurred,
        reported=reported,
        entered=entered,
        withdrawn=withdrawn,
        clerk=district * CLERKS_PER_DISTRICT + rng.integers(0, CLERKS_PER_DISTRICT, len(event)),
        mention_record=record,
        mention_person=person,
        mention_role=role,
        mention_number=number,
        event_date=_event_dates(event, occurred, reported, n),
    )


def _event_dates(event: Ints, occurred: Ints, reported: Ints, n: int) -> Ints:
    never = np.iinfo(np.int64).max
    earliest = np.full(n, never)
    np.minimum.at(earliest, event, np.where(occurred == UNKNOWN, never, occurred))
    told = np.full(n, never)
    np.minimum.at(told, event, reported)
    return np.where(earliest == never, told, earliest)


def domestic(kinds: Texts) -> Bools:
    """Whether each category ties an incident to the home it happened at."""
    return np.array([CATEGORIES[k].domestic for k in kinds], dtype=bool)
