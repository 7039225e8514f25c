"""Candidate pairs of all rules together, each once, with what every rule brought.

Keys are sorted, not joined: a block is a run of equal keys. A block above the cap is sorted again
by a further field; what is still too large when fields run out (equal rows by the thousand) pairs each
record with its neighbours only, so that cost stays linear and nobody is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from linkage.blocking.rules import NO_KEY, BlockingRule, Keys, combined_keys
from linkage.errors import LinkageError

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

    def __len__(self) -> int:
        return len(self.left)


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


def _sorted(keys: Keys, rows: npt.NDArray[np.int64]) -> tuple[Keys, npt.NDArray[np.int64]]:
    order = np.lexsort((rows, keys))
    return keys[order], rows[order]


def _sizes(keys: Keys) -> npt.NDArray[np.int64]:
    """Block size of each element of sorted keys."""
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    lengths = np.diff(np.append(starts, len(keys)))
    return np.repeat(lengths, lengths)


def _split(rule: BlockingRule, keys: Keys, rows: npt.NDArray[np.int64], cap: int) -> tuple[Keys, Keys]:
    """Keys and rows in which blocks above the cap are refined field by field."""
    keys, rows = _sorted(keys, rows)
    for refinement in rule.refinements:
        large = np.flatnonzero(_sizes(keys) > cap) if len(keys) else np.empty(0, dtype=np.int64)
        if not len(large):
            break
        finer = combined_keys(keys[large], np.maximum(refinement[rows[large]], np.uint64(1)))
        keys[large] = finer
        keys, rows = _sorted(keys, rows)
    return keys, rows.astype(np.uint64)


def _rule_pairs(
    rule: BlockingRule, number: int, cap: int, population: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint64], int, int]:
    """Distinct packed pairs of one rule, and how many records were in split and in windowed blocks."""
    rows = np.arange(len(rule.keys), dtype=np.int64) if rule.rows is None else rule.rows
    held = rule.keys != NO_KEY
    keys, rows = _sorted(rule.keys[held], rows[held])
    split = int((_sizes(keys) > cap).sum()) if len(keys) else 0
    keys, refined = _split(rule, keys, rows, cap)
    ends = np.append(np.flatnonzero(keys[1:] != keys[:-1]) + 1, len(keys)) if len(keys) else np.empty(0, dtype=np.int64)
    sizes = np.diff(ends, prepend=0)
    window = np.where(sizes > cap, np.maximum(cap // 10, 1), cap).astype(np.int64)
    ordered = refined.astype(np.int64)
    packed = np.empty(_count(ordered, ends, window, population), dtype=np.uint64)
    _emit(ordered, ends, window, population, number, packed)
    if rule.rows is not None:
        packed.sort()
        packed = packed[np.append(True, packed[1:] != packed[:-1])] if len(packed) else packed
    return packed, split, int(sizes[sizes > cap].sum())


def candidate_pairs(
    rules: Sequence[BlockingRule], n: int, *, cap: int, population: npt.NDArray[np.int64] | None = None
) -> CandidatePairs:
    """Pairs of ``n`` records that share a key of any rule.

    Args:
        rules: The rules; a pair is credited to the first that finds it.
        n: Number of records.
        cap: Largest block whose pairs are all taken.
        population: Code of the population each record is a distinct member of, -1 for none: two
            members of one population are two persons by declaration, and never a pair.

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
    found, packed = [], np.empty(0, dtype=np.uint64)
    for number, rule in enumerate(rules):
        pairs, split, windowed = _rule_pairs(rule, number, cap, population)
        found.append((len(pairs), split, windowed))
        packed = np.append(packed, pairs)
    packed.sort()
    pair = packed >> np.uint64(6)
    rule_of = (packed & np.uint64(63)).astype(np.uint8)
    del packed  # what blocking holds at once decides how many records fit into memory
    first = np.append(True, pair[1:] != pair[:-1])[: len(pair)]
    alone = first & np.append(first[1:], True)[: len(pair)]
    unique = np.bincount(rule_of[alone], minlength=len(rules))
    counts = tuple(
        RuleCount(rule.name, pairs, int(unique[number]), split, windowed)
        for number, (rule, (pairs, split, windowed)) in enumerate(zip(rules, found, strict=True))
    )
    pair, rule_of = pair[first], rule_of[first]
    left = (pair >> np.uint64(29)).view(np.int64)
    right = np.bitwise_and(pair, np.uint64((1 << 29) - 1), out=pair).view(np.int64)
    return CandidatePairs(left, right, rule_of, counts)


def all_pairs(n: int) -> CandidatePairs:
    """Every pair of ``n`` records: better than any rule while it is affordable."""
    left, right = (side.astype(np.int64) for side in np.triu_indices(n, 1))
    count = RuleCount("all pairs", len(left), len(left), 0, 0)
    return CandidatePairs(left, right, np.zeros(len(left), dtype=np.uint8), (count,))
