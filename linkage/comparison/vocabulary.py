"""Distinct values as integer codes and code points, the form that compiled comparisons read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.comparison.kernels import counted, letter_sets
from linkage.standardise import coded

LONGEST = 64
"""Code points of a value that fuzzy levels look at; equality looks at all of them."""

Codes: TypeAlias = npt.NDArray[np.int32]
Points: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Distinct values of one or more columns, in order of first appearance.

    >>> vocabulary, (codes,) = encode([pa.array(["bo", None, "bo"])])
    >>> codes.tolist(), vocabulary.points[: vocabulary.offsets[1]].tolist()
    ([0, -1, 0], [98, 111])
    """

    values: pa.Array
    points: Points
    """Code points of all values, one after the other."""
    offsets: npt.NDArray[np.int64]
    letters: npt.NDArray[np.uint64]
    """The set of code points of each value, as bits: tells at a glance that two values differ much."""

    def __len__(self) -> int:
        return len(self.values)


def _points(values: pa.Array) -> tuple[Points, npt.NDArray[np.int64]]:
    """Code points of the values, one after the other, and where each begins."""
    short = pc.utf8_slice_codeunits(values, 0, LONGEST)
    lengths = np.asarray(pc.utf8_length(short).to_numpy(zero_copy_only=False))
    offsets = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    text = b"".join(_text_buffers(short))
    plain = len(text) == offsets[-1]
    # A byte a letter where that is enough: what is compared should stay near the processor.
    return np.frombuffer(text, dtype=np.uint8) if plain else _wide(text), offsets


def _text_buffers(texts: pa.Array) -> list[memoryview]:
    """The bytes of all values, one after the other."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return [] if data is None or not len(texts) else [memoryview(data)[int(ends[0]) : int(ends[-1])]]


def _wide(text: bytes) -> Points:
    return np.frombuffer(text.decode("utf-8").encode("utf-32-le"), dtype=np.uint32)


def encode(columns: Sequence[pa.Array]) -> tuple[Vocabulary, tuple[Codes, ...]]:
    """One vocabulary for all columns and each column's codes, -1 for null."""
    each = [coded(column if pa.types.is_dictionary(column.type) else column.cast(pa.string())) for column in columns]
    values, codes = each[0][0], [one for _, one in each]
    if len(each) > 1:
        values, merged = coded(pa.concat_arrays([one for one, _ in each]))
        parts = np.split(merged, np.cumsum([len(one) for one, _ in each])[:-1])
        codes = [np.append(part, np.int32(-1))[one] for part, one in zip(parts, codes, strict=True)]
    points, offsets = _points(values)
    return Vocabulary(values, points, offsets, letter_sets(points, offsets)), tuple(codes)


def log2_frequencies(codes: npt.NDArray[np.int32], size: int, rows: int) -> npt.NDArray[np.float64]:
    """log2 of the share of records that hold each code, at least 1 in ``rows``.

    >>> log2_frequencies(np.array([[0, 0, 1, -1]], dtype=np.int32), 2, 4).round(2).tolist()
    [-0.58, -1.58]
    """
    counts, filled = counted(codes, size)
    total = max(filled, 1)
    return np.asarray(np.log2(np.maximum(counts, 1.0) / total).clip(min=-np.log2(max(rows, 2))))
