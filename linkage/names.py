"""Names made comparable: folding, tokens and a Danish spelling key.

Folding removes what registers spell differently for the same name (case, æ or ae, accents,
hyphens). The spelling key goes further and is for blocking only, where too wide costs time and too
narrow costs matches: international codes merge Jensen with Hansen or part Kristensen from
Christensen, so it is a short list of Danish spelling habits instead.
"""

from __future__ import annotations

from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = pa.Array | pa.ChunkedArray

_LETTERS = (
    ("æ", "ae"),
    ("ä", "ae"),
    ("ø", "oe"),
    ("ö", "oe"),
    ("œ", "oe"),
    ("å", "aa"),
    ("ß", "ss"),
    ("ł", "l"),
    ("đ", "d"),
    ("ð", "d"),
    ("þ", "th"),
    ("ı", "i"),
)
_MISSING = "nan|null|none|unknown|ukendt|uoplyst|n a|nn|n n"
"""Folded words that stand for "no value" in exports."""
_NOTHING = rf"^((({_MISSING}) )*({_MISSING}))?$"
"""A folded text without any other word; an export that joins two empty columns says it twice."""

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


def _on_distinct(values: Column) -> tuple[pa.Array, pa.Array]:
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = pc.dictionary_encode(flat.cast(pa.string()))
    return encoded.dictionary, encoded.indices


def fold(values: Column) -> pa.Array:
    """Lower-case ASCII form where the script allows it, words parted by one space, null where empty.

    >>> fold(pa.array(["Søren  Ågård-Møller", "O'Brien", "  ", "Ukendt", None])).to_pylist()
    ['soeren aagaard moeller', 'obrien', None, None, None]
    """
    distinct, index = _on_distinct(values)
    text = pc.utf8_lower(pc.utf8_normalize(distinct, "NFC"))
    for letter, plain in _LETTERS:
        text = pc.replace_substring(text, letter, plain)
    text = pc.replace_substring_regex(pc.utf8_normalize(text, "NFKD"), r"\p{M}+|['’`´]", "")
    text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"[^\p{L}\p{N}]+", " "))
    text = pc.if_else(pc.match_substring_regex(text, _NOTHING), pa.scalar(None, pa.string()), text)
    return text.take(index)


def tokens(folded: Column) -> pa.Array:
    """The words of each folded name, as lists; null stays null.

    >>> tokens(pa.array(["anne marie", None])).to_pylist()
    [['anne', 'marie'], None]
    """
    flat = folded.combine_chunks() if isinstance(folded, pa.ChunkedArray) else folded
    return pc.split_pattern(flat, " ")


def first_token(folded: Column) -> pa.Array:
    """The first word of each folded name.

    >>> first_token(pa.array(["anne marie", "bo", None])).to_pylist()
    ['anne', 'bo', None]
    """
    distinct, index = _on_distinct(folded)
    return pc.replace_substring_regex(distinct, r" .*$", "").take(index)


def last_token(folded: Column) -> pa.Array:
    """The last word of each folded name.

    >>> last_token(pa.array(["nygaard jensen", "bo", None])).to_pylist()
    ['jensen', 'bo', None]
    """
    distinct, index = _on_distinct(folded)
    return pc.replace_substring_regex(distinct, r"^.* ", "").take(index)


def spelling_key(folded: Column) -> pa.Array:
    """One key for the spellings of a name, by its last word for a surname or its first for a given name.

    Takes single folded words (:func:`first_token`, :func:`last_token`); null, or a word without Latin
    letters, keeps itself as key. For blocking only.

    >>> spelling_key(pa.array(["kristensen", "christensen", "petersen", "pedersen"])).to_pylist()
    ['krstnsn', 'krstnsn', 'ptrsn', 'ptrsn']
    >>> spelling_key(pa.array(["mohammed", "muhamad", "jensen", "hansen", "иван"])).to_pylist()
    ['mt', 'mt', 'jnsn', 'hnsn', 'иван']
    """
    distinct, index = _on_distinct(folded)
    key = distinct
    for pattern, replacement in _SPELLING:
        key = pc.replace_substring_regex(key, pattern, replacement)
    # RE2 has no back-references in patterns, so doubled letters are collapsed one letter at a time.
    for letter in "bfgklmnprstv":
        key = pc.replace_substring_regex(key, f"{letter}{{2,}}", letter)
    return pc.if_else(pc.equal(key, ""), distinct, key).take(index)
