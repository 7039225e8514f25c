"""The passes of a resolution: candidate pairs compared, and weighed by a model of their own.

The *registered* pass has pairs of a mention and a registered person, the *free* pass pairs of two
mentions of which neither is registered. Each has a model of its own, because a stay of years and an
address of one day do not agree in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.blocking import CandidatePairs, RuleCount
from linkage.clustering import ScoredPairs
from linkage.comparison import Agreements, Comparison, Index, compare_all
from linkage.parallel import usable_cores
from linkage.people.blocking import PeopleKeys, narrow_rules, wide_rules
from linkage.people.competition import bounded_odds, find_competition, joined, with_competition
from linkage.people.entries import entry_comparisons
from linkage.people.full_names import full_names
from linkage.people.judged import JudgedPeople
from linkage.people.links import KEPT_FROM
from linkage.people.mentions import Mentions
from linkage.people.pairing import DRAWN, MENTION, PERSON, WHOLE, drawn, pairs_across, pairs_within
from linkage.people.refit import refit
from linkage.people.settings import PeopleSettings
from linkage.weights import PairScorer, estimate, random_pairs

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

REGISTERED, FREE = "registered", "free"
"""The two passes; models and pairs bear their names."""

BEYOND_DOUBT = 10.0
"""Bits by which the best registered person must lead all others and nobody, a thousand to one, for the wide search to
be spared."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The scored pairs of one pass and what scored them."""

    name: str
    scorer: PairScorer
    scored: ScoredPairs
    counts: tuple[RuleCount, ...] = ()
    """What each blocking rule brought."""


def scorers_of(passes: Sequence[Pass]) -> tuple[PairScorer | None, PairScorer | None]:
    """What scores pairs with one registered person and pairs with none; None where that pass was not made."""
    made = {one.name: one.scorer for one in passes}
    return made.get(REGISTERED), made.get(FREE)


def registered_pass(
    mentions: Mentions,
    comparisons: tuple[Comparison, ...],
    keys: PeopleKeys,
    *,
    settings: PeopleSettings,
    judged: JudgedPeople,
) -> Pass | None:
    """Pairs of a mention and a registered person, with what the other registered persons offer.

    The narrow rules come first. A mention that they leave no doubt about (:data:`BEYOND_DOUBT`) is not
    looked for among its namesakes. None where no mention shares a key with any registered person.
    """
    side = np.where(mentions.registered, PERSON, MENTION).astype(np.uint8)
    narrow = pairs_across(narrow_rules(keys, side), side, cap=settings.cap)
    randoms, space = _random_agreements(REGISTERED, mentions, comparisons, settings)
    near = _compared(comparisons, narrow)
    first = PairScorer(comparisons, estimate(comparisons, near.agreements.levels, randoms.levels, n=space))
    side[_settled(mentions, narrow, judged, weights=first.weigh(near.agreements))] = 0
    wide = _without(pairs_across(wide_rules(keys, side), side, cap=settings.cap), narrow)
    counts = (*narrow.counts, *wide.counts)
    if not len(narrow) + len(wide):
        return None
    all_pairs = _together(near, _compared(comparisons, wide))
    scorer = PairScorer(comparisons, estimate(comparisons, all_pairs.agreements.levels, randoms.levels, n=space))
    scored = _kept(all_pairs, scorer)
    competition = find_competition(mentions, scored.left, scored.right, scored.weights, judged=judged)
    contested = joined(scored.agreements, competition.compare(scored.left, scored.right))
    scorer = PairScorer((*comparisons, competition), with_competition(scorer.model))
    weights = scorer.weigh(contested)
    return Pass(REGISTERED, scorer, ScoredPairs(scored.left, scored.right, contested, weights), counts)


def free_pass(
    mentions: Mentions,
    comparisons: tuple[Comparison, ...],
    keys: PeopleKeys,
    *,
    settings: PeopleSettings,
    rest: Flags,
) -> Pass | None:
    """Pairs of two mentions in `rest`, by a model of the pairs of any two unregistered mentions.

    Of the pairs with a mention that has a registered person only so many are drawn as the model needs:
    it stays the model of all of them. None where no two unregistered mentions share a key.
    """
    more = entry_comparisons(mentions) if settings.entries else ()
    comparisons = (*comparisons, *more, *(full_names(mentions) if settings.rarity else ()))
    side = np.where(mentions.registered, 0, np.where(rest, WHOLE, DRAWN)).astype(np.uint8)
    rules = [*narrow_rules(keys, side), *wide_rules(keys, side)]
    pairs, every = pairs_within(rules, side, cap=settings.cap, most=settings.random_pairs, seed=settings.seed)
    if not len(pairs):
        return None
    randoms, space = _random_agreements(FREE, mentions, comparisons, settings)
    compared = _compared(comparisons, pairs)
    taught = drawn(pairs.left, pairs.right, every=every, seed=settings.seed)
    levels = compared.agreements.levels[taught]
    spaces = space * (space - 1) // 2 // every
    model = estimate(comparisons, levels, randoms.levels, n=_records(spaces))
    if settings.rarity:
        model = refit(comparisons, model, compared.agreements[taught], all_pairs=float(max(spaces, 1)))
    scorer = PairScorer(comparisons, model)
    inside = np.flatnonzero(rest[pairs.left] & rest[pairs.right])
    return Pass(FREE, scorer, _kept(compared.take(inside), scorer), pairs.counts)


@dataclass(frozen=True, slots=True)
class _Compared:
    """Candidate pairs and how they agree."""

    left: Index
    right: Index
    agreements: Agreements

    def take(self, rows: Index) -> _Compared:
        return _Compared(self.left[rows], self.right[rows], self.agreements[rows])


def _compared(comparisons: tuple[Comparison, ...], pairs: CandidatePairs) -> _Compared:
    return _Compared(pairs.left, pairs.right, compare_all(comparisons, pairs.left, pairs.right, threads=usable_cores()))


def _together(one: _Compared, other: _Compared) -> _Compared:
    levels = np.concatenate([one.agreements.levels, other.agreements.levels])
    rarity = np.concatenate([one.agreements.rarity, other.agreements.rarity])
    return _Compared(np.append(one.left, other.left), np.append(one.right, other.right), Agreements(levels, rarity))


def _without(pairs: CandidatePairs, others: CandidatePairs) -> CandidatePairs:
    """The pairs that are not among `others`; both ascending."""
    packed, known = ((p.left << 32) | p.right for p in (pairs, others))
    new = np.ones(len(packed), np.bool_)
    if len(known):
        new = known[np.minimum(np.searchsorted(known, packed), len(known) - 1)] != packed
    return CandidatePairs(pairs.left[new], pairs.right[new], pairs.rule[new], pairs.counts)


def _settled(mentions: Mentions, pairs: CandidatePairs, judged: JudgedPeople, *, weights: Floats) -> Flags:
    """Mentions whose best registered person stands far above the chance that it is any other of them, or nobody."""
    turned = mentions.registered[pairs.left]
    mention, person = np.where(turned, pairs.right, pairs.left), np.where(turned, pairs.left, pairs.right)
    odds = bounded_odds(weights)
    odds[judged.rows.forbids(mention, person)] = 0.0
    total = np.bincount(mention, weights=odds, minlength=len(mentions))
    best = np.zeros(len(mentions))
    np.maximum.at(best, mention, odds)
    return np.asarray(best > 2.0**BEYOND_DOUBT * (1.0 + total - best))


def _kept(pairs: _Compared, scorer: PairScorer) -> ScoredPairs:
    """Weighed pairs in ascending order; hopeless ones have taught the model, and nothing later asks for them."""
    weights = scorer.weigh(pairs.agreements)
    kept = np.flatnonzero(weights >= KEPT_FROM)
    kept = kept[np.lexsort((pairs.right[kept], pairs.left[kept]))]
    found = pairs.take(kept)
    return ScoredPairs(found.left, found.right, found.agreements, weights[kept])


def _random_agreements(
    name: str, mentions: Mentions, comparisons: tuple[Comparison, ...], settings: PeopleSettings
) -> tuple[Agreements, int]:
    """How random pairs agree, and how many records would make as many pairs as the pass has to choose from."""
    left, right, space = _random_pairs(name, mentions, settings)
    return compare_all(comparisons, left, right, threads=usable_cores()), space


def _records(pairs: int) -> int:
    """How many records make so many pairs."""
    return max(2, round((1 + math.sqrt(1 + 8 * pairs)) / 2))


def _random_pairs(name: str, mentions: Mentions, settings: PeopleSettings) -> tuple[Index, Index, int]:
    """Random pairs of the kind that the pass compares, and how many records would make as many pairs."""
    free, registered = np.flatnonzero(~mentions.registered), np.flatnonzero(mentions.registered)
    if name == FREE:
        left, right = random_pairs(len(free), settings.random_pairs, seed=settings.seed)
        return free[left], free[right], len(free)
    draw = np.random.Generator(np.random.PCG64(settings.seed))
    space = len(free) * len(registered)
    size = min(settings.random_pairs, 4 * space)
    left = free[draw.integers(0, len(free), size)]
    right = registered[draw.integers(0, len(registered), size)]
    return left, right, _records(space)
