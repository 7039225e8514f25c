"""The simulation: quarter by quarter from the founders to the last day."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from linkage.intervals import LAST, to_days
from loaders.synth.country import Country
from loaders.synth.families import births, deaths, marriages, new_couples, separations
from loaders.synth.founders import settle_founders
from loaders.synth.incidents import IncidentLog, incidents
from loaders.synth.moves import QUARTER, leave_college, leave_home, move_households, to_shelter
from loaders.synth.places import build_places
from loaders.synth.sampling import Rng
from loaders.synth.settings import AS_OF, SynthSettings


def simulate(
    settings: SynthSettings, rngs: dict[str, Rng], *, progress: Callable[[str], None]
) -> tuple[Country, IncidentLog]:
    """A country's life over the settings' years, with every incident in it."""
    start, end = to_days(settings.start), to_days(AS_OF)
    capacity = int(settings.persons * (1.0 + 0.016 * settings.years)) + 2000
    country = Country(places=build_places(settings.persons, rngs["places"]), start=start, end=end, capacity=capacity)
    settle_founders(country, settings.persons, rngs["people"], rngs["names"])
    log = IncidentLog()
    edges = np.linspace(start, end, round((end - start) / QUARTER) + 1).astype(int).tolist()
    for number, (day, until) in enumerate(pairwise(edges)):
        country.begin_quarter(day, until)
        to_shelter(country, day, rngs["moves"])
        deaths(country, day, rngs["deaths"])
        births(country, day, rngs["births"], rngs["names"])
        separations(country, day, rngs["couples"])
        new_couples(country, day, rngs["couples"])
        leave_home(country, day, rngs["moves"])
        leave_college(country, day, rngs["moves"])
        move_households(country, day, rngs["moves"])
        marriages(country, day, rngs["couples"])
        country.index()
        incidents(country, day, rngs["incidents"], log)
        if number % 8 == 7:
            progress(f"simulated {(number + 1) // 4} of {settings.years} years")
    finish(country)
    return country, log


def finish(country: Country) -> None:
    """Close the books: open spells are written, and nothing dated on or after the last day remains."""
    living = np.flatnonzero(country.alive())
    country.stays.add(living, country["unit"][living], country["stay_from"][living], LAST)
    rows = np.arange(country.size)
    names = (country[c] for c in ("first", "second", "middle", "surname", "name_from"))
    country.names.add(rows, *names, LAST)
    wives = np.flatnonzero(country["married"] & ~country["male"])
    country.spouses.add(wives, country["partner"][wives], country["married_from"][wives], LAST)
