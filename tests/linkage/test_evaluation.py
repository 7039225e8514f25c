"""Scores of a partition, against counting by hand."""

from __future__ import annotations

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import LinkageError
from linkage.evaluation import score_partition

RECORDS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=25)


def counted(records: list[tuple[int, int, int]], *, across: bool) -> tuple[float, float]:
    pairs = [(a, b) for a, b in combinations(records, 2) if not across or a[2] != b[2]]
    found = sum(a[0] == b[0] and a[1] == b[1] for a, b in pairs)
    predicted = sum(a[0] == b[0] for a, b in pairs)
    true = sum(a[1] == b[1] for a, b in pairs)
    return (found / predicted if predicted else 0.0, found / true if true else 0.0)


@given(RECORDS)
def test_pairwise_scores_equal_counting_all_pairs(records: list[tuple[int, int, int]]) -> None:
    entity, person, source = (pa.array(column) for column in zip(*records, strict=True))
    scores = score_partition(entity, person, source, resamples=0)
    assert (scores.pairwise.precision, scores.pairwise.recall) == pytest.approx(counted(records, across=False))
    if scores.cross_source is None:
        assert len({record[2] for record in records}) == 1
    else:
        found = (scores.cross_source.precision, scores.cross_source.recall)
        assert found == pytest.approx(counted(records, across=True))


@given(RECORDS)
def test_b_cubed_equals_its_definition(records: list[tuple[int, int, int]]) -> None:
    precision = recall = 0.0
    for record in records:
        entity = [r for r in records if r[0] == record[0]]
        person = [r for r in records if r[1] == record[1]]
        both = sum(r[1] == record[1] for r in entity)
        precision += both / len(entity) / len(records)
        recall += both / len(person) / len(records)
    entities, persons, _ = (pa.array(column) for column in zip(*records, strict=True))
    score = score_partition(entities, persons, resamples=0).bcubed
    assert (score.precision, score.recall) == pytest.approx((precision, recall))


def test_the_perfect_partition_has_no_doubt() -> None:
    people = pa.array([1, 1, 2, 2, 3, 3, 3])
    scores = score_partition(people, people)
    assert scores.pairwise.f1 == 1.0
    assert scores.pairwise.f1_interval == (1.0, 1.0)
    assert (scores.entities, scores.true_entities, scores.largest) == (3, 3, 3)


def test_intervals_hold_the_figure_and_repeat_with_the_seed() -> None:
    people = pa.array([i // 3 for i in range(300)])
    entity = pa.array([i // 3 if i % 7 else 1000 + i for i in range(300)])
    score = score_partition(entity, people, seed=5).pairwise
    assert score.recall_interval[0] < score.recall < score.recall_interval[1]
    assert score == score_partition(entity, people, seed=5).pairwise


def test_labels_must_be_whole() -> None:
    with pytest.raises(LinkageError, match="missing"):
        score_partition(pa.array(["a", None]), pa.array([1, 2]))
    with pytest.raises(LinkageError, match="differ in length"):
        score_partition(pa.array(["a"]), pa.array([1, 2]))
    with pytest.raises(LinkageError, match="empty"):
        score_partition(pa.array([], pa.string()), pa.array([], pa.string()))


def test_as_many_sources_as_records_take_no_more_memory_than_the_records() -> None:
    n = 40_000
    people = pa.array([i // 2 for i in range(n)])
    entity = pa.array([i // 2 if i % 8 < 6 else n + i for i in range(n)])
    scores = score_partition(entity, people, pa.array([str(i) for i in range(n)]), resamples=0)
    assert scores.cross_source is not None
    assert (scores.cross_source.precision, scores.cross_source.recall) == (1.0, 0.75)
