"""Random pairs of records, for the distribution of levels among strangers."""

from __future__ import annotations

import numpy as np

from linkage.comparison.protocol import Index


def random_pairs(n: int, size: int, *, seed: int) -> tuple[Index, Index]:
    """``size`` pairs of different records drawn with replacement; every pair once where that is fewer.

    >>> left, right = random_pairs(4, 100, seed=1)
    >>> list(zip(left.tolist(), right.tolist()))
    [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    """
    if n * (n - 1) // 2 <= size:
        left, right = np.triu_indices(n, 1)
        return left.astype(np.int64), right.astype(np.int64)
    draw = np.random.Generator(np.random.PCG64(seed))
    left = draw.integers(0, n, size)
    right = (left + draw.integers(1, n, size)) % n
    return left, right
