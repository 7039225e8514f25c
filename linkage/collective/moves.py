"""Between which places people move: learned from those whom a rare name gives away.

People move near, and along ways that others took. Where an entry of a register says no more than a name
and a street, the pair of streets is the best evidence left of who moved and who is a namesake. No map is
needed: pairs of mentions of one rare name are counted by their two places, and places that people come
to from the same third places are near too.

    affinity(a, b) = log2((C + w·T + k) / ((1 + w)·E + k)),  T = Pᵀ·D·P

*C* counts the pairs of places, *D* holds their sums, *P* is *C* over its row sums, *E* is what chance
alone would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.collective.ties import expand, offsets_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEWEST_PAIRS = 5_000
"""Pairs of one rare name from which affinities are worth learning."""
_MOST_PLACES = 3_000
"""Places that get an affinity, the most frequent ones: the table grows with their square."""
_THIRD_PLACES = 5.0
"""Weight of what third places say, `w`."""
_STEADY = 0.5
"""Moves added to both counts, so that rare places say little, `k`."""
_RARE = 0.02
"""Mentions that given name and surname would share by chance, below which one name is one person."""
_MOST_OF_A_NAME = 30
"""Mentions of one rare name above which it is no person's."""


@dataclass(frozen=True, slots=True)
class Affinity:
    """How much more often than by chance people move between two places, in bits."""

    code: Ints
    """Of each place its row in the table, -1 for none."""
    table: npt.NDArray[np.float32]

    def between(self, left: Ints, right: Ints) -> Floats:
        """Bits of each pair of places (-1 for unknown); not a number where a place is not in the table."""
        known = (left >= 0) & (right >= 0)
        a, b = self.code[np.where(known, left, 0)], self.code[np.where(known, right, 0)]
        known &= (a >= 0) & (b >= 0)
        bits = np.full(len(left), np.nan)
        bits[known] = self.table[a[known], b[known]]
        return bits


def rare_name_pairs(given: Ints, surname: Ints) -> tuple[Ints, Ints]:
    """Pairs of rows with one given name and one surname that hardly meet by chance; -1 is no name.

    A name is rare if the shares of both, multiplied by the number of rows, give less than two hundredths
    of a row: whoever bears it twice is rather one person.
    """
    n = len(given)
    rows = np.flatnonzero((given >= 0) & (surname >= 0))
    share_given = np.bincount(given[rows], minlength=1) / max(n, 1)
    share_surname = np.bincount(surname[rows], minlength=1) / max(n, 1)
    rows = rows[n * share_given[given[rows]] * share_surname[surname[rows]] < _RARE]
    packed = (given[rows] << 32) | surname[rows]
    order = np.argsort(packed, kind="stable")
    rows, packed = rows[order], packed[order]
    first = np.ones(len(rows), bool)
    first[1:] = packed[1:] != packed[:-1]
    group = np.cumsum(first) - 1
    offsets = offsets_of(group, int(first.sum()))
    few = np.flatnonzero(np.diff(offsets)[group] <= _MOST_OF_A_NAME)
    place, at = expand(offsets, group[few])
    left, right = few[place], at
    once = left < right
    return rows[left[once]], rows[right[once]]


def learn_affinity(left: Ints, right: Ints, places: int) -> Affinity | None:
    """Affinity of places from the places of pairs that are one person; None where there are too few pairs."""
    known = (left >= 0) & (right >= 0)
    left, right = left[known], right[known]
    if len(left) < FEWEST_PAIRS:
        return None
    count = np.bincount(np.append(left, right), minlength=places)
    chosen = np.argsort(-count, kind="stable")[:_MOST_PLACES]
    chosen = np.sort(chosen[count[chosen] > 0])
    code = np.full(places, -1, np.int64)
    code[chosen] = np.arange(len(chosen))
    a, b = code[left], code[right]
    inside = (a >= 0) & (b >= 0)
    size = len(chosen)
    counts = np.bincount(a[inside] * size + b[inside], minlength=size * size).reshape(size, size).astype(np.float64)
    counts += counts.T
    sums = counts.sum(axis=1)
    steps = counts / np.maximum(sums, 1.0)[:, None]
    third = steps.T @ counts
    chance = np.outer(sums, sums) / max(sums.sum(), 1.0)
    ratio = (counts + _THIRD_PLACES * third + _STEADY) / ((1.0 + _THIRD_PLACES) * chance + _STEADY)
    return Affinity(code, np.log2(ratio).astype(np.float32))
