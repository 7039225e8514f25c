"""Constrained agglomeration in log-odds: clusters that do not chain.

Two clusters are as near as the *mean evidence of each attribute* over all their pairs, summed and set
against the prior (so a missing value in one pair is no vote, and one chance agreement is outvoted).
The nearest pair merges first, until no link has positive log-odds: a natural cut, chosen by no label.
Pairs that blocking never proposed are compared before they can matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.clustering import kernels, slots
from linkage.clustering.components import components
from linkage.clustering.kernels import Record
from linkage.clustering.size_prior import size_prior
from linkage.clustering.slots import Clusters, Floats, Links, Sums
from linkage.comparison.protocol import Agreements, Index
from linkage.parallel import in_order
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
class Limits:
    """How far a clustering goes."""

    cut: float = 0.0
    """Lowest log2 odds at which clusters merge."""
    floor: float = -6.0
    """Pairs below this weight do not bring clusters into touch; they count like all others once other pairs do."""
    threads: int = 1
    """Shares of the work done at once."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Merges in the order in which they happened."""

    left: Integers
    """Smallest record of the one cluster, which the merged cluster keeps as its own."""
    right: Integers
    """Smallest record of the other."""
    height: npt.NDArray[np.float64]
    """log2 odds of the weakest step so far within the cluster; infinite where judgements alone joined it."""


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
    judged = np.concatenate([same, different])
    if len(judged):
        judged = np.setdiff1d(judged, _packed(left, right))
    evidence = scorer.evidence(Agreements(pairs.agreements.levels[strong], pairs.agreements.rarity[strong]))
    if len(judged):
        more = judged >> 32, judged & ((1 << 32) - 1)
        evidence = _joined(evidence, scorer.score(*more))
        left, right = np.append(left, more[0]), np.append(right, more[1])
    hard = evidence.conflict
    if len(same) or len(different):
        key = _packed(left, right)
        # A human who says "same" has seen the conflict; another constraint on the pair still holds.
        hard = (hard & ~np.isin(key, same)) | np.isin(key, different)
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
    evidence, columns = known.evidence, scorer.columns
    counts = evidence.known.astype(np.int32)
    kinds = columns.comparison, columns.start, columns.prior, columns.kin, columns.match
    sums = Sums(evidence.match, counts, evidence.household, *kinds, scorer.model.prior)
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


_ANY_SIZE = np.zeros((1, 1))


def agglomerate(
    pairs: ScoredPairs,
    scorer: PairScorer,
    n: int,
    *,
    constraints: Constraints | None = None,
    limits: Limits | None = None,
) -> Clustering:
    """Cluster ``n`` records from scored candidate pairs.

    Args:
        pairs: Distinct candidate pairs, scored by ``scorer``.
        scorer: Compares further pairs when two clusters that meet have some that were no candidates.
        n: Number of records; their order decides ties, so it must be that of their ids.
        constraints: Judgements and exclusions.
        limits: How far to go.
    """
    return _agglomerate(pairs, scorer, _ANY_SIZE, constraints or Constraints(), (n, limits or Limits()))


def agglomerate_by_size(
    first: Clustering,
    pairs: ScoredPairs,
    scorer: PairScorer,
    *,
    constraints: Constraints | None = None,
    limits: Limits | None = None,
) -> Clustering:
    """Cluster once more, with what the sizes found at first say about each merge.

    Where a person has many records this finds more of them. A merge of two families costs little here,
    so it is for tables of records, not for registers of families.
    """
    by_size = size_prior(first.cluster, scorer.model.match_prior)
    space = len(first.cluster), limits or Limits()
    again = _agglomerate(pairs, scorer, by_size, constraints or Constraints(), space)
    return replace(again, compared=first.compared + again.compared)


def _agglomerate(
    pairs: ScoredPairs, scorer: PairScorer, by_size: Floats, constraints: Constraints, space: tuple[int, Limits]
) -> Clustering:
    n, limits = space
    known = _known(pairs, scorer, constraints, limits.floor)
    clusters, links, sums, record = _start(known, scorer, n, constraints.group)
    contradicted = np.empty(0, dtype=np.int64)
    if constraints.same is not None:
        contradicted = np.flatnonzero(kernels.force(*constraints.same, clusters, links, sums, record))
    component = components(known.left, known.right, n)[known.left]

    def merged(work: Integers) -> tuple[Record, int, int]:
        own = _with_room(record, len(work))
        state = clusters, links, sums, own
        return own, *_merged((work, component), known, scorer, (limits.cut, MOST_PAIRS, by_size), state)

    parts = _shares(component)
    # Components have nothing in common but the scratch of their groups.
    done = in_order(merged, parts, threads=limits.threads if constraints.group is None else 1)
    steps = [record, *(own for own, _, _ in done)]
    compared, rounds = sum(more for _, more, _ in done), max((turns for _, _, turns in done), default=0)
    return Clustering(_labels(clusters.above), _in_turn(steps), contradicted, compared, rounds)


def _with_room(record: Record, merges: int) -> Record:
    """A list of its own for so many merges, over the same clusters."""
    left, right, done = (np.zeros(size, dtype=np.int64) for size in (merges, merges, 1))
    return Record(left, right, np.empty(merges), record.low, done, record.blocked)


_SHARES, _WORTH_SHARING = 8, 20_000
"""Shares of the work, and links from which it is shared out: by these alone, never by the cores there are."""


def _shares(component: Integers) -> list[Integers]:
    """Slots in the order of their components, cut into shares between components."""
    order = np.argsort(component, kind="stable")
    if len(order) < _WORTH_SHARING:
        return [order]
    ends = np.append(np.flatnonzero(np.diff(component[order])) + 1, len(order))
    wanted = ends[np.searchsorted(ends, np.arange(1, _SHARES) * len(order) // _SHARES)]
    return [share for share in np.split(order, np.unique(wanted)) if len(share)]


def _merged(
    slots_of: tuple[Integers, Integers],
    known: _Known,
    scorer: PairScorer,
    bounds: tuple[float, int, Floats],
    state: tuple[Clusters, Links, Sums, Record],
) -> tuple[int, int]:
    """Merge the slots of some components, in their order; pairs compared on demand, and rounds."""
    (work, component), (clusters, links, sums, record) = slots_of, state
    most = bounds[1]
    compared = _KnownPairs(_packed(known.left[work], known.right[work]))
    at_first, rounds = compared.size, 0
    while True:
        rounds += 1
        ends = np.append(np.flatnonzero(np.diff(component[work])) + 1, len(work))
        work = kernels.merge_known(work, ends, bounds, clusters, links, sums, record)
        if not len(work):
            return compared.size - at_first, rounds
        left, right, wanting = kernels.unseen_pairs(work, most, compared.table, clusters, links)
        found = scorer.score(left, right)
        evidence = found.match, found.household, found.known, found.conflict
        kernels.add_pairs(wanting, evidence, links, sums)
        compared.add(_packed(left, right))


def _in_turn(steps: list[Record]) -> Merge:
    """Merges that were forced, then all others best first; a cluster's own stay in their order."""
    done = [int(step.done[0]) for step in steps]
    left, right, height = (
        np.concatenate([getattr(step, name)[:count] for step, count in zip(steps, done, strict=True)])
        for name in ("left", "right", "height")
    )
    order = done[0] + np.argsort(-height[done[0] :], kind="stable")
    order = np.append(np.arange(done[0]), order)
    return Merge(left[order], right[order], height[order])
