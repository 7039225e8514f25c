"""What a column of a person table means: the only set-up that linking a new file takes.

A kind fixes how values are cleaned, which levels of agreement exist, whether they can be shared by a
household, and which blocking rules are worth trying. Nothing else about a file is configured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from linkage.errors import LinkageError


class Kind(StrEnum):
    """Kinds of column; a kind may stand on several columns."""

    RECORD_ID = "record_id"
    SOURCE = "source"
    FULL_NAME = "full_name"
    GIVEN_NAME = "given_name"
    MIDDLE_NAME = "middle_name"
    SURNAME = "surname"
    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    BIRTH_MONTH = "birth_month"
    BIRTH_DAY = "birth_day"
    SEX = "sex"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    ADDRESS = "address"
    POSTCODE = "postcode"
    CITY = "city"
    REGION = "region"
    EMAIL = "email"
    PHONE = "phone"
    IDENTIFIER = "identifier"
    CATEGORY = "category"
    TEXT = "text"


SHARED_KINDS = frozenset(
    {
        Kind.SURNAME,
        Kind.STREET,
        Kind.HOUSE_NUMBER,
        Kind.ADDRESS,
        Kind.POSTCODE,
        Kind.CITY,
        Kind.REGION,
        Kind.PHONE,
        Kind.CATEGORY,
        Kind.TEXT,
    }
)
"""Kinds whose values members of one household share; all others are a person's own."""

SINGLE_KINDS = frozenset({Kind.RECORD_ID, Kind.SOURCE, Kind.BIRTH_YEAR, Kind.BIRTH_MONTH, Kind.BIRTH_DAY})
"""Kinds that can stand on one column only."""


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """One column of the input and its kind."""

    column: str
    kind: Kind


Kinds: TypeAlias = Mapping[str, Sequence[str]] | Sequence[ColumnKind | tuple[str, str]]
"""Kinds by name with their columns, or one column and kind after the other."""


def parse_column_kind(text: str) -> ColumnKind:
    """Read ``COLUMN=KIND``, the form of the command line.

    Raises:
        LinkageError: There is no ``=``, no column or no such kind.

    >>> parse_column_kind("dob=birth_date")
    ColumnKind(column='dob', kind=<Kind.BIRTH_DATE: 'birth_date'>)
    """
    column, sign, kind = text.rpartition("=")
    if not sign or not column:
        raise LinkageError("not of the form COLUMN=KIND", where=f"kind {text!r}", hint="for example dob=birth_date")
    return ColumnKind(column, _kind(kind.strip(), column))


def _kind(name: str, column: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        known = ", ".join(Kind)
        raise LinkageError(f"no such kind: {name}", where=f"column {column}", hint=f"kinds are {known}") from None


def _listed(kinds: Kinds) -> list[ColumnKind]:
    if isinstance(kinds, Mapping):
        return [ColumnKind(column, _kind(kind, column)) for kind, named in kinds.items() for column in named]
    pairs = [(one.column, one.kind) if isinstance(one, ColumnKind) else one for one in kinds]
    return [ColumnKind(column, _kind(kind, column)) for column, kind in pairs]


def column_kinds(kinds: Kinds, columns: Iterable[str]) -> tuple[ColumnKind, ...]:
    """Check kinds against the columns of a table, in the order of the table.

    Raises:
        LinkageError: A column is missing or named twice, a single kind repeats, there is no
            ``record_id``, or nothing to compare.

    >>> column_kinds({"record_id": ["id"], "surname": ["name"]}, ["name", "id"])[0].kind
    <Kind.SURNAME: 'surname'>
    """
    listed = _listed(kinds)
    names = list(columns)
    seen: dict[str, ColumnKind] = {}
    for one in listed:
        if one.column not in names:
            raise LinkageError("no such column", where=f"column {one.column}", hint=f"columns are {', '.join(names)}")
        if one.column in seen:
            raise LinkageError("two kinds for one column", where=f"column {one.column}", hint="give it one kind")
        seen[one.column] = one
    for kind in sorted(SINGLE_KINDS):
        if len([c for c in listed if c.kind is kind]) > 1:
            raise LinkageError(f"kind {kind} stands on several columns", where="kinds", hint="choose one of them")
    if not any(c.kind is Kind.RECORD_ID for c in listed):
        raise LinkageError("no column is the record id", where="kinds", hint="add COLUMN=record_id")
    if all(c.kind in (Kind.RECORD_ID, Kind.SOURCE) for c in listed):
        raise LinkageError("nothing to compare", where="kinds", hint="give names, dates or addresses a kind")
    return tuple(seen[name] for name in names if name in seen)
