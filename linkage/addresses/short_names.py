"""Short street names: what an abbreviation can stand for.

The road register keeps an "address name" of at most 20 characters beside each street's name, cut by
hand ("Kr.Kat.Vej"), and clerks cut as they please. So a cut word is read as the beginning of a word,
and the street is found where one street of the postcode alone can be meant.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from linkage.addresses.folding import fold, street_key, word_meanings

ADDRESS_NAME = 20
"""Longest address name of the road register; a name of this length may have lost its end."""
LEAST_LETTERS = 4
"""Letters that an abbreviation must keep to stand for a name at all."""
MOST_WORDS = 8
"""Words of a street's name at most; a longer text is no name."""

_TOKEN = re.compile(r"[a-z0-9]+\.?")


class Word(NamedTuple):
    """One word of a short name: texts it may begin with, and whether more may follow."""

    spellings: tuple[str, ...]
    cut: bool


def short_words(street: str) -> tuple[Word, ...] | None:
    """The words of a street's name if any of them is cut short, else None.

    >>> short_words("Kat.Vej")[0], short_words("Vestergade")
    (Word(spellings=('kat',), cut=True), None)
    """
    tokens = _TOKEN.findall(fold(street).replace("'", ""))
    full = len(street.strip()) >= ADDRESS_NAME
    words = []
    for place, token in enumerate(tokens):
        plain = token.rstrip(".")
        meanings = word_meanings(plain)
        cut = token != plain or len(plain) == 1 or bool(meanings) or (full and place == len(tokens) - 1)
        words.append(Word((plain, *meanings), cut))
    letters = sum(len(w.spellings[0]) for w in words)
    return tuple(words) if letters >= LEAST_LETTERS and len(words) <= MOST_WORDS and any(w.cut for w in words) else None


def can_mean(words: tuple[Word, ...], key: str) -> bool:
    """Whether a short name can stand for the street with this key.

    >>> can_mean(short_words("Kr.Kat.Vej"), street_key("Kronprinsesse Katrines Vej"))
    True
    >>> can_mean(short_words("Kr.Kat.Vej"), street_key("Kristians Vej"))
    False
    """
    reached = {0}
    for word in words:
        ahead: set[int] = set()
        for start in reached:
            for spelling in word.spellings:
                if key.startswith(spelling, start):
                    end = start + len(spelling)
                    ahead.update(range(end, len(key) + 1) if word.cut else (end,))
        if not ahead:
            return False
        reached = ahead
    return len(key) in reached


def only_meaning(street: str, choices: dict[str, str]) -> tuple[str | None, bool]:
    """The one street that a short name stands for, and whether there were several.

    ``choices`` maps keys of streets to their spellings. A registered name may itself be the short one
    ("H.C. Andersens Vej" for Hans Christian's).
    """
    words, key = short_words(street), street_key(street)
    found = []
    for other, spelling in choices.items():
        if not other or other[0] != key[:1]:
            continue
        own = short_words(spelling) if "." in spelling else None
        if (words and can_mean(words, other)) or (own and can_mean(own, key)):
            found.append(other)
    return (found[0] if len(found) == 1 else None), len(found) > 1
