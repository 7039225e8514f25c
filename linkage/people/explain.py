"""Why two mentions are, or are not, one person: each comparison's level and its evidence in bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.comparison import NULL_LEVEL, Comparison, compare_all
from linkage.errors import LinkageError
from linkage.people.comparisons import people_comparisons
from linkage.people.entries import entry_comparisons
from linkage.people.full_names import full_names
from linkage.people.kin import KIN
from linkage.people.mentions import Mentions, build_mentions
from linkage.people.resolve import FREE, REGISTERED
from linkage.weights import Model, PairScorer, probabilities


@dataclass(frozen=True, slots=True)
class Reason:
    """What one comparison says about the pair."""

    comparison: str
    level: str
    """In words; ``nothing to compare`` where a side states no value."""
    bits: float


@dataclass(frozen=True, slots=True)
class Why:
    """The evidence on a pair of mentions; the bits, the prior and the household term add up to the weight."""

    left: str
    right: str
    prior_bits: float
    reasons: tuple[Reason, ...]
    household_bits: float
    """What a shared household would explain of it (never positive)."""
    match_weight: float
    probability: float
    candidates: bool
    """Whether blocking brought the two together; if not, they were compared for this question alone."""


def why_from_pairs(pairs: pa.Table, model: Mapping[str, Any], left: str, right: str) -> Why | None:
    """The evidence a run kept on a candidate pair, in either order; None if it kept none."""
    ends = pc.field("left"), pc.field("right")
    forward = (ends[0] == left) & (ends[1] == right)
    rows = pairs.filter(forward | ((ends[0] == right) & (ends[1] == left))).to_pylist()
    if not rows:
        return None
    row = rows[0]
    trained = model[row["stage"]]
    levels = {c["name"]: [level["level"] for level in c["levels"]] for c in trained["comparisons"]}
    reasons = tuple(
        _reason(name, None if level is None else levels[name][level], row["evidence"][name])
        for name, level in row["levels"].items()
        if name in levels
    )
    return _why(left, right, float(trained["prior_bits"]), reasons, weight=row["match_weight"], candidates=True)


def why_by_comparison(tables: Mapping[str, pa.Table], model: Mapping[str, Any], left: str, right: str) -> Why:
    """The evidence on any two mentions, compared now; competition and kin are left out.

    Raises:
        LinkageError: A record id is not among the mentions, or the resolution compared nothing.
    """
    mentions = build_mentions(tables["persons"], tables["residences"], tables["addresses"], tables["registers"])
    rows = pc.index_in(pa.array([left, right]), value_set=mentions.record_ids).to_pylist()
    if None in rows:
        raise LinkageError("no mention has this record id", where=(left, right)[rows.index(None)])
    one_side = bool(mentions.registered[rows].sum() == 1)
    passes = [name for name in ((REGISTERED, FREE) if one_side else (FREE, REGISTERED)) if name in model]
    if not passes:
        raise LinkageError("no two mentions of this run were worth comparing", hint="so it holds no model to ask")
    trained = model[passes[0]]
    stored = {**trained, "comparisons": [c for c in trained["comparisons"] if c["name"] not in ("competition", KIN)]}
    known = {c["name"] for c in stored["comparisons"]}
    comparisons = [c for c in _all_comparisons(mentions) if c.name in known]
    scorer = PairScorer(comparisons, Model.from_dict(stored))
    agreements = compare_all(comparisons, np.array(rows[:1]), np.array(rows[1:]))
    evidence = scorer.evidence(agreements)
    reasons = tuple(
        _reason(
            c.name,
            None if agreements.levels[0, k] == NULL_LEVEL else c.level_names[agreements.levels[0, k]],
            float(evidence.match[0, k]),
        )
        for k, c in enumerate(comparisons)
    )
    weight = float(scorer.weigh(agreements)[0])
    return _why(left, right, scorer.model.prior, reasons, weight=weight, candidates=False)


def _all_comparisons(mentions: Mentions) -> tuple[Comparison, ...]:
    """Every comparison that some pass may have had, in the order of the models."""
    return (*people_comparisons(mentions), *entry_comparisons(mentions), *full_names(mentions))


def _reason(name: str, level: str | None, bits: float) -> Reason:
    return Reason(name, level or "nothing to compare", float(bits))


def _why(left: str, right: str, prior: float, reasons: tuple[Reason, ...], *, weight: float, candidates: bool) -> Why:
    household = weight - prior - sum(reason.bits for reason in reasons)
    probability = float(probabilities(np.array([weight]))[0])
    return Why(left, right, prior, reasons, household, weight, probability, candidates)
