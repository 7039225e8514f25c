"""From street door to home: floor and door against the units the door is known to have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.authority import Authority, access_ids, unit_ids
from linkage.addresses.coding import Codes, Flags, column, filled, flags_of, joined, look_up
from linkage.addresses.match import SEVERAL, A, C, Doors
from linkage.addresses.places import Places
from linkage.addresses.reasons import Bits, Reason, mark, unmark


@dataclass(frozen=True, slots=True)
class Washes:
    """What washing says of each distinct place: ids (null where no street is said) and grade (0, 1, 2)."""

    address_id: pa.Array
    access_id: pa.Array
    grade: Codes
    reasons: Bits


def find_units(places: Places, authority: Authority, doors: Doors) -> Washes:
    """The unit of each place behind its street door.

    Floor and door as registered keep the grade of the door; so does a text without both, which names
    the building. Otherwise the only unit that fits is taken at grade C, and a unit that nobody is
    registered in gets an id of its own, also C.
    """
    floor, door = column(places.parts, "floor"), column(places.parts, "door")
    own = access_ids(places)
    known = doors.access >= 0
    access = pc.if_else(pa.array(known), authority.access.take(_index(doors.access)), own)
    stated = unit_ids(access, floor, door)
    exact = look_up(stated, authority.units) >= 0
    bare = flags_of(pc.and_(pc.is_null(floor), pc.is_null(door)))
    fitting = _fitting_unit(places, authority, doors)
    taken = known & ~exact & ~bare & (fitting >= 0)
    address = pc.if_else(pa.array(taken), authority.units.take(_index(fitting)), stated)
    vague = known & ~exact & ~bare & (fitting == SEVERAL)
    address = pc.if_else(pa.array(vague), access, address)
    grade = np.where(exact | bare, doors.quality, C)
    no_number = ~filled(column(places.parts, "house_number"))
    grade = np.where(~known | (no_number & ~places.authority), C, grade)
    reasons = doors.reasons.copy()
    told = known & ~places.authority
    alone = (authority.units_of_access() == 1)[doors.access]
    mark(reasons, told & bare & ~(alone & exact), Reason.UNIT_MISSING)
    unmark(reasons, told & ~exact & ~bare, Reason.EXACT)
    mark(reasons, told & taken, Reason.UNIT_GUESSED)
    mark(reasons, told & vague, Reason.UNIT_INCOMPLETE)
    mark(reasons, told & ~exact & ~bare & ~taken & ~vague, Reason.UNIT_UNKNOWN)
    return Washes(address, access, np.where(places.authority, A, grade), reasons)


def _index(positions: Codes) -> pa.Array:
    return pa.array(positions, mask=positions < 0)


def _fitting_unit(places: Places, authority: Authority, doors: Doors) -> Codes:
    """The only unit that fits what is said of floor and door; -1 for none, SEVERAL for several."""
    floor, door = column(places.parts, "floor"), column(places.parts, "door")
    at = pa.array(doors.access).cast(pa.string())
    unit_at = pa.array(authority.unit_access).cast(pa.string())
    by_floor = _only(joined(at, floor), joined(unit_at, authority.unit_floor))
    by_door = _only(joined(at, door), joined(unit_at, authority.unit_door))
    has_floor, has_door = filled(floor), filled(door)
    whole_floor = (by_floor >= 0) & flags_of(pc.is_null(authority.unit_door.take(_index(by_floor))))
    fitting = np.where(has_floor & (~has_door | whole_floor), by_floor, np.where(~has_floor & has_door, by_door, -1))
    alone = (authority.units_of_access() == 1)[doors.access]
    house = look_up(authority.access.take(_index(doors.access)), authority.units)
    return np.where((doors.access >= 0) & alone & (house >= 0), house, fitting)


def _only(asked: pa.Array, known: pa.Array) -> Codes:
    coded = known.dictionary_encode()
    group = np.asarray(coded.indices.to_numpy(), dtype=np.int64)
    size = len(coded.dictionary)
    last = np.full(size, -1, dtype=np.int64)
    last[group] = np.arange(len(group))
    only = np.append(np.where(np.bincount(group, minlength=size) == 1, last, SEVERAL), -1)
    return only[look_up(asked, coded.dictionary)].astype(np.int64)


def is_home(ids: pa.Array, authority: Authority, *, floors_known: bool) -> Flags:
    """Whether each address id names one home.

    True for a unit with a door, or with a floor that has no second unit; and for a bare house number
    whose building has no other unit, provided the registers write floors at all. A unit nobody is
    registered in counts only when it states floor and door.
    """
    per_access = authority.units_of_access()
    per_floor = _per_floor(authority)
    bare = authority.bare()
    has_door = filled(authority.unit_door)
    alone = per_access[authority.unit_access] == 1
    numbered = ~flags_of(pc.ends_with(authority.access, "|"))[authority.unit_access]
    known_home = np.where(bare, alone & numbered & floors_known, has_door | (per_floor == 1))
    position = look_up(ids, authority.units)
    complete = flags_of(pc.match_substring_regex(ids, r"^[^|]*\|[^|]+\|[^|]+\|[^|]+\|[^|]+$"))
    return np.where(position >= 0, known_home[position], complete) if len(known_home) else complete


def _per_floor(authority: Authority) -> Codes:
    keys = joined(pa.array(authority.unit_access).cast(pa.string()), authority.unit_floor)
    group = np.asarray(keys.dictionary_encode().indices.to_numpy(), dtype=np.int64)
    return np.bincount(group)[group].astype(np.int64) if len(group) else group
