"""Evidence and match weights of pairs under a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.comparison.protocol import NULL_LEVEL, Agreements, Comparison, Index, compare_all
from linkage.errors import LinkageError
from linkage.weights import kernels
from linkage.weights.kernels import NULL
from linkage.weights.model import Floats, Model

Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each comparison says about each pair, in bits."""

    match: Floats
    """Shape (pairs, comparisons): log2(m/u) with term frequency; 0 where null."""
    household: Floats
    """Shape (pairs, columns of the classes): the same for the other kinds of pair, household first."""
    known: Flags
    """Shape (pairs, comparisons): false where null."""
    conflict: Flags
    """Pairs that a comparison forbids to be one person."""


def probabilities(weights: Floats) -> Floats:
    """1 / (1 + 2^−W).

    >>> probabilities(np.array([0.0, 1.0])).round(3).tolist()
    [0.5, 0.667]
    """
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weights, -1000.0, 1000.0))))


@dataclass(frozen=True, slots=True)
class ClassColumns:
    """The columns of evidence of every kind of pair beside *one person*; the first kind is the household."""

    comparison: Index
    """Comparison of each column."""
    start: Index
    """First column of each class, and the number of columns at the end."""
    prior: Floats
    """log2 of each class's share; for a class of matches, over that of the matches of ``m``."""
    kin: Floats
    """By comparison, pairs of a household that have it in common, over the household's other pairs."""
    match: Flags
    """Classes whose pairs are one person; their columns are set against ``m``, the others' against ``u``."""

    def combine(self, prior: float, match: Floats, columns: Floats) -> Floats:
        """Weight of each pair: what speaks for one person, less what the other kinds of pair explain."""
        with_others, against = np.zeros(len(match)), np.zeros(len(match))
        for c in range(len(self.prior)):
            total = self.prior[c] + columns[:, self.start[c] : self.start[c + 1]].sum(axis=1)
            if c == 0:
                total += np.log2(1.0 + np.where(match > 0.0, np.exp2(match), 0.0) @ self.kin)
            if self.match[c]:
                with_others = np.logaddexp2(with_others, total)
            else:
                against = np.logaddexp2(against, total)
        return np.asarray(prior + match.sum(axis=1) + with_others - against)


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
        self.columns, kinds = _columns(model, self.shared)
        one = [_padded(c.match_bits()) for c in model.comparisons]
        rare = [_padded(np.array(c.frequency_weights)) for c in model.comparisons]
        exact = np.array([np.log2(c.u[0]) for c in model.comparisons])
        self._one_person = model.prior, _stacked(one), _stacked(rare), exact
        own = self.columns
        self._kinds = own.comparison, *kinds, own.start, own.prior, own.kin, own.match

    def weigh(self, agreements: Agreements) -> Floats:
        """Match weight of each pair."""
        weights = np.empty(len(agreements))
        kernels.weigh(agreements.levels, agreements.rarity, self._one_person, self._kinds, weights)
        return weights

    def weights(self, evidence: Evidence) -> Floats:
        """Match weight of each pair from its evidence."""
        return self.columns.combine(self.model.prior, evidence.match, evidence.household)

    def evidence(self, agreements: Agreements) -> Evidence:
        """Evidence per comparison, for clusters and explanations."""
        match = np.empty(agreements.levels.shape)
        columns = np.empty((len(agreements), len(self.columns.comparison)))
        kernels.evidence(agreements.levels, agreements.rarity, self._one_person, self._kinds, (match, columns))
        conflict = np.zeros(len(agreements), dtype=np.bool_)
        for k, comparison in enumerate(self.comparisons):
            if comparison.conflicts:
                conflict |= np.isin(agreements.levels[:, k], sorted(comparison.conflicts))
        return Evidence(match, columns, agreements.levels != NULL_LEVEL, conflict)

    def score(self, left: Index, right: Index) -> Evidence:
        """Compare pairs and return their evidence."""
        return self.evidence(compare_all(self.comparisons, left, right))


_FULL_BITS = 3.0
"""Bits from which an agreement is taken for no accident, so that a rare value adds to it in full."""


def _padded(by_level: Floats) -> Floats:
    """One entry for each level and zero for null, which is no evidence."""
    return np.append(by_level, np.zeros(NULL + 1 - len(by_level)))


def _stacked(rows: Sequence[Floats]) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), NULL + 1)


def _columns(model: Model, shared: Index) -> tuple[ClassColumns, tuple[Floats, Floats]]:
    """Columns of all classes; by column and level the bits, and how far a rare value adds to them."""
    comparison, start = list(shared), [0, len(shared)]
    bits_of = [_padded(model.comparisons[k].household_bits()) for k in shared]
    rare_of = [_padded(np.array(model.comparisons[k].frequency_weights)) for k in shared]
    for one in model.classes:
        for k, bits in enumerate(one.bits(model.comparisons)):
            if bits is None:
                continue
            # A match of another kind is set against the matches of m, which count rare values in full.
            base, full = (model.comparisons[k].match_bits(), 1.0) if one.match else (np.zeros(len(bits)), 0.0)
            comparison.append(k)
            bits_of.append(_padded(bits - base))
            rare_of.append(
                _padded(((bits / _FULL_BITS).clip(0.0, 1.0) - full) * np.array(model.comparisons[k].frequency_weights))
            )
        start.append(len(comparison))
    own = np.log2(model.match_share - sum(c.share for c in model.classes if c.match))
    further = [np.log2(c.share) - (own if c.match else 0.0) for c in model.classes]
    columns = ClassColumns(
        np.array(comparison, dtype=np.int64),
        np.array(start, dtype=np.int64),
        np.array([model.household_prior, *further]),
        np.array([c.kin for c in model.comparisons]),
        np.array([False, *(c.match for c in model.classes)]),
    )
    return columns, (_stacked(bits_of), _stacked(rare_of))
