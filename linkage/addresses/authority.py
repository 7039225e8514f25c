"""The authority: the street doors and units that registered residences name.

A street door (access) is where + street + house number; a unit adds floor and door. Ids are made of
content, so the same address has the same id in every run and every register, and can be read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.coding import Codes, Flags, column, joined, look_up, map_distinct
from linkage.addresses.folding import city_key, town_key
from linkage.addresses.places import Places
from linkage.geography import postcode_name


def access_ids(places: Places) -> pa.Array:
    """The id of each place's street door; null where it says no street.

    ``1620|vesterbrogade|12b``; the municipality (``k0101``) or the town stands in for a missing postcode.
    """
    ids = places.key("where", "street_key", "house_number")
    return pc.if_else(pa.array(places.stated), ids, pa.scalar(None, pa.string()))


def unit_ids(access: pa.Array, floor: pa.Array, door: pa.Array) -> pa.Array:
    """The id of each unit: the street door's id, with floor and door where either is said."""
    bare = pc.and_(pc.is_null(floor), pc.is_null(door))
    full = pc.if_else(pc.is_null(access), pa.scalar(None, pa.string()), joined(access, floor, door))
    return pc.if_else(bare, access, full)


@dataclass(frozen=True, slots=True)
class Authority:
    """Indexes over the authoritative places; positions count in ``access`` and ``units``."""

    access: pa.Array
    """Distinct street doors, sorted."""
    units: pa.Array
    """Distinct unit ids, sorted."""
    unit_access: Codes
    unit_floor: pa.Array
    unit_door: pa.Array
    streets: pa.Table
    """Distinct ``postcode`` and ``street_key``, with one ``spelling``."""
    posts: pa.Table
    """Per place: ``access`` position, its postcode as ``town``, ``street_key``, ``house_number``."""
    names: pa.Table
    """The same for every name that its town goes by, villages (localities) among them."""
    towns: pa.Table
    """The same without the villages."""
    districts: pa.Table
    """The same with the register's or municipality's police district for ``town``."""

    def bare(self) -> Flags:
        """Which units are named by the street door alone."""
        neither = pc.and_(pc.is_null(self.unit_floor), pc.is_null(self.unit_door))
        return np.asarray(neither.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def units_of_access(self) -> Codes:
        """How many units each street door has."""
        return np.bincount(self.unit_access, minlength=len(self.access)).astype(np.int64)


def build_authority(places: Places, district: pa.Array) -> Authority:
    """Index the authoritative places; ``district`` is the police district of each place."""
    chosen = np.flatnonzero(places.authority & places.stated)
    taken = pa.array(chosen)
    parts = places.parts.take(taken)
    doors = access_ids(places).take(taken)
    floor, door = column(parts, "floor"), column(parts, "door")
    ids = unit_ids(doors, floor, door)
    access = _sorted_distinct(doors)
    units = _sorted_distinct(ids)
    access_of = look_up(doors, access)
    first = _first_of(look_up(ids, units), len(units))
    streets = parts.select(["postcode", "street_key", "street"]).group_by(["postcode", "street_key"])
    spelt = streets.aggregate([("street", "min")]).rename_columns({"street_min": "spelling"})
    towns = [_named(parts, access_of, alias) for alias in _town_names(parts)]
    villages = _named(parts, access_of, column(parts, "locality_key"))
    return Authority(
        access=access,
        units=units,
        unit_access=access_of[first],
        unit_floor=floor.take(pa.array(first)),
        unit_door=door.take(pa.array(first)),
        streets=spelt.sort_by([("postcode", "ascending"), ("street_key", "ascending")]),
        posts=_named(parts, access_of, column(parts, "postcode")),
        names=_once([*towns, villages]),
        towns=_once(towns),
        districts=_named(parts, access_of, district.take(taken)),
    )


def _sorted_distinct(values: pa.Array) -> pa.Array:
    distinct = pc.unique(values)
    return distinct.take(pc.sort_indices(distinct))


def _first_of(groups: Codes, count: int) -> Codes:
    first = np.full(count, len(groups), dtype=np.int64)
    np.minimum.at(first, groups, np.arange(len(groups)))
    return first


def _named(parts: pa.Table, access_of: Codes, town: pa.Array) -> pa.Table:
    table = pa.table(
        {
            "access": pa.array(access_of),
            "town": town,
            "street_key": column(parts, "street_key"),
            "house_number": column(parts, "house_number"),
        }
    )
    return table.filter(pc.is_valid(table["town"]))


def _town_names(parts: pa.Table) -> list[pa.Array]:
    """Every name a text may give the town: as registered and the postcode's own, with and without quarter."""
    official = postcode_name(column(parts, "postcode"))
    return [
        column(parts, "city_key"),
        column(parts, "town_key"),
        map_distinct(official, city_key),
        map_distinct(official, town_key),
    ]


def _once(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).group_by(["access", "town", "street_key", "house_number"]).aggregate([])
