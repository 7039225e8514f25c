"""Finding the street door that a stated address means.

Routes are tried from the surest to the weakest, and each only on what the ones before left over.
A route that meets several doors finds none: guessing between two homes is worse than not knowing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from linkage.addresses.authority import Authority, access_ids
from linkage.addresses.places import Codes, Flags, Places, column, joined, look_up

MOST_EDITS = 3
"""Largest edit distance between a misspelt street and the one meant (washing class B)."""
LETTERS_PER_EDIT = 4
"""One edit is allowed per so many letters of the longer name, so that short names cannot turn into others."""

_CUT_SHORT = (("g", "ade"), ("v", "ej"))
"""Endings that clerks cut short, often without the full stop that would tell: Vesterbrog, Strandv."""

GRADES = ("A", "B", "C")
A, B, C = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Doors:
    """For each place the position of its street door in the authority (-1: none) and how well it matched."""

    access: Codes
    quality: Codes
    """0, 1, 2 for A, B, C, before floor and door are looked at."""


def find_doors(places: Places, authority: Authority, district: pa.Array) -> Doors:
    """The street door of every place that is not itself authoritative but says a street.

    Authoritative places find their own door. ``district`` is the police district of each place.
    """
    street, postcode = column(places.parts, "street_key"), column(places.parts, "postcode")
    has_postcode = _valid(postcode)
    access = look_up(access_ids(places), authority.access)
    stated = _by_name(places, authority.posts, postcode, street)
    access = np.where(has_postcode & ~places.authority, stated, access)
    quality = np.where(_town_agrees(places, authority, access) | places.authority, A, B)
    open_ = (access < 0) & places.stated

    corrected = _corrected_streets(places, authority, open_ & has_postcode)
    found = _by_name(places, authority.posts, postcode, corrected)
    access, quality, open_ = _settle(access, quality, open_ & _valid(corrected), found, B, open_)

    for name in ("city_key", "town_key"):
        found = _by_name(places, authority.names, column(places.parts, name), street)
        access, quality, open_ = _settle(access, quality, open_ & ~has_postcode, found, B, open_)
        access, quality, open_ = _settle(access, quality, open_ & has_postcode, found, C, open_)
    nowhere = ~has_postcode & ~_valid(column(places.parts, "city"))
    found = _by_name(places, authority.districts, district, street)
    access, quality, open_ = _settle(access, quality, open_ & nowhere, found, C, open_)
    return Doors(access, np.where(access < 0, C, quality))


def _valid(values: pa.Array) -> Flags:
    return np.asarray(values.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _settle(
    access: Codes, quality: Codes, asked: Flags, found: Codes, grade: int, open_: Flags
) -> tuple[Codes, Codes, Flags]:
    """Take what a route found for the places it was asked about."""
    hit = asked & (found >= 0)
    return np.where(hit, found, access), np.where(hit, grade, quality), open_ & ~hit


def _town_agrees(places: Places, authority: Authority, access: Codes) -> Flags:
    """Whether the town a place names is one its street door goes by; a place without a town agrees."""
    known = authority.names
    numbers = pa.array(access).cast(pa.string())
    keys = joined(numbers, column(places.parts, "city_key"))
    towns = pc.unique(joined(known["access"].combine_chunks().cast(pa.string()), column(known, "town")))
    return (look_up(keys, towns) >= 0) | ~_valid(column(places.parts, "city"))


def _by_name(places: Places, names: pa.Table, town: pa.Array, street: pa.Array) -> Codes:
    """The only street door with this town, street and house number."""
    keys = joined(column(names, "town"), column(names, "street_key"), column(names, "house_number"))
    coded = keys.dictionary_encode()
    group = np.asarray(coded.indices.to_numpy(), dtype=np.int64)
    access = np.asarray(column(names, "access").to_numpy(), dtype=np.int64)
    size = len(coded.dictionary)
    low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1, dtype=np.int64)
    np.minimum.at(low, group, access)
    np.maximum.at(high, group, access)
    only = np.append(np.where(low == high, low, -1), -1)
    asked = joined(town, street, column(places.parts, "house_number"))
    return np.where(_valid(town), only[look_up(asked, coded.dictionary)], -1)


def _corrected_streets(places: Places, authority: Authority, asked: Flags) -> pa.Array:
    """The registered street a misspelt one must mean in its postcode, null where none or several do."""
    known = joined(column(authority.streets, "postcode"), column(authority.streets, "street_key"))
    stated = places.key("postcode", "street_key")
    wrong = np.flatnonzero(asked & (look_up(stated, known) < 0))
    streets: dict[str, list[str]] = {}
    for postcode, street in zip(*(authority.streets[c].to_pylist() for c in ("postcode", "street_key")), strict=True):
        streets.setdefault(postcode, []).append(street)
    coded = stated.take(pa.array(wrong)).dictionary_encode()
    meant = []
    for key in coded.dictionary.to_pylist():
        postcode, street = key.split("|", 1)
        meant.append(nearest(street, streets.get(postcode, [])))
    out = np.full(len(places.rows), -1, dtype=np.int64)
    out[wrong] = np.asarray(coded.indices.to_numpy(), dtype=np.int64)
    return pa.array(meant, pa.string()).take(pa.array(out, mask=out < 0))


def nearest(street: str, choices: list[str]) -> str | None:
    """The one choice nearest to a street key within the allowed edits; None for none or a tie.

    >>> nearest("vesterbrogde", ["vesterbrogade", "vestergade"]), nearest("elvej", ["elmvej", "egvej"])
    ('vesterbrogade', None)
    """
    for letter, rest in _CUT_SHORT:
        if street.endswith(letter) and street + rest in choices:
            return street + rest
    edits: dict[str, int] = {}
    for form in (str, _letters):
        spelt = form(street)
        near = process.extract(spelt, choices, scorer=OSA.distance, processor=form, score_cutoff=MOST_EDITS, limit=2)
        for name, distance, _ in near:
            if distance <= max(len(spelt), len(form(name))) // LETTERS_PER_EDIT:
                edits[name] = min(int(distance), edits.get(name, MOST_EDITS))
    ranked = sorted((distance, name) for name, distance in edits.items())
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


@lru_cache(maxsize=1 << 16)
def _letters(key: str) -> str:
    """A key with one character per Danish letter, so that a slip in one of them is one edit too."""
    return key.replace("ae", "æ").replace("oe", "ø").replace("aa", "å")
