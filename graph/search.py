"""Finds persons in scope by what somebody remembers of them: names in any order and spelling, a birth date.

Every mention is searched, not only the name a person is shown under: the spelling that one district
wrote down years ago is often the one remembered. A hit says why it hit; its score describes the hit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from graph.grant import Grant
from graph.snapshot import Snapshot
from graph.snapshot.layout import NEWEST
from linkage.names import fold, tokens

CLOSE = 0.88
"""Jaro-Winkler similarity from which two words may be spellings of one."""
INITIALS, INITIAL_FIT = 2, 0.7
"""Words of up to so many letters also fit the beginning of a word, and how well that counts."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hit:
    """A person found, and why."""

    person_id: str
    name: str | None
    birth_date: dt.date | None
    why: str
    score: float
    """How well the question fits the mention that fits best, 0 to 1: a property of the hit, not of the person."""
    record_id: str
    """The mention that fits best."""
    protected: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """The distinct words of all believed mentions' names, and who bears them."""

    distinct: list[str]
    word: npt.NDArray[np.int64]
    mention: npt.NDArray[np.int64]
    believed: npt.NDArray[np.bool_]


_WORDS: WeakKeyDictionary[Snapshot, _Words] = WeakKeyDictionary()


def search(
    snapshot: Snapshot,
    text: str,
    grant: Grant,
    *,
    today: dt.date,
    birth_date: dt.date | None = None,
    limit: int = 20,
) -> tuple[Hit, ...]:
    """Persons with a mention that bears the words of ``text``, best fit first, then by id.

    Words are compared without case, accents and Danish letter variants; every word must fit one of the
    mention's words equally, by spelling (:data:`CLOSE`) or as initials. A given birth date sorts mentions
    that state it first, and finds them without a name if ``text`` is empty; those that state another stay in.

    Raises:
        GrantError: The grant is incomplete or has run out.
    """
    grant.check(today)
    index = _index(snapshot)
    asked = _folded(text)
    born = _born_on(snapshot, birth_date)
    name = _name_fit(index, asked)
    fits = np.flatnonzero(index.believed & (name > 0 if asked else born))
    parts = len(asked) + (2 if birth_date else 0)
    total = (name * len(asked) + 2.0 * born) / max(parts, 1)
    rows = _best_mentions(snapshot, fits, total[fits])[:limit]
    return tuple(_hit(snapshot, row, asked, score=float(total[row]), born=bool(born[row])) for row in rows)


def _folded(text: str | None) -> list[str]:
    found = tokens(fold(pa.array([text], pa.string()))).to_pylist()[0]
    return list(dict.fromkeys(found or []))


def _index(snapshot: Snapshot) -> _Words:
    """Made at the first search and kept as long as the snapshot is."""
    if snapshot not in _WORDS:
        lists = tokens(fold(snapshot.column("Mention", "name")))
        encoded = pc.list_flatten(lists).dictionary_encode()
        known_from, known_to = (
            snapshot.column("Mention", c).cast(pa.int32()).to_numpy() for c in ("known_from", "known_to")
        )
        _WORDS[snapshot] = _Words(
            distinct=encoded.dictionary.to_pylist(),
            word=encoded.indices.to_numpy().astype(np.int64),
            mention=pc.list_parent_indices(lists).to_numpy().astype(np.int64),
            believed=(known_from <= NEWEST) & (known_to > NEWEST),
        )
    return _WORDS[snapshot]


def _likeness(asked: str, words: Sequence[str]) -> Floats:
    """How far each word can stand for the one asked for: 1 equal, 0 not at all."""
    if not words:
        return np.zeros(0)
    found: Floats = cdist([asked], words, scorer=JaroWinkler.similarity, score_cutoff=CLOSE, dtype=np.float64)[0]
    if len(asked) <= INITIALS:
        starts = np.fromiter((word.startswith(asked) for word in words), dtype=np.bool_, count=len(words))
        found = np.maximum(found, INITIAL_FIT * starts)
    return found


def _name_fit(index: _Words, asked: Sequence[str]) -> Floats:
    """Mean likeness per mention over the words asked for; 0 where one of them fits nothing."""
    rows = len(index.believed)
    total, everything = np.zeros(rows), np.ones(rows, dtype=np.bool_)
    for word in asked:
        likeness = _likeness(word, index.distinct)[index.word]
        at = np.flatnonzero(likeness)
        best = np.zeros(rows)
        np.maximum.at(best, index.mention[at], likeness[at])
        everything &= best > 0
        total += best
    return np.where(everything, total, 0.0) / max(len(asked), 1)


def _born_on(snapshot: Snapshot, day: dt.date | None) -> npt.NDArray[np.bool_]:
    column = snapshot.column("Mention", "birth_date")
    if day is None:
        return np.zeros(len(column), dtype=np.bool_)
    equal = pc.fill_null(pc.equal(column, pa.scalar(day, pa.date32())), fill_value=False)
    return np.asarray(equal.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _best_mentions(snapshot: Snapshot, rows: npt.NDArray[np.int64], scores: Floats) -> list[int]:
    """One mention per person, the best first; equal ones by person, then by record."""
    persons = snapshot.nodes("Mention")[rows]
    order = np.lexsort((rows, persons, -scores))
    _, first = np.unique(persons[order], return_index=True)
    found: list[int] = rows[order[np.sort(first)]].tolist()
    return found


def _hit(snapshot: Snapshot, row: int, asked: Sequence[str], *, score: float, born: bool) -> Hit:
    person = int(snapshot.nodes("Mention")[row])
    stated = _folded(snapshot.value("Mention", "name", row))
    reasons = []
    for word in asked:
        likeness = _likeness(word, stated)
        best = int(likeness.argmax())
        if likeness[best] == 1:
            reasons.append(f"{word} is stated")
        elif len(word) <= INITIALS and stated[best].startswith(word):
            reasons.append(f"{word} begins {stated[best]}")
        else:
            reasons.append(f"{word} is close to {stated[best]} ({likeness[best]:.2f})")
    if born:
        reasons.append("birth date is equal")
    register = snapshot.value("Mention", "register", row)
    return Hit(
        person_id=snapshot.id_of("Person", person),
        name=snapshot.value("Person", "name", person),
        birth_date=snapshot.value("Person", "birth_date", person),
        why=f"{', '.join(reasons)} in {register}",
        score=score,
        record_id=snapshot.id_of("Mention", row),
        protected=bool(snapshot.value("Person", "protected", person)),
    )
