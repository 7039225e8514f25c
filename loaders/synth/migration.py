"""Who leaves the country, who comes back, and who arrives for the first time.

Couples and their children travel together. Nobody abroad has a home, an incident or a change of any
kind; deaths, births and weddings abroad are left out. Those who arrive have no parents in the country
but the ones they come with, and wait for their CPR number.
"""

from __future__ import annotations

import numpy as np

from loaders.synth import tables
from loaders.synth.country import Country
from loaders.synth.founders import draw_trouble
from loaders.synth.moves import ADULT, QUARTER, days_in, with_children
from loaders.synth.names import NONE, draw_transliterated
from loaders.synth.naming import name_children, name_founders
from loaders.synth.parameters import world
from loaders.synth.places import ASYLUM_CENTRE, COLLEGE, HOME
from loaders.synth.sampling import Bools, Ints, Rng, Texts, at_age, choose, first_of_each, per_period, pick_kind

YEAR = 365.25


def _with_partners(country: Country, leaders: Ints, day: int) -> tuple[Ints, Ints]:
    """Each leader, the partner in the same home and the minor children of both; with the leader's position."""
    partner = country["partner"][leaders]
    joined = np.flatnonzero((partner >= 0) & (country["unit"][partner] == country["unit"][leaders]))
    goers, at = with_children(country, np.r_[leaders, partner[joined]], day)
    return goers, np.r_[np.arange(len(leaders)), joined][at]


def _deciders(country: Country) -> Bools:
    """Singles, and of a couple in one home the woman: who decides where a family goes."""
    partner = country["partner"]
    return np.asarray((partner < 0) | (~country["male"] & (country["unit"][partner] == country["unit"])))


def _fosters(country: Country) -> Bools:
    """Who has a foster child, or a partner who has one."""
    result = np.zeros(country.size, dtype=bool)
    result[country["foster"][country["foster"] >= 0]] = True
    partner = country["partner"]
    return np.asarray(result | ((partner >= 0) & result[partner]))


def emigrate(country: Country, day: int, rng: Rng) -> None:
    """Singles, couples and families leave; those who have not been here long more often."""
    age, kind = country.ages(day), country.places.unit_kind[country["unit"]]
    free = country.settled(day) & (age >= ADULT) & _deciders(country) & ~_fosters(country)
    rows = np.flatnonzero(free & np.isin(kind, (HOME, COLLEGE, ASYLUM_CENTRE)))
    newcomer = country["came"][rows] > day - int(world("newcomer_days"))
    yearly = world("emigration_scale") * at_age(tables.EMIGRATION, age[rows])
    yearly = yearly * np.where(newcomer, world("emigration_newcomer"), 1.0)
    yearly = yearly * np.where(country["partner"][rows] >= 0, world("emigration_couple"), 1.0)
    rows = rows[rng.random(len(rows)) < per_period(yearly, QUARTER)]
    rows = rows[first_of_each(country["unit"][rows]) | (country.places.unit_kind[country["unit"][rows]] != HOME)]
    days = days_in(country, len(rows), rng)
    goers, at = _with_partners(country, rows, day)
    country.go_abroad(goers, days[at])
    country["abroad_with"][goers] = rows[at]
    country.journeys.add(goers, days[at], "out")


def come_back(country: Country, day: int, rng: Rng) -> None:
    """Some of those abroad return, with everybody they left with, to a home anywhere in the country."""
    away = np.flatnonzero(country["abroad"] & (country["stay_from"] < day))
    leaders = away[country["abroad_with"][away] == away]
    gone = day - country["stay_from"][leaders]
    yearly = np.where(gone < 3 * YEAR, world("return_soon"), world("return_late"))
    leaders = leaders[rng.random(len(leaders)) < per_period(yearly, QUARTER)]
    homes = country.allocate(choose(rng, country.places.weights, len(leaders)), rng)
    leaders, homes = leaders[homes >= 0], homes[homes >= 0]
    days = days_in(country, len(leaders), rng)
    position = np.full(country.size, -1, dtype=np.int64)
    position[leaders] = np.arange(len(leaders))
    goers = away[position[country["abroad_with"][away]] >= 0]
    at = position[country["abroad_with"][goers]]
    country.move(goers, homes[at], days[at])
    country["abroad"][goers] = False
    country["abroad_with"][goers] = -1
    country["came"][goers] = days[at]
    country.journeys.add(goers, days[at], "back")


def immigrate(country: Country, day: int, rng: Rng, names_rng: Rng) -> None:
    """Households arrive from abroad: singles, couples, families and single parents."""
    residents = int(country.present().sum())
    size = sum(w * n for (_, w), n in zip(tables.ARRIVALS, (1.0, 2.0, 3.8, 2.8), strict=True))
    expected = world("arrivals_per_year") * residents * (country.until - country.today) / YEAR / size
    n = int(rng.poisson(expected))
    kinds = pick_kind(rng, tables.ARRIVALS, n)
    days, units, asylum = days_in(country, n, rng), *_lodgings(country, kinds, rng)
    settled = units >= 0
    kinds, days, units, asylum = kinds[settled], days[settled], units[settled], asylum[settled]
    first, partner = _adults(country, kinds, days=days, units=units, rng=rng)
    at, children = _minors(country, kinds, first=first, partner=partner, rng=rng)
    paired = partner >= 0
    adults = np.r_[first, partner[paired]]
    home = np.r_[np.arange(len(first)), np.flatnonzero(paired), at]
    everyone = np.r_[adults, children]
    name_founders(country, adults, names_rng)
    foreign = adults[names_rng.random(len(adults)) < world("transliterated_immigrant")]
    _write_foreign(country, foreign, names_rng)
    name_children(country, children, names_rng)
    draw_trouble(country, everyone, rng)
    country["came"][everyone] = days[home]
    country["name_from"][everyone] = days[home]
    wait = np.where(asylum[home], world("number_wait_asylum"), world("number_wait"))
    country["number_from"][everyone] = days[home] + (rng.random(len(everyone)) * wait).astype(np.int64)
    country.touch(units, days)
    country.journeys.add(everyone, days[home], "in")


def _lodgings(country: Country, kinds: Texts, rng: Rng) -> tuple[Ints, Bools]:
    """Where each arriving household lives at first (-1: nowhere left), and who is in an asylum centre."""
    n, places = len(kinds), country.places
    asylum = rng.random(n) < world("arrive_asylum")
    college = ~asylum & (kinds == "single") & (rng.random(n) < world("arrive_college"))
    units = country.allocate(choose(rng, places.weights, n), rng)
    for kind, who in ((ASYLUM_CENTRE, asylum), (COLLEGE, college)):
        units[who] = rng.choice(np.flatnonzero(places.unit_kind == kind), int(who.sum()))
    return units, asylum


def _adults(country: Country, kinds: Texts, *, days: Ints, units: Ints, rng: Rng) -> tuple[Ints, Ints]:
    """The adults of each household, women first in couples; -1 where there is no second one."""
    n = len(kinds)
    family = np.isin(kinds, ("family", "parent"))
    age = np.clip(rng.normal(np.where(family, 33.0, 28.0), 6.5, n), np.where(family, 24.0, 18.2), 64.0)
    college = country.places.unit_kind[units] == COLLEGE
    age = np.where(college, 19.0 + 8.0 * rng.random(n), age)
    male = (kinds == "single") & (rng.random(n) < 0.54)
    birth = days - (age * YEAR).astype(np.int64)
    first = country.add_persons(birth=birth, male=male, unit=units, stay_from=days)
    two = np.flatnonzero(np.isin(kinds, ("couple", "family")))
    gap = np.clip(rng.normal(world("partner_gap"), world("partner_gap_sd"), len(two)), -4.0, 12.0)
    his = np.minimum(birth[two] - (gap * YEAR).astype(np.int64), days[two] - int(18.5 * YEAR))
    male_partner = np.ones(len(two), dtype=bool)
    second = country.add_persons(birth=his, male=male_partner, unit=units[two], stay_from=days[two])
    partner = np.full(n, -1, dtype=np.int64)
    partner[two] = second
    country["partner"][first[two]], country["partner"][second] = second, first[two]
    weds = rng.random(len(two)) < world("arrive_married")
    youngest = np.maximum(birth[two], his)
    since = days[two] - (rng.random(len(two)) * np.minimum(days[two] - youngest - 18 * YEAR, 9 * YEAR)).astype(np.int64)
    for spouse in (first[two], second):
        country["married"][spouse[weds]] = True
        country["married_from"][spouse[weds]] = since[weds]
    return first, partner


def _minors(country: Country, kinds: Texts, *, first: Ints, partner: Ints, rng: Rng) -> tuple[Ints, Ints]:
    """Children of the arriving families and single parents, with the position of their household."""
    family = np.flatnonzero(np.isin(kinds, ("family", "parent")))
    at = np.repeat(family, rng.choice([1, 2, 3], len(family), p=[0.4, 0.42, 0.18]))
    mother, father = first[at], partner[at]
    arrival = country["stay_from"][mother]
    longest = np.minimum((arrival - country["birth"][mother]) - 20 * YEAR, 16 * YEAR)
    birth = arrival - 1 - (rng.random(len(at)) * np.maximum(longest, 30)).astype(np.int64)
    # brothers and sisters are born at least a year apart: later ones count on from the first
    order = np.lexsort((birth, at))
    at, mother, father, arrival, birth = at[order], mother[order], father[order], arrival[order], birth[order]
    close = np.r_[False, (at[1:] == at[:-1]) & (birth[1:] - birth[:-1] < 400)] if len(at) else np.zeros(0, dtype=bool)
    at, mother, father, arrival, birth = (c[~close] for c in (at, mother, father, arrival, birth))
    children = country.add_persons(
        birth=birth,
        male=rng.random(len(at)) < 0.513,
        mother=mother,
        father=father,
        father_custody=father >= 0,
        unit=country["unit"][mother],
        stay_from=arrival,
    )
    return at, children


def _write_foreign(country: Country, rows: Ints, rng: Rng) -> None:
    given, surname = draw_transliterated(country["male"][rows], rng)
    country["first"][rows] = given
    country["second"][rows] = NONE
    country["call_second"][rows] = False
    country["surname"][rows] = surname
    country["middle"][rows] = NONE
    country["maiden"][rows] = surname
    country["transliterated"][rows] = True


def leave_centre(country: Country, day: int, rng: Rng) -> None:
    """Households in an asylum centre are given a home of their own."""
    kind = country.places.unit_kind[country["unit"]]
    grown = country.ages(day) >= ADULT
    rows = np.flatnonzero(country.settled(day) & (kind == ASYLUM_CENTRE) & grown & _deciders(country))
    rows = rows[rng.random(len(rows)) < 1.0 - np.exp(-world("asylum_leave") * QUARTER / YEAR)]
    homes = country.allocate(choose(rng, country.places.weights, len(rows)), rng)
    rows, homes = rows[homes >= 0], homes[homes >= 0]
    days = days_in(country, len(rows), rng)
    goers, at = _with_partners(country, rows, day)
    country.move(goers, homes[at], days[at])
