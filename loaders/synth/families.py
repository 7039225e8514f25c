"""Births, deaths, separations, new couples and marriages."""

from __future__ import annotations

import numpy as np

from linkage.intervals import LAST
from loaders.synth import tables
from loaders.synth.country import Country
from loaders.synth.founders import draw_trouble, share_trouble
from loaders.synth.moves import ADULT, QUARTER, days_in, destinations, end_couples, with_children
from loaders.synth.naming import name_children
from loaders.synth.parameters import world
from loaders.synth.places import CHILDRENS_HOME, HOME
from loaders.synth.sampling import Bools, Ints, Rng, at_age, first_of_each, per_period


def deaths(country: Country, day: int, rng: Rng) -> None:
    """People die by age; their marriages end, and children left alone go to the other parent or an institution."""
    age = country.ages(day)
    yearly = np.exp(world("death_gompertz_a") + world("death_gompertz_b") * age) + 0.00015
    yearly = np.where(~country["male"] & (age < 60), world("death_younger_women"), 1.0) * yearly
    rows = np.flatnonzero(
        country.settled(day) & (rng.random(country.size) < per_period(np.minimum(yearly, 0.9), QUARTER))
    )
    hub = country.places.unit_kind[country["unit"][rows]] != HOME
    rows = rows[hub | first_of_each(country["unit"][rows])]
    days = days_in(country, len(rows), rng)
    partner = country["partner"][rows]
    married = (partner >= 0) & country["married"][rows]
    country.spouses.add(rows[married], partner[married], country["married_from"][rows[married]], days[married])
    for gone in (rows, partner[partner >= 0]):
        country["married"][gone] = False
        country["partner"][gone] = -1
    unit = country["unit"][rows]
    country.stays.add(rows, unit, country["stay_from"][rows], days)
    country["death"][rows] = days
    country.touch(unit, days)
    _orphans(country, rows, days, rng)


def _orphans(country: Country, dead: Ints, days: Ints, rng: Rng) -> None:
    """Children who are left without an adult at home."""
    homes = country["unit"][dead]
    persons, owner = country.members(homes)
    living = country["death"][persons] == LAST
    persons, owner = persons[living], owner[living]
    grown = (days[owner] - country["birth"][persons]) / 365.25 >= ADULT
    guarded = np.zeros(len(homes), dtype=bool)
    np.logical_or.at(guarded, owner, grown)
    rows = np.flatnonzero(~grown & ~guarded[owner])
    child, at = persons[rows], owner[rows]
    if not len(child):
        return
    mother, father = country["mother"][child], country["father"][child]
    other = np.where(dead[at] == mother, father, mother)
    alive = (other >= 0) & (country["death"][other] == LAST) & (country["stay_from"][other] < days[at] - QUARTER)
    alive &= country.places.unit_kind[country["unit"][other]] == HOME
    alive &= country.changed[country["unit"][other]] < days[at] - QUARTER
    institutions = np.flatnonzero(country.places.unit_kind == CHILDRENS_HOME)
    target = np.where(alive, country["unit"][other], rng.choice(institutions, len(child)))
    country.move(child, target, days[at])


def births(country: Country, day: int, rng: Rng, names_rng: Rng) -> None:
    """Children are born, mostly into couples; some are twins."""
    age = country.ages(day)
    rows = np.flatnonzero(country.settled(day) & ~country["male"] & (age >= ADULT) & (age < 45))
    rows = rows[country.places.unit_kind[country["unit"][rows]] == HOME]
    partner = country["partner"][rows]
    yearly = world("fertility_scale") * at_age(tables.BIRTHS, age[rows])
    yearly = yearly * np.where(partner >= 0, 1.0, world("birth_to_single"))
    recent = np.full(country.size, -(10**6), dtype=np.int64)
    has_mother = country["mother"] >= 0
    np.maximum.at(recent, country["mother"][has_mother], country["birth"][has_mother])
    due = (rng.random(len(rows)) < per_period(yearly, QUARTER)) & (recent[rows] < day - 330)
    mother = rows[due][first_of_each(country["unit"][rows[due]])]
    days = days_in(country, len(mother), rng)
    father = _father_of(country, mother, rng)
    twins = rng.random(len(mother)) < world("twin_births")
    at = np.repeat(np.arange(len(mother)), 1 + twins)
    together = (father >= 0) & (country["partner"][mother] == father)
    born = country.add_persons(
        birth=days[at],
        stay_from=days[at],
        mother=mother[at],
        father=father[at],
        twin=twins[at],
        unit=country["unit"][mother[at]],
        male=rng.random(len(at)) < 0.513,
        father_custody=(together | (rng.random(len(mother)) < world("custody_apart")) & (father >= 0))[at],
    )
    name_children(country, born, names_rng)
    draw_trouble(country, born, rng)
    country.touch(country["unit"][mother], days)


def _father_of(country: Country, mothers: Ints, rng: Rng) -> Ints:
    """The partner; for a single mother some man of her age, or nobody the register knows."""
    partner = country["partner"][mothers]
    men = np.flatnonzero(country["male"] & country.present())
    men = men[np.argsort(country["birth"][men], kind="stable")]
    wanted = country["birth"][mothers] - (
        rng.normal(world("partner_gap"), world("partner_gap_sd"), len(mothers)).clip(-3, 12) * 365.25
    ).astype(np.int64)
    some = men[np.clip(np.searchsorted(country["birth"][men], wanted), 0, len(men) - 1)]
    unfit = (some == country["father"][mothers]) | (country["mother"][some] == country["mother"][mothers])
    unknown = unfit | (rng.random(len(mothers)) < world("unknown_father"))
    return np.where(partner >= 0, partner, np.where(unknown, -1, some)).astype(np.int64)


def separations(country: Country, day: int, rng: Rng) -> None:
    """Couples part: one moves out, the children mostly stay with their mother; trouble and incidents hasten it."""
    women = np.flatnonzero(country.settled(day) & ~country["male"] & (country["partner"] >= 0))
    men = country["partner"][women]
    same = (country["unit"][men] == country["unit"][women]) & (country.places.unit_kind[country["unit"][women]] == HOME)
    women, men = women[same], men[same]
    level = np.maximum(country["trouble"][women], country["trouble"][men])
    restless = np.maximum(country["restless_until"][women], country["restless_until"][men]) > day
    young = np.where(country.ages(day)[women] < 50, world("separation_young"), world("separation_old"))
    yearly = world("separations_per_year") * young * (1.0 + world("separation_trouble") * level)
    yearly = yearly * np.where(restless, world("separation_restless"), 1.0)
    part = rng.random(len(women)) < per_period(yearly, QUARTER)
    women, men = women[part], men[part]
    days = days_in(country, len(women), rng)
    man_goes = rng.random(len(women)) < world("man_moves_out")
    leaver, stayer = np.where(man_goes, men, women), np.where(man_goes, women, men)
    towns = country.places.unit_municipality[country["unit"][leaver]]
    stay = np.where(level[part] > 1, world("flight_stay"), world("separated_stay"))
    towns = destinations(country.places, towns, flight=level[part] > 1, stay=stay, rng=rng)
    homes = country.allocate(towns, rng)
    found = homes >= 0
    leaver, stayer, days, homes = leaver[found], stayer[found], days[found], homes[found]
    _part(country, leaver, stayer, days=days, homes=homes, rng=rng)


def _part(country: Country, leaver: Ints, stayer: Ints, *, days: Ints, homes: Ints, rng: Rng) -> None:
    """The leaver goes with the children who follow, and the couple is no more."""
    goers, at = with_children(country, leaver, int(days.min()) if len(days) else 0)
    common = (country["mother"][goers] == stayer[at]) | (country["father"][goers] == stayer[at])
    with_father = rng.random(len(leaver)) < world("child_with_father")
    follows = np.where(country["male"][leaver], with_father, ~with_father)
    kept = (np.arange(len(goers)) < len(leaver)) | ~common | follows[at]
    children = goers[(np.arange(len(goers)) >= len(leaver)) & common]
    owner = at[(np.arange(len(goers)) >= len(leaver)) & common]
    sole = rng.random(len(leaver)) < world("sole_custody_after_separation")
    ended = sole[owner] & country["father_custody"][children]
    country["father_custody_to"][children[ended]] = days[owner][ended] + 30
    country.move(goers[kept], homes[at[kept]], days[at[kept]])
    until = days + int(world("restless_days"))
    for person in (leaver, stayer):
        country["restless_until"][person] = until
    end_couples(country, leaver, days)


def new_couples(country: Country, day: int, rng: Rng) -> None:
    """Singles of one police district and about one age move in together; children come along."""
    age = country.ages(day)
    single = country.settled(day) & (country["partner"] < 0) & (age >= ADULT) & (age < 80)
    rows = np.flatnonzero(single)
    yearly = world("couples_form_per_year") * at_age(tables.FORM_COUPLE, age[rows])
    with_child = np.isin(country["unit"][rows], country["unit"][country.present() & (age < ADULT)])
    yearly *= np.where(with_child, world("couples_form_parents"), 1.0)
    rows = rows[rng.random(len(rows)) < per_period(yearly, QUARTER)]
    rows = rows[first_of_each(country["unit"][rows]) | (country.places.unit_kind[country["unit"][rows]] != HOME)]
    women, men = _pair(country, rows, rng)
    share_trouble(country, women, men, rng)
    days = days_in(country, len(women), rng)
    mover, host = _who_moves(country, women, men, day, rng)
    needs_home = host < 0
    if needs_home.any():
        towns = country.places.unit_municipality[country["unit"][women]]
        homes = country.allocate(towns, rng)
    else:
        homes = np.full(len(women), -1, dtype=np.int64)
    target = np.where(needs_home, homes, country["unit"][np.maximum(host, 0)])
    found = target >= 0
    women, men, days, target, mover, host = (a[found] for a in (women, men, days, target, mover, host))
    country["partner"][women], country["partner"][men] = men, women
    both = host < 0
    movers = np.r_[mover, women[both]]
    at = np.r_[np.arange(len(mover)), np.flatnonzero(both)]
    goers, owner = with_children(country, movers, day)
    country.move(goers, target[at[owner]], days[at[owner]])
    country.touch(target, days)


def _pair(country: Country, rows: Ints, rng: Rng) -> tuple[Ints, Ints]:
    """Women and men of one district matched by age."""
    district = country.places.district[country.places.unit_municipality[country["unit"]]]
    pairs: list[tuple[Ints, Ints]] = []
    for d in range(len(country.places.districts)):
        here = rng.permutation(rows[district[rows] == d])
        women, men = here[~country["male"][here]], here[country["male"][here]]
        n = min(len(women), len(men))
        women = women[:n][
            np.argsort(country["birth"][women[:n]] + rng.normal(0, world("pairing_days"), n), kind="stable")
        ]
        men = men[:n][np.argsort(country["birth"][men[:n]] + rng.normal(0, world("pairing_days"), n), kind="stable")]
        pairs.append((women, men))
    women, men = (np.concatenate(side) for side in zip(*pairs, strict=True))
    apart = np.abs(country["birth"][women] - country["birth"][men]) < 14 * 365
    kin = (country["mother"][women] >= 0) & (country["mother"][women] == country["mother"][men])
    kin |= (country["father"][women] >= 0) & (country["father"][women] == country["father"][men])
    fits = apart & ~kin & (country["unit"][women] != country["unit"][men])
    return women[fits], men[fits]


def _who_moves(country: Country, women: Ints, men: Ints, day: int, rng: Rng) -> tuple[Ints, Ints]:
    """The one who moves, and the one whose home it becomes (-1: both move to a new one)."""
    minor = np.flatnonzero(country.alive() & (country.ages(day) < ADULT))
    has_child = np.zeros(country.size, dtype=bool)
    for relation in ("mother", "father"):
        parent = country[relation][minor]
        here = (parent >= 0) & (country["unit"][parent] == country["unit"][minor])
        has_child[parent[here]] = True
    own = _own_home(country)
    woman_hosts = np.where(has_child[women] == has_child[men], rng.random(len(women)) < 0.5, has_child[women])
    woman_hosts |= has_child[women]
    woman_hosts = np.where(own[women] & ~own[men], True, np.where(own[men] & ~own[women], False, woman_hosts))
    host = np.where(woman_hosts, women, men)
    mover = np.where(woman_hosts, men, women)
    nowhere = ~own[host]
    return np.where(nowhere, men, mover), np.where(nowhere, -1, host)


def _own_home(country: Country) -> Bools:
    """Who lives neither in a hub nor with a parent."""
    unit, result = country["unit"], country.places.unit_kind[country["unit"]] == HOME
    for relation in ("mother", "father"):
        parent = country[relation]
        result &= ~((parent >= 0) & (unit[parent] == unit) & (country["death"][parent] == LAST))
    return np.asarray(result)


def marriages(country: Country, day: int, rng: Rng) -> None:
    """Couples marry; many brides and a few grooms take the other's surname."""
    women = np.flatnonzero(country.present() & ~country["male"] & (country["partner"] >= 0) & ~country["married"])
    men = country["partner"][women]
    latest = np.maximum.reduce([country[c][p] for c in ("bound_until", "name_from", "stay_from") for p in (women, men)])
    weds = (rng.random(len(women)) < per_period(world("marriages_per_year"), QUARTER)) & (latest < day)
    women, men = women[weds], men[weds]
    days = days_in(country, len(women), rng)
    for person in (women, men):
        country["married"][person] = True
        country["married_from"][person] = days
    u = rng.random(len(women))
    bride = u < world("name_change_at_marriage")
    groom = ~bride & (u < world("name_change_at_marriage") + world("name_change_groom"))
    for changes, person, other in ((bride, women, men), (groom, men, women)):
        taker, giver = person[changes], other[changes]
        keeps = rng.random(len(taker)) < world("old_surname_to_middle")
        middle = np.where(keeps, country["surname"][taker], country["middle"][taker])
        country.rename(taker, days[changes], surnames=country["surname"][giver], middles=middle)
