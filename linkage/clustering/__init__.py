"""Clustering: from evidence between records to a partition of them."""

from linkage.clustering.agglomerate import (
    Clustering,
    Constraints,
    Limits,
    Merge,
    ScoredPairs,
    agglomerate,
)
from linkage.clustering.components import components

__all__ = [
    "Clustering",
    "Constraints",
    "Limits",
    "Merge",
    "ScoredPairs",
    "agglomerate",
    "components",
]
