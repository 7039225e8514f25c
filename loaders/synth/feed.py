"""The population feed: the authority on who is who, with the field names of the CPR services."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from linkage.intervals import LAST
from loaders.synth.identifiers import calendar
from loaders.synth.mentions import People
from loaders.synth.names import NONE, given_texts, surname_texts
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Rng, Texts
from loaders.synth.spells import Spells
from loaders.synth.writing import iso_dates, write_rows

FOLDER = "registers/cpr"
FILES = (
    "person", "personnummer", "navn", "adresse", "foraelder", "foraeldremyndighed", "civilstand", "beskyttelse",
)  # fmt: skip


def person_ids(size: int, rng: Rng) -> Texts:
    """The feed's own person numbers, which say nothing about the order of persons in the truth."""
    return (rng.permutation(size) + 1_000_000).astype("U8").astype(object)


def eighteenth(birth: Ints) -> Ints:
    """The 18th birthday; of one born on 29 February, 1 March.

    >>> eighteenth(np.array([12477])).astype("datetime64[D]").tolist()  # born 2004-02-29
    [datetime.date(2022, 3, 1)]
    """
    year, month, day = calendar(birth)
    months = ((year + 18 - 1970) * 12 + month - 1).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]").astype(np.int64) + day - 1, dtype=np.int64)


def parents(people: People) -> dict[str, Any]:
    """Parents in law: child, parent and the child's birth, mothers first."""
    country = people.country
    blocks = []
    for number, relation in enumerate(("mother", "father")):
        child = np.flatnonzero(country[relation] >= 0)
        blocks.append((child, country[relation][child], np.full(len(child), number)))
    child, parent, is_father = (np.concatenate(c) for c in zip(*blocks, strict=True))
    order = np.lexsort((is_father, child))
    child = child[order]
    return {"child": child, "parent": parent[order], "father": is_father[order], "from": country["birth"][child]}


def custody(people: People) -> dict[str, Any]:
    """Holders of custody until the child is 18, one of them dies, or a separation ends it.

    Only what was still in force when the simulation began.
    """
    country, rows = people.country, parents(people)
    child, holder = rows["child"], rows["parent"]
    of_father = rows["father"] == 1
    holds = ~of_father | country["father_custody"][child]
    end = np.minimum(eighteenth(country["birth"][child]), country["death"][holder])
    end = np.minimum(end, np.where(of_father, country["father_custody_to"][child], LAST))
    end = np.minimum(end, country["death"][child])
    kept = holds & (end > country.start) & (end > rows["from"])
    end = np.where(end >= country.end, LAST, end)
    return {"child": child[kept], "holder": holder[kept], "from": rows["from"][kept], "to": end[kept]}


def _persons(people: People, ids: Texts) -> dict[str, Texts]:
    country = people.country
    dead = country["death"] < LAST
    status = np.where(dead, "90", "01").astype(object)
    since = np.where(dead, country["death"], country["birth"])
    return {
        "PersonId": ids,
        "Koen": np.where(country["male"], "M", "K").astype(object),
        "Foedselsdato": iso_dates(country["birth"]),
        "FoedselsdatoUsikkerhed": np.full(country.size, "", dtype=object),
        "Status": status,
        "Statusdato": iso_dates(since),
    }


def _names(people: People, ids: Texts) -> dict[str, Texts]:
    spells, columns = people.names, people.names.columns
    given = given_texts()[columns["first"]]
    second = columns["second"] != NONE
    given[second] += " " + given_texts()[columns["second"][second]]
    middle = np.where(columns["middle"] == NONE, "", surname_texts()[columns["middle"]]).astype(object)
    return {
        "PersonId": ids[spells.person],
        "Fornavne": given,
        "Mellemnavn": middle,
        "Efternavn": surname_texts()[columns["surname"]],
        "GyldigFra": iso_dates(spells.start),
        "GyldigTil": iso_dates(spells.end),
    }


def _addresses(people: People, ids: Texts) -> dict[str, Texts]:
    spells, places = people.stays, people.country.places
    unit = spells.columns["unit"]
    street = places.unit_street[unit]
    return {
        "PersonId": ids[spells.person],
        "Kommunekode": places.codes[places.unit_municipality[unit]],
        "Vejkode": places.street_code[street],
        "Vejnavn": places.street_name[street],
        "Husnummer": places.access_number[places.unit_access[unit]],
        "Etage": places.unit_floor[unit],
        "Sidedoer": places.unit_door[unit],
        "Postnummer": places.street_postcode[street],
        "Postdistrikt": places.street_city[street],
        "GyldigFra": iso_dates(spells.start),
        "GyldigFraUsikker": np.full(len(unit), "", dtype=object),
        "GyldigTil": iso_dates(spells.end),
    }


def _parents(people: People, ids: Texts, rng: Rng) -> dict[str, Texts]:
    rows = parents(people)
    number_only: Bools = rng.random(len(rows["child"])) < world("parent_by_number_only")
    return {
        "PersonId": ids[rows["child"]],
        "ForaelderPersonId": np.where(number_only, "", ids[rows["parent"]]).astype(object),
        "ForaelderPersonnummer": people.cpr[rows["parent"]],
        "Rolle": np.where(rows["father"] == 1, "far", "mor").astype(object),
        "GyldigFra": iso_dates(rows["from"]),
        "GyldigTil": np.full(len(rows["child"]), "", dtype=object),
    }


def _custody(people: People, ids: Texts) -> dict[str, Texts]:
    rows = custody(people)
    return {
        "PersonId": ids[rows["child"]],
        "IndehaverPersonId": ids[rows["holder"]],
        "IndehaverPersonnummer": people.cpr[rows["holder"]],
        "GyldigFra": iso_dates(rows["from"]),
        "GyldigTil": iso_dates(rows["to"]),
    }


def _civil_states(people: People, ids: Texts, spouses: Spells) -> dict[str, Texts]:
    left, right = spouses.person, spouses.columns["other"]
    person, other = np.r_[left, right], np.r_[right, left]
    start, end = np.r_[spouses.start, spouses.start], np.r_[spouses.end, spouses.end]
    order = np.lexsort((start, person))
    person, other, start, end = person[order], other[order], start[order], end[order]
    return {
        "PersonId": ids[person],
        "AegtefaellePersonId": ids[other],
        "AegtefaellePersonnummer": people.cpr[other],
        "Civilstand": np.full(len(person), "G", dtype=object),
        "GyldigFra": iso_dates(start),
        "GyldigTil": iso_dates(end),
    }


def _protections(ids: Texts, spells: Spells) -> dict[str, Texts]:
    return {
        "PersonId": ids[spells.person],
        "Beskyttelsestype": np.where(spells.columns["special"], "saerlig", "ordinaer").astype(object),
        "GyldigFra": iso_dates(spells.start),
        "GyldigTil": iso_dates(spells.end),
    }


def write_feed(
    out: Path, people: People, ids: Texts, *, spouses: Spells, protections: Spells, rng: Rng
) -> dict[str, int]:
    """Write the files of the population feed, each in order of PersonId; rows per file."""
    numbers = {
        "PersonId": ids,
        "Personnummer": people.cpr,
        "GyldigFra": iso_dates(people.country["birth"]),
        "GyldigTil": np.full(len(ids), "", dtype=object),
    }
    tables = {
        "person": _persons(people, ids),
        "personnummer": numbers,
        "navn": _names(people, ids),
        "adresse": _addresses(people, ids),
        "foraelder": _parents(people, ids, rng),
        "foraeldremyndighed": _custody(people, ids),
        "civilstand": _civil_states(people, ids, spouses),
        "beskyttelse": _protections(ids, protections),
    }
    counts = {}
    for name in FILES:
        columns = tables[name]
        order: Ints = np.argsort(columns["PersonId"].astype("U8"), kind="stable")
        path = f"{FOLDER}/{name}.csv"
        counts[path] = write_rows(out / path, {k: v[order] for k, v in columns.items()})
    return counts
