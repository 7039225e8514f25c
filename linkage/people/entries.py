"""Entries of one day compared: how far apart in time, and whether people move between their streets.

A register that notes a name, a street and a day whenever somebody moves says little else. Entries of one
person lie within one life and within the part of the town it is led in; those of namesakes lie anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.collective.moves import Affinity, learn_affinity, rare_name_pairs
from linkage.comparison import NULL_LEVEL, Agreement, Comparison, Index
from linkage.ordering import codes
from linkage.people.mentions import Mentions

Ints = npt.NDArray[np.int64]

_APART = np.array([182, 730, 1461, 2922, 5844])
"""Days apart at which the next level begins."""
_SAME_DAY = 6
_MOVED = np.array([3.0, 2.0, 1.0, 0.0, -1.0])
"""Bits of affinity that a level asks for."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The one dated address of each mention that states no stay; -1 where there is none."""

    day: Ints
    """Days since 1970, meaningful where `door` or `street` is known."""
    door: Ints
    street: Ints
    dated: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TimeBetween:
    """Time between two entries; two entries of one day at two doors stand apart from all others."""

    entries: Entries
    name: str = "time between"
    conflicts: frozenset[int] = frozenset()

    level_names = (
        "within half a year",
        "within two years",
        "within four years",
        "within eight years",
        "within sixteen years",
        "further apart",
        "the same day, elsewhere",
    )
    frequency_weights = (0.0,) * 7
    shared = False

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level of each pair, null where a side is no dated entry or both are one entry told twice."""
        entries = self.entries
        apart = np.abs(entries.day[left] - entries.day[right])
        levels = np.searchsorted(_APART, apart, side="left").astype(np.uint8)
        levels[apart == 0] = _SAME_DAY
        same_door = (entries.door[left] >= 0) & (entries.door[left] == entries.door[right])
        known = entries.dated[left] & entries.dated[right] & ~(same_door & (apart == 0))
        return Agreement(np.where(known, levels, NULL_LEVEL).astype(np.uint8))


@dataclass(frozen=True, slots=True)
class Moves:
    """How often people move between the two streets, by :mod:`linkage.collective.moves`."""

    entries: Entries
    affinity: Affinity
    name: str = "moves"
    conflicts: frozenset[int] = frozenset()

    level_names = (
        "streets that people move between",
        "four times as often as by chance",
        "twice as often as by chance",
        "as often as by chance",
        "less often than by chance",
        "seldom",
    )
    frequency_weights = (0.0,) * 6
    shared = False

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level of each pair, null at one door (the residence says so) and where a street is unknown or rare."""
        entries = self.entries
        bits = self.affinity.between(entries.street[left], entries.street[right])
        same_door = (entries.door[left] >= 0) & (entries.door[left] == entries.door[right])
        levels = (_MOVED[None, :] > np.nan_to_num(bits)[:, None]).sum(axis=1)
        return Agreement(np.where(np.isnan(bits) | same_door, NULL_LEVEL, levels).astype(np.uint8))


def entry_comparisons(mentions: Mentions) -> tuple[Comparison, ...]:
    """Time between entries, and moves where enough rare names teach them; none where nothing is dated."""
    entries = _entries(mentions)
    if entries.dated.sum() < 2:
        return ()
    affinity = _affinity(mentions, entries)
    return (TimeBetween(entries),) if affinity is None else (TimeBetween(entries), Moves(entries, affinity))


def _entries(mentions: Mentions) -> Entries:
    claims = mentions.claims
    one = np.flatnonzero((np.diff(claims.offsets) == 1) & ~mentions.registered)
    at = claims.offsets[one]
    short = claims.end[at] - claims.start[at] == 1
    one, at = one[short], at[short]
    n = len(mentions)
    day, door, street = np.zeros(n, np.int64), np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    day[one], door[one], street[one] = claims.start[at], claims.door[at], claims.street[at]
    dated = np.zeros(n, bool)
    dated[one] = True
    return Entries(day, door, street, dated)


def _affinity(mentions: Mentions, entries: Entries) -> Affinity | None:
    given = np.where(entries.dated, codes(mentions.given), -1)
    left, right = rare_name_pairs(given, codes(mentions.surnames))
    moved = entries.door[left] != entries.door[right]
    return learn_affinity(
        entries.street[left[moved]], entries.street[right[moved]], int(entries.street.max(initial=-1)) + 1
    )
