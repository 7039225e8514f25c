"""Evidence and match weights of pairs under a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.comparison.protocol import NULL_LEVEL, Agreements, Comparison, Index, batches, compare_all
from linkage.errors import LinkageError
from linkage.weights.model import Floats, Model

Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each comparison says about each pair, in bits."""

    match: Floats
    """Shape (pairs, comparisons): log2(m/u) with term frequency; 0 where null."""
    household: Floats
    """Shape (pairs, shared comparisons): the same with h for m."""
    known: Flags
    """Shape (pairs, comparisons): false where null."""
    conflict: Flags
    """Pairs that a comparison forbids to be one person."""


def match_weights(match: Floats, household: Floats, model: Model) -> Floats:
    """Weight of each pair from its summed evidence.

    W = log2(λ/(1−λ)) + Σ w − log2(1 + 2^(log2 λ_H + Σ h)): what speaks for one person, less what a
    household would explain.
    """
    shared = model.household_prior + household
    return np.asarray(model.prior + match - np.logaddexp2(0.0, shared))


def probabilities(weights: Floats) -> Floats:
    """1 / (1 + 2^−W).

    >>> probabilities(np.array([0.0, 1.0])).round(3).tolist()
    [0.5, 0.667]
    """
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weights, -1000.0, 1000.0))))


class PairScorer:
    """Scores any pair of records: the candidates at first, further pairs on demand."""

    def __init__(self, comparisons: Sequence[Comparison], model: Model) -> None:
        """Bind comparisons to a model.

        Raises:
            LinkageError: The model was trained on other comparisons.
        """
        trained = [(c.name, len(c.level_names)) for c in model.comparisons]
        given = [(c.name, len(c.level_names)) for c in comparisons]
        if trained != given:
            raise LinkageError("the model was trained on other columns", where="model", hint="train it again")
        self.comparisons = tuple(comparisons)
        self.model = model
        self.shared = np.array([k for k, c in enumerate(comparisons) if c.shared], dtype=np.int64)
        self._match = [np.append(c.match_bits(), np.zeros(256 - len(c.m))) for c in model.comparisons]
        self._household = [np.append(c.household_bits(), np.zeros(256 - len(c.m))) for c in model.comparisons]
        self._frequency = [np.append(c.frequency_weights, np.zeros(256 - len(c.m))) for c in model.comparisons]

    def _bits(self, agreements: Agreements, k: int) -> tuple[Floats, Floats]:
        """Evidence for one person and for one household of comparison ``k``."""
        levels = agreements.levels[:, k]
        rarity = agreements.rarity[:, k].astype(np.float64)
        exact = float(np.log2(self.model.comparisons[k].u[0]))
        adjust = self._frequency[k][levels] * np.where(np.isnan(rarity), 0.0, exact - rarity)
        return self._match[k][levels] + adjust, self._household[k][levels] + adjust

    def weigh(self, agreements: Agreements) -> Floats:
        """Match weight of each pair."""
        weights = np.empty(len(agreements))
        for part in batches(len(agreements)):
            weights[part] = self._weigh(agreements[part])
        return weights

    def _weigh(self, agreements: Agreements) -> Floats:
        match, household = np.zeros(len(agreements)), np.zeros(len(agreements))
        for k, comparison in enumerate(self.comparisons):
            one, house = self._bits(agreements, k)
            match += one
            if comparison.shared:
                household += house
        return match_weights(match, household, self.model)

    def evidence(self, agreements: Agreements) -> Evidence:
        """Evidence per comparison, for clusters and explanations."""
        match = np.empty(agreements.levels.shape)
        household = np.empty((len(agreements), len(self.shared)))
        conflict = np.zeros(len(agreements), dtype=np.bool_)
        for k, comparison in enumerate(self.comparisons):
            match[:, k], house = self._bits(agreements, k)
            if comparison.shared:
                household[:, int(np.searchsorted(self.shared, k))] = house
            if comparison.conflicts:
                conflict |= np.isin(agreements.levels[:, k], sorted(comparison.conflicts))
        return Evidence(match, household, agreements.levels != NULL_LEVEL, conflict)

    def score(self, left: Index, right: Index) -> Evidence:
        """Compare pairs and return their evidence."""
        return self.evidence(compare_all(self.comparisons, left, right))
