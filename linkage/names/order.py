"""A whole name in one field, taken apart: surname first or last, particles, titles, names of birth.

Offices that keep one field for a name write it in many orders. What is certain is used (a comma, a
surname in capitals); else the last word is the surname, with the particles before it.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from linkage.names.folding import Column, on_distinct

PARTICLES = frozenset({
    "af", "von", "van", "der", "den", "ter", "ten", "de", "du", "di", "da", "dos", "das", "del", "della", "la", "le",
    "el", "al", "bin", "ibn", "ben", "bint", "abu", "zu", "zum", "zur",
})  # fmt: skip
"""Words that belong to the surname after them; none of them names anybody alone."""

_TITLES = frozenset({
    "hr", "herr", "fru", "frk", "frøken", "froeken", "dr", "prof", "professor", "ing", "cand", "mag", "lic", "pastor",
    "grev", "greve", "grevinde", "baron", "baronesse", "enke", "enkefru", "afd", "afdøde",
    "junior", "jr", "senior", "sen",
})  # fmt: skip
_BORN = frozenset({"født", "foedt", "f", "fhv", "tidl", "tidligere", "née", "nee"})
_CALLED = frozenset({"kaldet", "kaldt", "alias"})

SPLIT = pa.struct([("given", pa.string()), ("surname", pa.string()), ("earlier", pa.string())])


def without_particles(folded: Column) -> pa.Array:
    """Folded surnames without particles at either end, so that "von Bülow" and "Bülow, von" are one name.

    A name that consists of particles alone keeps them.

    >>> without_particles(pa.array(["von buelow", "buelow von", "de la cour", "el", None])).to_pylist()
    ['buelow', 'buelow', 'cour', 'el', None]
    """
    distinct, index = on_distinct(folded)
    either = "|".join(sorted(PARTICLES))
    bare = pc.replace_substring_regex(distinct, rf"^(?:(?:{either}) )+|(?: (?:{either}))+$", "")
    # One pass leaves the second of two ends: RE2 replaces without overlap, and a name has two.
    bare = pc.replace_substring_regex(bare, rf"^(?:(?:{either}) )+|(?: (?:{either}))+$", "")
    return bare.take(index)


def split_names(texts: Column) -> pa.Array:
    """Whole names as structs of given names, surname and name of birth (each null where not stated).

    >>> names = ["HANSEN, Jens Peter", "HANSEN Jens", "Jens Peter Hansen", "Otto von Bülow", "fru Ida Holm f. Lund"]
    >>> [tuple(one.values()) for one in split_names(pa.array(names)).to_pylist()]  # doctest: +NORMALIZE_WHITESPACE
    [('Jens Peter', 'HANSEN', None), ('Jens', 'HANSEN', None), ('Jens Peter', 'Hansen', None),
     ('Otto', 'von Bülow', None), ('Ida', 'Holm', 'Lund')]
    """
    distinct, index = on_distinct(texts)
    rows = [_split(text) for text in distinct.to_pylist()]
    return pa.array(rows, SPLIT).take(index)


def _split(text: str) -> dict[str, str | None]:
    before, comma, after = text.partition(",")
    if after.split() and _bare(after.split()[0]) in _BORN:
        before, comma = text.replace(",", " "), ""
    words, earlier = _cleaned(before)
    if comma and re.search(r"\w", after):
        rest, more = _cleaned(after)
        # "Bülow, Otto von": what follows the given names belongs before the surname.
        at = len(rest)
        while at > 1 and _bare(rest[at - 1]) in PARTICLES:
            at -= 1
        return _parts(rest[:at], rest[at:] + words, earlier or more)
    at = _surname_start(words)
    if at == 0 and len(words) > 1:
        end = next(n for n, word in enumerate(words) if not _capitals(word))
        return _parts(words[end:], words[:end], earlier)
    return _parts(words[:at], words[at:], earlier)


def _surname_start(words: list[str]) -> int:
    """Where the surname begins; 0 where a surname in capitals stands first."""
    shouted = [_capitals(word) for word in words]
    if len(words) > 1 and shouted[0] and not all(shouted) and shouted == sorted(shouted, reverse=True):
        return 0
    at = max(len(words) - 1, 0)
    while at > 1 and _bare(words[at - 1]) in PARTICLES:
        at -= 1
    return at


def _capitals(word: str) -> bool:
    """Whether a word is shouted; an initial is not.

    >>> _capitals("HANSEN"), _capitals("J."), _capitals("Bo")
    (True, False, False)
    """
    letters = [c for c in word if c.isalpha()]
    return len(letters) > 1 and all(c.isupper() for c in letters)


def _bare(word: str) -> str:
    return word.strip(".").lower()


def _cleaned(text: str) -> tuple[list[str], list[str]]:
    """Words without titles and by-names, and the words of a name of birth."""
    kept: list[str] = []
    born: list[str] = []
    into: list[str] | None = kept
    for word in re.sub(r"[\"“”„()\[\];:/\\]+", " ", text).split():
        bare = _bare(word)
        if bare in _BORN and kept:
            into = born
        elif bare in _CALLED and kept:
            into = None
        elif into is not None and bare not in _TITLES and bare:
            into.append(word)
    return kept, born


def _parts(given: list[str], surname: list[str], earlier: list[str]) -> dict[str, str | None]:
    return {
        "given": " ".join(given) or None,
        "surname": " ".join(surname) or None,
        "earlier": " ".join(earlier) or None,
    }
