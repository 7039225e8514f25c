"""Which intervals of a group overlap: the one join that co-residence and events both stand on."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

NO_LIMIT = int(np.iinfo(np.int64).max)


def overlapping_pairs(group: Ints, start: Ints, end: Ints, owner: Ints, *, most: int = NO_LIMIT) -> tuple[Ints, Ints]:
    """Pairs of rows in one group whose intervals share a day and whose owners differ.

    Args:
        group: Group of each row; rows are sorted by group, then start.
        start: First day of each half-open interval.
        end: Day after its last.
        owner: Rows of one owner are never paired.
        most: A row that meets more later ones than this is in a crowd: it keeps only those that begin on
            its own first day, and of them the nearest so many.

    Returns:
        Positions of the earlier and of the later row of each pair.

    >>> days = np.array([0, 2, 5])
    >>> one, other = overlapping_pairs(np.zeros(3, np.int64), days, days + 3, np.arange(3))
    >>> one.tolist(), other.tolist()
    ([0], [1])
    """
    group, start, end, owner = (np.ascontiguousarray(a, dtype=np.int64) for a in (group, start, end, owner))
    one, other = _pairs(group, start, end, owner, most)
    return one, other


@numba.njit(cache=False)
def _pairs(group: Ints, start: Ints, end: Ints, owner: Ints, most: int) -> tuple[Ints, Ints]:
    """The loop itself; grows its arrays as needed."""
    count = 0
    size = len(group)
    one = np.empty(max(16, size * 2), dtype=np.int64)
    other = np.empty(max(16, size * 2), dtype=np.int64)
    for i in range(size):
        begin = count
        together = 0
        j = i + 1
        while j < size and group[j] == group[i] and start[j] < end[i] and count - begin <= most:
            if owner[j] != owner[i]:
                if count == len(one):
                    one = np.concatenate((one, np.empty(len(one), dtype=np.int64)))
                    other = np.concatenate((other, np.empty(len(other), dtype=np.int64)))
                one[count], other[count] = i, j
                count += 1
                if start[j] == start[i]:  # sorted by start, so these come first
                    together += 1
            j += 1
        if count - begin > most:
            count = begin + min(together, most)
    return one[:count], other[:count]
