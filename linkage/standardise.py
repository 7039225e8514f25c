"""Columns of any person table as standard fields, in the order of their record ids.

Everything after this step sees rows sorted by record id, so that neither the order of a file nor the
order in which files arrive can change a result. Cleaning is per kind and works on distinct values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.dates import BirthDates, parse_birth_dates
from linkage.errors import LinkageError
from linkage.identifiers import classify_identifiers
from linkage.kinds import ColumnKind, Kind
from linkage.names import first_token, fold_distinct, last_token
from linkage.names.ascii import DIGITS, UPPER, cleaned
from linkage.parallel import in_order
from linkage.vocabulary import IdentifierType

Codes: TypeAlias = npt.NDArray[np.int32]

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


_MAYBE_NOTHING = r"^(0|290200|300200|$)"
"""How an identifier of no ten signs begins that may stand for nobody, or for many."""


@dataclass(frozen=True, slots=True)
class TextField:
    """Clean values of one attribute; several columns are alternatives of each other."""

    name: str
    kind: Kind
    columns: tuple[pa.Array, ...]
    """Dictionary arrays: distinct values, and which of them each row has."""

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
    source: npt.NDArray[np.int64] | None = None
    """Code of each record's source, -1 where it is missing; None where there is no such column."""

    def __len__(self) -> int:
        return len(self.record_ids)

    def text(self, kind: Kind) -> TextField | None:
        """The first field of a kind."""
        return next((field for field in self.texts if field.kind is kind), None)


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def coded(column: pa.Array) -> tuple[pa.Array, Codes]:
    """Distinct values of a text column, and each row's code among them, -1 for null.

    >>> values, codes = coded(pa.array(["bo", None, "ib", "bo"]))
    >>> values.to_pylist(), codes.tolist()
    (['bo', 'ib'], [0, -1, 1, 0])
    """
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    codes = pc.fill_null(encoded.indices.cast(pa.int32()), -1) if encoded.null_count else encoded.indices
    return encoded.dictionary, np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int32)


def _column(values: pa.Array, codes: Codes) -> pa.Array:
    """A text column from distinct values and codes, the inverse of :func:`coded`."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), values)


def _encoded(column: pa.ChunkedArray | pa.Array) -> tuple[pa.Array, Codes]:
    """Distinct texts of a column of the table, which may come as a dictionary already."""
    flat = _flat(column)
    if pa.types.is_dictionary(flat.type):
        values, codes = coded(flat)
        # A dictionary of a file may repeat values, hold some that no row has, or hold a null.
        again, merged = coded(values.cast(pa.string()))
        return again, np.append(merged, np.int32(-1))[codes]
    return coded(flat.cast(pa.string()))


def _cleaned(clean: Callable[[pa.Array], pa.Array], column: pa.ChunkedArray, rows: npt.NDArray[np.int64]) -> pa.Array:
    """A column cleaned value by distinct value, its rows in the order of their ids."""
    values, codes = _encoded(column)
    found = clean(values)
    if found.equals(values):
        # What was clean already is as distinct as it was.
        return _column(values, codes[rows])
    values, merged = coded(found)
    return _column(values, np.append(merged, np.int32(-1))[codes[rows]])


def _empty_to_null(text: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _upper(texts: pa.Array) -> pa.Array:
    """Letters and digits, upper case; a number written with decimals loses them."""
    whole = pc.replace_substring_regex(texts, r"\.0+$", "")
    return cleaned(whole, UPPER, lambda rest: pc.utf8_upper(pc.replace_substring_regex(rest, r"[^\p{L}\p{N}]", "")))


def _compact(texts: pa.Array) -> pa.Array:
    """Letters and digits only, upper case, without leading zeros: house numbers."""
    return _empty_to_null(pc.replace_substring_regex(_upper(texts), r"^0+(.)", r"\1"))


def _postcode(texts: pa.Array) -> pa.Array:
    return _empty_to_null(_upper(texts))


def _phone(texts: pa.Array) -> pa.Array:
    """The last nine digits: enough to tell lines apart, without country or trunk prefix."""
    whole = pc.replace_substring_regex(texts, r"\.0+$", "")
    digits = cleaned(whole, DIGITS, lambda rest: pc.replace_substring_regex(rest, r"\D", ""))
    return _empty_to_null(pc.binary_slice(digits.cast(pa.binary()), -9).cast(pa.string()))


def _email(texts: pa.Array) -> pa.Array:
    return _empty_to_null(pc.utf8_lower(pc.replace_substring_regex(texts, r"\s", "")))


def _identifier(texts: pa.Array) -> pa.Array:
    """Letters and digits; placeholders, which stand for many persons, are nothing."""
    clean = cleaned(texts, UPPER, lambda rest: pc.utf8_upper(pc.replace_substring_regex(rest, r"[^\p{L}\p{N}]", "")))
    doubtful = pc.or_(pc.equal(pc.utf8_length(clean), 10), pc.match_substring_regex(clean, _MAYBE_NOTHING))
    found = classify_identifiers(clean.filter(doubtful), None, synthetic=False)
    useless = pc.is_in(pc.struct_field(found, "type"), pa.array(_PLACEHOLDERS))
    values = pc.if_else(useless, pa.scalar(None, pa.string()), pc.struct_field(found, "value"))
    return pc.replace_with_mask(clean, doubtful, values)


def _sex(texts: pa.Array) -> pa.Array:
    text = fold_distinct(texts)
    text = pc.if_else(pc.is_in(text, pa.array(_FEMALE)), "f", text)
    return pc.if_else(pc.is_in(text, pa.array(_MALE)), "m", text)


_CLEAN = {
    Kind.SEX: _sex,
    Kind.HOUSE_NUMBER: _compact,
    Kind.POSTCODE: _postcode,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.IDENTIFIER: _identifier,
}
"""Cleaning of distinct values by kind; every other text is folded like a name."""

_ALTERNATIVES = frozenset({Kind.GIVEN_NAME, Kind.SURNAME, Kind.PHONE, Kind.EMAIL})
"""Kinds whose columns hold further values of one attribute (an earlier surname, a second phone)."""


def _sorted_rows(table: pa.Table, column: str) -> tuple[pa.Array, npt.NDArray[np.int64]]:
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
    return ids, rows.to_numpy().astype(np.int64)


def _as_column(texts: pa.Array) -> pa.Array:
    return _column(*coded(texts))


def _name_parts(fields: list[TextField]) -> list[TextField]:
    """Full names as given, middle and surname: alone they are split, beside parts they fill their gaps."""
    full = next((f for f in fields if f.kind is Kind.FULL_NAME), None)
    if full is None:
        return fields
    whole = full.columns[0].cast(pa.string())
    single = pc.invert(pc.match_substring(whole, " "))
    split = {
        Kind.GIVEN_NAME: first_token(whole),
        Kind.SURNAME: pc.if_else(single, pa.scalar(None, pa.string()), last_token(whole)),
    }
    others = [f for f in fields if f.kind is not Kind.FULL_NAME]
    parts = [f for f in others if f.kind in split]
    if not parts:
        inner = pc.replace_substring_regex(pc.replace_substring_regex(whole, r"^[^ ]+ ?", ""), r" ?[^ ]+$", "")
        middle = TextField(f"{full.name}:middle_name", Kind.MIDDLE_NAME, (_as_column(_empty_to_null(inner)),))
        names = [TextField(f"{full.name}:{kind}", kind, (_as_column(column),)) for kind, column in split.items()]
        return [*names, *([middle] if middle.filled() else []), *others]
    empty = pc.is_null(parts[0].columns[0])
    for part in parts[1:]:
        empty = pc.and_(empty, pc.is_null(part.columns[0]))
    filled = {f.name: pc.if_else(empty, split[f.kind], f.columns[0].cast(pa.string())) for f in parts}
    return [
        TextField(f.name, f.kind, (_as_column(filled[f.name]), *f.columns[1:])) if f in parts else f for f in others
    ]


def _birth(table: pa.Table, kinds: Sequence[ColumnKind], source: pa.Array | None) -> BirthDates | None:
    """Birth dates from a date column, its gaps filled from further ones and from separate parts."""
    found: BirthDates | None = None
    for one in kinds:
        if one.kind is Kind.BIRTH_DATE:
            more = parse_birth_dates(_decoded(table.column(one.column)), source)
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


def _decoded(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    flat = _flat(column)
    return flat.dictionary_decode() if pa.types.is_dictionary(flat.type) else flat


def _filled(first: BirthDates, second: BirthDates) -> BirthDates:
    known = first.known()
    return BirthDates(
        np.where(known, first.year, second.year),
        np.where(known, first.month, second.month),
        np.where(known, first.day, second.day),
    )


_APART = frozenset({Kind.RECORD_ID, Kind.SOURCE, Kind.BIRTH_DATE, Kind.BIRTH_YEAR, Kind.BIRTH_MONTH, Kind.BIRTH_DAY})
"""Kinds that are no texts."""


def _texts(kinds: Sequence[ColumnKind], columns: Sequence[pa.Array]) -> list[TextField]:
    """Fields of the cleaned columns, further columns of one attribute as its alternatives."""
    fields: list[TextField] = []
    for one, clean in zip(kinds, columns, strict=True):
        joined = one.kind in _ALTERNATIVES or one.kind is Kind.FULL_NAME
        first = next((i for i, f in enumerate(fields) if f.kind is one.kind and joined), None)
        if first is None:
            fields.append(TextField(one.column, one.kind, (clean,)))
            continue
        known = fields[first]
        if one.kind is Kind.FULL_NAME:
            either = pc.coalesce(known.columns[0].cast(pa.string()), clean.cast(pa.string()))
            fields[first] = TextField(known.name, known.kind, (_as_column(either),))
        else:
            fields[first] = TextField(known.name, known.kind, (*known.columns, clean))
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


def standardise(table: pa.Table, kinds: Sequence[ColumnKind], *, threads: int = 1) -> Fields:
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
    source = next((_decoded(table.column(k.column)) for k in kinds if k.kind is Kind.SOURCE), None)
    texts = [one for one in kinds if one.kind not in _APART]

    def prepared(one: ColumnKind | None) -> pa.Array | BirthDates | None:
        if one is None:
            birth = _birth(table, kinds, source)
            return birth and BirthDates(birth.year[rows], birth.month[rows], birth.day[rows])
        return _cleaned(_CLEAN.get(one.kind, fold_distinct), table.column(one.column), rows)

    *columns, birth = in_order(prepared, [*texts, None], threads=threads)
    fields = _kept(ids, _texts(texts, columns), birth, kinds)
    return fields if source is None else replace(fields, source=_source_codes(source, rows))


def _source_codes(source: pa.Array, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    codes = pc.fill_null(pc.dictionary_encode(source).indices, -1)
    return np.asarray(codes.to_numpy(zero_copy_only=False)[rows], dtype=np.int64)


def _kept(ids: pa.Array, texts: Sequence[TextField], birth: BirthDates | None, kinds: Sequence[ColumnKind]) -> Fields:
    """The fields that tell records apart, with a warning for each of the others."""
    kept: list[TextField] = []
    warnings = _unused(kinds)
    for field in texts:
        distinct = len(field.columns[0].dictionary)
        if len(field.columns) > 1:
            distinct = len(pc.unique(pa.concat_arrays([column.dictionary for column in field.columns])))
        if distinct < min(2, len(ids)):
            what = "one value only" if distinct else "no values"
            warnings.append(f"column {field.name} has {what} and is not compared")
        else:
            kept.append(field)
    if birth is not None and not birth.known().any():
        if any(one.kind in (Kind.BIRTH_DATE, Kind.BIRTH_YEAR) for one in kinds):
            warnings.append("no birth date could be read; birth dates are not compared")
        birth = None
    if not kept and birth is None:
        raise LinkageError("no column tells records apart", where="kinds", hint="all are empty or hold one value")
    return Fields(ids, tuple(kept), birth, tuple(warnings))
