"""What two mentions are compared by: names as sets, birth date, sex, personal numbers, and where they lived when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from linkage.comparison import Agreement, BirthDateComparison, Comparison, Index
from linkage.comparison.kernels import slipped
from linkage.names import given_variants, surname_variants
from linkage.people import name_sets
from linkage.people.claims import SLACK, Claims, compare_claims
from linkage.people.mentions import Mentions
from linkage.people.name_sets import NameSets, compare_sets

SWAPPED = 5
DIFFERENT = 6
"""Disagreement comes last, as everywhere; the swap of given name and surname stands before it."""


@dataclass(frozen=True, slots=True)
class NameSetComparison:
    """Two sets of names by their best pair; given names and surnames in each other's place are *swapped*."""

    name: str
    shared: bool
    sets: NameSets
    crosswise: tuple[NameSets, NameSets]
    """Sets over one vocabulary: this name, and the name it may have been swapped with."""
    conflicts: frozenset[int] = frozenset()

    level_names = (
        "all names the same",
        "a name in common",
        "nearly the same",
        "initial",
        "similar",
        "swapped",
        "different",
    )
    frequency_weights = (1.0, 1.0, 0.5, 0.25, 0.25, 0.5, 0.0)

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level of each pair and the frequency of the name they agree on."""
        levels, frequency = compare_sets(self.sets, left, right)
        missed = np.flatnonzero(levels == name_sets.OTHER)
        own, other = self.crosswise
        swapped = _crossed(left[missed], right[missed], own.of_mention, other.of_mention, own.offsets, own.members)
        levels[missed] = np.where(swapped, SWAPPED, DIFFERENT)
        return Agreement(levels, np.log2(frequency))


@njit(cache=True, nogil=True)
def _crossed(left: Any, right: Any, own: Any, other: Any, offsets: Any, members: Any) -> Any:
    """Whether the first name of each side is among the other names of the other side."""
    found = np.zeros(len(left), np.bool_)
    for p in range(len(left)):
        hits = 0
        for a, b in ((left[p], right[p]), (right[p], left[p])):
            if own[a] < 0 or other[b] < 0:
                break
            first = members[offsets[own[a]]]
            for k in range(offsets[other[b]], offsets[other[b] + 1]):
                if members[k] == first:
                    hits += 1
                    break
        found[p] = hits == 2
    return found


@dataclass(frozen=True, slots=True)
class ResidenceComparison:
    """Where two mentions lived at one time, by :mod:`linkage.people.claims`."""

    claims: Claims
    name: str = "residence"
    conflicts: frozenset[int] = frozenset()

    level_names = (
        "same home then",
        "same street door then",
        "same place at another time",
        "same street then",
        "same postcode then",
        "elsewhere then",
        "elsewhere, at another time",
    )
    frequency_weights = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    shared = True

    def compare(self, left: Index, right: Index) -> Agreement:
        """Best level over the claims of each pair and the share of claims at the matched street door."""
        claims = self.claims
        codes = np.stack([claims.unit, claims.door, claims.street, claims.postcode])
        levels, witness = compare_claims(
            left, right, claims.offsets, codes, np.stack([claims.start, claims.end]), SLACK
        )
        door = np.log2(_shares(claims.door))
        unit = np.where(claims.unit >= 0, np.log2(_shares(claims.unit)), door)
        rarity = np.zeros(len(left))
        matched = witness >= 0
        rarity[matched] = np.where(levels[matched] == 0, unit[witness[matched]], door[witness[matched]])
        return Agreement(levels, rarity)


def _shares(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Share of all claims that lie at each claim's place."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    share = np.where(codes >= 0, counts[np.maximum(codes, 0)], 1)
    return np.asarray(share / max(1, len(codes)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class NumberComparison:
    """Personal numbers that prove identity: equal, or of two persons.

    Numbers a slip apart (one digit, or two exchanged) say nothing either way: they share the digits of a
    birth date, which is compared already, and evidence must not count twice.
    """

    numbers: npt.NDArray[np.int64]
    """Shape (mentions, most numbers of one mention), the ten digits as an integer, -1 for none."""
    name: str = "number"
    conflicts: frozenset[int] = frozenset()

    level_names = ("same", "different")
    frequency_weights = (0.0, 0.0)
    shared = False

    def compare(self, left: Index, right: Index) -> Agreement:
        """Best level over the numbers of each pair."""
        return Agreement(_number_levels(self.numbers, left, right))


@njit(cache=True, nogil=True)
def _number_levels(numbers: Any, left: Any, right: Any) -> Any:
    """0 where a number is shared, 1 where none is, null where one side has none or the nearest are a slip apart."""
    levels = np.full(len(left), 255, np.uint8)
    for p in range(len(left)):
        best = 3
        for i in range(numbers.shape[1]):
            for j in range(numbers.shape[1]):
                a, b = numbers[left[p], i], numbers[right[p], j]
                if a >= 0 and b >= 0 and best > 0:
                    best = min(best, 0 if a == b else 1 if slipped(a, b, 10) else 2)
        if best == 0 or best == 2:
            levels[p] = best // 2
    return levels


@dataclass(frozen=True, slots=True)
class SexComparison:
    """Sex stated by both."""

    codes: npt.NDArray[np.int8]
    """0 F, 1 M, -1 unknown."""
    name: str = "sex"
    conflicts: frozenset[int] = frozenset()

    level_names = ("same", "different")
    frequency_weights = (0.0, 0.0)
    shared = False

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level of each pair."""
        a, b = self.codes[left], self.codes[right]
        return Agreement(np.where((a < 0) | (b < 0), 255, np.where(a == b, 0, 1)).astype(np.uint8))


def people_comparisons(mentions: Mentions) -> tuple[Comparison, ...]:
    """The comparisons of mentions, those without any value left out."""
    both = pa.concat_arrays([mentions.given, mentions.surnames])
    crosswise = _split(name_sets.build_sets(both, given_variants()), len(mentions.given))
    comparisons: list[Comparison] = [
        NameSetComparison("given", False, name_sets.build_sets(mentions.given, given_variants()), crosswise),
        NameSetComparison(
            "surname", True, name_sets.build_sets(mentions.surnames, surname_variants()), crosswise[::-1]
        ),
        ResidenceComparison(mentions.claims),
    ]
    if mentions.birth.known().any():
        comparisons.append(BirthDateComparison(mentions.birth))
    if (mentions.sex >= 0).any():
        comparisons.append(SexComparison(mentions.sex))
    if (mentions.numbers >= 0).any():
        comparisons.append(NumberComparison(mentions.numbers))
    return tuple(comparisons)


def _split(sets: NameSets, n: int) -> tuple[NameSets, NameSets]:
    """Two views of one vocabulary: the first `n` mentions' sets and the others'."""

    def view(part: npt.NDArray[np.int64]) -> NameSets:
        return replace(sets, of_mention=part)

    return view(sets.of_mention[:n]), view(sets.of_mention[n:])
