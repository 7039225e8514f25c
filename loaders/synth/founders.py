"""The residents of the first day: adults, their children, who lives with whom, and where."""

from __future__ import annotations

import numpy as np

from loaders.synth import tables
from loaders.synth.country import Country
from loaders.synth.naming import name_children, name_founders, plant_neighbours
from loaders.synth.parameters import world
from loaders.synth.places import COLLEGE, HOME, NURSING_HOME, UNIVERSITY_TOWNS
from loaders.synth.sampling import Bools, Ints, Reals, Rng, at_age, choose, ragged

YEAR = 365.25
OLDEST_LINKED = 30
"""Persons up to this age on the first day have their parents in the country; nobody older has."""


def _adult_births(n: int, start: int, rng: Rng) -> Ints:
    band = choose(rng, [w for *_, w in tables.AGE_SHARES], n)
    low = np.array([a for a, _, _ in tables.AGE_SHARES])[band]
    high = np.array([b for _, b, _ in tables.AGE_SHARES])[band]
    lived = YEAR * (low + rng.random(n) * (high + 1 - low))
    return np.asarray(start - lived.astype(np.int64) - 1, dtype=np.int64)


def child_births(mother_birth: Ints, start: int, rng: Rng) -> tuple[Ints, Ints, Bools]:
    """Position of the mother, day of birth and twinhood of the children born in the last 30 years."""
    is_mother = rng.random(len(mother_birth)) < world("mothers")
    count = np.where(is_mother, rng.choice([1, 2, 3, 4], len(mother_birth), p=tables.SIBSHIPS), 0)
    _, mother = ragged(np.zeros(len(count), dtype=np.int64), count)
    first = np.clip(rng.normal(world("first_birth_age"), world("first_birth_age_sd"), len(count)), 17.5, 42)
    gap = world("birth_gap_least") + rng.gamma(2.0, world("birth_gap_scale"), len(mother))
    order = np.arange(len(mother)) - np.repeat(np.cumsum(count) - count, count)
    twin = (order > 0) & (rng.random(len(mother)) < 2.0 * world("twin_births"))
    gap = np.where(order == 0, 0.0, np.where(twin, 0.0, gap))
    total = np.cumsum(gap)
    before = total - gap
    offset = total - before[np.repeat(np.cumsum(count) - count, count)]
    age = first[mother] + offset
    birth = mother_birth[mother] + (age * YEAR).astype(np.int64)
    kept = (birth < start) & (birth > start - OLDEST_LINKED * YEAR) & (age < 46)
    is_twin = twin | np.r_[twin[1:], False]
    return mother[kept], birth[kept], is_twin[kept]


def _generation(country: Country, mothers: Ints, rng: Rng) -> Ints:
    at, birth, twin = child_births(country["birth"][mothers], country.start, rng)
    male = rng.random(len(birth)) < 0.513
    return country.add_persons(birth=birth, male=male, mother=mothers[at], twin=twin, name_from=birth)


def _people(country: Country, persons: int, adults: int, rng: Rng) -> tuple[Ints, Ints, Ints]:
    """Adults, their children and their grandchildren, until the country has ``persons`` residents."""
    birth = _adult_births(adults, country.start, rng)
    # women outlive men
    male = rng.random(adults) < np.clip(0.52 - 0.004 * np.maximum(0, (country.start - birth) / YEAR - 55), 0.3, 1)
    grown = country.add_persons(birth=birth, male=male, name_from=birth)
    women = grown[~male]
    children = _generation(country, women, rng)
    young = children[~country["male"][children] & (country.ages(country.start)[children] >= 18)]
    grandchildren = _generation(country, young, rng)
    missing = persons - country.size
    if missing > 0:
        arrivals = country.start - (YEAR * (19 + 16 * rng.random(missing))).astype(np.int64)
        extra = country.add_persons(birth=arrivals, male=rng.random(missing) < 0.5, name_from=arrivals)
        grown = np.r_[grown, extra]
    return grown, children, grandchildren


def _couples(country: Country, rng: Rng) -> tuple[Ints, Ints]:
    """Women and men who live together, of about one age and never siblings."""
    age = country.ages(country.start)
    chance = at_age(tables.PARTNERED, np.where(country["male"], age - world("partner_gap"), age))
    minors = np.flatnonzero((age < 18) & (country["mother"] >= 0))
    chance[country["mother"][minors]] = world("mothers_partnered")
    in_couple = rng.random(country.size) < chance
    women = np.flatnonzero(in_couple & ~country["male"])
    men = np.flatnonzero(in_couple & country["male"])
    n = min(len(women), len(men))
    women, men = rng.permutation(women)[:n], rng.permutation(men)[:n]
    women = women[np.argsort(age[women] + rng.normal(0, world("partner_gap_sd") / np.sqrt(2.0), n), kind="stable")]
    men = men[np.argsort(age[men] + rng.normal(0, world("partner_gap_sd") / np.sqrt(2.0), n), kind="stable")]
    fits = (country["mother"][women] != country["mother"][men]) | (country["mother"][women] < 0)
    return women[fits], men[fits]


def _fathers(country: Country, children: Ints, rng: Rng) -> None:
    """The mother's partner, or another man of about her age who lives elsewhere."""
    mother = country["mother"][children]
    partner = country["partner"][mother]
    men = np.flatnonzero(country["male"])
    men = men[np.argsort(country["birth"][men], kind="stable")]
    wanted = (
        country["birth"][mother]
        - rng.normal(world("partner_gap"), world("partner_gap_sd"), country.size)[mother] * YEAR
    )
    other = men[np.clip(np.searchsorted(country["birth"][men], wanted), 0, len(men) - 1)]
    earlier = (rng.random(country.size) < world("earlier_father"))[mother]
    eldest = np.full(country.size, np.iinfo(np.int64).max)
    np.minimum.at(eldest, mother, country["birth"][children])
    first_born = country["birth"][children] < eldest[mother] + 2 * YEAR
    father = np.where((partner >= 0) & ~(earlier & first_born), partner, other)
    # a partner who was a boy at the time is not the father
    too_young = country["birth"][children] - country["birth"][father] < 17 * YEAR
    father = np.where(too_young & (father == partner), other, father)
    unfit = (country["birth"][children] - country["birth"][father] < 16 * YEAR) | (father == country["father"][mother])
    unknown = (father != partner) & ((rng.random(country.size) < world("unknown_father"))[mother] | unfit)
    country["father"][children] = np.where(unknown | unfit, -1, father)
    together = country["father"][children] == partner
    sole = (rng.random(country.size) < world("sole_custody_after_separation"))[mother]
    country["father_custody"][children] = (country["father"][children] >= 0) & (together | ~sole)


def _marry(country: Country, women: Ints, men: Ints, rng: Rng) -> None:
    country["partner"][women], country["partner"][men] = men, women
    age = country.ages(country.start)
    married = rng.random(len(women)) < at_age(tables.MARRIED, age[women])
    brides, grooms = women[married], men[married]
    grown = np.minimum(age[brides], age[grooms]) - 18.0
    since = country.start - (
        np.clip(rng.exponential(world("years_married"), len(brides)), 0.1, np.maximum(grown, 0.1)) * YEAR
    ).astype(np.int64)
    for spouse in (brides, grooms):
        country["married"][spouse] = True
        country["married_from"][spouse] = since


def _take_names(country: Country, rng: Rng) -> None:
    """Brides of the past with the groom's surname, as a change on the wedding day."""
    brides = np.flatnonzero(country["married"] & ~country["male"])
    brides = brides[rng.random(len(brides)) < world("name_change_in_the_past")]
    keeps = rng.random(len(brides)) < world("old_surname_to_middle")
    middle = np.where(keeps, country["surname"][brides], country["middle"][brides])
    surname = country["surname"][country["partner"][brides]]
    country.rename(brides, country["married_from"][brides], surnames=surname, middles=middle)


def _households(country: Country, rng: Rng) -> Ints:
    """The person whose home each resident shares on the first day: themselves, a partner or a parent."""
    age = country.ages(country.start)
    everyone = np.arange(country.size)
    partner = country["partner"]
    head = np.where((partner >= 0) & country["male"], partner, everyone)
    is_parent = np.zeros(country.size, dtype=bool)
    is_parent[country["mother"][country["mother"] >= 0]] = True
    out = rng.random(country.size) < at_age(tables.LEFT_HOME, age)
    at_home = (country["mother"] >= 0) & ~out & (partner < 0) & ~is_parent
    father, mother = country["father"], country["mother"]
    apart = (father >= 0) & (country["partner"][mother] != father)
    with_father = apart & (rng.random(country.size) < world("child_with_father"))[mother]
    guardian = np.where(with_father, father, mother)
    rows = np.flatnonzero(at_home)
    # a mother may herself still live at home, so follow two steps
    head[rows] = head[guardian[rows]]
    return np.asarray(head[head], dtype=np.int64)


def _settle(country: Country, head: Ints, rng: Rng) -> None:
    """A home for each household, and the day since which each member has lived there."""
    age = country.ages(country.start)
    heads = np.unique(head)
    places = country.places
    weights = places.weights.copy()
    young = (age[heads] > 18) & (age[heads] < 28)
    towns = choose(rng, weights, len(heads))
    student = young & (rng.random(len(heads)) < world("students"))
    university = np.where(np.isin(places.codes, UNIVERSITY_TOWNS), weights, 0.0)
    towns[student] = choose(rng, university, int(student.sum()))
    country.free = places.unit_kind == HOME
    units = country.allocate(towns, rng)
    alone = np.bincount(head, minlength=country.size)[heads] == 1
    for kind, who in (
        (COLLEGE, young & alone & (rng.random(len(heads)) < world("college_share"))),
        (NURSING_HOME, (age[heads] > 78) & alone & (rng.random(len(heads)) < world("nursing_home_share"))),
    ):
        units[who] = rng.choice(np.flatnonzero(places.unit_kind == kind), int(who.sum()))
    since = (
        country.start
        - (np.minimum(rng.exponential(world("years_settled"), len(heads)), _longest(age[heads])) * YEAR).astype(
            np.int64
        )
        - 1
    )
    at = np.searchsorted(heads, head)
    country["unit"][:] = units[at]
    country["stay_from"][:] = np.maximum(since[at], country["birth"])


def _longest(age: Reals) -> Reals:
    return np.maximum(age - 18.0, 0.05)


def draw_trouble(country: Country, rows: Ints, rng: Rng) -> None:
    """A level of trouble for each person (see the table); it persists for life."""
    u = rng.random(len(rows))
    severe, high = world("trouble_severe"), world("trouble_high")
    level = np.where(u < severe, world("trouble_severe_factor"), world("trouble_low_factor"))
    country["trouble"][rows] = np.where((u >= severe) & (u < severe + high), world("trouble_high_factor"), level)


def share_trouble(country: Country, left: Ints, right: Ints, rng: Rng) -> None:
    """Some partners of troubled persons come to share their level."""
    level = np.maximum(country["trouble"][left], country["trouble"][right])
    shared = rng.random(len(left)) < world("trouble_partner")
    country["trouble"][left[shared]] = level[shared]
    country["trouble"][right[shared]] = level[shared]


def settle_founders(country: Country, persons: int, rng: Rng, names_rng: Rng) -> None:
    """Fill an empty country with exactly ``persons`` residents on its first day."""
    adults = _adult_count(country, persons, rng)
    grown, children, grandchildren = _people(country, persons, adults, rng)
    women, men = _couples(country, rng)
    _marry(country, women, men, rng)
    _fathers(country, np.r_[children, grandchildren], rng)
    name_founders(country, grown, names_rng)
    name_children(country, children, names_rng)
    name_children(country, grandchildren, names_rng)
    _settle(country, _households(country, rng), rng)
    plant_neighbours(country, grown, names_rng)
    _take_names(country, names_rng)
    draw_trouble(country, np.arange(country.size), rng)
    share_trouble(country, women, men, rng)
    if (country["unit"] < 0).any() or (country.places.unit_kind[country["unit"]] > HOME).mean() > 0.1:
        raise AssertionError("the country has too few homes for its residents")


def _adult_count(country: Country, persons: int, rng: Rng) -> int:
    """How many founding adults make ``persons`` with their descendants, with one per cent of arrivals left over."""
    probe = 4000
    births = _adult_births(probe, country.start, rng)
    women = births[: probe // 2]
    _, births_1, _ = child_births(women, country.start, rng)
    daughters = births_1[::2]
    daughters = daughters[daughters < country.start - 18 * YEAR]
    _, births_2, _ = child_births(daughters, country.start, rng)
    margin = 0.985 - 1.6 / np.sqrt(persons)
    return int(persons * margin / (1.0 + (len(births_1) + len(births_2)) / probe))
