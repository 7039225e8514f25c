"""Journal numbers, and how other records refer to them.

A number is district code, offence code, serial number and year, and unique in its register. It is not
unique in the country's memory: a register that replaces another begins to count anew, so that within
one year two cases of a district can bear one number.
"""

from __future__ import annotations

import numpy as np

from loaders.synth import tables
from loaders.synth.identifiers import calendar, padded
from loaders.synth.sampling import Bools, Ints, Rng, Texts, rank_in_group


def district_codes(district: Ints) -> Texts:
    """The number by which a district begins its journal numbers.

    >>> district_codes(np.array([0, 11])).tolist()
    ['3100', '4200']
    """
    return padded((district + 1) * 100 + 3000, 4)


def journal_numbers(district: Ints, register: Ints, *, kind: Texts, reported: Ints) -> Texts:
    """A number for each record, counted within each register and year in the order of reports."""
    year = calendar(reported)[0]
    order = np.lexsort((np.arange(len(reported)), reported))
    serial = np.empty(len(reported), dtype=np.int64)
    serial[order] = rank_in_group((register * 10_000 + year)[order]) + 1
    codes = np.array([tables.OFFENCE_CODES[k] for k in kind], dtype=object)
    number = district_codes(district) + "-" + codes + "-" + padded(serial, 5) + "-" + padded(year % 100, 2)
    return np.asarray(number, dtype=object)


def references(numbers: Texts, refers: Bools, rates: dict[str, float], rng: Rng) -> Texts:
    """The number each record refers to as its clerk wrote it, empty where it refers to none.

    Some clerks leave out their own district's code or the year, which they know; some punctuate in another
    way; now and then a digit is wrong.
    """
    result = np.where(refers, numbers, "").astype(object)
    rows = np.flatnonzero(refers)
    u = rng.random(len(rows))
    places, digits = rng.integers(0, 5, len(rows)), rng.integers(1, 10, len(rows))
    no_year = rng.random(len(rows)) < 0.5
    wrong = rates["reference_wrong"]
    short = wrong + rates["reference_short"]
    plain = short + rates["reference_plain"]
    for i in np.flatnonzero(u < plain):
        code, offence, serial, year = str(result[rows[i]]).split("-")
        if u[i] < wrong:
            at = int(places[i])
            serial = serial[:at] + str((int(serial[at]) + int(digits[i])) % 10) + serial[at + 1 :]
            text = f"{code}-{offence}-{serial}-{year}"
        elif u[i] < short:
            text = f"{code}-{offence}-{serial}" if no_year[i] else f"{offence}-{serial}-{year}"
        else:
            text = f"{code} {offence} {serial}/{year}" if no_year[i] else f"{code}{offence}{serial}{year}"
        result[rows[i]] = text
    return result
