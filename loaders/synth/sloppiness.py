"""Errors that come together: a latent sloppiness per clerk and per record behind every single slip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loaders.synth.error_rates import ERROR_SHARED_BY_CLERK, ERROR_SHARED_BY_RECORD
from loaders.synth.sampling import Bools, Ints, Reals, Rng


def realised(hits: Bools, among: Bools) -> float:
    """The share of ``among`` that was hit; 0 where there is nothing to hit.

    >>> realised(np.array([True, False]), np.array([True, True])), realised(np.array([]), np.array([]))
    (0.5, 0.0)
    """
    return float(hits.sum() / max(1, among.sum()))


@dataclass(frozen=True, slots=True)
class Sloppiness:
    """How sloppy each mention's surroundings are: standard normal scores of clerk and record, weighted."""

    shared: Reals
    """One score per mention; its variance is the shared part of the whole."""
    rng: Rng

    def hits(self, rate: float, among: Bools) -> Bools:
        """Mentions that an error befalls: exactly the share ``rate`` of those in ``among``, the sloppiest first.

        The score of each is the shared one plus its own, so that errors of one report come together
        (a Gaussian copula), while the share in the whole is the published one.
        """
        rows = np.flatnonzero(among)
        own = np.sqrt(1.0 - ERROR_SHARED_BY_CLERK - ERROR_SHARED_BY_RECORD)
        score = self.shared[rows] + own * self.rng.standard_normal(len(rows))
        count = int(np.floor(rate * len(rows) + self.rng.random()))
        result = np.zeros(len(among), dtype=bool)
        result[rows[np.argsort(-score, kind="stable")[:count]]] = True
        return result


def draw_sloppiness(clerk: Ints, record: Ints, rng: Rng) -> Sloppiness:
    """Scores for mentions written by these clerks in these records (numbers from 0)."""
    clerks = rng.standard_normal(int(clerk.max(initial=0)) + 1)
    records = rng.standard_normal(int(record.max(initial=0)) + 1)
    shared = np.sqrt(ERROR_SHARED_BY_CLERK) * clerks[clerk] + np.sqrt(ERROR_SHARED_BY_RECORD) * records[record]
    return Sloppiness(shared, rng)
