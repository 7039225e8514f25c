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

PERSON_COLUMNS: dict[str, tuple[str, int]] = {
    "birth": ("int64", 0),
    "death": ("int64", LAST),
    "male": ("bool", 0),
    "mother": ("int64", -1),
    "father": ("int64", -1),
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
"""Columns of a person with type and first value. Dates are days since 1970-01-01, persons are row numbers."""


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
    free: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    order: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    offsets: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    stays: Log = field(default_factory=lambda: Log(("person", "unit", "from", "to")))
    names: Log = field(default_factory=lambda: Log(("person", "first", "second", "middle", "surname", "from", "to")))
    spouses: Log = field(default_factory=lambda: Log(("left", "right", "from", "to")))
    protections: Log = field(default_factory=lambda: Log(("person", "special", "from", "to")))

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

    def ages(self, day: int) -> Any:
        """Everybody's age in years on a day."""
        return (day - self["birth"]) / 365.25

    def index(self) -> None:
        """Sort the living by home: members of unit u are ``order[offsets[u]:offsets[u + 1]]``."""
        living = np.flatnonzero(self.alive())
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

    def members(self, units: Ints) -> tuple[Ints, Ints]:
        """Living members of each home as of the last index, with the position of their home in ``units``."""
        flat, owner = ragged(self.offsets[units], self.offsets[units + 1] - self.offsets[units])
        return self.order[flat], owner

    def settled(self, day: int) -> Bools:
        """Persons alive whose home has not changed since before ``day``, so that something may happen to them."""
        unit = self["unit"]
        hub = self.places.unit_kind[unit] != HOME
        return np.asarray(self.alive() & np.where(hub, self["stay_from"] < day, self.changed[unit] < day))

    def allocate(self, towns: Ints, rng: Rng) -> Ints:
        """A different empty home in each wanted municipality, elsewhere where it has none left; -1 if none at all."""
        free = np.flatnonzero(self.free)
        free = free[rng.permutation(len(free))]
        where = self.places.unit_municipality[free]
        free = free[np.argsort(where, kind="stable")]
        starts = np.searchsorted(np.sort(where), np.arange(len(self.places.codes) + 1))
        pick = starts[towns] + rank_in_group(towns)
        fits = pick < starts[towns + 1]
        units = np.full(len(towns), -1, dtype=np.int64)
        units[fits] = free[pick[fits]]
        rest = np.flatnonzero(~fits)
        left = np.setdiff1d(free, units[fits])
        left = left[rng.permutation(len(left))][: len(rest)]
        units[rest[: len(left)]] = left
        self.free[units[units >= 0]] = False
        return units

    def move(self, persons: Ints, units: Ints, days: Ints) -> None:
        """Persons leave their home on a day and live in another from then on."""
        old = self["unit"][persons]
        self.stays.add(persons, old, self["stay_from"][persons], days)
        self["unit"][persons] = units
        self["stay_from"][persons] = days
        np.maximum.at(self.changed, old, days)
        np.maximum.at(self.changed, units, days)

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
