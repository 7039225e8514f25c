"""Constrained agglomeration in log-odds: clusters that do not chain.

Two clusters are as near as the *mean evidence of each attribute* over all their pairs, summed and set
against the prior (so a missing value in one pair is no vote, and one chance agreement is outvoted).
The nearest pair merges first, until no link has positive log-odds: a natural cut, chosen by no label.
Pairs that blocking never proposed are compared before they can matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.clustering import kernels
from linkage.clustering.components import components
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


@dataclass(slots=True)
class _State:
    """The arrays of one agglomeration; see :mod:`linkage.clustering.kernels`."""

    scorer: PairScorer
    n: int
    component: Integers
    group: Integers
    left: Integers
    right: Integers
    evidence: Evidence
    hard: npt.NDArray[np.bool_]
    cluster: Integers = field(init=False)

    def __post_init__(self) -> None:
        n, pairs, none = self.n, len(self.left), np.int64(-1)
        self.cluster = np.arange(n, dtype=np.int64)
        groups = int(self.group.max(initial=-1)) + 1
        self.clusters = (
            np.full(n, none),
            np.arange(n, dtype=np.int64),
            np.ones(n, dtype=np.int64),
            self.group,
            np.full(groups, none),
        )
        heads = np.full(n, none)
        self.links = (self.left.copy(), self.right.copy(), *_chains(self.left, self.right, heads), heads, np.full(n, none))
        self.flags = (
            np.ones(pairs, dtype=np.bool_),
            self.hard,
            np.ones(pairs, dtype=np.int64),
            np.zeros(pairs, dtype=np.int64),
        )
        model = self.scorer.model
        self.sums = (
            self.evidence.match,
            self.evidence.known.astype(np.int32),
            self.evidence.household,
            self.scorer.shared,
            model.prior,
            model.household_prior,
        )
        self.merges = (
            np.empty(n, dtype=np.int64),
            np.empty(n, dtype=np.int64),
            np.empty(n),
            np.full(n, np.inf),
            np.zeros(n, dtype=np.bool_),
            np.zeros(1, dtype=np.int64),
        )
