"""Personal identifiers by type, because only some of them prove who a person is.

A CPR number names one person. A placeholder (ENR, UNR, KNR, 290200*, 300200*) only says that the
office did not know one, and the same placeholder has stood for many persons: it is kept as a fact
and is never evidence. Forms are tried most specific first; a register's own statement of the type is
a hint that may lower what the form promises, never raise it. Forms: Danish National Archives
KRIN01SA, MedCom (eCPR), the CPR office (replacement numbers, century digits).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.errors import LinkageError
from linkage.tables import IDENTIFIER
from linkage.vocabulary import IdentifierType

SYNTHETIC_MONTH = 80
"""Added to the month of an invented CPR number: impossible in real ones and in every other form."""
REPLACEMENT_DAY = 60
"""Added to the day of a replacement number given out by an office of its own."""

REGISTER_TYPES = frozenset({IdentifierType.REPLACEMENT, IdentifierType.LOCAL})
"""Types that one office gives out: they prove identity inside one register and nothing across."""
LINKING_TYPES = frozenset({IdentifierType.CPR, IdentifierType.X_ECPR}) | REGISTER_TYPES
"""Types that may prove identity; those in :data:`REGISTER_TYPES` only within one register."""

_FORMS: tuple[tuple[IdentifierType, str], ...] = (
    (IdentifierType.UNIDENTIFIED, r"^290200[A-Z]*$"),
    (IdentifierType.ASSOCIATION, r"^300200[A-Z0-9]*$"),
    (IdentifierType.UNR, r"^3002\d{2}[A-Z]{4}$"),
    (IdentifierType.KNR, r"^99\d{4}[A-Z]{4}$"),
    (IdentifierType.X_ECPR, r"^\d{6}[17][A-Z]{2}\d$"),
    (IdentifierType.D_ECPR, r"^\d{6}[056][A-Z]{2}\d$"),
    (IdentifierType.ENR, r"^\d{6}[A-Z]{4}$"),
)
"""Forms with letters or reserved dates, most specific first; ten digits are judged by day and month."""

_STATED = {
    "PNR": IdentifierType.CPR,
    "CPRNR": IdentifierType.CPR,
    "PERSONNUMMER": IdentifierType.CPR,
    "ERSTATNING": IdentifierType.REPLACEMENT,
    "ERSTATNING60": IdentifierType.REPLACEMENT,
    "XECPR": IdentifierType.X_ECPR,
    "DECPR": IdentifierType.D_ECPR,
} | {kind.value.replace("-", "").upper(): kind for kind in IdentifierType}
"""Registers' words for a type, upper case without punctuation."""

_TYPES = tuple(IdentifierType)
_CODE = {kind: code for code, kind in enumerate(_TYPES)}
_NONE = len(_TYPES)
_MONTH_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)

Column: TypeAlias = pa.Array | pa.ChunkedArray
Integers = npt.NDArray[np.int64]


def _flat(values: Column) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _encoded(values: Column) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Distinct texts and each row's index into them (-1 for null)."""
    encoded = pc.dictionary_encode(_flat(values).cast(pa.string()))
    codes = pc.fill_null(encoded.indices.cast(pa.int64()), -1)
    return encoded.dictionary, codes.to_numpy(zero_copy_only=False)


def _number_parts(values: pa.Array) -> tuple[Integers, Integers, Integers, Integers]:
    """Day, month, two-digit year and last four digits; all -1 where the value is not ten digits."""
    whole = pc.fill_null(pc.match_substring_regex(values, r"^\d{10}$"), False)
    digits = pc.if_else(whole, values, "").cast(pa.string())

    def part(start: int, stop: int) -> Integers:
        text = pc.if_else(whole, pc.utf8_slice_codeunits(digits, start, stop), "-1")
        return np.asarray(text.cast(pa.int64()).to_numpy(zero_copy_only=False))

    return part(0, 2), part(2, 4), part(4, 6), part(6, 10)


def _day_exists(day: Integers, month: Integers) -> npt.NDArray[np.bool_]:
    in_year = (month >= 1) & (month <= 12)
    return in_year & (day >= 1) & (day <= _MONTH_DAYS[np.where(in_year, month, 0)])


def _forms(values: pa.Array, *, synthetic: bool) -> npt.NDArray[np.int64]:
    """Type code of each normalised value, by its form alone."""
    codes = np.full(len(values), _CODE[IdentifierType.UNKNOWN], dtype=np.int64)
    day, month, year, serial = _number_parts(values)
    invented = (month > SYNTHETIC_MONTH) if synthetic else np.zeros(len(values), dtype=np.bool_)
    month = np.where(invented, month - SYNTHETIC_MONTH, month)
    codes[_day_exists(day, month)] = _CODE[IdentifierType.CPR]
    codes[_day_exists(day - REPLACEMENT_DAY, month)] = _CODE[IdentifierType.REPLACEMENT]
    # 29 February 1900 never was: with a century digit of that year the reserved date is meant.
    reserved = (day == 29) & (month == 2) & (year == 0) & (serial >= 0) & (serial < 4000)
    codes[reserved] = _CODE[IdentifierType.UNIDENTIFIED]
    for kind, pattern in reversed(_FORMS):
        codes[pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False)] = _CODE[kind]
    nothing = pc.match_substring_regex(values, r"^0*$").to_numpy(zero_copy_only=False)
    codes[nothing] = _NONE
    return codes


def _stated_codes(stated: pa.Array) -> npt.NDArray[np.int64]:
    """Type code of each stated word; ``_NONE`` where the word says nothing."""
    words = pc.utf8_upper(pc.replace_substring_regex(stated, r"[^\p{L}\p{N}]", "")).to_pylist()
    return np.array([_CODE[_STATED[word]] if word in _STATED else _NONE for word in words], dtype=np.int64)


def _lowered(form: npt.NDArray[np.int64], stated: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The form's type, unless the register states one that proves less."""
    trust = np.zeros(_NONE + 1, dtype=np.int64)
    trust[_CODE[IdentifierType.LOCAL]] = trust[_CODE[IdentifierType.REPLACEMENT]] = 1
    trust[_CODE[IdentifierType.X_ECPR]] = trust[_CODE[IdentifierType.CPR]] = 2
    says = (stated != _NONE) & (stated != _CODE[IdentifierType.UNKNOWN]) & (form != _NONE)
    local = says & (stated == _CODE[IdentifierType.LOCAL])
    return np.where(local | (says & (trust[stated] < trust[form])), stated, form)


def classify_identifiers(values: Column, stated_types: Column | None, *, synthetic: bool) -> pa.Array:
    """Type and normalised value of each identifier, null where there is none to speak of.

    The value loses its dash and spaces and is upper case. A value of no known form has the type
    UNKNOWN: kept as a fact, never linked on. ``stated_types`` holds the register's own word for the
    type (PNR, ENR, ...) per row; a number stated as a placeholder is one, however it looks, because
    placeholders of 1981-89 look like CPR numbers. Numbers with month + 80 are CPR numbers only where
    ``synthetic`` is true.

    Returns:
        Struct array ``linkage.tables.IDENTIFIER`` of the same length.

    >>> values = pa.array(["060649-2251", "060649AAAA", "068649-2251", None])
    >>> [i and i["type"] for i in classify_identifiers(values, None, synthetic=False).to_pylist()]
    ['CPR', 'ENR', 'UNKNOWN', None]
    """
    dictionary, index = _encoded(values)
    clean = pc.utf8_upper(pc.replace_substring_regex(dictionary, r"[^\p{L}\p{N}]", ""))
    kinds = np.append(_forms(clean, synthetic=synthetic), _NONE)[index]
    if stated_types is not None:
        if len(stated_types) != len(values):
            raise LinkageError(f"{len(values)} identifiers but {len(stated_types)} stated types", where="identifiers")
        words, word_index = _encoded(stated_types)
        kinds = _lowered(kinds, np.append(_stated_codes(words), _NONE)[word_index])
    missing = kinds == _NONE
    names = pa.array([kind.value for kind in _TYPES] + [""])
    texts = pa.concat_arrays([clean, pa.array([""])]).take(pa.array(np.where(missing, len(clean), index)))
    return pa.StructArray.from_arrays(
        [names.take(pa.array(kinds)), texts], fields=list(IDENTIFIER), mask=pa.array(missing)
    )


def _century(year: Integers, serial: Integers) -> Integers:
    """Full year of birth from the two-digit year and the seventh digit."""
    seventh = serial // 1000
    late = ((seventh == 4) | (seventh == 9)) & (year <= 36)
    middle = (seventh >= 5) & (seventh <= 8)
    base = np.where(late | (middle & (year <= 57)), 2000, np.where(middle, 1800, 1900))
    return base + year


def cpr_birth_dates(values: Column) -> pa.Array:
    """Birth date (``date32``) written in each CPR number, null where none is.

    The seventh digit and the year give the century: 0-3 19yy; 4 and 9 20yy to 36, else 19yy; 5-8
    20yy to 57, else 18yy. Month + 80 is read as the month. The century digit of a replacement number
    is not to be relied on, so those give null.

    >>> cpr_birth_dates(pa.array(["0606492251", "068604-5003", "6606492251"])).to_pylist()
    [datetime.date(1949, 6, 6), datetime.date(2004, 6, 6), None]
    """
    dictionary, index = _encoded(values)
    clean = pc.replace_substring_regex(dictionary, r"[\s-]", "")
    day, month, year, serial = _number_parts(clean)
    month = np.where(month > SYNTHETIC_MONTH, month - SYNTHETIC_MONTH, month)
    full = _century(year, serial)
    leap = (full % 4 == 0) & ((full % 100 != 0) | (full % 400 == 0))
    good = _day_exists(day, month) & ~((month == 2) & (day == 29) & ~leap)
    months = np.where(good, (full - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    dates = pa.array(np.append(days, 0).astype(np.int32), mask=np.append(~good, True)).cast(pa.date32())
    return dates.take(pa.array(np.where(index < 0, len(dictionary), index)))


def cpr_sex(values: Column) -> pa.Array:
    """``F`` or ``M`` by the last digit of each CPR number (even, odd), null where it is not one.

    >>> cpr_sex(pa.array(["060649-2251", "0606492252", "060649AAAA"])).to_pylist()
    ['M', 'F', None]
    """
    dictionary, index = _encoded(values)
    clean = pc.replace_substring_regex(dictionary, r"[\s-]", "")
    day, month, _, serial = _number_parts(clean)
    month = np.where(month > SYNTHETIC_MONTH, month - SYNTHETIC_MONTH, month)
    sexes = np.where(_day_exists(day, month), 1 + serial % 2, 0)
    return pa.array([None, "F", "M"], pa.string()).take(pa.array(np.append(sexes, 0)[index]))
