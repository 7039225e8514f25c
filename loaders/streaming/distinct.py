"""How many different values a column holds, counted exactly enough and in bounded memory.

A value is counted by a 64-bit digest of its text; where there are many, digests wait on disk by their
leading bits and each share is counted by itself. Two values of one digest would count as one: among
100 million values that is to be expected in 3 of 10,000 columns.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.duplicates import as_texts
from loaders.streaming.scratch import Scratch
from loaders.streaming.texts import Words, digests

_SHARES = 64


_SEEN = 1024
"""Digests that are remembered for each column, so that a column of few values is hardly looked at."""


class Distinct:
    """Counts different digests."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._parts: list[Words] = []
        self._held = 0
        self._files: dict[int, Path] = {}
        self._seen = np.zeros(_SEEN, dtype=np.uint64)

    def add(self, values: pa.Array) -> None:
        """Take values; nulls are none."""
        if not len(values) or values.null_count == len(values):
            return
        values = pc.drop_null(values) if values.null_count else values
        if pa.types.is_date32(values.type):
            part = _unique(np.asarray(values.cast(pa.int32()).to_numpy()).astype(np.uint64))
        else:
            part = _unique(digests(values if pa.types.is_string(values.type) else as_texts(values), self._seen))
        if not len(part):
            return
        self._parts.append(part)
        self._held += len(part)
        if self._held > self._scratch.entries // 4:
            self._join()

    def _join(self) -> None:
        joined = _unique(np.concatenate(self._parts))
        if len(joined) < self._scratch.entries // 8 and not self._files:
            self._parts, self._held = [joined], len(joined)
            return
        cuts = np.searchsorted(joined >> np.uint64(58), np.arange(1, _SHARES, dtype=np.uint64))
        for share, part in enumerate(np.split(joined, cuts)):
            if len(part):
                if share not in self._files:
                    self._files[share] = self._scratch.file("digests")
                with self._files[share].open("ab") as handle:
                    part.tofile(handle)
        self._parts, self._held = [], 0

    def count(self) -> int:
        """How many different values have come."""
        if not self._parts and not self._files:
            return 0
        if not self._files:
            return len(_unique(np.concatenate(self._parts)))
        self._parts.append(np.empty(0, dtype=np.uint64))
        self._join()
        return sum(len(_unique(np.fromfile(path, dtype=np.uint64))) for path in self._files.values())


def _unique(words: Words) -> Words:
    """The different words in ascending order, in memory of their own: a view would keep a whole batch alive."""
    words = np.sort(words)
    keep = np.ones(len(words), dtype=np.bool_)
    keep[1:] = words[1:] != words[:-1]
    return words[keep]
