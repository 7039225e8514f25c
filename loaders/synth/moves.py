"""Who moves where: households, young adults who leave home, mothers who go to a shelter."""

from __future__ import annotations

import numpy as np

from linkage.intervals import LAST
from loaders.synth import tables
from loaders.synth.country import Country
from loaders.synth.parameters import world
from loaders.synth.places import CHILDRENS_HOME, COLLEGE, HOME, NURSING_HOME, SHELTER, UNIVERSITY_TOWNS, Places
from loaders.synth.sampling import Bools, Ints, Reals, Rng, at_age, choose, first_of_each, per_period

ADULT = 18.0
QUARTER = 91


def days_in(country: Country, n: int, rng: Rng) -> Ints:
    """``n`` days of the quarter that is being simulated."""
    return np.asarray(rng.integers(country.today, country.until, n), dtype=np.int64)


def _within_district(places: Places, towns: Ints, rng: Rng) -> Ints:
    """Another municipality of the same police district, by population."""
    order = np.argsort(places.district, kind="stable")
    edges = np.r_[0.0, np.cumsum(places.weights[order])]
    starts = np.searchsorted(places.district[order], np.arange(len(places.districts) + 1))
    district = places.district[towns]
    low, high = edges[starts[district]], edges[starts[district + 1]]
    drawn = np.searchsorted(edges, low + rng.random(len(towns)) * (high - low), side="right") - 1
    return np.asarray(order[np.clip(drawn, 0, len(order) - 1)], dtype=np.int64)


def destinations(places: Places, towns: Ints, *, flight: Bools, stay: Reals, rng: Rng) -> Ints:
    """The municipality each mover goes to: the same one with chance ``stay``, near, or anywhere.

    Families that move after incidents or a separation (``flight``) go far more often.
    """
    u = rng.random(len(towns))
    near_share = np.where(flight, world("flight_same_district"), world("move_same_district"))
    near = rng.random(len(towns)) < near_share
    away = np.where(near, _within_district(places, towns, rng), choose(rng, places.weights, len(towns)))
    again = away == towns
    away = np.where(again, choose(rng, places.weights, len(towns)), away)
    return np.where(u < stay, towns, away)


def _towns_of(country: Country, persons: Ints) -> Ints:
    return np.asarray(country.places.unit_municipality[country["unit"][persons]], dtype=np.int64)


def move_out(country: Country, persons: Ints, *, days: Ints, towns: Ints, rng: Rng) -> Bools:
    """Each person moves alone into an empty home in a municipality; false where no home was left."""
    units = country.allocate(towns, rng)
    found = units >= 0
    country.move(persons[found], units[found], days[found])
    return np.asarray(found)


def leave_home(country: Country, day: int, rng: Rng) -> None:
    """Young adults leave their parents, for a home of their own or a college."""
    age, unit, mother, father = country.ages(day), country["unit"], country["mother"], country["father"]
    grown = country.settled(day) & (age >= ADULT) & (age < 45) & (country["partner"] < 0)
    with_parent = ((mother >= 0) & (unit[mother] == unit)) | ((father >= 0) & (unit[father] == unit))
    with_parent |= (country["foster"] >= 0) & (unit[country["foster"]] == unit)
    rows = np.flatnonzero(grown & with_parent & (country.places.unit_kind[unit] == HOME))
    rows = rows[rng.random(len(rows)) < per_period(at_age(tables.LEAVE_HOME, age[rows]), QUARTER)]
    rows = rows[first_of_each(unit[rows])]
    days = days_in(country, len(rows), rng)
    college = rng.random(len(rows)) < world("college_share")
    halls = np.flatnonzero(country.places.unit_kind == COLLEGE)
    country.move(rows[college], rng.choice(halls, int(college.sum())), days[college])
    rows, days = rows[~college], days[~college]
    stay = np.full(len(rows), world("leaver_stay"))
    calm = np.zeros(len(rows), dtype=bool)
    towns = destinations(country.places, _towns_of(country, rows), flight=calm, stay=stay, rng=rng)
    studies = (towns != _towns_of(country, rows)) & (rng.random(len(rows)) < world("leaver_to_university"))
    weights = np.where(np.isin(country.places.codes, UNIVERSITY_TOWNS), country.places.weights, 0.0)
    towns[studies] = choose(rng, weights, int(studies.sum()))
    move_out(country, rows, days=days, towns=towns, rng=rng)


def leave_college(country: Country, day: int, rng: Rng) -> None:
    """College residents move on to homes of their own, and so do those who come of age in an institution."""
    kind = country.places.unit_kind[country["unit"]]
    grown = (kind == CHILDRENS_HOME) & (country.ages(day) >= ADULT)
    rows = np.flatnonzero(country.settled(day) & ((kind == COLLEGE) | grown))
    rows = rows[rng.random(len(rows)) < per_period(world("college_leave"), QUARTER)]
    stay = np.full(len(rows), world("settled_stay"))
    calm = np.zeros(len(rows), dtype=bool)
    towns = destinations(country.places, _towns_of(country, rows), flight=calm, stay=stay, rng=rng)
    move_out(country, rows, days=days_in(country, len(rows), rng), towns=towns, rng=rng)


def _movable_units(country: Country, day: int) -> Ints:
    occupied = np.diff(country.offsets) > 0
    return np.flatnonzero(occupied & (country.changed < day) & (country.places.unit_kind == HOME))


def move_households(country: Country, day: int, rng: Rng) -> None:
    """Whole households move; those with incidents or a separation behind them more often and farther."""
    units = _movable_units(country, day)
    persons, owner = country.members(units)
    eldest = np.zeros(len(units))
    np.maximum.at(eldest, owner, country.ages(day)[persons])
    restless = np.zeros(len(units), dtype=bool)
    np.logical_or.at(restless, owner, country["restless_until"][persons] > day)
    yearly = world("move_scale") * at_age(tables.MOVES, eldest) * np.where(restless, world("restless_factor"), 1.0)
    moves = np.flatnonzero(rng.random(len(units)) < per_period(yearly, QUARTER))
    days = days_in(country, len(moves), rng)
    stay = np.where(restless[moves], world("flight_stay"), world("settled_stay"))
    towns = country.places.unit_municipality[units[moves]]
    towns = destinations(country.places, towns, flight=restless[moves], stay=stay, rng=rng)
    targets = country.allocate(towns, rng)
    found = targets >= 0
    goers, at = country.members(units[moves][found])
    country.move(goers, targets[found][at], days[found][at])


def to_shelter(country: Country, day: int, rng: Rng) -> tuple[Ints, Ints]:
    """Mothers hurt in the quarter before go to a shelter with their children, and weeks later to a new home.

    Who went, and on which day.
    """
    ready = country.settled(day) & (country["shelter_after"] > 0)
    country["shelter_after"][:] = 0
    mothers = np.flatnonzero(ready & (country.places.unit_kind[country["unit"]] == HOME))
    mothers = mothers[first_of_each(country["unit"][mothers])]
    if not len(mothers):
        return mothers, mothers
    days = day + rng.integers(0, 15, len(mothers))
    shelters = rng.choice(np.flatnonzero(country.places.unit_kind == SHELTER), len(mothers))
    back = days + rng.integers(int(world("shelter_least")), int(world("shelter_most")), len(mothers))
    towns = _towns_of(country, mothers)
    stay = np.full(len(mothers), world("flight_stay") / 2)
    flight = np.ones(len(mothers), dtype=bool)
    homes = country.allocate(destinations(country.places, towns, flight=flight, stay=stay, rng=rng), rng)
    found = homes >= 0
    mothers, days, shelters, back, homes = (a[found] for a in (mothers, days, shelters, back, homes))
    goers, at = with_children(country, mothers, day)
    country.move(goers, shelters[at], days[at])
    country.move(goers, homes[at], back[at])
    country["restless_until"][mothers] = back + int(world("restless_days"))
    country.flights.add(mothers, days, back)
    end_couples(country, mothers, days)
    return mothers, days


def to_nursing_home(country: Country, day: int, rng: Rng) -> None:
    """Old people who live alone move to a nursing home."""
    age, unit = country.ages(day), country["unit"]
    alone = (country.offsets[unit + 1] - country.offsets[unit] == 1) & (country.places.unit_kind[unit] == HOME)
    rows = np.flatnonzero(country.settled(day) & (age >= 70) & alone)
    rows = rows[rng.random(len(rows)) < per_period(at_age(tables.NURSING_HOME, age[rows]), QUARTER)]
    homes = rng.choice(np.flatnonzero(country.places.unit_kind == NURSING_HOME), len(rows))
    country.move(rows, homes, days_in(country, len(rows), rng))


def with_children(country: Country, parents: Ints, day: int) -> tuple[Ints, Ints]:
    """Each parent and their own or foster children under 18 in the same home, with the position of the parent."""
    position = np.full(country.size, -1, dtype=np.int64)
    position[parents] = np.arange(len(parents))
    unit, minor = country["unit"], country.alive() & (country.ages(day) < ADULT)
    found = [parents]
    at = [np.arange(len(parents))]
    taken = np.zeros(country.size, dtype=bool)
    for relation in ("mother", "father", "foster"):
        parent = country[relation]
        kept = minor & (country["foster_from"] < LAST) if relation == "foster" else minor
        rows = np.flatnonzero(kept & (parent >= 0) & (position[parent] >= 0) & (unit[parent] == unit) & ~taken)
        taken[rows] = True
        found.append(rows)
        at.append(position[parent[rows]])
    return np.concatenate(found), np.concatenate(at)


def end_couples(country: Country, persons: Ints, days: Ints) -> None:
    """Couples part; a marriage is dissolved months later, and a name taken at it may go back."""
    partners = country["partner"][persons]
    paired = partners >= 0
    persons, partners, days = persons[paired], partners[paired], days[paired]
    married = country["married"][persons]
    left, right = persons[married], partners[married]
    # the wait is fixed by the day, so that no stream of draws is needed here
    divorced = days[married] + 150 + (days[married] * 7919 + left * 104729) % 240
    country.spouses.add(left, right, country["married_from"][left], divorced)
    for person in (left, right):
        country["married"][person] = False
        country["bound_until"][person] = divorced
        took = country["surname"][person] != country["maiden"][person]
        goes_back = took & ((person * 2654435761 % 1000) < 1000 * world("name_back_at_divorce"))
        goes_back &= country["name_from"][person] < divorced
        back = person[goes_back]
        country.rename(back, divorced[goes_back], surnames=country["maiden"][back], middles=country["middle"][back])
    country["partner"][persons] = -1
    country["partner"][partners] = -1
