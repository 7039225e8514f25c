"""The model of agreement: how likely each level is for one person, one household, two strangers.

Three classes of pair (Fellegi and Sunter 1969, with a third class): *m* is the distribution of levels
among pairs of one person, *h* among two persons of one household or place, *u* among all pairs that
are not one person. With two classes only, families are taken for persons; the household class keeps
what a family shares (surname, address) from counting as proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from linkage.errors import LinkageError

Floats: TypeAlias = npt.NDArray[np.float64]

LOWEST_BITS, HIGHEST_BITS = -12.0, 20.0
"""Bounds of the evidence of one level, in bits: no single agreement or error decides alone."""

FORMAT = 1
"""Version of the saved form."""


@dataclass(frozen=True, slots=True)
class ComparisonModel:
    """Distributions of one comparison's levels in the three classes."""

    name: str
    shared: bool
    level_names: tuple[str, ...]
    frequency_weights: tuple[float, ...]
    m: Floats
    u: Floats
    h: Floats
    """Equal to ``u`` for personal attributes: a household says nothing about them."""
    kin: float = 0.0
    """Pairs of a household that have this personal attribute in common, over its other pairs: twins, namesakes."""

    def match_bits(self) -> Floats:
        """log2(m/u) per level, bounded."""
        return np.log2(self.m / self.u).clip(LOWEST_BITS, HIGHEST_BITS)

    def household_bits(self) -> Floats:
        """log2(h/u) per level, bounded; zero for personal attributes."""
        return np.log2(self.h / self.u).clip(LOWEST_BITS, HIGHEST_BITS)


@dataclass(frozen=True, slots=True)
class PairClass:
    """A further kind of pair, beside one person, one household and strangers.

    Two strangers of one town, or one person who has moved: the fields of a place agree, or fail to,
    together, which the three classes by themselves take for so many findings.
    """

    name: str
    match: bool
    """Whether its pairs are one person."""
    share: float
    """Of all pairs of records."""
    levels: tuple[Floats | None, ...]
    """By comparison; None where levels are those of the other matches, or of strangers."""

    def bits(self, comparisons: tuple[ComparisonModel, ...]) -> tuple[Floats | None, ...]:
        """log2 of each level's probability over that among strangers, bounded; by comparison.

        Comparisons that were added to a trained model have none.
        """
        return tuple(
            None if levels is None else np.log2(levels / c.u).clip(LOWEST_BITS, HIGHEST_BITS)
            for levels, c in zip_longest(self.levels, comparisons)
        )


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that scoring a pair needs, readable and storable as JSON."""

    comparisons: tuple[ComparisonModel, ...]
    match_share: float
    """λ: share of all pairs of records that are one person."""
    household_share: float
    """λ_H: share of all pairs that are two persons of one household; 0 when the class was dropped."""
    classes: tuple[PairClass, ...] = ()
    """Further kinds of pair; those of one person are part of ``match_share``."""
    rounds: int = 0
    converged: bool = True
    warnings: tuple[str, ...] = field(default=())

    @property
    def prior(self) -> float:
        """log2 odds that two random records are one person whom ``m`` describes."""
        others = sum(c.share for c in self.classes if c.match)
        return float(np.log2(self.match_share - others) - np.log2(1.0 - self.match_share))

    @property
    def match_prior(self) -> float:
        """log2 odds that two random records are one person of any kind."""
        return float(np.log2(self.match_share) - np.log2(1.0 - self.match_share))

    @property
    def household_prior(self) -> float:
        """log2 λ_H, minus infinity without the class."""
        return float(np.log2(self.household_share)) if self.household_share > 0 else float("-inf")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, levels with their probabilities and evidence in bits."""
        return {
            "format": FORMAT,
            "match_share": self.match_share,
            "household_share": self.household_share,
            "prior_bits": self.prior,
            "rounds": self.rounds,
            "converged": self.converged,
            "warnings": list(self.warnings),
            "classes": [
                {
                    "name": c.name,
                    "match": c.match,
                    "share": c.share,
                    "levels": [None if levels is None else levels.tolist() for levels in c.levels],
                }
                for c in self.classes
            ],
            "comparisons": [
                {
                    "name": c.name,
                    "shared": c.shared,
                    "kin": c.kin,
                    "levels": [
                        {
                            "level": c.level_names[i],
                            "m": float(c.m[i]),
                            "u": float(c.u[i]),
                            "h": float(c.h[i]),
                            "bits": float(c.match_bits()[i]),
                            "frequency_weight": c.frequency_weights[i],
                        }
                        for i in range(len(c.level_names))
                    ],
                }
                for c in self.comparisons
            ],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Model:
        """The model that :meth:`to_dict` wrote.

        Raises:
            LinkageError: The form is another version's, or parts are missing.
        """
        if stored.get("format") != FORMAT:
            raise LinkageError("saved by another version", where="model", hint="train it again")
        try:
            comparisons = tuple(_comparison(one) for one in stored["comparisons"])
            return cls(
                comparisons,
                float(stored["match_share"]),
                float(stored["household_share"]),
                tuple(_pair_class(one) for one in stored.get("classes", [])),
                rounds=int(stored["rounds"]),
                converged=bool(stored["converged"]),
                warnings=tuple(stored["warnings"]),
            )
        except (KeyError, TypeError) as error:
            raise LinkageError(f"part missing: {error}", where="model", hint="train it again") from error


def _pair_class(stored: Mapping[str, Any]) -> PairClass:
    levels = tuple(None if one is None else np.array(one, dtype=np.float64) for one in stored["levels"])
    return PairClass(stored["name"], bool(stored["match"]), float(stored["share"]), levels)


def _comparison(stored: Mapping[str, Any]) -> ComparisonModel:
    levels = stored["levels"]
    return ComparisonModel(
        stored["name"],
        stored["shared"],
        tuple(level["level"] for level in levels),
        tuple(level["frequency_weight"] for level in levels),
        np.array([level["m"] for level in levels], dtype=np.float64),
        np.array([level["u"] for level in levels], dtype=np.float64),
        np.array([level["h"] for level in levels], dtype=np.float64),
        float(stored.get("kin", 0.0)),
    )
