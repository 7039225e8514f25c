"""Sets of name words compared as wholes: given names of a person, surnames ever held.

Two mentions rarely state the same number of names: a report knows the call name, the population
feed all three given names; one office has the maiden name, another the married one. So each mention
has a *set* (a text of words or names parted by :data:`PART`), each distinct pair of sets is compared
once, and the level is that of the best pair of members.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from linkage.names import Variants

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PART = "|"

WHOLE = 0
"""The same set: all given names, all surnames."""
SHARED = 1
"""Some member in common: a call name, the current surname, a middle or earlier one."""
CLOSE = 2
"""A spelling apart: a known variant, Jaro-Winkler .92 or more, or one edit."""
INITIAL = 3
"""One side is only the initial, or the beginning, of the other."""
ALIKE = 4
"""Jaro-Winkler .8 or more, or a known short form: weak."""
OTHER = 6
"""None of these; 5 is kept for a name that stands in another name's place."""


@dataclass(frozen=True, slots=True)
class NameSets:
    """Distinct sets of names and which one each mention has (-1 for none)."""

    of_mention: Ints
    offsets: Ints
    """Members of distinct set `s` are `members[offsets[s]:offsets[s + 1]]`."""
    members: Ints
    words: pa.Array
    """The distinct member names."""
    frequency: Floats
    """Share of the mentions with a set that have the word in it, by word."""
    set_frequency: Floats
    """Share of the mentions with a set that have this one, by set."""
    variants: Variants
    """Which names are known to stand for each other."""


def build_sets(texts: pa.Array, variants: Variants) -> NameSets:
    """Sets from texts whose members are parted by :data:`PART`; null or empty texts have none."""
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    encoded = pc.dictionary_encode(texts)
    of_mention = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    lists = pc.split_pattern(encoded.dictionary, PART)
    flat = pc.dictionary_encode(lists.flatten())
    offsets = lists.offsets.to_numpy().astype(np.int64)
    members = flat.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    bearers = np.bincount(of_mention[of_mention >= 0], minlength=len(encoded.dictionary)).astype(np.float64)
    counts = np.bincount(members, weights=np.repeat(bearers, np.diff(offsets)), minlength=len(flat.dictionary))
    total = max(1.0, float(bearers.sum()))
    frequency, set_frequency = np.maximum(counts, 1.0) / total, bearers / total
    return NameSets(of_mention, offsets, members, flat.dictionary, frequency, set_frequency, variants)


def distinct_pairs(left: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
    """Each distinct (left, right) once, and for every row which of them it is.

    >>> distinct_pairs(np.array([1, 0, 1]), np.array([2, 2, 2]))
    (array([0, 1]), array([2, 2]), array([1, 0, 1]))
    """
    packed = (left.astype(np.int64) << 32) | right.astype(np.int64)
    order = np.argsort(packed, kind="stable")
    ordered = packed[order]
    first = np.ones(len(packed), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    inverse = np.empty(len(packed), np.int64)
    inverse[order] = np.cumsum(first) - 1
    unique = ordered[first]
    return unique >> 32, unique & 0xFFFFFFFF, inverse


def compare_sets(sets: NameSets, left: Ints, right: Ints) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Level and frequency of the matched name for pairs of mentions (rows); 255 where a side has none.

    The frequency is that of the rarest exactly shared name, else of the rarer of the two best members.
    """
    a, b = sets.of_mention[left], sets.of_mention[right]
    level = np.full(len(left), 255, np.uint8)
    frequency = np.ones(len(left))
    known = (a >= 0) & (b >= 0)
    low, high = np.minimum(a[known], b[known]), np.maximum(a[known], b[known])
    one, two, inverse = distinct_pairs(low, high)
    levels, shares = _compare_distinct(sets, one, two)
    level[known] = levels[inverse]
    frequency[known] = shares[inverse]
    return level, frequency


def _compare_distinct(sets: NameSets, one: Ints, two: Ints) -> tuple[npt.NDArray[np.uint8], Floats]:
    pair, x, y = _member_pairs(sets, one, two)
    word_level = _word_levels(sets, x, y)
    rarest = np.minimum(sets.frequency[x], sets.frequency[y])
    # Best member pair of each set pair: lowest level, then the rarest name, then order of words.
    order = np.lexsort((y, x, rarest, word_level, pair))
    first = np.ones(len(order), bool)
    first[1:] = pair[order][1:] != pair[order][:-1]
    chosen = order[first]
    common = np.maximum(sets.frequency[x[chosen]], sets.frequency[y[chosen]])
    whole = one == two
    level = np.where(whole, WHOLE, word_level[chosen]).astype(np.uint8)
    return level, np.where(whole, np.minimum(sets.set_frequency[one], common), common)


def _member_pairs(sets: NameSets, one: Ints, two: Ints) -> tuple[Ints, Ints, Ints]:
    """Every member of set `one[p]` with every member of `two[p]`, and `p`."""
    size_one = sets.offsets[one + 1] - sets.offsets[one]
    size_two = sets.offsets[two + 1] - sets.offsets[two]
    total = size_one * size_two
    pair = np.repeat(np.arange(len(one)), total)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(total) - total, total)
    x = sets.members[sets.offsets[one][pair] + within // size_two[pair]]
    y = sets.members[sets.offsets[two][pair] + within % size_two[pair]]
    return pair, x, y


def _word_levels(sets: NameSets, x: Ints, y: Ints) -> npt.NDArray[np.uint8]:
    low, high, inverse = distinct_pairs(np.minimum(x, y), np.maximum(x, y))
    words_low, words_high = sets.words.take(pa.array(low)), sets.words.take(pa.array(high))
    texts_low, texts_high = words_low.to_pylist(), words_high.to_pylist()
    similarity = process.cpdist(texts_low, texts_high, scorer=JaroWinkler.similarity, workers=-1)
    edits = process.cpdist(texts_low, texts_high, scorer=OSA.distance, score_cutoff=1, workers=-1)
    shortest = np.minimum(_lengths(words_low), _lengths(words_high))
    level = np.full(len(low), OTHER, np.uint8)
    spelt, short = sets.variants.related(words_low, words_high)
    level[(similarity >= 0.8) | short] = ALIKE
    level[_starts(words_low, words_high)] = INITIAL
    level[((shortest >= 3) & ((similarity >= 0.92) | (edits <= 1))) | spelt] = CLOSE
    level[low == high] = SHARED
    return level[inverse]


def _lengths(words: pa.Array) -> Ints:
    return pc.utf8_length(words).to_numpy(zero_copy_only=False).astype(np.int64)  # type: ignore[no-any-return]


def _starts(low: pa.Array, high: pa.Array) -> Bools:
    """Whether the shorter word is an initial or the beginning of the longer one."""
    texts = zip(low.to_pylist(), high.to_pylist(), strict=True)
    return np.fromiter((a.startswith(b) or b.startswith(a) for a, b in texts), bool, len(low))
