"""How a mention of a person comes out: which fields are stated, and which of them are wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loaders.synth import tables
from loaders.synth.address_text import address_texts, clerk_styles
from loaders.synth.country import Country
from loaders.synth.identifiers import calendar, dashed, mistyped, padded, placeholders
from loaders.synth.misspelling import misspell, other_spelling, wrong_dates
from loaders.synth.names import NONE, given_texts, surname_texts
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Rng, Texts, pick_kind
from loaders.synth.sloppiness import Sloppiness, realised
from loaders.synth.spells import Spells


@dataclass(frozen=True, slots=True)
class People:
    """What the offices could know of everybody."""

    country: Country
    stays: Spells
    names: Spells
    cpr: Texts


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Who is named on which day by whom: one row per mention."""

    person: Ints
    day: Ints
    clerk: Ints


@dataclass(frozen=True, slots=True)
class Written:
    """The fields of mentions as text, and how many slips of each kind went into them."""

    id_type: Texts
    identifier: Texts
    surname: Texts
    given: Texts
    birth: Texts
    sex: Texts
    address: Texts
    slips: dict[str, float]


def minors(people: People, who: Mentioned) -> Bools:
    """Mentions of persons under 18."""
    return np.asarray((who.day - people.country["birth"][who.person]) / 365.25 < 18)


def danish_dates(days: Ints) -> Texts:
    """Dates as dd-mm-yyyy.

    >>> danish_dates(np.array([0])).tolist()
    ['01-01-1970']
    """
    year, month, day = calendar(days)
    return np.asarray(padded(day, 2) + "-" + padded(month, 2) + "-" + padded(year, 4), dtype=object)


def missing_fields(rates: dict[str, float], child: Bools, slip: Sloppiness) -> tuple[Bools, Bools]:
    """Mentions without a CPR number, and those of them without a birth date too.

    Children have rates of their own; those of adults follow from the rates over all mentions.
    """
    n, of_children = len(child), int(child.sum())

    def adult(total: str, own: str) -> float:
        return float(np.clip((rates[total] * n - rates[own] * of_children) / max(1, n - of_children), 0.0, 1.0))

    no_cpr = slip.hits(rates["child_no_cpr"], child) | slip.hits(adult("police_no_cpr", "child_no_cpr"), ~child)
    share_child = rates["child_no_cpr_no_birth"] * of_children / max(1, int((no_cpr & child).sum()))
    both = adult("police_no_cpr_no_birth", "child_no_cpr_no_birth") * (n - of_children)
    share_adult = both / max(1, int((no_cpr & ~child).sum()))
    no_birth = slip.hits(min(1.0, share_child), no_cpr & child) | slip.hits(min(1.0, share_adult), no_cpr & ~child)
    return no_cpr, no_birth


def identifiers(
    people: People, who: Mentioned, *, no_cpr: Bools, rates: dict[str, float], slip: Sloppiness, rng: Rng
) -> tuple[Texts, Texts, dict[str, float]]:
    """Type and text of the identifier of each mention: a CPR number, a placeholder, or nothing."""
    n = len(who.person)
    number = people.cpr[who.person]
    wrong = slip.hits(rates["cpr_wrong"], ~no_cpr)
    relative = people.country["mother"][who.person]
    relative = np.where(relative >= 0, relative, people.country["partner"][who.person])
    of_relative = wrong & (relative >= 0) & (rng.random(n) < rates["cpr_of_relative"])
    number[of_relative] = people.cpr[relative[of_relative]]
    number[wrong & ~of_relative] = mistyped(number[wrong & ~of_relative], rng)
    dash = rng.random(n) < world("cpr_with_dash")
    number[dash] = dashed(number[dash])
    held = slip.hits(min(1.0, rates["placeholder"] * n / max(1, int(no_cpr.sum()))), no_cpr)
    number[no_cpr] = ""
    rows = np.flatnonzero(held)
    enr = placeholders(len(rows), rng)
    reused = rng.random(len(rows)) < rates["placeholder_reused"]
    # a clerk has a few placeholders at hand and takes one of them for whoever comes
    pool = placeholders(int(who.clerk.max(initial=0)) // 2 + 1, rng)
    enr[reused] = pool[who.clerk[rows[reused]] // 2]
    number[rows] = enr
    kind = np.where(no_cpr, "", "PNR").astype(object)
    kind[rows] = "ENR"
    slips = {"no_cpr": realised(no_cpr, np.ones(n, dtype=bool)), "cpr_wrong": realised(wrong, ~no_cpr)}
    slips |= {"placeholder": realised(held, np.ones(n, dtype=bool)), "placeholder_reused": realised(reused, held)}
    return kind, number, slips


def name_texts(
    people: People, who: Mentioned, *, looked_up: Bools, rates: dict[str, float], slip: Sloppiness, rng: Rng
) -> tuple[Texts, Texts, dict[str, float]]:
    """Given names and surname of each mention as somebody wrote them down."""
    n = len(who.person)
    row = people.names.on(who.person, who.day)
    columns = {k: v[row] for k, v in people.names.columns.items()}
    given, surname = given_texts()[columns["first"]], surname_texts()[columns["surname"]]
    with_second = (columns["second"] != NONE) & (looked_up | (rng.random(n) < world("second_stated")))
    given[with_second] += " " + given_texts()[columns["second"][with_second]]
    with_middle = (columns["middle"] != NONE) & (
        rng.random(n) < np.where(looked_up, world("middle_looked_up"), world("middle_stated"))
    )
    given[with_middle] += " " + surname_texts()[columns["middle"][with_middle]]
    foreign = people.country["transliterated"][who.person]
    for at in np.flatnonzero(foreign & (rng.random(n) < rates["transliteration"])):
        first, _, rest = given[at].partition(" ")
        given[at] = " ".join(filter(None, (other_spelling(first, rng), rest)))
        surname[at] = other_spelling(surname[at], rng)
    wrong = slip.hits(rates["name_wrong"], np.ones(n, dtype=bool))
    kinds = pick_kind(rng, tables.NAME_ERRORS, n)
    earlier = people.names.before(row)
    called = np.where(people.country["call_second"][who.person], columns["second"], columns["first"])
    for at in np.flatnonzero(wrong):
        if kinds[at] == "earlier_surname" and earlier[at] >= 0:
            surname[at] = surname_texts()[people.names.columns["surname"][earlier[at]]]
        elif kinds[at] == "call_name" and given[at] != given_texts()[called[at]]:
            given[at] = given_texts()[called[at]]
        else:
            given[at], surname[at] = misspell(given[at], surname[at], kinds[at], rng)
    return given, surname, {"name_wrong": realised(wrong, np.ones(n, dtype=bool))}


def home_texts(
    people: People, who: Mentioned, *, rates: dict[str, float], slip: Sloppiness, rng: Rng
) -> tuple[Texts, dict[str, float]]:
    """The home address of each mention on its day: without floor and door, out of date or not stated for some."""
    n, places = len(who.person), people.country.places
    everyone = np.ones(n, dtype=bool)
    row = people.stays.on(who.person, who.day)
    earlier = people.stays.before(row)
    stale = slip.hits(rates["address_stale"], earlier >= 0)
    unit = people.stays.columns["unit"][np.where(stale, earlier, row)]
    flat = places.unit_floor[unit] != ""
    cut = slip.hits(rates["address_no_unit"], flat)
    typo = slip.hits(rates["address_typo"], everyone)
    styles = clerk_styles(who.clerk, len(places.districts), rng)
    texts = address_texts(places, unit, styles, without_unit=cut, mistyped=typo, rng=rng)
    missing = slip.hits(rates["address_missing"], everyone)
    texts[missing] = ""
    slips = {"address_no_unit": realised(cut, flat), "address_missing": realised(missing, everyone)}
    return texts, slips | {"address_stale": realised(stale, earlier >= 0)}


def birth_texts(
    people: People, who: Mentioned, *, no_birth: Bools, rates: dict[str, float], slip: Sloppiness, rng: Rng
) -> tuple[Ints, dict[str, float]]:
    """The birth date each mention states, where it states one."""
    birth = people.country["birth"][who.person].copy()
    wrong = slip.hits(rates["birth_wrong"], ~no_birth)
    birth[wrong] = wrong_dates(birth[wrong], rng)
    return birth, {"birth_wrong": realised(wrong, ~no_birth)}


def write_mentions(
    people: People, who: Mentioned, *, rates: dict[str, float], slip: Sloppiness, rngs: dict[str, Rng]
) -> Written:
    """All fields of police mentions."""
    child = minors(people, who)
    no_cpr, no_birth = missing_fields(rates, child, slip)
    kind, number, slips = identifiers(people, who, no_cpr=no_cpr, rates=rates, slip=slip, rng=rngs["identifiers"])
    given, surname, name_slips = name_texts(
        people, who, looked_up=~no_cpr, rates=rates, slip=slip, rng=rngs["mentions"]
    )
    birth, birth_slips = birth_texts(people, who, no_birth=no_birth, rates=rates, slip=slip, rng=rngs["mentions"])
    address, home_slips = home_texts(people, who, rates=rates, slip=slip, rng=rngs["addresses"])
    slips |= name_slips | birth_slips | home_slips
    slips["no_cpr_no_birth"] = realised(no_birth, np.ones(len(child), dtype=bool))
    slips["child_no_cpr"] = realised(no_cpr & child, child)
    slips["child_no_cpr_no_birth"] = realised(no_birth & child, child)
    return Written(
        id_type=kind,
        identifier=number,
        surname=surname,
        given=given,
        birth=np.where(no_birth, "", danish_dates(birth)).astype(object),
        sex=np.where(people.country["male"][who.person], "M", "K").astype(object),
        address=address,
        slips=slips,
    )
