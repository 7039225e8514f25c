"""How names and dates go wrong when somebody writes them down."""

from __future__ import annotations

from functools import cache

import numpy as np

from loaders.synth import tables
from loaders.synth.given_names import NICKNAMES, VARIANTS
from loaders.synth.identifiers import calendar
from loaders.synth.sampling import Ints, Rng, Texts, pick_kind

_SPELLINGS = (
    ("Christ", "Krist"),
    ("Krist", "Christ"),
    ("Ph", "F"),
    ("ph", "f"),
    ("th", "t"),
    ("kk", "ck"),
    ("ck", "k"),
    ("sen", "son"),
    ("ks", "x"),
    ("x", "ks"),
    ("Carl", "Karl"),
    ("Karl", "Carl"),
    ("ie", "i"),
    ("nn", "n"),
    ("ll", "l"),
    ("W", "V"),
    ("w", "v"),
    ("Z", "S"),
    ("Jacob", "Jakob"),
    ("Jakob", "Jacob"),
    ("Eric", "Erik"),
    ("Erik", "Eric"),
    ("ders", "ters"),
    ("tte", "te"),
    ("ss", "s"),
    ("gaard", "gård"),
    ("Mad", "Mats"),
)
_LETTERS = (
    ("aa", "å"),
    ("å", "aa"),
    ("ø", "oe"),
    ("æ", "ae"),
    ("Ø", "Oe"),
    ("Å", "Aa"),
    ("Aa", "Å"),
    ("Æ", "Ae"),
    ("ø", "o"),
)
_SCRIPTS = (
    ("kh", "h"),
    ("ou", "u"),
    ("oo", "u"),
    ("ee", "i"),
    ("sh", "sch"),
    ("ch", "tj"),
    ("dj", "j"),
    ("y", "j"),
    ("j", "y"),
    ("w", "v"),
    ("q", "k"),
    ("mm", "m"),
    ("ss", "s"),
    ("dh", "d"),
    ("ah", "a"),
)
"""What one script's letters become in another; each is one of several usages."""
_PARTICLES = ("von ", "van ", "de ", "af ", "El ", "Al-")
_KEYS = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "m": "n", "s": "d", "r": "t", "l": "k", "d": "f", "t": "y"}


BY_EAR = 0.2
"""Other spellings of transliterated names that are in no list (assumption)."""


@cache
def _variants() -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for _, group in VARIANTS:
        for name in group:
            groups.setdefault(name, []).extend(n for n in group if n != name)
    return {name: tuple(dict.fromkeys(others)) for name, others in groups.items()}


def other_spelling(name: str, rng: Rng) -> str:
    """Another spelling of a transliterated name, or the name itself if none is known.

    One of the spellings in use, and now and then one that somebody made up by ear.

    >>> other_spelling("Jens", np.random.default_rng(1))
    'Jens'
    """
    others = _variants().get(name)
    if not others:
        return name
    chosen = others[int(rng.integers(len(others)))]
    return _replaced(chosen, _SCRIPTS, rng) if rng.random() < BY_EAR else chosen


def _replaced(name: str, pairs: tuple[tuple[str, str], ...], rng: Rng) -> str:
    fitting = [(a, b) for a, b in pairs if a in name]
    if not fitting:
        return name
    old, new = fitting[int(rng.integers(len(fitting)))]
    return name.replace(old, new, 1)


def _typed(name: str, kind: str, rng: Rng) -> str:
    """A wrong, a missing or two exchanged letters, never the first."""
    if len(name) < 3:
        return name + name[-1]
    at = int(rng.integers(1, len(name) - 1))
    if kind == "dropped":
        return name[:at] + name[at + 1 :]
    if kind == "swapped_letters":
        at = min(at, len(name) - 2)
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + _KEYS.get(name[at], "e") + name[at + 1 :]


def misspell(given: str, surname: str, kind: str, rng: Rng) -> tuple[str, str]:
    """Given names and surname with one error of a kind; where the kind leaves them as they are, a typing error.

    >>> misspell("Anna", "Kristensen", "swapped_names", np.random.default_rng(1))
    ('Kristensen', 'Anna')
    """
    if kind == "swapped_names":
        return surname, given
    if kind == "initial":
        return f"{given[:1]}.", surname
    first, space, rest = given.partition(" ")
    if kind == "nickname" and first in NICKNAMES:
        return NICKNAMES[first] + space + rest, surname
    particle = next((p for p in _PARTICLES if surname.startswith(p)), "")
    if kind == "particle" and particle:
        bare = surname.removeprefix(particle)
        return given, bare if rng.random() < 0.5 else particle.strip(" -").capitalize() + " " + bare
    in_surname = rng.random() < 0.5
    word = surname if in_surname else given
    if kind == "spelling":
        changed = _replaced(word, _SPELLINGS, rng)
    elif kind == "danish_letters":
        changed = _replaced(word, _LETTERS, rng)
    else:
        changed = _typed(word, kind, rng)  # a nickname or a particle that is not there is a slip like any other
    if changed == word:
        changed = _typed(word, "typo", rng)
    return (given, changed) if in_surname else (changed, surname)


def wrong_dates(days: Ints, written: Ints, rng: Rng) -> Ints:
    """Other dates in place of the true ones: day and month exchanged, a digit or a year off, 1 January.

    Some are the day of writing, which a form fills in where nothing is known.
    """
    year, month, day = calendar(days)
    kinds: Texts = pick_kind(rng, tables.BIRTH_ERRORS, len(days))
    swap = (kinds == "swap") & (day <= 12) & (day != month)
    turn = (kinds == "year") | (kinds == "new_year") & (month == 1) & (day == 1)
    new_year = (kinds == "new_year") & ~turn
    other_day = (day - 1 + np.where(rng.random(len(days)) < 0.5, 10, rng.integers(1, 9, len(days)))) % 28 + 1
    other_day = np.where(other_day == day, other_day % 28 + 1, other_day)
    new_day = np.where(swap, month, np.where(new_year, 1, np.where(turn, np.minimum(day, 28), other_day)))
    new_month = np.where(swap, day, np.where(new_year, 1, month))
    its_year = year + np.where(turn, rng.choice([-1, 1], len(days)), 0)
    months = ((its_year - 1970) * 12 + new_month - 1).astype("datetime64[M]")
    changed = months.astype("datetime64[D]").astype(np.int64) + new_day - 1
    return np.where((kinds == "entered") & (written != days), written, changed)
