"""Sets of name words compared as wholes: given names of a person, surnames ever held.

Two mentions rarely state the same number of names: a report knows the call name, the population
feed all three given names; one office has the maiden name, another the married one. So each mention
has a *set* (a text of words or names parted by :data:`PART`), and the level is that of the best pair of members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from linkage.comparison import Vocabulary, encode
from linkage.comparison.kernels import hopeless, jaro_winkler, within_one
from linkage.names import Variants

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

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

_CLOSE_FROM, _ALIKE_FROM = 0.92 - 1e-9, 0.8 - 1e-9
"""Similarities that are these numbers exactly come out a little lower in floating point."""


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
    texts: Vocabulary
    """The words as code points."""
    lengths: Ints
    """Letters of each word."""
    groups: Ints
    """Groups of variants of each word, shape (words, most groups of a name), -1 where there are no more."""


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
    words = flat.dictionary
    texts, _ = encode([words])
    lengths = pc.utf8_length(words).to_numpy(zero_copy_only=False).astype(np.int64)
    groups = variants.of(words)
    return NameSets(of_mention, offsets, members, words, frequency, set_frequency, variants, texts, lengths, groups)


def compare_sets(sets: NameSets, left: Ints, right: Ints) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Level and frequency of the matched name for pairs of mentions (rows); 255 where a side has none.

    The frequency is that of the rarest exactly shared name, else of the commoner of the two best members.
    """
    level = np.empty(len(left), np.uint8)
    frequency = np.ones(len(left))
    texts, words = sets.texts, (sets.lengths, sets.groups, sets.variants.short)
    members = (sets.of_mention, sets.offsets, sets.members)
    _grade_sets(
        members,
        (texts.points, texts.offsets, texts.letters),
        words,
        (sets.frequency, sets.set_frequency),
        (left, right),
        level,
        frequency,
    )
    return level, frequency


@njit(cache=True, nogil=True)
def _grade_sets(sets: Any, texts: Any, words: Any, shares: Any, pairs: Any, levels: Any, frequencies: Any) -> None:
    """Level and frequency of every pair; a word in common settles a pair before spellings are looked at."""
    (of_mention, offsets, members), (left, right), (of_word, of_set) = sets, pairs, shares
    for p in range(len(left)):
        one, two = of_mention[left[p]], of_mention[right[p]]
        if one < 0 or two < 0:
            levels[p] = 255
            continue
        if one > two:
            one, two = two, one
        best, rarest, common = 255, 2.0, 1.0
        for i in range(offsets[one], offsets[one + 1]):
            for j in range(offsets[two], offsets[two + 1]):
                x = members[i]
                if x == members[j] and (best > 1 or of_word[x] < rarest):
                    best, rarest, common = 1, of_word[x], of_word[x]
        if best > 1:
            for i in range(offsets[one], offsets[one + 1]):
                for j in range(offsets[two], offsets[two + 1]):
                    x, y = members[i], members[j]
                    level = _word_level(texts, words, x, y)
                    rare, often = min(of_word[x], of_word[y]), max(of_word[x], of_word[y])
                    better = rare < rarest or (rare == rarest and often > common)
                    if level < best or (level == best and better):
                        best, rarest, common = level, rare, often
        levels[p] = 0 if one == two else best
        frequencies[p] = min(of_set[one], common) if one == two else common


@njit(cache=True, nogil=True)
def _word_level(texts: Any, words: Any, x: Any, y: Any) -> int:
    """Level of two different words."""
    (points, offsets, letters), (lengths, groups, short) = texts, words
    a0, a1, b0, b1 = offsets[x], offsets[x + 1], offsets[y], offsets[y + 1]
    similar = 0.0
    if not hopeless(a1 - a0, b1 - b0, letters[x], letters[y]):
        similar = jaro_winkler(points, a0, a1, b0, b1)
    if min(lengths[x], lengths[y]) >= 3 and (similar >= _CLOSE_FROM or within_one(points, a0, a1, b0, b1)):
        return 2
    is_short = False
    for i in range(groups.shape[1]):
        for j in range(groups.shape[1]):
            if groups[x, i] >= 0 and groups[x, i] == groups[y, j]:
                if not short[groups[x, i]]:
                    return 2
                is_short = True
    shortest = min(a1 - a0, b1 - b0)
    k = 0
    while k < shortest and points[a0 + k] == points[b0 + k]:
        k += 1
    if k == shortest:
        return 3
    return 4 if similar >= _ALIKE_FROM or is_short else 6
