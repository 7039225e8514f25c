"""Kin as evidence in the registered pass: who stands beside a mention tells which namesake it is.

After the registered pass has found the persons that are certain, the ties of those persons
(:mod:`linkage.collective`) speak for or against the persons offered to the mentions beside them, and
offer persons that blocking never proposed. Competition is then held anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.clustering import ScoredPairs
from linkage.collective import (
    Bonds,
    KinEvidence,
    Parties,
    Shares,
    kin_evidence,
    learn_shares,
    read_parties,
    registered_stays,
    registered_ties,
)
from linkage.collective.kinship import LEVELS
from linkage.collective.ties import NONE
from linkage.comparison import NULL_LEVEL, Agreement, Agreements, Comparison, Index, compare_all
from linkage.households.relations import others
from linkage.ordering import pair_keys
from linkage.people.competition import find_competition, joined, with_competition
from linkage.people.links import KEPT_FROM
from linkage.people.mentions import Mentions
from linkage.people.passes import Pass
from linkage.people.registered import Owners, find_owners
from linkage.weights import ComparisonModel, PairScorer

Flags = npt.NDArray[np.bool_]

KIN = "kin"
"""Name of the comparison in models, pairs and explanations."""

CERTAIN_BITS = 10.0
"""Match weight after competition from which a party lends evidence to the others: a thousand to one."""
_ROUNDS = 2
"""What became certain by kin in the first round speaks for others in the second."""


@dataclass(frozen=True, slots=True)
class Kin:
    """The comparison of a mention and a registered person by the other parties' ties.

    Its levels are no evidence by themselves; the *rarity* is the evidence with its sign turned, because
    the bits depend on the two roles.
    """

    evidence: KinEvidence
    registered: Flags
    name: str = KIN
    conflicts: frozenset[int] = frozenset()

    level_names = LEVELS
    frequency_weights = (1.0,) * len(LEVELS)
    shared = False

    def compare(self, left: Index, right: Index) -> Agreement:
        """The tie of each pair; null where no other party of the mention is certain."""
        found = self.evidence
        mention = np.where(self.registered[left], right, left)
        person = np.where(self.registered[left], left, right)
        spoken = found.spoken[mention] & (self.registered[left] != self.registered[right])
        levels = np.where(spoken, NONE, NULL_LEVEL).astype(np.uint8)
        bits = np.where(spoken, found.none[mention], 0.0)
        packed, asked = (found.mention << 32) | found.person, (mention << 32) | person
        if len(packed):
            place = np.minimum(np.searchsorted(packed, asked), len(packed) - 1)
            told = np.flatnonzero((packed[place] == asked) & spoken)
            levels[told], bits[told] = found.level[place[told]], found.bits[place[told]]
        return Agreement(levels, -bits)


@dataclass(frozen=True, slots=True)
class Frame:
    """What kin evidence reads, whatever round it is."""

    parties: Parties
    bonds: Bonds


def with_kin(
    mentions: Mentions, one: Pass, owners: Owners, *, tables: Mapping[str, pa.Table], cut: float
) -> tuple[Pass, Owners, dict[str, Any]]:
    """The registered pass and its owners with kin as evidence, and what was learned of kin, for the model.

    All come back as they were where there are no relations, or no two parties of one incident are
    certain by number.
    """
    if "relations" not in tables:
        return one, owners, {}
    frame = _frame(mentions, tables)
    proved = _proved(mentions, owners)
    population = int(mentions.registered.sum())
    shares = learn_shares(frame.parties, owners.person, proved, bonds=frame.bonds, population=population)
    if shares is None:
        return one, owners, {}
    plain = one
    for _ in range(_ROUNDS):
        one = _kin_round(mentions, plain, owners, proved, (frame, shares))
        owners = find_owners(mentions, one.scored, tables["involvements"], judged=owners.judged, cut=cut)
    return one, owners, {KIN: shares.to_dict()}


def _frame(mentions: Mentions, tables: Mapping[str, pa.Table]) -> Frame:
    claims = mentions.claims
    return Frame(
        read_parties(tables["involvements"], tables.get("incidents"), mentions.record_ids),
        Bonds(
            registered_ties(_by_record(mentions, tables), mentions.record_ids, mentions.registered),
            registered_stays((claims.offsets, claims.unit, claims.start, claims.end), mentions.registered),
        ),
    )


def _by_record(mentions: Mentions, tables: Mapping[str, pa.Table]) -> pa.Table:
    """The relations with the registered record at the other end, also where the register names it by a number."""
    relations = tables["relations"]
    ids = mentions.record_ids.filter(pa.array(mentions.registered))
    other = others(relations, tables["persons"], pa.table({"record_id": ids, "entity_id": ids}))
    return relations.set_column(relations.schema.get_field_index("other_record"), "other_record", other)


def _proved(mentions: Mentions, owners: Owners) -> Flags:
    """Mentions that state a number of the person they are tied to."""
    proved = np.zeros(len(mentions), bool)
    linked = np.flatnonzero(owners.person >= 0)
    own, theirs = mentions.numbers[linked], mentions.numbers[owners.person[linked]]
    proved[linked] = ((own[:, :, None] == theirs[:, None, :]) & (own[:, :, None] >= 0)).any(axis=(1, 2))
    return proved


def _kin_round(mentions: Mentions, plain: Pass, owners: Owners, proved: Flags, known: tuple[Frame, Shares]) -> Pass:
    """Weigh the pairs of the pass, and those that kin proposes, with kin and with competition held anew."""
    frame, shares = known
    certain = (owners.person >= 0) & (owners.weight >= CERTAIN_BITS)
    asked = ~proved & ~mentions.registered
    found = kin_evidence(frame.parties, owners.person, certain=certain, asked=asked, bonds=frame.bonds, shares=shares)
    kin = Kin(found, mentions.registered)
    comparisons, model = plain.scorer.comparisons[:-1], plain.scorer.model
    model = replace(model, comparisons=(*model.comparisons[:-1], _column()))
    scorer = PairScorer((*comparisons, kin), model)
    scored = _with_offers(plain.scored, found, comparisons)
    agreements = joined(scored.agreements, kin.compare(scored.left, scored.right))
    weights = scorer.weigh(agreements)
    kept = np.flatnonzero(weights >= KEPT_FROM)
    left, right, agreements, weights = scored.left[kept], scored.right[kept], agreements[kept], weights[kept]
    competition = find_competition(mentions, left, right, weights, judged=owners.judged)
    contested = joined(agreements, competition.compare(left, right))
    last = PairScorer((*comparisons, kin, competition), with_competition(model))
    return Pass(plain.name, last, ScoredPairs(left, right, contested, last.weigh(contested)), plain.counts)


def _column() -> ComparisonModel:
    """Kin in the model: levels that say nothing, evidence by rarity alone."""
    ones = np.ones(len(LEVELS))
    return ComparisonModel(KIN, False, LEVELS, Kin.frequency_weights, ones, ones, ones)


def _with_offers(scored: ScoredPairs, found: KinEvidence, comparisons: tuple[Comparison, ...]) -> ScoredPairs:
    """The scored pairs without their competition column, and the pairs that only kin proposes."""
    agreements = Agreements(scored.agreements.levels[:, :-1], scored.agreements.rarity[:, :-1])
    have = pair_keys(scored.left, scored.right)
    offered = found.level < NONE
    mention, person = found.mention[offered], found.person[offered]
    packed = np.setdiff1d(pair_keys(mention, person), have)
    left, right = packed >> 32, packed & 0xFFFFFFFF
    more = compare_all(comparisons, left, right)
    return ScoredPairs(
        np.append(scored.left, left),
        np.append(scored.right, right),
        Agreements(np.concatenate([agreements.levels, more.levels]), np.concatenate([agreements.rarity, more.rarity])),
        np.append(scored.weights, np.zeros(len(left))),
    )
