"""Link any table of persons: columns and their kinds in, entities out.

The steps are the product's own (standardise, block, compare, weigh, cluster); resolving registers uses
the same ones with further comparisons. Nothing here is tuned to a file: one default for all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from linkage.blocking import CandidatePairs, all_pairs, candidate_pairs, propose_rules
from linkage.clustering import Clustering, ScoredPairs, agglomerate
from linkage.comparison import NULL_LEVEL, Agreements, Comparison, compare_all, field_comparisons
from linkage.kinds import ColumnKind, Kinds, column_kinds
from linkage.partition import name_entities
from linkage.standardise import Fields, standardise
from linkage.weights import Model, PairScorer, estimate, probabilities, random_pairs


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Settings of a linkage; the defaults hold for every file."""

    seed: int = 1
    """Seed of the random pairs."""
    cut: float = 0.0
    """log2 odds from which two clusters are one person."""
    floor: float = -6.0
    """Match weight from which a pair is listed, and brings clusters into touch."""
    block_cap: int = 200
    """Largest block whose pairs are all compared; larger ones are split."""
    rule_budget: float = 20.0
    """Pairs per record that one blocking rule may make."""
    blocking_budget: float = 15.0
    """Pairs per record that all rules may make together, overlaps counted twice."""
    free_pairs: int = 5_000_000
    """Pairs that all rules may make together in any case: a small file can afford wide rules."""
    all_pairs_up_to: int = 1_000_000
    """Where there are no more pairs than this, all are compared and nothing is blocked."""
    random_pairs: int = 1_000_000
    """Pairs drawn to learn how strangers agree."""
    model: Model | None = None
    """A trained model to use instead of training one."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What happened, for people who have to trust it."""

    records: int
    entities: int
    largest: int
    """Records of the largest entity."""
    candidates: int
    compared_on_demand: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linkage:
    """The result of linking one table."""

    entities: pa.Table
    """``record_id``, ``entity_id``, in the order of record ids."""
    pairs: pa.Table
    """Candidates at or above the floor: ``left``, ``right``, ``match_weight`` in bits, ``probability``
    and ``levels``, a struct with the level of each comparison (null where a value is missing)."""
    merges: pa.Table
    """``left``, ``right`` (smallest record ids of the two clusters) and ``height`` in bits, in order."""
    model: dict[str, Any]
    """Comparisons with their levels, m, u and h; shares; settings; pairs per blocking rule."""
    report: LinkReport

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know before trusting the result."""
        return self.report.warnings

    def model_json(self) -> str:
        """The model as text, the same bytes for the same result."""
        return json.dumps(self.model, indent=2, ensure_ascii=False) + "\n"


def _candidates(fields: Fields, settings: LinkSettings) -> CandidatePairs:
    n = len(fields)
    if n * (n - 1) // 2 <= settings.all_pairs_up_to:
        return all_pairs(n)
    total = max(settings.blocking_budget, settings.free_pairs / n)
    rules = propose_rules(fields, cap=settings.block_cap, budget=settings.rule_budget, total=total)
    return candidate_pairs(rules, n, cap=settings.block_cap)


def train(comparisons: Sequence[Comparison], candidates: Agreements, *, n: int, settings: LinkSettings) -> Model:
    """Estimate the model from compared candidates and a fresh sample of random pairs."""
    every_pair = n * (n - 1) // 2
    if len(candidates) == every_pair <= settings.random_pairs:
        return estimate(comparisons, candidates.levels, candidates.levels, n=n)
    left, right = random_pairs(n, settings.random_pairs, seed=settings.seed)
    return estimate(comparisons, candidates.levels, compare_all(comparisons, left, right).levels, n=n)


def pairs_table(ids: pa.Array, pairs: ScoredPairs, names: Sequence[str], *, floor: float) -> pa.Table:
    """Scored pairs at or above ``floor`` as a table; see :attr:`Linkage.pairs`."""
    kept = np.flatnonzero(pairs.weights >= floor)
    levels = pairs.agreements.levels[kept]
    columns = [pa.array(levels[:, k], pa.uint8(), mask=levels[:, k] == NULL_LEVEL) for k in range(levels.shape[1])]
    weights = pairs.weights[kept]
    return pa.table(
        {
            "left": ids.take(pa.array(pairs.left[kept])),
            "right": ids.take(pa.array(pairs.right[kept])),
            "match_weight": weights,
            "probability": probabilities(weights),
            "levels": pa.StructArray.from_arrays(columns, names=list(names)),
        }
    )


def _report(clustering: Clustering, candidates: int, warnings: Sequence[str]) -> LinkReport:
    sizes = np.bincount(clustering.cluster)
    return LinkReport(
        records=len(clustering.cluster),
        entities=int((sizes > 0).sum()),
        largest=int(sizes.max()),
        candidates=candidates,
        compared_on_demand=clustering.compared,
        warnings=tuple(warnings),
    )


def link_table(table: pa.Table, kinds: Kinds, settings: LinkSettings | None = None) -> Linkage:
    """Find the records of one person in a table, unsupervised.

    Args:
        table: One row per record.
        kinds: Kind of each column that takes part (:mod:`linkage.kinds`); one is ``record_id``.
        settings: Defaults hold for every file.

    Raises:
        LinkageError: A column or kind is unknown, ids are missing or repeat, or nothing can be compared.
    """
    settings = settings or LinkSettings()
    listed: tuple[ColumnKind, ...] = column_kinds(kinds, table.column_names)
    fields = standardise(table, listed)
    comparisons = field_comparisons(fields)
    candidates = _candidates(fields, settings)
    agreements = compare_all(comparisons, candidates.left, candidates.right)
    model = settings.model or train(comparisons, agreements, n=len(fields), settings=settings)
    scorer = PairScorer(comparisons, model)
    pairs = ScoredPairs(candidates.left, candidates.right, agreements, scorer.weigh(agreements))
    clustering = agglomerate(pairs, scorer, len(fields), cut=settings.cut, floor=settings.floor)
    return _linkage(fields, pairs, scorer, candidates, clustering, settings)


def _linkage(
    fields: Fields,
    pairs: ScoredPairs,
    scorer: PairScorer,
    candidates: CandidatePairs,
    clustering: Clustering,
    settings: LinkSettings,
) -> Linkage:
    """Row numbers back to ids, and everything a reader of the result may ask for."""
    ids = fields.record_ids
    partition = pa.table({"record_id": ids, "cluster": ids.take(pa.array(clustering.cluster))})
    merges = clustering.merges
    model = scorer.model.to_dict() | {
        "settings": {
            "seed": settings.seed,
            "cut": settings.cut,
            "floor": settings.floor,
            "block_cap": settings.block_cap,
            "rule_budget": settings.rule_budget,
            "blocking_budget": settings.blocking_budget,
            "free_pairs": settings.free_pairs,
            "random_pairs": settings.random_pairs,
        },
        "blocking": [
            {"rule": c.name, "pairs": c.pairs, "unique": c.unique, "split": c.split, "windowed": c.windowed}
            for c in candidates.counts
        ],
    }
    return Linkage(
        entities=name_entities(partition).entities,
        pairs=pairs_table(ids, pairs, [c.name for c in scorer.comparisons], floor=settings.floor),
        merges=pa.table(
            {
                "left": ids.take(pa.array(merges.left)),
                "right": ids.take(pa.array(merges.right)),
                "height": merges.height,
            }
        ),
        model=model,
        report=_report(clustering, len(candidates), [*fields.warnings, *scorer.model.warnings]),
    )
