"""Which date formats the values of a column fit, and whether day and month could be the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT
from loaders.cells import as_mask
from loaders.mapping.dates import parse_dates

_DAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d %m %Y")
_PLAIN = ("%Y%m%d", "%d%m%Y")
_TIMES = (" %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H.%M", "T%H:%M", "T%H:%M:%SZ", " kl. %H:%M", " %H:%M:%S UTC")
_PARTIAL = ("%Y-%m-00", "%Y-%m", "%m-%Y", "%m/%Y", "00-00-%Y", "%Y")
FORMATS = (*_DAYS, *(day + time for day in _DAYS for time in _TIMES), *_PLAIN, *_PARTIAL)
"""Formats that are tried, those preferred first."""

_SWAPPED = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y"}
_LEAST = 0.01
"""A further format is stated where it fits at least this share of what is left."""
_EARLIEST, _LATEST = -43_830, 27_760
"""1850-01-01 and 2046-01-02 in days since 1970: other days are more likely numbers that look like dates."""
_SHORT_YEAR = r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}(?:\D.*)?$|^\d{6}$"


@dataclass(frozen=True, slots=True)
class DateFit:
    """Formats that fit a column, how much of it, and what is in doubt."""

    formats: tuple[str, ...]
    share: float
    ambiguous: bool = False
    short_years: float = 0.0
    """Share of values whose years have two digits, which no format reads."""
    lifetime: float = 0.0
    """Years between the early and the late tenth of the dates."""


def _hits(texts: pa.Array, form: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    days = parse_dates(texts, (form,))[0].cast(pa.int32())
    return as_mask(pc.and_(pc.greater_equal(days, _EARLIEST), pc.less(days, _LATEST)))


def swapped(form: str) -> str | None:
    """The same format with day and month exchanged, where one could be taken for the other.

    >>> swapped("%d/%m/%Y %H:%M"), swapped("%Y-%m-%d")
    ('%m/%d/%Y %H:%M', None)
    """
    if form in _PLAIN:
        return _PLAIN[1 - _PLAIN.index(form)]
    for one, other in _SWAPPED.items():
        for a, b in ((one, other), (other, one)):
            if form.startswith(a):
                return form.replace(a, b, 1)
    return None


def fit_dates(values: Sequence[str], formats: Sequence[str] = FORMATS) -> DateFit:
    """The formats that the values fit, the one that fits most first.

    >>> fit_dates(["31-12-2009", "01-02-2010"]).formats
    ('%d-%m-%Y',)
    >>> fit_dates(["01/02/2009", "03/04/2010"]).ambiguous, fit_dates(["12/31/2009"]).formats
    (True, ('%m/%d/%Y',))
    """
    texts = pa.array(values, TEXT)
    if not len(texts):
        return DateFit((), 0.0)
    short = as_mask(pc.match_substring_regex(texts, _SHORT_YEAR)).mean()
    hits = {form: found for form in formats if (found := _hits(texts, form)).any()}
    left, chosen, ambiguous = np.ones(len(texts), dtype=np.bool_), [], False
    while hits:
        form = max(hits, key=lambda f: (hits[f] & left).sum())
        gained = (hits[form] & left).sum()
        if gained < max(1, _LEAST * len(texts)):
            break
        other = swapped(form)
        ambiguous |= other in hits and hits[other].sum() == hits[form].sum()
        chosen.append(form)
        left &= ~hits[form]
        hits = {f: h for f, h in hits.items() if f not in (form, other)}
    days = parse_dates(texts, tuple(chosen))[0].drop_null().cast(pa.int32()).to_numpy() if chosen else np.empty(0)
    years = float(np.quantile(days, 0.9) - np.quantile(days, 0.1)) / 365.25 if len(days) else 0.0
    return DateFit(tuple(chosen), float(1 - left.mean()), bool(ambiguous), float(short), years)
