"""What the sizes of clusters say about further merges: a size prior, used once and as far as there are sizes.

Where a person has ten records, a record that may belong to a cluster of nine is likelier to than one of
two records that may belong together: the share of pairs alone, which is the prior of a merge otherwise,
knows nothing of that. The sizes found without the prior stand for the true ones. Where nearly every record
is alone, the few clusters are in good part mistakes, and say little: so the prior counts in proportion to the
records that have found another. Nor does it count where pairs promise many more matches than clusters hold:
those are namesakes, alike pair by pair, who fit no cluster and should get no help. Iterated, it would confirm
whatever it had merged.
"""

from __future__ import annotations

from math import lgamma, log

import numpy as np

from linkage.clustering.slots import Floats, Integers

MOST_SIZE = 256
"""Sizes from which all are alike."""
_SPREAD = 0.25
"""Standard deviation of the smoothing of sizes, in natural logarithms."""
_PSEUDO = 0.5
"""Clusters added to each size, divided by its square."""
_MOST_PROMISED = 0.2
"""Expected matches beyond those found, over those found, from which sizes say nothing any more."""


def _shares(counts: Floats, longest: int) -> Floats:
    """Smoothed share of each size of cluster up to ``longest``; single records as they were counted."""
    sizes = np.arange(1, longest + 1, dtype=np.float64)
    smooth = np.zeros(longest)
    for size in np.flatnonzero(counts[2:]) + 2:
        kernel = np.exp(-0.5 * ((np.log(sizes) - np.log(size)) / _SPREAD) ** 2)
        kernel[0] = 0.0
        smooth += counts[size] * kernel / kernel.sum()
    smooth += _PSEUDO / sizes**2
    smooth[0] = max(counts[1], 1.0)
    return np.asarray(smooth / smooth.sum())


def trust(expected: float, found: float) -> float:
    """How far the sizes found count, by the matches that the pairs let expect and those within clusters.

    >>> trust(90.0, 100.0), round(trust(110.0, 100.0), 3), trust(130.0, 100.0)
    (1.0, 0.5, 0.0)
    """
    return min(max(1.0 - (expected / max(found, 1.0) - 1.0) / _MOST_PROMISED, 0.0), 1.0)


def size_prior(cluster: Integers, prior: float, *, trusted: float = 1.0) -> Floats:
    """Bits to add to the height of a merge of two clusters, by their sizes.

    With K clusters, of which a share κ_n has n records, the odds that one more record belongs to a
    cluster of b are (b + 1) κ_{b+1} / (κ_b κ_1 K), and that clusters of a and b records are one person
    C(a + b, a) κ_{a+b} / (κ_a κ_b K). The lower of the two counts, the first for the larger cluster.

    Args:
        cluster: Label of each record's cluster in a clustering without the prior.
        prior: log2 odds that two random records are one person.
        trusted: How far the sizes count, see :func:`trust`.

    Returns:
        Shape (sizes + 1, sizes + 1); sizes beyond the last stand in the last row and column.
    """
    sizes = np.bincount(np.bincount(cluster))
    longest = 2 * min(2 * (len(sizes) - 1), MOST_SIZE)
    clusters = float(sizes[1:].sum())
    counts = np.append(sizes.astype(np.float64), np.zeros(max(longest + 1 - len(sizes), 0)))[: longest + 1]
    share = np.concatenate(([np.nan], np.log2(_shares(counts, longest))))
    most = longest // 2
    one = np.arange(1, most + 1)
    ways = np.array([lgamma(n + 1) / log(2.0) for n in range(longest + 1)])
    join = np.log2(one + 1) + share[one + 1] - share[one] - share[1] - np.log2(clusters)
    both = one[:, None] + one[None, :]
    apart = (ways[one] + share[one])[:, None] + (ways[one] + share[one])[None, :]
    full = ways[both] + share[both] - apart
    larger = np.maximum.outer(one, one) - 1
    table = np.minimum(join[larger], full - np.log2(clusters))
    together = trusted * (1.0 - float(sizes[1]) / len(cluster))
    bits = np.zeros((most + 1, most + 1))
    # What would be larger than anything found gets no help: few things are less likely twice over.
    bits[1:, 1:] = together * np.where(both >= len(sizes), np.minimum(table - prior, 0.0), table - prior)
    return bits
