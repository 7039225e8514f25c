"""Every way in which the fields of a table can block: the options that rules are chosen from.

Every field yields keys from coarse (a spelling key, an area, a year) to fine (the value). A key blocks
alone or with one of another field; one of the two must point at a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.blocking.rules import BlockingRule, Keys, code_keys, paired_keys
from linkage.dates import BirthDates
from linkage.kinds import Kind
from linkage.names import spelling_key
from linkage.names.ascii import one_word
from linkage.parallel import in_order
from linkage.standardise import Fields, TextField, coded

Codes: TypeAlias = npt.NDArray[np.int32]

_PERSON = frozenset({Kind.GIVEN_NAME, Kind.SURNAME, Kind.MIDDLE_NAME, Kind.IDENTIFIER, Kind.EMAIL, Kind.PHONE})
"""Kinds that point at a person or family; a rule needs one of them, or the birth date."""
_NEVER = frozenset({Kind.SEX, Kind.REGION})
"""Kinds with too few values to block on."""


@dataclass(frozen=True, slots=True, eq=False)
class BlockingKey:
    """One way of blocking on a field."""

    label: str
    field: str
    codes: Codes
    """Code of each record's key, -1 for none."""
    person: bool
    parts: frozenset[str] = frozenset()
    """Labels of the coarser keys of the same field that this one implies."""

    def keys(self) -> Keys:
        """The codes as keys of a rule."""
        return code_keys(self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One key alone, or two of different fields together."""

    parts: tuple[BlockingKey, ...]

    @property
    def name(self) -> str:
        """Labels of its keys."""
        return " + ".join(key.label for key in self.parts)

    def rule(self, finest: Sequence[BlockingKey]) -> BlockingRule:
        """A rule that refines large blocks by the other fields, persons' own first."""
        used = {key.field for key in self.parts}
        refine = sorted((key for key in finest if key.field not in used), key=lambda key: not key.person)
        keys = paired_keys(self.parts[0].codes, self.parts[-1].codes)
        return BlockingRule(self.name, keys, refinements=tuple(partial(code_keys, key.codes) for key in refine))


def _area(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(values, r"(^.{2,4}).{3}$|(^.{2}).{2}$", r"\1\2")


def _mailbox(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(values, r"@.*$", "")


def _first_word(values: pa.Array) -> pa.Array:
    return spelling_key(one_word(values, last=False))


def _last_word(values: pa.Array) -> pa.Array:
    return spelling_key(one_word(values, last=True))


_COARSE = {
    Kind.GIVEN_NAME: (" spelling", _first_word),
    Kind.MIDDLE_NAME: (" spelling", _first_word),
    Kind.SURNAME: (" spelling", _last_word),
    Kind.STREET: (" spelling", _first_word),
    Kind.CITY: (" spelling", _first_word),
    Kind.POSTCODE: (" area", _area),
    Kind.EMAIL: (" mailbox", _mailbox),
}
"""Label and making of a kind's coarse key, from distinct values."""


def _text_keys(field: TextField) -> list[BlockingKey]:
    """Keys of one text field, coarse first; only the first of its columns blocks."""
    values, codes = coded(field.columns[0])
    person = field.kind in _PERSON
    if field.kind not in _COARSE:
        return [BlockingKey(field.name, field.name, codes, person)]
    label, make = _COARSE[field.kind]
    coarse = np.append(coded(make(values))[1], np.int32(-1))[codes]
    return [
        BlockingKey(field.name + label, field.name, coarse, person),
        BlockingKey(field.name, field.name, codes, person, frozenset({field.name + label})),
    ]


def _birth_keys(birth: BirthDates) -> list[BlockingKey]:
    known = birth.known()
    whole = known & (birth.month > 0) & (birth.day > 0)
    parts = frozenset({"birth year", "birth month and day"})
    forms: list[tuple[str, npt.NDArray[np.int64], frozenset[str]]] = [
        ("birth year", np.where(known, birth.year, -1), frozenset()),
        ("birth month and day", np.where(whole, birth.month * 100 + birth.day, -1), frozenset()),
        ("birth date", np.where(known, birth.year * 10000 + birth.month * 100 + birth.day, -1), parts),
    ]
    return [
        BlockingKey(label, "birth_date", codes.astype(np.int32), person=True, parts=coarser)
        for label, codes, coarser in forms
    ]


def key_ladders(fields: Fields, *, threads: int = 1) -> list[list[BlockingKey]]:
    """The keys of every field that can block, coarse first."""
    texts = [field for field in fields.texts if field.kind not in _NEVER]
    ladders = in_order(_text_keys, texts, threads=threads)
    return [*ladders, _birth_keys(fields.birth)] if fields.birth is not None else ladders


def grouped_options(ladders: Sequence[Sequence[BlockingKey]]) -> list[list[Option]]:
    """All options, those of the same fields together."""
    groups = [[Option((key,)) for key in ladder] for ladder in ladders]
    groups += [
        [Option((a, b)) for a in first for b in second]
        for first, second in combinations(ladders, 2)
        if first[0].person or second[0].person
    ]
    return groups
