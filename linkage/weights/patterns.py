"""Levels of many pairs counted as patterns, so that estimation costs the same for any number of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.comparison.protocol import NULL_LEVEL, Levels
from linkage.errors import LinkageError

_BITS = 3
MOST_LEVELS = 7
"""Levels of one comparison; the eighth value of three bits is null."""
MOST_COMPARISONS = 21


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct level vectors and how many pairs have each."""

    levels: Levels
    """Shape (patterns, comparisons)."""
    counts: npt.NDArray[np.float64]


def count_patterns(levels: Levels) -> Patterns:
    """Group pairs by their level vector.

    Raises:
        LinkageError: There are more than 21 comparisons.

    >>> found = count_patterns(np.array([[0, 255], [4, 1], [0, 255]], dtype=np.uint8))
    >>> found.levels.tolist(), found.counts.tolist()
    ([[4, 1], [0, 255]], [1.0, 2.0])
    """
    comparisons = levels.shape[1]
    if comparisons > MOST_COMPARISONS:
        raise LinkageError(
            f"{comparisons} columns to compare", where="kinds", hint=f"leave out all but {MOST_COMPARISONS}"
        )
    packed = np.zeros(len(levels), dtype=np.uint64)
    for k in range(comparisons):
        packed |= (levels[:, k].astype(np.uint64) & np.uint64(MOST_LEVELS)) << np.uint64(_BITS * k)
    packed.sort()
    starts = np.flatnonzero(np.append(True, packed[1:] != packed[:-1])[: len(packed)])
    counts = np.diff(np.append(starts, len(packed))).astype(np.float64)
    distinct = np.empty((len(starts), comparisons), dtype=np.uint8)
    for k in range(comparisons):
        column = (packed[starts] >> np.uint64(_BITS * k)) & np.uint64(MOST_LEVELS)
        distinct[:, k] = np.where(column == MOST_LEVELS, NULL_LEVEL, column)
    return Patterns(distinct, counts)
