"""Clustering: from evidence between records to a partition of them."""

from linkage.clustering.agglomerate import (
    Clustering,
    Constraints,
    Merge,
    ScoredPairs,
    agglomerate,
)
from linkage.clustering.components import components

__all__ = ["Clustering", "Constraints", "Merge", "ScoredPairs", "agglomerate", "components"]
