"""Link any table of persons: columns and their kinds in, entities out.

The steps are the product's own (standardise, block, compare, weigh, cluster); resolving registers uses
the same ones with further comparisons. Nothing here is tuned to a file: one default for all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from linkage.blocking.lost import ASSUMPTION
from linkage.candidates import Candidates, compared_candidates
from linkage.clustering import Clustering, Constraints, Limits, ScoredPairs, agglomerate
from linkage.comparison import NULL_LEVEL, field_comparisons
from linkage.judged import constraints, contradictions, read_judged, summary, warnings
from linkage.judged_clusters import cluster_within
from linkage.judgements import CONTRADICTIONS, check_judgements
from linkage.kinds import ColumnKind, Kinds, column_kinds
from linkage.partition import ALIASES, name_clusters, name_entities
from linkage.saved_models import fit_model
from linkage.settings import LinkSettings
from linkage.standardise import Fields, standardise
from linkage.weights import probabilities

__all__ = ["LinkReport", "LinkSettings", "Linkage", "link_table", "pairs_table"]


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
    aliases: pa.Table = field(default_factory=ALIASES.empty_table)
    """What became of the entities of an earlier run, schema :data:`linkage.partition.ALIASES`."""
    contradictions: pa.Table = field(default_factory=CONTRADICTIONS.empty_table)
    """What speaks against judgements, schema :data:`linkage.judgements.CONTRADICTIONS`."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know before trusting the result."""
        return self.report.warnings

    def model_json(self) -> str:
        """The model as text, the same bytes for the same result."""
        return json.dumps(self.model, indent=2, ensure_ascii=False) + "\n"


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


def link_table(
    table: pa.Table,
    kinds: Kinds,
    settings: LinkSettings | None = None,
    *,
    judgements: pa.Table | None = None,
    previous: pa.Table | None = None,
    report: Callable[[str], None] = lambda text: None,
) -> Linkage:
    """Find the records of one person in a table, unsupervised.

    Args:
        table: One row per record.
        kinds: Kind of each column that takes part (:mod:`linkage.kinds`); one is ``record_id``.
        settings: Defaults hold for every file.
        judgements: A ledger (:mod:`linkage.judgements`): which records somebody has found to be the same
            person or different ones.
        previous: ``record_id`` and ``entity_id`` of an earlier run, whose ids are inherited.
        report: Told what is being done, before it is done.

    Raises:
        LinkageError: A column or kind is unknown, ids are missing or repeat, nothing can be compared, or
            the judgements or the earlier run are no such tables.
    """
    settings = settings or LinkSettings()
    ledger = None if judgements is None else check_judgements(judgements)
    report("reading values")
    listed: tuple[ColumnKind, ...] = column_kinds(kinds, table.column_names)
    fields = standardise(table, listed, threads=settings.at_once)
    # Where the caller keeps no table either, its room is free for what is found.
    del table
    comparisons = field_comparisons(fields, threads=settings.at_once)
    pa.default_memory_pool().release_unused()
    saved = None if settings.model is None else fit_model(settings.model, comparisons, listed)
    report("finding candidate pairs")
    candidates = compared_candidates(fields, comparisons, settings, saved=saved, report=report)
    scorer = candidates.scorer
    pairs = ScoredPairs(candidates.pairs.left, candidates.pairs.right, candidates.agreements, candidates.weights)
    report("joining records")
    judged = None if ledger is None else read_judged(ledger, fields.record_ids)

    def clustered(bounds: Constraints) -> Clustering:
        limits = Limits(settings.cut, settings.floor, settings.at_once)
        return agglomerate(pairs, scorer, len(fields), constraints=bounds, limits=limits, by_size=settings.by_size)

    bounds = Constraints() if judged is None else constraints(judged)
    if settings.one_per_source:
        bounds = replace(bounds, group=fields.source)
    clustering = cluster_within(clustered, scorer, bounds)
    linkage = _linkage(fields, pairs, candidates, clustering, settings)
    if judged is not None:
        report(summary(judged))
        spoken = contradictions(judged, clustering, scorer, ids=fields.record_ids)
        linkage = _warned(replace(linkage, contradictions=spoken), warnings(spoken))
    return linkage if previous is None else _inheriting(linkage, previous)


def _warned(linkage: Linkage, more: Sequence[str]) -> Linkage:
    return replace(linkage, report=replace(linkage.report, warnings=(*linkage.warnings, *more)))


def _inheriting(linkage: Linkage, previous: pa.Table) -> Linkage:
    """The same entities under the ids of an earlier run where they go on."""
    named = name_entities(linkage.entities.rename_columns(["record_id", "cluster"]), previous)
    return replace(linkage, entities=named.entities, aliases=named.aliases)


def _linkage(
    fields: Fields,
    pairs: ScoredPairs,
    candidates: Candidates,
    clustering: Clustering,
    settings: LinkSettings,
) -> Linkage:
    """Row numbers back to ids, and everything a reader of the result may ask for."""
    ids = fields.record_ids
    merges, scorer, lost = clustering.merges, candidates.scorer, candidates.lost
    model = scorer.model.to_dict() | {
        "settings": {
            "seed": settings.seed,
            "cut": settings.cut,
            "floor": settings.floor,
            "by_size": settings.by_size,
            "one_per_source": settings.one_per_source,
            "block_cap": settings.block_cap,
            "rule_budget": settings.rule_budget,
            "blocking_budget": settings.blocking_budget,
            "free_pairs": settings.free_pairs,
            "sampled_above": settings.sampled_above,
            "sampled_records": settings.sampled_records,
            "sampled_budget": settings.sampled_budget,
            "sampled_random_pairs": settings.sampled_random_pairs,
            "random_pairs": settings.random_pairs,
        },
        "blocking": [
            {"rule": c.name, "pairs": c.pairs, "unique": c.unique, "split": c.split, "windowed": c.windowed}
            for c in candidates.pairs.counts
        ],
        "lost": {
            "expected_matches": lost.found,
            "found_once": lost.once,
            "found_twice": lost.twice,
            "passed_over": lost.passed_over,
            "lost": lost.lost,
            "recall": lost.recall,
            "assumption": ASSUMPTION,
        },
    }
    return Linkage(
        entities=name_clusters(ids, clustering.cluster, threads=settings.at_once).entities,
        pairs=pairs_table(ids, pairs, [c.name for c in scorer.comparisons], floor=settings.floor),
        merges=pa.table(
            {
                "left": ids.take(pa.array(merges.left)),
                "right": ids.take(pa.array(merges.right)),
                "height": merges.height,
            }
        ),
        model=model,
        report=_report(clustering, len(candidates.pairs), [*fields.warnings, *scorer.model.warnings]),
    )
