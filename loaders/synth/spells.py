"""Spells of a person in order, and the spell that held on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from linkage.intervals import LAST
from loaders.synth.country import Country
from loaders.synth.sampling import Ints

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

    def before(self, rows: Ints) -> Ints:
        """Row of the same person's spell before, -1 if there is none."""
        earlier = np.maximum(rows - 1, 0)
        has = (rows > 0) & (self.person[earlier] == self.person[rows])
        return np.where(has, earlier, -1)


def _ordered(person: Ints, start: Ints, end: Ints, columns: dict[str, Any]) -> Spells:
    order = np.lexsort((start, person))
    return Spells(person[order], start[order], end[order], {k: v[order] for k, v in columns.items()})


def stays(country: Country) -> Spells:
    """Registered stays; what would begin after the last day has not happened, and what ends there is open."""
    log = country.stays.columns()
    kept = log["from"] < country.end
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
    """Address protection, special spells of one person made disjoint by keeping the first of overlapping ones."""
    log = country.protections.columns()
    kept = (log["from"] < country.end) & (log["from"] < country["death"][log["person"]])
    person, start, end = log["person"][kept], log["from"][kept], log["to"][kept]
    special = log["special"][kept].astype(bool)
    order = np.lexsort((start, ~special, person))
    person, start, end, special = person[order], start[order], end[order], special[order]
    free = np.ones(len(person), dtype=bool)
    group = person * 2 + special
    for i in range(1, len(person)):
        previous = i - 1
        while previous >= 0 and group[previous] == group[i] and not free[previous]:
            previous -= 1
        free[i] = previous < 0 or group[previous] != group[i] or end[previous] < start[i]
    end = np.where(end >= country.end, LAST, end)
    return _ordered(person[free], start[free], end[free], {"special": special[free]})
