"""What every option of blocking would find, seen on a random sample of the records.

Each pair of which a sampled record is a part is found by every option that finds it among all records,
so the sample tells, without any label, how options overlap and which pairs each alone brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from numba import njit, types

from linkage.blocking.options import Codes, Option
from linkage.blocking.rules import mixed_codes
from linkage.parallel import in_order

Integers = npt.NDArray[np.int64]
_MARK_BITS = 18
_CODES = types.Array(types.int32, 1, "C", readonly=True)
_ROWS = types.Array(types.int64, 1, "C", readonly=True)


@dataclass(frozen=True, slots=True, eq=False)
class OptionSample:
    """Sampled pairs, and which options find them."""

    left: Integers
    right: Integers
    """Distinct pairs (``left[i]`` < ``right[i]``) in ascending order."""
    options: tuple[Option, ...]
    """Options whose pairs per record are within the budget."""
    found: tuple[Integers, ...]
    """Per option, the numbers of the pairs that it finds."""
    share: float
    """Share of all pairs of records that the sample holds."""

    def contain(self, left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
        """Which of any pairs the options together would find, the cap on blocks left aside."""
        keys = list({key.label: key for option in self.options for key in option.parts}.values())
        place = {key.label: np.uint64(1 << number) for number, key in enumerate(keys)}
        agreed = np.zeros(len(left), dtype=np.uint64)
        for key in keys:
            one = key.codes[left]
            agreed[(one == key.codes[right]) & (one >= 0)] |= place[key.label]
        some = np.flatnonzero(agreed)
        agreed = agreed[some]
        found = np.zeros(len(some), dtype=np.bool_)
        for option in self.options:
            wanted = np.bitwise_or.reduce([place[key.label] for key in option.parts])
            found |= (agreed & wanted) == wanted
        every = np.zeros(len(left), dtype=np.bool_)
        every[some] = found
        return every


@njit(types.int64(_CODES, _CODES, _ROWS, types.uint64[::1], types.int64[::1]), cache=True, nogil=True)
def _touched(a, b, sample, keys, rows):  # type: ignore[no-untyped-def]
    """Rows whose key a sampled record may have, with their keys; -1 where there are too many."""
    shift = np.uint64(64 - _MARK_BITS)
    mark = np.zeros(1 << _MARK_BITS, np.uint8)
    for s in sample:
        if a[s] >= 0 and b[s] >= 0:
            mark[mixed_codes(a[s], b[s]) >> shift] = 1
    at = 0
    for i in range(len(a)):
        if a[i] >= 0 and b[i] >= 0:
            key = mixed_codes(a[i], b[i])
            if mark[key >> shift]:
                if at == len(keys):
                    return -1
                keys[at] = key
                rows[at] = i
                at += 1
    return at


@njit("int64(uint64[::1], int64[::1], bool_[::1], int64, int64[::1])", cache=True, nogil=True)
def _emit(keys, rows, sampled, cap, out):  # type: ignore[no-untyped-def]
    """Pairs of sampled records within blocks up to the cap; -1 where there are too many."""
    at = 0
    start = 0
    while start < len(keys):
        end = start
        inside = 0
        while end < len(keys) and keys[end] == keys[start]:
            inside += sampled[rows[end]]
            end += 1
        if inside > 0 and end - start <= cap:
            if at + inside * (end - start) > len(out):
                return -1
            for i in range(start, end):
                for j in range(i + 1, end):
                    if sampled[rows[i]] or sampled[rows[j]]:
                        out[at] = min(rows[i], rows[j]) << 32 | max(rows[i], rows[j])
                        at += 1
        start = end
    return at


def _pairs(option: Option, records: tuple[Integers, npt.NDArray[np.bool_]], *, cap: int, most: int) -> Integers | None:
    """Packed sampled pairs of an option, ascending; None where it makes too many."""
    sample, sampled = records
    first: Codes = option.parts[0].codes
    room = min(len(first), 2 * most + len(first) // 16 + 1024)
    keys, rows = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int64)
    size = _touched(first, option.parts[-1].codes, sample, keys, rows)
    if size < 0:
        return None
    order = np.argsort(keys[:size], kind="stable")
    out = np.empty(most, dtype=np.int64)
    found = _emit(keys[:size][order], rows[:size][order], sampled, cap, out)
    return None if found < 0 else np.sort(out[:found])


def sample_options(
    options: Sequence[Option], sample: Integers, *, cap: int, budget: float, threads: int = 1
) -> OptionSample:
    """The pairs of sampled records under every option that makes no more than ``budget`` pairs per record.

    Args:
        options: What to try.
        sample: Rows of a random sample of the records.
        cap: Largest block that counts; a larger one is the business of a finer option.
        budget: Pairs per record.
        threads: Options tried at once.
    """
    n = len(options[0].parts[0].codes) if options else 0
    sampled = np.zeros(n, dtype=np.bool_)
    sampled[sample] = True
    rest = (n - len(sample)) / max(n, 1)
    share = 1.0 - rest * rest
    most = int(budget * n * share)
    look = partial(_pairs, records=(sample, sampled), cap=cap, most=most)
    tried = in_order(look, options, threads=threads)
    within = [(option, pairs) for option, pairs in zip(options, tried, strict=True) if pairs is not None and len(pairs)]
    packed = np.sort(np.concatenate([pairs for _, pairs in within])) if within else np.empty(0, dtype=np.int64)
    packed = packed[np.append(True, packed[1:] != packed[:-1])[: len(packed)]]
    found = tuple(np.searchsorted(packed, pairs).astype(np.int64) for _, pairs in within)
    return OptionSample(packed >> 32, packed & ((1 << 32) - 1), tuple(option for option, _ in within), found, share)
