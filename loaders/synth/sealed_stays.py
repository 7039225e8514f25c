"""Which parts of stays lie under special protection, and stays cut at the borders of those parts.

Sealed are all stays of a protected person, and of a child under 18 for as long as it lives at the
protected person's address. A stay shared with a child that began before its 18th birthday stays
sealed to its end, because the address is still the protected person's.
"""

from __future__ import annotations

import numpy as np

from loaders.synth.dates import eighteenth
from loaders.synth.sampling import Bools, Ints, ragged, rank_in_group
from loaders.synth.spells import Spells, merged


def hidden_intervals(stays: Spells, protections: Spells, birth: Ints) -> tuple[Ints, Ints, Ints]:
    """Person, first day and day after the last of everybody's sealed time; ``stays`` in any order of rows."""
    special = np.flatnonzero(protections.columns["special"])
    person, start, end = protections.person[special], protections.start[special], protections.end[special]
    by_person = np.argsort(stays.person, kind="stable")
    ordered = stays.person[by_person]
    low = np.searchsorted(ordered, person, side="left")
    flat, at = ragged(low, np.searchsorted(ordered, person, side="right") - low)
    own = by_person[flat]
    first, last = np.maximum(start[at], stays.start[own]), np.minimum(end[at], stays.end[own])
    there = first < last
    own, first, last = own[there], first[there], last[there]
    unit = stays.columns["unit"]
    by_unit = np.argsort(unit, kind="stable")
    ordered = unit[by_unit]
    low = np.searchsorted(ordered, unit[own], side="left")
    flat, at = ragged(low, np.searchsorted(ordered, unit[own], side="right") - low)
    near = by_unit[flat]
    shared_from, shared_to = np.maximum(stays.start[near], first[at]), np.minimum(stays.end[near], last[at])
    child = (shared_from < shared_to) & (shared_from < eighteenth(birth)[stays.person[near]])
    child &= stays.person[near] != stays.person[own[at]]
    return merged(
        np.r_[person, stays.person[near[child]]], np.r_[start, shared_from[child]], np.r_[end, shared_to[child]]
    )


def cut_stays(stays: Spells, protections: Spells, birth: Ints) -> tuple[Ints, Ints, Ints, Bools]:
    """Row of the stay, first day, day after the last and whether it is sealed, for every piece of a stay."""
    person, start, end = hidden_intervals(stays, protections, birth)
    low = np.searchsorted(person, stays.person, side="left")
    interval, row = ragged(low, np.searchsorted(person, stays.person, side="right") - low)
    first, last = np.maximum(start[interval], stays.start[row]), np.minimum(end[interval], stays.end[row])
    inside = first < last
    row, first, last = row[inside], first[inside], last[inside]
    whole = np.setdiff1d(np.arange(len(stays.person)), row)
    # what lies open: before each sealed piece since the one before it, and after the last one
    is_first = rank_in_group(row) == 0
    is_last = np.r_[row[1:] != row[:-1], True] if len(row) else np.zeros(0, dtype=bool)
    before = np.where(is_first, stays.start[row], np.r_[0, last[:-1]] if len(row) else row)
    gap, rest = before < first, is_last & (last < stays.end[row])
    rows = np.r_[whole, row, row[gap], row[rest]]
    starts = np.r_[stays.start[whole], first, before[gap], last[rest]]
    ends = np.r_[stays.end[whole], last, first[gap], stays.end[row[rest]]]
    hidden = np.r_[np.zeros(len(whole), dtype=bool), np.ones(len(row), dtype=bool)]
    return rows, starts, ends, np.r_[hidden, np.zeros(int(gap.sum() + rest.sum()), dtype=bool)]
