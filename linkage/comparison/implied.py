"""Comparison of an attribute that another one implies, which must not count twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.comparison.protocol import NULL_LEVEL, Agreement, Comparison, Index
from linkage.comparison.vocabulary import Codes

IMPLIED = 2
"""Level of pairs in which the other attribute agrees: never any evidence, and counted as agreement."""
SIMILAR = 3
"""Level of mailbox names that are merely alike."""
NEARLY = 1
"""Level down to which surnames are one name, perhaps mistyped."""


@dataclass(frozen=True, slots=True)
class _Dependent:
    """An attribute whose agreement follows, for one part, from that of another."""

    attribute: Comparison

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.attribute.name

    @property
    def shared(self) -> bool:
        """Whether a household can share the attribute."""
        return self.attribute.shared

    @property
    def level_names(self) -> tuple[str, ...]:
        """The attribute's levels."""
        return self.attribute.level_names

    @property
    def frequency_weights(self) -> tuple[float, ...]:
        """The attribute's weights of rarity."""
        return self.attribute.frequency_weights

    @property
    def conflicts(self) -> frozenset[int]:
        """The attribute's conflicts."""
        return self.attribute.conflicts


@dataclass(frozen=True, slots=True)
class ImpliedComparison(_Dependent):
    """A comparison that is no evidence where the values that imply it are equal: Anna and Anna are of one sex."""

    implying: Codes
    """Code of the implying value of each record, -1 for none."""

    @property
    def level_names(self) -> tuple[str, ...]:
        """The attribute's levels, with one for what is implied in a place that it has to spare."""
        names = self.attribute.level_names
        return (*names[:IMPLIED], "implied", *names[IMPLIED + 1 :])

    def compare(self, left: Index, right: Index) -> Agreement:
        """The attribute's agreement, implied where the implying values are equal."""
        found = self.attribute.compare(left, right)
        one = self.implying[left]
        implied = (one >= 0) & (one == self.implying[right]) & (found.levels != NULL_LEVEL)
        found.levels[implied] = IMPLIED
        return found


@dataclass(frozen=True, slots=True)
class NamedComparison(_Dependent):
    """Mailboxes named after their owners: those of two persons of one surname look alike, which proves nothing."""

    names: Comparison
    """The surnames."""

    def compare(self, left: Index, right: Index) -> Agreement:
        """The attribute's agreement, null where it is mere likeness and the names are alike too."""
        found = self.attribute.compare(left, right)
        alike = np.flatnonzero(found.levels == SIMILAR)
        named = self.names.compare(left[alike], right[alike]).levels
        found.levels[alike[named <= NEARLY]] = NULL_LEVEL
        return found
