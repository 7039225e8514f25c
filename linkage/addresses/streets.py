"""What a street is called today, whatever it was called when somebody wrote it down.

Streets are renamed, and the reform of 2007 renamed thousands that had become namesakes. A street
register says which names one street bore; here an old name is read as the street it meant.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa

from linkage.addresses.coding import Codes, codes_of, group_codes
from linkage.addresses.folding import city_key, street_key, town_key
from linkage.geography import former_municipalities, municipality_today, postcodes
from linkage.tables import STREETS


@dataclass(frozen=True, slots=True)
class Name:
    """One name that a street bore: where, since when and until when (days since 1970-01-01)."""

    street: int
    key: str
    spelling: str
    municipality: str | None
    postcode: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StreetNames:
    """The names of all streets, found by postcode or municipality."""

    names: tuple[Name, ...] = ()
    by_postcode: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    by_municipality: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    current: dict[int, int] = field(default_factory=dict)
    """The latest name of each street."""
    posts: dict[int, frozenset[str]] = field(default_factory=dict)
    """Postcodes of each street's latest name."""

    def meant(self, key: str, postcode: str | None, municipality: str | None, towns: frozenset[str]) -> list[Name]:
        """The names that a stated street can be, one per street; ``towns`` are postcodes of a stated town."""
        found: list[int] = []
        if postcode is not None:
            found = self.by_postcode.get((postcode, key), [])
        else:
            for code in sorted(towns):
                found = found + self.by_postcode.get((code, key), [])
        if municipality is not None:
            own = self.by_municipality.get((municipality, key), [])
            both = [i for i in found if i in set(own)]
            found = both or found or (own if postcode is None else [i for i in own if self.names[i].postcode is None])
        return [self.names[i] for i in found]

    def today(self, street: int) -> Name:
        """The latest name of a street."""
        return self.names[self.current[street]]


NO_STREETS = StreetNames()


def street_names(streets: pa.Table) -> StreetNames:
    """The names in a street register (shape ``STREETS``), indexed.

    Rows of one id are one street. A street of a former municipality is one with the street of the
    same name and postcode in the municipality of today, because the reform gave it a new code.
    """
    rows = STREETS.check(streets).sort_by([(c, "ascending") for c in ("street_id", "valid_from", "street", "postcode")])
    columns = [rows.column(c).to_pylist() for c in ("street_id", "street", "municipality", "postcode")]
    spans = [rows.column(c).cast(pa.int32()).to_pylist() for c in ("valid_from", "valid_to")]
    numbers: dict[str, int] = {}
    names = []
    former: dict[int, bool] = {}
    codes = frozenset(former_municipalities().column("municipality").to_pylist())
    for identity, spelling, municipality, postcode, start, end in zip(*columns, *spans, strict=True):
        street = numbers.setdefault(identity, len(numbers))
        former[street] = municipality in codes
        today = municipality_today(municipality, postcode) if municipality else None
        names.append(Name(street, street_key(spelling), spelling, today, postcode, start, end))
    names = _across_reform(names, former)
    return _indexed(tuple(n for n in names if n.key))


def _across_reform(names: list[Name], former: dict[int, bool]) -> list[Name]:
    """The names with each street of a former municipality joined to the one that took it over."""
    heirs: dict[tuple[str | None, str | None, str], set[int]] = defaultdict(set)
    for name in names:
        if not former[name.street]:
            heirs[name.municipality, name.postcode, name.key].add(name.street)
    last: dict[int, Name] = {}
    for name in names:
        if former[name.street] and (name.street not in last or name.end >= last[name.street].end):
            last[name.street] = name
    joined = {}
    for street, name in last.items():
        heir = heirs.get((name.municipality, name.postcode, name.key), set())
        joined[street] = next(iter(heir)) if len(heir) == 1 else street
    return [Name(joined.get(n.street, n.street), *_fields(n)) for n in names]


def _fields(name: Name) -> tuple[str, str, str | None, str | None, int, int]:
    return name.key, name.spelling, name.municipality, name.postcode, name.start, name.end


def _indexed(names: tuple[Name, ...]) -> StreetNames:
    by_postcode: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_municipality: dict[tuple[str, str], list[int]] = defaultdict(list)
    current: dict[int, int] = {}
    for i, name in enumerate(names):
        if name.postcode:
            by_postcode[name.postcode, name.key].append(i)
        if name.municipality:
            by_municipality[name.municipality, name.key].append(i)
        best = current.get(name.street)
        if best is None or (name.end, name.start) > (names[best].end, names[best].start):
            current[name.street] = i
    posts: dict[int, set[str]] = defaultdict(set)
    for name in names:
        if name.postcode and name.end == names[current[name.street]].end:
            posts[name.street].add(name.postcode)
    latest = {street: frozenset(codes) for street, codes in posts.items()}
    return StreetNames(names, dict(by_postcode), dict(by_municipality), current, latest)


@dataclass(frozen=True, slots=True)
class Today:
    """For each row the street it means today: key, spelling and postcode (null where as stated)."""

    key: pa.Array
    spelling: pa.Array
    postcode: pa.Array


def todays_names(stated: dict[str, pa.Array], days: Codes, names: StreetNames) -> Today:
    """What the streets of places are called today.

    ``stated`` holds ``street``, ``postcode``, ``municipality`` and ``city`` of each row, ``days`` the
    day on which it was so. The day only matters where a name has wandered from one street to another.
    """
    count = len(days)
    none = pa.nulls(count, pa.string())
    if not names.names:
        return Today(none, none, none)
    parts = [stated[n] for n in ("street", "postcode", "municipality", "city")]
    keyed = pa.StructArray.from_arrays(parts, names=list("spmc"))
    coded = _distinct_rows(keyed)
    answers: list[Name] = []
    choice = np.full(count, -1, dtype=np.int64)
    order = np.argsort(coded[1], kind="stable")
    ends = np.cumsum(np.bincount(coded[1], minlength=len(coded[0])))
    for place, row in enumerate(coded[0]):
        found = _candidates(row, names)
        if not found:
            continue
        rows = order[ends[place - 1] if place else 0 : ends[place]]
        _choose(found, rows, days, names, answers=answers, choice=choice)
    index = pa.array(choice, mask=choice < 0)
    columns = [pa.array([getattr(a, n) for a in answers], pa.string()) for n in ("key", "spelling", "postcode")]
    return Today(*(c.take(index) for c in columns))


def _distinct_rows(rows: pa.StructArray) -> tuple[list[dict[str, str | None]], Codes]:
    first, inverse = group_codes([codes_of(rows.field(i)) for i in range(rows.type.num_fields)])
    return rows.take(pa.array(first)).to_pylist(), inverse


def _candidates(row: dict[str, str | None], names: StreetNames) -> list[Name]:
    street, postcode, municipality, city = row["s"], row["p"], row["m"], row["c"]
    if not street:
        return []
    code = municipality_today(municipality.strip().zfill(4), postcode) if municipality else None
    towns = _postcodes_of(city) if city and postcode is None else frozenset()
    return names.meant(street_key(street), postcode, code, towns)


def _choose(
    found: list[Name], rows: Codes, days: Codes, names: StreetNames, *, answers: list[Name], choice: Codes
) -> None:
    """The street that each row means: the only one, else the one that bore the name on that day."""
    by_street: dict[int, list[Name]] = defaultdict(list)
    for name in found:
        by_street[name.street].append(name)
    at = {street: len(answers) + i for i, street in enumerate(sorted(by_street))}
    answers.extend(_answer(by_street[street], names) for street in sorted(by_street))
    if len(by_street) == 1:
        choice[rows] = next(iter(at.values()))
        return
    bearers = np.zeros(len(rows), dtype=np.int64)
    chosen = np.full(len(rows), -1, dtype=np.int64)
    for street in sorted(by_street):
        bore = np.zeros(len(rows), dtype=np.bool_)
        for name in by_street[street]:
            bore |= (name.start <= days[rows]) & (days[rows] < name.end)
        bearers += bore
        chosen[bore] = at[street]
    choice[rows] = np.where(bearers == 1, chosen, -1)


def _answer(stated: list[Name], names: StreetNames) -> Name:
    """The street's latest name, under its latest postcode where it has one only."""
    today = names.today(stated[0].street)
    posts = names.posts.get(today.street, frozenset())
    postcode = today.postcode if len(posts) == 1 and stated[0].postcode not in posts else stated[0].postcode
    return Name(today.street, today.key, today.spelling, today.municipality, postcode, today.start, today.end)


@cache
def _town_postcodes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in postcodes().to_pylist():
        for key in {city_key(row["name"]), town_key(row["name"])}:
            found[key].add(row["postcode"])
    return {key: frozenset(codes) for key, codes in found.items()}


def _postcodes_of(city: str) -> frozenset[str]:
    """The postcodes whose town bears this name, with or without its postal quarter."""
    return _town_postcodes().get(city_key(city), frozenset())
