"""Weights: from levels of agreement to the evidence that two records are one person."""

from linkage.weights.estimate import Estimation, estimate
from linkage.weights.model import ComparisonModel, Model
from linkage.weights.patterns import Patterns, count_patterns
from linkage.weights.sampling import random_pairs
from linkage.weights.score import Evidence, PairScorer, probabilities
from linkage.weights.space import PairKnowledge

__all__ = [
    "ComparisonModel",
    "Estimation",
    "Evidence",
    "Model",
    "PairKnowledge",
    "PairScorer",
    "Patterns",
    "count_patterns",
    "estimate",
    "probabilities",
    "random_pairs",
]
