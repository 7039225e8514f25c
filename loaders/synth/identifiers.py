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
DAY_OFFSET = 60
"""Added to the day of a replacement number, as the CPR office advises."""
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


def placeholders(n: int, rng: Rng, *, digits: float = 0.0) -> Texts:
    """ENR numbers: six digits that look like a date, and four letters; a share has four digits instead.

    Four digits were given out in 1981–89 and look like a CPR number. One that could be a real person's
    must not stand in an invented file, so its month has 80 added: it looks like a number of this world.
    """
    plain = rng.random(n) < digits
    day, month, year = rng.integers(1, 29, n), rng.integers(1, 13, n), rng.integers(40, 100, n)
    tails = np.where(plain, padded(rng.integers(1, 4000, n), 4), rng.choice(_LETTERS, (n, 4)).sum(axis=1))
    head = padded(day * 10_000 + (month + MONTH_OFFSET * plain) * 100 + year, 6)
    return np.asarray(head + tails, dtype=object)


def unknown_births(birth: Ints, rng: Rng) -> Texts:
    """UNR numbers of persons of whom only the year of birth is known: 3002, two digits of the year, four letters."""
    letters = rng.choice(_LETTERS, (len(birth), 4)).sum(axis=1)
    return np.asarray("3002" + padded(calendar(birth)[0] % 100, 2) + letters, dtype=object)


def unidentified(n: int, rng: Rng) -> Texts:
    """Numbers that stand for a person nobody could identify: 290200 and a letter."""
    return np.asarray("290200" + rng.choice(_LETTERS, n), dtype=object)


def health_numbers(birth: Ints, male: Bools, serial: Ints, *, national: bool) -> Texts:
    """Numbers of the health service (eCPR): birth date, century, two letters, and a last digit that follows sex.

    The digit of the century also tells a national number (1, 7) from a regional one (0, 5, 6).

    >>> birth = np.array([-8310, 11400])
    >>> health_numbers(birth, np.array([True, False]), np.array([0, 7]), national=True).tolist()
    ['0204471AA1', '1903017AB4']
    """
    year, month, day = calendar(birth)
    late, early = (7, 1) if national else (6, 0)
    century = np.where(year >= 2000, late, np.where(year >= 1900, early, early if national else 5))
    nth, digit = np.divmod(serial, 5)
    letters = _LETTERS[nth // len(_LETTERS) % len(_LETTERS)] + _LETTERS[nth % len(_LETTERS)]
    head = padded((day * 10_000 + month * 100 + year % 100) * 10 + century, 7)
    return np.asarray(head + letters + padded(2 * digit + male, 1), dtype=object)


def replacement_numbers(birth: Ints, male: Bools, serial: Ints) -> Texts:
    """Replacement numbers of one office: a birth date with 60 added to the day, a serial number, sex in the last digit.

    >>> replacement_numbers(np.array([0]), np.array([False]), np.array([3])).tolist()
    ['6101700006']
    """
    year, month, day = calendar(birth)
    head = (day + DAY_OFFSET) * 10_000 + month * 100 + year % 100
    return padded(head * 10_000 + serial * 2 + male, 10)


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
