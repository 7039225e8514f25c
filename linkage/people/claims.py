"""Where each mention says it lived and when: the residences in a form that pairs can be compared in.

A *claim* is one row of `residences`: an address over an interval. Registered spells are claims over
years, a police report's address is a claim over one day. Sealed rows make no claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from linkage.intervals import FIRST
from linkage.ordering import codes, ordered_by

Ints = npt.NDArray[np.int64]

UNIT_THEN = 0
"""Same home at the same time."""
DOOR_THEN = 1
"""Same street door at the same time, the home unknown on one side."""
SAME_PLACE_OTHER_TIME = 2
STREET_THEN = 3
"""Same street and postcode at the same time, another house number."""
POSTCODE_THEN = 4
ELSEWHERE_THEN = 5
"""Both say where at one time, and it is not the same."""
ELSEWHERE_EVER = 6
"""No claims that speak of one time, and no common place."""

SLACK = 45
"""Days by which a report's address may precede or outlast the registered stay: people report a move late."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of all mentions: row `i` has those from `offsets[i]` to `offsets[i + 1]`, codes -1 where unknown."""

    offsets: Ints
    unit: Ints
    door: Ints
    street: Ints
    postcode: Ints
    start: Ints
    end: Ints


def build_claims(residences: pa.Table, addresses: pa.Table, record_ids: pa.Array) -> Claims:
    """Claims of the mentions `record_ids` (sorted), from washed residences.

    `unit` codes are given only where the address names one home.
    """
    residences = residences.select(_READ).filter(pc.invert(residences.column("sealed")))
    rows = pc.index_in(residences.column("record_id"), value_set=record_ids).combine_chunks()
    residences, row = residences.filter(pc.is_valid(rows)), pc.drop_null(rows).to_numpy().astype(np.int64)
    start, end = _days(residences, "valid_from"), _days(residences, "valid_to")
    order = ordered_by(row, start - FIRST)
    homes = addresses.filter(addresses.column("unit")).column("address_id")
    towns = pc.coalesce(residences.column("postcode"), residences.column("city"))
    streets = pc.binary_join_element_wise(towns, residences.column("street"), "|")
    offsets = np.zeros(len(record_ids) + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=len(record_ids)), out=offsets[1:])
    addresses_of, is_home = _homes(residences.column("address_id"), homes.combine_chunks())
    # A dated entry without an end says where somebody was on that day, not where they stayed.
    entry = pc.equal(residences.column("uncertainty"), "from_only").to_numpy(zero_copy_only=False)
    end = np.where(entry, start + 1, end)
    columns = (
        np.where(is_home, addresses_of, -1),
        codes(residences.column("access_id")),
        codes(streets),
        codes(residences.column("postcode")),
    )
    unit, door, street, postcode = (_renumbered(column[order]) for column in columns)
    return Claims(offsets, unit, door, street, postcode, start[order], end[order])


_READ = [
    *("record_id", "postcode", "city", "street", "address_id", "access_id", "valid_from", "valid_to", "uncertainty"),
    "sealed",
]


def _homes(column: pa.ChunkedArray, homes: pa.Array) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Codes of addresses, and which of them name one home."""
    encoded = column.combine_chunks().dictionary_encode()
    codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    home = np.append(pc.is_in(encoded.dictionary, value_set=homes).to_numpy(zero_copy_only=False), False)
    return codes, home[codes]


def _days(table: pa.Table, column: str) -> Ints:
    return np.asarray(table.column(column).cast(pa.int32()).to_numpy(), dtype=np.int64)


def _renumbered(codes: Ints) -> Ints:
    """Codes by first appearance, so that they do not depend on the order of the table."""
    first = np.full(int(codes.max(initial=-1)) + 2, len(codes), np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # the last of the falling rows stays; -1 has the last place
    number = np.full(len(first), -1, np.int64)
    number[np.argsort(first[:-1], kind="stable")] = np.arange(len(first) - 1)
    return number[codes]


@njit(cache=True, nogil=True)
def compare_claims(left: Any, right: Any, offsets: Any, codes: Any, spans: Any, slack: int) -> Any:
    """Best level over all claim pairs of each mention pair, and the index of the claim it matched on.

    `codes` has rows unit, door, street, postcode; `spans` start and end.
    """
    n = len(left)
    levels = np.full(n, 255, np.uint8)
    witness = np.full(n, -1, np.int64)
    for p in range(n):
        best = 255
        for a in range(offsets[left[p]], offsets[left[p] + 1]):
            for b in range(offsets[right[p]], offsets[right[p] + 1]):
                then = max(spans[0, a], spans[0, b]) - slack < min(spans[1, a], spans[1, b])
                same_unit = codes[0, a] >= 0 and codes[0, a] == codes[0, b]
                same_door = codes[1, a] >= 0 and codes[1, a] == codes[1, b]
                # Two known homes behind one street door are two homes.
                two_homes = codes[0, a] >= 0 and codes[0, b] >= 0 and not same_unit
                level = 255
                if then:
                    if same_unit:
                        level = 0
                    elif same_door and not two_homes:
                        level = 1
                    elif codes[2, a] >= 0 and codes[2, a] == codes[2, b]:
                        level = 3
                    elif codes[3, a] >= 0 and codes[3, a] == codes[3, b]:
                        level = 4
                    elif codes[1, a] >= 0 and codes[1, b] >= 0:
                        level = 5
                elif same_unit or (same_door and not two_homes):
                    level = 2
                elif codes[1, a] >= 0 and codes[1, b] >= 0:
                    level = 6
                if level < best:
                    best = level
                    witness[p] = a
        levels[p] = best
    return levels, witness
