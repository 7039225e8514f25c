"""What the title of a column says about what it holds, in five languages and in many spellings."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

from rapidfuzz import fuzz

from loaders.guessing.kinds import Kind

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NEAR = 88
"""Similarity in per cent from which a title is a misspelling of a word."""
_SHORTEST = 5
"""Shorter words are not compared by likeness: one letter makes another word of them."""


def fold(text: str) -> str:
    """Small letters without marks; Nordic and German letters written out.

    >>> fold("Fødselsår")
    'foedselsaar'
    """
    lower = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return "".join(c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c))


def words_of(title: str) -> list[str]:
    """The words of a title, folded.

    >>> words_of("BarnFødselsdato"), words_of("date_of_birth"), words_of("Husnr.")
    (['barn', 'foedselsdato'], ['date', 'of', 'birth'], ['husnr'])
    """
    spaced = re.sub(r"(?<=[a-zæøåäöü])(?=[A-ZÆØÅÄÖÜ])", " ", unicodedata.normalize("NFC", title))
    return [word for word in re.split(r"[^a-z0-9]+", fold(spaced)) if word]


@cache
def _lexicon() -> dict[str, tuple[Kind, ...]]:
    """Every known title, without signs between its words, with its kinds."""
    stated = tomllib.loads(
        resources.files("loaders.guessing").joinpath("header_words.toml").read_text(encoding="utf-8")
    )
    found: dict[str, list[Kind]] = {}
    for kind, words in stated.items():
        for word in words.split():
            found.setdefault(word.replace("_", ""), []).append(Kind(kind))
    return {word: tuple(kinds) for word, kinds in found.items()}


def title_scores(title: str) -> dict[Kind, float]:
    """How much a title speaks for each kind, from 0 to 1.

    The whole title counts most, then its last words, then any word in it, then a likeness.

    >>> title_scores("Fødselsdato")[Kind.BIRTH_DATE], title_scores("Barnets efternavn")[Kind.SURNAME]
    (1.0, 0.8)
    >>> title_scores("Foedselsdta")[Kind.BIRTH_DATE] > 0.5, title_scores("xyz")
    (True, {})
    """
    words, lexicon = words_of(title), _lexicon()
    found: dict[Kind, float] = {}

    def vote(text: str, weight: float) -> None:
        for kind in lexicon.get(text, ()):
            found[kind] = max(found.get(kind, 0.0), weight)

    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            whole = end - start == len(words)
            vote("".join(words[start:end]), 1.0 if whole else 0.8 if end == len(words) else 0.6)
    if not found:
        for text in {"".join(words), *words}:
            for kind, weight in _alike(text, lexicon):
                found[kind] = max(found.get(kind, 0.0), weight)
    return found


def _alike(text: str, lexicon: dict[str, tuple[Kind, ...]]) -> Iterable[tuple[Kind, float]]:
    """Kinds whose words the text is a misspelling of, or ends with."""
    if len(text) < _SHORTEST:
        return
    for word, kinds in lexicon.items():
        if len(word) < _SHORTEST:
            continue
        likeness = fuzz.ratio(text, word)
        weight = 0.7 * likeness / 100 if likeness >= _NEAR else 0.6 if text.endswith(word) else 0.0
        if weight:
            yield from ((kind, weight) for kind in kinds)


def known_titles(titles: Iterable[str]) -> int:
    """How many of the titles are known words."""
    return sum(1 for title in titles if max(title_scores(title).values(), default=0.0) >= 0.8)
