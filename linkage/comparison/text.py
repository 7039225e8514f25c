"""Comparison of names, places and numbers on ladders of levels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from linkage.comparison import kernels
from linkage.comparison.protocol import NULL_LEVEL, Agreement, Index, Levels
from linkage.comparison.vocabulary import Codes, Vocabulary, log2_frequencies

SWAPPED = 5
"""Level of a given name and surname that stand in each other's place."""
DIFFERENT = 4


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels of one kind of value, and how far a rare value counts more at each."""

    number: int
    level_names: tuple[str, ...]
    frequency_weights: tuple[float, ...]


LADDERS = {
    "name": Ladder(
        kernels.NAME,
        ("exact", "nearly the same", "part, prefix or initial", "similar", "different", "swapped"),
        (1.0, 0.5, 0.25, 0.25, 0.0, 0.5),
    ),
    "number": Ladder(kernels.NUMBER, ("exact", "one edit", "-", "-", "different"), (1.0, 0.25, 0.0, 0.0, 0.0)),
    "digits": Ladder(
        kernels.DIGITS, ("exact", "one edit", "two edits", "part of it", "different"), (1.0, 0.25, 0.25, 0.0, 0.0)
    ),
    "postcode": Ladder(
        kernels.POSTCODE, ("exact", "one edit", "same area", "same region", "different"), (1.0, 0.25, 0.25, 0.0, 0.0)
    ),
    "email": Ladder(
        kernels.EMAIL,
        ("exact", "one edit", "same mailbox name", "similar mailbox name", "different"),
        (1.0, 0.5, 0.5, 0.25, 0.0),
    ),
}
"""Every ladder by name; level 4 is disagreement on all of them."""


@dataclass(frozen=True, slots=True)
class TextComparison:
    """Values on a ladder; the best level over the alternatives of both records counts.

    ``codes`` has the shape (alternatives, records). With ``partner``, the codes of the other name in
    the same vocabulary, two names that both disagree are swapped where one is equal crosswise and the
    other nearly so. Nearly both ways is not enough: Hans Jensen and Jens Hansen are two persons. A swap
    is one finding, so the personal name of the two has the level and the shared one is no evidence.
    """

    name: str
    shared: bool
    ladder: Ladder
    vocabulary: Vocabulary
    codes: npt.NDArray[np.int32]
    partner: npt.NDArray[np.int32] | None = None
    conflicts: frozenset[int] = frozenset()
    frequency: npt.NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        rarity = log2_frequencies(self.codes, len(self.vocabulary), self.codes.shape[1])
        object.__setattr__(self, "frequency", rarity)

    @property
    def level_names(self) -> tuple[str, ...]:
        """The ladder's levels."""
        return self.ladder.level_names

    @property
    def frequency_weights(self) -> tuple[float, ...]:
        """The ladder's weights of rarity."""
        return self.ladder.frequency_weights

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level and rarity of each pair."""
        found = self._grade(self.codes, self.codes, left, right)
        if self.partner is None:
            return found
        missed = np.flatnonzero(found.levels == DIFFERENT)
        missed = missed[kernels.crosswise(self.codes, self.partner, left[missed], right[missed])]
        there = self._grade(self.codes, self.partner, left[missed], right[missed]).levels
        near, there = missed[there <= 1], there[there <= 1]
        back = self._grade(self.partner, self.codes, left[near], right[near]).levels
        apart = self._grade(self.partner, self.partner, left[near], right[near]).levels == DIFFERENT
        crossed = near[apart & (back <= 1) & (np.minimum(there, back) == 0)]
        found.levels[crossed] = NULL_LEVEL if self.shared else SWAPPED
        return found

    def _grade(self, a: npt.NDArray[np.int32], b: npt.NDArray[np.int32], left: Index, right: Index) -> Agreement:
        levels: Levels = np.empty(len(left), dtype=np.uint8)
        rarity = np.empty(len(left), dtype=np.float64)
        words = self.vocabulary.points, self.vocabulary.offsets, self.vocabulary.letters
        kernels.grade_pairs(words, (a, b), self.frequency, (left, right), self.ladder.number, (levels, rarity))
        return Agreement(levels, rarity)


def stacked(*codes: Codes) -> npt.NDArray[np.int32]:
    """Codes of alternatives as one array of shape (alternatives, records)."""
    return np.ascontiguousarray(np.stack(codes))
