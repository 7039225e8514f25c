"""Constrained agglomeration in log-odds: clusters that do not chain.

Two clusters are as near as the *mean evidence of each attribute* over all their pairs, summed and set
against the prior (so a missing value in one pair is no vote, and one chance agreement is outvoted).
The nearest pair merges first, until no link has positive log-odds: a natural cut, chosen by no label.
Pairs that blocking never proposed are compared before they can matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.clustering import kernels, slots
from linkage.clustering.kernels import Record
from linkage.clustering.slots import Clusters, Links, Sums
from linkage.comparison.protocol import Agreements, Index
from linkage.weights.score import Evidence, PairScorer

Integers: TypeAlias = npt.NDArray[np.int64]

MOST_PAIRS = 4096
"""Pairs compared between two clusters at most: more would not change a mean."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a partition must respect, by row number."""

    group: Integers | None = None
    """Code per record, -1 for none: no two records of one code are one person."""
    same: tuple[Index, Index] | None = None
    """Pairs judged to be one person."""
    different: tuple[Index, Index] | None = None
    """Pairs judged, or known, to be two persons."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Merges in the order in which they happened."""

    left: Integers
    """Smallest record of the one cluster, which the merged cluster keeps as its own."""
    right: Integers
    """Smallest record of the other."""
    height: npt.NDArray[np.float64]
    """log2 odds of the weakest step so far within the cluster."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """A partition of records and how it came about."""

    cluster: Integers
    """The smallest record of each record's cluster."""
    merges: Merge
    contradicted: Integers
    """Numbers of the ``same`` pairs that a constraint forbade."""
    compared: int = 0
    """Pairs compared on demand."""
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Compared pairs of records with their match weights."""

    left: Index
    right: Index
    agreements: Agreements
    weights: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Known:
    """The links that the agglomeration starts from."""

    left: Integers
    right: Integers
    evidence: Evidence
    hard: npt.NDArray[np.bool_]


def _packed(left: Integers, right: Integers) -> Integers:
    return np.minimum(left, right) << 32 | np.maximum(left, right)


def _known(pairs: ScoredPairs, scorer: PairScorer, constraints: Constraints, floor: float) -> _Known:
    """Pairs at or above ``floor`` and all judged pairs."""
    empty = np.empty(0, dtype=np.int64)
    same = _packed(*constraints.same) if constraints.same is not None else empty
    different = _packed(*constraints.different) if constraints.different is not None else empty
    strong = np.flatnonzero(pairs.weights >= floor)
    left, right = pairs.left[strong], pairs.right[strong]
    judged = np.setdiff1d(np.concatenate([same, different]), _packed(left, right))
    evidence = scorer.evidence(Agreements(pairs.agreements.levels[strong], pairs.agreements.rarity[strong]))
    if len(judged):
        more = judged >> 32, judged & ((1 << 32) - 1)
        evidence = _joined(evidence, scorer.score(*more))
        left, right = np.append(left, more[0]), np.append(right, more[1])
    key = _packed(left, right)
    # A human who says "same" has seen the conflict; another constraint on the pair still holds.
    hard = (evidence.conflict & ~np.isin(key, same)) | np.isin(key, different)
    return _Known(left, right, evidence, hard)


def _joined(first: Evidence, second: Evidence) -> Evidence:
    return Evidence(
        np.concatenate([first.match, second.match]),
        np.concatenate([first.household, second.household]),
        np.concatenate([first.known, second.known]),
        np.concatenate([first.conflict, second.conflict]),
    )


def _start(known: _Known, scorer: PairScorer, n: int, group: Integers | None) -> tuple[Clusters, Links, Sums, Record]:
    """Every record a cluster of its own, every known pair a slot."""
    pairs, none, rows = len(known.left), np.int64(-1), np.arange(n, dtype=np.int64)
    codes = np.full(n, none) if group is None else group.astype(np.int64)
    scratch = np.full(int(codes.max(initial=-1)) + 1, none)
    clusters = Clusters(rows.copy(), np.full(n, none), rows.copy(), np.ones(n, dtype=np.int64), codes, scratch)
    alive, seen, stamp = np.ones(pairs, dtype=np.bool_), np.ones(pairs, dtype=np.int64), np.zeros(pairs, dtype=np.int64)
    nexts = np.full(pairs, none), np.full(pairs, none)
    heads = np.full(n, none), np.full(n, none)
    links = Links(known.left.copy(), known.right.copy(), *nexts, *heads, alive, known.hard, seen, stamp)
    slots.hang_all(links)
    evidence, model = known.evidence, scorer.model
    counts = evidence.known.astype(np.int32)
    sums = Sums(evidence.match, counts, evidence.household, scorer.shared, model.prior, model.household_prior)
    steps = rows.copy(), rows.copy(), np.empty(n)
    once = np.zeros(1, dtype=np.int64)
    record = Record(*steps, np.full(n, np.inf), once, np.zeros(n, dtype=np.bool_))
    return clusters, links, sums, record


class _KnownPairs:
    """The set of compared pairs, for compiled code."""

    def __init__(self, pairs: Integers) -> None:
        self.table = np.zeros(1024, dtype=np.uint64)
        self.size = 0
        self.add(pairs)

    def add(self, pairs: Integers) -> None:
        """Enter packed pairs; the table stays at most half full."""
        self.size += len(pairs)
        if 2 * self.size > len(self.table):
            old = (self.table[self.table > 0] - np.uint64(1)).astype(np.int64)
            self.table = np.zeros(1 << int(4 * self.size).bit_length(), dtype=np.uint64)
            kernels.remember(self.table, old)
        kernels.remember(self.table, pairs)


def _labels(above: Integers) -> Integers:
    """The smallest record of each record's cluster."""
    while not np.array_equal(higher := above[above], above):
        above = higher
    return above


def agglomerate(
    pairs: ScoredPairs,
    scorer: PairScorer,
    n: int,
    *,
    constraints: Constraints | None = None,
    cut: float = 0.0,
    floor: float = -6.0,
) -> Clustering:
    """Cluster ``n`` records from scored candidate pairs.

    Args:
        pairs: Distinct candidate pairs, scored by ``scorer``.
        scorer: Compares further pairs when two clusters that meet have some that were no candidates.
        n: Number of records; their order decides ties, so it must be that of their ids.
        constraints: Judgements and exclusions.
        cut: Lowest log2 odds at which clusters merge.
        floor: Pairs below this weight do not bring clusters into touch; they count like all others once
            other pairs do.
    """
    constraints = constraints or Constraints()
    known = _known(pairs, scorer, constraints, floor)
    clusters, links, sums, record = _start(known, scorer, n, constraints.group)
    contradicted = np.empty(0, dtype=np.int64)
    if constraints.same is not None:
        contradicted = np.flatnonzero(kernels.force(*constraints.same, clusters, links, sums))
    compared = _KnownPairs(_packed(known.left, known.right))
    at_first, rounds = compared.size, 0
    work = np.arange(len(known.left), dtype=np.int64)
    while True:
        rounds += 1
        work = kernels.merge_known(work, (cut, MOST_PAIRS), clusters, links, sums, record)
        if not len(work):
            break
        left, right, wanting = kernels.unseen_pairs(work, MOST_PAIRS, compared.table, clusters, links)
        found = scorer.score(left, right)
        evidence = found.match, found.household, found.known, found.conflict
        kernels.add_pairs(wanting, evidence, links, sums)
        compared.add(_packed(left, right))
    done = int(record.done[0])
    merges = Merge(record.left[:done], record.right[:done], record.height[:done])
    return Clustering(_labels(clusters.above), merges, contradicted, compared.size - at_first, rounds)
