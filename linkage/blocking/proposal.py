"""Blocking rules proposed from the data: none is written by hand for a file.

Every field yields keys from fine (the value) to coarse (a spelling key, an area, a year). A key that is
rare enough blocks alone; the others block in pairs of different fields, as coarse as the budget of pairs
per record allows, because a coarse key forgives errors that a fine one does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.blocking.rules import NO_KEY, BlockingRule, Keys, code_keys, combined_keys
from linkage.dates import BirthDates
from linkage.kinds import Kind
from linkage.names import first_token, last_token, spelling_key
from linkage.standardise import Fields, TextField

_PERSON = frozenset({Kind.GIVEN_NAME, Kind.SURNAME, Kind.MIDDLE_NAME, Kind.IDENTIFIER, Kind.EMAIL, Kind.PHONE})
"""Kinds that point at a person or family; a rule needs one of them, or the birth date."""
_NEVER = frozenset({Kind.SEX, Kind.REGION})
"""Kinds with too few values to block on."""


@dataclass(frozen=True, slots=True)
class _Key:
    """One way of blocking on a field."""

    label: str
    field: str
    keys: Keys
    person: bool
    parts: frozenset[str] = frozenset()
    """Labels of the coarser keys of the same field that this one implies."""


def _codes(values: pa.Array) -> Keys:
    indices = pc.fill_null(pc.dictionary_encode(values).indices.cast(pa.int64()), -1)
    return code_keys(np.asarray(indices.to_numpy(zero_copy_only=False)))


def _text_keys(field: TextField) -> list[_Key]:
    """Keys of one text field, coarse first; only the first of its columns blocks."""
    values = field.columns[0]
    forms = [("", values)]
    if field.kind in (Kind.GIVEN_NAME, Kind.MIDDLE_NAME):
        forms.insert(0, (" spelling", spelling_key(first_token(values))))
    elif field.kind in (Kind.SURNAME, Kind.STREET, Kind.CITY):
        forms.insert(
            0, (" spelling", spelling_key(last_token(values) if field.kind is Kind.SURNAME else first_token(values)))
        )
    elif field.kind is Kind.POSTCODE:
        forms.insert(0, (" area", pc.replace_substring_regex(values, r"(^.{2,4}).{3}$|(^.{2}).{2}$", r"\1\2")))
    elif field.kind is Kind.EMAIL:
        forms.insert(0, (" mailbox", pc.replace_substring_regex(values, r"@.*$", "")))
    coarse = frozenset({field.name + forms[0][0]})
    person = field.kind in _PERSON
    return [
        _Key(field.name + label, field.name, _codes(form), person, coarse if i else frozenset())
        for i, (label, form) in enumerate(forms)
    ]


def _birth_keys(birth: BirthDates) -> list[_Key]:
    known = birth.known()
    whole = known & (birth.month > 0) & (birth.day > 0)
    forms: list[tuple[str, npt.NDArray[np.int64]]] = [
        ("birth year", np.where(known, birth.year, -1)),
        ("birth month and day", np.where(whole, birth.month * 100 + birth.day, -1)),
        ("birth date", np.where(known, birth.year * 10000 + birth.month * 100 + birth.day, -1)),
    ]
    parts = frozenset({"birth year", "birth month and day"})
    return [
        _Key(label, "birth_date", code_keys(codes), person=True, parts=parts if label == "birth date" else frozenset())
        for label, codes in forms
    ]


def _pairs_per_record(keys: Keys, cap: int) -> float:
    """Pairs that a key makes, per record, blocks above the cap counted as split to the cap."""
    held = np.sort(keys[keys != NO_KEY])
    if not len(held):
        return 0.0
    starts = np.flatnonzero(np.append(True, held[1:] != held[:-1]))
    sizes = np.diff(np.append(starts, len(held))).astype(np.float64)
    return float((sizes * (np.minimum(sizes, cap) - 1) / 2).sum() / len(keys))


def _implied(option: tuple[_Key, ...], others: Sequence[tuple[_Key, ...]]) -> bool:
    """Whether a coarser option of the same fields is there already."""
    return any(
        other is not option
        and all(key.label == part.label or part.label in key.parts for key, part in zip(option, other, strict=True))
        for other in others
    )


def propose_rules(fields: Fields, *, cap: int, budget: float, total: float) -> tuple[BlockingRule, ...]:
    """Rules whose pairs per record stay within ``budget`` each and ``total`` together, cheapest first.

    Args:
        fields: The standard fields.
        cap: Largest block, as for :func:`linkage.blocking.candidate_pairs`.
        budget: Pairs per record that one rule may make.
        total: Pairs per record that all rules may make, overlaps counted twice.

    Returns:
        At most 64 rules, the cheapest first; at least one where any field can block.
    """
    ladders = [_text_keys(field) for field in fields.texts if field.kind not in _NEVER]
    if fields.birth is not None:
        ladders.append(_birth_keys(fields.birth))
    options: list[list[tuple[_Key, ...]]] = [[(key,) for key in ladder] for ladder in ladders]
    options += [
        [(a, b) for a in first for b in second]
        for first, second in combinations(ladders, 2)
        if first[0].person or second[0].person
    ]
    finest = [ladder[-1] for ladder in ladders]
    chosen: list[tuple[float, BlockingRule]] = []
    alone: set[str] = set()
    for group in options:
        costs = [_pairs_per_record(combined_keys(*(key.keys for key in option)), cap) for option in group]
        within = [o for o, cost in zip(group, costs, strict=True) if 0 < cost <= budget]
        for option, cost in zip(group, costs, strict=True):
            single = any(key.label in alone or key.parts & alone for key in option)
            if 0 < cost <= budget and not single and not _implied(option, within):
                chosen.append((cost, _rule(option, finest)))
                alone |= {option[0].label} if len(option) == 1 else set()
    chosen.sort(key=lambda one: (one[0], one[1].name))
    spent = np.cumsum([cost for cost, _ in chosen])
    return tuple(rule for i, (_, rule) in enumerate(chosen[:64]) if i == 0 or spent[i] <= total)


def _rule(keys: tuple[_Key, ...], finest: list[_Key]) -> BlockingRule:
    """A rule that refines by the other fields, persons' own first."""
    used = {key.field for key in keys}
    refine = sorted((key for key in finest if key.field not in used), key=lambda key: not key.person)
    name = " + ".join(key.label for key in keys)
    return BlockingRule(name, combined_keys(*(k.keys for k in keys)), refinements=tuple(k.keys for k in refine))
