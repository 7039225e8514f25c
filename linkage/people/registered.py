"""The registered pass: each mention to the registered person it is, if the odds are good.

Where a register declares one record per person, its persons are the frame: a mention is one of them
or nobody. So there is nothing to chain: every link is one mention and one registered person, and what
competes with it is known (:mod:`linkage.people.competition`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.clustering import ScoredPairs
from linkage.comparison import Index
from linkage.ordering import distinct
from linkage.people.judged import JudgedPeople
from linkage.people.mentions import Mentions

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Owners:
    """The registered person of each mention."""

    person: Ints
    """Row of the registered person, -1 for none."""
    weight: Floats
    """Match weight of the link in bits, 0 without one, infinite where a judgement decided."""
    judged: JudgedPeople


def judged_owners(judged: JudgedPeople) -> Owners:
    """The owners that judgements alone give."""
    n = len(judged.person)
    owner, weight = np.full(n, -1, np.int64), np.zeros(n)
    judged.settle(owner, weight)
    return Owners(owner, weight, judged)


def find_owners(
    mentions: Mentions, scored: ScoredPairs, parties: pa.Table, *, judged: JudgedPeople, cut: float
) -> Owners:
    """The best registered person of each mention, at `cut` bits or more, or the one a judgement names.

    `parties` has incident_id and record_id: two parties of one incident are two persons, so where two
    fit the same person best, the weaker one goes without.
    """
    left_in = mentions.registered[scored.left]
    mention = np.where(left_in, scored.right, scored.left)
    person = np.where(left_in, scored.left, scored.right)
    strong = np.flatnonzero(scored.weights >= cut)
    strong = strong[~judged.rows.forbids(mention[strong], person[strong])]
    order = strong[np.lexsort((-person[strong], scored.weights[strong]))]
    owner, weight = np.full(len(mentions), -1, np.int64), np.zeros(len(mentions))
    owner[mention[order]] = judged.person[person[order]]
    weight[mention[order]] = scored.weights[order]
    judged.settle(owner, weight)
    second = _second_parts(mentions, owner, weight, parties, judged)
    owner[second], weight[second] = -1, 0.0
    parted = judged.part(owner, weight)
    owner[parted], weight[parted] = -1, 0.0
    return Owners(owner, weight, judged)


def _second_parts(mentions: Mentions, owner: Ints, weight: Floats, parties: pa.Table, judged: JudgedPeople) -> Index:
    """Mentions whose person has a better fitting mention in the same incident record."""
    incident, row = party_rows(mentions, parties)
    linked = owner[row] >= 0
    incident, row = incident[linked], row[linked]
    order = np.lexsort((row, -weight[row], owner[row], incident))
    incident, row = incident[order], row[order]
    again = np.zeros(len(row), bool)
    again[1:] = (incident[1:] == incident[:-1]) & (owner[row[1:]] == owner[row[:-1]])
    best = row[np.maximum.accumulate(np.where(again, 0, np.arange(len(row))))] if len(row) else row
    # Two parties that are judged to be one person are no second part.
    return judged.whole(row[again & (judged.rows.group[row] != judged.rows.group[best])])


def party_rows(mentions: Mentions, parties: pa.Table) -> tuple[Ints, Ints]:
    """Incident code and mention row of every party, each pair once, sorted."""
    incident = parties.column("incident_id").combine_chunks().dictionary_encode().indices
    row = pc.index_in(parties.column("record_id").combine_chunks(), value_set=mentions.record_ids)
    known = pc.is_valid(row)
    codes = incident.filter(known).to_numpy(zero_copy_only=False).astype(np.int64)
    rows = row.filter(known).to_numpy(zero_copy_only=False).astype(np.int64)
    packed = distinct((codes << 32) | rows)
    return packed >> 32, packed & 0xFFFFFFFF
