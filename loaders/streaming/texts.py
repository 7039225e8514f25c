"""Columns of keys as bytes: order, membership and digests without a detour over Python or hash tables.

Keys of one register begin alike and are short, so that they sort as a few machine words; sorted
columns meet by a merge, which is several times faster than looking each key up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

_MOST_WORDS = 4
"""Keys that differ in more bytes than this times eight are sorted as texts."""


@njit(cache=True, nogil=True)
def _common(offsets: Any, data: Any) -> Any:
    """Length of the longest beginning that all texts share, and of the longest text."""
    first = offsets[0]
    shared = longest = offsets[1] - first
    for row in range(1, len(offsets) - 1):
        begin, length = offsets[row], offsets[row + 1] - offsets[row]
        longest = max(longest, length)
        shared = min(shared, length)
        for at in range(shared):
            if data[begin + at] != data[first + at]:
                shared = at
                break
    return shared, longest


@njit(cache=True, nogil=True)
def _as_word(offsets: Any, data: Any, skip: int, out: Any) -> None:
    for row in range(len(offsets) - 1):
        begin, end = offsets[row] + skip, offsets[row + 1]
        word = np.uint64(0)
        for at in range(8):
            word <<= np.uint64(8)
            if begin + at < end:
                word |= np.uint64(data[begin + at])
        out[row] = word


@njit(cache=True, nogil=True)
def _compare(left: Any, a: int, b: int, right: Any, c: int, d: int) -> int:
    for at in range(min(b - a, d - c)):
        one, other = left[a + at], right[c + at]
        if one != other:
            return -1 if one < other else 1
    return (b - a) - (d - c)


@njit(cache=True, nogil=True)
def _ascends(offsets: Any, data: Any) -> bool:
    for row in range(1, len(offsets) - 1):
        if _compare(data, offsets[row - 1], offsets[row], data, offsets[row], offsets[row + 1]) > 0:
            return False
    return True


@njit(cache=True, nogil=True)
def _repeats(offsets: Any, data: Any, out: Any) -> None:
    for row in range(1, len(offsets) - 1):
        out[row] = _compare(data, offsets[row - 1], offsets[row], data, offsets[row], offsets[row + 1]) == 0


@njit(cache=True, nogil=True)
def _merge(offsets: Any, data: Any, known_offsets: Any, known: Any, out: Any) -> None:
    at, end = 0, len(known_offsets) - 1
    for row in range(len(offsets) - 1):
        a, b = offsets[row], offsets[row + 1]
        while at < end:
            told = _compare(known, known_offsets[at], known_offsets[at + 1], data, a, b)
            if told >= 0:
                out[row] = told == 0
                break
            at += 1


@njit(cache=True, nogil=True)
def _digests(offsets: Any, data: Any, seen: Any, out: Any) -> int:
    """FNV-1a (Fowler, Noll, Vo) with the final mixing of MurmurHash3, 64 bits; how many were put out."""
    count, last = 0, np.uint64(len(seen) - 1)
    for row in range(len(offsets) - 1):
        word = np.uint64(14695981039346656037)
        for at in range(offsets[row], offsets[row + 1]):
            word = (word ^ np.uint64(data[at])) * np.uint64(1099511628211)
        word = (word ^ (word >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        word = (word ^ (word >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        word ^= word >> np.uint64(33)
        if seen[word & last] != word:
            seen[word & last] = word
            out[count] = word
            count += 1
    return count


def _raw(texts: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Offsets and bytes of a text column; a null is as long as nothing."""
    _, offsets, data = texts.buffers()
    if offsets is None or not len(texts):
        return np.zeros(1, dtype=np.int32), np.empty(0, dtype=np.uint8)
    bounds = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bounds, np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)


def order_of(keys: pa.Array) -> Rows | None:
    """The positions of texts (without nulls) in ascending order of their bytes; none where they ascend already.

    >>> order_of(pa.array(["a:2", "a:10", "a:1"])).tolist(), order_of(pa.array(["a", "b"]))
    ([2, 1, 0], None)
    """
    offsets, data = _raw(keys)
    if _ascends(offsets, data):
        return None
    skip, longest = _common(offsets, data)
    count = -(-(longest - skip) // 8)
    if count > _MOST_WORDS:
        return np.asarray(pc.sort_indices(keys).to_numpy(), dtype=np.int64)
    words = np.empty((count, len(keys)), dtype=np.uint64)
    for position in range(count):
        _as_word(offsets, data, skip + 8 * position, words[position])
    return np.argsort(words[0]) if count == 1 else np.lexsort(words[::-1])


def repeats(keys: pa.Array) -> Mask:
    """Which of ascending texts are the same as the one before."""
    same = np.zeros(len(keys), dtype=np.bool_)
    _repeats(*_raw(keys), same)
    return same


def found_in(keys: pa.Array, known: pa.Array) -> Mask:
    """Which of ascending texts stand in another ascending column.

    >>> found_in(pa.array(["a", "b", "b", "d"]), pa.array(["b", "c", "d"])).tolist()
    [False, True, True, True]
    """
    found = np.zeros(len(keys), dtype=np.bool_)
    _merge(*_raw(keys), *_raw(known), found)
    return found


def digests(texts: pa.Array, seen: Words) -> Words:
    """A 64-bit number for each text (without nulls), the same on every machine; most of those seen lately left out.

    ``seen`` holds some numbers that were given before, and is kept up; its length is a power of two.

    >>> len(digests(pa.array(["a", "b", "a", "a"]), np.zeros(8, dtype=np.uint64)))
    2
    """
    out = np.empty(len(texts), dtype=np.uint64)
    return out[: _digests(*_raw(texts), seen, out)]
