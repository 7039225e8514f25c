"""The population feed: the authority on who is who, with the field names of the CPR services."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linkage.intervals import LAST
from loaders.synth.country import NEVER
from loaders.synth.feed_columns import constant, days_column, looked_up, write_feed_file
from loaders.synth.mentions import People
from loaders.synth.names import given_texts, surname_texts
from loaders.synth.parameters import world
from loaders.synth.places import Places
from loaders.synth.relatives import custody, foster_parents, parents
from loaders.synth.sampling import Ints, Rng, Texts
from loaders.synth.spells import Spells

FOLDER = "registers/cpr"
FILES = (
    "person", "personnummer", "navn", "adresse", "deltbopael", "foraelder", "foraeldremyndighed", "anbringelse",
    "civilstand", "beskyttelse", "vej",
)  # fmt: skip

_SEXES = np.array(["K", "M"], dtype=object)
_STATES = np.array(["01", "80", "90"], dtype=object)
_ROLES = np.array(["mor", "far", "adoptiv"], dtype=object)
_PROTECTIONS = np.array(["ordinaer", "saerlig"], dtype=object)
Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lives:
    """What the feed tells of: persons, with their homes, marriages and protections as spells."""

    people: People
    ids: Ints
    """The feed's own person numbers."""
    seconds: Spells
    """Second homes of children in shared residence."""
    spouses: Spells
    protections: Spells


def person_numbers(size: int, rng: Rng) -> Ints:
    """The feed's own person numbers, which say nothing about the order of persons in the truth."""
    return np.asarray(rng.permutation(size) + 1_000_000, dtype=np.int64)


def _persons(lives: Lives) -> Columns:
    country = lives.people.country
    dead, away = country["death"] < LAST, country["abroad"] & (country["stay_from"] < country.end)
    here = np.where(country["came"] == NEVER, country["birth"], country["came"])
    since = np.where(dead, country["death"], np.where(away, country["stay_from"], here))
    return {
        "PersonId": lives.ids,
        "Koen": looked_up(_SEXES, country["male"].astype(np.int64)),
        "Foedselsdato": days_column(country["birth"]),
        "FoedselsdatoUsikkerhed": constant("", country.size),
        "Status": looked_up(_STATES, np.where(dead, 2, np.where(away, 1, 0))),
        "Statusdato": days_column(since),
    }


def _numbers(lives: Lives) -> Columns:
    held = lives.people.numbers.spells
    return {
        "PersonId": lives.ids[held.person],
        "Personnummer": pa.array(held.columns["text"], pa.string()),
        "GyldigFra": days_column(held.start),
        "GyldigTil": days_column(held.end),
    }


def _names(lives: Lives) -> Columns:
    spells = lives.people.names
    pairs = np.stack([spells.columns["first"], spells.columns["second"]])
    # persons share names: each pair of first and second name is put together once
    base = int(pairs.max(initial=0)) + 2
    keys, at = np.unique(pairs[0] * base + pairs[1] + 1, return_inverse=True)
    first, second = given_texts()[keys // base], keys % base - 1
    given = np.where(second >= 0, first + " " + given_texts()[second], first)
    return {
        "PersonId": lives.ids[spells.person],
        "Fornavne": looked_up(given, at),
        "Mellemnavn": looked_up(surname_texts(), spells.columns["middle"]),
        "Efternavn": looked_up(surname_texts(), spells.columns["surname"]),
        "GyldigFra": days_column(spells.start),
        "GyldigTil": days_column(spells.end),
    }


def _address(places: Places, unit: Ints, start: Ints) -> Columns:
    """Address fields as written on the day a stay was entered: a street renamed since bears its old name."""
    street = places.unit_street[unit]
    names = np.r_[places.street_name, places.street_earlier]
    old = (places.street_renamed[street] < LAST) & (start < places.street_renamed[street])
    return {
        "Kommunekode": looked_up(places.codes, places.unit_municipality[unit]),
        "Vejkode": looked_up(places.street_code, street),
        "Vejnavn": looked_up(names, street + old * len(places.street_name)),
        "Husnummer": looked_up(places.access_number, places.unit_access[unit]),
        "Etage": _coded(places.unit_floor, unit),
        "Sidedoer": _coded(places.unit_door, unit),
        "Postnummer": looked_up(places.street_postcode, street),
        "Postdistrikt": looked_up(places.street_city, street),
    }


def _coded(texts: Texts, rows: Ints) -> pa.DictionaryArray:
    different, at = np.unique(texts.astype("U8"), return_inverse=True)
    return looked_up(different.astype(object), at[rows])


def _addresses(lives: Lives) -> Columns:
    spells, places = lives.people.stays, lives.people.country.places
    unit = spells.columns["unit"]
    return {
        "PersonId": lives.ids[spells.person],
        **_address(places, unit, spells.start),
        "SupplerendeBynavn": looked_up(places.street_locality, places.unit_street[unit]),
        "GyldigFra": days_column(spells.start),
        "GyldigFraUsikker": constant("", len(unit)),
        "GyldigTil": days_column(spells.end),
    }


def _second_homes(lives: Lives) -> Columns:
    spells = lives.seconds
    return {
        "PersonId": lives.ids[spells.person],
        **_address(lives.people.country.places, spells.columns["unit"], spells.start),
        "GyldigFra": days_column(spells.start),
        "GyldigTil": days_column(spells.end),
    }


def _relation(lives: Lives, person: Ints, other: Ints, *, named: str, known: Any = None) -> Columns:
    """The columns that say who and with whom, by PersonId (where ``known``) and by the present number."""
    mask = None if known is None else ~known
    return {
        "PersonId": lives.ids[person],
        f"{named}PersonId": pa.array(lives.ids[other], mask=mask),
        f"{named}Personnummer": looked_up(lives.people.cpr, other),
    }


def _parents(lives: Lives, rng: Rng) -> Columns:
    rows = parents(lives.people.country)
    known = rng.random(len(rows["child"])) >= world("parent_by_number_only")
    return {
        **_relation(lives, rows["child"], rows["parent"], named="Foraelder", known=known),
        "Rolle": looked_up(_ROLES, np.where(rows["adoptive"] == 1, 2, rows["father"])),
        "GyldigFra": days_column(rows["from"]),
        "GyldigTil": days_column(rows["to"]),
    }


def _custody(lives: Lives) -> Columns:
    rows = custody(lives.people.country)
    return {
        **_relation(lives, rows["child"], rows["holder"], named="Indehaver"),
        "GyldigFra": days_column(rows["from"]),
        "GyldigTil": days_column(rows["to"]),
    }


def _placements(lives: Lives) -> Columns:
    rows = foster_parents(lives.people.country)
    return {
        **_relation(lives, rows["child"], rows["foster"], named="Plejeforaelder"),
        "GyldigFra": days_column(rows["from"]),
        "GyldigTil": days_column(rows["to"]),
    }


def _civil_states(lives: Lives) -> Columns:
    wed = lives.spouses
    left, right = wed.person, wed.columns["other"]
    order = np.lexsort((np.r_[wed.start, wed.start], np.r_[left, right]))
    person, other = np.r_[left, right][order], np.r_[right, left][order]
    return {
        **_relation(lives, person, other, named="Aegtefaelle"),
        "Civilstand": constant("G", len(person)),
        "GyldigFra": days_column(np.r_[wed.start, wed.start][order]),
        "GyldigTil": days_column(np.r_[wed.end, wed.end][order]),
    }


def _protections(lives: Lives) -> Columns:
    spells = lives.protections
    return {
        "PersonId": lives.ids[spells.person],
        "Beskyttelsestype": looked_up(_PROTECTIONS, spells.columns["special"].astype(np.int64)),
        "GyldigFra": days_column(spells.start),
        "GyldigTil": days_column(spells.end),
    }


def _streets(places: Places) -> Columns:
    """Every street with its names: one for most, without a first day, and two for a street that was renamed."""
    everyone, renamed = np.arange(len(places.street_name)), np.flatnonzero(places.street_renamed < LAST)
    street, old = np.r_[renamed, everyone], np.r_[np.ones(len(renamed)), np.zeros(len(everyone))].astype(bool)
    order = np.lexsort((~old, street))
    street, old = street[order], old[order]
    day = places.street_renamed[street]
    return {
        "Kommunekode": looked_up(places.codes, places.street_municipality[street]),
        "Vejkode": looked_up(places.street_code, street),
        "Vejnavn": looked_up(np.r_[places.street_name, places.street_earlier], street + old * len(everyone)),
        "Postnummer": looked_up(places.street_postcode, street),
        "GyldigFra": days_column(np.where(old, LAST, day)),
        "GyldigTil": days_column(np.where(old, day, LAST)),
    }


def write_feed(out: Path, lives: Lives, rng: Rng) -> dict[str, int]:
    """Write the files of the population feed, those of persons in order of PersonId; rows per file."""
    tables = {
        "person": lambda: _persons(lives),
        "personnummer": lambda: _numbers(lives),
        "navn": lambda: _names(lives),
        "adresse": lambda: _addresses(lives),
        "deltbopael": lambda: _second_homes(lives),
        "foraelder": lambda: _parents(lives, rng),
        "foraeldremyndighed": lambda: _custody(lives),
        "anbringelse": lambda: _placements(lives),
        "civilstand": lambda: _civil_states(lives),
        "beskyttelse": lambda: _protections(lives),
        "vej": lambda: _streets(lives.people.country.places),
    }
    counts = {}
    # one file at a time, so that no two are in memory together
    for name in FILES:
        columns = tables[name]()
        rows = len(next(iter(columns.values())))
        order = np.argsort(columns["PersonId"], kind="stable") if "PersonId" in columns else np.arange(rows)
        path = f"{FOLDER}/{name}.csv"
        counts[path] = write_feed_file(out / path, columns, order)
    return counts
