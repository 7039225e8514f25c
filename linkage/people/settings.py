"""What a resolution of mentions is told: seed, sample sizes and the cut."""

from __future__ import annotations

from dataclasses import dataclass

from linkage.people.blocking import CAP


@dataclass(frozen=True, slots=True)
class PeopleSettings:
    """Settings of a resolution; a false link costs more than a missed one, so the cut lies above even odds."""

    seed: int = 1
    random_pairs: int = 2_000_000
    """Pairs drawn to learn how strangers agree."""
    cap: int = CAP
    floor: float = -6.0
    """Match weight in bits from which a pair brings clusters into touch."""
    cut: float = 2.0
    """log2 odds from which two are one person: 4 to 1, because a false link is held four times worse."""
    kin: bool = True
    """Whether the other parties of an incident, and who belongs to them, are evidence of who a party is."""
    entries: bool = True
    """Whether the time between two entries of one day, and the moves people make, are evidence between them."""
    rarity: bool = True
    """Whether the free pass is fitted once more with the rarity of each pair's values, full names among them."""
