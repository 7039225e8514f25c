"""Spells of a person in order, and the spell that held on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from linkage.intervals import LAST
from loaders.synth.country import Country
from loaders.synth.sampling import Bools, Ints

_SHIFT = 1 << 22
_BASE = 1_000_000
"""Days are shifted by this much so that a person and a day fit one sortable number."""


@dataclass(frozen=True, slots=True)
class Spells:
    """Spells sorted by person and first day, with what held in them as further columns."""

    person: Ints
    start: Ints
    end: Ints
    columns: dict[str, Any]

    def on(self, persons: Ints, days: Ints) -> Ints:
        """Row of the spell that holds for each person on a day; the first spell for days before it; -1 if none."""
        keys = self.person * _SHIFT + self.start + _BASE
        rows = np.searchsorted(keys, persons * _SHIFT + days + _BASE, side="right") - 1
        rows = np.maximum(rows, 0)
        early = self.person[rows] != persons
        rows = np.where(early, np.minimum(rows + 1, len(self.person) - 1), rows)
        return np.where(self.person[rows] == persons, rows, -1)

    def holds(self, persons: Ints, days: Ints) -> Bools:
        """Whether a spell of each person holds on a day: of stays, whether the person is in the country.

        >>> spells = Spells(np.array([4]), np.array([10]), np.array([20]), {})
        >>> spells.holds(np.array([4, 4, 5]), np.array([10, 20, 10])).tolist()
        [True, False, False]
        """
        row = self.on(persons, days)
        return np.asarray((row >= 0) & (self.start[row] <= days) & (days < self.end[row]))

    def before(self, rows: Ints) -> Ints:
        """Row of the same person's spell before, -1 if there is none."""
        earlier = np.maximum(rows - 1, 0)
        has = (rows > 0) & (self.person[earlier] == self.person[rows])
        return np.where(has, earlier, -1)


def _ordered(person: Ints, start: Ints, end: Ints, columns: dict[str, Any]) -> Spells:
    order = np.lexsort((start, person))
    return Spells(person[order], start[order], end[order], {k: v[order] for k, v in columns.items()})


def stays(country: Country) -> Spells:
    """Registered stays in the country; what begins after the last day has not happened, what ends there is open."""
    log = country.stays.columns()
    kept = (log["from"] < country.end) & (log["unit"] != country.places.abroad)
    end = np.where(log["to"] >= country.end, LAST, log["to"])
    return _ordered(log["person"][kept], log["from"][kept], end[kept], {"unit": log["unit"][kept]})


def names(country: Country) -> Spells:
    """Names borne; the last one before death or the last day stays open."""
    log = country.names.columns()
    limit = np.minimum(country["death"][log["person"]], country.end)
    kept = (log["from"] < limit) | (log["from"] == country["birth"][log["person"]])
    end = np.where(log["to"] >= limit, LAST, log["to"])
    columns = {k: log[k][kept] for k in ("first", "second", "middle", "surname")}
    return _ordered(log["person"][kept], log["from"][kept], end[kept], columns)


def spouses(country: Country) -> Spells:
    """Marriages, once per couple, ended by divorce or the death of one."""
    log = country.spouses.columns()
    death = np.minimum(country["death"][log["left"]], country["death"][log["right"]])
    end = np.minimum(log["to"], death)
    kept = (log["from"] < country.end) & (log["from"] < end)
    end = np.where(end >= country.end, LAST, end)
    return _ordered(log["left"][kept], log["from"][kept], end[kept], {"other": log["right"][kept]})


def protections(country: Country) -> Spells:
    """Address protection; overlapping or adjoining spells of one kind are one, and death ends them."""
    log = country.protections.columns()
    person, special = np.asarray(log["person"], dtype=np.int64), log["special"].astype(bool)
    limit = np.minimum(country["death"][person], country.end)
    start, end = np.asarray(log["from"], dtype=np.int64), np.asarray(log["to"], dtype=np.int64)
    end = np.where(end >= limit, LAST, end)
    kept = start < limit
    group, start, end = merged(person[kept] * 2 + special[kept], start[kept], end[kept])
    return _ordered(group // 2, start, end, {"special": group % 2 == 1})


def merged(group: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Overlapping or adjoining intervals of one group become one; by group and first day.

    >>> [a.tolist() for a in merged(np.array([7, 7, 7]), np.array([5, 0, 2]), np.array([9, 2, 4]))]
    [[7, 7], [0, 5], [4, 9]]
    """
    if not len(group):
        return group, start, end
    order = np.lexsort((start, group))
    group, start, end = group[order], start[order], end[order]
    # the days of a group are shifted beyond those of all groups before, so that one running maximum serves all
    shift = np.cumsum(np.r_[True, group[1:] != group[:-1]]) * 2 * _SHIFT
    reached = np.maximum.accumulate(shift + end)
    fresh = np.r_[True, shift[1:] + start[1:] > reached[:-1]]
    last = np.r_[fresh[1:], True]
    return group[fresh], start[fresh], reached[last] - shift[last]
