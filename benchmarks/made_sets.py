"""Labelled sets made from a seed: the kinds of table that a linker of persons meets and public sets do not show.

Each set is a table of texts with ``rec_id``, ``ent_id`` (the true person: never an input) and ``source``.
Sizes are records, met within a tenth. The rates are assumptions, chosen before anything was
linked and the same for every size; nobody's default may be set by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

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
from benchmarks.made_people import People, draw_families, draw_homes, given_of, iso, moved, surnames_of, year_of
from loaders.synth.given_names import given_names
from loaders.synth.sampling import Ints, choose
from loaders.synth.surnames import surname_weights, surnames

Columns = dict[str, Texts]


def _table(columns: Mapping[str, Texts], person: Ints, source: Texts, rng: Rng) -> pa.Table:
    """Columns as a table in random order with ids that tell nothing."""
    order = rng.permutation(len(person))
    texts = {name: pa.array(values[order], pa.string()) for name, values in columns.items()}
    ids = np.arange(len(person)).astype(str)
    labels = {"rec_id": pa.array(ids), "ent_id": pa.array(person[order].astype(str)), "source": source[order]}
    return pa.table({**labels, **texts}).cast(pa.schema([(n, pa.string()) for n in [*labels, *texts]]))


def _copies(n: int, shares: Iterable[float], rng: Rng) -> Ints:
    """Person of each record, where ``shares`` are those of persons with 1, 2, 3, ... records."""
    wanted = np.array(list(shares))
    persons = max(1, round(n / float(wanted @ np.arange(1, len(wanted) + 1))))
    return np.repeat(np.arange(persons), choose(rng, wanted, persons) + 1)


def _spoil_names(columns: Columns, share: float, rng: Rng) -> None:
    """The usual errors of names and dates, ``share`` of the records each kind at most."""
    spoil(columns["given_name"], share, typing_error, rng)
    spoil(columns["surname"], share, typing_error, rng)
    spoil(columns["given_name"], share / 4, initial, rng)
    exchange(columns["given_name"], columns["surname"], share / 5, rng)
    if "birth_date" in columns:
        spoil(columns["birth_date"], share / 4, day_and_month_exchanged, rng)
        spoil(columns["birth_date"], share / 2, wrong_digit, rng)


def _names_of(people: People) -> Columns:
    return {"given_name": people.given.copy(), "surname": people.surname.copy()}


def names_dates(records: int, seed: int) -> pa.Table:
    """Short names and birth dates, nothing else: one to five records a person, many with an error.

    Names of three to six letters leave a typing error little that still agrees.
    """
    rng = np.random.default_rng([seed, 1])
    person = _copies(records, (0.45, 0.28, 0.15, 0.08, 0.04), rng)
    n = int(person.max()) + 1
    short = {s: np.array([g for g in given_names(s) if 3 <= len(g) <= 5 and g.isalpha()], dtype=object) for s in "FM"}
    family = np.array(surnames(), dtype=object)
    brief = np.array([3 <= len(s) <= 6 for s in family])
    male = rng.random(n) < 0.5
    given = np.where(male, _by_rank(short["M"], n, rng), _by_rank(short["F"], n, rng))
    surname = family[brief][choose(rng, surname_weights()[brief], n)]
    born = rng.integers(-14_600, 14_600, n)
    siblings = np.flatnonzero(rng.random(n - 1) < 0.15) + 1
    surname[siblings] = surname[siblings - 1]
    born[siblings] = np.where(rng.random(len(siblings)) < 0.1, born[siblings - 1], born[siblings])
    columns = {"given_name": given[person], "surname": surname[person], "birth_date": iso(born)[person]}
    _spoil_names(columns, 0.07, rng)
    for name, share in (("given_name", 0.02), ("surname", 0.01), ("birth_date", 0.05)):
        lose(columns[name], share, rng)
    return _table(columns, person, np.full(len(person), "a", dtype=object), rng)


def _by_rank(names: Texts, n: int, rng: Rng) -> Texts:
    return np.asarray(names[choose(rng, 1 / np.arange(1, len(names) + 1) ** 0.6, n)])


def census(records: int, seed: int, *, dates: str = "birth_date") -> pa.Table:
    """Three waves, five years apart, of families that move, marry, have children and die.

    A quarter of the homes moves between waves, one young adult in seven marries into a home of its own
    and half of the women among them change surname. With ``dates="birth_year"`` the census took ages, so
    a year is stated that is one off for every third record.
    """
    rng = np.random.default_rng([seed, 2])
    people = draw_families(max(1, round(records / 3 / 2.4)), rng, year=2000)
    homes = int(people.home.max()) + 1
    waves: list[tuple[str, People]] = []
    for year in (2000, 2005, 2010):
        if waves:
            people, homes = _five_years_on(people, homes, year, rng)
        seen = people.take(np.flatnonzero(rng.random(len(people)) < 0.95))
        waves.append((str(year), seen))
    addresses = draw_homes(homes, rng)
    trade = choose(rng, 1 / np.arange(1, 61), 1 + max(int(p.person.max()) for _, p in waves))
    parts = []
    for year_text, seen in waves:
        columns = _names_of(seen) | _address(addresses, seen.home)
        columns["sex"] = np.where(seen.male, "M", "F").astype(object)
        work = np.where(rng.random(len(seen)) < 0.75, trade[seen.person], rng.integers(0, 60, len(seen)))
        columns["occupation"] = np.array([f"trade {t}" for t in work], dtype=object)
        columns["occupation"][~seen.adult] = None
        columns |= _stated_birth(seen.born, dates, rng)
        parts.append((columns, seen.person, np.full(len(seen), year_text, dtype=object)))
    columns = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    _spoil_names(columns, 0.06, rng)
    spoil(columns["street"], 0.06, typing_error, rng)
    for name, share in ((dates, 0.03), ("occupation", 0.2), ("number", 0.08), ("sex", 0.01)):
        lose(columns[name], share, rng)
    return _table(columns, np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts]), rng)


def _address(homes: object, home: Ints) -> Columns:
    return {name: getattr(homes, name)[home].copy() for name in ("street", "number", "postcode", "city")}


def _stated_birth(born: Ints, dates: str, rng: Rng) -> Columns:
    if dates == "birth_date":
        return {dates: iso(born)}
    off = rng.choice([-2, -1, 0, 1, 2], len(born), p=[0.03, 0.15, 0.66, 0.13, 0.03])
    return {dates: (year_of(born) + off).astype(str).astype(object)}


def _five_years_on(people: People, homes: int, year: int, rng: Rng) -> tuple[People, int]:
    """The population of the next wave and how many homes there have been."""
    age = year - year_of(people.born)
    people = people.take(np.flatnonzero(rng.random(len(people)) > 0.01 + 0.25 * (age > 72)))
    people, homes = _married(people, homes, year, rng)
    people, _ = moved(people, 0.25, homes, rng)
    homes = max(homes, int(people.home.max()) + 1)
    mothers = np.flatnonzero(people.adult & ~people.male & (year - year_of(people.born) < 42))
    mothers = mothers[rng.random(len(mothers)) < 0.3]
    male, n = rng.random(len(mothers)) < 0.5, len(mothers)
    born = np.asarray((np.datetime64(f"{year - 5}-01-01") - np.datetime64("1970-01-01")).astype(int))
    days = born + rng.integers(0, 5 * 365, n)
    children = People(
        int(people.person.max()) + 1 + np.arange(n),
        people.home[mothers],
        male,
        np.zeros(n, dtype=np.bool_),
        given_of(male, year_of(days), rng),
        people.surname[mothers].copy(),
        days,
    )
    joined = [np.concatenate([getattr(people, f), getattr(children, f)]) for f in People.__slots__]
    return People(*joined), homes


def _married(people: People, homes: int, year: int, rng: Rng) -> tuple[People, int]:
    """Young singles who found homes of their own, two by two; half of the women take the man's surname."""
    age = year - year_of(people.born)
    ready = (age >= 19) & (age <= 34) & (rng.random(len(people)) < 0.3)
    men, women = np.flatnonzero(ready & people.male), np.flatnonzero(ready & ~people.male)
    n = min(len(men), len(women))
    men, women = rng.permutation(men)[:n], rng.permutation(women)[:n]
    home, surname, adult = people.home.copy(), people.surname.copy(), people.adult | (age >= 18)
    home[men] = home[women] = homes + np.arange(n)
    takes = rng.random(n) < 0.5
    surname[women[takes]] = surname[men[takes]]
    return replace(people, home=home, surname=surname, adult=adult), homes + n


def benefits(records: int, seed: int) -> pa.Table:
    """Payments by year: the same persons again and again, whole households at an address, a fifth moving a year.

    A row is a person in a year and office; three offices write in their own way. Most rows repeat the
    year before to the letter, errors included, as copied forms do.
    """
    rng = np.random.default_rng([seed, 3])
    years = 6
    people = draw_families(max(2, round(records / years / 0.55 / 2.6)), rng, year=2015)
    homes = int(people.home.max()) + 1
    drawn = rng.random(int(people.home.max()) + 1) < 0.7
    parts: list[People] = []
    for _ in range(years):
        seen = drawn[people.home % len(drawn)] & (rng.random(len(people)) < 0.8)
        parts.append(people.take(np.flatnonzero(seen)))
        people, _ = moved(people, 0.2, homes, rng)
        homes = max(homes, int(people.home.max()) + 1)
    rows = [np.full(len(p), 2015 + i, dtype=np.int64) for i, p in enumerate(parts)]
    joined = People(*(np.concatenate([getattr(p, f) for p in parts]) for f in People.__slots__))
    addresses, office = draw_homes(homes, rng), joined.person % 3
    columns = _names_of(joined) | _address(addresses, joined.home)
    columns["birth_date"] = iso(joined.born)
    columns["phone"] = addresses.phone[joined.home].copy()
    columns["benefit"] = np.array(["housing", "child", "sickness", "unemployment"], dtype=object)[
        choose(rng, (4, 3, 2, 1), len(joined))
    ]
    first = np.r_[np.unique(joined.person, return_index=True)[1]]
    fresh = np.isin(np.arange(len(joined)), first) | (rng.random(len(joined)) < 0.3)
    _spoil_once(columns, joined.person, fresh, rng)
    lose(columns["phone"], 0.4, rng)
    lose(columns["birth_date"], 0.02, rng)
    source = np.array([f"office {o} {y}" for o, y in zip(office, np.concatenate(rows), strict=True)], dtype=object)
    return _table(columns, joined.person, source, rng)


def _spoil_once(columns: Columns, person: Ints, fresh: np.ndarray, rng: Rng) -> None:
    """Errors in names and dates of freshly typed rows; a row that is copied bears those of the row before it."""
    kept = ("given_name", "surname", "birth_date")
    _spoil_names(columns, 0.09, rng)
    order = np.lexsort((np.arange(len(person)), person))
    last = np.where(fresh[order], np.arange(len(order)), 0)
    source = order[np.maximum.accumulate(last)]
    for name in kept:
        columns[name][order] = columns[name][source]


def partial_ids(records: int, seed: int) -> pa.Table:
    """Numbers of ten digits that are missing, cut short, mistyped or a neighbour's; dates with parts missing.

    Two in five are missing, one in six is the last four digits only, one in twenty-five wrong.
    """
    rng = np.random.default_rng([seed, 4])
    copies = _copies(records, (0.5, 0.3, 0.12, 0.08), rng)
    persons = int(copies.max()) + 1
    people = draw_families(persons // 2 + 10, rng, year=2015)
    people = people.take(np.arange(persons)) if len(people) >= persons else people
    copies = copies[copies < len(people)]
    number = np.array([f"{n:010d}" for n in rng.choice(9_999_999_999, len(people), replace=False)], dtype=object)
    homes = draw_homes(int(people.home.max()) + 1, rng)
    mail = np.array([f"{g[:1]}{s}{i % 89}@mail.example".lower().replace(" ", "") for i, (g, s) in enumerate(
        zip(people.given, people.surname, strict=True))], dtype=object)  # fmt: skip
    columns = {name: values[copies] for name, values in _names_of(people).items()}
    columns["birth_date"] = iso(people.born)[copies]
    columns["number"] = number[copies]
    columns["postcode"], columns["city"] = homes.postcode[people.home][copies], homes.city[people.home][copies]
    columns["email"] = mail[copies]
    swapped = np.flatnonzero(rng.random(len(copies)) < 0.01)
    columns["number"][swapped] = number[np.maximum(copies[swapped] - 1, 0)]
    spoil(columns["number"], 0.04, wrong_digit, rng)
    spoil(columns["number"], 0.17, lambda text, _: text[-4:], rng)
    spoil(columns["birth_date"], 0.05, lambda text, _: text[:4], rng)
    _spoil_names(columns, 0.06, rng)
    moves = np.flatnonzero(rng.random(len(copies)) < 0.2)
    other = rng.integers(0, len(homes.postcode), len(moves))
    columns["postcode"][moves], columns["city"][moves] = homes.postcode[other], homes.city[other]
    for name, share in (("number", 0.4), ("email", 0.5), ("birth_date", 0.08), ("postcode", 0.05)):
        lose(columns[name], share, rng)
    return _table(columns, copies, np.full(len(copies), "a", dtype=object), rng)


def sparse_families(records: int, seed: int) -> pa.Table:
    """Whole families, hardly anybody twice: one person in thirty has a second record, a third of them moved.

    What makes a linker's precision fall, because pairs of one family outnumber pairs of one person by far.
    """
    rng = np.random.default_rng([seed, 5])
    people = draw_families(max(2, round(records / 2.42 / 1.03)), rng, year=2015)
    again = np.flatnonzero(rng.random(len(people)) < 1 / 30)
    rows = np.concatenate([np.arange(len(people)), again])
    copy = np.arange(len(rows)) >= len(people)
    homes = int(people.home.max()) + 1
    home = people.home[rows].copy()
    gone = np.flatnonzero(copy & (rng.random(len(rows)) < 1 / 3))
    home[gone] = homes + np.arange(len(gone))
    addresses = draw_homes(homes + len(gone), rng)
    columns = {name: values[rows] for name, values in _names_of(people).items()} | _address(addresses, home)
    columns["birth_date"] = iso(people.born)[rows]
    columns["phone"] = addresses.phone[home].copy()
    married = np.flatnonzero(copy & ~people.male[rows] & (rng.random(len(rows)) < 0.1))
    columns["surname"][married] = surnames_of(len(married), rng)
    _spoil_names(columns, 0.05, rng)
    spoil(columns["street"], 0.06, typing_error, rng)
    for name, share in (("birth_date", 0.1), ("phone", 0.35), ("number", 0.05), ("given_name", 0.01)):
        lose(columns[name], share, rng)
    return _table(columns, people.person[rows], np.full(len(rows), "a", dtype=object), rng)


def census_ages(records: int, seed: int) -> pa.Table:
    """The census with years of birth from stated ages instead of dates."""
    return census(records, seed, dates="birth_year")


MADE: dict[str, Callable[[int, int], pa.Table]] = {
    "names_dates": names_dates,
    "census": census,
    "census_ages": census_ages,
    "benefits": benefits,
    "partial_ids": partial_ids,
    "sparse_families": sparse_families,
}
"""Every made set by name: a function of records and seed."""

_NAMES = {"record_id": ["rec_id"], "given_name": ["given_name"], "surname": ["surname"], "birth_date": ["birth_date"]}
_HOME = {"street": ["street"], "house_number": ["number"], "postcode": ["postcode"], "city": ["city"]}
_CENSUS = {"source": ["source"], "sex": ["sex"], "category": ["occupation"], **_HOME}

MADE_KINDS: dict[str, dict[str, list[str]]] = {
    "names_dates": _NAMES,
    "census": {**_NAMES, **_CENSUS},
    "census_ages": {k: v for k, v in _NAMES.items() if k != "birth_date"} | {"birth_year": ["birth_year"], **_CENSUS},
    "benefits": {**_NAMES, **_HOME, "source": ["source"], "phone": ["phone"], "category": ["benefit"]},
    "partial_ids": {
        **_NAMES,
        "identifier": ["number"],
        "email": ["email"],
        "postcode": ["postcode"],
        "city": ["city"],
    },
    "sparse_families": {**_NAMES, **_HOME, "phone": ["phone"]},
}
"""Kind and columns of every made set."""
