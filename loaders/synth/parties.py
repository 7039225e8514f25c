"""The parties of police cases as text: every field of every mention, by the district that wrote it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from loaders.synth.habits import habits_of
from loaders.synth.mentions import (
    Mentioned,
    Office,
    People,
    birth_days,
    danish_dates,
    home_texts,
    minors,
    missing_fields,
)
from loaders.synth.sampling import Ints, Rng, Texts
from loaders.synth.sloppiness import Sloppiness, realised
from loaders.synth.stated_names import in_hand, state_names
from loaders.synth.stated_numbers import state_numbers


@dataclass(frozen=True, slots=True)
class Written:
    """The fields of mentions as text."""

    id_type: Texts
    identifier: Texts
    surname: Texts
    given: Texts
    birth: Texts
    sex: Texts
    address: Texts

    def of(self, rows: Ints) -> Written:
        """The fields of some mentions, one as often as it is asked for."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def write_mentions(
    people: People, who: Mentioned, *, rates: dict[str, float], slip: Sloppiness, rngs: dict[str, Rng]
) -> tuple[Written, dict[str, float]]:
    """All fields of police mentions, and how many slips of each kind went into them."""
    offices = {name: Office(people, who, rates, slip, rngs[name]) for name in ("mentions", "identifiers", "addresses")}
    office = offices["mentions"]
    child = minors(people, who)
    no_cpr, no_birth = missing_fields(office)
    numbers = state_numbers(offices["identifiers"], no_cpr, no_birth)
    given, surname, name_slips = state_names(office, ~no_cpr)
    habits = [habits_of(d) for d in people.country.places.districts]
    in_hand(office, given, surname, np.array([h.capitals for h in habits])[office.district])
    birth, birth_slips = birth_days(office, no_birth)
    address, home_slips = home_texts(offices["addresses"])
    men, women = (np.array([h.sexes[i] for h in habits], dtype=object)[office.district] for i in (0, 1))
    written = Written(
        id_type=numbers.kind,
        identifier=numbers.text,
        surname=surname,
        given=given,
        birth=np.where(no_birth, "", danish_dates(birth)).astype(object),
        sex=np.where(people.numbers.male_on(who.person, who.day), men, women).astype(object),
        address=address,
    )
    slips = numbers.slips | name_slips | birth_slips | home_slips
    slips["no_cpr_no_birth"] = realised(no_birth, np.ones(len(child), dtype=bool))
    slips["child_no_cpr"] = realised(no_cpr & child, child)
    slips["child_no_cpr_no_birth"] = realised(no_birth & child, child)
    return written, slips
