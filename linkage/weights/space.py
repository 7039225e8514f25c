"""The space of all pairs as patterns of levels: what the rounds of expectation maximisation read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.comparison.implied import IMPLIED, ImpliedComparison
from linkage.comparison.protocol import Comparison, Levels
from linkage.weights.model import HIGHEST_BITS, LOWEST_BITS, Floats
from linkage.weights.patterns import Patterns, count_patterns

Flags: TypeAlias = npt.NDArray[np.bool_]

LADDER = np.array([0.5, 0.1, 0.1, 0.1, 0.2, 0.02])
START_M = np.array([0.75, 0.08, 0.04, 0.04, 0.08, 0.01])
START_H = np.array([0.7, 0.05, 0.03, 0.02, 0.2, 0.001])
"""Prior and first guesses over the levels of a standard ladder (4 is disagreement, 5 swapped)."""
LEAST_EXACT = 0.5
"""Share of matches that agree exactly in each attribute of a person's own, where that has to be bounded."""


@dataclass(frozen=True, slots=True)
class PairKnowledge:
    """What is known of the pairs beside their levels."""

    covered: Flags | None = None
    """Which of the random pairs are candidates; none, if it is not said."""
    share: float = 1.0
    """Share of all pairs that the candidates were sampled from."""
    same: Levels | None = None
    """Levels of pairs that were judged to be one person: they count once more, without doubt."""
    different: Levels | None = None
    """Levels of pairs that were judged to be two persons."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Current parameters as arrays of shape (comparisons, levels + 1); the last level is null."""

    m: Floats
    u: Floats
    h: Floats
    match_share: float
    household_share: float


def spread(ladder: Floats, levels: int) -> Floats:
    """A ladder's shape for any number of levels: exact first, disagreement last."""
    if levels in (5, 6):
        shape = ladder[:levels]
    elif levels == 2:
        shape = np.array([ladder[0] + ladder[1:4].sum(), ladder[4]])
    else:
        shape = np.concatenate(([ladder[0]], np.full(levels - 2, ladder[1:4].sum() / (levels - 2)), [ladder[4]]))
    return np.asarray(shape / shape.sum())


def differing_level(levels: int) -> int:
    """The level of disagreement on a ladder of so many levels."""
    return 4 if levels in (5, 6) else levels - 1


def bounded_levels(m: Floats, levels: int) -> Floats:
    """A distribution with at least :data:`LEAST_EXACT` on exact agreement, the rest in proportion.

    >>> bounded_levels(np.array([0.2, 0.2, 0.6]), 3).round(3).tolist()
    [0.5, 0.125, 0.375]
    """
    if m[0] >= LEAST_EXACT:
        return m
    rest = np.arange(len(m)) < levels
    rest[0] = False
    out = np.where(rest, m * (1.0 - LEAST_EXACT) / m[rest].sum(), m)
    out[0] = LEAST_EXACT
    return np.asarray(out)


def weighted(patterns: Patterns, weights: Floats, width: int) -> Floats:
    """Weighted counts of every level of every comparison."""
    out = np.zeros((patterns.levels.shape[1], width))
    for k in range(patterns.levels.shape[1]):
        column = np.minimum(patterns.levels[:, k], width - 1)
        out[k] = np.bincount(column, weights=weights, minlength=width)
    out[:, -1] = 0.0
    return out


def bits(patterns: Patterns, table: Floats) -> Floats:
    """Sum over comparisons of a bit table's entries."""
    total = np.zeros(len(patterns.levels))
    for k in range(table.shape[0]):
        total += table[k][np.minimum(patterns.levels[:, k], table.shape[1] - 1)]
    return total


def posteriors(patterns: Patterns, classes: Classes) -> tuple[Floats, Floats]:
    """Probability of one person, and of two persons of one household, for each pattern."""
    match = bits(patterns, np.log2(classes.m / classes.u).clip(LOWEST_BITS, HIGHEST_BITS))
    match += np.log2(classes.match_share / (1.0 - classes.match_share))
    if classes.household_share <= 0.0:
        return 1.0 / (1.0 + np.exp2(-match)), np.zeros_like(match)
    household = bits(patterns, np.log2(classes.h / classes.u).clip(LOWEST_BITS, HIGHEST_BITS)) + np.log2(
        classes.household_share
    )
    p = 1.0 / (1.0 + np.exp2(np.logaddexp2(0.0, household) - match))
    return p, (1.0 - p) / (1.0 + np.exp2(-household))


def _outside(all_pairs: float, randoms: Levels, candidates: int, covered: Flags | None) -> Patterns:
    """Patterns of the pairs that no rule proposed, as the random pairs among them tell."""
    drawn = randoms if covered is None else randoms[~covered]
    patterns = count_patterns(drawn)
    return Patterns(patterns.levels, patterns.counts * max(all_pairs - candidates, 0.0) / max(len(drawn), 1))


class Space:
    """Candidate and random patterns with the shape of the comparisons: what a round of EM reads."""

    def __init__(
        self,
        comparisons: Sequence[Comparison],
        pairs: tuple[Levels, Levels],
        records: int,
        *,
        known: PairKnowledge,
        bounded: bool = False,
    ) -> None:
        candidates, randoms = pairs
        self.bounded = bounded
        share, covered = known.share, known.covered
        self.comparisons = comparisons
        self.candidates = count_patterns(candidates)
        self.randoms = count_patterns(randoms)
        nothing = np.empty((0, candidates.shape[1]), dtype=np.uint8)
        self.same = count_patterns(nothing if known.same is None else known.same)
        self.different = count_patterns(nothing if known.different is None else known.different)
        # One record has no pairs; shares of none would be no numbers.
        self.all_pairs = max(share * records * (records - 1) / 2.0, 1.0)
        self.records = max(float(records), 2.0)
        self.outside = _outside(self.all_pairs, randoms, len(candidates), covered)
        self.width = max(len(c.level_names) for c in comparisons) + 1
        self.shared = np.array([c.shared for c in comparisons])
        self.real = np.zeros((len(comparisons), self.width), dtype=np.bool_)
        for k, comparison in enumerate(comparisons):
            self.real[k, : len(comparison.level_names)] = True
        self.implied = np.array([isinstance(c, ImpliedComparison) for c in comparisons])
        self.real[self.implied, IMPLIED] = False
        self.related = ~self.shared & ~self.implied
        """Comparisons of a person's own attributes that relatives may have in common."""

    def table(self, ladder: Floats) -> Floats:
        """A ladder laid out per comparison; 1 where a level does not exist, so that it is no evidence."""
        out = np.ones((len(self.comparisons), self.width))
        for k, comparison in enumerate(self.comparisons):
            out[k, : len(comparison.level_names)] = spread(ladder, len(comparison.level_names))
        return np.where(self.real, out, 1.0)

    def distribution(self, counts: Floats, pseudo: Floats) -> Floats:
        """Counts and pseudo-counts as probabilities per comparison; what is implied counts as agreement."""
        counts = counts.copy()
        counts[self.implied, 0] += counts[self.implied, IMPLIED]
        total = np.where(self.real, counts + pseudo, 0.0)
        return np.where(self.real, total / total.sum(axis=1, keepdims=True), 1.0)

    def learned(self, counts: Floats, shape: Floats) -> Floats:
        """Counts as probabilities, with pseudo-counts of a prior shape so that a rare level keeps a sane one."""
        return self.distribution(counts, (2.0 + 0.001 * counts.sum(axis=1, keepdims=True)) * shape)

    def matches(self, counts: Floats, shape: Floats) -> Floats:
        """Levels of matches; where it is asked for, half of them or more agree in what is a person's own."""
        m = self.learned(counts, shape)
        if self.bounded:
            for k in np.flatnonzero(self.related):
                m[k] = bounded_levels(m[k], int(self.real[k].sum()))
        return m

    def strangers(self, weights: Floats) -> Floats:
        """Levels of random pairs weighted by their chance not to be one person."""
        counts = weighted(self.randoms, weights, self.width)
        return self.distribution(counts, np.full_like(counts, 0.1))

    def start(self, *, household: bool) -> Classes:
        """First guess: one match, and one household pair, per record."""
        n = self.records
        u = self.strangers(self.randoms.counts)
        h = np.where(self.shared[:, None], self.table(START_H), u)
        return Classes(self.table(START_M), u, h, 1.0 / n, 1.0 / n if household else 0.0)

    def step(self, classes: Classes) -> Classes:
        """One round: probabilities of the candidates, then the parameters that fit them."""
        p, q = posteriors(self.candidates, classes)
        matched, housed = self.candidates.counts * p, self.candidates.counts * q
        random_p, _ = posteriors(self.randoms, classes)
        u = self.strangers(self.randoms.counts * (1.0 - random_p))
        shape = self.table(LADDER)
        m_counts = weighted(self.candidates, matched, self.width)
        m_counts += weighted(self.same, self.same.counts, self.width)
        h_counts = weighted(self.candidates, housed, self.width)
        p, q = posteriors(self.different, classes)
        h_counts += weighted(self.different, self.different.counts * q / (1.0 - p).clip(1e-12), self.width)
        m, h = self.matches(m_counts, shape), self.learned(h_counts, shape)
        floor = 1.0 / (4.0 * self.all_pairs + 4.0)
        return Classes(
            m,
            u,
            np.where(self.shared[:, None], h, u),
            float(np.clip(matched.sum() / self.all_pairs, floor, 0.5)),
            float(np.clip(housed.sum() / self.all_pairs, floor, 0.5)) if classes.household_share > 0 else 0.0,
        )
