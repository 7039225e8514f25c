"""Finding the street door that a stated address means.

Routes are tried from the surest to the weakest, and each only on what the ones before left over.
A route that meets several doors finds none: guessing between two homes is worse than not knowing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.authority import Authority, access_ids
from linkage.addresses.coding import Codes, Flags, column, filled, flags_of, joined, look_up
from linkage.addresses.correction import Corrections, correct_streets
from linkage.addresses.places import Places
from linkage.addresses.reasons import Bits, Reason, mark
from linkage.addresses.streets import NO_STREETS, StreetNames

GRADES = ("A", "B", "C")
A, B, C = 0, 1, 2
SEVERAL = -2


@dataclass(frozen=True, slots=True)
class Doors:
    """For each place the position of its street door in the authority (-1: none) and how well it matched."""

    access: Codes
    quality: Codes
    """0, 1, 2 for A, B, C, before floor and door are looked at."""
    reasons: Bits


class _Search:
    """The places on their way through the routes: what each found, and who is still without a door."""

    def __init__(self, places: Places, authority: Authority) -> None:
        self.places, self.authority = places, authority
        self.access = np.full(len(places.rows), -1, dtype=np.int64)
        self.quality = np.full(len(places.rows), C, dtype=np.int64)
        self.reasons = np.zeros(len(places.rows), dtype=np.int64)
        self.open = places.stated.copy()
        self.several = np.zeros(len(places.rows), dtype=np.bool_)

    def settle(self, asked: Flags, found: Codes, grade: int, *reasons: Reason) -> Flags:
        """Take what a route found for the open places it was asked about; which those were."""
        hit = asked & self.open & (found >= 0)
        self.several |= asked & self.open & (found == SEVERAL)
        self.access[hit], self.quality[hit] = found[hit], grade
        for reason in reasons:
            mark(self.reasons, hit, reason)
        self.open &= ~hit
        return hit

    def settle_corrected(
        self, asked: Flags, names: pa.Table, *, town: pa.Array, corrections: Corrections, grade: int
    ) -> Flags:
        """Take the doors behind corrected streets."""
        found = _by_name(self.places, names, town, corrections.street)
        hit = self.settle(asked & filled(corrections.street), found, grade)
        mark(self.reasons, hit & corrections.short, Reason.SHORT_STREET_NAME)
        mark(self.reasons, hit & corrections.typo, Reason.STREET_TYPO)
        mark(self.reasons, hit & corrections.old, Reason.RENAMED_STREET)
        self.several |= asked & self.open & corrections.several
        return hit


def find_doors(places: Places, authority: Authority, district: pa.Array, names: StreetNames = NO_STREETS) -> Doors:
    """The street door of every place that is not itself authoritative but says a street.

    Authoritative places find their own door. ``district`` is the police district of each place.
    """
    search = _Search(places, authority)
    street, postcode = column(places.parts, "street_key"), column(places.parts, "postcode")
    has_postcode = filled(postcode)
    own = look_up(access_ids(places), authority.access)
    search.settle(places.authority | ~has_postcode, own, A)
    hit = search.settle(has_postcode & ~places.authority, _by_name(places, authority.posts, postcode, street), A)
    differs = hit & ~_town_agrees(places, authority.names, search.access)
    search.quality[differs] = B
    mark(search.reasons, differs, Reason.TOWN_DIFFERS)

    corrections = correct_streets(places, authority, search.open & has_postcode, names)
    search.settle_corrected(has_postcode, authority.posts, town=postcode, corrections=corrections, grade=B)
    _by_town(search, street, has_postcode, names)
    nowhere = ~has_postcode & ~filled(column(places.parts, "city"))
    found = _by_name(places, authority.districts, district, street)
    search.settle(nowhere, found, C, Reason.DISTRICT_ONLY)
    _explain(search, street, corrections)
    return Doors(search.access, search.quality, search.reasons)


def _by_town(search: _Search, street: pa.Array, has_postcode: Flags, names: StreetNames) -> None:
    """Doors by the name of the town: with its quarter, without it, and for a misspelt street."""
    places, authority = search.places, search.authority
    for key in ("city_key", "town_key"):
        town = column(places.parts, key)
        found = _by_name(places, authority.names, town, street)
        hit = search.settle(~has_postcode, found, B)
        village = hit & ~_town_agrees(places, authority.towns, search.access)
        mark(search.reasons, village, Reason.LOCALITY_FOR_TOWN)
        mark(search.reasons, hit & ~village, Reason.TOWN_FOR_POSTCODE)
        search.settle(has_postcode, found, C, Reason.WRONG_POSTCODE)
    town = column(places.parts, "town_key")
    corrections = correct_streets(places, authority, search.open & ~has_postcode, names)
    hit = search.settle_corrected(~has_postcode, authority.names, town=town, corrections=corrections, grade=C)
    mark(search.reasons, hit, Reason.TOWN_FOR_POSTCODE)


def _explain(search: _Search, street: pa.Array, corrections: Corrections) -> None:
    """The reasons that do not belong to one route."""
    places = search.places
    found, lost = search.access >= 0, places.stated & (search.access < 0)
    mark(search.reasons, found & places.renamed, Reason.RENAMED_STREET)
    mark(search.reasons, found & places.former, Reason.FORMER_MUNICIPALITY)
    numbered = filled(column(places.parts, "house_number"))
    mark(search.reasons, places.stated & ~numbered, Reason.NUMBER_MISSING)
    mark(search.reasons, lost & search.several, Reason.AMBIGUOUS)
    lost &= numbered & ~search.several
    nowhere = lost & _without_town(places)
    mark(search.reasons, nowhere, Reason.TOWN_MISSING)
    lost &= ~nowhere
    known = _street_known(places, search.authority, street) | filled(corrections.street)
    mark(search.reasons, lost & known, Reason.NUMBER_UNKNOWN)
    mark(search.reasons, lost & ~known, Reason.STREET_UNKNOWN)
    mark(search.reasons, found & (search.reasons == 0), Reason.EXACT)


def _without_town(places: Places) -> Flags:
    said = pc.or_(*(pc.is_valid(column(places.parts, n)) for n in ("postcode", "city")))
    return ~flags_of(pc.or_(said, pc.is_valid(column(places.parts, "municipality"))))


def _street_known(places: Places, authority: Authority, street: pa.Array) -> Flags:
    """Whether some address of the street is registered in the place's postcode or town."""
    known = np.zeros(len(places.rows), dtype=np.bool_)
    for town, table in (("postcode", authority.posts), ("city_key", authority.names), ("town_key", authority.names)):
        keys = pc.unique(joined(column(table, "town"), column(table, "street_key")))
        said = column(places.parts, town)
        known |= (look_up(joined(said, street), keys) >= 0) & filled(said)
    return known


def _town_agrees(places: Places, names: pa.Table, access: Codes) -> Flags:
    """Whether the town a place names is one its street door goes by; a place without a town agrees."""
    numbers = pa.array(access).cast(pa.string())
    keys = joined(numbers, column(places.parts, "city_key"))
    plain = joined(numbers, column(places.parts, "town_key"))
    towns = pc.unique(joined(column(names, "access").cast(pa.string()), column(names, "town")))
    return (look_up(keys, towns) >= 0) | (look_up(plain, towns) >= 0) | ~filled(column(places.parts, "city"))


def _by_name(places: Places, names: pa.Table, town: pa.Array, street: pa.Array) -> Codes:
    """The only street door with this town, street and house number: -1 for none, SEVERAL for several."""
    keys = joined(column(names, "town"), column(names, "street_key"), column(names, "house_number"))
    coded = keys.dictionary_encode()
    group = np.asarray(coded.indices.to_numpy(), dtype=np.int64)
    access = np.asarray(column(names, "access").to_numpy(), dtype=np.int64)
    size = len(coded.dictionary)
    low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1, dtype=np.int64)
    np.minimum.at(low, group, access)
    np.maximum.at(high, group, access)
    only = np.append(np.where(low == high, low, SEVERAL), -1)
    asked = joined(town, street, column(places.parts, "house_number"))
    return np.where(filled(town) & filled(street), only[look_up(asked, coded.dictionary)], -1)
