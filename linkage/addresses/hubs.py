"""Addresses that are no household: shelters, institutions, colleges, crowds.

People who share such an address share nothing else, so co-residence there must not count. They are
recognised from the registers themselves: by what the address is called, by how many persons are
registered there at the same time, and by how fast they come and go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.coding import Codes, Flags, codes_of, column
from linkage.intervals import FIRST
from linkage.ordering import distinct, ordered_by


@dataclass(frozen=True, slots=True)
class HubRules:
    """When an address is a hub rather than a home."""

    most_persons: int = 12
    """More persons than this registered on one day."""
    restless: tuple[tuple[int, int], ...] = ((6, 120), (15, 270))
    """Pairs of arrivals and days: at least so many distinct days on which somebody arrived, together with
    a median stay shorter than so many days. Homes change hands, but not every few months."""
    markers: tuple[str, ...] = (
        "krisecenter",
        "kvindecenter",
        "kvindehus",
        "herberg",
        "forsorg",
        "kollegi",
        "asyl",
        "udrejsecenter",
        "modtagecenter",
        "institution",
        "døgncenter",
        "opholdssted",
        "børnehjem",
        "plejehjem",
        "plejecenter",
        "arresthus",
        "fængsel",
        "hospital",
        "sygehus",
        "kaserne",
        "botilbud",
    )
    """Words in the name of a place that tell an institution; a street called after one (Hospitalsvej) is a street."""


_STREET_NAME = (
    r"(?:vej|gade|all[eé]|stræde|plads|torv|sti|bakke|park|vænge|have|toft|boulevard|bro)(?:en|et|n|r|rne)?\W*$"
)


def named_hub(street: pa.Array, locality: pa.Array, rules: HubRules) -> Flags:
    """Whether the name of the place or locality tells an institution."""
    pattern = "|".join(re.escape(m) for m in rules.markers)
    said = []
    for names in (street, locality):
        name = pc.fill_null(names, "")
        a_street = pc.match_substring_regex(name, _STREET_NAME, ignore_case=True)
        said.append(pc.and_not(pc.match_substring_regex(name, pattern, ignore_case=True), a_street))
    return np.asarray(pc.or_(*said).to_numpy(zero_copy_only=False), dtype=np.bool_)


def crowded(residences: pa.Table, address: Codes, count: int, rules: HubRules) -> Flags:
    """Which of ``count`` addresses hold a crowd or a coming and going; ``address`` is each row's (-1: none).

    Only registered spells are counted, within each register: two registers that both know a family
    do not make it a crowd.
    """
    spell = np.asarray(pc.equal(column(residences, "uncertainty"), "registered").to_numpy(zero_copy_only=False))
    start, end = days(residences, "valid_from"), days(residences, "valid_to")
    chosen = np.flatnonzero(spell & (address >= 0) & (end > start))
    register = codes_of(column(residences, "register"))[chosen]
    place, start, end = address[chosen], start[chosen], end[chosen]
    most = _most_at_once(place * (int(register.max(initial=0)) + 1) + register, start, end)
    most_at = np.zeros(count, dtype=np.int64)
    np.maximum.at(most_at, place, most)
    return (most_at > rules.most_persons) | _restless(place, start, end, count=count, rules=rules)


def days(table: pa.Table, name: str) -> Codes:
    """A date column as days since 1970-01-01."""
    return np.asarray(column(table, name).cast(pa.int32()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _most_at_once(group: Codes, start: Codes, end: Codes) -> Codes:
    """For each stay, the largest number of stays in its group that hold at some day."""
    if not len(group):
        return group
    groups = np.concatenate([group, group])
    when = np.concatenate([start, end])
    step = np.concatenate([np.ones(len(group), np.int64), -np.ones(len(group), np.int64)])
    order = ordered_by(groups, when - FIRST, step + 1)  # ends before starts on one day: half-open
    present = np.cumsum(step[order])
    ordered = groups[order]
    fresh = np.append(True, ordered[1:] != ordered[:-1])
    peak = np.maximum.reduceat(present, np.flatnonzero(fresh))  # every group's sum is 0: no carry between groups
    of_row = np.empty(len(groups), dtype=np.int64)
    of_row[order] = peak[np.cumsum(fresh) - 1]
    return of_row[: len(group)]


def _restless(place: Codes, start: Codes, end: Codes, *, count: int, rules: HubRules) -> Flags:
    dated = start > FIRST
    arrived = distinct((place[dated] << 32) | (start[dated] - FIRST))
    arrivals = np.bincount(arrived >> 32, minlength=count)
    spent, where = (end - start)[dated], place[dated]  # a stay that still lasts counts as long
    order = ordered_by(where, spent)
    where, spent = where[order], spent[order]
    at, begin, stays = np.unique(where, return_index=True, return_counts=True)
    median = np.full(count, np.iinfo(np.int64).max)
    median[at] = spent[begin + stays // 2]
    found = np.zeros(count, dtype=np.bool_)
    for least, short in rules.restless:
        found |= (arrivals >= least) & (median < short)
    return found
