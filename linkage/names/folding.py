"""Names made comparable: case, æ or ae, accents and hyphens no longer tell two spellings apart."""

from __future__ import annotations

from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from linkage.names.ascii import FOLDED, cleaned, one_word

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


def on_distinct(values: Column) -> tuple[pa.Array, pa.Array]:
    """The distinct texts of a column, and for every row which of them it is."""
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = pc.dictionary_encode(flat.cast(pa.string()))
    return encoded.dictionary, encoded.indices


def fold(values: Column) -> pa.Array:
    """Lower-case ASCII form where the script allows it, words parted by one space, null where empty.

    >>> fold(pa.array(["Søren  Ågård-Møller", "O'Brien", "  ", "Ukendt", None])).to_pylist()
    ['soeren aagaard moeller', 'obrien', None, None, None]
    """
    distinct, index = on_distinct(values)
    return fold_distinct(distinct).take(index)


def fold_distinct(texts: pa.Array) -> pa.Array:
    """Fold texts that hold no null, each of them."""
    text = cleaned(texts, FOLDED, _folded)
    nothing = pc.fill_null(pc.match_substring_regex(text, _NOTHING), True)
    return pc.if_else(nothing, pa.scalar(None, pa.string()), text)


def _folded(texts: pa.Array) -> pa.Array:
    """Lower-case ASCII form where the script allows it, of any text."""
    text = pc.utf8_lower(pc.utf8_normalize(texts, "NFC"))
    for letter, plain in _LETTERS:
        text = pc.replace_substring(text, letter, plain)
    text = pc.replace_substring_regex(pc.utf8_normalize(text, "NFKD"), r"\p{M}+|['’`´]", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"[^\p{L}\p{N}]+", " "))


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
    distinct, index = on_distinct(folded)
    return one_word(distinct, last=False).take(index)


def last_token(folded: Column) -> pa.Array:
    """The last word of each folded name.

    >>> last_token(pa.array(["nygaard jensen", "bo", None])).to_pylist()
    ['jensen', 'bo', None]
    """
    distinct, index = on_distinct(folded)
    return one_word(distinct, last=True).take(index)
