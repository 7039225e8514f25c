"""Distinct values as integer codes and code points, the form that compiled comparisons read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.comparison.kernels import letter_sets

LONGEST = 64
"""Code points of a value that fuzzy levels look at; equality looks at all of them."""

Codes: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Distinct values of one or more columns, in order of first appearance.

    >>> vocabulary, (codes,) = encode([pa.array(["bo", None, "bo"])])
    >>> codes.tolist(), vocabulary.points[: vocabulary.offsets[1]].tolist()
    ([0, -1, 0], [98, 111])
    """

    values: pa.Array
    points: npt.NDArray[np.uint32]
    offsets: npt.NDArray[np.int64]
    letters: npt.NDArray[np.uint64]
    """The set of code points of each value, as bits: tells at a glance that two values differ much."""

    def __len__(self) -> int:
        return len(self.values)


def _points(values: pa.Array) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    short = pc.utf8_slice_codeunits(values, 0, LONGEST)
    lengths = pc.utf8_length(short).to_numpy(zero_copy_only=False)
    offsets = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    text = pc.binary_join(pa.array([short.to_pylist()], pa.list_(pa.string())), "")[0].as_py() if len(values) else ""
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32), offsets


def encode(columns: Sequence[pa.Array]) -> tuple[Vocabulary, tuple[Codes, ...]]:
    """One vocabulary for all columns and each column's codes, -1 for null."""
    whole = pc.dictionary_encode(pa.concat_arrays([column.cast(pa.string()) for column in columns]))
    codes = np.asarray(pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int32)
    ends = np.cumsum([len(column) for column in columns])
    points, offsets = _points(whole.dictionary)
    return Vocabulary(whole.dictionary, points, offsets, letter_sets(points, offsets)), tuple(
        np.split(codes, ends[:-1])
    )


def log2_frequencies(codes: npt.NDArray[np.int32], size: int, rows: int) -> npt.NDArray[np.float64]:
    """log2 of the share of records that hold each code, at least 1 in ``rows``.

    >>> log2_frequencies(np.array([[0, 0, 1, -1]], dtype=np.int32), 2, 4).round(2).tolist()
    [-0.58, -1.58]
    """
    held = codes[codes >= 0]
    counts = np.bincount(held, minlength=size).astype(np.float64)
    total = max(int((codes >= 0).any(axis=0).sum()), 1)
    return np.asarray(np.log2(np.maximum(counts, 1.0) / total).clip(min=-np.log2(max(rows, 2))))
