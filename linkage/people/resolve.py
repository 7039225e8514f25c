"""Who is who among the mentions of all registers.

Two passes over one set of candidate pairs. The *registered* pass ties mentions to the persons of a
population register. The *free* pass clusters the mentions that are left (everybody, where no such
register is given) among themselves. Each pass has a model of its own, because a stay of years and an
address of one day do not agree in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.blocking import CandidatePairs
from linkage.clustering import Constraints, Merge, ScoredPairs, agglomerate
from linkage.comparison import Comparison, Index, compare_all
from linkage.errors import LinkageError
from linkage.people.blocking import CAP, people_pairs
from linkage.people.comparisons import people_comparisons
from linkage.people.competition import find_competition, joined, with_competition
from linkage.people.links import KEPT_FROM, anchor_links, pairs_table
from linkage.people.mentions import Mentions, build_mentions
from linkage.people.registered import Owners, find_owners, party_rows
from linkage.weights import Model, PairScorer, estimate, random_pairs

Report = Callable[[str], None]
Ints = npt.NDArray[np.int64]

REGISTERED, FREE = "registered", "free"
"""The two passes; models and pairs bear their names."""

_MOST_PARTIES = 60
"""Parties of one incident that are told apart pairwise; a riot is not a family matter."""


@dataclass(frozen=True, slots=True)
class PeopleSettings:
    """Settings of a resolution; a false link costs more than a missed one, so the cut lies above even odds."""

    seed: int = 1
    random_pairs: int = 2_000_000
    """Pairs drawn to learn how strangers agree."""
    cap: int = CAP
    floor: float = -6.0
    """Match weight in bits from which a pair brings clusters into touch."""
    cut: float = 2.0
    """log2 odds from which two are one person: 4 to 1, because a false link is held four times worse."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The scored pairs of one pass and what scored them."""

    name: str
    scorer: PairScorer
    scored: ScoredPairs


@dataclass(frozen=True, slots=True)
class People:
    """A resolution of mentions and how it came about."""

    partition: pa.Table
    """record_id, cluster (the smallest record id of the part)."""
    pairs: pa.Table
    """stage, left, right, match_weight, probability, levels and evidence (structs by comparison)."""
    merges: pa.Table
    """left, right (smallest record ids of the clusters), height in bits; in order."""
    model: dict[str, Any]
    """The model of each pass by its name, and the blocking passes."""
    anchors: pa.Table
    """record_id, anchor_id, match_weight, probability."""

    def links(self, entities: pa.Table) -> pa.Table:
        """How sure each mention's place in its entity is, in the shape of `linkage.tables.LINKS`."""
        joined_table = self.anchors.join(entities, "record_id").sort_by("record_id")
        return joined_table.select(["record_id", "entity_id", "anchor_id", "match_weight", "probability"])


def resolve_people(tables: Mapping[str, pa.Table], settings: PeopleSettings, *, report: Report) -> People:
    """Resolve all mentions of canonical tables (persons, residences washed, addresses, registers, involvements).

    Raises:
        LinkageError: There are no mentions.
    """
    if not tables["persons"].num_rows:
        raise LinkageError("no mention to resolve", where="table persons", hint="look at the refused rows")
    mentions = build_mentions(tables["persons"], tables["residences"], tables["addresses"], tables["registers"])
    comparisons = people_comparisons(mentions)
    candidates = people_pairs(mentions, cap=settings.cap)
    report(f"{len(candidates):,} candidate pairs from {len(candidates.counts)} blocking passes")
    parties = tables["involvements"].select(["incident_id", "record_id"])
    passes: list[Pass] = []
    owners = Owners(np.full(len(mentions), -1, np.int64), np.zeros(len(mentions)))
    one_side = mentions.registered[candidates.left] != mentions.registered[candidates.right]
    if one_side.any():
        passes.append(_registered_pass(mentions, comparisons, candidates, one_side, settings))
        owners = find_owners(mentions, passes[0].scored, parties, cut=settings.cut)
    merges = Merge(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    cluster = np.where(owners.person >= 0, owners.person, np.arange(len(mentions)))
    both_free = ~(mentions.registered[candidates.left] | mentions.registered[candidates.right])
    if both_free.any():
        free = _scored_pass(FREE, mentions, comparisons, candidates, both_free, settings)
        passes.append(free)
        rest = ~mentions.registered & (owners.person < 0)
        cluster, merges = _cluster_rest(mentions, free, rest, cluster, parties, settings)
    for one in passes:
        for warning in one.scorer.model.warnings:
            report(f"warning ({one.name} pass): {warning}")
    return _people(mentions, passes, candidates, owners, _smallest(cluster), merges)


def _registered_pass(
    mentions: Mentions,
    comparisons: tuple[Comparison, ...],
    candidates: CandidatePairs,
    chosen: npt.NDArray[np.bool_],
    settings: PeopleSettings,
) -> Pass:
    """Pairs of a mention and a registered person, with what the other registered persons offer."""
    plain = _scored_pass(REGISTERED, mentions, comparisons, candidates, chosen, settings)
    left, right = plain.scored.left, plain.scored.right
    competition = find_competition(mentions, left, right, plain.scored.weights)
    contested = joined(plain.scored.agreements, competition.compare(left, right))
    scorer = PairScorer((*comparisons, competition), with_competition(plain.scorer.model))
    return Pass(REGISTERED, scorer, ScoredPairs(left, right, contested, scorer.weigh(contested)))


def _scored_pass(
    name: str,
    mentions: Mentions,
    comparisons: tuple[Comparison, ...],
    candidates: CandidatePairs,
    chosen: npt.NDArray[np.bool_],
    settings: PeopleSettings,
) -> Pass:
    """Compare the chosen candidates and weigh them by a model trained on them and on random pairs."""
    left, right = candidates.left[chosen], candidates.right[chosen]
    agreements = compare_all(comparisons, left, right)
    random_left, random_right, space = _random_pairs(name, mentions, settings)
    randoms = compare_all(comparisons, random_left, random_right)
    scorer = PairScorer(comparisons, estimate(comparisons, agreements.levels, randoms.levels, n=space))
    weights = scorer.weigh(agreements)
    # Hopeless pairs have taught the model what it can learn from them; nothing later asks for them.
    kept = np.flatnonzero(weights >= KEPT_FROM)
    return Pass(name, scorer, ScoredPairs(left[kept], right[kept], agreements[kept], weights[kept]))


def _random_pairs(name: str, mentions: Mentions, settings: PeopleSettings) -> tuple[Index, Index, int]:
    """Random pairs of the kind that the pass compares, and how many records would make as many pairs."""
    free, registered = np.flatnonzero(~mentions.registered), np.flatnonzero(mentions.registered)
    if name == FREE:
        left, right = random_pairs(len(free), settings.random_pairs, seed=settings.seed)
        return free[left], free[right], len(free)
    draw = np.random.Generator(np.random.PCG64(settings.seed))
    space = len(free) * len(registered)
    size = min(settings.random_pairs, 4 * space)
    left = free[draw.integers(0, len(free), size)]
    right = registered[draw.integers(0, len(registered), size)]
    return left, right, max(2, round((1 + (1 + 8 * space) ** 0.5) / 2))


def _cluster_rest(
    mentions: Mentions,
    free: Pass,
    rest: npt.NDArray[np.bool_],
    cluster: Ints,
    parties: pa.Table,
    settings: PeopleSettings,
) -> tuple[Ints, Merge]:
    """Cluster the mentions without a registered person among themselves."""
    scored = free.scored
    inside = rest[scored.left] & rest[scored.right]
    pairs = ScoredPairs(scored.left[inside], scored.right[inside], scored.agreements[inside], scored.weights[inside])
    constraints = Constraints(different=_two_parts(mentions, parties))
    clustering = agglomerate(
        pairs, free.scorer, len(mentions), constraints=constraints, cut=settings.cut, floor=settings.floor
    )
    return np.where(rest, clustering.cluster, cluster), clustering.merges


def _two_parts(mentions: Mentions, parties: pa.Table) -> tuple[Index, Index] | None:
    """Pairs of mentions that one incident record lists as two parties: two persons."""
    incident, row = party_rows(mentions, parties)
    lefts, rights = [], []
    for step in range(1, _MOST_PARTIES):
        same = np.flatnonzero(incident[step:] == incident[:-step])
        if not len(same):
            break
        lefts.append(row[same])
        rights.append(row[same + step])
    return (np.concatenate(lefts), np.concatenate(rights)) if lefts else None


def _smallest(cluster: Ints) -> Ints:
    """Labels renamed to the smallest row of each part, whichever row named it before."""
    smallest = np.full(len(cluster), len(cluster), np.int64)
    np.minimum.at(smallest, cluster, np.arange(len(cluster)))
    return smallest[cluster]


def _people(
    mentions: Mentions, passes: list[Pass], candidates: CandidatePairs, owners: Owners, cluster: Ints, merges: Merge
) -> People:
    ids = mentions.record_ids
    linked = np.flatnonzero(owners.person >= 0)
    person = owners.person[linked]
    left = np.append(np.minimum(linked, person), merges.left)
    right = np.append(np.maximum(linked, person), merges.right)
    return People(
        partition=pa.table({"record_id": ids, "cluster": ids.take(pa.array(cluster))}),
        pairs=pa.concat_tables(
            [pairs_table(ids, one.name, one.scorer, one.scored) for one in passes], promote_options="permissive"
        )
        if passes
        else pa.table({"left": pa.array([], pa.string()), "right": pa.array([], pa.string())}),
        merges=pa.table(
            {
                "left": ids.take(pa.array(left)),
                "right": ids.take(pa.array(right)),
                "height": np.append(owners.weight[linked], merges.height),
            }
        ),
        model=_model(passes, candidates),
        anchors=anchor_links(mentions, owners, [one.scored for one in passes], cluster),
    )


def _model(passes: list[Pass], candidates: CandidatePairs) -> dict[str, Any]:
    models: dict[str, Model] = {one.name: one.scorer.model for one in passes}
    return {name: model.to_dict() for name, model in models.items()} | {
        "blocking": [
            {"rule": c.name, "pairs": c.pairs, "unique": c.unique, "split": c.split, "windowed": c.windowed}
            for c in candidates.counts
        ]
    }
