"""Columns of any person table as standard fields, in the order of their record ids.

Everything after this step sees rows sorted by record id, so that neither the order of a file nor the
order in which files arrive can change a result. Cleaning is per kind and works on distinct values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.dates import BirthDates, parse_birth_dates
from linkage.errors import LinkageError
from linkage.identifiers import classify_identifiers
from linkage.kinds import ColumnKind, Kind
from linkage.names import first_token, fold, last_token
from linkage.vocabulary import IdentifierType

_FEMALE = ["f", "female", "w", "woman", "k", "kvinde", "pige", "kvindelig", "2"]
_MALE = ["m", "male", "man", "mand", "dreng", "mandlig", "1"]
_PLACEHOLDERS = [
    kind.value
    for kind in (
        IdentifierType.ENR,
        IdentifierType.UNR,
        IdentifierType.KNR,
        IdentifierType.UNIDENTIFIED,
        IdentifierType.ASSOCIATION,
        IdentifierType.D_ECPR,
    )
]


@dataclass(frozen=True, slots=True)
class TextField:
    """Clean values of one attribute; several columns are alternatives of each other."""

    name: str
    kind: Kind
    columns: tuple[pa.Array, ...]

    def filled(self) -> int:
        """Rows with a value in any column."""
        null = pc.is_null(self.columns[0])
        for column in self.columns[1:]:
            null = pc.and_(null, pc.is_null(column))
        return len(null) - int(pc.sum(null).as_py() or 0)


@dataclass(frozen=True, slots=True)
class Fields:
    """A person table in standard form, sorted by record id."""

    record_ids: pa.Array
    texts: tuple[TextField, ...]
    birth: BirthDates | None
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.record_ids)

    def text(self, kind: Kind) -> TextField | None:
        """The first field of a kind."""
        return next((field for field in self.texts if field.kind is kind), None)


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _on_distinct(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    encoded = pc.dictionary_encode(values.cast(pa.string()))
    return encoded.dictionary, encoded.indices


def _empty_to_null(text: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _compact(values: pa.Array) -> pa.Array:
    """Letters and digits only, upper case: house numbers, postcodes."""
    distinct, index = _on_distinct(values)
    text = pc.utf8_upper(pc.replace_substring_regex(distinct, r"[^\p{L}\p{N}]|\.0+$", ""))
    return _empty_to_null(pc.replace_substring_regex(text, r"^0+(.)", r"\1")).take(index)


def _postcode(values: pa.Array) -> pa.Array:
    distinct, index = _on_distinct(values)
    text = pc.utf8_upper(pc.replace_substring_regex(distinct, r"[^\p{L}\p{N}]|\.0+$", ""))
    return _empty_to_null(text).take(index)


def _phone(values: pa.Array) -> pa.Array:
    """The last nine digits: enough to tell lines apart, without country or trunk prefix."""
    distinct, index = _on_distinct(values)
    digits = pc.replace_substring_regex(pc.replace_substring_regex(distinct, r"\.0+$", ""), r"\D", "")
    return _empty_to_null(pc.utf8_slice_codeunits(digits, -9)).take(index)


def _email(values: pa.Array) -> pa.Array:
    distinct, index = _on_distinct(values)
    return _empty_to_null(pc.utf8_lower(pc.replace_substring_regex(distinct, r"\s", ""))).take(index)


def _identifier(values: pa.Array) -> pa.Array:
    """Letters and digits; placeholders, which stand for many persons, are nothing."""
    found = classify_identifiers(values, None, synthetic=False)
    useless = pc.is_in(pc.struct_field(found, "type"), pa.array(_PLACEHOLDERS))
    return pc.if_else(useless, pa.scalar(None, pa.string()), pc.struct_field(found, "value"))


def _sex(values: pa.Array) -> pa.Array:
    distinct, index = _on_distinct(values)
    text = fold(distinct)
    text = pc.if_else(pc.is_in(text, pa.array(_FEMALE)), "f", text)
    return pc.if_else(pc.is_in(text, pa.array(_MALE)), "m", text).take(index)


_CLEAN = {
    Kind.SEX: _sex,
    Kind.HOUSE_NUMBER: _compact,
    Kind.POSTCODE: _postcode,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.IDENTIFIER: _identifier,
}
"""Cleaning by kind; every other text is folded like a name."""

_ALTERNATIVES = frozenset({Kind.GIVEN_NAME, Kind.SURNAME, Kind.PHONE, Kind.EMAIL})
"""Kinds whose columns hold further values of one attribute (an earlier surname, a second phone)."""


def _sorted_rows(table: pa.Table, column: str) -> tuple[pa.Array, pa.Array]:
    """Record ids in order and the rows they stand in."""
    ids = _flat(table.column(column)).cast(pa.string())
    if ids.null_count:
        raise LinkageError(f"{ids.null_count} records have no id", where=f"column {column}", hint="fill it")
    if not len(ids):
        raise LinkageError("the table has no rows", where=f"column {column}", hint="give a file with records")
    rows = pc.array_sort_indices(ids)
    ids = ids.take(rows)
    repeated = int(pc.sum(pc.equal(ids[1:], ids[:-1])).as_py() or 0)
    if repeated:
        raise LinkageError(f"{repeated} record ids repeat", where=f"column {column}", hint="ids must be unique")
    return ids, rows


def _name_parts(fields: list[TextField]) -> list[TextField]:
    """Full names as given, middle and surname: alone they are split, beside parts they fill their gaps."""
    full = next((f for f in fields if f.kind is Kind.FULL_NAME), None)
    if full is None:
        return fields
    whole = full.columns[0]
    single = pc.invert(pc.match_substring(whole, " "))
    split = {
        Kind.GIVEN_NAME: first_token(whole),
        Kind.SURNAME: pc.if_else(single, pa.scalar(None, pa.string()), last_token(whole)),
    }
    others = [f for f in fields if f.kind is not Kind.FULL_NAME]
    parts = [f for f in others if f.kind in split]
    if not parts:
        inner = pc.replace_substring_regex(pc.replace_substring_regex(whole, r"^[^ ]+ ?", ""), r" ?[^ ]+$", "")
        middle = TextField(f"{full.name}:middle_name", Kind.MIDDLE_NAME, (_empty_to_null(inner),))
        names = [TextField(f"{full.name}:{kind}", kind, (column,)) for kind, column in split.items()]
        return [*names, *([middle] if middle.filled() else []), *others]
    empty = pc.is_null(parts[0].columns[0])
    for part in parts[1:]:
        empty = pc.and_(empty, pc.is_null(part.columns[0]))
    return [
        TextField(f.name, f.kind, (pc.if_else(empty, split[f.kind], f.columns[0]), *f.columns[1:])) if f in parts else f
        for f in others
    ]


def _birth(table: pa.Table, kinds: Sequence[ColumnKind], source: pa.Array | None) -> BirthDates | None:
    """Birth dates from a date column, its gaps filled from further ones and from separate parts."""
    found: BirthDates | None = None
    for one in kinds:
        if one.kind is Kind.BIRTH_DATE:
            more = parse_birth_dates(_flat(table.column(one.column)), source)
            found = more if found is None else _filled(found, more)
    zero = np.zeros(table.num_rows, dtype=np.int64)
    parts = {Kind.BIRTH_YEAR: zero, Kind.BIRTH_MONTH: zero, Kind.BIRTH_DAY: zero}
    for one in kinds:
        if one.kind in parts:
            digits = pc.replace_substring_regex(_flat(table.column(one.column)).cast(pa.string()), r"\.0+$|\D", "")
            digits = pc.if_else(pc.match_substring_regex(digits, r"^\d{1,4}$"), digits, "0")
            parts[one.kind] = np.asarray(pc.fill_null(digits, "0").cast(pa.int64()).to_numpy(zero_copy_only=False))
    if any(part is not zero for part in parts.values()):
        separate = BirthDates(parts[Kind.BIRTH_YEAR], parts[Kind.BIRTH_MONTH], parts[Kind.BIRTH_DAY])
        found = separate if found is None else _filled(found, separate)
    return found


def _filled(first: BirthDates, second: BirthDates) -> BirthDates:
    known = first.known()
    return BirthDates(
        np.where(known, first.year, second.year),
        np.where(known, first.month, second.month),
        np.where(known, first.day, second.day),
    )


def _texts(table: pa.Table, kinds: Sequence[ColumnKind]) -> list[TextField]:
    apart = {Kind.RECORD_ID, Kind.SOURCE, Kind.BIRTH_DATE, Kind.BIRTH_YEAR, Kind.BIRTH_MONTH, Kind.BIRTH_DAY}
    fields: list[TextField] = []
    for one in kinds:
        if one.kind in apart:
            continue
        clean = _CLEAN.get(one.kind, fold)(_flat(table.column(one.column)).cast(pa.string()))
        joined = one.kind in _ALTERNATIVES or one.kind is Kind.FULL_NAME
        first = next((i for i, f in enumerate(fields) if f.kind is one.kind and joined), None)
        if first is None:
            fields.append(TextField(one.column, one.kind, (clean,)))
            continue
        known = fields[first]
        whole = one.kind is Kind.FULL_NAME
        columns = (pc.coalesce(known.columns[0], clean),) if whole else (*known.columns, clean)
        fields[first] = TextField(known.name, known.kind, columns)
    return _name_parts(fields)


def _unused(kinds: Sequence[ColumnKind]) -> list[str]:
    """Warnings on columns whose values take part only in some rows, or in none."""
    said: list[str] = []
    names = [one.column for one in kinds if one.kind is Kind.FULL_NAME]
    if len(names) > 1:
        said.append(f"columns {', '.join(names)} are all full names; the first that is filled counts")
    if not any(one.kind is Kind.BIRTH_YEAR for one in kinds):
        said += [
            f"column {one.column} ({one.kind}) is not used: there is no column of the kind birth_year"
            for one in kinds
            if one.kind in (Kind.BIRTH_MONTH, Kind.BIRTH_DAY)
        ]
    return said


def standardise(table: pa.Table, kinds: Sequence[ColumnKind]) -> Fields:
    """The table's columns as standard fields, rows sorted by record id.

    Columns that are all missing, or hold one value only, cannot tell persons apart: they are left out
    with a warning. A single record has nobody to be told apart from and keeps what it has.

    Raises:
        LinkageError: Record ids are missing or repeat, or no column is left to compare.

    >>> table = pa.table({"id": ["b", "a"], "name": ["Åse Holm", "Bo Dal"]})
    >>> fields = standardise(table, [ColumnKind("id", Kind.RECORD_ID), ColumnKind("name", Kind.FULL_NAME)])
    >>> fields.record_ids.to_pylist(), [f.columns[0].to_pylist() for f in fields.texts]
    (['a', 'b'], [['bo', 'aase'], ['dal', 'holm']])
    """
    ids, rows = _sorted_rows(table, next(k.column for k in kinds if k.kind is Kind.RECORD_ID))
    table = table.select([k.column for k in kinds]).take(rows)
    source = next((_flat(table.column(k.column)) for k in kinds if k.kind is Kind.SOURCE), None)
    kept: list[TextField] = []
    warnings = _unused(kinds)
    for field in _texts(table, kinds):
        distinct = len(pc.drop_null(pc.unique(pa.concat_arrays(field.columns))))
        if distinct < min(2, len(ids)):
            what = "one value only" if distinct else "no values"
            warnings.append(f"column {field.name} has {what} and is not compared")
        else:
            kept.append(field)
    birth = _birth(table, kinds, source)
    if birth is not None and not birth.known().any():
        if any(one.kind in (Kind.BIRTH_DATE, Kind.BIRTH_YEAR) for one in kinds):
            warnings.append("no birth date could be read; birth dates are not compared")
        birth = None
    if not kept and birth is None:
        raise LinkageError("no column tells records apart", where="kinds", hint="all are empty or hold one value")
    return Fields(ids, tuple(kept), birth, tuple(warnings))
