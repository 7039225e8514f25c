"""Unsupervised estimation of the three classes by expectation maximisation over the space of all pairs.

Candidate pairs carry their probabilities; pairs that blocking never proposed count as non-matches, so
no blocking pass has to be corrected for. *u* comes from random pairs with the expected matches among
them taken out. m and h have pseudo-counts, so that a rare level keeps a sane probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from linkage.comparison.protocol import Comparison, Levels
from linkage.weights.model import ComparisonModel, Floats, Model
from linkage.weights.patterns import Patterns, count_patterns

_LADDER = np.array([0.5, 0.1, 0.1, 0.1, 0.2, 0.02])
_START_M = np.array([0.75, 0.08, 0.04, 0.04, 0.08, 0.01])
_START_H = np.array([0.7, 0.05, 0.03, 0.02, 0.2, 0.001])
"""Prior and first guesses over the levels of a standard ladder (4 is disagreement, 5 swapped)."""


@dataclass(frozen=True, slots=True)
class Estimation:
    """Bounds of the estimation."""

    fewest_rounds: int = 4
    most_rounds: int = 40
    tolerance: float = 1e-4
    """Largest relative change of λ, and change of any m, at which it has converged."""
    restless: float = 0.01
    """Relative change of λ in the last round above which a user is warned that it has not converged."""
    smallest_household: float = 0.05
    """A household class smaller than this share of the matches is dropped."""
    unstable: float = 1.5
    """Factor by which λ may differ with and without the household class before a warning."""


@dataclass(frozen=True, slots=True)
class _Classes:
    """Current parameters as arrays of shape (comparisons, levels + 1); the last level is null."""

    m: Floats
    u: Floats
    h: Floats
    match_share: float
    household_share: float


def _spread(ladder: Floats, levels: int) -> Floats:
    """A ladder's shape for any number of levels: exact first, disagreement last."""
    if levels in (5, 6):
        shape = ladder[:levels]
    elif levels == 2:
        shape = np.array([ladder[0] + ladder[1:4].sum(), ladder[4]])
    else:
        shape = np.concatenate(([ladder[0]], np.full(levels - 2, ladder[1:4].sum() / (levels - 2)), [ladder[4]]))
    return np.asarray(shape / shape.sum())


def _weighted(patterns: Patterns, weights: Floats, width: int) -> Floats:
    """Weighted counts of every level of every comparison."""
    out = np.zeros((patterns.levels.shape[1], width))
    for k in range(patterns.levels.shape[1]):
        column = np.minimum(patterns.levels[:, k], width - 1)
        out[k] = np.bincount(column, weights=weights, minlength=width)
    out[:, -1] = 0.0
    return out


def _bits(patterns: Patterns, table: Floats) -> Floats:
    """Sum over comparisons of a bit table's entries."""
    total = np.zeros(len(patterns.levels))
    for k in range(table.shape[0]):
        total += table[k][np.minimum(patterns.levels[:, k], table.shape[1] - 1)]
    return total


def _posteriors(patterns: Patterns, classes: _Classes) -> tuple[Floats, Floats]:
    """Probability of one person, and of two persons of one household, for each pattern."""
    match = _bits(patterns, np.log2(classes.m / classes.u).clip(-12.0, 20.0))
    match += np.log2(classes.match_share / (1.0 - classes.match_share))
    if classes.household_share <= 0.0:
        return 1.0 / (1.0 + np.exp2(-match)), np.zeros_like(match)
    household = _bits(patterns, np.log2(classes.h / classes.u).clip(-12.0, 20.0)) + np.log2(classes.household_share)
    p = 1.0 / (1.0 + np.exp2(np.logaddexp2(0.0, household) - match))
    return p, (1.0 - p) / (1.0 + np.exp2(-household))


class _Space:
    """Candidate and random patterns with the shape of the comparisons: what a round of EM reads."""

    def __init__(self, comparisons: Sequence[Comparison], candidates: Levels, randoms: Levels, n: int) -> None:
        self.comparisons = comparisons
        self.candidates = count_patterns(candidates)
        self.randoms = count_patterns(randoms)
        # One record has no pairs; shares of none would be no numbers.
        self.all_pairs = max(n * (n - 1) / 2.0, 1.0)
        self.width = max(len(c.level_names) for c in comparisons) + 1
        self.shared = np.array([c.shared for c in comparisons])
        self.real = np.zeros((len(comparisons), self.width), dtype=np.bool_)
        for k, comparison in enumerate(comparisons):
            self.real[k, : len(comparison.level_names)] = True

    def table(self, ladder: Floats) -> Floats:
        """A ladder laid out per comparison; 1 where a level does not exist, so that it is no evidence."""
        out = np.ones((len(self.comparisons), self.width))
        for k, comparison in enumerate(self.comparisons):
            out[k, : len(comparison.level_names)] = _spread(ladder, len(comparison.level_names))
        return out

    def distribution(self, counts: Floats, pseudo: Floats) -> Floats:
        """Counts and pseudo-counts as probabilities per comparison."""
        total = np.where(self.real, counts + pseudo, 0.0)
        return np.where(self.real, total / total.sum(axis=1, keepdims=True), 1.0)

    def strangers(self, weights: Floats) -> Floats:
        """Levels of random pairs weighted by their chance not to be one person."""
        counts = _weighted(self.randoms, weights, self.width)
        return self.distribution(counts, np.full_like(counts, 0.1))

    def start(self, *, household: bool) -> _Classes:
        """First guess: one match, and one household pair, per record."""
        n = (1.0 + np.sqrt(1.0 + 8.0 * self.all_pairs)) / 2.0
        u = self.strangers(self.randoms.counts)
        h = np.where(self.shared[:, None], self.table(_START_H), u)
        return _Classes(self.table(_START_M), u, h, 1.0 / n, 1.0 / n if household else 0.0)

    def step(self, classes: _Classes) -> _Classes:
        """One round: probabilities of the candidates, then the parameters that fit them."""
        p, q = _posteriors(self.candidates, classes)
        matched, housed = self.candidates.counts * p, self.candidates.counts * q
        random_p, _ = _posteriors(self.randoms, classes)
        u = self.strangers(self.randoms.counts * (1.0 - random_p))
        shape = self.table(_LADDER)
        m_counts = _weighted(self.candidates, matched, self.width)
        h_counts = _weighted(self.candidates, housed, self.width)
        m = self.distribution(m_counts, (2.0 + 0.001 * m_counts.sum(axis=1, keepdims=True)) * shape)
        h = self.distribution(h_counts, (2.0 + 0.001 * h_counts.sum(axis=1, keepdims=True)) * shape)
        floor = 1.0 / (4.0 * self.all_pairs + 4.0)
        return _Classes(
            m,
            u,
            np.where(self.shared[:, None], h, u),
            float(np.clip(matched.sum() / self.all_pairs, floor, 0.5)),
            float(np.clip(housed.sum() / self.all_pairs, floor, 0.5)) if classes.household_share > 0 else 0.0,
        )


@dataclass(frozen=True, slots=True)
class _Fit:
    """Where the rounds ended."""

    classes: _Classes
    rounds: int
    converged: bool
    drift: float
    """Relative change of λ in the last round."""


def _converge(space: _Space, bounds: Estimation, *, household: bool) -> _Fit:
    classes = space.start(household=household)
    drift = 0.0
    for round_number in range(1, bounds.most_rounds + 1):
        after = space.step(classes)
        drift = abs(after.match_share / classes.match_share - 1.0)
        moved = max(drift, float(np.abs(after.m - classes.m).max()))
        classes = after
        if round_number >= bounds.fewest_rounds and moved < bounds.tolerance:
            return _Fit(classes, round_number, converged=True, drift=drift)
    return _Fit(classes, bounds.most_rounds, converged=False, drift=drift)


def _warnings(classes: _Classes, plain: _Classes | None, space: _Space, bounds: Estimation) -> list[str]:
    """What a user should know before trusting the model."""
    said: list[str] = []
    expected = classes.match_share * space.all_pairs
    if expected < 1.0:
        said.append("no plausible match: fewer than one pair of one person is expected")
    if plain is not None:
        ratio = classes.match_share / plain.match_share
        if not 1.0 / bounds.unstable <= ratio <= bounds.unstable:
            said.append(f"the household class changes the expected number of matches by a factor of {ratio:.2f}")
    p, _ = _posteriors(space.candidates, classes)
    doubtful = float((space.candidates.counts * np.minimum(p, 1.0 - p)).sum())
    if doubtful > 0.2 * max(expected, 1.0):
        said.append(f"classes are not well separated: {doubtful / max(expected, 1.0):.0%} of the matches are doubtful")
    return said


def estimate(
    comparisons: Sequence[Comparison], candidates: Levels, randoms: Levels, *, n: int, bounds: Estimation | None = None
) -> Model:
    """Fit the three classes to the levels of candidate and of random pairs.

    Args:
        comparisons: The comparisons, in the order of the columns of both level arrays.
        candidates: Levels of the candidate pairs, shape (pairs, comparisons).
        randoms: Levels of pairs drawn at random from all pairs.
        n: Number of records; the space of all pairs is ``n (n - 1) / 2``.
        bounds: Rounds and thresholds.

    Returns:
        The model, with warnings where λ was still moving, classes overlap or depend on the third.
    """
    bounds = bounds or Estimation()
    space = _Space(comparisons, candidates, randoms, n)
    plain = _converge(space, bounds, household=False)
    fit, other = plain, None
    if space.shared.any():
        three = _converge(space, bounds, household=True)
        if three.classes.household_share >= bounds.smallest_household * three.classes.match_share:
            fit, other = three, plain.classes
    said = _warnings(fit.classes, other, space, bounds)
    if not fit.converged and fit.drift > bounds.restless:
        said.append(f"estimation did not converge in {fit.rounds} rounds")
    model = _model(space, fit.classes)
    return replace(model, rounds=fit.rounds, converged=fit.converged, warnings=tuple(said))


def _model(space: _Space, classes: _Classes) -> Model:
    parts = []
    for k, comparison in enumerate(space.comparisons):
        size = len(comparison.level_names)
        parts.append(
            ComparisonModel(
                comparison.name,
                comparison.shared,
                comparison.level_names,
                comparison.frequency_weights,
                classes.m[k, :size],
                classes.u[k, :size],
                classes.h[k, :size],
            )
        )
    return Model(tuple(parts), classes.match_share, classes.household_share)
