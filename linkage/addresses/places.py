"""The distinct places of the tables, with the keys they are compared by.

Registers name the same place many times over; everything costly is done once per distinct place and
handed back to the rows by their code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.folding import city_key, street_key, town_key
from linkage.addresses.parts import normalise_parts
from linkage.geography import municipalities

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PLACE_COLUMNS = ("street", "house_number", "floor", "door", "locality", "postcode", "city", "municipality")
JOINT = "|"
"""Separates the parts of a key and of an id; no key holds it."""


def column(table: pa.Table, name: str) -> pa.Array:
    """One column of a table as one array."""
    return table.column(name).combine_chunks()


def codes_of(values: pa.Array) -> Codes:
    """A number for each distinct value, -1 for null; equal values have equal numbers."""
    coded = values.dictionary_encode()
    return np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def group_codes(columns: Sequence[Codes]) -> tuple[Codes, Codes]:
    """The first row of each distinct combination, and each row's group; groups in order of their codes."""
    combined = np.zeros(len(columns[0]), dtype=np.int64)
    for codes in columns:
        _, combined = np.unique(combined, return_inverse=True)
        span = int(codes.max(initial=-1)) + 2
        combined = combined.astype(np.int64) * span + codes + 1
    _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.astype(np.int64)


def map_distinct(values: pa.Array, rule: Callable[[str], str | None]) -> pa.Array:
    """``rule`` applied once to each distinct value."""
    coded = values.dictionary_encode()
    out = pa.array([rule(v) for v in coded.dictionary.to_pylist()], pa.string())
    return out.take(coded.indices)


def joined(*parts: pa.Array) -> pa.Array:
    """One key out of several parts; a null part reads as empty."""
    return pc.binary_join_element_wise(*(pc.fill_null(p, "") for p in parts), JOINT)


def look_up(keys: pa.Array, known: pa.Array) -> Codes:
    """The position of each key among distinct known keys, -1 where it is not one."""
    found = pc.index_in(keys, value_set=known, skip_nulls=True)
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Places:
    """Distinct places: their parts in normal form, their keys, and which of them are authoritative."""

    parts: pa.Table
    """``PLACE_COLUMNS``, ``district`` of the stating register, keys ``street_key``, ``city_key``, ``town_key``,
    ``locality_key``, ``where`` (postcode, else municipality, else town; both first where one is not enough)."""
    rows: Codes
    """Row count of each place."""
    authority: Flags
    stated: Flags
    """Whether the place says a street at all."""

    def key(self, *names: str) -> pa.Array:
        """A joint key over the named columns."""
        return joined(*(column(self.parts, n) for n in names))


def distinct_places(tables: Sequence[pa.Table], authority: Sequence[Flags]) -> tuple[Places, list[Codes]]:
    """The distinct places of the tables, and for each table the place of each of its rows."""
    names = [*PLACE_COLUMNS, "district"]
    stacked = pa.concat_tables([t.select(names) for t in tables]).combine_chunks()
    flags = np.concatenate(list(authority))
    first, inverse = group_codes([codes_of(column(stacked, n)) for n in names] + [flags.astype(np.int64)])
    kept = stacked.take(pa.array(first))
    places = Places(
        parts=_told_apart(_keyed(kept), flags[first]),
        rows=np.bincount(inverse, minlength=len(first)).astype(np.int64),
        authority=flags[first],
        stated=_filled(column(kept, "street")),
    )
    ends = np.cumsum([t.num_rows for t in tables])[:-1]
    return places, [np.asarray(part) for part in np.split(inverse, ends)]


def _filled(values: pa.Array) -> Flags:
    return np.asarray(values.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _keyed(places: pa.Table) -> pa.Table:
    fields = [n for n in PLACE_COLUMNS if n != "municipality"]
    normal = normalise_parts(pa.StructArray.from_arrays([column(places, n) for n in fields], names=fields))
    columns: dict[str, Any] = {n: pc.struct_field(normal, n) for n in fields}
    columns["municipality"] = map_distinct(column(places, "municipality"), lambda code: code.strip().zfill(4))
    columns["district"] = column(places, "district")
    columns["street_key"] = map_distinct(columns["street"], street_key)
    columns["city_key"] = map_distinct(columns["city"], city_key)
    columns["town_key"] = map_distinct(columns["city"], town_key)
    columns["locality_key"] = map_distinct(columns["locality"], city_key)
    in_municipality = pc.binary_join_element_wise("k", columns["municipality"], "")
    columns["where"] = pc.coalesce(columns["postcode"], in_municipality, columns["city_key"], pa.scalar("-"))
    return pa.table(columns)


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
