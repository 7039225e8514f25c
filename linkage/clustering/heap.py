"""A binary heap of links, best first, ties by smallest record ids; compiled, on plain arrays.

Entries are never changed in place: a link whose height changed gets a new stamp and a new entry, and
the old one is skipped when it comes up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit


class Heap(NamedTuple):
    """Parallel arrays of entries."""

    height: npt.NDArray[np.float64]
    pair: npt.NDArray[np.int64]
    """Both clusters in one number, smaller first: the order among equal heights."""
    slot: npt.NDArray[np.int64]
    stamp: npt.NDArray[np.int64]


class Entry(NamedTuple):
    """One entry."""

    height: float
    pair: int
    slot: int
    stamp: int


@njit(cache=True, nogil=True)
def pair_key(a, b):  # type: ignore[no-untyped-def]
    """Two row numbers as one number, the smaller in the upper half."""
    return (np.int64(min(a, b)) << 32) | np.int64(max(a, b))


@njit(cache=True, nogil=True)
def new_heap(room):  # type: ignore[no-untyped-def]
    """An empty heap for ``room`` entries."""
    return Heap(np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64))


@njit(cache=True, nogil=True)
def grown(heap):  # type: ignore[no-untyped-def]
    """The same entries with room for twice as many."""
    n = len(heap.slot)
    wider = new_heap(2 * n)
    wider.height[:n] = heap.height
    wider.pair[:n] = heap.pair
    wider.slot[:n] = heap.slot
    wider.stamp[:n] = heap.stamp
    return wider


@njit(cache=True, nogil=True)
def _later(heap, i, height, pair):  # type: ignore[no-untyped-def]
    """Whether entry ``i`` comes after one of this height and pair."""
    return heap.height[i] < height or (heap.height[i] == height and heap.pair[i] > pair)


@njit(cache=True, nogil=True)
def _move(heap, source, target):  # type: ignore[no-untyped-def]
    heap.height[target] = heap.height[source]
    heap.pair[target] = heap.pair[source]
    heap.slot[target] = heap.slot[source]
    heap.stamp[target] = heap.stamp[source]


@njit(cache=True, nogil=True)
def _place(heap, i, entry):  # type: ignore[no-untyped-def]
    heap.height[i] = entry.height
    heap.pair[i] = entry.pair
    heap.slot[i] = entry.slot
    heap.stamp[i] = entry.stamp


@njit(cache=True, nogil=True)
def push(heap, size, entry):  # type: ignore[no-untyped-def]
    """Add an entry to a heap of ``size``; there must be room."""
    i = size
    while i > 0 and _later(heap, (i - 1) // 2, entry.height, entry.pair):
        _move(heap, (i - 1) // 2, i)
        i = (i - 1) // 2
    _place(heap, i, entry)


@njit(cache=True, nogil=True)
def pop(heap, size):  # type: ignore[no-untyped-def]
    """Take the first entry out of a heap of ``size``."""
    top = Entry(heap.height[0], heap.pair[0], heap.slot[0], heap.stamp[0])
    end = size - 1
    last = Entry(heap.height[end], heap.pair[end], heap.slot[end], heap.stamp[end])
    i = 0
    child = 1
    while child < end:
        if child + 1 < end and _later(heap, child, heap.height[child + 1], heap.pair[child + 1]):
            child += 1
        if _later(heap, child, last.height, last.pair):
            break
        _move(heap, child, i)
        i = child
        child = 2 * i + 1
    _place(heap, i, last)
    return top
