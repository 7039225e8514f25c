"""Why washing came to its answer: a fixed vocabulary, kept as bits while washing."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.tables import TEXT, TableShape


class Reason(StrEnum):
    """One thing that washing did, or could not do; several may hold for one place."""

    EXACT = "exact"
    """Every stated part equals that of a registered address."""
    SHORT_STREET_NAME = "short_street_name"
    """The street is the only one in its postcode that the abbreviation can stand for."""
    RENAMED_STREET = "renamed_street"
    """The street is stated by a name, or under a postcode, that it once had."""
    FORMER_MUNICIPALITY = "former_municipality"
    """The municipality code is one of before a reform."""
    STREET_TYPO = "street_typo"
    """The street is the nearest one within three edits, clear of the second."""
    TOWN_FOR_POSTCODE = "town_for_postcode"
    """No postcode: the town's name settled it."""
    LOCALITY_FOR_TOWN = "locality_for_town"
    """No postcode: a village's name (supplementary town name) stood for the town and settled it."""
    TOWN_DIFFERS = "town_differs"
    """The town's name is not the postcode's, but street and number are in the postcode."""
    WRONG_POSTCODE = "wrong_postcode"
    """No such street and number in the postcode, but in the town."""
    DISTRICT_ONLY = "district_only"
    """Neither postcode nor town: the stating register's police district settled it."""
    TOWN_MISSING = "town_missing"
    """Neither postcode nor town, and no district that settles it: the street may lie anywhere."""
    UNIT_MISSING = "unit_missing"
    """Floor and door are not stated, and the building's homes have them: its street door only."""
    UNIT_INCOMPLETE = "unit_incomplete"
    """Floor or door fits several homes: the street door only."""
    UNIT_GUESSED = "unit_guessed"
    """Floor and door as stated are not registered; the one home they can mean was taken."""
    UNIT_UNKNOWN = "unit_unknown"
    """Nobody is registered behind the stated floor and door."""
    NUMBER_MISSING = "number_missing"
    """No house number: the street only."""
    NUMBER_UNKNOWN = "number_unknown"
    """The street is known, the house number not."""
    STREET_UNKNOWN = "street_unknown"
    """No registered street is meant as far as can be seen."""
    AMBIGUOUS = "ambiguous"
    """Several registered addresses fit alike; none was taken."""


WASHED = TableShape(
    "washed",
    pa.schema(
        [
            pa.field("stated", TEXT, nullable=False),
            pa.field("registered", pa.bool_(), nullable=False),
            pa.field("address_id", TEXT, nullable=False),
            pa.field("access_id", TEXT, nullable=False),
            pa.field("grade", TEXT, nullable=False),
            pa.field("reasons", pa.list_(TEXT), nullable=False),
            pa.field("unit", pa.bool_(), nullable=False),
            pa.field("rows", pa.int64(), nullable=False),
        ]
    ),
    ("stated", "registered", "address_id"),
    "What washing did with every distinct place: `stated` is its parts in one line, `registered` that it is a "
    "registered residence, which others are washed against, `unit` whether a home was reached or only a street "
    "door, `rows` how many rows state it. Sealed rows state none.",
)
"""The account that washing gives of itself; beside the tables of :data:`linkage.tables.RESOLUTION`."""

Bits = npt.NDArray[np.int64]
_BIT = {reason: 1 << place for place, reason in enumerate(Reason)}


def bit(reason: Reason) -> int:
    """The number that stands for a reason among others."""
    return _BIT[reason]


def mark(bits: Bits, where: npt.NDArray[np.bool_], reason: Reason) -> None:
    """Add a reason to the places where it holds."""
    bits[where] |= _BIT[reason]


def unmark(bits: Bits, where: npt.NDArray[np.bool_], reason: Reason) -> None:
    """Take a reason from the places where it does not hold after all."""
    bits[where] &= ~_BIT[reason]


def words(bits: Bits) -> pa.ListArray:
    """The reasons of each place as a list of words, in the order of the vocabulary.

    >>> words(np.array([bit(Reason.EXACT) | bit(Reason.UNIT_MISSING)])).to_pylist()
    [['exact', 'unit_missing']]
    """
    distinct, index = np.unique(bits, return_inverse=True)
    lists = [[r.value for r in Reason if value & _BIT[r]] for value in distinct.tolist()]
    return pa.array(lists, pa.list_(pa.string())).take(pa.array(index))
