"""What the sizes of clusters say about further merges: a size prior, used once and as far as there are sizes.

Where a person has ten records, a record that may belong to a cluster of nine is likelier to than one of
two records that may belong together: the share of pairs alone, which is the prior of a merge otherwise,
knows nothing of that. The sizes found without the prior stand for the true ones. Where nearly every record
is alone, the few clusters are in good part mistakes, and say little: so the prior counts in proportion to the
records that have found another. Iterated, it would confirm whatever it had merged.
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


def size_prior(cluster: Integers, prior: float) -> Floats:
    """Bits to add to the height of a merge of two clusters, by their sizes.

    With K clusters, of which a share κ_n has n records, the odds that one more record belongs to a
    cluster of b are (b + 1) κ_{b+1} / (κ_b κ_1 K), and that clusters of a and b records are one person
    C(a + b, a) κ_{a+b} / (κ_a κ_b K). The lower of the two counts, the first for the larger cluster.

    Args:
        cluster: Label of each record's cluster in a clustering without the prior.
        prior: log2 odds that two random records are one person.

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
    together = 1.0 - float(sizes[1]) / len(cluster)
    bits = np.zeros((most + 1, most + 1))
    # What would be larger than anything found gets no help: few things are less likely twice over.
    bits[1:, 1:] = together * np.where(both >= len(sizes), np.minimum(table - prior, 0.0), table - prior)
    return bits
