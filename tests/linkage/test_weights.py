"""Estimation recovers known classes; weights follow the formula; models survive storage."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.comparison import NULL_LEVEL, Agreement, Agreements, Index
from linkage.errors import LinkageError
from linkage.weights import ComparisonModel, Model, PairScorer, count_patterns, estimate, probabilities, random_pairs
from linkage.weights.estimate import Estimation


@dataclass(frozen=True)
class Stated:
    """A comparison whose levels are given, pair (i, j) having level ``table[i, j]``."""

    name: str
    shared: bool
    table: npt.NDArray[np.uint8]
    level_names: tuple[str, ...] = ("exact", "near", "part", "similar", "different")
    frequency_weights: tuple[float, ...] = (0.0,) * 5
    conflicts: frozenset[int] = frozenset()

    def compare(self, left: Index, right: Index) -> Agreement:
        return Agreement(self.table[left, right])


def drawn(draw: np.random.Generator, shares: list[float], size: int) -> npt.NDArray[np.uint8]:
    return draw.choice(5, size=size, p=shares).astype(np.uint8)


MATCH = [0.9, 0.05, 0.0, 0.0, 0.05]
OTHER = [0.01, 0.01, 0.01, 0.02, 0.95]


def sample(households: int) -> tuple[list[Stated], npt.NDArray[np.uint8], npt.NDArray[np.uint8], int]:
    """Levels of 2,000 matches, some household pairs and 100,000 strangers out of 2,000 records."""
    draw = np.random.Generator(np.random.PCG64(7))
    empty = np.zeros((0, 0), dtype=np.uint8)
    names = [("given", False), ("birth", False), ("surname", True), ("street", True)]
    candidates, strangers = [], []
    for _, shared in names:
        house = drawn(draw, MATCH if shared else OTHER, households)
        near = drawn(draw, OTHER, 50_000)
        candidates.append(np.concatenate([drawn(draw, MATCH, 2_000), house, near]))
        strangers.append(drawn(draw, OTHER, 300_000))
    return [Stated(n, s, empty) for n, s in names], np.stack(candidates, 1), np.stack(strangers, 1), 2_000


def test_estimation_recovers_the_matches_and_their_levels() -> None:
    comparisons, candidates, strangers, n = sample(0)
    model = estimate(comparisons, candidates, strangers, n=n)
    assert model.match_share * n * (n - 1) / 2 == pytest.approx(2_000, rel=0.05)
    assert model.converged
    for comparison in model.comparisons:
        assert comparison.m[0] == pytest.approx(0.9, abs=0.03)
        assert comparison.u[0] == pytest.approx(0.01, abs=0.005)
        for classes in (comparison.m, comparison.u, comparison.h):
            assert classes.sum() == pytest.approx(1.0)


def test_only_a_share_of_matches_that_still_moves_is_warned_of() -> None:
    comparisons, candidates, strangers, n = sample(0)
    still = estimate(comparisons, candidates, strangers, n=n, bounds=Estimation(tolerance=0.0))
    assert not still.converged
    assert not any("converge" in warning for warning in still.warnings)
    moving = estimate(comparisons, candidates, strangers, n=n, bounds=Estimation(most_rounds=1))
    assert "estimation did not converge in 1 rounds" in moving.warnings


def test_families_are_not_taken_for_persons() -> None:
    comparisons, candidates, strangers, n = sample(6_000)
    model = estimate(comparisons, candidates, strangers, n=n)
    assert model.match_share * n * (n - 1) / 2 == pytest.approx(2_000, rel=0.1)
    assert model.household_share * n * (n - 1) / 2 == pytest.approx(6_000, rel=0.25)
    assert np.array_equal(model.comparisons[0].h, model.comparisons[0].u)
    assert model.comparisons[2].h[0] > 0.8 > 0.1 > model.comparisons[2].u[0]


def test_no_household_class_where_nothing_can_be_shared() -> None:
    comparisons, candidates, strangers, n = sample(0)
    personal = [Stated(c.name, False, c.table) for c in comparisons]
    assert estimate(personal, candidates, strangers, n=n).household_share == 0.0


def test_no_plausible_match_is_said() -> None:
    comparisons, _, strangers, n = sample(0)
    nothing = np.full((10, 4), 4, dtype=np.uint8)
    assert any("no plausible match" in w for w in estimate(comparisons, nothing, strangers, n=n).warnings)


@given(st.lists(st.lists(st.sampled_from([0, 1, 4, NULL_LEVEL]), min_size=3, max_size=3), max_size=30))
def test_patterns_count_every_pair_once(rows: list[list[int]]) -> None:
    levels = np.array(rows, dtype=np.uint8).reshape(-1, 3)
    found = count_patterns(levels)
    expected = {tuple(row): rows.count(row) for row in rows}
    assert {tuple(p): c for p, c in zip(found.levels.tolist(), found.counts.tolist(), strict=True)} == expected


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(LinkageError, match="22 columns"):
        count_patterns(np.zeros((1, 22), dtype=np.uint8))


def test_random_pairs_are_of_different_records_and_repeat_with_the_seed() -> None:
    left, right = random_pairs(1_000, 5_000, seed=3)
    assert (left != right).all()
    assert max(left.max(), right.max()) < 1_000
    again = random_pairs(1_000, 5_000, seed=3)
    assert np.array_equal(left, again[0])
    assert np.array_equal(right, again[1])


def model(*, household: float) -> Model:
    levels = ("exact", "different")
    m, u, h = np.array([0.9, 0.1]), np.array([0.01, 0.99]), np.array([0.8, 0.2])
    return Model(
        (
            ComparisonModel("given", False, levels, (1.0, 0.0), m, u, u),
            ComparisonModel("surname", True, levels, (1.0, 0.0), m, u, h),
        ),
        match_share=1e-3,
        household_share=household,
    )


def scorer(*, household: float = 0.0) -> PairScorer:
    table = np.array([[0, 0, 1], [0, 0, NULL_LEVEL], [1, NULL_LEVEL, 0]], dtype=np.uint8)
    stated = [Stated(n, s, table, ("exact", "different"), (1.0, 0.0)) for n, s in (("given", False), ("surname", True))]
    return PairScorer(stated, model(household=household))


def test_the_weight_is_the_prior_and_the_evidence_less_the_household() -> None:
    agree, differ = np.log2(0.9 / 0.01), np.log2(0.1 / 0.99)
    prior = np.log2(1e-3 / (1 - 1e-3))
    levels = np.array([[0, 0], [1, 0], [NULL_LEVEL, 1]], dtype=np.uint8)
    agreements = Agreements(levels, np.full((3, 2), np.nan, dtype=np.float32))
    plain = scorer().weigh(agreements)
    assert plain == pytest.approx([prior + 2 * agree, prior + differ + agree, prior + differ])
    shared = np.log2(1 + 2 ** (np.log2(0.01) + np.log2(0.8 / 0.01)))
    assert scorer(household=0.01).weigh(agreements)[0] == pytest.approx(plain[0] - shared)


def test_a_rare_value_counts_more() -> None:
    levels = np.zeros((2, 2), dtype=np.uint8)
    rarity = np.array([[np.log2(0.1), np.nan], [np.log2(0.0001), np.nan]], dtype=np.float32)
    common, rare = scorer().weigh(Agreements(levels, rarity))
    assert rare - common == pytest.approx(np.log2(0.1 / 0.0001), abs=1e-4)


def test_evidence_adds_up_to_the_weight() -> None:
    found = scorer(household=0.01)
    evidence = found.score(np.array([0, 1]), np.array([1, 2]))
    assert evidence.known.tolist() == [[True, True], [False, False]]
    assert evidence.match[1].tolist() == [0.0, 0.0]
    assert evidence.household.shape == (2, 1)


def test_models_survive_storage_and_refuse_other_columns() -> None:
    stored = json.loads(json.dumps(model(household=0.01).to_dict()))
    again = Model.from_dict(stored)
    assert again.to_dict() == model(household=0.01).to_dict()
    with pytest.raises(LinkageError, match="other columns"):
        PairScorer([], again)
    with pytest.raises(LinkageError, match="another version"):
        Model.from_dict({"format": 0})
    with pytest.raises(LinkageError, match="part missing"):
        Model.from_dict({"format": 1})


def test_probability_of_a_weight() -> None:
    assert probabilities(np.array([-1e9, 0.0, 1e9])).tolist() == pytest.approx([0.0, 0.5, 1.0])
