"""A Danish spelling key: one key for the spellings of a name that sound alike to somebody who writes them down.

For blocking only, where too wide costs time and too narrow costs matches: international codes merge
Jensen with Hansen or part Kristensen from Christensen, so it is a short list of Danish spelling habits
instead. docs/names.md measures it beside them.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from linkage.names.ascii import undoubled
from linkage.names.folding import Column, on_distinct

_SPELLING = (
    (r"[^a-z]", ""),
    (r"^(aa|ae|oe)", "o"),
    (r"aa|ae|oe", "a"),
    (r"ph", "f"),
    (r"[st]ch|sch|tj|sj|sh", "s"),
    (r"ch|ck|kj|kh|q", "k"),
    (r"c([eiy])", r"s\1"),
    (r"c", "k"),
    (r"gj|gh", "g"),
    (r"^hv|w", "v"),
    (r"^hj", "j"),
    (r"z|x", "s"),
    (r"[dt]+h?[dt]*", "t"),
    (r"(n|l)t(s|$)", r"\1\2"),
    (r"(.)h+", r"\1"),
    (r"(.)[aeiouyj]+", r"\1"),
)
"""Pattern and replacement in order, applied to one folded token. d and t are one sound class
(Pedersen, Petersen), h inside a word is silent, vowels after the first letter carry little."""


def spelling_key(folded: Column) -> pa.Array:
    """One key for the spellings of a name, by its last word for a surname or its first for a given name.

    Takes single folded words (:func:`first_token`, :func:`last_token`); null, or a word without Latin
    letters, keeps itself as key. For blocking only.

    >>> spelling_key(pa.array(["kristensen", "christensen", "petersen", "pedersen"])).to_pylist()
    ['krstnsn', 'krstnsn', 'ptrsn', 'ptrsn']
    >>> spelling_key(pa.array(["mohammed", "muhamad", "jensen", "hansen", "иван"])).to_pylist()
    ['mt', 'mt', 'jnsn', 'hnsn', 'иван']
    """
    distinct, index = on_distinct(folded)
    key = distinct
    for pattern, replacement in _SPELLING:
        key = pc.replace_substring_regex(key, pattern, replacement)
    key = undoubled(key, "bfgklmnprstv")
    return pc.if_else(pc.equal(key, ""), distinct, key).take(index)
