"""Standard fields to comparisons: which ladder, and personal or shared, by kind alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from linkage.comparison.birth import BirthDateComparison
from linkage.comparison.implied import ImpliedComparison, NamedComparison
from linkage.comparison.protocol import Comparison
from linkage.comparison.text import LADDERS, TextComparison, stacked
from linkage.comparison.vocabulary import encode
from linkage.dates import BirthDates
from linkage.kinds import SHARED_KINDS, Kind
from linkage.parallel import in_order
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


def _birth(dates: BirthDates) -> tuple[Comparison, ...]:
    return (BirthDateComparison(dates),)


def _single(field: TextField) -> tuple[Comparison, ...]:
    vocabulary, codes = encode(field.columns)
    ladder = LADDERS[_LADDER.get(field.kind, "name")]
    shared = field.kind in SHARED_KINDS
    return (TextComparison(field.name, shared=shared, ladder=ladder, vocabulary=vocabulary, codes=stacked(*codes)),)


def field_comparisons(fields: Fields, *, threads: int = 1) -> tuple[Comparison, ...]:
    """One comparison per standard field, names first, then the birth date, then the rest."""
    given, surname = fields.text(Kind.GIVEN_NAME), fields.text(Kind.SURNAME)
    paired = [given, surname] if given is not None and surname is not None else []
    making: list[Callable[[], Sequence[Comparison]]] = []
    if given is not None and surname is not None:
        making.append(partial(_names, given, surname))
    if fields.birth is not None:
        making.append(partial(_birth, fields.birth))
    making += [partial(_single, field) for field in fields.texts if all(field is not one for one in paired)]
    made = in_order(lambda make: make(), making, threads=threads)
    comparisons = [comparison for some in made for comparison in some]
    sex = fields.text(Kind.SEX)
    if given is not None and sex is not None:
        at = next(i for i, comparison in enumerate(comparisons) if comparison.name == sex.name)
        comparisons[at] = ImpliedComparison(comparisons[at], encode(given.columns[:1])[1][0])
    if surname is not None:
        names = next(comparison for comparison in comparisons if comparison.name == surname.name)
        mail = {field.name for field in fields.texts if field.kind is Kind.EMAIL}
        comparisons = [NamedComparison(c, names) if c.name in mail else c for c in comparisons]
    return tuple(comparisons)
