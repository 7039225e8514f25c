"""What stands in the field for a person's number: a CPR number, right or wrong, another number, or nothing.

Numbers that are no CPR numbers come in the forms that offices give out. None of them could be a real
person's: a placeholder of 1981–89 had four digits and looked like a CPR number, so here it is written
with month + 80 like every CPR number of this world, and looks like one of *its* numbers instead. The trap
is the same: only the stated type tells, and the older registers state none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from loaders.synth.identifiers import (
    calendar,
    dashed,
    health_numbers,
    mistyped,
    placeholders,
    replacement_numbers,
    unidentified,
    unknown_births,
)
from loaders.synth.mentions import Office
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Texts, rank_in_group
from loaders.synth.sloppiness import realised

REGIONS = {
    "Nordjyllands Politi": 0,
    "Østjyllands Politi": 1,
    "Midt- og Vestjyllands Politi": 1,
    "Sydøstjyllands Politi": 2,
    "Syd- og Sønderjyllands Politi": 2,
    "Fyns Politi": 2,
    "Midt- og Vestsjællands Politi": 3,
    "Sydsjællands og Lolland-Falsters Politi": 3,
}
"""Health region of each police district, as far as they coincide; the others are the capital's."""
_CAPITAL = 4
NATIONAL_SINCE = int(np.datetime64("2022-01-01").astype(np.int64))
"""Since this day eCPR numbers are given out nationally; before it, each region counted for itself."""


@dataclass(frozen=True, slots=True)
class StatedNumbers:
    """Type and text of each mention's number, and the share of each slip."""

    kind: Texts
    text: Texts
    slips: dict[str, float]


def state_numbers(office: Office, no_cpr: Bools, no_birth: Bools) -> StatedNumbers:
    """The number of each mention; of those without a CPR number some have another one."""
    rates, n = office.rates, len(no_cpr)
    number, wrong = _cpr_numbers(office, no_cpr)
    kind = np.where(no_cpr, "", "PNR").astype(object)
    held = office.slip.hits(min(1.0, rates["placeholder"] * n / max(1, int(no_cpr.sum()))), no_cpr)
    rows = np.flatnonzero(held)
    number[rows], reused = _placeholders(office, rows)
    kind[rows] = "ENR"
    for name, chosen, texts in _others(office, no_cpr & ~held, no_birth):
        kind[chosen], number[chosen] = name, texts
    everyone = np.ones(n, dtype=bool)
    slips = {"no_cpr": realised(no_cpr, everyone), "cpr_wrong": realised(wrong, ~no_cpr)}
    slips |= {"placeholder": realised(held, everyone), "placeholder_reused": realised(reused, held)}
    return StatedNumbers(kind, number, slips)


def _cpr_numbers(office: Office, no_cpr: Bools) -> tuple[Texts, Bools]:
    """CPR numbers as stated, empty where there is none; some wrong, some a relative's, some the number before."""
    people, who, rng, rates = office.people, office.who, office.rng, office.rates
    n = len(no_cpr)
    number = people.numbers.on(who.person, who.day)
    held = people.numbers.spells
    before = held.before(held.on(who.person, who.day))
    old = ~no_cpr & (before >= 0) & (rng.random(n) < rates["cpr_old"])
    number[old] = held.columns["text"][before[old]]
    wrong = office.slip.hits(rates["cpr_wrong"], ~no_cpr)
    relative = people.country["mother"][who.person]
    relative = np.where(relative >= 0, relative, people.country["partner"][who.person])
    theirs = people.numbers.on(np.maximum(relative, 0), who.day)
    of_relative = wrong & (relative >= 0) & (theirs != "") & (rng.random(n) < rates["cpr_of_relative"])
    number[of_relative] = theirs[of_relative]
    number[wrong & ~of_relative] = mistyped(number[wrong & ~of_relative], rng)
    number[no_cpr] = ""
    dash = ~no_cpr & (rng.random(n) < world("cpr_with_dash"))
    number[dash] = dashed(number[dash])
    return number, wrong


def _placeholders(office: Office, rows: Ints) -> tuple[Texts, Bools]:
    """A placeholder for each of some mentions; a clerk has a few at hand and takes one for whoever comes."""
    rng, clerk, digits = office.rng, office.who.clerk, office.rates["placeholder_digits"]
    enr = placeholders(len(rows), rng, digits=digits)
    reused = rng.random(len(rows)) < office.rates["placeholder_reused"]
    pool = placeholders(int(clerk.max(initial=0)) // 2 + 1, rng, digits=digits)
    enr[reused] = pool[clerk[rows[reused]] // 2]
    return enr, reused


def _others(office: Office, free: Bools, no_birth: Bools) -> Iterator[tuple[str, Ints, Texts]]:
    """Type, mentions and texts of each further form of number, of mentions that have none yet."""
    who, rng, rates = office.who, office.rng, office.rates
    u, birth = rng.random(len(free)), office.people.country["birth"][who.person]
    health = _health_mentions(office, free)
    national = who.day >= NATIONAL_SINCE
    for kind, chosen in (("X-eCPR", health & national), ("D-eCPR", health & ~national)):
        rows = np.flatnonzero(chosen)
        yield kind, rows, health_texts(office, rows, national=kind == "X-eCPR")
    own = np.flatnonzero(free & ~health & ~no_birth & (u < rates["replacement"]))
    yield "ERSTATNING", own, replacement_texts(office, own)
    unknown = free & ~health & no_birth
    rows = np.flatnonzero(unknown & (u < rates["unr"]))
    yield "UNR", rows, unknown_births(birth[rows], rng)
    rows = np.flatnonzero(unknown & (u >= rates["unr"]) & (u < rates["unr"] + rates["unidentified"]))
    yield "UNR", rows, unidentified(len(rows), rng)


def _health_mentions(office: Office, free: Bools) -> Bools:
    """Mentions with an eCPR number: of immigrants before they had a CPR number, and of some others."""
    people, who, rng = office.people, office.who, office.rng
    known = rng.random(people.country.size) < office.rates["known_by_ecpr"]
    arriving = people.numbers.on(who.person, who.day) == ""
    stated = rng.random(len(free)) < office.rates["ecpr_stated"]
    return np.asarray(free & stated & (known[who.person] | arriving))


def health_texts(office: Office, rows: Ints, *, national: bool) -> Texts:
    """One number per person, nationally or in each region: regions count alike, so their numbers collide."""
    country, rng = office.people.country, office.rng
    regions = np.array([REGIONS.get(d, _CAPITAL) for d in country.places.districts])
    region = np.zeros(len(rows), dtype=np.int64) if national else regions[office.district[rows]]
    holder, inverse = np.unique(office.who.person[rows] * 8 + region, return_inverse=True)
    person, area = np.divmod(holder, 8)
    birth, male = country["birth"][person], country["male"][person]
    new_year = (calendar(birth)[0] - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    birth = np.where(rng.random(len(person)) < office.rates["ecpr_new_year"], new_year, birth)
    serial = rank_in_group((birth * 2 + male) * 8 + area)
    return np.asarray(health_numbers(birth, male, serial, national=national)[inverse], dtype=object)


def replacement_texts(office: Office, rows: Ints) -> Texts:
    """One number per person and district, unique there and in no wider circle."""
    country, district = office.people.country, office.district[rows]
    wide = len(country.places.districts)
    holder, inverse = np.unique(office.who.person[rows] * wide + district, return_inverse=True)
    person, area = np.divmod(holder, wide)
    birth, male = country["birth"][person], country["male"][person]
    serial = rank_in_group((birth * 2 + male) * wide + area)
    return np.asarray(replacement_numbers(birth, male, serial)[inverse], dtype=object)
