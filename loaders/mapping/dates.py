"""Dates as registers write them, by declared formats, to ``date32`` with the precision of each.

Every format becomes one regular expression over the *distinct* texts, so that a column of millions
costs as much as its few thousand different days. A day that does not exist is no date: it is never
moved to the next month, as C libraries do.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.intervals import FIRST_DAY
from linkage.tables import DAY
from loaders.mapping.file import Document, meant
from loaders.mapping.toml_lines import Path as KeyPath

_DIRECTIVES = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>\d{1,2})",
    "%d": r"(?P<day>\d{1,2})",
    "%H": r"\d{1,2}",
    "%M": r"\d{1,2}",
    "%S": r"\d{1,2}(?:[.,]\d+)?",
    "%%": "%",
}
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
Numbers = npt.NDArray[np.int64]


def check_format(document: Document, path: KeyPath, stated: object) -> None:
    """Refuse a date format with unknown directives or without a year.

    Raises:
        MappingError: With file and line.
    """
    if not isinstance(stated, str):
        raise document.error("a date format must be a text", path, hint='like "%d-%m-%Y"')
    used = re.findall(r"%.?", stated)
    for one in used:
        if one == "%y":
            problem = "a year of two digits does not tell its century"
            raise document.error(problem, path, hint="write the years out in the extract and use %Y")
        if one not in _DIRECTIVES:
            raise document.error(f"unknown directive {one!r} in a date format", path, hint=meant(one, _DIRECTIVES))
    if used.count("%Y") != 1 or used.count("%m") > 1 or used.count("%d") > 1:
        raise document.error("a date format needs one %Y, and at most one %m and %d", path, hint='like "%d-%m-%Y"')
    if "%d" in used and "%m" not in used:
        raise document.error("a date format with a day needs a month", path, hint="add %m")


def _expression(form: str) -> str:
    pieces = re.split(r"(%.)", form)
    return "^" + "".join(_DIRECTIVES.get(p, re.escape(p)) for p in pieces) + "$"


def days_of(year: Numbers, month: Numbers, day: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Days since 1970-01-01 of civil dates, and which of them exist.

    The proleptic Gregorian count in integers (H. Hinnant, "chrono-compatible low-level date
    algorithms"), because numpy's own conversion wraps instead of refusing.
    """
    in_year = (month >= 1) & (month <= 12) & (year >= FIRST_DAY.year) & (year <= 9999)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _MONTH_DAYS[np.where(in_year, month, 0)] + (leap & (month == 2))
    exists = in_year & (day >= 1) & (day <= longest)
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    days = era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return np.where(exists, days, 0), exists


def _group(found: pa.StructArray, name: str, fallback: int) -> Numbers:
    """One part of every match as integers; the fallback where the format has no such part."""
    if found.type.get_field_index(name) < 0:
        return np.full(len(found), fallback, dtype=np.int64)
    texts = pc.fill_null(pc.struct_field(found, name), str(fallback))
    return np.asarray(texts.cast(pa.int64()).to_numpy(zero_copy_only=False))


def _days_to_dates(days: Numbers, missing: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=missing).cast(DAY)


def parse_dates(values: pa.Array, formats: tuple[str, ...]) -> tuple[pa.Array, pa.Array]:
    """Dates of texts by the first format that fits, and each one's precision (day, month, year).

    A date without a day stands at the first of its month, one without a month at 1 January. Both
    results are null where no format fits or the day does not exist.

    >>> dates, precision = parse_dates(pa.array(["31-12-2009", "31-02-2009", "2009", None]), ("%d-%m-%Y", "%Y"))
    >>> dates.to_pylist()
    [datetime.date(2009, 12, 31), None, datetime.date(2009, 1, 1), None]
    >>> precision.to_pylist()
    ['day', None, 'year', None]
    """
    coded = pc.dictionary_encode(values)
    texts = coded.dictionary
    days = np.zeros(len(texts), dtype=np.int64)
    grade = np.full(len(texts), -1, dtype=np.int64)
    for form in formats:
        found = pc.extract_regex(texts, _expression(form))
        matched = pc.is_valid(found).to_numpy(zero_copy_only=False)
        parts = _group(found, "year", 0), _group(found, "month", 1), _group(found, "day", 1)
        of_form, exists = days_of(*parts)
        new = matched & exists & (grade < 0)
        days[new] = of_form[new]
        grade[new] = 0 if "%d" in form else 1 if "%m" in form else 2
    dates = _days_to_dates(days, grade < 0)
    names = pa.array(["day", "month", "year"], pa.string())
    precision = names.take(pa.array(grade, pa.int64(), mask=grade < 0))
    return dates.take(coded.indices), precision.take(coded.indices)


def dates_of_parts(year: pa.Array, month: pa.Array, day: pa.Array) -> pa.Array:
    """Dates of year, month and day in three text columns; null where the three make no day.

    >>> dates_of_parts(pa.array(["1895", "1895"]), pa.array(["2", "2"]), pa.array(["28", "30"])).to_pylist()
    [datetime.date(1895, 2, 28), None]
    """

    def numbers(column: pa.Array) -> Numbers:
        whole = pc.fill_null(pc.match_substring_regex(column, r"^\d{1,4}$"), False)
        return np.asarray(pc.if_else(whole, column, "0").cast(pa.int64()).to_numpy(zero_copy_only=False))

    days, exists = days_of(numbers(year), numbers(month), numbers(day))
    return _days_to_dates(days, ~exists)
