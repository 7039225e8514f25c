"""Standard fields to comparisons: which ladder, and personal or shared, by kind alone."""

from __future__ import annotations

from linkage.comparison.birth import BirthDateComparison
from linkage.comparison.protocol import Comparison
from linkage.comparison.text import LADDERS, TextComparison, stacked
from linkage.comparison.vocabulary import encode
from linkage.kinds import SHARED_KINDS, Kind
from linkage.standardise import Fields, TextField

_LADDER = {
    Kind.HOUSE_NUMBER: "number",
    Kind.SEX: "number",
    Kind.POSTCODE: "postcode",
    Kind.PHONE: "digits",
    Kind.IDENTIFIER: "digits",
    Kind.EMAIL: "email",
}
"""Ladder by kind; all other kinds are compared like names."""


def _names(given: TextField, surname: TextField) -> tuple[TextComparison, TextComparison]:
    """Given name and surname over one vocabulary, so that swapped names are seen."""
    vocabulary, codes = encode([*given.columns, *surname.columns])
    first, last = stacked(*codes[: len(given.columns)]), stacked(*codes[len(given.columns) :])
    ladder = LADDERS["name"]
    return (
        TextComparison(given.name, shared=False, ladder=ladder, vocabulary=vocabulary, codes=first, partner=last),
        TextComparison(surname.name, shared=True, ladder=ladder, vocabulary=vocabulary, codes=last, partner=first),
    )


def _single(field: TextField) -> TextComparison:
    vocabulary, codes = encode(field.columns)
    ladder = LADDERS[_LADDER.get(field.kind, "name")]
    shared = field.kind in SHARED_KINDS
    return TextComparison(field.name, shared=shared, ladder=ladder, vocabulary=vocabulary, codes=stacked(*codes))


def field_comparisons(fields: Fields) -> tuple[Comparison, ...]:
    """One comparison per standard field, names first, then the birth date, then the rest."""
    given, surname = fields.text(Kind.GIVEN_NAME), fields.text(Kind.SURNAME)
    comparisons: list[Comparison] = []
    paired: list[TextField] = []
    if given is not None and surname is not None:
        comparisons += _names(given, surname)
        paired = [given, surname]
    if fields.birth is not None:
        comparisons.append(BirthDateComparison(fields.birth))
    comparisons += [_single(field) for field in fields.texts if all(field is not one for one in paired)]
    return tuple(comparisons)
