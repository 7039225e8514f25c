"""Sets of source rows as bits: what was refused, repeated or dropped, at one bit per row at most."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Origins = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]

_SHIFT = 23
"""A piece holds 2 ** 23 rows in 1 MiB, and is made when its first row is added."""
_WITHIN = (1 << _SHIFT) - 1


class RowSet:
    """A set of origins. Threads may add at the same time.

    >>> rows = RowSet()
    >>> rows.add(np.array([3, 9_000_000]))
    >>> rows.contains(np.array([3, 4, 9_000_000])).tolist()
    [True, False, True]
    >>> rows.count(0, 3), rows.count(3, 10_000_000)
    (1, 1)
    """

    def __init__(self) -> None:
        self._pieces: dict[int, Bits] = {}
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, origins: Origins) -> None:
        """Put these rows into the set."""
        with self._lock:
            for piece, mask in _pieces_of(origins):
                part = origins[mask] & _WITHIN
                bits = self._pieces.setdefault(piece, np.zeros(1 << (_SHIFT - 3), dtype=np.uint8))
                np.bitwise_or.at(bits, part >> 3, (1 << (part & 7)).astype(np.uint8))

    def contains(self, origins: Origins) -> Mask:
        """Which of these rows are in the set."""
        found = np.zeros(len(origins), dtype=np.bool_)
        if not self._pieces:
            return found
        for piece, mask in _pieces_of(origins):
            bits = self._pieces.get(piece)
            if bits is not None:
                part = origins[mask] & _WITHIN
                found[mask] = (bits[part >> 3] >> (part & 7)) & 1
        return found

    def without(self, other: RowSet) -> RowSet:
        """The rows of this set that the other does not hold."""
        rest = RowSet()
        for piece, bits in self._pieces.items():
            gone = other._pieces.get(piece)
            rest._pieces[piece] = bits.copy() if gone is None else bits & ~gone
        return rest

    def count(self, first: int, last: int) -> int:
        """How many of the rows ``first + 1`` to ``last`` are in the set."""
        total = 0
        for piece, bits in self._pieces.items():
            begin = max(first + 1 - (piece << _SHIFT), 0)
            end = min(last + 1 - (piece << _SHIFT), 1 << _SHIFT)
            if begin < end:
                whole = np.unpackbits(bits[begin >> 3 : (end + 7) >> 3], bitorder="little")
                total += int(whole[begin & 7 : (begin & 7) + end - begin].sum())
        return total


def _pieces_of(origins: Origins) -> Iterator[tuple[int, Mask | slice]]:
    if not len(origins):
        return
    pieces = origins >> _SHIFT
    low, high = int(pieces.min()), int(pieces.max())
    if low == high:
        yield low, slice(None)
        return
    for piece in range(low, high + 1):
        mask = pieces == piece
        if mask.any():
            yield piece, mask
