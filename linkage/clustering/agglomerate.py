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

from linkage.clustering.merging import Merged, Outset, link_heights, merge_share
from linkage.clustering.parting import Parted, Share, parted
from linkage.clustering.size_prior import size_prior, trust
from linkage.clustering.slots import Floats
from linkage.comparison.protocol import Agreements, Index, compare_all
from linkage.ordering import pair_keys
from linkage.parallel import in_order
from linkage.weights.score import PairScorer, probabilities

Integers: TypeAlias = npt.NDArray[np.int64]


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


def agglomerate(
    pairs: ScoredPairs,
    scorer: PairScorer,
    n: int,
    *,
    constraints: Constraints | None = None,
    limits: Limits | None = None,
    by_size: bool = False,
) -> Clustering:
    """Cluster ``n`` records from scored candidate pairs.

    Args:
        pairs: Distinct candidate pairs, scored by ``scorer``.
        scorer: Compares further pairs when two clusters that meet have some that were no candidates.
        n: Number of records; their order decides ties, so it must be that of their ids.
        constraints: Judgements and exclusions.
        limits: How far to go.
        by_size: Whether to cluster once more, with what the sizes found at first say about each merge.
            Where a person has many records this finds more of them. A merge of two families costs
            little there, so it is for tables of records, not for registers of families.
    """
    bounds, limits = constraints or Constraints(), limits or Limits()
    left, right, outset = _outset(pairs, scorer, bounds, limits.floor)
    links = parted(left, right, n, apart=outset.lifted)
    outset = replace(outset, heights=link_heights(outset, threads=limits.threads))
    one, other = left[links.lone], right[links.lone]
    lone = _Lone(np.minimum(one, other), np.maximum(one, other), outset.heights[links.lone])
    del left, right
    first = _clustered((n, links, lone), outset, np.zeros((1, 1)), limits)
    if not by_size:
        return first
    joined = int(np.count_nonzero(first.cluster[pairs.left] == first.cluster[pairs.right]))
    trusted = trust(float(probabilities(pairs.weights).sum()), joined)
    sizes = size_prior(first.cluster, scorer.model.match_prior, trusted=trusted)
    again = _clustered((n, links, lone), outset, sizes, limits)
    return replace(again, compared=first.compared + again.compared)


@dataclass(frozen=True, slots=True)
class _Lone:
    """Links that touch no other, with their heights."""

    left: Integers
    right: Integers
    height: Floats


def _outset(
    pairs: ScoredPairs, scorer: PairScorer, constraints: Constraints, floor: float
) -> tuple[Integers, Integers, Outset]:
    """Pairs at or above ``floor`` and all judged pairs: their records, and what speaks for and against them."""
    rows = np.flatnonzero(pairs.weights >= floor)
    left, right, agreements = pairs.left[rows], pairs.right[rows], pairs.agreements
    judged = [pair_keys(*side) for side in (constraints.same, constraints.different) if side is not None]
    further = np.setdiff1d(np.concatenate(judged), pair_keys(left, right)) if judged else np.empty(0, dtype=np.int64)
    if len(further):
        more = further >> 32, further & ((1 << 32) - 1)
        found = compare_all(scorer.comparisons, *more)
        rows = np.append(rows, len(agreements) + np.arange(len(further)))
        levels, rarity = (agreements.levels, found.levels), (agreements.rarity, found.rarity)
        agreements = Agreements(np.concatenate(levels), np.concatenate(rarity))
        left, right = np.append(left, more[0]), np.append(right, more[1])
    lifted = barred = np.zeros(len(rows), dtype=np.bool_)
    # A human who says "same" has seen the conflict; another constraint on the pair still holds.
    if constraints.same is not None:
        lifted = np.isin(pair_keys(left, right), pair_keys(*constraints.same))
    if constraints.different is not None:
        barred = np.isin(pair_keys(left, right), pair_keys(*constraints.different))
    same, group = constraints.same, constraints.group
    return left, right, Outset(scorer, agreements, rows, lifted, barred, group, same, np.empty(0))


def _clustered(work: tuple[int, Parted, _Lone], outset: Outset, by_size: Floats, limits: Limits) -> Clustering:
    """One clustering: links that touch no other at once, all others share by share."""
    n, links, lone = work
    most = min(1, len(by_size) - 1)
    height = lone.height + by_size[most, most]
    joined = height >= limits.cut
    if outset.group is not None:
        of = outset.group[lone.left]
        joined &= (of < 0) | (of != outset.group[lone.right])
    alone = lone.left[joined], lone.right[joined], height[joined]
    cluster = np.arange(n, dtype=np.int64)
    cluster[alone[1]] = alone[0]

    def merged(share: Share) -> Merged:
        return merge_share(links, share, outset, by_size=by_size, cut=limits.cut)

    done = in_order(merged, links.shares, threads=limits.threads)
    for share, one in zip(links.shares, done, strict=True):
        cluster[links.records[share.records]] = one.cluster
    contradicted = np.concatenate([np.empty(0, dtype=np.int64), *(one.contradicted for one in done)])
    compared, rounds = sum(one.compared for one in done), max((one.rounds for one in done), default=1)
    return Clustering(cluster, _in_turn(done, alone), np.sort(contradicted), compared, rounds)


def _in_turn(done: list[Merged], alone: tuple[Integers, Integers, Floats]) -> Merge:
    """Merges that were forced, then all others best first; a cluster's own stay in their order."""
    forced = [(one.left[: one.forced], one.right[: one.forced], one.height[: one.forced]) for one in done]
    free = [(one.left[one.forced :], one.right[one.forced :], one.height[one.forced :]) for one in done]
    left, right, height = (np.concatenate(column) for column in zip(*forced, alone, *free, strict=True))
    first = sum(one.forced for one in done)
    order = np.append(np.arange(first), first + np.argsort(-height[first:], kind="stable"))
    return Merge(left[order], right[order], height[order])
