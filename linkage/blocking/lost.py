"""How many matches all blocking rules together lost, estimated from how often they found the others.

Each rule is taken for a separate attempt to catch a match, as in the counting of animals. Matches caught
by one rule only tell how many there must be that none caught: Chao's estimator (1987, Biometrics 43),
(t - 1) / t · f1 (f1 - 1) / 2 (f2 + 1), where f1 and f2 are the matches found by exactly one and two of t
rules. It allows for matches that are harder to find than others, and is then a lower bound. Nobody
knows which pairs are matches, so each counts with its probability.

Rules that were chosen to complement each other find few matches twice, which would make the estimate far
too high. Where rules were chosen on a sample, what the sample holds beyond them is counted instead, and
only what no option found is estimated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.blocking.options import Option
from linkage.blocking.pairs import CandidatePairs
from linkage.blocking.sample import OptionSample

ASSUMPTION = "rules find a match independently of each other; matches that are harder to find make it a lower bound"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LostMatches:
    """Expected matches among the candidates, and how many more there are likely to be."""

    found: float
    once: float
    """Found by one rule only."""
    twice: float
    rules: int = 1
    """Rules, or options of a sample, that might have found them."""
    passed_over: float = 0.0
    """Found in a sample by options that were not chosen."""

    @property
    def lost(self) -> float | None:
        """Matches that are no candidates; None where one rule, or too few found twice, cannot tell."""
        if self.rules < 2:
            return self.passed_over if self.once < 1.0 else None
        times = (self.rules - 1) / self.rules
        unseen = times * max(self.once * (self.once - 1.0), 0.0) / (2.0 * (self.twice + 1.0))
        if self.twice < 1.0 and unseen > self.found:
            return None
        return self.passed_over + unseen

    @property
    def recall(self) -> float | None:
        """Share of the matches that are among the candidates; None where it cannot be told."""
        if self.lost is None or self.found < 1.0:
            return None
        return self.found / (self.found + self.lost)


def _likely(probabilities: Floats) -> Floats:
    """Probabilities of pairs that are likelier one person than not.

    Most pairs that one rule alone found are strangers: what little chance each has would add up to more
    matches than there are, all of them found once.
    """
    return np.where(probabilities > 0.5, probabilities, 0.0)


def lost_matches(pairs: CandidatePairs, probabilities: Floats) -> LostMatches:
    """Estimate the matches that no rule found.

    Args:
        pairs: Candidates, with the number of rules that found each; where all pairs are candidates
            nothing is lost.
        probabilities: Of each pair, that it is one person.

    >>> from linkage.blocking import BlockingRule, candidate_pairs, code_keys
    >>> codes = {"name": [1, 1, 1, 2, 2], "phone": [1, 1, 2, 3, 2]}
    >>> rules = [BlockingRule(name, code_keys(np.array(row))) for name, row in codes.items()]
    >>> lost_matches(candidate_pairs(rules, 5, cap=9), np.ones(5)).lost
    1.5
    """
    found, probabilities = float(probabilities.sum()), _likely(probabilities)
    if pairs.times is None or [count.name for count in pairs.counts] == ["all pairs"]:
        return LostMatches(found, 0.0, 0.0)
    once, twice = (float(probabilities[pairs.times == times].sum()) for times in (1, 2))
    return LostMatches(found, once, twice, len(pairs.counts))


def lost_beyond(sample: OptionSample, probabilities: Floats, chosen: Iterable[Option], *, found: float) -> LostMatches:
    """Estimate the matches that chosen options do not find, from a sample of what all find.

    Args:
        sample: Sampled pairs of every option.
        probabilities: Of each sampled pair, that it is one person.
        chosen: Options whose pairs are the candidates.
        found: Expected matches among the candidates.
    """
    size, probabilities = len(probabilities), _likely(probabilities)
    taken = {id(option) for option in chosen}
    covered = np.zeros(size, dtype=np.bool_)
    times = np.zeros(size, dtype=np.int64)
    for option, pairs in zip(sample.options, sample.found, strict=True):
        times[pairs] += 1
        if id(option) in taken:
            covered[pairs] = True
    once, twice, over = (float(probabilities[some].sum()) / sample.share for some in (times == 1, times == 2, ~covered))
    return LostMatches(found, once, twice, len(sample.options), over)
