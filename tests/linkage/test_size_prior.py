"""The sizes of clusters as a prior of further merges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from linkage.clustering.size_prior import size_prior, trust


def labels(sizes: list[int]) -> npt.NDArray[np.int64]:
    """Clusters of these sizes, each named by its smallest record."""
    starts = np.cumsum([0, *sizes[:-1]])
    return np.repeat(starts, sizes).astype(np.int64)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=60))
def test_the_prior_is_finite_and_the_same_from_both_sides(sizes: list[int]) -> None:
    bits = size_prior(labels(sizes), -10.0)
    assert np.isfinite(bits).all()
    assert np.array_equal(bits, bits.T)
    assert len(bits) > max(sizes)


def test_records_that_are_all_alone_say_nothing() -> None:
    assert not size_prior(labels([1] * 50), -10.0).any()


def test_a_record_is_likelier_to_complete_a_cluster_of_the_usual_size_than_to_overfill_it() -> None:
    cluster = labels([4] * 40 + [3] * 6 + [1] * 6)
    pairs = 40 * 6 + 6 * 3
    prior = float(np.log2(pairs / (len(cluster) * (len(cluster) - 1) / 2)))
    bits = size_prior(cluster, prior)
    assert bits[3, 1] > 1.0
    assert bits[3, 1] > bits[4, 1] + 1.0
    assert bits[3, 1] > bits[4, 4] + 1.0
    assert bits[4:, 1:].max() <= 0.0


def test_sizes_do_not_count_where_pairs_promise_many_more_matches_than_clusters_hold() -> None:
    cluster = labels([1] * 20 + [3] * 10)
    whole, half = size_prior(cluster, -10.0), size_prior(cluster, -10.0, trusted=trust(110.0, 100.0))
    assert np.allclose(half, whole / 2)
    assert not size_prior(cluster, -10.0, trusted=trust(200.0, 100.0)).any()
