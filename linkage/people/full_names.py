"""How rare a full name is among the others: the pair's own mentions do not make their name common.

Term frequencies count every mention, those of the person in question too. For a name that one person
brings to a register five times that is most of its frequency, and the five look as doubtful as five
namesakes. So where two mentions have the same given names and the same surname, the mentions of that full
name are taken out of both frequencies; what is left of the given names is drawn towards the product of
their words' frequencies, which is known better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.comparison import NULL_LEVEL, Agreement, Index
from linkage.people.mentions import Mentions
from linkage.people.name_sets import PART

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_DRAWN = 0.1
"""Weight of the words' product beside the counts of the given names."""
_MOST_OWN = 12
"""Mentions that one person brings at most: of a name with more, the rest are others'."""
_LEAST_GIVEN, _LEAST_SURNAME = 0.05, 0.5
"""Mentions that the others have at least, so that no name is evidence without bounds."""


@dataclass(frozen=True, slots=True)
class FullNames:
    """Bits that the names of a pair are rarer than their frequencies say; no evidence where a name differs."""

    of_mention: Ints
    """Code of the full name, -1 where a part is missing."""
    bits: Floats
    """By full name."""
    name: str = "full name"
    conflicts: frozenset[int] = frozenset()

    level_names = ("the same, and rarer among others", "not told apart by it")
    frequency_weights = (1.0, 0.0)
    shared = False

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level 0 with the bits as rarity where both full names are the same, else null."""
        code = self.of_mention[left]
        same = (code >= 0) & (code == self.of_mention[right])
        bits = np.where(same, self.bits[np.maximum(code, 0)], 0.0)
        return Agreement(np.where(same, 0, NULL_LEVEL).astype(np.uint8), -bits)


def full_names(mentions: Mentions) -> tuple[FullNames, ...]:
    """The comparison by how rare the full names are that two mentions share; empty where there are none."""
    given, texts = _codes(mentions.given)
    surname, _ = _codes(mentions.surnames)
    rows = np.flatnonzero((given >= 0) & (surname >= 0))
    if not len(rows):
        return ()
    packed = (given[rows] << 32) | surname[rows]
    order = np.argsort(packed, kind="stable")
    first = np.ones(len(rows), bool)
    first[1:] = packed[order][1:] != packed[order][:-1]
    code = np.cumsum(first) - 1
    of_mention = np.full(len(mentions), -1, np.int64)
    of_mention[rows[order]] = code
    own = np.minimum(np.bincount(code), _MOST_OWN).astype(np.float64)
    one = rows[order][first]
    with_given = np.bincount(given[given >= 0])[given[one]].astype(np.float64)
    with_surname = np.bincount(surname[surname >= 0])[surname[one]].astype(np.float64)
    chance = _by_words(texts, given)[given[one]]
    others = (with_given - own + _DRAWN * chance + _LEAST_GIVEN) / (1.0 + _DRAWN)
    bits = np.maximum(np.log2(with_given / others), 0.0)
    bits += np.maximum(np.log2(with_surname / (with_surname - own + _LEAST_SURNAME)), 0.0)
    return (FullNames(of_mention, bits),)


def _codes(texts: pa.Array) -> tuple[Ints, pa.Array]:
    encoded = pc.dictionary_encode(pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts))
    return pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary


def _by_words(texts: pa.Array, codes: Ints) -> Floats:
    """Mentions that would have each text if words met by chance."""
    bearers = np.bincount(codes[codes >= 0], minlength=len(texts)).astype(np.float64)
    lists = pc.split_pattern(texts, PART)
    words = pc.dictionary_encode(lists.flatten()).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    text = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    total = max(float(bearers.sum()), 1.0)
    share = np.bincount(words, weights=bearers[text]) / total
    return np.asarray(total * np.exp2(np.bincount(text, weights=np.log2(share[words]), minlength=len(texts))))
