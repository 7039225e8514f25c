"""Washing: every stated address gets the id of the registered address it means, or one of its own.

The addresses of registered residences are the authority; no service is asked. Grades follow the
public washing service: A all parts equal, B number, postcode, floor and door equal and the street
the one nearest within three edits, C everything else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.authority import Authority, build_authority
from linkage.addresses.coding import Codes, Flags, column, filled, look_up
from linkage.addresses.hubs import HubRules, crowded, days, named_hub
from linkage.addresses.match import GRADES, find_doors
from linkage.addresses.places import PLACE_COLUMNS, Places, distinct_places
from linkage.addresses.reasons import WASHED, words
from linkage.addresses.streets import NO_STREETS, street_names
from linkage.addresses.units import Washes, find_units, is_home
from linkage.geography import district_of, district_of_postcode
from linkage.intervals import FIRST, LAST
from linkage.tables import ADDRESSES, INCIDENTS, RESIDENCES

DEFAULT_RULES = HubRules()

OFFICIAL = pa.schema([(name, pa.string()) for name in PLACE_COLUMNS])
"""A list of official addresses in parts: every street door and unit that exists, lived in or not."""


class Washed(NamedTuple):
    """The tables with ``address_id``, ``access_id`` and ``grade`` filled, and every address they name."""

    residences: pa.Table
    incidents: pa.Table
    addresses: pa.Table
    washed: pa.Table
    """What was done with each distinct place, and why (shape ``WASHED``)."""


def wash_tables(
    residences: pa.Table,
    incidents: pa.Table,
    *,
    streets: pa.Table | None = None,
    official: pa.Table | None = None,
    hubs: HubRules = DEFAULT_RULES,
) -> Washed:
    """Wash the places of residences and incidents against the registered residences.

    Where no residence is registered (a historical register of dated entries), those entries are the
    authority, and where there are none either, every address seen is its own. Rows without a street,
    sealed ones among them, keep null ids and grade. The result does not depend on the order of rows.

    Args:
        residences: Shape ``RESIDENCES``.
        incidents: Shape ``INCIDENTS``.
        streets: Shape ``STREETS``; names that streets once bore are read by it.
        official: The parts of addresses known to exist (``OFFICIAL``), an authority beside the residences.
        hubs: When an address is no home.
    """
    residences, incidents = RESIDENCES.check(residences), INCIDENTS.check(incidents)
    tables = [(residences, days(residences, "valid_from")), (incidents, _days_of_incidents(incidents))]
    authority_rows, registered = _authority_rows(residences, incidents, listed=official is not None)
    names = street_names(streets) if streets is not None else NO_STREETS
    if official is not None:
        known = official.append_column("district", pa.nulls(len(official), pa.string()))
        tables.append((known, np.full(len(known), LAST - 1, dtype=np.int64)))
        authority_rows.append(np.ones(len(known), dtype=np.bool_))
    places, (of_residence, of_incident, *_) = distinct_places(tables, authority_rows, names)
    district = _districts(places)
    authority = build_authority(places, district)
    washes = find_units(places, authority, find_doors(places, authority, district, names))
    ids = pc.unique(pc.drop_null(washes.address_id))
    ids = ids.take(pc.sort_indices(ids))
    address = look_up(washes.address_id, ids)
    home = is_home(ids, authority, floors_known=registered or not bool(authority.bare().all()))
    crowd = crowded(residences, address[of_residence], len(ids), hubs)
    named = _any_of(
        address, named_hub(column(places.parts, "street"), column(places.parts, "locality"), hubs), len(ids)
    )
    seen = np.zeros(len(places.rows), dtype=np.bool_)
    seen[of_residence], seen[of_incident] = True, True
    addresses = _addresses(places, authority, washes, address=address, home=home, hub=named | (crowd & home))
    return Washed(
        _filled(residences, washes, of_residence),
        _filled(incidents, washes, of_incident),
        ADDRESSES.check(addresses.filter(pa.array(_any_of(address, seen, len(ids))))),
        WASHED.check(_explained(places, washes, np.where(seen, address, -1), home)),
    )


def _days_of_incidents(incidents: pa.Table) -> Codes:
    """The day of each incident; of an undated one, before all time."""
    day = pc.coalesce(column(incidents, "occurred"), column(incidents, "reported")).cast(pa.int32())
    return np.asarray(pc.fill_null(day, FIRST).to_numpy(zero_copy_only=False), dtype=np.int64)


def _explained(places: Places, washes: Washes, address: Codes, home: Flags) -> pa.Table:
    """One row per place as stated, answer and reasons."""
    told = np.flatnonzero((address >= 0) & places.stated)
    rows = pa.array(told)
    each = pa.table(
        {
            "stated": column(places.parts, "stated").take(rows),
            "address_id": washes.address_id.take(rows),
            "access_id": washes.access_id.take(rows),
            "grade": pa.array(GRADES).take(pa.array(washes.grade[told])),
            "bits": pa.array(washes.reasons[told]),
            "unit": pa.array(home[address[told]]),
            "registered": pa.array(places.authority[told]),
            "rows": pa.array(places.rows[told]),
        }
    )
    keys = ["stated", "registered", "address_id", "access_id", "grade", "bits", "unit"]
    once = each.group_by(keys).aggregate([("rows", "sum")]).rename_columns({"rows_sum": "rows"})
    once = once.sort_by([(k, "ascending") for k in keys])
    reasons = words(np.asarray(column(once, "bits").to_numpy(), dtype=np.int64))
    return once.drop_columns(["bits"]).append_column("reasons", reasons)


def _authority_rows(residences: pa.Table, incidents: pa.Table, *, listed: bool) -> tuple[list[Flags], bool]:
    """Which rows of each table are authoritative, and whether they write floors where there are any.

    Where official addresses are ``listed``, they take the place of what is only stated.
    """
    has_street = filled(column(residences, "street"))
    for uncertainty in ("registered", "from_only"):
        said = pc.equal(column(residences, "uncertainty"), uncertainty).to_numpy(zero_copy_only=False)
        rows = np.asarray(said, dtype=np.bool_) & has_street
        if rows.any() or (listed and uncertainty == "registered"):
            return [rows, np.zeros(incidents.num_rows, dtype=np.bool_)], uncertainty == "registered"
    return [has_street, np.ones(incidents.num_rows, dtype=np.bool_)], False


def _districts(places: Places) -> pa.Array:
    parts = places.parts
    return pc.coalesce(
        district_of(column(parts, "municipality")),
        district_of_postcode(column(parts, "postcode")),
        column(parts, "district"),
    )


def _any_of(group: Codes, flags: Flags, count: int) -> Flags:
    return np.bincount(group[(group >= 0) & flags], minlength=count) > 0


def _filled(table: pa.Table, washes: Washes, place: Codes) -> pa.Table:
    rows = pa.array(place)
    grade = pa.array(GRADES).take(pa.array(washes.grade)).take(rows)
    address = washes.address_id.take(rows)
    columns = {
        "address_id": address,
        "access_id": washes.access_id.take(rows),
        "grade": pc.if_else(pc.is_null(address), pa.scalar(None, pa.string()), grade),
    }
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), values)
    return table


def _addresses(
    places: Places, authority: Authority, washes: Washes, *, address: Codes, home: Flags, hub: Flags
) -> pa.Table:
    """One row per address id, in the spelling most rows use; authoritative spellings come first."""
    chosen = _best_spelling(places, address)
    parts = places.parts.take(pa.array(chosen))
    own = _own_unit(places, authority, washes, chosen)
    municipality = column(parts, "municipality")
    district = pc.coalesce(district_of(municipality), district_of_postcode(column(parts, "postcode")))
    return pa.table(
        {
            "address_id": washes.address_id.take(pa.array(chosen)),
            "access_id": washes.access_id.take(pa.array(chosen)),
            "street": column(parts, "street"),
            "house_number": column(parts, "house_number"),
            "floor": own[0],
            "door": own[1],
            "postcode": column(parts, "postcode"),
            "city": column(parts, "city"),
            "municipality": municipality,
            "district": district,
            "unit": pa.array(home),
            "hub": pa.array(hub),
        }
    )


def _own_unit(places: Places, authority: Authority, washes: Washes, chosen: Codes) -> tuple[pa.Array, pa.Array]:
    """Floor and door that the id itself names, which a text resolved to it need not state."""
    ids = washes.address_id.take(pa.array(chosen))
    access = washes.access_id.take(pa.array(chosen))
    bare = pc.equal(ids, access)
    position = look_up(ids, authority.units)
    index = pa.array(position, mask=position < 0)
    said = [column(places.parts, n).take(pa.array(chosen)) for n in ("floor", "door")]
    known = [authority.unit_floor.take(index), authority.unit_door.take(index)]
    none = pa.scalar(None, pa.string())
    floor, door = (pc.if_else(bare, none, pc.coalesce(k, s)) for k, s in zip(known, said, strict=True))
    return floor, door


def _best_spelling(places: Places, address: Codes) -> Codes:
    """The place that gives each address its parts: authoritative, then most rows, then first by spelling."""
    spelling = places.key("street", "house_number", "postcode", "city", "municipality", "locality", "floor", "door")
    rank = np.empty(len(address), dtype=np.int64)
    rank[pc.sort_indices(spelling).to_numpy()] = np.arange(len(address))
    order = np.lexsort((rank, -places.rows, places.renamed, ~places.authority, address))
    order = order[address[order] >= 0]
    _, first = np.unique(address[order], return_index=True)
    return np.asarray(order[first], dtype=np.int64)
