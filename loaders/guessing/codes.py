"""The codes of a column, where it is safe to speak of them: a register's own words, never a person's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from loaders.guessing.reference import known_word, name_words
from loaders.guessing.titles import fold
from loaders.guessing.values import Column

MOST_CODES = 60
"""A column of more different values holds no code list."""
_LONGEST = 40
_OFTEN = 2
"""An unknown code is only named where it stands in at least this many rows: once written, it may be anybody's name."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of a column, the most frequent first, and what each is known to mean."""

    known: dict[str, str]
    unknown: tuple[str, ...]
    untold: int = 0
    """Different values that are not named: rare ones, and such as could be somebody's."""
    share: float = 1.0
    """Share of the filled rows whose code is known."""


def looks_personal(code: str) -> bool:
    """Whether a value could be somebody's name, number or words.

    >>> looks_personal("SIG"), looks_personal("Jens Hansen"), looks_personal("010203-1234")
    (False, True, True)
    """
    if len(code) > _LONGEST or re.search(r"\d{4}|@", code):
        return True
    given, surnames = name_words()
    words = re.split(r"[^a-z]+", fold(code))
    return any(len(w) > 2 and (w in given or w in surnames) for w in words)


def codes_of(column: Column, kind: str) -> Codes:
    """The codes of a column of sexes, roles or categories."""
    if len(column.counts) > MOST_CODES:
        known = {v: w for v in column.counts if (w := known_word(kind, v))}
        return Codes(dict(sorted(known.items())), (), len(column.counts) - len(known), _share(column, known))
    ordered = sorted(column.counts, key=lambda v: (-column.counts[v], v))
    known = {v: word for v in ordered if (word := known_word(kind, v))}
    rest = [v for v in ordered if v not in known]
    told = [v for v in rest if column.counts[v] >= _OFTEN and not looks_personal(v)]
    return Codes(known, tuple(told), len(rest) - len(told), _share(column, known))


def _share(column: Column, known: dict[str, str]) -> float:
    return sum(column.counts[v] for v in known) / max(column.filled, 1)
