"""A fitted model refined with the rarity of each pair's own values.

Estimation by patterns cannot tell a rare name from a common one. Where names are much of the evidence it
takes every pair of two Hans Hansens for a match in part: there seem to be more matches than there are, and
their birth dates seem to differ. So a few more rounds of expectation maximisation go over the pairs
themselves, weighed as they will be in the end. They settle how many matches there are and how often a match
agrees; what pairs of strangers and of places are like is known from patterns, and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from linkage.comparison.implied import IMPLIED, ImpliedComparison
from linkage.comparison.protocol import Agreements, Comparison, Levels
from linkage.weights.model import ComparisonModel, Floats, Model
from linkage.weights.score import PairScorer, probabilities
from linkage.weights.space import differing_level

Rarity = npt.NDArray[np.float32]

_ROUNDS = 25
_STILL = 1e-3
"""Relative change of the expected number of matches at which it has converged."""
_HOPELESS = -10.0
"""Match weight in bits below which a pair is left out: together such pairs weigh nothing."""
_MOSTLY = 0.5
"""Share of matches that differ in an attribute of a person's own from which they are not believed."""
_UNSTABLE = 1.5
"""Factor by which the expected matches may change before a warning."""


def refine(
    comparisons: Sequence[Comparison], model: Model, agreements: Agreements, *, records: int, all_pairs: float
) -> Model:
    """The model with the share of matches, and *m*, fitted to pairs weighed with term frequencies.

    Args:
        comparisons: In the order of the agreements' columns.
        model: Fitted by patterns; the start, and a weak prior of the levels.
        agreements: Of the candidate pairs.
        records: In the table, whose frequencies those are.
        all_pairs: Pairs of which the candidates are all that can be one person.
    """
    all_pairs = max(all_pairs, 1.0)
    fewest = 1.0 / (4.0 * all_pairs + 4.0)
    kept = np.flatnonzero(PairScorer(comparisons, model).weigh(agreements) >= _HOPELESS)
    pairs = Agreements(agreements.levels[kept], _others(model, agreements.rarity[kept], records))
    now = model
    for _ in range(_ROUNDS):
        matched = probabilities(PairScorer(comparisons, now).weigh(pairs))
        share = float(np.clip(matched.sum() / all_pairs, fewest, 0.5))
        still = abs(share / now.match_share - 1.0) < _STILL
        now = _fitted(comparisons, model, pairs.levels, matched, share / model.match_share)
        if still:
            break
    return replace(now, warnings=(*model.warnings, *_doubts(comparisons, model, now)))


def differing(comparisons: Sequence[Comparison], model: Model) -> list[str]:
    """Attributes of a person's own in which most matches differ: a sign that the matches are no persons."""
    return [
        one.name
        for comparison, one in zip(comparisons, model.comparisons, strict=True)
        if not one.shared
        and not isinstance(comparison, ImpliedComparison)
        and one.m[differing_level(len(one.m))] > _MOSTLY
    ]


def _doubts(comparisons: Sequence[Comparison], patterns: Model, now: Model) -> list[str]:
    """What speaks against the matches being persons: that they differ in what is a person's own, or come and go."""
    said = [
        f"the likely matches mostly differ in {name}: they may not be one person each"
        for name in differing(comparisons, now)
    ]
    factor = now.match_share / patterns.match_share
    if not 1.0 / _UNSTABLE <= factor <= _UNSTABLE:
        said.append(f"the rarity of values changes the expected number of matches by a factor of {factor:.2f}")
    return said


def _others(model: Model, rarity: Rarity, records: int) -> Rarity:
    """Frequencies without the records of the person in question, drawn a little towards the average.

    Most of the records that share a rare value with a person may be that person's own.
    """
    own = 1.0 + model.match_share * records
    count = np.maximum(np.exp2(rarity) * records - own, 0.0) + 1.0
    average = np.array([1.0 + 1.0 / (one.u[0] * records) for one in model.comparisons])
    return np.asarray(np.log2(count / average / records), dtype=np.float32)


def _fitted(comparisons: Sequence[Comparison], model: Model, levels: Levels, matched: Floats, factor: float) -> Model:
    """The model with ``factor`` times its matches, and personal levels as the likely matches have them."""
    parts = []
    for k, one in enumerate(model.comparisons):
        # Matches that have moved agree in places otherwise than those who stayed.
        known = one.shared and any(c.match for c in model.classes)
        implied = isinstance(comparisons[k], ImpliedComparison)
        parts.append(one if known else replace(one, m=_distribution(one, levels[:, k], matched, implied=implied)))
    classes = tuple(replace(c, share=c.share * factor) if c.match else c for c in model.classes)
    return replace(model, comparisons=tuple(parts), match_share=model.match_share * factor, classes=classes)


def _distribution(one: ComparisonModel, levels: Levels, matched: Floats, *, implied: bool) -> Floats:
    """Levels of the likely matches, the fitted ones as a weak prior; what is implied counts as agreement."""
    size = len(one.m)
    counts = np.bincount(np.minimum(levels, size), weights=matched, minlength=size + 1)[:size]
    prior = one.m
    if implied:
        counts[0] += counts[IMPLIED]
        counts[IMPLIED] = 0.0
        prior = np.where(np.arange(size) == IMPLIED, 0.0, one.m) / (1.0 - one.m[IMPLIED])
    total = counts + (2.0 + 0.001 * counts.sum()) * prior
    total /= total.sum()
    if not implied:
        return np.asarray(total)
    return np.asarray(np.where(np.arange(size) == IMPLIED, one.m[IMPLIED], (1.0 - one.m[IMPLIED]) * total))
