"""People in families and homes, from whom labelled sets are drawn: names by frequency and cohort, shared surnames.

Families are what makes linking persons hard: brothers differ by a given name and a few years, fathers and
sons by a generation, and all of them agree in surname, street, postcode and telephone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from benchmarks.corruption import Rng, Texts
from loaders.synth.given_names import draw_given, given_names
from loaders.synth.reference import postcodes
from loaders.synth.sampling import Bools, Ints, choose
from loaders.synth.streets import street_names
from loaders.synth.surnames import surname_weights, surnames


@dataclass(frozen=True, slots=True)
class People:
    """Persons, one element of every array each; a home is a number whose address is drawn apart."""

    person: Ints
    home: Ints
    male: Bools
    adult: Bools
    given: Texts
    surname: Texts
    born: Ints
    """Days since 1970."""

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Ints) -> People:
        """Some of the persons, as often as named."""
        return People(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Homes:
    """Addresses by number of the home."""

    street: Texts
    number: Texts
    postcode: Texts
    city: Texts
    phone: Texts


def draw_homes(n: int, rng: Rng) -> Homes:
    """``n`` addresses: towns by a power law, streets that exist in many towns."""
    towns, streets = postcodes(), street_names()
    town = choose(rng, 1 / np.arange(1, len(towns) + 1) ** 0.9, n)
    town = rng.permutation(len(towns))[town]
    street = choose(rng, 1 / np.arange(1, len(streets) + 1) ** 0.7, n)
    return Homes(
        np.array(streets, dtype=object)[street],
        rng.integers(1, 120, n).astype(str).astype(object),
        np.array([t.code for t in towns], dtype=object)[town],
        np.array([t.city for t in towns], dtype=object)[town],
        rng.integers(20_000_000, 99_999_999, n).astype(str).astype(object),
    )


def given_of(male: Bools, years: Ints, rng: Rng) -> Texts:
    """Given names by sex and year of birth."""
    out = np.empty(len(male), dtype=object)
    for sex, mask in (("F", ~male), ("M", male)):
        out[mask] = np.array(given_names(sex), dtype=object)[draw_given(sex, years[mask], rng)]
    return out


def surnames_of(n: int, rng: Rng) -> Texts:
    """``n`` surnames by frequency."""
    return np.asarray(np.array(surnames(), dtype=object)[choose(rng, surname_weights(), n)])


def draw_families(homes: int, rng: Rng, *, year: int, first: int = 0) -> People:
    """Families in ``homes`` homes in a year: one or two adults, children by chance, most of one surname.

    One birth in a hundred is of twins, one son or daughter in fifty bears the name of a parent.
    """
    adults = rng.choice([1, 2], homes, p=[0.42, 0.58])
    children = np.where(rng.random(homes) < 0.45, rng.choice([1, 2, 3, 4], homes, p=[0.38, 0.42, 0.15, 0.05]), 0)
    size = adults + children
    home = np.repeat(np.arange(homes), size)
    place = np.arange(len(home)) - np.repeat(np.cumsum(size) - size, size)
    adult = place < adults[home]
    male = np.where(adult & (adults[home] == 2), place == 0, rng.random(len(home)) < 0.5)
    span = np.where(children > 0, 25, 60)
    mother = year - 21 - (rng.beta(1.3, 1.6, homes) * span).astype(np.int64)
    mother = np.where(children > 0, np.minimum(mother, year - 22 - 2 * children), mother)
    years = np.where(adult, mother[home] + rng.integers(-4, 5, len(home)), 0)
    oldest = np.minimum(year - 1, mother + rng.integers(19, 36, homes))
    years = np.where(adult, years, np.minimum(oldest[home] + 3 * (place - adults[home]), year))
    born = (np.array(years - 1970, dtype="datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    born = born + rng.integers(0, 365, len(home))
    before = np.r_[False, home[1:] == home[:-1]] & ~adult & np.r_[False, ~adult[:-1]]
    twins = np.flatnonzero(before & (rng.random(len(home)) < 0.01))
    born[twins] = born[twins - 1]
    given = given_of(male, years, rng)
    named = np.flatnonzero(~adult & (rng.random(len(home)) < 0.02))
    parent = np.searchsorted(home, home[named])
    given[named], male[named] = given[parent], male[parent]
    surname = surnames_of(homes, rng)[home]
    own = adult & (place == 1) & (rng.random(len(home)) < 0.35)
    surname[own] = surnames_of(int(own.sum()), rng)
    return People(np.arange(len(home)) + first, home, male, adult, given, surname, born)


def moved(people: People, share: float, homes: int, rng: Rng) -> tuple[People, Ints]:
    """The people after a share of the homes has moved as a whole; the new home of each old one, as given or new.

    New homes are numbered from ``homes`` on.
    """
    numbers = np.unique(people.home)
    leaves = rng.random(len(numbers)) < share
    target = numbers.copy()
    target[leaves] = homes + np.arange(int(leaves.sum()))
    return replace(people, home=target[np.searchsorted(numbers, people.home)]), target


def iso(days: Ints) -> Texts:
    """Dates as ISO texts."""
    return np.asarray(days.astype("datetime64[D]").astype(str).astype(object))


def year_of(days: Ints) -> Ints:
    """Calendar years of days since 1970."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)
