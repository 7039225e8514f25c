"""Shared residence (delt bopæl): children of parents who live apart with a second stay at the other parent's.

The simulation keeps who has agreed on it since when; the second stays follow from the agreements and
from both homes when the years are over. Danish law has known shared residence since 1 April 2019, and
keeps one home as the child's registered address beside it.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from linkage.intervals import LAST, to_days
from loaders.synth.country import Country
from loaders.synth.dates import eighteenth
from loaders.synth.moves import QUARTER, days_in
from loaders.synth.parameters import world
from loaders.synth.places import HOME
from loaders.synth.sampling import Bools, Ints, Rng, per_period, ragged
from loaders.synth.spells import Spells

LAW = to_days(dt.date(2019, 4, 1))
"""First day of shared residence in Danish law (forældreansvarsloven)."""


def share_homes(country: Country, day: int, rng: Rng) -> None:
    """Agreements of the quarter: those that lapse or are given up, then new ones, alike for all children of a home."""
    rows = np.flatnonzero(country["shared_with"] >= 0)
    country.end_agreements(rows[~_apart(country, rows, country["shared_with"][rows], day)], day)
    rows = np.flatnonzero(country["shared_with"] >= 0)
    draws = rng.random(len(country.places.unit_kind))
    ended = rows[draws[country["unit"][rows]] < per_period(world("shared_residence_ends"), QUARTER)]
    country.end_agreements(ended, days_in(country, len(ended), rng))
    if country.until <= LAW:
        return
    _agree(country, day, rng)


def _apart(country: Country, children: Ints, other: Ints, day: int) -> Bools:
    """Children who live with one parent while ``other``, the second one, lives in another home of the country."""
    unit, home = country["unit"], country.places.unit_kind[country["unit"]] == HOME
    mother, father = country["mother"][children], country["father"][children]
    keeper = np.where(other == mother, father, mother)
    fit = (keeper >= 0) & (other >= 0) & country.present()[children] & (eighteenth(country["birth"][children]) > day)
    fit &= country.present()[keeper] & country.present()[other] & home[children] & home[other]
    fit &= (unit[keeper] == unit[children]) & (unit[other] != unit[children])
    return np.asarray(fit & ((country["foster"][children] < 0) | (country["foster_from"][children] == LAST)))


def _agree(country: Country, day: int, rng: Rng) -> None:
    unit, places = country["unit"], country.places
    mother, father = country["mother"], country["father"]
    shares = country["father_custody"] & (country["father_custody_to"] > country.until)
    rows = np.flatnonzero((country.ages(day) < 17) & shares & (mother >= 0) & (father >= 0))
    rows = rows[(country["shared_with"][rows] < 0) & (country["birth"][rows] < day) & country.present()[rows]]
    other = np.where(unit[mother[rows]] == unit[rows], father[rows], mother[rows])
    fit = _apart(country, rows, other, day)
    rows, other = rows[fit], other[fit]
    town, other_town = places.unit_municipality[unit[rows]], places.unit_municipality[unit[other]]
    near = np.where(places.district[town] == places.district[other_town], world("shared_residence_near"), 0.0)
    near = np.where(town == other_town, 1.0, np.maximum(near, world("shared_residence_far")))
    draws = rng.random(len(places.unit_kind))
    agreed = draws[unit[rows]] < per_period(world("shared_residence_per_year") * near, QUARTER)
    rows, other = rows[agreed], other[agreed]
    moment = rng.random(len(places.unit_kind))[unit[rows]]
    days = np.maximum(country.today, LAW) + 0 * rows
    country["shared_with"][rows] = other
    country["shared_from"][rows] = days + (moment * (country.until - days)).astype(np.int64)


def second_homes(country: Country, stays: Spells, protections: Spells) -> Spells:
    """The second stays: where the other parent lived while an agreement held and the child lived elsewhere.

    An agreement ends at 18 and when special protection of the child or a parent begins.
    """
    log = country.agreements.columns()
    child, other, start = (np.asarray(log[c], dtype=np.int64) for c in ("child", "other", "from"))
    end = np.minimum(np.asarray(log["to"], dtype=np.int64), eighteenth(country["birth"][child]))
    for person in (child, country["mother"][child], country["father"][child]):
        end = np.minimum(end, _first_special(protections, person, start))
    row, at = _runs(stays, other)
    begin, until = np.maximum(start[at], stays.start[row]), np.minimum(end[at], stays.end[row])
    kept = (begin < until) & (country.places.unit_kind[stays.columns["unit"][row]] == HOME)
    row, at, begin, until = row[kept], at[kept], begin[kept], until[kept]
    own, piece = _runs(stays, child[at])
    begin, until = np.maximum(begin[piece], stays.start[own]), np.minimum(until[piece], stays.end[own])
    unit = stays.columns["unit"][row[piece]]
    kept = (begin < until) & (begin < country.end) & (stays.columns["unit"][own] != unit)
    until = np.where(until >= country.end, LAST, until)
    return _joined(child[at[piece]][kept], unit[kept], begin[kept], until[kept])


def _runs(spells: Spells, persons: Ints) -> tuple[Ints, Ints]:
    """Rows of all spells of each person, with the person's position."""
    low = np.searchsorted(spells.person, persons, side="left")
    return ragged(low, np.searchsorted(spells.person, persons, side="right") - low)


def _first_special(protections: Spells, persons: Ints, days: Ints) -> Ints:
    """First day of special protection of each person that lies, or lasts, after a day."""
    row, at = _runs(protections, np.maximum(persons, 0))
    fits = protections.columns["special"][row] & (protections.end[row] > days[at]) & (persons[at] >= 0)
    first = np.full(len(persons), LAST)
    np.minimum.at(first, at[fits], protections.start[row[fits]])
    return first


def _joined(person: Ints, unit: Ints, start: Ints, end: Ints) -> Spells:
    """Pieces at one unit that follow each other without a gap become one."""
    order = np.lexsort((start, unit, person))
    person, unit, start, end = person[order], unit[order], start[order], end[order]
    if len(person):
        new = (person[1:] != person[:-1]) | (unit[1:] != unit[:-1]) | (start[1:] > end[:-1])
        fresh = np.r_[True, new]
        last = np.r_[new, True]
        person, unit, start, end = person[fresh], unit[fresh], start[fresh], end[last]
    order = np.lexsort((start, person))
    return Spells(person[order], start[order], end[order], {"unit": unit[order]})
