"""Stated probabilities against what came true."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.calibration import (
    expectation,
    judged_reliability,
    link_reliability,
    pair_reliability,
    reliability,
    wilson,
)
from linkage.errors import LinkageError

OUTCOMES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)
PEOPLE = pa.table({"record_id": ["a", "b", "c", "d"], "person": ["1", "1", "2", "2"]})


def scored(*rows: tuple[str, str, float]) -> pa.Table:
    left, right, probability = zip(*rows, strict=True)
    return pa.table({"left": left, "right": right, "probability": probability})


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_the_share_and_stays_a_share(right: int, more: int) -> None:
    low, high = wilson(right, right + more)
    assert 0.0 <= low <= right / (right + more) <= high <= 1.0


def test_wilson_gives_the_published_figures() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, table I
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(OUTCOMES)
def test_bins_part_the_links_and_add_up(outcomes: list[tuple[float, bool]]) -> None:
    stated = np.array([p for p, _ in outcomes], dtype=np.float64)
    right = np.array([r for _, r in outcomes], dtype=np.bool_)
    found = reliability(stated, right)
    assert sum(one.observed.n for one in found.bins) == found.n == len(outcomes)
    assert sum(one.observed.right for one in found.bins) == found.right == right.sum()
    assert all(one.low <= one.stated <= one.high + 1e-12 for one in found.bins)
    assert found.sure.n == (stated >= 0.99).sum()
    assert found.expected == pytest.approx(stated.sum())


def test_true_probabilities_are_reliable_and_proud_ones_are_not() -> None:
    rng = np.random.default_rng(1)
    stated = rng.beta(0.4, 0.4, 60_000)
    honest = reliability(stated, rng.random(60_000) < stated)
    proud = reliability(stated, rng.random(60_000) < stated * 0.9)
    assert honest.error < 0.01 < proud.error
    assert sum(one.agrees for one in honest.bins) >= len(honest.bins) - 2
    assert honest.sure.share is not None
    assert honest.sure.share > 0.99


def test_pairs_without_a_label_are_passed_over() -> None:
    found = pair_reliability(scored(("a", "b", 0.9), ("a", "c", 0.8), ("a", "x", 0.7)), PEOPLE)
    assert (found.n, found.right) == (2, 1)


def test_with_entities_only_pairs_of_one_entity_are_links() -> None:
    entities = pa.table({"record_id": ["a", "b", "c", "d"], "entity_id": ["e", "e", "f", "e"]})
    pairs = scored(("a", "b", 0.9), ("a", "c", 0.8), ("b", "d", 0.7))
    found = pair_reliability(pairs, PEOPLE, entities)
    assert (found.n, found.right) == (2, 1)
    promised = expectation(pairs, entities)
    assert (promised.pairs, promised.joined) == (3, 2)
    assert promised.precision == pytest.approx(0.8)
    assert promised.recall == pytest.approx(1.6 / 2.4)


def test_a_mention_that_is_alone_is_no_link() -> None:
    links = pa.table(
        {
            "record_id": ["b", "c", "d"],
            "anchor_id": pa.array(["a", None, "a"], pa.string()),
            "probability": [0.999, 1.0, 0.6],
        }
    )
    found = link_reliability(links, PEOPLE)
    assert (found.n, found.right, found.sure.n) == (2, 1, 1)


def test_the_latest_judgement_of_a_pair_counts_in_either_order() -> None:
    pairs = scored(("a", "b", 0.9), ("c", "d", 0.8), ("a", "c", 0.1))
    judgements = pa.table(
        {
            "left": ["b", "a", "c", "a"],
            "right": ["a", "b", "d", "c"],
            "verdict": ["different", "same", "unsure", "different"],
        }
    )
    found = judged_reliability(pairs, judgements)
    assert (found.n, found.right) == (2, 1)
    assert found.to_json()["expected_right"] == 1.0


def test_nothing_at_all_is_no_error() -> None:
    empty = pa.schema([("left", pa.string()), ("right", pa.string()), ("probability", pa.float64())]).empty_table()
    entities = pa.schema([("record_id", pa.string()), ("entity_id", pa.string())]).empty_table()
    assert pair_reliability(empty, PEOPLE).sure.share is None
    assert expectation(empty, entities).precision is None


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(LinkageError, match="outside 0 to 1"):
        reliability(np.array([1.5]), np.array([True]))
    with pytest.raises(LinkageError, match="differ in length"):
        reliability(np.array([0.5]), np.array([True, False]))
