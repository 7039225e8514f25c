"""Rules chosen for what they find: most expected matches for the fewest comparisons.

A first model says how likely each sampled pair is one person. Rules are taken greedily by the matches
that no rule taken before finds, per comparison they cost, until the next would bring next to nothing;
a rule that later ones made superfluous is let go again. No label is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.blocking.options import Option
from linkage.blocking.sample import OptionSample

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a comparison is worth."""

    least_yield: float = 0.005
    """Expected matches per pair below which a rule's further pairs are not compared."""
    rule_cost: float = 0.05
    """What a rule costs beside its pairs, in pairs per record: sorting its keys."""
    most_rules: int = 40


def choose_options(sample: OptionSample, probabilities: Floats, *, records: int, worth: Worth) -> tuple[Option, ...]:
    """The options worth their cost, in the order in which they were taken.

    Args:
        sample: Sampled pairs of every option.
        probabilities: Of each sampled pair, that it is one person.
        records: Number of all records.
        worth: Where to stop.
    """
    fixed = worth.rule_cost * records * sample.share
    covered = np.zeros(len(probabilities), dtype=np.int64)
    taken: list[int] = []
    while len(taken) < worth.most_rules:
        best, rate = -1, worth.least_yield
        for number, found in enumerate(sample.found):
            fresh = found[covered[found] == 0]
            gain = float(probabilities[fresh].sum()) / (len(fresh) + fixed)
            if gain > rate:
                best, rate = number, gain
        if best < 0:
            break
        covered[sample.found[best]] += 1
        taken.append(best)
    return tuple(sample.options[number] for number in _needed(taken, sample, probabilities, worth.least_yield * fixed))


def _needed(taken: list[int], sample: OptionSample, probabilities: Floats, least: float) -> list[int]:
    """The taken options but those whose pairs the others find as well, the least useful let go first."""
    times = np.zeros(len(probabilities), dtype=np.int64)
    for number in taken:
        times[sample.found[number]] += 1
    kept = list(taken)
    while len(kept) > 1:
        alone = [float(probabilities[found[times[found] == 1]].sum()) for found in (sample.found[k] for k in kept)]
        weakest = int(np.argmin(alone))
        if alone[weakest] >= least:
            break
        times[sample.found[kept.pop(weakest)]] -= 1
    return kept
