"""The simulation: quarter by quarter from the founders to the last day."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from linkage.intervals import LAST, to_days
from loaders.synth.address_protection import ask_for_protection, protect_at_start, protect_fled
from loaders.synth.adoption import adopt_by_spouses, adopt_by_strangers
from loaders.synth.country import Country
from loaders.synth.families import births, deaths, marriages, new_couples, separations
from loaders.synth.founders import settle_founders
from loaders.synth.incidents import IncidentLog, incidents
from loaders.synth.migration import come_back, emigrate, immigrate, leave_centre
from loaders.synth.moves import QUARTER, leave_college, leave_home, move_households, to_nursing_home, to_shelter
from loaders.synth.personal_numbers import renumber
from loaders.synth.placement import place_children
from loaders.synth.places import build_places
from loaders.synth.sampling import Rng
from loaders.synth.settings import AS_OF, SynthSettings
from loaders.synth.shared_homes import share_homes


def simulate(
    settings: SynthSettings, rngs: dict[str, Rng], *, progress: Callable[[str], None]
) -> tuple[Country, IncidentLog]:
    """A country's life over the settings' years, with every incident in it."""
    start, end = to_days(settings.start), to_days(AS_OF)
    capacity = int(settings.persons * (1.0 + 0.03 * settings.years)) + 2000
    places = build_places(settings.persons, rngs["places"], start=start, end=end, streets_rng=rngs["streets"])
    country = Country(places=places, start=start, end=end, capacity=capacity)
    settle_founders(country, settings.persons, rngs["people"], rngs["names"])
    protect_at_start(country, rngs["protection"])
    log = IncidentLog()
    edges = np.linspace(start, end, round((end - start) / QUARTER) + 1).astype(int).tolist()
    for number, (day, until) in enumerate(pairwise(edges)):
        country.begin_quarter(day, until)
        fled = to_shelter(country, day, rngs["moves"])
        protect_fled(country, *fled, rng=rngs["protection"])
        deaths(country, day, rngs["deaths"])
        births(country, day, rngs["births"], rngs["names"])
        adopt_by_strangers(country, day, rngs["children"])
        place_children(country, day, rngs["children"])
        separations(country, day, rngs["couples"])
        new_couples(country, day, rngs["couples"])
        leave_home(country, day, rngs["moves"])
        leave_college(country, day, rngs["moves"])
        leave_centre(country, day, rngs["migration"])
        emigrate(country, day, rngs["migration"])
        come_back(country, day, rngs["migration"])
        move_households(country, day, rngs["moves"])
        to_nursing_home(country, day, rngs["moves"])
        adopt_by_spouses(country, day, rngs["children"])
        marriages(country, day, rngs["couples"])
        immigrate(country, day, rngs["migration"], rngs["names"])
        renumber(country, day, rngs["numbers"])
        share_homes(country, day, rngs["children"])
        ask_for_protection(country, day, rngs["protection"])
        country.index()
        incidents(country, day, rngs["incidents"], log)
        if number % 8 == 7:
            progress(f"simulated {(number + 1) // 4} of {settings.years} years")
    finish(country)
    return country, log


def finish(country: Country) -> None:
    """Close the books: open spells are written, and nothing dated on or after the last day remains."""
    country.end_agreements(np.arange(country.size), LAST)
    living = np.flatnonzero(country.alive())
    country.stays.add(living, country["unit"][living], country["stay_from"][living], LAST)
    rows = np.arange(country.size)
    names = (country[c] for c in ("first", "second", "middle", "surname", "name_from"))
    country.names.add(rows, *names, LAST)
    wives = np.flatnonzero(country["married"] & ~country["male"])
    country.spouses.add(wives, country["partner"][wives], country["married_from"][wives], LAST)
