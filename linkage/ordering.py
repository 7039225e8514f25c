"""Order and identity of millions of values, by sorting integers.

`np.unique` hashes first, which takes ten times as long for millions of keys, and Arrow sorts tables by
comparing texts row by row. Here texts become ranks, ranks share sort keys, and keys are sorted.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints: TypeAlias = npt.NDArray[np.int64]


def distinct(keys: Ints) -> Ints:
    """Sorted distinct keys.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(keys)
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    return np.asarray(ordered[first], dtype=np.int64)


def pair_keys(left: Ints, right: Ints) -> Ints:
    """One number for each pair of rows, the same whichever of the two comes first.

    >>> pair_keys(np.array([1, 2]), np.array([2, 1])).tolist() == [(1 << 32) + 2] * 2
    True
    """
    return np.asarray(np.minimum(left, right) << 32 | np.maximum(left, right), dtype=np.int64)


def neighbours(groups: Ints, most: int) -> tuple[Ints, Ints]:
    """Every pair of places in one group of a sorted column, the nearer first; none further apart than ``most``.

    >>> [part.tolist() for part in neighbours(np.array([4, 4, 4, 7]), 10)]
    [[0, 1, 0], [1, 2, 2]]
    """
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for step in range(1, most + 1):
        same = np.flatnonzero(groups[step:] == groups[:-step])
        if not len(same):
            break
        lefts.append(same)
        rights.append(same + step)
    return np.concatenate(lefts), np.concatenate(rights)


def codes(column: pa.Array | pa.ChunkedArray) -> Ints:
    """Dense codes of a text column in order of first appearance, -1 for null."""
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    indices = pc.fill_null(pc.dictionary_encode(flat).indices, -1)
    return np.asarray(indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Sorted distinct keys, and which of them each row has.

    >>> [part.tolist() for part in numbered(np.array([3, 1, 3]))]
    [[1, 3], [1, 0, 1]]
    """
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    number = np.empty(len(keys), dtype=np.int64)
    number[order] = np.cumsum(first) - 1
    return ordered[first], number


def ranks(column: pa.ChunkedArray) -> Ints:
    """Place of each text among the sorted distinct texts; null comes last.

    >>> ranks(pa.chunked_array([["b", None, "a", "b"]])).tolist()
    [1, 2, 0, 1]
    """
    encoded = column.combine_chunks().dictionary_encode()
    place = np.empty(len(encoded.dictionary) + 1, dtype=np.int64)
    place[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(encoded.dictionary))
    place[-1] = len(encoded.dictionary)
    codes = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return np.asarray(place[codes], dtype=np.int64)


def ordered_by(*columns: Ints) -> Ints:
    """Rows sorted by non-negative columns, the first counting most; columns share sort keys where they fit.

    >>> ordered_by(np.array([1, 0, 1]), np.array([5, 9, 2])).tolist()
    [1, 2, 0]
    """
    keys: list[Ints] = []
    room = 0
    for column in columns:
        bits = int(column.max(initial=0)).bit_length()
        if keys and bits <= room:
            keys[-1] = keys[-1] << bits | column
            room -= bits
        else:
            keys.append(column)
            room = 63 - bits
    return np.lexsort(keys[::-1])
