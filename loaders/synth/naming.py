"""Names given to founders and to newborn children."""

from __future__ import annotations

import numpy as np

from loaders.synth.country import Country
from loaders.synth.names import NONE, draw_first, draw_middle, draw_second, draw_surnames, draw_transliterated
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Rng


def _years(country: Country, rows: Ints) -> Ints:
    return np.asarray(1970 + country["birth"][rows] // 365.25, dtype=np.int64)


def _draw_given(country: Country, rows: Ints, rng: Rng) -> None:
    male, years = country["male"][rows], _years(country, rows)
    first = draw_first(male, years, rng)
    country["first"][rows] = first
    country["second"][rows] = draw_second(first, male, years, rng)
    country["call_second"][rows] = (country["second"][rows] != NONE) & (
        rng.random(len(rows)) < world("call_name_second")
    )


def _write_foreign(country: Country, rows: Ints, *, surname_too: bool, rng: Rng) -> None:
    given, surname = draw_transliterated(country["male"][rows], rng)
    country["first"][rows] = given
    if surname_too:
        country["surname"][rows] = surname
        country["middle"][rows] = NONE
    country["transliterated"][rows] = True


def name_founders(country: Country, rows: Ints, rng: Rng) -> None:
    """Persons without parents in the country: surnames by frequency, given names by cohort."""
    _draw_given(country, rows, rng)
    country["surname"][rows] = draw_surnames(len(rows), rng)
    country["middle"][rows] = draw_middle(len(rows), rng)
    foreign = rows[rng.random(len(rows)) < world("transliterated_family")]
    _write_foreign(country, foreign, surname_too=True, rng=rng)
    country["maiden"][rows] = country["surname"][rows]


def _take_after(country: Country, rows: Ints, parent: Ints, chance: float, rng: Rng) -> None:
    """Some children get the first given name of a parent."""
    named = (parent >= 0) & (rng.random(len(rows)) < chance)
    child, source = rows[named], parent[named]
    country["first"][child] = country["first"][source]
    country["surname"][child] = country["surname"][source]
    country["namesake_parent"][child] = True


def name_children(country: Country, rows: Ints, rng: Rng) -> None:
    """Children take a parent's surname, often with the other's as middle name, and a given name of their cohort."""
    _draw_given(country, rows, rng)
    mother, father = country["mother"][rows], country["father"][rows]
    from_father = (father >= 0) & (rng.random(len(rows)) < world("child_takes_father_surname"))
    # one choice per sibship: brothers and sisters seldom differ
    from_father = _same_for_siblings(mother, father, from_father)
    giver = np.where(from_father, father, mother)
    other = np.where(from_father, mother, father)
    surname = country["surname"][giver]
    other_name = np.where(other >= 0, country["surname"][other], NONE)
    both = (other_name != surname) & (rng.random(len(rows)) < world("child_middle_other_parent"))
    country["surname"][rows] = surname
    country["middle"][rows] = np.where(both, other_name, NONE)
    foreign = country["transliterated"][giver] & (rng.random(len(rows)) < world("transliterated_child"))
    _write_foreign(country, rows[foreign], surname_too=False, rng=rng)
    country["transliterated"][rows] |= country["transliterated"][giver]
    male: Bools = country["male"][rows]
    _take_after(country, rows[male], father[male], world("namesake_son"), rng)
    _take_after(country, rows[~male], mother[~male], world("namesake_daughter"), rng)
    _tell_twins_apart(country, rows, rng)
    country["maiden"][rows] = country["surname"][rows]
    country["name_from"][rows] = country["birth"][rows]


def _same_for_siblings(mother: Ints, father: Ints, choice: Bools) -> Bools:
    """The first sibling's choice for all children of the same two parents."""
    if not len(choice):
        return choice
    order = np.lexsort((np.arange(len(mother)), father, mother))
    fresh = np.r_[True, (mother[order][1:] != mother[order][:-1]) | (father[order][1:] != father[order][:-1])]
    first = order[fresh][np.cumsum(fresh) - 1]
    result = choice.copy()
    result[order] = choice[first]
    return result


def _tell_twins_apart(country: Country, rows: Ints, rng: Rng) -> None:
    """No two twins of one sex get the same first given name."""
    for _ in range(4):
        key = country["mother"][rows] * 4096 + country["first"][rows]
        order = np.argsort(key, kind="stable")
        again = order[1:][key[order][1:] == key[order][:-1]]
        if not len(again):
            return
        child = rows[again]
        country["first"][child] = draw_first(country["male"][child], _years(country, child), rng)
        country["namesake_parent"][child] = False


def plant_neighbours(country: Country, rows: Ints, rng: Rng) -> None:
    """Give some persons the names of an unrelated person of their sex and about their age in the same street."""
    wanted = rows[rng.random(len(rows)) < world("namesake_neighbour")]
    street = country.places.unit_street[country["unit"]]
    for person in wanted:
        near = np.flatnonzero(
            (street[: country.size] == street[person])
            & (country["male"] == country["male"][person])
            & (np.abs(country["birth"] - country["birth"][person]) < 12 * 365)
            & (country["unit"] != country["unit"][person])
            & (country["mother"] < 0)
        )
        if len(near):
            twin = rng.choice(near)
            for column in ("first", "surname", "middle"):
                country[column][person] = country[column][twin]
            country["maiden"][person] = country["surname"][person]
            country["namesake_neighbour"][[person, twin]] = True
