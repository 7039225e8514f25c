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
