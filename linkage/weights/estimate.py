"""Unsupervised estimation of the three classes by expectation maximisation over the space of all pairs.

Candidate pairs carry their probabilities; pairs that blocking never proposed count as non-matches, so
no blocking pass has to be corrected for. *u* comes from random pairs with the expected matches among
them taken out. m and h have pseudo-counts, so that a rare level keeps a sane probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from linkage.comparison.implied import IMPLIED
from linkage.comparison.protocol import Comparison, Levels
from linkage.weights.mixture import AREAS, HOUSEHOLD, KINDS, MOVED, STAYED, Kinds, fit_kinds, posterior
from linkage.weights.model import ComparisonModel, Floats, Model, PairClass
from linkage.weights.space import Classes, PairKnowledge, Space, posteriors

_IMPLIED_SHARE = 0.01
"""Stated share of pairs in which an attribute is implied by another: the same in all classes, so no evidence."""


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
    fewest_shared: int = 3
    """Comparisons that a household can share from which kinds of place, and movers, are told apart."""
    bounded: bool = False
    """Whether half of the matches or more agree exactly in each attribute of a person's own, whatever is fitted."""
    unstable: float = 1.5
    """Factor by which λ may differ with and without the household class before a warning."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """Where the rounds ended."""

    classes: Classes
    rounds: int
    converged: bool
    drift: float
    """Relative change of λ in the last round."""


def _converge(space: Space, bounds: Estimation, *, household: bool) -> _Fit:
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


def _doubts(space: Space, matched: Floats, expected: float) -> list[str]:
    """Whether there are matches at all, and whether they can be told from the rest."""
    said = []
    if expected < 1.0:
        said.append("no plausible match: fewer than one pair of one person is expected")
    doubtful = float((space.candidates.counts * np.minimum(matched, 1.0 - matched)).sum())
    if doubtful > 0.2 * max(expected, 1.0):
        said.append(f"classes are not well separated: {doubtful / max(expected, 1.0):.0%} of the matches are doubtful")
    return said


def _warnings(classes: Classes, plain: Classes | None, space: Space, bounds: Estimation) -> list[str]:
    """What a user should know before trusting the model."""
    matched, _ = posteriors(space.candidates, classes)
    said = _doubts(space, matched, classes.match_share * space.all_pairs)
    if plain is not None:
        ratio = classes.match_share / plain.match_share
        if not 1.0 / bounds.unstable <= ratio <= bounds.unstable:
            said.append(f"the household class changes the expected number of matches by a factor of {ratio:.2f}")
    return said


def estimate(
    comparisons: Sequence[Comparison],
    candidates: Levels,
    randoms: Levels,
    *,
    n: int,
    known: PairKnowledge | None = None,
    bounds: Estimation | None = None,
) -> Model:
    """Fit the three classes to the levels of candidate and of random pairs.

    Args:
        comparisons: The comparisons, in the order of the columns of both level arrays.
        candidates: Levels of the candidate pairs, shape (pairs, comparisons).
        randoms: Levels of pairs drawn at random from all pairs.
        n: Number of records; the space of all pairs is ``n (n - 1) / 2``.
        known: Where the pairs come from, and what was judged of some.
        bounds: Rounds and thresholds.

    Returns:
        The model, with warnings where λ was still moving, classes overlap or depend on the third.
    """
    bounds = bounds or Estimation()
    space = Space(comparisons, (candidates, randoms), n, known=known or PairKnowledge(), bounded=bounds.bounded)
    if space.shared.sum() >= bounds.fewest_shared:
        return _placed(space, bounds)
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


def _with_implied(table: Floats) -> Floats:
    """Probabilities with a level that is equally likely everywhere."""
    rest = np.where(np.arange(len(table)) == IMPLIED, 0.0, table)
    return np.where(np.arange(len(table)) == IMPLIED, _IMPLIED_SHARE, (1.0 - _IMPLIED_SHARE) * rest)


def _model(space: Space, classes: Classes) -> Model:
    parts = []
    for k, comparison in enumerate(space.comparisons):
        tables = (table[k, : len(comparison.level_names)] for table in (classes.m, classes.u, classes.h))
        m, u, h = (_with_implied(table) for table in tables) if space.implied[k] else tables
        names, weights = comparison.level_names, comparison.frequency_weights
        parts.append(ComparisonModel(comparison.name, comparison.shared, names, weights, m, u, h))
    return Model(tuple(parts), classes.match_share, classes.household_share)


def _placed(space: Space, bounds: Estimation) -> Model:
    """The model of a table with places: stayers and movers, households and areas."""
    rounds, tolerance = bounds.most_rounds, bounds.tolerance
    kinds = fit_kinds(space, most_rounds=rounds, tolerance=tolerance, household=True)
    if kinds.share[HOUSEHOLD] < bounds.smallest_household * kinds.match_share:
        # A household of a few odd matches would explain them away.
        kinds = fit_kinds(space, most_rounds=rounds, tolerance=tolerance, household=False)
    matched = posterior(space, space.candidates, kinds).kinds[STAYED:].sum(axis=0)
    said = _doubts(space, matched, kinds.match_share * space.all_pairs)
    if not kinds.converged and kinds.drift > bounds.restless:
        said.append(f"estimation did not converge in {kinds.rounds} rounds")
    return _placed_model(space, kinds, tuple(said))


def _placed_model(space: Space, kinds: Kinds, said: tuple[str, ...]) -> Model:
    shared = [(k, len(c.level_names)) for k, c in enumerate(space.comparisons) if c.shared]
    classes = []
    for c, name in (*((area, KINDS[area]) for area in AREAS), (MOVED, KINDS[MOVED])):
        levels: list[Floats | None] = [None] * len(space.comparisons)
        for k, size in shared:
            levels[k] = kinds.levels[c, k, :size]
        classes.append(PairClass(name, c == MOVED, float(kinds.share[c]), tuple(levels)))
    found = Classes(
        kinds.levels[STAYED],
        kinds.levels[0],
        kinds.levels[HOUSEHOLD],
        kinds.match_share,
        float(kinds.share[HOUSEHOLD]) if kinds.household else 0.0,
    )
    plain = _model(space, found)
    kin = kinds.kin if kinds.household else np.zeros(len(kinds.kin))
    comparisons = tuple(replace(c, kin=float(share)) for c, share in zip(plain.comparisons, kin, strict=True))
    return replace(
        plain,
        comparisons=comparisons,
        classes=tuple(classes),
        rounds=kinds.rounds,
        converged=kinds.converged,
        warnings=said,
    )
