"""Mentions without a registered person, clustered among themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.clustering import Clustering, Constraints, Limits, ScoredPairs, agglomerate
from linkage.comparison import Index
from linkage.judged_clusters import cluster_within
from linkage.ordering import neighbours
from linkage.people.mentions import Mentions
from linkage.people.passes import Pass
from linkage.people.registered import party_rows
from linkage.people.settings import PeopleSettings

Ints = npt.NDArray[np.int64]

_MOST_PARTIES = 60
"""Parties of one incident that are told apart pairwise; a riot is not a family matter."""


def cluster_rest(
    mentions: Mentions,
    free: Pass,
    rest: npt.NDArray[np.bool_],
    *,
    bounds: Constraints,
    settings: PeopleSettings,
) -> Clustering:
    """Cluster the mentions without a registered person (`rest`) among themselves, within `bounds`."""
    scored = free.scored
    inside = rest[scored.left] & rest[scored.right]
    pairs = ScoredPairs(scored.left[inside], scored.right[inside], scored.agreements[inside], scored.weights[inside])

    def clustered(within: Constraints) -> Clustering:
        return agglomerate(
            pairs, free.scorer, len(mentions), constraints=within, limits=Limits(settings.cut, settings.floor)
        )

    return cluster_within(clustered, free.scorer, bounds)


def two_parts(mentions: Mentions, parties: pa.Table) -> tuple[Index, Index] | None:
    """Pairs of mentions that one incident record lists as two parties: two persons."""
    incident, row = party_rows(mentions, parties)
    one, other = neighbours(incident, _MOST_PARTIES - 1)
    return (row[one], row[other]) if len(one) else None
