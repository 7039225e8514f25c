"""Which pairs of records are compared, and the model that judges them.

A small table affords wide blocking rules: their pairs are all compared, and the model is trained on
them. In a large one most pairs of wide rules are compared for nothing. There the model is trained on the
pairs of a random sample of the records under every rule that could serve, and with it the few rules are
chosen that find nearly all of the matches with a fraction of the pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from linkage.blocking import (
    CandidatePairs,
    LostMatches,
    Option,
    Worth,
    all_pairs,
    candidate_pairs,
    choose_options,
    grouped_options,
    key_ladders,
    lost_beyond,
    lost_matches,
    propose_rules,
    sample_options,
)
from linkage.comparison import Agreements, Comparison, Index, Levels, compare_all
from linkage.errors import LinkageError
from linkage.settings import LinkSettings
from linkage.standardise import Fields
from linkage.weights import Estimation, Model, PairKnowledge, PairScorer, estimate, probabilities, random_pairs
from linkage.weights.model import Floats
from linkage.weights.refine import differing, refine
from linkage.weights.score import Flags


@dataclass(frozen=True, slots=True)
class Candidates:
    """Compared candidate pairs with the model that weighs them."""

    pairs: CandidatePairs
    agreements: Agreements
    weights: Floats
    scorer: PairScorer
    lost: LostMatches


class Found(Protocol):
    """Candidate pairs, or a sample of them."""

    def contain(self, left: Index, right: Index) -> Flags:
        """Which of any pairs are candidates."""


Trained = Callable[[Found, Agreements, float], Model]
"""A model from candidates as compared, and the share of all pairs of records that they were sampled from."""


def compared_candidates(
    fields: Fields,
    comparisons: Sequence[Comparison],
    settings: LinkSettings,
    *,
    saved: Model | None = None,
    report: Callable[[str], None] = lambda text: None,
) -> Candidates:
    """Find and compare candidate pairs, with a saved model or one trained on them."""
    n = len(fields)

    def trained(found: Found, compared: Agreements, share: float) -> Model:
        report("weighing evidence")
        return saved or _train(comparisons, (found, compared, share), n=n, settings=settings)

    if n > settings.sampled_above and n * (n - 1) // 2 > settings.all_pairs_up_to:
        return _from_sample(fields, comparisons, settings, trained, report)
    pairs = _wide_pairs(fields, settings)
    report(f"comparing {len(pairs):,} pairs")
    agreements = compare_all(comparisons, pairs.left, pairs.right, threads=settings.at_once)
    scorer = PairScorer(comparisons, trained(pairs, agreements, 1.0))
    weights = scorer.weigh(agreements)
    return Candidates(pairs, agreements, weights, scorer, lost_matches(pairs, probabilities(weights)))


def _wide_pairs(fields: Fields, settings: LinkSettings) -> CandidatePairs:
    n = len(fields)
    if n * (n - 1) // 2 <= settings.all_pairs_up_to:
        return all_pairs(n)
    total = max(settings.blocking_budget, settings.free_pairs / n)
    rules = propose_rules(fields, cap=settings.block_cap, budget=settings.rule_budget, total=total)
    return candidate_pairs(rules, n, cap=settings.block_cap, threads=settings.at_once)


def _from_sample(
    fields: Fields,
    comparisons: Sequence[Comparison],
    settings: LinkSettings,
    trained: Trained,
    report: Callable[[str], None],
) -> Candidates:
    """Train on the sampled pairs of all options, choose rules by what they find, compare their pairs."""
    n, threads = len(fields), settings.at_once
    ladders = key_ladders(fields, threads=threads)
    options: list[Option] = [option for group in grouped_options(ladders) for option in group]
    if not options:
        raise LinkageError("no column can bring records together", where="kinds", hint="name one of names or dates")
    draw = np.random.Generator(np.random.PCG64(settings.seed))
    records = np.sort(draw.choice(n, min(settings.sampled_records, n), replace=False)).astype(np.int64)
    sample = sample_options(options, records, cap=settings.block_cap, budget=settings.sampled_budget, threads=threads)
    report(f"comparing {len(sample.left):,} pairs of a sample")
    agreements = compare_all(comparisons, sample.left, sample.right, threads=threads)
    scorer = PairScorer(comparisons, trained(sample, agreements, sample.share))
    likely = probabilities(scorer.weigh(agreements))
    chosen = choose_options(sample, likely, records=n, worth=Worth())
    finest = [ladder[-1] for ladder in ladders]
    pairs = candidate_pairs([o.rule(finest) for o in chosen], n, cap=settings.block_cap, threads=threads)
    # Keys of every field are held no longer than they are wanted: clusters need the room.
    del agreements, options, ladders, finest
    report(f"comparing {len(pairs):,} pairs")
    found = compare_all(comparisons, pairs.left, pairs.right, threads=threads)
    weights = scorer.weigh(found)
    lost = lost_beyond(sample, likely, chosen, found=float(probabilities(weights).sum()))
    return Candidates(pairs, found, weights, scorer, lost)


def _train(
    comparisons: Sequence[Comparison], sampled: tuple[Found, Agreements, float], *, n: int, settings: LinkSettings
) -> Model:
    """Estimate the model from compared candidates and a fresh sample of random pairs."""
    found, compared, share = sampled
    every_pair = n * (n - 1) // 2
    if len(compared) == every_pair <= settings.random_pairs:
        everywhere = PairKnowledge(np.ones(every_pair, dtype=np.bool_))
        return _believed(comparisons, compared, compared.levels, n=n, known=everywhere)
    drawn = settings.random_pairs if share == 1.0 else settings.sampled_random_pairs
    left, right = random_pairs(n, drawn, seed=settings.seed)
    # Their order says nothing; in that of the records, half of what is read stands side by side.
    order = np.argsort(left, kind="stable")
    left, right = left[order], right[order]
    strangers = compare_all(comparisons, left, right, threads=settings.at_once).levels
    known = PairKnowledge(found.contain(left, right), share)
    return _believed(comparisons, compared, strangers, n=n, known=known)


def _believed(
    comparisons: Sequence[Comparison], compared: Agreements, strangers: Levels, *, n: int, known: PairKnowledge
) -> Model:
    """The model, fitted again within bounds where its matches mostly differ in what is a person's own.

    Where there are few true matches or none, the class of matches drifts to what there is more of: namesakes
    of one sex, or the members of a household.
    """
    model = estimate(comparisons, compared.levels, strangers, n=n, known=known)
    all_pairs = known.share * (n * (n - 1) // 2)
    fitted = refine(comparisons, model, compared, records=n, all_pairs=all_pairs)
    drifted = differing(comparisons, fitted)
    if not drifted:
        return fitted
    bounds = Estimation(bounded=True)
    held = estimate(comparisons, compared.levels, strangers, n=n, known=known, bounds=bounds)
    said = f"few matches, if any: at first they were pairs that mostly differ in {', '.join(drifted)}"
    return replace(held, warnings=(*held.warnings, said))
