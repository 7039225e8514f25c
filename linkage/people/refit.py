"""The model of a pass fitted once more, with the rarity of each value in every pair's odds.

Estimation by patterns cannot tell a rare name from a common one: where names are most of the evidence,
every pair of two Hans Hansens counts as a match, there seem to be more matches than there are, and what
else matches have in common (time, place) is blurred by namesakes. So the rounds of expectation
maximisation go on here over the pairs themselves, each with its own term frequencies; *u* stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from linkage.comparison import Agreements, Comparison
from linkage.weights import Model

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ROUNDS = 25
_STILL = 1e-3
"""Relative change of the expected number of matches at which it has converged."""
_HOPELESS = -12.0
"""Match weight in bits below which a pair is left out: together such pairs weigh nothing."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What a round reads: the pattern of each pair and the bits that its values' rarity adds."""

    pattern: Ints
    levels: npt.NDArray[np.uint8]
    """Shape (patterns, comparisons); null is the last level."""
    match: Floats
    household: Floats


def refit(comparisons: Sequence[Comparison], model: Model, agreements: Agreements, *, all_pairs: float) -> Model:
    """The model with shares and *m*, *h* fitted to pairs weighed with term frequencies.

    Args:
        comparisons: In the order of the agreements' columns.
        model: Fitted by patterns; the start, and a weak prior of the levels.
        agreements: Of the candidate pairs that teach.
        all_pairs: Pairs of which those are all that can be one person.

    Returns:
        The fitted model; the same one where it has further classes, which this does not know how to fit.
    """
    if model.classes:
        return model
    pairs = _read(comparisons, model, agreements)
    now = model
    for _ in range(_ROUNDS):
        weights, household = _weights(pairs, now)
        matched = 1.0 / (1.0 + np.exp2(-weights))
        housed = (1.0 - matched) / (1.0 + np.exp2(-household))
        after = _fitted(model, pairs, (matched, housed), all_pairs)
        still = abs(after.match_share / now.match_share - 1.0) < _STILL
        now = after
        if still:
            break
    return now


def _read(comparisons: Sequence[Comparison], model: Model, agreements: Agreements) -> _Pairs:
    match, household = np.zeros(len(agreements)), np.zeros(len(agreements))
    code = np.zeros(len(agreements), np.int64)
    sizes = [len(c.level_names) + 1 for c in comparisons]
    for k, comparison in enumerate(comparisons):
        levels = np.minimum(agreements.levels[:, k], sizes[k] - 1)
        code = code * sizes[k] + levels
        share = np.append(model.comparisons[k].frequency_weights, 0.0)[levels]
        rarity = agreements.rarity[:, k].astype(np.float64)
        adjust = share * np.where(np.isnan(rarity), 0.0, np.log2(model.comparisons[k].u[0]) - rarity)
        match += adjust
        if comparison.shared:
            household += adjust
    codes, pattern = _dense(code, int(np.prod(sizes)))
    places = np.stack(np.unravel_index(codes, sizes), axis=1).astype(np.uint8)
    pairs = _Pairs(pattern, places, match, household)
    kept = np.flatnonzero(_weights(pairs, model)[0] >= _HOPELESS)
    return _Pairs(pattern[kept], places, match[kept], household[kept])


def _dense(code: Ints, size: int) -> tuple[Ints, Ints]:
    """The codes that occur, and of each row the place of its code among them."""
    if size > 1 << 24:
        codes, place = np.unique(code, return_inverse=True)
        return codes, place.astype(np.int64)
    codes = np.flatnonzero(np.bincount(code, minlength=size))
    table = np.zeros(size, np.int64)
    table[codes] = np.arange(len(codes))
    return codes, table[code]


def _weights(pairs: _Pairs, model: Model) -> tuple[Floats, Floats]:
    """Match weight of each pair, and log2 odds that it is a household's if not a match."""
    match, household = np.zeros(len(pairs.levels)), np.zeros(len(pairs.levels))
    for k, one in enumerate(model.comparisons):
        match += np.append(one.match_bits(), 0.0)[pairs.levels[:, k]]
        if one.shared:
            household += np.append(one.household_bits(), 0.0)[pairs.levels[:, k]]
    shared = model.household_prior + household[pairs.pattern] + pairs.household
    return model.prior + match[pairs.pattern] + pairs.match - np.logaddexp2(0.0, shared), shared


def _fitted(model: Model, pairs: _Pairs, chances: tuple[Floats, Floats], all_pairs: float) -> Model:
    """Shares and level distributions by the pairs' chances; the model given is the weak prior."""
    matched, housed = (np.bincount(pairs.pattern, c, len(pairs.levels)).astype(np.float64) for c in chances)
    parts = []
    for k, one in enumerate(model.comparisons):
        m = _distribution(one.m, pairs.levels[:, k], matched)
        h = _distribution(one.h, pairs.levels[:, k], housed) if one.shared and model.household_share > 0 else one.h
        parts.append(replace(one, m=m, h=h))
    floor = 1.0 / (4.0 * all_pairs + 4.0)
    share = float(np.clip(matched.sum() / all_pairs, floor, 0.5))
    house = float(np.clip(housed.sum() / all_pairs, floor, 0.5)) if model.household_share > 0 else 0.0
    return replace(model, comparisons=tuple(parts), match_share=share, household_share=house)


def _distribution(prior: Floats, levels: npt.NDArray[np.uint8], weights: Floats) -> Floats:
    counts = np.bincount(levels, weights=weights, minlength=len(prior) + 1)[: len(prior)]
    total = counts + (2.0 + 0.001 * counts.sum()) * prior
    return np.asarray(total / total.sum())
