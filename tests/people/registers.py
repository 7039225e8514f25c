"""Canonical tables of a few mentions, made by hand: what each says of names, birth, number and home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from linkage.addresses import wash_tables
from linkage.intervals import LAST_DAY
from linkage.tables import INCIDENTS, INVOLVEMENTS, PERSONS, REGISTERS, RESIDENCES

Home = tuple[str, str]
"""Street and house number, in one town."""


@dataclass(frozen=True, slots=True)
class Said:
    """One mention. A registered one (register `cpr`) has stays of years, a report an address of one day."""

    record_id: str
    given: str
    surname: str
    born: dt.date | None = None
    sex: str | None = None
    number: str | None = None
    number_type: str = "CPR"
    homes: Sequence[tuple[Home, dt.date, dt.date]] = field(default_factory=tuple)
    earlier: tuple[str, ...] = ()
    sealed: bool = False

    @property
    def register(self) -> str:
        """The part of the record id before the colon."""
        return self.record_id.split(":")[0]


def _provenance(said: Said) -> dict[str, Any]:
    return {
        "register": said.register,
        "district": None,
        "extract": "test",
        "source_row": said.record_id,
        "known_from": dt.date(2020, 1, 1),
        "known_to": LAST_DAY,
        "sealed": said.sealed,
    }


def tables(mentions: Sequence[Said], parties: Sequence[tuple[str, str]] = ()) -> dict[str, pa.Table]:
    """The canonical tables that a resolution reads; `parties` are pairs of incident and record id."""
    persons = [
        {
            "record_id": m.record_id,
            "given": m.given,
            "middle": None,
            "surname": m.surname,
            "earlier_surnames": list(m.earlier),
            "birth_date": m.born,
            "birth_precision": "day" if m.born else None,
            "sex": m.sex,
            "deceased": None,
            "identifiers": [{"type": m.number_type, "value": m.number}] if m.number else [],
            **_provenance(m),
        }
        for m in mentions
    ]
    stays = [_stay(m, home, start, end) for m in mentions for home, start, end in m.homes]
    involved = [
        {"incident_id": i, "record_id": r, "role": "SUSPECT", "stated_role": None, "outcome": None}
        | _provenance(next(m for m in mentions if m.record_id == r))
        for i, r in parties
    ]
    washed = wash_tables(pa.Table.from_pylist(stays, schema=RESIDENCES.schema), INCIDENTS.empty())
    registers = [
        {
            "register": name,
            "title": None,
            "district": None,
            "legal_basis": None,
            "retention": None,
            "synthetic": True,
            "one_record_per_person": name == "cpr",
        }
        for name in sorted({m.register for m in mentions})
    ]
    return {
        "persons": pa.Table.from_pylist(persons, schema=PERSONS.schema),
        "residences": washed.residences,
        "addresses": washed.addresses,
        "registers": pa.Table.from_pylist(registers, schema=REGISTERS.schema),
        "involvements": pa.Table.from_pylist(involved, schema=INVOLVEMENTS.schema),
    }


def _stay(said: Said, home: Home, start: dt.date, end: dt.date) -> dict[str, Any]:
    return {
        "record_id": said.record_id,
        "street": home[0],
        "house_number": home[1],
        "floor": None,
        "door": None,
        "locality": None,
        "postcode": "9000",
        "city": "Aalborg",
        "municipality": "0851",
        "address_id": None,
        "access_id": None,
        "grade": None,
        "valid_from": start,
        "valid_to": end,
        "uncertainty": "registered" if said.register == "cpr" else "stated",
        **_provenance(said),
    }


NAMES = ("Anders", "Bodil", "Carsten", "Ditte", "Erik", "Freja", "Gunnar", "Hanne", "Ivan", "Jytte", "Kaj", "Lone")
SURNAMES = ("Holm", "Krogh", "Lund", "Friis", "Toft", "Dahl", "Bruun", "Skov", "Juhl", "Munk", "Riis")


def town(size: int) -> list[Said]:
    """`size` registered persons with distinct names and homes, each with one good report: what a model learns from."""
    made = []
    for i in range(size):
        born = dt.date(1950, 1, 1) + dt.timedelta(days=211 * i)
        home = (f"{SURNAMES[i % 11]}vej", str(1 + i // 11))
        given = f"{NAMES[i % 12]} {NAMES[(i // 12) % 12]}"
        surname = f"{SURNAMES[(i // 7) % 11]}{SURNAMES[i % 11].lower()}"
        sex = "FM"[i % 2]
        number = f"{born:%d}{born.month + 80}{born:%y}{1000 + i}"
        made.append(Said(f"cpr:{i:04d}", given, surname, born, sex, number, homes=[(home, born, LAST_DAY)]))
        day = dt.date(2021, 3, 1) + dt.timedelta(days=i)
        seen = [(home, day, day + dt.timedelta(days=1))]
        told = number if i % 3 else None
        made.append(Said(f"north:{i:04d}", NAMES[i % 12], surname, born, sex, told, homes=seen))
    return made
