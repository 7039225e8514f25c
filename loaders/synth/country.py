"""The state of the simulated country: persons as columns, homes with who lives in them, logs of spells.

Time runs in quarters. Within one quarter at most one change touches a home (``changed``), which keeps
every person's spells in order without sorting out conflicts. A change may lie in the future (a stay in
a shelter that ends next quarter); the home is then left alone until it has come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from linkage.intervals import LAST
from loaders.synth.places import HOME, Places
from loaders.synth.sampling import Bools, Ints, Rng, ragged, rank_in_group

NEVER = -(10**6)
"""A day before all others: something that has not happened to a person."""

PERSON_COLUMNS: dict[str, tuple[str, int]] = {
    "birth": ("int64", 0),
    "death": ("int64", LAST),
    "male": ("bool", 0),
    "mother": ("int64", -1),
    "father": ("int64", -1),
    "mother_from": ("int64", NEVER),
    "father_from": ("int64", NEVER),
    "adopted_by_mother": ("bool", 0),
    "adopted_by_father": ("bool", 0),
    "foster": ("int64", -1),
    "foster_from": ("int64", 0),
    "shared_with": ("int64", -1),
    "shared_from": ("int64", LAST),
    "abroad": ("bool", 0),
    "abroad_with": ("int64", -1),
    "came": ("int64", NEVER),
    "number_from": ("int64", NEVER),
    "partner": ("int64", -1),
    "married": ("bool", 0),
    "married_from": ("int64", 0),
    "bound_until": ("int64", 0),
    "unit": ("int64", -1),
    "stay_from": ("int64", 0),
    "first": ("int64", -1),
    "second": ("int64", -1),
    "middle": ("int64", -1),
    "surname": ("int64", -1),
    "maiden": ("int64", -1),
    "name_from": ("int64", 0),
    "trouble": ("float64", 0),
    "restless_until": ("int64", 0),
    "shelter_after": ("int64", 0),
    "father_custody": ("bool", 0),
    "father_custody_to": ("int64", LAST),
    "call_second": ("bool", 0),
    "twin": ("bool", 0),
    "transliterated": ("bool", 0),
    "namesake_parent": ("bool", 0),
    "namesake_neighbour": ("bool", 0),
}
"""Columns of a person with type and first value. Dates are days since 1970-01-01, persons are row numbers.

``mother_from`` and ``father_from`` are the days of adoptions, ``came`` the day of immigration or of the last return,
``number_from`` the day on which an immigrant got a CPR number; all are :data:`NEVER` for most.
"""


@dataclass(slots=True)
class Log:
    """Rows that are appended in blocks of columns."""

    names: tuple[str, ...]
    blocks: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, *columns: Any) -> None:
        """Append a block; a scalar is repeated to the length of the first column."""
        n = len(columns[0])
        self.blocks.append(tuple(np.broadcast_to(c, n).copy() for c in columns))

    def columns(self) -> dict[str, Any]:
        """All rows as columns by name."""
        if not self.blocks:
            return {name: np.zeros(0, dtype=np.int64) for name in self.names}
        return {name: np.concatenate([b[i] for b in self.blocks]) for i, name in enumerate(self.names)}


@dataclass(slots=True)
class _EmptyHomes:
    """Empty homes by municipality in an order of chance, and how far each municipality's have been taken."""

    units: Ints
    starts: Ints
    taken: Ints

    @classmethod
    def of(cls, units: Ints, places: Places, rng: Rng) -> _EmptyHomes:
        units = rng.permutation(units)
        where = places.unit_municipality[units]
        counts = np.bincount(where, minlength=len(places.codes))
        starts = np.r_[0, np.cumsum(counts)].astype(np.int64)
        return cls(units[np.argsort(where, kind="stable")], starts, starts[:-1].copy())

    def take(self, towns: Ints, rng: Rng) -> Ints:
        """The next one of each wanted municipality, elsewhere where it has none left; -1 if none at all."""
        units = np.full(len(towns), -1, dtype=np.int64)
        pick = self.taken[towns] + rank_in_group(towns)
        fits = pick < self.starts[towns + 1]
        units[fits] = self.units[pick[fits]]
        np.maximum.at(self.taken, towns[fits], pick[fits] + 1)
        rest = np.flatnonzero(~fits)
        if len(rest):
            left, owner = ragged(self.taken, self.starts[1:] - self.taken)
            chosen = rng.permutation(len(left))[: len(rest)]
            units[rest[: len(chosen)]] = self.units[left[chosen]]
            self._close_up(left[chosen], owner[chosen])
        return units

    def _close_up(self, gone: Ints, owner: Ints) -> None:
        """Move the homes just taken to the front of their municipality's, and count them as taken."""
        for town in np.unique(owner).tolist():
            low, high = int(self.taken[town]), int(self.starts[town + 1])
            out = np.zeros(high - low, dtype=bool)
            out[gone[owner == town] - low] = True
            mine = self.units[low:high]
            self.units[low:high] = np.r_[mine[out], mine[~out]]
            self.taken[town] += int(out.sum())


@dataclass(slots=True)
class Country:
    """Persons, homes and what has happened so far."""

    places: Places
    start: int
    end: int
    capacity: int
    size: int = 0
    today: int = 0
    """First day of the quarter being simulated."""
    until: int = 0
    """First day after it."""
    persons: dict[str, Any] = field(default_factory=dict)
    changed: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    empty: _EmptyHomes | None = None
    """The quarter's empty homes that nobody has taken yet; made when the first one is asked for."""
    free: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    order: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    offsets: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    _ages: tuple[int, int, Any] = (0, -1, None)
    stays: Log = field(default_factory=lambda: Log(("person", "unit", "from", "to")))
    names: Log = field(default_factory=lambda: Log(("person", "first", "second", "middle", "surname", "from", "to")))
    spouses: Log = field(default_factory=lambda: Log(("left", "right", "from", "to")))
    protections: Log = field(default_factory=lambda: Log(("person", "special", "from", "to", "reason")))
    parents: Log = field(
        default_factory=lambda: Log(("child", "parent", "father", "adoptive", "from", "to", "custody_to"))
    )
    """Parents that an adoption has replaced, with the end of their custody (before its start: they had none)."""
    placements: Log = field(default_factory=lambda: Log(("child", "foster", "from", "to")))
    agreements: Log = field(default_factory=lambda: Log(("child", "other", "from", "to")))
    """Shared residence: the parent at whose home a child has a second stay."""
    renumbered: Log = field(default_factory=lambda: Log(("person", "day", "reason")))
    journeys: Log = field(default_factory=lambda: Log(("person", "day", "kind")))
    flights: Log = field(default_factory=lambda: Log(("mother", "from", "to")))

    def __post_init__(self) -> None:
        self.persons = {k: np.full(self.capacity, v, dtype=t) for k, (t, v) in PERSON_COLUMNS.items()}
        self.changed = np.full(len(self.places.unit_access), self.start - 1, dtype=np.int64)

    def __getitem__(self, column: str) -> Any:
        """A person column over the persons there are so far, as a view that can be written to."""
        return self.persons[column][: self.size]

    def add_persons(self, **columns: Any) -> Ints:
        """New persons with the given columns; their numbers."""
        n = len(columns["birth"])
        if self.size + n > self.capacity:
            for name, values in self.persons.items():
                grown = np.full(self.capacity + max(n, self.capacity // 4), PERSON_COLUMNS[name][1], dtype=values.dtype)
                grown[: self.capacity] = values
                self.persons[name] = grown
            self.capacity = len(grown)
        rows = np.arange(self.size, self.size + n)
        self.size += n
        for name, values in columns.items():
            self.persons[name][rows] = values
        return rows

    def alive(self) -> Bools:
        """Who has not died."""
        return np.asarray(self["death"] == LAST)

    def present(self) -> Bools:
        """Who is alive and in the country."""
        return np.asarray(self.alive() & ~self["abroad"])

    def ages(self, day: int) -> Any:
        """Everybody's age in years on a day; not to be written to, because the quarter's callers share it."""
        if self._ages[:2] != (day, self.size):
            self._ages = (day, self.size, (day - self["birth"]) / 365.25)
        return self._ages[2]

    def index(self) -> None:
        """Sort the residents by home: members of unit u are ``order[offsets[u]:offsets[u + 1]]``."""
        living = np.flatnonzero(self.present())
        units = self["unit"][living]
        self.order = living[np.argsort(units, kind="stable")]
        counts = np.bincount(units, minlength=len(self.changed))
        self.offsets = np.r_[0, np.cumsum(counts)].astype(np.int64)

    def begin_quarter(self, day: int, until: int) -> None:
        """Index the homes and find those that are empty and settled."""
        self.today, self.until = day, until
        self.index()
        empty = np.diff(self.offsets) == 0
        self.free = empty & (self.changed < day) & (self.places.unit_kind == HOME)
        self.empty = None

    def members(self, units: Ints) -> tuple[Ints, Ints]:
        """Living members of each home as of the last index, with the position of their home in ``units``."""
        flat, owner = ragged(self.offsets[units], self.offsets[units + 1] - self.offsets[units])
        return self.order[flat], owner

    def settled(self, day: int) -> Bools:
        """Residents whose home has not changed since before ``day``, so that something may happen to them."""
        unit = self["unit"]
        hub = self.places.unit_kind[unit] != HOME
        return np.asarray(self.present() & np.where(hub, self["stay_from"] < day, self.changed[unit] < day))

    def allocate(self, towns: Ints, rng: Rng) -> Ints:
        """A different empty home in each wanted municipality, elsewhere where it has none left; -1 if none at all."""
        if self.empty is None:
            self.empty = _EmptyHomes.of(np.flatnonzero(self.free), self.places, rng)
        return self.empty.take(towns, rng)

    def move(self, persons: Ints, units: Ints, days: Ints) -> None:
        """Persons leave their home on a day and live in another from then on."""
        old = self["unit"][persons]
        self.stays.add(persons, old, self["stay_from"][persons], days)
        self["unit"][persons] = units
        self["stay_from"][persons] = days
        np.maximum.at(self.changed, old, days)
        np.maximum.at(self.changed, units, days)

    def go_abroad(self, persons: Ints, days: Ints) -> None:
        """Persons leave the country on a day; they belong to no home until they return."""
        self.move(persons, np.full(len(persons), self.places.abroad), days)
        self["abroad"][persons] = True

    def end_agreements(self, children: Ints, days: Any) -> None:
        """The shared residence of those children who have one ends."""
        days = np.broadcast_to(days, len(children))
        shared = self["shared_with"][children] >= 0
        child = children[shared]
        self.agreements.add(child, self["shared_with"][child], self["shared_from"][child], days[shared])
        self["shared_with"][child] = -1
        self["shared_from"][child] = LAST

    def touch(self, units: Ints, days: Ints) -> None:
        """Mark homes as changed."""
        np.maximum.at(self.changed, units, days)

    def rename(self, persons: Ints, days: Ints, *, surnames: Ints, middles: Ints) -> None:
        """Persons bear another surname (and middle name) from a day on."""
        self.names.add(
            persons, *(self[c][persons] for c in ("first", "second", "middle", "surname", "name_from")), days
        )
        self["surname"][persons] = surnames
        self["middle"][persons] = middles
        self["name_from"][persons] = days
