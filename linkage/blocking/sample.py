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

from linkage.blocking.options import Option
from linkage.blocking.rules import mixed_codes
from linkage.parallel import in_order

Integers = npt.NDArray[np.int64]
_MARK_BITS = 18
_FEW = 4
"""A key whose sampled codes stand in no more than this part of the rows lets the others be passed over."""
_CODES = types.Array(types.int32, 1, "C", readonly=True)
_ROWS = types.Array(types.int64, 1, "C", readonly=True)
_SOME = types.Array(types.int32, 1, "C", readonly=True)


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


@njit(types.uint64(types.int64), cache=True, nogil=True)
def _row_mask(rows):  # type: ignore[no-untyped-def]
    """The lower bits that hold the number of a row."""
    mask = np.uint64(1)
    while np.int64(mask) < rows:
        mask = (mask << np.uint64(1)) | np.uint64(1)
    return mask


@njit(types.int64(_CODES, _CODES, _ROWS, _SOME, types.uint64[::1]), cache=True, nogil=True)
def _touched(a, b, sample, among, out):  # type: ignore[no-untyped-def]
    """Rows ``among`` which a sampled record may have company, behind the upper bits of their keys.

    All rows where none are named; -1 where there are too many.
    """
    shift, rows = np.uint64(64 - _MARK_BITS), _row_mask(len(a))
    mark = np.zeros(1 << _MARK_BITS, np.uint8)
    for s in sample:
        if a[s] >= 0 and b[s] >= 0:
            mark[mixed_codes(a[s], b[s]) >> shift] = 1
    at = 0
    for place in range(len(among) or len(a)):
        i = among[place] if len(among) else place
        if a[i] >= 0 and b[i] >= 0:
            key = mixed_codes(a[i], b[i])
            if mark[key >> shift]:
                if at == len(out):
                    return -1
                out[at] = (key & ~rows) | np.uint64(i)
                at += 1
    return at


@njit(
    types.int64(types.uint64[::1], _CODES, _CODES, types.boolean[::1], types.int64, types.int64[::1]),
    cache=True,
    nogil=True,
)
def _emit(keyed, a, b, sampled, cap, out):  # type: ignore[no-untyped-def]
    """Pairs of sampled records within blocks up to the cap; -1 where there are too many."""
    mask = _row_mask(len(a))
    at = 0
    start = 0
    while start < len(keyed):
        end = start
        inside = 0
        while end < len(keyed) and (keyed[end] ^ keyed[start]) <= mask:
            inside += sampled[np.int64(keyed[end] & mask)]
            end += 1
        if inside > 0 and end - start <= cap:
            if at + inside * (end - start) > len(out):
                return -1
            for i in range(start, end):
                one = np.int64(keyed[i] & mask)
                for j in range(i + 1, end):
                    other = np.int64(keyed[j] & mask)
                    # The upper bits of two keys may be the same; the codes tell.
                    if (sampled[one] or sampled[other]) and a[one] == a[other] and b[one] == b[other]:
                        out[at] = one << 32 | other
                        at += 1
        start = end
    return at


@njit(types.int32[::1](_CODES, _ROWS), cache=True, nogil=True)
def _shared_codes(codes, sample):  # type: ignore[no-untyped-def]
    """Rows with a code that a sampled record has, where they are few; else none."""
    wanted = np.zeros(codes.max() + 2, np.uint8)
    for s in sample:
        wanted[codes[s]] = 1
    wanted[-1] = 0
    found = 0
    for code in codes:
        found += wanted[code]
    if _FEW * found > len(codes):
        return np.empty(0, np.int32)
    out = np.empty(found, np.int32)
    found = 0
    for i in range(len(codes)):
        if wanted[codes[i]]:
            out[found] = i
            found += 1
    return out


@dataclass(frozen=True, slots=True)
class _Sampled:
    """The sampled records, and by key the rows that share a code with one of them."""

    rows: Integers
    inside: npt.NDArray[np.bool_]
    company: dict[str, npt.NDArray[np.int32]]
    """Empty where they would be too many to be of use."""


def _pairs(option: Option, records: _Sampled, *, cap: int, most: int) -> Integers | None:
    """Packed sampled pairs of an option, ascending; None where it makes too many."""
    one, other = option.parts[0], option.parts[-1]
    few = [rows for key in option.parts if len(rows := records.company[key.label])]
    among = min(few, key=len, default=np.empty(0, dtype=np.int32))
    keyed = np.empty(min(len(among) or len(one.codes), 2 * most + len(one.codes) // 16 + 1024), dtype=np.uint64)
    size = _touched(one.codes, other.codes, records.rows, among, keyed)
    if size < 0:
        return None
    keyed = keyed[:size]
    keyed.sort()
    out = np.empty(most, dtype=np.int64)
    found = _emit(keyed, one.codes, other.codes, records.inside, cap, out)
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
    keys = list({key.label: key for option in options for key in option.parts}.values())
    company = in_order(lambda key: _shared_codes(key.codes, sample), keys, threads=threads)
    records = _Sampled(sample, sampled, dict(zip((key.label for key in keys), company, strict=True)))
    look = partial(_pairs, records=records, cap=cap, most=most)
    tried = in_order(look, options, threads=threads)
    within = [(option, pairs) for option, pairs in zip(options, tried, strict=True) if pairs is not None and len(pairs)]
    packed = np.sort(np.concatenate([pairs for _, pairs in within])) if within else np.empty(0, dtype=np.int64)
    packed = packed[np.append(True, packed[1:] != packed[:-1])[: len(packed)]]
    found = tuple(np.searchsorted(packed, pairs).astype(np.int64) for _, pairs in within)
    return OptionSample(packed >> 32, packed & ((1 << 32) - 1), tuple(option for option, _ in within), found, share)
