"""Address protection: who asks for the ordinary kind, who is given the special one, and for how long.

Ordinary protection lapses after a year unless it is asked for again (section 28 of the CPR Act), and
parents may ask for their children at home too. Special protection is for persons under threat.
"""

from __future__ import annotations

import numpy as np

from linkage.intervals import LAST
from loaders.synth.country import Country
from loaders.synth.moves import ADULT, QUARTER, days_in, with_children
from loaders.synth.parameters import world
from loaders.synth.sampling import Ints, Rng, per_period

ORDINARY_DAYS = 365
WISH, ORDER, SHELTER, WITNESS = "wish", "order", "shelter", "witness"
"""Reasons: own wish (ordinary), a restraining order (either kind), flight to a shelter, a threatened party."""


def ask_for_protection(country: Country, day: int, rng: Rng) -> None:
    """Residents ask for ordinary protection; some ask again year after year, a few are given years at once."""
    rows = np.flatnonzero(country.present() & (country.ages(day) >= ADULT))
    rows = rows[rng.random(len(rows)) < per_period(world("ordinary_protection_per_year"), QUARTER)]
    children, at = with_children(country, rows, day)
    joined = np.r_[
        np.ones(len(rows), dtype=bool), (rng.random(len(rows)) < world("ordinary_with_children"))[at[len(rows) :]]
    ]
    _protect_ordinarily(
        country, children[joined], days_in(country, len(rows), rng)[at[joined]], _years(len(rows), rng)[at[joined]]
    )


def protect_at_start(country: Country, rng: Rng) -> None:
    """Those who are protected on the first day, at some day of their year."""
    rows = np.flatnonzero(rng.random(country.size) < world("ordinary_protection"))
    days = country.start - rng.integers(0, ORDINARY_DAYS, len(rows))
    days = np.maximum(days, country["birth"][rows])
    _protect_ordinarily(country, rows, days, _years(len(rows), rng))


def _years(n: int, rng: Rng) -> Ints:
    years = rng.geometric(1.0 - world("ordinary_again"), n)
    return np.where(rng.random(n) < world("ordinary_long"), np.maximum(years, 5), years)


def _protect_ordinarily(country: Country, persons: Ints, days: Ints, years: Ints) -> None:
    country.protections.add(persons, False, days, days + ORDINARY_DAYS * years, WISH)


def protect_fled(country: Country, mothers: Ints, days: Ints, *, rng: Rng) -> None:
    """Some mothers who have fled to a shelter are protected specially from that day on."""
    hidden = rng.random(len(mothers)) < world("special_shelter")
    protect_specially(country, mothers[hidden], days[hidden], reason=SHELTER, rng=rng)


def special_days(n: int, rng: Rng) -> Ints:
    """How long special protection lasts: median a year and a half, some without end."""
    days = np.exp(rng.normal(np.log(world("special_median_days")), world("special_spread"), n)).astype(np.int64)
    return np.where(rng.random(n) < world("special_open"), LAST, np.clip(days, 90, 4000))


def protect_specially(country: Country, persons: Ints, days: Ints, *, reason: str, rng: Rng) -> None:
    """Special protection of some persons from a day on."""
    length = special_days(len(persons), rng)
    country.protections.add(persons, True, days, np.where(length == LAST, LAST, days + length), reason)
