"""Clusters within judgements: whoever is judged to be one person brings along who the model says they are.

A *same* judgement joins whole clusters, after the model has made them. Were the two records joined
first, the mean evidence of so unlike a pair would drive their own further records away. Only where
clusters made so cannot be joined, because they hold two records that must stay apart, does the judgement
come first, and the model parts the further records between the two sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.clustering import Clustering, Constraints, Merge
from linkage.ordering import pair_keys
from linkage.weights import PairScorer

Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_MOST_ROUNDS = 4
"""Times that judgements are moved to the front before all are."""
_MOST_PAIRS = 4096
"""Pairs of records that are looked at for a conflict between two clusters."""


def cluster_within(
    clustered: Callable[[Constraints], Clustering], scorer: PairScorer, bounds: Constraints
) -> Clustering:
    """The clusters that `clustered` makes within `bounds`, joined by the *same* judgements in them.

    Args:
        clustered: Clusters records within constraints.
        scorer: Says which pairs of records conflict.
        bounds: The constraints; ``same`` in the order in which they are to be met, ``different`` complete.
    """
    if bounds.same is None:
        return clustered(bounds)
    left, right = bounds.same
    first = np.zeros(len(left), np.bool_)
    for turn in range(_MOST_ROUNDS + 1):
        if turn == _MOST_ROUNDS:
            first[:] = True
        early = np.flatnonzero(first)
        found = clustered(replace(bounds, same=(left[early], right[early]) if len(early) else None))
        joining = _Joining(found.cluster, bounds.same, bounds, scorer)
        refused = np.array([not joining.join(*pair) for pair in zip(left.tolist(), right.tolist(), strict=True)])
        if not (refused & ~first).any():
            break
        first |= refused
    added = joining.merges()
    merges = Merge(*(np.append(old, new) for old, new in zip(_columns(found.merges), _columns(added), strict=True)))
    return replace(found, cluster=joining.cluster, merges=merges, contradicted=np.flatnonzero(refused))


def _columns(merges: Merge) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    return merges.left, merges.right, merges.height


class _Joining:
    """Whole clusters joined one by one, as far as nothing forbids it."""

    def __init__(self, cluster: Ints, same: tuple[Ints, Ints], bounds: Constraints, scorer: PairScorer) -> None:
        self.cluster = cluster.copy()
        self.group, self.scorer = bounds.group, scorer
        self.conflicts = any(comparison.conflicts for comparison in scorer.comparisons)
        self.lifted = pair_keys(*same)
        self.joined: list[tuple[int, int]] = []
        named = np.unique(cluster[np.concatenate(same)])
        rows = np.flatnonzero(np.isin(cluster, named))
        rows = rows[np.argsort(cluster[rows], kind="stable")]
        parts = np.split(rows, np.flatnonzero(np.diff(cluster[rows])) + 1)
        self.members = {int(cluster[part[0]]): part for part in parts}
        self.foes: dict[int, set[int]] = {label: set() for label in self.members}
        if bounds.different is not None:
            one, other = (cluster[side] for side in bounds.different)
            for a, b in np.column_stack([one, other])[np.isin(one, named) & np.isin(other, named)].tolist():
                self.foes[a].add(b)
                self.foes[b].add(a)

    def join(self, one: int, other: int) -> bool:
        """Join the clusters of two records; false if they must stay apart."""
        a, b = sorted((int(self.cluster[one]), int(self.cluster[other])))
        if a == b:
            return True
        ours, theirs = self.members[a], self.members[b]
        if b in self.foes[a] or self._grouped(ours, theirs) or self._conflict(ours, theirs):
            return False
        self.cluster[theirs] = a
        self.members[a] = np.append(ours, self.members.pop(b))
        for foe in self.foes.pop(b):
            self.foes[foe] = self.foes[foe] - {b} | {a}
            self.foes[a].add(foe)
        self.joined.append((a, b))
        return True

    def _grouped(self, one: Ints, other: Ints) -> bool:
        """Whether both hold a record of one group whose records are all different persons."""
        if self.group is None:
            return False
        codes = self.group[one]
        return bool(np.isin(self.group[other], codes[codes >= 0]).any())

    def _conflict(self, one: Ints, other: Ints) -> bool:
        """Whether a comparison forbids two of their records, judged pairs left out."""
        if not self.conflicts:
            return False
        left, right = (side.ravel()[:_MOST_PAIRS] for side in np.meshgrid(one, other))
        conflict = self.scorer.score(np.minimum(left, right), np.maximum(left, right)).conflict
        return bool((conflict & ~np.isin(pair_keys(left, right), self.lifted)).any())

    def merges(self) -> Merge:
        """What was joined, in order; by judgement alone, so without a height."""
        pairs = np.array(self.joined, np.int64).reshape(-1, 2)
        return Merge(pairs[:, 0], pairs[:, 1], np.full(len(pairs), np.inf))
