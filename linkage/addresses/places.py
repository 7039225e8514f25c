"""The distinct places of the tables, with the keys they are compared by.

Registers name the same place many times over; everything costly is done once per distinct place and
handed back to the rows by their code. A street is keyed by the name it bears today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.coding import Codes, Flags, codes_of, column, filled, flags_of, group_codes, joined, map_distinct
from linkage.addresses.folding import city_key, street_key, town_key
from linkage.addresses.parts import normalise_parts
from linkage.addresses.streets import NO_STREETS, StreetNames, Today, todays_names
from linkage.geography import municipalities, municipality_today

PLACE_COLUMNS = ("street", "house_number", "floor", "door", "locality", "postcode", "city", "municipality")
_TODAY = ("today_key", "today_street", "today_postcode")


@dataclass(frozen=True, slots=True)
class Places:
    """Distinct places: their parts in normal form, their keys, and which of them are authoritative."""

    parts: pa.Table
    """``PLACE_COLUMNS`` (street, postcode and municipality as of today, where known), ``stated`` (the parts as
    they were stated, in one line), ``district`` of the stating register, keys ``street_key``, ``city_key``,
    ``town_key``, ``locality_key``, ``where`` (postcode, else municipality, else town; both first where one is
    not enough) and ``said_street`` (the street as stated)."""
    rows: Codes
    """Row count of each place."""
    authority: Flags
    stated: Flags
    """Whether the place says a street at all."""
    renamed: Flags
    """Whether street or postcode were stated as they once were."""
    former: Flags
    """Whether the municipality was stated by a code of before a reform."""

    def key(self, *names: str) -> pa.Array:
        """A joint key over the named columns."""
        return joined(*(column(self.parts, n) for n in names))


def distinct_places(
    tables: Sequence[tuple[pa.Table, Codes]], authority: Sequence[Flags], names: StreetNames = NO_STREETS
) -> tuple[Places, list[Codes]]:
    """The distinct places of the tables, and for each table the place of each of its rows.

    Each table comes with the day of each row, which settles streets whose name has wandered.
    """
    columns = [*PLACE_COLUMNS, "district"]
    stacked = pa.concat_tables([t.select(columns) for t, _ in tables]).combine_chunks()
    days = np.concatenate([d for _, d in tables])
    flags = np.concatenate(list(authority))
    said = {n: column(stacked, n) for n in ("street", "postcode", "municipality", "city")}
    for name, values in zip(_TODAY, _columns(todays_names(said, days, names)), strict=True):
        stacked = stacked.append_column(name, values)
    codes = [codes_of(column(stacked, n)) for n in stacked.column_names]
    first, inverse = group_codes([*codes, flags.astype(np.int64)])
    kept = stacked.take(pa.array(first))
    parts, renamed, former = _keyed(kept)
    places = Places(
        parts=_told_apart(parts, flags[first]),
        rows=np.bincount(inverse, minlength=len(first)).astype(np.int64),
        authority=flags[first],
        stated=filled(column(kept, "street")),
        renamed=renamed,
        former=former,
    )
    ends = np.cumsum([t.num_rows for t, _ in tables])[:-1]
    return places, [np.asarray(part) for part in np.split(inverse, ends)]


def _columns(today: Today) -> tuple[pa.Array, pa.Array, pa.Array]:
    return today.key, today.spelling, today.postcode


def _keyed(places: pa.Table) -> tuple[pa.Table, Flags, Flags]:
    """Parts and keys of the places; which are stated by an old name, and which by an old municipality."""
    fields = [n for n in PLACE_COLUMNS if n != "municipality"]
    normal = normalise_parts(pa.StructArray.from_arrays([column(places, n) for n in fields], names=fields))
    columns: dict[str, Any] = {n: pc.struct_field(normal, n) for n in fields}
    codes = map_distinct(column(places, "municipality"), lambda code: code.strip().zfill(4))
    stated = joined(*(columns[n] for n in fields), codes)
    own_key = map_distinct(columns["street"], street_key)
    columns["said_street"] = columns["street"]
    moved = pc.fill_null(pc.not_equal(own_key, column(places, "today_key")), False)
    elsewhere = pc.fill_null(pc.not_equal(columns["postcode"], column(places, "today_postcode")), False)
    columns["street"] = pc.if_else(moved, column(places, "today_street"), columns["street"])
    columns["postcode"] = pc.if_else(elsewhere, column(places, "today_postcode"), columns["postcode"])
    pairs = joined(codes, pc.if_else(pc.is_valid(codes), columns["postcode"], pa.scalar(None, pa.string())))
    today = map_distinct(pairs, lambda pair: municipality_today(pair[:4], pair[5:] or None) or None)
    columns["municipality"] = pc.if_else(pc.is_valid(codes), today, pa.scalar(None, pa.string()))
    columns["stated"] = stated
    columns["district"] = column(places, "district")
    columns["street_key"] = pc.coalesce(column(places, "today_key"), own_key)
    columns["city_key"] = map_distinct(columns["city"], city_key)
    columns["town_key"] = map_distinct(columns["city"], town_key)
    columns["locality_key"] = map_distinct(columns["locality"], city_key)
    in_municipality = pc.binary_join_element_wise("k", columns["municipality"], "")
    columns["where"] = pc.coalesce(columns["postcode"], in_municipality, columns["city_key"], pa.scalar("-"))
    former = flags_of(pc.fill_null(pc.not_equal(codes, columns["municipality"]), False))
    return pa.table(columns), flags_of(pc.or_(moved, elsewhere)), former


def _told_apart(parts: pa.Table, authority: Flags) -> pa.Table:
    """Streets of one name in one postcode but two municipalities get both into ``where``.

    Only municipalities of today count: before a reform the same house lay in another one.
    """
    known = pc.is_in(parts["municipality"], municipalities()["municipality"].combine_chunks())
    known = pc.and_(pc.and_(known, pc.is_valid(parts["postcode"])), pa.array(authority))
    street = joined(column(parts, "where"), column(parts, "street_key"))
    pairs = pa.table({"street": street, "municipality": parts["municipality"]}).filter(known)
    several = pairs.group_by("street").aggregate([("municipality", "count_distinct")])
    several = several.filter(pc.greater(several["municipality_count_distinct"], 1))
    split = pc.and_(known, pc.is_in(street, several["street"].combine_chunks()))
    both = pc.binary_join_element_wise(parts["where"], parts["municipality"], "k")
    index = parts.schema.get_field_index("where")
    return parts.set_column(index, "where", pc.if_else(split, both, parts["where"]))
