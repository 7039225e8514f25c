"""Registered persons compete for a mention: it is one of them at most.

A population register holds one record per person, so a report that fits a father and a son of one
name fits neither well, however high both weights are. The weight of a mention *M* with a registered
person *P* is lowered by what the other registered persons offer:

    penalty(M, P) = −log2(1 + Σ 2^W(M, P')),  P' ≠ P in the register of P

so that M and P become one person only if the odds of P against all others and nobody together are good.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from linkage.comparison import Agreement, Agreements, Index
from linkage.people.judged import JudgedPeople
from linkage.people.mentions import Mentions
from linkage.weights import ComparisonModel, Model

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MOST_BITS = 40.0
"""Weights are capped here before they are summed, far above anything that still matters."""


@dataclass(frozen=True, slots=True)
class Competition:
    """Offers of registered persons to the mentions that are not registered, as a comparison of its own.

    It has one level that is no evidence, and a *rarity* that is the penalty with its sign turned: so
    weights, clusters and explanations take it in like any other attribute.
    """

    offers: Ints
    """Packed (mention, registered person), sorted."""
    odds: Floats
    """2^W of each offer."""
    total: Floats
    """Sum of the odds of all offers, by mention."""
    population: npt.NDArray[np.bool_]
    """Which mentions are the registered persons that compete."""
    stands_for: Ints
    """The registered person that each row is judged to be; persons who are one do not compete."""
    name: str = "competition"
    conflicts: frozenset[int] = frozenset()

    level_names = ("what other registered persons offer",)
    frequency_weights = (1.0,)
    shared = False

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level 0 and the bits that competition takes away, 0 where nobody competes."""
        mention = np.where(self.population[left], right, left)
        person = np.where(self.population[left], left, right)
        lost = np.log2(1.0 + self._others(mention, person))
        one_side = self.population[left] != self.population[right]
        return Agreement(np.zeros(len(left), np.uint8), np.where(one_side, lost, 0.0))

    def _others(self, mention: Index, person: Index) -> Floats:
        """Summed odds of all offers to `mention` but that of `person`."""
        asked = (mention << 32) | self.stands_for[person]
        place = np.minimum(np.searchsorted(self.offers, asked), max(len(self.offers) - 1, 0))
        own = np.zeros(len(mention))
        if len(self.offers):
            own = np.where(self.offers[place] == asked, self.odds[place], 0.0)
        return np.maximum(self.total[mention] - own, 0.0)


def bounded_odds(weights: Floats) -> Floats:
    """2^W, with weights capped far above anything that still matters, so that sums stay finite."""
    return np.asarray(np.exp2(np.minimum(weights, _MOST_BITS)))


def find_competition(
    mentions: Mentions, left: Index, right: Index, weights: Floats, *, judged: JudgedPeople | None = None
) -> Competition:
    """The offers among scored candidate pairs; several populations do not compete with each other.

    Only the largest population's offers are kept: where several registers declare one record per
    person, their records of one person are no rivals. Whom a judgement rules out makes no offer.
    """
    n = len(mentions)
    population = _largest_population(mentions)
    left_in, right_in = population[left], population[right]
    one = left_in != right_in
    mention = np.where(left_in, right, left)[one]
    person = np.where(left_in, left, right)[one]
    odds = bounded_odds(weights[one])
    stands_for = np.arange(n) if judged is None else judged.person
    if judged is not None:
        odds[judged.rows.forbids(mention, person)] = 0.0
    packed = (mention << 32) | stands_for[person]
    order = np.lexsort((-odds, packed))
    packed, odds = packed[order], odds[order]
    odds[1:][packed[1:] == packed[:-1]] = 0.0  # one offer of each person, the best, though it has several records
    total = np.bincount(packed >> 32, weights=odds, minlength=n).astype(np.float64)
    return Competition(packed, odds, total, population, stands_for)


def _largest_population(mentions: Mentions) -> npt.NDArray[np.bool_]:
    if not mentions.registered.any():
        return mentions.registered
    sizes = np.bincount(mentions.register[mentions.registered])
    return np.asarray(mentions.registered & (mentions.register == int(sizes.argmax())))


def with_competition(model: Model) -> Model:
    """The model with competition as its last comparison: its level says nothing, its rarity is the penalty."""
    one = np.ones(1)
    column = ComparisonModel(
        "competition", False, Competition.level_names, Competition.frequency_weights, one, one, one
    )
    return replace(model, comparisons=(*model.comparisons, column))


def joined(agreements: Agreements, agreement: Agreement) -> Agreements:
    """Agreements with one column more."""
    rarity = np.zeros(len(agreement.levels)) if agreement.rarity is None else agreement.rarity
    return Agreements(
        np.column_stack([agreements.levels, agreement.levels]),
        np.column_stack([agreements.rarity, rarity.astype(np.float32)]),
    )
