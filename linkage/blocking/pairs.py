"""Candidate pairs of all rules together, each once, with what every rule brought.

Keys are sorted, not joined: a block is a run of equal keys. A block above the cap is sorted again
by a further field; what is still too large when fields run out (equal rows by the thousand) pairs each
record with its neighbours only, so that cost stays linear and nobody is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit, types

from linkage.blocking.rules import NO_KEY, BlockingRule, Keys, combined_keys
from linkage.errors import LinkageError
from linkage.ordering import pair_keys
from linkage.parallel import in_order

Sorted: TypeAlias = tuple[Keys, npt.NDArray[np.int64]]
"""Keys in order and the row of each."""

_KEYS = types.Array(types.uint64, 1, "C", readonly=True)
_ROWS = types.Array(types.int64, 1, "C", readonly=True)
_ROW_BITS = 29
_MOST_RULES = 64
"""A pair and its rule share one 64-bit number: 29 bits a row, 6 bits the rule."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What one rule brought."""

    name: str
    pairs: int
    """Pairs that the rule finds."""
    unique: int
    """Pairs that no other rule finds."""
    split: int
    """Records in blocks above the cap, which a further field split."""
    windowed: int
    """Records in blocks that no field could split: paired with their neighbours only."""


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Pairs (``left[i]`` < ``right[i]``) in ascending order."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    rule: npt.NDArray[np.uint8]
    """Number of the first rule that finds the pair."""
    counts: tuple[RuleCount, ...]
    times: npt.NDArray[np.uint8] | None = None
    """How many rules find each pair, where that was counted."""

    def __len__(self) -> int:
        return len(self.left)

    def contain(self, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of these pairs, in either order, are among the candidates."""
        own = self.left << 32 | self.right
        asked = pair_keys(left, right)
        place = np.searchsorted(own, asked)
        return np.asarray(own[np.minimum(place, max(len(own) - 1, 0))] == asked if len(own) else place < 0)


@njit(cache=True, nogil=True)
def _count(rows, ends, window, population):  # type: ignore[no-untyped-def]
    """Pairs that :func:`_emit` will write."""
    total = 0
    start = 0
    for b in range(len(ends)):
        for i in range(start, ends[b]):
            of = population[rows[i]]
            for j in range(i + 1, min(ends[b], i + window[b] + 1)):
                total += rows[i] != rows[j] and (of < 0 or of != population[rows[j]])
        start = ends[b]
    return total


@njit(cache=True, nogil=True)
def _emit(rows, ends, window, population, rule, out):  # type: ignore[no-untyped-def]
    """Packed pairs of every block, rows of a block ascending; none within one population."""
    at = 0
    start = 0
    for b in range(len(ends)):
        for i in range(start, ends[b]):
            of = population[rows[i]]
            for j in range(i + 1, min(ends[b], i + window[b] + 1)):
                low, high = min(rows[i], rows[j]), max(rows[i], rows[j])
                if low < high and (of < 0 or of != population[rows[j]]):
                    out[at] = (np.uint64(low) << np.uint64(35)) | (np.uint64(high) << np.uint64(6)) | np.uint64(rule)
                    at += 1
        start = ends[b]
    return at


@njit(types.uint64[::1](_KEYS, types.uint64), cache=True, nogil=True)
def _with_places(keys, places):  # type: ignore[no-untyped-def]
    """The upper bits of every key that may stand in two places, and its place in the lower bits.

    A key whose hash no other key has makes no pair. Most keys of most rules are such, and none of them
    needs to be sorted.
    """
    bits = np.uint64(6)
    while (np.int64(1) << np.int64(bits)) < 8 * len(keys):
        bits += np.uint64(1)
    drop, low = np.uint64(64) - bits, np.uint64(63)
    once = np.zeros(1 << np.int64(bits - np.uint64(6)), np.uint64)
    twice = np.zeros(len(once), np.uint64)
    for i in range(len(keys)):
        if keys[i] != np.uint64(0):
            word, bit = (keys[i] >> drop) >> np.uint64(6), np.uint64(1) << ((keys[i] >> drop) & low)
            twice[word] |= once[word] & bit
            once[word] |= bit
    out = np.empty(len(keys), np.uint64)
    at = 0
    for i in range(len(keys)):
        if keys[i] != np.uint64(0):
            word, bit = (keys[i] >> drop) >> np.uint64(6), np.uint64(1) << ((keys[i] >> drop) & low)
            if twice[word] & bit:
                out[at] = (keys[i] & ~places) | np.uint64(i)
                at += 1
    return out[:at].copy()


@njit(
    types.uint64[::1](_KEYS, _KEYS, _ROWS, _ROWS),
    cache=True,
    nogil=True,
)
def _plain_pairs(ordered, keys, population, bounds):  # type: ignore[no-untyped-def]
    """Packed pairs of sorted keys with places, where no block needs splitting; else one number, all bits set.

    ``bounds`` are bits of the place, cap and number of the rule.
    """
    bits, cap, rule = bounds[0], bounds[1], bounds[2]
    places = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    out = np.empty(0, np.uint64)
    for turn in range(2):
        total = 0
        start = 0
        while start < len(ordered):
            end = start + 1
            while end < len(ordered) and (ordered[end] ^ ordered[start]) <= places:
                if keys[ordered[end] & places] != keys[ordered[start] & places]:
                    return np.full(1, ~np.uint64(0))
                end += 1
            if end - start > cap:
                return np.full(1, ~np.uint64(0))
            for i in range(start, end - 1):
                low = ordered[i] & places
                of = population[low] if len(population) else np.int64(-1)
                for j in range(i + 1, end):
                    high = ordered[j] & places
                    if of < 0 or of != population[high]:
                        if turn:
                            out[total] = (low << np.uint64(35)) | (high << np.uint64(6)) | np.uint64(rule)
                        total += 1
            start = end
        if not turn:
            out = np.empty(total, np.uint64)
    return out


def _quick_pairs(
    rule: BlockingRule, number: int, cap: int, population: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint64] | None:
    """Pairs of a rule with one key a record and no large block, which most rules are; else None."""
    if rule.rows is not None:
        return None
    bits = max(len(rule.keys).bit_length(), 1)
    ordered = _with_places(rule.keys, np.uint64((1 << bits) - 1))
    ordered.sort()
    found = _plain_pairs(ordered, rule.keys, population, np.array([bits, cap, number]))
    return None if len(found) == 1 and found[0] == ~np.uint64(0) else found


def _sorted(keys: Keys, rows: npt.NDArray[np.int64]) -> Sorted:
    """Keys in order with their rows, rows of one key ascending.

    The upper bits of a key and its place are sorted as one number, several times faster than two
    arrays together; keys that differ in their lower bits only are put right afterwards.
    """
    if len(rows) > 1 and (rows[1:] < rows[:-1]).any():
        order = np.argsort(rows, kind="stable")
        keys, rows = keys[order], rows[order]
    places = np.uint64((1 << max(len(keys).bit_length(), 1)) - 1)
    packed = (keys & ~places) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    order = (packed & places).view(np.int64)
    keys, rows = keys[order], rows[order]
    packed &= ~places
    met = (packed[1:] == packed[:-1]) & (keys[1:] != keys[:-1])
    if met.any():
        part = np.isin(packed, packed[1:][met])
        right = np.lexsort((order[part], keys[part]))
        keys[part], rows[part] = keys[part][right], rows[part][right]
    return keys, rows


def _ends(keys: Keys) -> npt.NDArray[np.int64]:
    """End of each block of sorted keys."""
    if not len(keys):
        return np.empty(0, dtype=np.int64)
    return np.append(np.flatnonzero(keys[1:] != keys[:-1]) + 1, len(keys))


def _in_large(keys: Keys, cap: int) -> npt.NDArray[np.int64]:
    """Places in sorted keys of the records in blocks above the cap."""
    ends = _ends(keys)
    sizes = np.diff(ends, prepend=0)
    if sizes.max(initial=0) <= cap:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.repeat(sizes > cap, sizes))


def _split(rule: BlockingRule, keys: Keys, rows: npt.NDArray[np.int64], cap: int) -> Sorted:
    """Keys and rows in which blocks above the cap are refined field by field."""
    for refinement in rule.refinements:
        large = _in_large(keys, cap)
        if not len(large):
            break
        further = refinement() if callable(refinement) else refinement
        keys[large] = combined_keys(keys[large], np.maximum(further[rows[large]], np.uint64(1)))
        keys, rows = _sorted(keys, rows)
    return keys, rows


def _rule_pairs(
    numbered: tuple[int, BlockingRule], *, cap: int, population: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint64], int, int]:
    """Distinct packed pairs of one rule, and how many records were in split and in windowed blocks."""
    number, rule = numbered
    quick = _quick_pairs(rule, number, cap, population)
    if quick is not None:
        return quick, 0, 0
    rows = np.arange(len(rule.keys), dtype=np.int64) if rule.rows is None else rule.rows
    held = rule.keys != NO_KEY
    keys, rows = _sorted(rule.keys[held], rows[held])
    split = len(_in_large(keys, cap))
    keys, rows = _split(rule, keys, rows, cap)
    ends = _ends(keys)
    sizes = np.diff(ends, prepend=0)
    window = np.where(sizes > cap, np.maximum(cap // 10, 1), cap).astype(np.int64)
    packed = np.empty(_count(rows, ends, window, population), dtype=np.uint64)
    _emit(rows, ends, window, population, number, packed)
    if rule.rows is not None:
        packed.sort()
        packed = packed[np.append(True, packed[1:] != packed[:-1])] if len(packed) else packed
    return packed, split, int(sizes[sizes > cap].sum())


def candidate_pairs(
    rules: Sequence[BlockingRule],
    n: int,
    *,
    cap: int,
    population: npt.NDArray[np.int64] | None = None,
    threads: int = 1,
) -> CandidatePairs:
    """Pairs of ``n`` records that share a key of any rule.

    Args:
        rules: The rules; a pair is credited to the first that finds it.
        n: Number of records.
        cap: Largest block whose pairs are all taken.
        population: Code of the population each record is a distinct member of, -1 for none: two
            members of one population are two persons by declaration, and never a pair.
        threads: Rules worked on at once.

    Raises:
        LinkageError: There are more than 64 rules or 2**29 records.

    >>> from linkage.blocking.rules import code_keys
    >>> rule = BlockingRule("name", code_keys(np.array([1, 2, 1, -1, -1])))
    >>> found = candidate_pairs([rule], 5, cap=10)
    >>> found.left.tolist(), found.right.tolist(), found.counts[0].unique
    ([0], [2], 1)
    """
    if len(rules) > _MOST_RULES or n >= 1 << _ROW_BITS:
        raise LinkageError(f"{len(rules)} rules over {n} records", where="blocking", hint="at most 64 and 2**29")
    population = np.full(n, -1, dtype=np.int64) if population is None else population
    found = in_order(partial(_rule_pairs, cap=cap, population=population), enumerate(rules), threads=threads)
    sizes = [(len(pairs), split, windowed) for pairs, split, windowed in found]
    packed = np.concatenate([np.empty(0, dtype=np.uint64), *(pairs for pairs, _, _ in found)])
    del found
    packed.sort()
    pair = packed >> np.uint64(6)
    rule_of = (packed & np.uint64(63)).astype(np.uint8)
    del packed  # what blocking holds at once decides how many records fit into memory
    first = np.append(True, pair[1:] != pair[:-1])[: len(pair)]
    times = np.minimum(np.diff(np.append(np.flatnonzero(first), len(pair))), 255).astype(np.uint8)
    pair, rule_of = pair[first], rule_of[first]
    unique = np.bincount(rule_of[times == 1], minlength=len(rules))
    counts = tuple(
        RuleCount(rule.name, pairs, int(unique[number]), split, windowed)
        for number, (rule, (pairs, split, windowed)) in enumerate(zip(rules, sizes, strict=True))
    )
    left = (pair >> np.uint64(29)).view(np.int64)
    right = np.bitwise_and(pair, np.uint64((1 << 29) - 1), out=pair).view(np.int64)
    return CandidatePairs(left, right, rule_of, counts, times)


def all_pairs(n: int) -> CandidatePairs:
    """Every pair of ``n`` records: better than any rule while it is affordable."""
    left, right = (side.astype(np.int64) for side in np.triu_indices(n, 1))
    count = RuleCount("all pairs", len(left), len(left), 0, 0)
    return CandidatePairs(
        left, right, np.zeros(len(left), dtype=np.uint8), (count,), np.ones(len(left), dtype=np.uint8)
    )
