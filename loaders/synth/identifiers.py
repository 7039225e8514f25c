"""Synthetic CPR numbers and the placeholders that stand where the police have none.

A synthetic CPR number is written with 80 added to the month, which no real number can have; its last
digit follows sex and its seventh digit the century, as in real ones.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.synth.sampling import Bools, Ints, Rng, Texts, rank_in_group

MONTH_OFFSET = 80
_STRIDE = 617
"""A prime, so that the serial numbers of one birthday are spread and never repeat."""
_LETTERS = np.array(list("ABCDEFGHJKLMNPRSTUVXYZ"), dtype=object)


def calendar(days: Ints) -> tuple[Ints, Ints, Ints]:
    """Year, month and day of days since 1970-01-01.

    >>> [int(p[0]) for p in calendar(np.array([59]))]
    [1970, 3, 1]
    """
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    number = months.astype(np.int64)
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return 1970 + number // 12, number % 12 + 1, day


def padded(numbers: Ints, width: int) -> Texts:
    """Numbers as text with leading zeros.

    >>> padded(np.array([7, 1234]), 3).tolist()
    ['007', '1234']
    """
    return np.asarray(
        pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0").to_numpy(zero_copy_only=False), dtype=object
    )


def cpr_numbers(birth: Ints, male: Bools) -> Texts:
    """A number for each person, different for all, without a dash.

    >>> cpr_numbers(np.array([0, 0]), np.array([True, False])).tolist()
    ['0181700001', '0181700000']
    """
    year, month, day = calendar(birth)
    low = np.where(year < 1900, 5000, np.where(year < 2000, 0, 4000))
    half = np.where(year < 1900, 2000, np.where(year < 2000, 2000, 3000))
    nth = rank_in_group(birth * 2 + male)
    serial = low + 2 * ((birth * 7919 + nth * _STRIDE) % half) + male
    head = day * 10_000 + (month + MONTH_OFFSET) * 100 + year % 100
    return padded(head * 10_000 + serial, 10)


def placeholders(n: int, rng: Rng) -> Texts:
    """ENR numbers: six digits that look like a date, four letters."""
    day, month, year = rng.integers(1, 29, n), rng.integers(1, 13, n), rng.integers(40, 100, n)
    letters = rng.choice(_LETTERS, (n, 4))
    return np.asarray(padded(day * 10_000 + month * 100 + year, 6) + letters.sum(axis=1), dtype=object)


def mistyped(numbers: Texts, rng: Rng) -> Texts:
    """Each number with one digit wrong or two neighbours exchanged; never in the month, so that it stays synthetic."""
    wrong = []
    for number in numbers:
        digits = list(number)
        if rng.random() < 0.35:
            at = int(rng.integers(6, 9))
            digits[at], digits[at + 1] = digits[at + 1], digits[at]
        else:
            at = int(rng.choice([1, 5, 6, 7, 8, 9]))
            digits[at] = str((int(digits[at]) + int(rng.integers(1, 10))) % 10)
        if "".join(digits) == number:
            digits[9] = str((int(digits[9]) + 2) % 10)
        wrong.append("".join(digits))
    return np.array(wrong, dtype=object)


def dashed(numbers: Texts) -> Texts:
    """Numbers with a dash after the date."""
    return np.array([f"{n[:6]}-{n[6:]}" for n in numbers], dtype=object)
