"""Which registered street a cut or misspelt one means, postcode by postcode."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from linkage.addresses.authority import Authority
from linkage.addresses.coding import Flags, column
from linkage.addresses.folding import town_key
from linkage.addresses.places import Places
from linkage.addresses.short_names import only_meaning
from linkage.addresses.streets import StreetNames
from linkage.geography import postcodes

MOST_EDITS = 3
"""Largest edit distance between a misspelt street and the one meant (washing class B)."""
LETTERS_PER_EDIT = 4
"""One edit is allowed per so many letters of the longer name, so that short names cannot turn into others."""
CLEAR = {1: 1, 2: 2, 3: 2}
"""How many edits farther the second nearest street must be, by the distance of the nearest."""

_CUT_SHORT = (("g", "ade"), ("v", "ej"))
"""Endings that clerks cut short, often without the full stop that would tell: Vesterbrog, Strandv."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """For each place the key of the street it means (null: none), and how that was seen."""

    street: pa.Array
    short: Flags
    typo: Flags
    old: Flags
    """The street was meant by a name it no longer bears."""
    several: Flags


@dataclass(frozen=True, slots=True)
class _Choice:
    street: str | None = None
    short: bool = False
    typo: bool = False
    old: bool = False
    several: bool = False


@dataclass(slots=True)
class _Area:
    """The streets of a postcode or town: keys with their spelling, and what each is called today."""

    spellings: dict[str, str]
    today: dict[str, str]


def correct_streets(places: Places, authority: Authority, asked: Flags, names: StreetNames) -> Corrections:
    """The street that each place asked about must mean in its postcode (without one: in its town)."""
    count = len(places.rows)
    rows = np.flatnonzero(asked)
    if not len(rows):
        none = np.zeros(count, dtype=np.bool_)
        return Corrections(pa.nulls(count, pa.string()), none, none, none, none)
    by_town = column(places.parts, "postcode")[int(rows[0])].as_py() is None
    town = "town_key" if by_town else "postcode"
    area = _areas(authority, names, by_town=by_town)
    stated = places.key(town, "street_key", "said_street").take(pa.array(rows)).dictionary_encode()
    choices = [_corrected(key, area) for key in stated.dictionary.to_pylist()]
    index = np.full(count, -1, dtype=np.int64)
    index[rows] = np.asarray(stated.indices.to_numpy(), dtype=np.int64)
    chosen = pa.array([c.street for c in choices], pa.string())

    def flags(name: str) -> Flags:
        return np.append(np.array([getattr(c, name) for c in choices], dtype=np.bool_), False)[index]

    street = chosen.take(pa.array(index, mask=index < 0))
    return Corrections(street, flags("short"), flags("typo"), flags("old"), flags("several"))


@cache
def _town_of_postcode() -> dict[str, str]:
    return {row["postcode"]: town_key(row["name"]) for row in postcodes().to_pylist()}


def _areas(authority: Authority, names: StreetNames, *, by_town: bool) -> dict[str, _Area]:
    areas: dict[str, _Area] = defaultdict(lambda: _Area({}, {}))
    towns = _town_of_postcode() if by_town else {}
    for postcode, key, spelling in zip(
        *(authority.streets[c].to_pylist() for c in ("postcode", "street_key", "spelling")), strict=True
    ):
        area = areas[towns.get(postcode, "") if by_town else postcode]
        area.spellings[key], area.today[key] = spelling, key
    for name in names.names:
        if name.postcode:
            area = areas[towns.get(name.postcode, "") if by_town else name.postcode]
            area.spellings.setdefault(name.key, name.spelling)
            area.today.setdefault(name.key, names.today(name.street).key)
    return areas


def _corrected(key: str, areas: dict[str, _Area]) -> _Choice:
    town, street, said = key.split("|", 2)
    area = areas.get(town)
    if not town or area is None or not street or street in area.spellings:
        return _Choice()
    short, several = only_meaning(said, area.spellings)
    if short is not None:
        return _Choice(area.today[short], short=True, old=area.today[short] != short)
    if several:
        return _Choice(several=True)
    near, tied = _nearest(street, list(area.spellings), area.today)
    if near is None:
        return _Choice(several=tied)
    return _Choice(area.today[near], typo=True, old=area.today[near] != near)


def nearest(street: str, choices: list[str]) -> str | None:
    """The one choice nearest to a street key within the allowed edits; None for none, or no clear one.

    >>> nearest("vesterbrogde", ["vesterbrogade", "vestergade"]), nearest("elvej", ["elmvej", "egvej"])
    ('vesterbrogade', None)
    """
    return _nearest(street, choices, {c: c for c in choices})[0]


def _nearest(street: str, choices: list[str], today: dict[str, str]) -> tuple[str | None, bool]:
    """The nearest choice, and whether another was too near; two names of one street are no rivals."""
    for letter, rest in _CUT_SHORT:
        if street.endswith(letter) and street + rest in today:
            return street + rest, False
    edits: dict[str, int] = {}
    allowed: set[str] = set()
    most = MOST_EDITS + max(CLEAR.values())
    for form in (str, _letters):
        spelt = form(street)
        near = process.extract(spelt, choices, scorer=OSA.distance, processor=form, score_cutoff=most, limit=4)
        for name, distance, _ in near:
            edits[name] = min(int(distance), edits.get(name, most))
            if distance <= min(MOST_EDITS, max(len(spelt), len(form(name))) // LETTERS_PER_EDIT):
                allowed.add(name)
    ranked = sorted((distance, name) for name, distance in edits.items())
    best = next(((d, n) for d, n in ranked if n in allowed), None)
    if best is None:
        return None, False
    rivals = [d for d, n in ranked if today[n] != today[best[1]]]
    clear = not rivals or min(rivals) - best[0] >= CLEAR.get(best[0], 1)
    return (best[1] if clear else None), not clear


@lru_cache(maxsize=1 << 16)
def _letters(key: str) -> str:
    """A key with one character per Danish letter, so that a slip in one of them is one edit too."""
    return key.replace("ae", "æ").replace("oe", "ø").replace("aa", "å")
