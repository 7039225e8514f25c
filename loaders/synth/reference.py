"""The public facts a synthetic Denmark stands on, read from ``loaders/reference``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkage import geography


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality with its police district and its weight in the population."""

    code: str
    name: str
    district: str
    residents: float
    """In thousands."""


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode inside one municipality."""

    code: str
    city: str
    municipality: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("loaders").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All municipalities by code.

    >>> len(municipalities()), len({m.district for m in municipalities()})
    (99, 12)
    """
    residents = {r["municipality"]: float(r["thousand_residents"]) for r in _rows("residents.csv")}
    return tuple(
        Municipality(r["municipality"], r["name"], r["district"], residents[r["municipality"]])
        for r in geography.municipalities().to_pylist()
    )


@cache
def postcodes() -> tuple[Postcode, ...]:
    """All pairs of postcode and municipality, by postcode."""
    return tuple(Postcode(r["postcode"], r["city"], r["municipality"]) for r in _rows("postcodes.csv"))


@cache
def ranked_names(kind: str) -> tuple[str, ...]:
    """The 500 commonest names of a kind (``surname``, ``female`` or ``male``), commonest first.

    >>> ranked_names("surname")[:2]
    ('Jensen', 'Nielsen')
    """
    return tuple(r[kind] for r in _rows("names.csv"))


@cache
def surname_shares() -> tuple[float, ...]:
    """Share of the population of each of the 20 commonest surnames, commonest first."""
    return tuple(float(r["share"]) for r in _rows("surname_counts.csv"))
