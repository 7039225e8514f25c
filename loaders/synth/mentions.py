"""Who is mentioned by whom, and the parts of a mention that are days and places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loaders.synth.address_text import NOBODY_HOME, address_texts, draw_hands
from loaders.synth.country import Country
from loaders.synth.error_rates import CLERKS_PER_DISTRICT
from loaders.synth.identifiers import calendar, padded
from loaders.synth.misspelling import wrong_dates
from loaders.synth.personal_numbers import CprNumbers
from loaders.synth.sampling import Bools, Ints, Rng, Texts
from loaders.synth.sloppiness import Sloppiness, realised
from loaders.synth.spells import Spells
from loaders.synth.writing import on_days


@dataclass(frozen=True, slots=True)
class People:
    """What the offices could know of everybody."""

    country: Country
    stays: Spells
    names: Spells
    cpr: Texts
    """Everybody's present number; :attr:`numbers` has those of earlier days."""
    numbers: CprNumbers


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Who is named on which day by whom: one row per mention."""

    person: Ints
    day: Ints
    clerk: Ints


@dataclass(frozen=True, slots=True)
class Office:
    """What the makers of every field share: everybody, who is mentioned, the rates, and what chance is drawn from."""

    people: People
    who: Mentioned
    rates: dict[str, float]
    slip: Sloppiness
    rng: Rng

    @property
    def district(self) -> Ints:
        """District of each mention's clerk."""
        return np.asarray(self.who.clerk // CLERKS_PER_DISTRICT, dtype=np.int64)


def minors(people: People, who: Mentioned) -> Bools:
    """Mentions of persons under 18."""
    return np.asarray((who.day - people.country["birth"][who.person]) / 365.25 < 18)


def danish_dates(days: Ints) -> Texts:
    """Dates as dd-mm-yyyy.

    >>> danish_dates(np.array([0])).tolist()
    ['01-01-1970']
    """
    return on_days(days, _danish)


def _danish(days: Ints) -> Texts:
    year, month, day = calendar(days)
    return np.asarray(padded(day, 2) + "-" + padded(month, 2) + "-" + padded(year, 4), dtype=object)


def missing_fields(office: Office) -> tuple[Bools, Bools]:
    """Mentions without a CPR number, and those of them without a birth date too.

    Children have rates of their own; those of adults follow from the rates over all mentions. Whoever
    had no number on the day counts among those without.
    """
    people, who, rates, slip = office.people, office.who, office.rates, office.slip
    child = minors(people, who)
    n, of_children = len(child), int(child.sum())
    none_yet = people.numbers.on(who.person, who.day) == ""

    def adult(total: str, own: str) -> float:
        return float(np.clip((rates[total] * n - rates[own] * of_children) / max(1, n - of_children), 0.0, 1.0))

    def without(group: Bools, rate: float) -> Bools:
        """The share of a group, made up of those who had none and some of the others."""
        sure = group & none_yet
        rest = group & ~none_yet
        share = (rate * group.sum() - sure.sum()) / max(1, int(rest.sum()))
        return np.asarray(sure | slip.hits(float(np.clip(share, 0.0, 1.0)), rest))

    no_cpr = without(child, rates["child_no_cpr"]) | without(~child, adult("police_no_cpr", "child_no_cpr"))
    share_child = rates["child_no_cpr_no_birth"] * of_children / max(1, int((no_cpr & child).sum()))
    both = adult("police_no_cpr_no_birth", "child_no_cpr_no_birth") * (n - of_children)
    share_adult = both / max(1, int((no_cpr & ~child).sum()))
    no_birth = slip.hits(min(1.0, share_child), no_cpr & child) | slip.hits(min(1.0, share_adult), no_cpr & ~child)
    return no_cpr, no_birth


def home_texts(office: Office) -> tuple[Texts, dict[str, float]]:
    """The home address of each mention on its day: without floor and door, out of date or not stated for some."""
    people, who, rates, slip, rng = office.people, office.who, office.rates, office.slip, office.rng
    places = people.country.places
    everyone = np.ones(len(who.person), dtype=bool)
    row = people.stays.on(who.person, who.day)
    earlier = people.stays.before(row)
    stale = slip.hits(rates["address_stale"], earlier >= 0)
    unit = people.stays.columns["unit"][np.where(stale, earlier, row)]
    flat = places.unit_floor[unit] != ""
    cut = slip.hits(rates["address_no_unit"], flat)
    typo = slip.hits(rates["address_typo"], everyone)
    hand = draw_hands(places, who.clerk, rates, rng, without_unit=cut, mistyped=typo)
    texts = address_texts(places, unit, who.day, hand, rng=rng)
    missing = slip.hits(rates["address_missing"], everyone)
    said = rng.random(len(texts)) < rates["address_none"]
    texts[missing] = np.where(said, rng.choice(NOBODY_HOME, len(texts)), "")[missing]
    slips = {"address_no_unit": realised(cut, flat), "address_missing": realised(missing, everyone)}
    return texts, slips | {"address_stale": realised(stale, earlier >= 0)}


def birth_days(office: Office, no_birth: Bools) -> tuple[Ints, dict[str, float]]:
    """The birth date each mention states, where it states one: the register's of that day, or a wrong one."""
    birth = office.people.numbers.birth_on(office.who.person, office.who.day).copy()
    wrong = office.slip.hits(office.rates["birth_wrong"], ~no_birth)
    birth[wrong] = wrong_dates(birth[wrong], office.who.day[wrong], office.rng)
    return birth, {"birth_wrong": realised(wrong, ~no_birth)}
