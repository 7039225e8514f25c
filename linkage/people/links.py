"""How sure each mention's place in its entity is: against which record, with what weight."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.clustering import ScoredPairs
from linkage.comparison import NULL_LEVEL
from linkage.people.judged import JUDGED_WEIGHT
from linkage.people.mentions import Mentions
from linkage.people.registered import Owners
from linkage.weights import PairScorer, probabilities

Ints = npt.NDArray[np.int64]

KEPT_FROM = -10.0
"""Match weight in bits from which a pair is kept for explanations."""


def anchor_links(mentions: Mentions, owners: Owners, scored: Sequence[ScoredPairs], cluster: Ints) -> pa.Table:
    """The record of its entity that each mention agrees with best, with weight and probability.

    That is the registered person where there is one. A registered person, and a mention that is alone,
    stands for itself: weight 0, probability 1.
    """
    n = len(mentions)
    anchor, best = owners.person.copy(), owners.weight.copy()
    free = (owners.person < 0) & ~mentions.registered
    for one in scored:
        inside = (cluster[one.left] == cluster[one.right]) & free[one.left] & free[one.right]
        left, right, weights = one.left[inside], one.right[inside], one.weights[inside]
        rows, others, weights = np.append(left, right), np.append(right, left), np.append(weights, weights)
        order = np.lexsort((-others, weights))
        anchor[rows[order]] = others[order]
        best[rows[order]] = weights[order]
    stated = owners.judged.rows.same
    joined = cluster[stated.left] == cluster[stated.right]
    owners.judged.attest(anchor, best, joined & free[stated.left] & free[stated.right])
    alone = (np.bincount(cluster, minlength=n)[cluster] == 1) | mentions.registered
    anchor, best = np.where(alone, -1, anchor), np.where(alone, 0.0, np.minimum(best, JUDGED_WEIGHT))
    ids = mentions.record_ids
    return pa.table(
        {
            "record_id": ids,
            "anchor_id": ids.take(pa.array(anchor, mask=anchor < 0)),
            "match_weight": best,
            "probability": np.where(alone, 1.0, probabilities(best)),
        }
    )


def pairs_table(ids: pa.Array, stage: str, scorer: PairScorer, scored: ScoredPairs) -> pa.Table:
    """Scored pairs with levels and bits per comparison, for explanations."""
    kept = np.flatnonzero(scored.weights >= KEPT_FROM)
    agreements = scored.agreements[kept]
    evidence = scorer.evidence(agreements)
    names = [c.name for c in scorer.comparisons]
    levels = [pa.array(c, pa.uint8(), mask=c == NULL_LEVEL) for c in agreements.levels.T]
    bits = [pa.array(evidence.match[:, k]) for k in range(len(names))]
    weights = scored.weights[kept]
    return pa.table(
        {
            "stage": pa.array([stage] * len(kept), pa.string()),
            "left": ids.take(pa.array(scored.left[kept])),
            "right": ids.take(pa.array(scored.right[kept])),
            "match_weight": weights,
            "probability": probabilities(weights),
            "levels": pa.StructArray.from_arrays(levels, names=names),
            "evidence": pa.StructArray.from_arrays(bits, names=names),
        }
    )
