"""Codes for columns: equal values get equal numbers, so that what is costly is done once per distinct value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ordering import numbered

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

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
    combined, bits = np.zeros(len(columns[0]), dtype=np.int64), 0
    for codes in columns:
        more = (int(codes.max(initial=-1)) + 1).bit_length()
        if bits + more > _KEY_BITS:
            distinct, combined = numbered(combined)
            bits = len(distinct).bit_length()
        combined, bits = combined << more | (codes + 1), bits + more
    order = np.argsort(combined, kind="stable")
    ordered = combined[order]
    fresh = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(fresh) - 1
    return order[fresh], group


_KEY_BITS = 63
"""Bits of one sort key; columns share a key as far as they fit."""


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


def flags_of(values: pa.Array) -> Flags:
    """A boolean column without nulls as an array."""
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.bool_)


def filled(values: pa.Array) -> Flags:
    """Which values are not null."""
    return flags_of(values.is_valid())
