"""The scale set: persons of an invented country with US name frequencies, four in five records a new person.

Run as ``python -m benchmarks.persons_1m --records 1000000 OUT.parquet``. Households of one to five share
surname, street, city, postcode and telephone; one birth in a hundred inside them is a twin's and one
given name in a hundred an elder's. A fifth of the records repeat a person, 15 % of them after a move
and 6 % (of women) under another surname, with typing errors, exchanged parts and gaps at fixed rates.
Names come from the package ``names`` (US Census 1990); they are no part of this project.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.corruption import (
    Rng,
    Texts,
    day_and_month_exchanged,
    exchange,
    initial,
    lose,
    spoil,
    typing_error,
    wrong_digit,
)
from loaders.synth.sampling import Ints, choose

TOWNS = 3000
_PLACES = (
    "Ash Brook Clay Dun East Fair Glen Hart King Lake Mill Nor Oak Pine Rock Spring West Wood",
    "ton ville field ford burg wood dale port mont view ham bury",
    "|New |North |South |Lower |Upper |Mount |Fort |Lake |Saint |Old |Great |Little |Port ",
)
_CALLED = (
    "Robert Bob, William Bill, James Jim, John Jack, Michael Mike, Richard Dick, Thomas Tom, Charles Chuck, "
    "Joseph Joe, Daniel Dan, Elizabeth Liz, Margaret Peggy, Patricia Pat, Jennifer Jen, Katherine Kate, "
    "Barbara Barb, Susan Sue, Deborah Debbie, Edward Ted, Christopher Chris"
)
NICKNAMES: dict[str, str] = dict(pair.split() for pair in _CALLED.split(", "))
GAPS = {
    "national_id": 0.30,
    "phone": 0.40,
    "middle_initial": 0.35,
    "dob": 0.03,
    "first_name": 0.01,
    "surname": 0.005,
    "street": 0.05,
    "city": 0.03,
    "postcode": 0.04,
    "sex": 0.02,
}
"""Share of each column that is missing."""
ERRORS: tuple[tuple[str, Callable[[str, Rng], str], float, float], ...] = (
    ("first_name", typing_error, 0.10, 0.01),
    ("surname", typing_error, 0.08, 0.01),
    ("street", typing_error, 0.12, 0.02),
    ("city", typing_error, 0.05, 0.01),
    ("postcode", wrong_digit, 0.04, 0.005),
    ("national_id", wrong_digit, 0.03, 0.005),
    ("phone", wrong_digit, 0.04, 0.01),
    ("dob", wrong_digit, 0.04, 0.005),
    ("dob", day_and_month_exchanged, 0.02, 0.002),
    ("first_name", initial, 0.02, 0.005),
)
"""Column, error, and its share among repeated and among first records."""


class NamesMissingError(SystemExit):
    """The package with the US name frequencies is not installed."""


def _frequencies(file: str) -> tuple[Texts, np.ndarray]:
    """Names and their shares, rare ones raised to a floor so that the tail is drawn at all."""
    try:
        import names
    except ImportError:
        raise NamesMissingError(
            "the package `names` is not installed: pip install --group benchmarks (or names==0.3.*)"
        ) from None
    rows = [line.split() for line in (Path(names.__file__).parent / file).read_text("utf-8").splitlines()]
    share = np.maximum(np.array([float(row[1]) for row in rows]), 2e-4)
    return np.array([row[0].title() for row in rows], dtype=object), share / share.sum()


def _towns() -> Texts:
    stems, ends, fronts = _PLACES[0].split(), _PLACES[1].split(), _PLACES[2].split("|")
    return np.array([f"{f}{s}{e}" for f in fronts for s in stems for e in ends][:TOWNS], dtype=object)


class _Country:
    """Names and addresses to draw from."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.last = _frequencies("dist.all.last")
        self.first = {"F": _frequencies("dist.female.first"), "M": _frequencies("dist.male.first")}
        self.towns = _towns()
        self.town_share = 1 / np.arange(1, len(self.towns) + 1) ** 0.9
        self.codes = np.maximum(1, (self.town_share / self.town_share.sum() * 20_000).astype(np.int64))
        self.first_code = 10_000 + np.cumsum(self.codes) - self.codes

    def surnames(self, n: int) -> Texts:
        return np.asarray(self.last[0][choose(self.rng, self.last[1], n)])

    def given(self, female: np.ndarray) -> Texts:
        out = np.empty(len(female), dtype=object)
        for sex, mask in (("F", female), ("M", ~female)):
            names, share = self.first[sex]
            out[mask] = names[choose(self.rng, share, int(mask.sum()))]
        return out

    def addresses(self, n: int) -> dict[str, Texts]:
        town = choose(self.rng, self.town_share, n)
        code = self.first_code[town] + (self.rng.random(n) * self.codes[town]).astype(np.int64)
        kinds = np.array(["St", "Ave", "Rd", "Dr", "Ln"], dtype=object)[self.rng.integers(0, 5, n)]
        number = self.rng.integers(1, 3000, n)
        street = [f"{a} {b} {c}" for a, b, c in zip(number, self.surnames(n), kinds, strict=True)]
        return {
            "street": np.array(street, dtype=object),
            "city": self.towns[town],
            "postcode": code.astype(str).astype(object),
            "phone": self.rng.integers(2_000_000_000, 9_999_999_999, n).astype(str).astype(object),
        }


def _persons(n: int, country: _Country) -> tuple[dict[str, Texts], Ints]:
    """Columns of ``n`` persons without errors, and the household of each."""
    rng = country.rng
    household = np.repeat(np.arange(n), rng.choice([1, 2, 3, 4, 5], n, p=[0.35, 0.33, 0.14, 0.12, 0.06]))[:n]
    female = rng.random(n) < 0.5
    surname = country.surnames(int(household[-1]) + 1)[household]
    other = rng.random(n) < 0.12
    surname[other] = country.surnames(int(other.sum()))
    born = (np.datetime64("1930-01-01") + (rng.beta(1.6, 1.4, n) * 29_000).astype(np.int64)).astype(str)
    middle = np.array([name[0] for name in country.given(female)], dtype=object)
    number = (rng.choice(899_999_999, n, replace=False) + 100_000_000).astype(str).astype(object)
    columns = {
        "first_name": country.given(female),
        "middle_initial": middle,
        "surname": surname,
        "dob": born.astype(object),
        "sex": np.where(female, "F", "M").astype(object),
        "national_id": number,
    }
    columns |= {k: v[household] for k, v in country.addresses(int(household[-1]) + 1).items()}
    same = household[1:] == household[:-1]
    twin = np.flatnonzero(same & (rng.random(n - 1) < 0.01)) + 1
    columns["dob"][twin] = columns["dob"][twin - 1]
    namesake = np.flatnonzero(same & (rng.random(n - 1) < 0.01)) + 1
    for name in ("first_name", "sex"):
        columns[name][namesake] = columns[name][namesake - 1]
    return columns, household


def _changed_lives(columns: dict[str, Texts], country: _Country) -> None:
    """What happened to a person between two records: moves, marriages, call names."""
    rng, n = country.rng, len(columns["dob"])
    moved = np.flatnonzero(rng.random(n) < 0.15)
    for name, values in country.addresses(len(moved)).items():
        columns[name][moved] = values
    married = np.flatnonzero((rng.random(n) < 0.06) & (columns["sex"] == "F"))
    columns["surname"][married] = country.surnames(len(married))
    called = np.flatnonzero(rng.random(n) < 0.25)
    columns["first_name"][called] = [NICKNAMES.get(name, name) for name in columns["first_name"][called]]


def persons_1m(records: int = 1_000_000, seed: int = 42) -> pa.Table:
    """The scale set with ``records`` records of which four in five are of new persons.

    Raises:
        NamesMissingError: The name frequencies are not installed.
    """
    country = _Country(np.random.default_rng([seed, records]))
    rng, people = country.rng, round(records * 0.8)
    columns, _ = _persons(people, country)
    repeats = records - people
    once = rng.choice(people, repeats, replace=False)[: int(repeats * 0.7)]
    again = np.concatenate([once, rng.choice(once if len(once) else people, repeats - len(once))])
    copies = {name: values[again] for name, values in columns.items()}
    _changed_lives(copies, country)
    columns = {name: np.concatenate([values, copies[name]]) for name, values in columns.items()}
    repeated = np.arange(records) >= people
    for name, error, often, seldom in ERRORS:
        spoil(columns[name], np.where(repeated, often, seldom), error, rng)
    exchange(columns["first_name"], columns["surname"], np.where(repeated, 0.02, 0.002), rng)
    for name, share in GAPS.items():
        lose(columns[name], share, rng)
    order = rng.permutation(records)
    person = np.concatenate([np.arange(people), again])[order]
    table = {"rec_id": np.arange(records).astype(str), "ent_id": person.astype(str)}
    texts = {name: pa.array(values[order], pa.string()) for name, values in columns.items()}
    return pa.table({**table, "source": pa.array(["a"] * records), **texts})


PERSONS_KINDS = {
    "record_id": ["rec_id"],
    "given_name": ["first_name"],
    "middle_name": ["middle_initial"],
    "surname": ["surname"],
    "birth_date": ["dob"],
    "sex": ["sex"],
    "street": ["street"],
    "city": ["city"],
    "postcode": ["postcode"],
    "phone": ["phone"],
    "identifier": ["national_id"],
}
"""Kind and columns of the scale set: all of its fields."""


def main() -> None:
    """Write the set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=42)
    chosen = parser.parse_args()
    pq.write_table(persons_1m(chosen.records, chosen.seed), chosen.out)


if __name__ == "__main__":
    main()
