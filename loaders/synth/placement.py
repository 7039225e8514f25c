"""Children placed outside their home: with a foster family, unrelated or kin, or in an institution.

A placed child is registered where it is placed and moves with the foster parent. It may go back to
a parent; otherwise the placement ends at 18, and the young adult leaves home like any other.
"""

from __future__ import annotations

import numpy as np

from linkage.intervals import LAST
from loaders.synth.country import Country
from loaders.synth.dates import eighteenth
from loaders.synth.moves import ADULT, QUARTER, days_in
from loaders.synth.parameters import world
from loaders.synth.places import CHILDRENS_HOME, HOME
from loaders.synth.sampling import Bools, Ints, Rng, first_of_each, per_period


def in_foster_care(country: Country) -> Bools:
    """Who is placed with a foster family now."""
    return np.asarray((country["foster"] >= 0) & (country["foster_from"] < LAST))


def _close(country: Country, children: Ints, days: Ints) -> None:
    country.placements.add(children, country["foster"][children], country["foster_from"][children], days)
    country["foster_from"][children] = LAST


def place_children(country: Country, day: int, rng: Rng) -> None:
    """The quarter's changes: placements that lapse, children who go back, children who are placed."""
    _lapse(country, day)
    _go_back(country, day, rng)
    _place(country, day, rng)


def _lapse(country: Country, day: int) -> None:
    """End placements at death, at 18 and where the foster parent is gone; a partner who stays takes over."""
    rows = np.flatnonzero(in_foster_care(country))
    foster, unit = country["foster"][rows], country["unit"][rows]
    dead, apart = country["death"][foster] < LAST, country["unit"][foster] != unit
    grown = eighteenth(country["birth"][rows])
    end = np.minimum(np.where(dead, country["death"][foster], LAST), country["death"][rows])
    end = np.minimum(end, np.where(apart & ~dead, country["stay_from"][rows], LAST))
    end = np.minimum(end, np.where(grown < country.until, grown, LAST))
    over = end < LAST
    _close(country, rows[over], end[over])
    rows, end, dead, apart = rows[over], end[over], dead[over], apart[over]
    still = dead & (country["death"][rows] == LAST) & (eighteenth(country["birth"][rows]) > country.until)
    rows, end = rows[still], end[still]
    persons, owner = country.members(country["unit"][rows])
    fit = (country.ages(day)[persons] >= 25) & (country["death"][persons] == LAST)
    fit &= (persons != country["mother"][rows[owner]]) & (persons != country["father"][rows[owner]])
    persons, owner = persons[fit], owner[fit]
    heir = first_of_each(owner)
    child = rows[owner[heir]]
    country["foster"][child] = persons[heir]
    country["foster_from"][child] = end[owner[heir]]


def _parents_homes(country: Country, children: Ints, day: int) -> Ints:
    """The settled home of each child's mother, else of the father; -1 if there is none."""
    target = np.full(len(children), -1, dtype=np.int64)
    ready = country.settled(day) & (country.places.unit_kind[country["unit"]] == HOME)
    for side in ("father", "mother"):
        parent = country[side][children]
        fit = (parent >= 0) & ready[parent]
        target[fit] = country["unit"][parent[fit]]
    return target


def _go_back(country: Country, day: int, rng: Rng) -> None:
    unit = country["unit"]
    placed = in_foster_care(country) & (country["foster_from"] < day)
    institution = (country.places.unit_kind[unit] == CHILDRENS_HOME) & (country.ages(day) < ADULT)
    rows = np.flatnonzero(country.settled(day) & (placed | institution))
    rows = rows[rng.random(len(rows)) < per_period(world("placement_ends"), QUARTER)]
    target = _parents_homes(country, rows, day)
    fit = (target >= 0) & (target != unit[rows]) & (first_of_each(unit[rows]) | institution[rows])
    fit &= first_of_each(target)
    rows, target = rows[fit], target[fit]
    days = days_in(country, len(rows), rng)
    fostered = in_foster_care(country)[rows]
    _close(country, rows[fostered], days[fostered])
    country["foster"][rows] = -1
    country.move(rows, target, days)


def _place(country: Country, day: int, rng: Rng) -> None:
    """Children are taken from homes with much trouble; some brothers and sisters go along."""
    unit, mother, father = country["unit"], country["mother"], country["father"]
    home = country.places.unit_kind[unit] == HOME
    with_parent = ((mother >= 0) & (unit[mother] == unit)) | ((father >= 0) & (unit[father] == unit))
    rows = np.flatnonzero(country.settled(day) & home & with_parent & (country.ages(day) < 17.4))
    rows = rows[~in_foster_care(country)[rows]]
    level = np.where(mother[rows] >= 0, country["trouble"][mother[rows]], 0.0)
    level = np.maximum(level, np.where(father[rows] >= 0, country["trouble"][father[rows]], 0.0))
    first_quarter = day <= country.start
    base = world("placed_at_start") if first_quarter else per_period(world("placements_per_year"), QUARTER)
    # the worse of two parents' levels is 1.8 on average
    draws = rng.random(len(rows)) < np.minimum(base * level / 1.8, 0.5)
    taken = np.flatnonzero(draws & ~_repeated(unit[rows], draws))
    chosen_units = np.zeros(len(country.places.unit_kind), dtype=bool)
    chosen_units[unit[rows[taken]]] = True
    along = chosen_units[unit[rows]] & (rng.random(len(rows)) < world("placed_with_sibling"))
    along[taken] = True
    children = rows[along]
    _settle(country, children, day, rng)


def _repeated(keys: Ints, among: Bools) -> Bools:
    """Marked positions whose key was marked before."""
    result = np.zeros(len(keys), dtype=bool)
    at = np.flatnonzero(among)
    result[at] = ~first_of_each(keys[at])
    return result


def _settle(country: Country, children: Ints, day: int, rng: Rng) -> None:
    """All children of one home to one foster family or institution, on one day."""
    if not len(children):
        return
    origin, at = np.unique(country["unit"][children], return_inverse=True)
    lead = _first(children, at)
    days = days_in(country, len(origin), rng)
    foster = _foster_parents(country, lead, day, rng)
    foster[rng.random(len(origin)) >= world("placed_in_family")] = -1
    institutions = np.flatnonzero(country.places.unit_kind == CHILDRENS_HOME)
    target = np.where(foster >= 0, country["unit"][foster], rng.choice(institutions, len(origin)))
    country.end_agreements(children, days[at])
    country.move(children, target[at], days[at])
    cared = foster[at] >= 0
    country["foster"][children[cared]] = foster[at][cared]
    country["foster_from"][children[cared]] = days[at][cared]


def _first(values: Ints, groups: Ints) -> Ints:
    """The first value of each group."""
    found = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.int64)
    found[groups[::-1]] = values[::-1]
    return found


def _foster_parents(country: Country, children: Ints, day: int, rng: Rng) -> Ints:
    """A grandmother for some, else a woman of a calm couple, mostly of the same police district; -1 if none is left."""
    age, unit, partner = country.ages(day), country["unit"], country["partner"]
    ready = country.settled(day) & (country.places.unit_kind[unit] == HOME) & (country["trouble"] < 1.0)
    mother = country["mother"][children]
    kin = np.where(mother >= 0, country["mother"][mother], -1)
    fit = (kin >= 0) & ready[kin] & (age[kin] < 68) & (unit[kin] != unit[children])
    kin = np.where(fit & (rng.random(len(children)) < world("placed_with_kin")), kin, -1)
    wives = np.flatnonzero(
        ready & ~country["male"] & (age >= 32) & (age < 60) & (partner >= 0) & (unit[partner] == unit)
    )
    wives = wives[first_of_each(unit[wives]) & ~in_foster_care(country)[wives]]
    wives = rng.permutation(wives)
    district = country.places.district[country.places.unit_municipality[unit]]
    wives = wives[np.argsort(district[wives], kind="stable")]
    wanted = district[children]
    away = rng.random(len(children)) < world("placed_far")
    wanted = np.where(away, rng.integers(0, len(country.places.districts), len(children)), wanted)
    low, high = (np.searchsorted(district[wives], wanted, side=s) for s in ("left", "right"))
    pick = low + (rng.random(len(children)) * (high - low)).astype(np.int64)
    some = np.where(high > low, wives[np.minimum(pick, len(wives) - 1)], -1) if len(wives) else np.full(len(low), -1)
    foster = np.where(kin >= 0, kin, some).astype(np.int64)
    usable = (foster >= 0) & (unit[foster] != unit[children])
    foster[~usable] = -1
    foster[~first_of_each(np.where(foster >= 0, unit[foster], -1 - np.arange(len(foster))))] = -1
    return foster
