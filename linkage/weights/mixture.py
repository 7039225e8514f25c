"""Kinds of pair beyond the three classes, for tables with places: movers, relatives, neighbours of several degrees.

Street, house number, postcode and town of two records agree together or not at all. As independent
evidence they make a person out of every household, and a stranger out of everybody who has moved. So,
within each class, their dependence is explained by a few kinds of pair (latent classes; Lazarsfeld 1950):
non-matches are strangers, members of one household, or people of one area of a wider or narrower sort;
matches have stayed or have moved. A person's own attributes do not depend on the kind, but for relatives:
of the pairs of a household a few have one of them in common, like father and son of one name, or twins.

All pairs count, not the candidates alone: areas are common, and the candidates hold only those of their
pairs that agree in something else as well. Pairs that no rule proposed are represented by the random pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from linkage.weights.model import HIGHEST_BITS, LOWEST_BITS, Floats
from linkage.weights.patterns import Patterns
from linkage.weights.space import LADDER, START_H, START_M, Space, weighted

KINDS = ("strangers", "household", "same area", "same wide area", "one person", "one person, moved")
HOUSEHOLD, AREAS, STAYED, MOVED = 1, (2, 3), 4, 5
_PLACES = 3
"""Kinds of non-match that share fields: a household, then wider and wider areas."""
_AREA_GROWTH = 10.0
"""First guess of how many times more pairs share an area than the next smaller one."""
LEAST_KIN, MOST_KIN = 0.02, 0.05
"""Bounds of the share of a household's pairs that have a given attribute of their own in common.

Relatives of one name and records of one person with two birth dates look the same, so the data cannot tell
their number: without a lower bound every namesake is learned as a person whose birth date was mistaken,
without an upper one every mistaken birth date as a namesake.
"""
_FEWEST = 5
_NONE = 2.0**-200
"""Share of a kind that is left out."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Parameters of all kinds of pair, in the order of :data:`KINDS`."""

    levels: Floats
    """Shape (kinds, comparisons, levels + 1); the last level is null."""
    share: Floats
    kin: Floats
    """By comparison, pairs of a household that have it in common, over the household's other pairs."""
    rounds: int = 0
    converged: bool = False
    drift: float = 0.0
    """Relative change of the share of matches in the last round."""

    @property
    def household(self) -> bool:
        """Whether there are households."""
        return bool(self.share[HOUSEHOLD] > _NONE)

    @property
    def match_share(self) -> float:
        """Share of all pairs that are one person."""
        return float(self.share[[STAYED, MOVED]].sum())


@dataclass(frozen=True, slots=True)
class _Posterior:
    """Probabilities of one set of patterns."""

    kinds: Floats
    """Shape (kinds, patterns); households with their relatives."""
    kin: Floats
    """Shape (comparisons, patterns): relatives who have the comparison in common."""


def posterior(space: Space, patterns: Patterns, kinds: Kinds) -> _Posterior:
    """Probability of each kind of pair for each pattern."""
    joint = np.zeros((len(KINDS), len(patterns.levels)))
    joint += np.log2(kinds.share)[:, None]
    joint[0] = 0.0
    related = np.ones(len(patterns.levels))
    each = np.zeros((len(space.comparisons), len(patterns.levels)))
    evidence = np.log2(kinds.levels / kinds.levels[0]).clip(LOWEST_BITS, HIGHEST_BITS)
    for k in range(len(space.comparisons)):
        column = np.minimum(patterns.levels[:, k], space.width - 1)
        if space.shared[k]:
            joint += evidence[:, k, column]
            continue
        own = evidence[STAYED, k, column]
        joint[STAYED:] += own
        if kinds.kin[k] > 0:
            each[k] = np.where(own > 0.0, kinds.kin[k] * np.exp2(own), 0.0)
            related += each[k]
    joint[HOUSEHOLD] += np.log2(related)
    joint -= joint.max(axis=0)
    weight = np.exp2(joint)
    weight /= weight.sum(axis=0)
    return _Posterior(weight, each * (weight[HOUSEHOLD] / related))


def _normal(space: Space, table: Floats) -> Floats:
    table = np.where(space.real, table, 0.0)
    return np.where(space.real, table / table.sum(axis=1, keepdims=True), 1.0)


def _start(space: Space, *, household: bool) -> Kinds:
    """One match, half of them movers, and one household pair per record; areas from there to strangers."""
    shared = space.shared[:, None]
    strangers = space.strangers(space.randoms.counts)
    home, stayed = space.table(START_H), space.table(START_M)
    places = [_normal(space, home ** (1 - j / _PLACES) * strangers ** (j / _PLACES)) for j in range(_PLACES)]
    moved = np.where(shared, 0.9 * strangers + 0.1 * stayed, stayed)
    levels = np.stack([strangers, *(np.where(shared, place, strangers) for place in places), stayed, moved])
    one = 1.0 / space.records
    homes = one if household else _NONE
    share = np.array([1.0, homes, one * _AREA_GROWTH, one * _AREA_GROWTH**2, one / 2, one / 2])
    return Kinds(levels, share, np.where(space.related, LEAST_KIN, 0.0))


def _step(space: Space, kinds: Kinds) -> Kinds:
    """One round over candidates and what lies outside them."""
    shared = space.shared[:, None]
    inner, outer = posterior(space, space.candidates, kinds), posterior(space, space.outside, kinds)
    # A pair that nobody proposed is no match; its kind is one of the others.
    within, beyond = inner.kinds * space.candidates.counts, outer.kinds * space.outside.counts
    beyond[STAYED:] = 0.0
    counts = np.stack(
        [
            weighted(space.candidates, a, space.width) + weighted(space.outside, b, space.width)
            for a, b in zip(within, beyond, strict=True)
        ]
    )
    for kind, judged in enumerate((space.same, space.different)):
        told = posterior(space, judged, kinds).kinds
        told[slice(0, STAYED) if kind == 0 else slice(STAYED, None)] = 0.0
        told *= judged.counts / told.sum(axis=0).clip(1e-12)
        counts += np.stack([weighted(judged, weights, space.width) for weights in told])
    strangers = space.strangers(space.randoms.counts * posterior(space, space.randoms, kinds).kinds[0])
    shape = space.table(LADDER)
    matches = space.matches(counts[STAYED] + counts[MOVED], shape)
    levels = [strangers]
    for c in range(1, len(KINDS)):
        prior = 0.9 * strangers + 0.1 * shape if c == MOVED else shape
        levels.append(np.where(shared, space.learned(counts[c], prior), matches if c >= STAYED else strangers))
    floor = 1.0 / (4.0 * space.all_pairs + 4.0)
    total = within.sum(axis=1) + beyond.sum(axis=1)
    kin = inner.kin @ space.candidates.counts + outer.kin @ space.outside.counts
    alone = max(total[HOUSEHOLD] - kin.sum(), floor)
    share = (total / space.all_pairs).clip(floor, 0.5)
    share[0] = 1.0
    share[HOUSEHOLD] = max(alone / space.all_pairs, floor) if kinds.household else _NONE
    drift = abs(share[STAYED:].sum() / kinds.share[STAYED:].sum() - 1.0)
    related = np.where(space.related, (kin / alone).clip(LEAST_KIN, MOST_KIN), 0.0)
    return Kinds(np.stack(levels), share, related, kinds.rounds + 1, drift=drift)


def fit_kinds(space: Space, *, most_rounds: int, tolerance: float, household: bool) -> Kinds:
    """The kinds of pair that fit all pairs best, from one start; households only if asked for."""
    kinds = _start(space, household=household)
    while kinds.rounds < most_rounds:
        after = _step(space, kinds)
        still = max(after.drift, float(np.abs(after.levels[STAYED:] - kinds.levels[STAYED:]).max())) < tolerance
        kinds = after
        if still and kinds.rounds >= _FEWEST:
            return replace(kinds, converged=True)
    return kinds
