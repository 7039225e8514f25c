"""Pairs of incident records that may tell of one event, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.events.facts import NO_DATE, Facts, Flags, Ints
from linkage.overlaps import overlapping_pairs

REFERENCE_DAYS = 3
"""A reference to a journal number is believed over so many days without a common person or place."""
MOST_PER_PERSON = 50
"""A person's incident is compared with at most so many others of the same night: placeholders make crowds."""

COMPANY = 2
"""So many common persons make a coincidence unlikely where no place speaks for one event."""

BY_REFERENCE, BY_NIGHT, BY_NEXT_DAY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Named:
    """Distinct pairs of incident (position in the facts) and entity."""

    incident: Ints
    entity: Ints


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of positions in the facts (one < other), how strong the reason is, and how many persons they share."""

    one: Ints
    other: Ints
    reason: Ints
    shared: Ints


def find_candidates(facts: Facts, named: Named) -> Candidates:
    """Every pair worth joining, strongest reason first: reference, same night, night and next day."""
    found = [_referring(facts, named), _meeting(facts, named), _nameless(facts)]
    one, other, reason, shared = (np.concatenate(c) for c in zip(*found, strict=True))
    apart = np.where(_dated(facts, one, other), np.abs(facts.date[one] - facts.date[other]), 0)
    order = np.lexsort((other, one, -shared, apart, reason))
    return Candidates(one[order], other[order], reason[order], shared[order])


Pairs = tuple[Ints, Ints, Ints, Ints]


def _dated(facts: Facts, one: Ints, other: Ints) -> Flags:
    return np.asarray((facts.date[one] != NO_DATE) & (facts.date[other] != NO_DATE), dtype=np.bool_)


def _same(codes: Ints, one: Ints, other: Ints) -> Flags:
    return np.asarray((codes[one] >= 0) & (codes[one] == codes[other]), dtype=np.bool_)


def _count_shared(facts: Facts, named: Named, one: Ints, other: Ints) -> Ints:
    """How many entities each pair has in common."""
    order = np.lexsort((named.entity, named.incident))
    incident, entity = named.incident[order], named.entity[order]
    span = int(entity.max(initial=0)) + 1
    keys = incident * span + entity
    begin, size = np.searchsorted(incident, one), facts.named[one]
    pair = np.repeat(np.arange(len(one)), size)
    at = np.repeat(begin, size) + np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
    wanted = other[pair] * span + entity[at]
    hit = np.searchsorted(keys, wanted)
    common = (hit < len(keys)) & (keys[np.minimum(hit, max(len(keys) - 1, 0))] == wanted) if len(keys) else hit > 0
    return np.bincount(pair[common], minlength=len(one)).astype(np.int64)


def _referring(facts: Facts, named: Named) -> Pairs:
    """Records that state another's journal number, where that one can be told.

    Journal numbers recur, so the record meant must lie within :data:`REFERENCE_DAYS` or share a person
    or a street door; of several the best is taken, and none where the best two are equally good.
    """
    one, other = _equal_numbers(facts)
    sealed = facts.sealed[one] | facts.sealed[other]
    fit = (one != other) & facts.event[one] & facts.event[other] & ~sealed
    one, other = one[fit], other[fit]
    shared = _count_shared(facts, named, one, other)
    place = _same(facts.access, one, other)
    apart = np.where(_dated(facts, one, other), np.abs(facts.date[one] - facts.date[other]), REFERENCE_DAYS + 1)
    fit = (apart <= REFERENCE_DAYS) | (shared > 0) | place
    one, other, shared, place, apart = one[fit], other[fit], shared[fit], place[fit], apart[fit]
    score = -(np.minimum(shared, 1) * 4 + place * 2 + (apart <= REFERENCE_DAYS)) * 10_000_000 + apart
    order = np.lexsort((other, score, one))
    one, other, score, shared = one[order], other[order], score[order], shared[order]
    best = np.concatenate([[True], one[1:] != one[:-1]])[: len(one)]
    tied = np.concatenate([(one[1:] == one[:-1]) & (score[1:] == score[:-1]), [False]])[: len(one)]
    kept = best & ~tied
    low, high = np.minimum(one[kept], other[kept]), np.maximum(one[kept], other[kept])
    return low, high, np.full(len(low), BY_REFERENCE), shared[kept]


def _equal_numbers(facts: Facts) -> tuple[Ints, Ints]:
    """Positions of every record with a reference and of every record with that journal number."""
    position = pa.array(np.arange(len(facts.journal)))
    stated = pa.table({"number": facts.reference, "one": position})
    borne = pa.table({"number": facts.journal, "other": position})
    stated, borne = (t.filter(pc.is_valid(t["number"])) for t in (stated, borne))
    met = stated.join(borne, "number", join_type="inner", use_threads=False)
    one, other = (np.asarray(met[name].to_numpy(), dtype=np.int64) for name in ("one", "other"))
    return one, other


def _meeting(facts: Facts, named: Named) -> Pairs:
    """Records of one night, or of a night and the next day, that share a person.

    On one date the same street door is enough. Where no home is known it takes categories that can be
    words for one thing, and two common persons or all of the smaller record's: where in the open
    something happened is written too loosely to tell two events. A day apart it takes the same home,
    and two registers or one day of reporting: in a troubled family two nights in a row are common, but
    one register does not take down the same night twice under two dates.
    """
    one, other = _near_in_time(facts, named)
    one, other = _distinct(one, other, len(facts.date))
    fit = facts.joinable(one, other)
    one, other = one[fit], other[fit]
    shared = _count_shared(facts, named, one, other)
    apart = np.abs(facts.date[one] - facts.date[other])
    all_named = shared == np.minimum(facts.named[one], facts.named[other])
    vague = ~(facts.resolved[one] & facts.resolved[other]) & facts.alike(one, other)
    met = (shared >= COMPANY) | all_named
    night = (apart == 0) & (_same(facts.access, one, other) | (vague & met))
    home = _same(facts.address, one, other) & facts.home[one]
    # One register's cases of two days at one home are one night only if they name the same people.
    allowed = ~facts.contradict(one, other) | (home & (shared >= 2))
    fit = (night | ((apart == 1) & home)) & allowed & (shared > 0)
    reason = np.where(apart[fit] == 0, BY_NIGHT, BY_NEXT_DAY)
    return one[fit], other[fit], reason, shared[fit]


def _near_in_time(facts: Facts, named: Named) -> tuple[Ints, Ints]:
    """Pairs of a person's incidents at most a day apart."""
    chosen = (facts.date[named.incident] != NO_DATE) & facts.event[named.incident]
    incident, entity = named.incident[chosen], named.entity[chosen]
    date = facts.date[incident]
    order = np.lexsort((incident, date, entity))
    incident, date = incident[order], date[order]
    left, right = overlapping_pairs(entity[order], date, date + 2, incident, most=MOST_PER_PERSON)
    return incident[left], incident[right]


def _distinct(one: Ints, other: Ints, size: int) -> tuple[Ints, Ints]:
    low, high = np.divmod(np.unique(np.minimum(one, other) * size + np.maximum(one, other)), max(size, 1))
    return low, high


def _nameless(facts: Facts) -> Pairs:
    """Domestic records of one date at one home, where one of them names nobody."""
    chosen = np.flatnonzero(facts.home & facts.domestic & facts.resolved & (facts.date != NO_DATE))
    order = chosen[np.lexsort((chosen, facts.date[chosen], facts.address[chosen]))]
    date = facts.date[order]
    left, right = overlapping_pairs(facts.address[order], date, date + 1, order)
    one, other = _distinct(order[left], order[right], len(facts.date))
    fit = facts.joinable(one, other) & (np.minimum(facts.named[one], facts.named[other]) == 0)
    one, other = one[fit], other[fit]
    return one, other, np.full(len(one), BY_NIGHT), np.zeros(len(one), dtype=np.int64)
