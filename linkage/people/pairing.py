"""Pairs of mentions that share a key: of a mention and a registered person, or of two unregistered mentions.

Built for one question at a time, so that pairs nobody asks for are never written down: keys are sorted
with their rows in one 64-bit number, a block is a run of equal keys, and a block above the cap is parted
by a further field. Of pairs that only teach a model, one in so many is drawn by a hash of the pair, so
that the draw is the same whichever rule finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from linkage.blocking import NO_KEY, BlockingRule, CandidatePairs, Keys, RuleCount, code_keys, combined_keys

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Sides = npt.NDArray[np.uint8]

MENTION, PERSON = 1, 3
"""Sides of a pair across: an unregistered mention, a registered person. A row of side 0 is in no pair."""
DRAWN, WHOLE = 1, 2
"""Sides of a pair within: two of side WHOLE are always a pair, all others are drawn."""

_ROW_BITS = 29


@dataclass(frozen=True, slots=True)
class Blocks:
    """Rows of all blocks of one rule one after another, and where each block ends."""

    rows: Rows
    ends: Ints
    window: Ints
    """By block: how many of the following rows each row is paired with."""
    split: int
    """Rows in blocks above the cap, which a further field parted."""
    windowed: int
    """Rows in blocks that no field could part."""


def pairs_across(rules: Sequence[BlockingRule], side: Sides, *, cap: int) -> CandidatePairs:
    """Pairs of a registered person and an unregistered mention that share a key of any rule.

    Args:
        rules: The rules; a pair is credited to the first that finds it.
        side: By row: PERSON, MENTION or 0.
        cap: Largest block whose pairs are all taken.
    """
    blocks = [build_blocks(rule, side, cap=cap, across=True) for rule in rules]
    return _found(rules, blocks, side, every=0, seed=0)


def pairs_within(
    rules: Sequence[BlockingRule], side: Sides, *, cap: int, most: int, seed: int
) -> tuple[CandidatePairs, int]:
    """Pairs of two unregistered mentions: all of side WHOLE, and of the others one in so many, which is returned.

    Args:
        rules: The rules; a pair is credited to the first that finds it.
        side: By row: WHOLE, DRAWN or 0.
        cap: Largest block whose pairs are all taken.
        most: About how many pairs to draw at most, counted once per rule.
        seed: Of the draw.
    """
    blocks = [build_blocks(rule, side, cap=cap, across=False) for rule in rules]
    everyone = np.where(side > 0, WHOLE, 0).astype(np.uint8)
    total = sum(_count(b.rows, b.ends, b.window, everyone, 1, np.uint64(0)) for b in blocks)
    every = max(1, -(-total // most))
    return _found(rules, blocks, side, every=every, seed=seed), every


def drawn(left: Ints, right: Ints, *, every: int, seed: int) -> npt.NDArray[np.bool_]:
    """Which pairs (left < right) a draw of one in `every` holds.

    >>> drawn(np.array([1, 2]), np.array([5, 6]), every=1, seed=3)
    array([ True,  True])
    """
    out: npt.NDArray[np.bool_] = _drawn_rows(left, right, every, np.uint64(seed))
    return out


def build_blocks(rule: BlockingRule, side: Sides, *, cap: int, across: bool) -> Blocks:
    """The blocks of one rule that can hold a pair, those above the cap parted by the rule's refinements."""
    rows = np.arange(len(rule.keys), dtype=np.int64) if rule.rows is None else rule.rows
    held = (rule.keys != NO_KEY) & (side[rows] > 0)
    keys, rows = rule.keys[held], rows[held]
    parts: list[tuple[Rows, Ints]] = []
    split = 0
    for refinement in (None, *rule.refinements):
        if refinement is not None:
            further = refinement() if callable(refinement) else refinement
            keys = combined_keys(keys, np.maximum(further[rows], np.uint64(1)))
        found, ends = _blocks(keys, rows, side, across=across)
        sizes = np.diff(ends, prepend=0)
        large = sizes > cap
        of_row = np.repeat(large, sizes)
        parts.append((found[~of_row], np.cumsum(sizes[~large])))
        rows, sizes = found[of_row].astype(np.int64), sizes[large]
        keys = np.repeat(code_keys(np.arange(len(sizes))), sizes)
        split = split or len(rows)
        if not len(rows):
            break
    parts.append((rows.astype(np.int32), np.cumsum(sizes)))
    return _joined(parts, cap, split)


def _joined(parts: list[tuple[Rows, Ints]], cap: int, split: int) -> Blocks:
    shifts = np.cumsum([0, *(len(rows) for rows, _ in parts[:-1])])
    ends = np.concatenate([ends + shift for (_, ends), shift in zip(parts, shifts, strict=True)])
    window = np.full(len(ends), cap, np.int64)
    window[len(ends) - len(parts[-1][1]) :] = max(cap // 10, 1)
    return Blocks(np.concatenate([rows for rows, _ in parts]), ends, window, split, len(parts[-1][0]))


def _blocks(keys: Keys, rows: Ints, side: Sides, *, across: bool) -> tuple[Rows, Ints]:
    """Rows of the blocks that can hold a pair, ascending within a block, and the blocks' ends."""
    bits = np.uint64(len(side).bit_length())
    packed = (keys >> bits << bits) | rows.astype(np.uint64)
    packed.sort()
    out, ends = np.empty(len(packed), np.int32), np.empty(len(packed), np.int64)
    count, blocks = _gather(packed, bits, side, across, out, ends)
    return out[:count].copy(), ends[:blocks].copy()


@njit(cache=True, nogil=True)
def _gather(packed: Any, bits: Any, side: Any, across: bool, rows: Any, ends: Any) -> tuple[int, int]:
    """Write the distinct rows of every block that can hold a pair; how many rows and blocks there are."""
    mask = (np.uint64(1) << bits) - np.uint64(1)
    at = blocks = start = 0
    while start < len(packed):
        key = packed[start] >> bits
        begin, persons, end = at, 0, start
        while end < len(packed) and packed[end] >> bits == key:
            row = np.int64(packed[end] & mask)
            if end == start or packed[end] != packed[end - 1]:
                rows[at] = row
                at += 1
                persons += side[row] == PERSON
            end += 1
        useful = 0 < persons < at - begin if across else at - begin > 1
        if useful:
            ends[blocks] = at
            blocks += 1
        else:
            at = begin
        start = end
    return at, blocks


@njit(cache=True, nogil=True)
def _drawn(low: int, high: int, every: int, seed: Any) -> Any:
    """Whether the finaliser of SplitMix64 draws the pair."""
    x = ((np.uint64(low) << np.uint64(32)) | np.uint64(high)) + (seed + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x ^ (x >> np.uint64(31))) % np.uint64(every) == np.uint64(0)


@njit(cache=True, nogil=True)
def _drawn_rows(left: Any, right: Any, every: int, seed: Any) -> Any:
    out = np.empty(len(left), np.bool_)
    for p in range(len(left)):
        out[p] = _drawn(left[p], right[p], every, seed)
    return out


@njit(cache=True, nogil=True)
def _wanted(a: int, b: int, side: Any, every: int, seed: Any) -> bool:
    """Across (`every` is 0) two sides that differ; within both WHOLE, or drawn."""
    if every == 0:
        return bool(side[a] != side[b])
    if side[a] == WHOLE and side[b] == WHOLE:
        return True
    return bool(_drawn(min(a, b), max(a, b), every, seed))


@njit(cache=True, nogil=True)
def _count(rows: Any, ends: Any, window: Any, side: Any, every: int, seed: Any) -> int:
    """Pairs that :func:`_emit` will write."""
    total = start = 0
    for b in range(len(ends)):
        for i in range(start, ends[b]):
            for j in range(i + 1, min(ends[b], i + window[b] + 1)):
                total += _wanted(rows[i], rows[j], side, every, seed)
        start = ends[b]
    return total


@njit(cache=True, nogil=True)
def _emit(rows: Any, ends: Any, window: Any, side: Any, draw: Any, rule: int, out: Any) -> None:
    """Wanted pairs of every block, packed with the rule that finds them."""
    every, seed = draw
    at = start = 0
    for b in range(len(ends)):
        for i in range(start, ends[b]):
            for j in range(i + 1, min(ends[b], i + window[b] + 1)):
                if _wanted(rows[i], rows[j], side, every, seed):
                    low, high = np.uint64(min(rows[i], rows[j])), np.uint64(max(rows[i], rows[j]))
                    out[at] = (low << np.uint64(35)) | (high << np.uint64(6)) | np.uint64(rule)
                    at += 1
        start = ends[b]


def _found(
    rules: Sequence[BlockingRule], blocks: Sequence[Blocks], side: Sides, *, every: int, seed: int
) -> CandidatePairs:
    """Distinct pairs of all blocks, ascending, with what each rule brought."""
    draw = every, np.uint64(seed)
    sizes = [_count(b.rows, b.ends, b.window, side, *draw) for b in blocks]
    packed = np.empty(sum(sizes), np.uint64)
    begin = 0
    for number, (b, size) in enumerate(zip(blocks, sizes, strict=True)):
        _emit(b.rows, b.ends, b.window, side, draw, number, packed[begin : begin + size])
        begin += size
    packed.sort()
    packed = packed[np.append(True, packed[1:] != packed[:-1])[: len(packed)]]
    of_rule = (packed & np.uint64(63)).astype(np.uint8)
    pair = packed >> np.uint64(6)
    first = np.append(True, pair[1:] != pair[:-1])[: len(pair)]
    alone = first & np.append(first[1:], True)[: len(pair)]
    brought, only = (np.bincount(rule, minlength=len(rules)) for rule in (of_rule, of_rule[alone]))
    counts = tuple(
        RuleCount(rule.name, int(brought[k]), int(only[k]), blocks[k].split, blocks[k].windowed)
        for k, rule in enumerate(rules)
    )
    pair = pair[first]
    left = (pair >> np.uint64(_ROW_BITS)).astype(np.int64)
    right = (pair & np.uint64((1 << _ROW_BITS) - 1)).astype(np.int64)
    return CandidatePairs(left, right, of_rule[first], counts)
