"""Settings of a linkage: one default for every file."""

from __future__ import annotations

from dataclasses import dataclass

from linkage.parallel import usable_cores
from linkage.weights import Model


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Settings of a linkage; the defaults hold for every file."""

    seed: int = 1
    """Seed of the random pairs, and of the sample of records that rules are chosen on."""
    cut: float = 0.0
    """log2 odds from which two clusters are one person."""
    floor: float = -6.0
    """Match weight from which a pair is listed, and brings clusters into touch."""
    by_size: bool = True
    """Whether the sizes of the clusters found at first say how likely further merges are. Off, fewer records
    are joined: where a false merge costs more than a missed one."""
    one_per_source: bool = False
    """Whether each source holds a person once, so that no two of its records are joined."""
    block_cap: int = 200
    """Largest block whose pairs are all compared; larger ones are split."""
    rule_budget: float = 20.0
    """Pairs per record that one blocking rule may make."""
    blocking_budget: float = 15.0
    """Pairs per record that all rules may make together, overlaps counted twice."""
    free_pairs: int = 5_000_000
    """Pairs that all rules may make together in any case: a small file can afford wide rules."""
    all_pairs_up_to: int = 1_000_000
    """Where there are no more pairs than this, all are compared and nothing is blocked."""
    sampled_above: int = 100_000
    """Records above which rules are chosen, and the model is trained, on a sample of the records."""
    sampled_records: int = 8192
    """Records of that sample; each brings its pairs with all others."""
    sampled_budget: float = 4.0
    """Pairs per record that a rule may make to be considered there."""
    random_pairs: int = 1_000_000
    """Pairs drawn to learn how strangers agree."""
    sampled_random_pairs: int = 400_000
    """Pairs drawn there instead."""
    threads: int = 0
    """Pieces of work done at once, 0 for as many as there are cores; no result depends on it."""
    model: Model | None = None
    """A trained model to use instead of training one."""

    @property
    def at_once(self) -> int:
        """Pieces of work done at once."""
        return self.threads or usable_cores()
