"""Adoption: small children by strangers, and children by a parent's spouse.

An adoption ends the relation to the parent it replaces, and to both where strangers adopt; the new
relation begins on the same day. The replaced rows are kept, because the register keeps them.
"""

from __future__ import annotations

import numpy as np

from linkage.intervals import LAST
from loaders.synth.country import NEVER, Country
from loaders.synth.moves import ADULT, QUARTER, days_in
from loaders.synth.names import NONE
from loaders.synth.parameters import world
from loaders.synth.places import HOME
from loaders.synth.sampling import Bools, Ints, Rng, first_of_each, per_period

_SIDES = (("mother", False), ("father", True))


def replace_parent(country: Country, children: Ints, side: str, *, adopters: Ints, days: Ints) -> None:
    """Put an adopter in the place of a child's mother or father, whose row, if there is one, ends."""
    is_father = side == "father"
    old, since = country[side][children], country[f"{side}_from"][children]
    since = np.where(since == NEVER, country["birth"][children], since)
    known = old >= 0
    held = np.full(len(children), LAST)
    if is_father:
        held = np.where(country["father_custody"][children], country["father_custody_to"][children], NEVER)
        country["father_custody"][children] = adopters >= 0
        country["father_custody_to"][children] = LAST
    columns = (children, old, is_father, country[f"adopted_by_{side}"][children], since, days, held)
    country.parents.add(*(np.broadcast_to(c, len(children))[known] for c in columns))
    country[side][children] = adopters
    country[f"{side}_from"][children] = days
    country[f"adopted_by_{side}"][children] = True


def _take_surname(country: Country, children: Ints, givers: Ints, days: Ints) -> None:
    free = country["name_from"][children] < days
    child, giver = children[free], givers[free]
    middles = np.full(len(child), NONE)
    country.rename(child, days[free], surnames=country["surname"][giver], middles=middles)
    country["maiden"][child] = country["surname"][child]


def _couples_at_home(country: Country, day: int) -> Ints:
    """Wives who live with their husbands in a settled home."""
    unit, partner = country["unit"], country["partner"]
    home = country.places.unit_kind[unit] == HOME
    wed = country["married"] & ~country["male"] & (partner >= 0)
    return np.flatnonzero(wed & home & country.settled(day) & (unit[partner] == unit))


def adopt_by_strangers(country: Country, day: int, rng: Rng) -> None:
    """Small children go to childless couples, whose surname they take."""
    age, unit = country.ages(day), country["unit"]
    small = country.settled(day) & (age < 4) & (country["mother"] >= 0) & (country["mother_from"] == NEVER)
    children = np.flatnonzero(small & (country["foster"] < 0) & (country["shared_with"] < 0))
    level = 0.5 + 0.5 * np.minimum(country["trouble"][country["mother"][children]], 10.0)
    chosen = rng.random(len(children)) < per_period(world("stranger_adoption") * level, QUARTER)
    children = children[chosen]
    children = children[first_of_each(unit[children])]
    wives = _couples_at_home(country, day)
    parent = np.zeros(country.size, dtype=bool)
    parent[country["mother"][country["mother"] >= 0]] = True
    wives = wives[(age[wives] >= 28) & (age[wives] < 46) & ~parent[wives]]
    wives = rng.permutation(wives[first_of_each(unit[wives])])[: len(children)]
    children = children[: len(wives)]
    other = (unit[children] != unit[wives]) & (country["mother"][children] != country["mother"][wives])
    children, wives = children[other], wives[other]
    days = days_in(country, len(children), rng)
    husbands = country["partner"][wives]
    for (side, _), adopters in zip(_SIDES, (wives, husbands), strict=True):
        replace_parent(country, children, side, adopters=adopters, days=days)
    country.move(children, unit[wives], days)
    _take_surname(country, children, husbands, days)


def adopt_by_spouses(country: Country, day: int, rng: Rng) -> None:
    """A parent's spouse adopts the children whose other parent is unknown, dead, abroad or without custody."""
    unit, partner, minor = country["unit"], country["partner"], country.ages(day) < ADULT
    draws = rng.random(len(country.places.unit_kind))
    chance = per_period(world("step_adoption"), QUARTER)
    home = country.places.unit_kind[unit] == HOME
    free = country.settled(day) & minor & home & (country["foster"] < 0) & (country["shared_with"] < 0)
    free &= draws[unit] < chance
    long_married = country["married"] & (country["married_from"] < day - int(world("step_adoption_after")))
    for side, is_father in _SIDES:
        keeper, old = country["mother" if is_father else "father"], country[side]
        step = np.where(keeper >= 0, partner[keeper], -1)
        here = (keeper >= 0) & (unit[keeper] == unit) & (step >= 0) & (unit[step] == unit) & (step != old)
        lost = (old < 0) | ~country.present()[old] | (is_father & ~_holds(country, day))
        rows = np.flatnonzero(free & here & lost & long_married[step] & (country["male"][step] == is_father))
        days = np.asarray(day + (draws[unit[rows]] / chance * (country.until - day)).astype(np.int64))
        replace_parent(country, rows, side, adopters=step[rows], days=days)
        renamed = rng.random(len(rows)) < world("step_adoption_name")
        _take_surname(country, rows[renamed], step[rows[renamed]], days[renamed])
        country.touch(unit[rows], days)
        free[rows] = False


def _holds(country: Country, day: int) -> Bools:
    """Children whose father holds custody."""
    return np.asarray(country["father_custody"] & (country["father_custody_to"] > day))
