"""Municipal notifications of concern about a child: after incidents, and from schools and nurseries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loaders.synth.country import Country
from loaders.synth.error_rates import CLERKS_PER_DISTRICT
from loaders.synth.identifiers import calendar, dashed, padded
from loaders.synth.mentions import Mentioned, Office, People, birth_days, home_texts
from loaders.synth.parameters import world
from loaders.synth.records import Events
from loaders.synth.registers import RegisterFile, slug
from loaders.synth.sampling import Bools, Ints, Rng, Texts, choose, rank_in_group
from loaders.synth.sloppiness import draw_sloppiness
from loaders.synth.stated_names import state_names
from loaders.synth.writing import iso_dates, write_rows

_FROM_SCHOOL = (("skole", 0.55), ("daginstitution", 0.25), ("sundhedsplejerske", 0.12), ("nabo", 0.08))


@dataclass(frozen=True, slots=True)
class Notifications:
    """One row per notification, in order of receipt."""

    child: Ints
    parent: Ints
    day: Ints
    sender: Texts
    town: Ints
    district: Ints
    number: Texts


def notification_registers(districts: tuple[str, ...]) -> list[RegisterFile]:
    """One register of notifications per police district."""
    return [
        RegisterFile(
            f"underretning-{slug(d)}", f"Underretninger, {d}", d, f"registers/underretning/{slug(d)}.csv", "utf-8"
        )
        for d in districts
    ]


def _from_schools(country: Country, rng: Rng) -> tuple[Ints, Ints]:
    """Children and days, more often where the mother's level of trouble is high."""
    birth, mother = country["birth"], country["mother"]
    low = np.maximum(birth + 365, country.start)
    high = np.minimum(np.minimum(birth + 18 * 365, country.end), country["death"])
    span = np.where(mother >= 0, np.maximum(high - low, 0), 0)
    weight = span * (0.5 + country["trouble"][mother])
    count = rng.poisson(world("notify_school") * span.sum() / 365.25)
    child = choose(rng, weight, count) if weight.sum() else np.zeros(0, dtype=np.int64)
    return child, low[child] + (rng.random(len(child)) * span[child]).astype(np.int64)


def notify(people: People, events: Events, rng: Rng) -> Notifications:
    """All notifications of the simulated years."""
    country = people.country
    told = np.flatnonzero((events.child >= 0) & (rng.random(len(events.day)) < world("notify_after_incident")))
    child, day = events.child[told], events.day[told] + rng.integers(1, 31, len(told))
    other_child, other_day = _from_schools(country, rng)
    sender = np.array([s for s, _ in _FROM_SCHOOL], dtype=object)[
        choose(rng, [w for _, w in _FROM_SCHOOL], len(other_child))
    ]
    sender = np.r_[np.full(len(child), "politi", dtype=object), sender]
    child, day = np.r_[child, other_child], np.r_[day, other_day]
    heard = (day < country.end) & (day < country["death"][child]) & (day >= country["birth"][child])
    heard &= people.stays.holds(child, day)  # nobody writes of a child that is abroad
    child, day, sender = child[heard], day[heard], sender[heard]
    order = np.lexsort((child, day))
    child, day, sender = child[order], day[order], sender[order]
    mother, father = country["mother"][child], country["father"][child]
    parent = np.where((rng.random(len(child)) < world("notify_father")) & (father >= 0), father, mother)
    parent = np.where((parent >= 0) & (country["death"][parent] > day), parent, -1)
    unit = people.stays.columns["unit"][people.stays.on(child, day)]
    town = country.places.unit_municipality[unit]
    year = calendar(day)[0]
    serial = padded(rank_in_group(year) + 1, 6)
    number = country.places.codes[town] + "-U" + serial + "-" + padded(year % 100, 2)
    return Notifications(child, parent, day, sender, town, country.places.district[town], number)


def _numbers(office: Office, there: Bools) -> tuple[Texts, Bools]:
    """Numbers as stated, and who has none: some, and whoever is not there."""
    number = office.people.numbers.on(office.who.person, office.who.day)
    without = office.slip.hits(office.rates["notification_no_cpr"], np.ones(len(there), dtype=bool))
    without |= ~there | (number == "")
    number[~without] = dashed(number[~without])
    number[without] = ""
    return number, without


def write_notifications(
    out: Path, people: People, notes: Notifications, *, rates: dict[str, float], rng: Rng
) -> dict[str, int]:
    """Write every district's notifications; rows per file."""
    clerk = notes.district * CLERKS_PER_DISTRICT + rng.integers(0, CLERKS_PER_DISTRICT, len(notes.child))
    slip = draw_sloppiness(clerk, np.arange(len(notes.child)), rng)
    known = notes.parent >= 0
    child = Office(people, Mentioned(notes.child, notes.day, clerk), rates, slip, rng)
    parent = Office(people, Mentioned(np.maximum(notes.parent, 0), notes.day, clerk), rates, slip, rng)
    child_cpr, child_unknown = _numbers(child, np.ones(len(known), dtype=bool))
    parent_cpr, parent_unknown = _numbers(parent, known)
    given, surname, _ = state_names(child, ~child_unknown)
    p_given, p_surname, _ = state_names(parent, ~parent_unknown)
    birth, _ = birth_days(child, np.zeros(len(known), dtype=bool))
    address, _ = home_texts(child)
    for texts in (p_given, p_surname):
        texts[~known] = ""
    columns = {
        "Sagsnr": notes.number,
        "Modtaget": iso_dates(notes.day),
        "Underretter": notes.sender,
        "Kommunekode": people.country.places.codes[notes.town],
        "BarnCpr": child_cpr,
        "BarnFornavn": given,
        "BarnEfternavn": surname,
        "BarnFoedselsdato": iso_dates(birth),
        "BarnKoen": np.where(people.numbers.male_on(notes.child, notes.day), "M", "K").astype(object),
        "BarnAdresse": address,
        "ForaelderCpr": parent_cpr,
        "ForaelderFornavn": p_given,
        "ForaelderEfternavn": p_surname,
    }
    counts = {}
    for number, register in enumerate(notification_registers(people.country.places.districts)):
        mine = notes.district == number
        counts[register.path] = write_rows(out / register.path, {k: v[mine] for k, v in columns.items()})
    return counts


def notification_ids(notes: Notifications, districts: tuple[str, ...]) -> Texts:
    """Incident ids of the notifications; the child's mention adds ``/barn``, the parent's ``/foraelder``."""
    names = np.array([r.name for r in notification_registers(districts)], dtype=object)
    return np.asarray(names[notes.district] + ":" + notes.number, dtype=object)
