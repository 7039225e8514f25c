"""What a comparison is: attributes of two records in, a level of agreement out.

The weights, the clustering and the explanations know nothing of names or dates; they know levels. So
a new kind of evidence (a stay at an address, a list of numbers) is a class with these few members.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.parallel import in_order

Index: TypeAlias = npt.NDArray[np.int64]
"""Row numbers of records, one side of many pairs."""
Levels: TypeAlias = npt.NDArray[np.uint8]

NULL_LEVEL = 255
"""The level of a pair in which one side has no value: no evidence either way."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One comparison of many pairs."""

    levels: Levels
    """Level per pair, :data:`NULL_LEVEL` where a side has no value; 0 is exact agreement."""
    rarity: npt.NDArray[np.float64] | None = None
    """log2 of the larger relative frequency of the two values; None where frequency says nothing."""


class Comparison(Protocol):
    """One attribute compared over pairs of records."""

    @property
    def name(self) -> str:
        """Name in models and explanations, unique among the comparisons."""

    @property
    def shared(self) -> bool:
        """Whether members of one household can share the value (surname, address) or it is personal."""

    @property
    def level_names(self) -> tuple[str, ...]:
        """What each level means, from 0 (exact); at most 7."""

    @property
    def frequency_weights(self) -> tuple[float, ...]:
        """Per level, how far a rare value counts more than a common one: 1 wholly, 0 not at all."""

    @property
    def conflicts(self) -> frozenset[int]:
        """Levels that forbid that the records are one person; mostly empty."""

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level of each pair (``left[i]``, ``right[i]``); must be symmetric in the two sides."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """All comparisons of many pairs, one column per comparison."""

    levels: Levels
    """Shape (pairs, comparisons)."""
    rarity: npt.NDArray[np.float32]
    """Shape (pairs, comparisons); not a number where frequency says nothing."""

    def __len__(self) -> int:
        return len(self.levels)

    def __getitem__(self, rows: slice | npt.NDArray[Any]) -> Agreements:
        """The agreements of some of the pairs."""
        return Agreements(self.levels[rows], self.rarity[rows])


BATCH_PAIRS = 2_000_000
"""Pairs compared at once: what a comparison needs on the way is many times what it gives."""


def batches(pairs: int, size: int = BATCH_PAIRS) -> Iterator[slice]:
    """Stretches of so many pairs, each small enough for working memory.

    >>> list(batches(5))
    [slice(0, 5, None)]
    """
    for start in range(0, pairs, size):
        yield slice(start, min(pairs, start + size))


_THREAD_PAIRS = 1 << 16
"""Pairs that a thread compares at once: few enough that what it writes stays near the processor."""


def compare_all(comparisons: Sequence[Comparison], left: Index, right: Index, *, threads: int = 1) -> Agreements:
    """Run every comparison over the same pairs, some of the pairs at a time.

    With more than one thread, comparisons must not change what they hold.
    """
    levels = np.empty((len(left), len(comparisons)), dtype=np.uint8)
    rarity = np.full((len(left), len(comparisons)), np.nan, dtype=np.float32)

    def compare(part: slice) -> None:
        for k, comparison in enumerate(comparisons):
            found = comparison.compare(left[part], right[part])
            levels[part, k] = found.levels
            if found.rarity is not None:
                rarity[part, k] = found.rarity

    in_order(compare, batches(len(left), BATCH_PAIRS if threads == 1 else _THREAD_PAIRS), threads=threads)
    return Agreements(levels, rarity)
