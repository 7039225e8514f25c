"""Candidate pairs: those of a plain join, each once, and bounded where blocks are large."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.blocking import (
    BlockingRule,
    Worth,
    all_pairs,
    candidate_pairs,
    choose_options,
    code_keys,
    combined_keys,
    grouped_options,
    key_ladders,
    lost_beyond,
    lost_matches,
    propose_rules,
    sample_options,
)
from linkage.errors import LinkageError
from linkage.kinds import column_kinds
from linkage.standardise import Fields, standardise

CODES = st.lists(st.lists(st.integers(-1, 3), min_size=8, max_size=8), min_size=1, max_size=4)


def keys(codes: list[int]) -> np.ndarray:
    return code_keys(np.array(codes, dtype=np.int64))


@given(CODES)
def test_pairs_and_counts_equal_a_plain_join(codes: list[list[int]]) -> None:
    found = candidate_pairs([BlockingRule(str(i), keys(column)) for i, column in enumerate(codes)], 8, cap=100)
    by_rule = [{(i, j) for i, j in combinations(range(8), 2) if c[i] == c[j] >= 0} for c in codes]
    union = sorted(set().union(*by_rule))
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == union
    for number, (count, pairs) in enumerate(zip(found.counts, by_rule, strict=True)):
        others = set().union(*(p for i, p in enumerate(by_rule) if i != number))
        assert (count.pairs, count.unique) == (len(pairs), len(pairs - others))
    first = [min(i for i, pairs in enumerate(by_rule) if pair in pairs) for pair in union]
    assert found.rule.tolist() == first


def test_a_record_may_have_several_keys() -> None:
    rule = BlockingRule("home", keys([1, 2, 2, 3, 1]), rows=np.array([0, 0, 1, 1, 1]))
    found = candidate_pairs([rule], 2, cap=10)
    assert (found.left.tolist(), found.right.tolist(), found.counts[0].pairs) == ([0], [1], 1)


def test_large_blocks_are_split_by_further_fields() -> None:
    year = np.arange(100) // 10
    rule = BlockingRule("surname", keys([7] * 100), refinements=(keys(list(year)),))
    found = candidate_pairs([rule], 100, cap=20)
    assert len(found) == 10 * 45
    assert (year[found.left] == year[found.right]).all()
    assert found.counts[0].split == 100


def test_equal_rows_without_end_meet_their_neighbours_only() -> None:
    n = 20_000
    found = candidate_pairs([BlockingRule("all", keys([1] * n), refinements=(keys([2] * n),))], n, cap=100)
    assert n - 1 <= len(found) <= 10 * n
    assert set(np.concatenate([found.left, found.right]).tolist()) == set(range(n))
    assert found.counts[0].windowed == n


@given(st.permutations(range(12)))
def test_the_order_of_records_does_not_matter(order: list[int]) -> None:
    codes = np.array([i % 4 for i in range(12)])
    plain = candidate_pairs([BlockingRule("x", code_keys(codes))], 12, cap=100)
    moved = candidate_pairs([BlockingRule("x", code_keys(codes[order]))], 12, cap=100)
    back = {frozenset((order[i], order[j])) for i, j in zip(moved.left, moved.right, strict=True)}
    assert back == {frozenset(pair) for pair in zip(plain.left.tolist(), plain.right.tolist(), strict=True)}


def test_keys_of_several_fields_need_all_of_them() -> None:
    both = combined_keys(keys([1, 1, 1, -1]), keys([2, 2, -1, 2]))
    assert both[0] == both[1] != 0
    assert both[2] == both[3] == 0
    assert combined_keys(keys([1]), keys([2])) != combined_keys(keys([2]), keys([1]))


def test_no_rules_and_no_records_give_no_pairs() -> None:
    assert len(candidate_pairs([], 5, cap=10)) == 0
    assert len(candidate_pairs([BlockingRule("x", keys([]))], 0, cap=10)) == 0
    assert len(candidate_pairs([BlockingRule("x", keys([-1, -1]))], 2, cap=10)) == 0
    assert len(all_pairs(4)) == 6


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(LinkageError, match="at most 64"):
        candidate_pairs([BlockingRule("x", keys([1]))] * 65, 1, cap=10)
    with pytest.raises(LinkageError, match="differ in number"):
        BlockingRule("x", keys([1]), rows=np.array([0, 1]))


def test_proposed_rules_cover_errors_in_any_single_field() -> None:
    n = 400
    table = pa.table(
        {
            "id": [f"{i:04d}" for i in range(n)],
            "given": [f"name{i % 37}" for i in range(n)],
            "surname": [f"family{i % 53}" for i in range(n)],
            "born": [f"19{i % 60 + 10}-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(n)],
            "sex": ["f" if i % 2 else "m" for i in range(n)],
        }
    )
    kinds = {
        "record_id": ["id"],
        "given_name": ["given"],
        "surname": ["surname"],
        "birth_date": ["born"],
        "sex": ["sex"],
    }
    fields = standardise(table, column_kinds(kinds, table.column_names))
    rules = propose_rules(fields, cap=100, budget=5.0, total=100.0)
    names = [rule.name for rule in rules]
    assert not any("sex" in name for name in names)
    for missing in ("given", "surname", "birth"):
        assert any(missing not in name for name in names), missing
    found = candidate_pairs(rules, n, cap=100)
    assert len(found) <= 5 * n * len(rules)


def test_keys_that_differ_in_their_lower_bits_alone_are_kept_apart() -> None:
    near = np.array([8, 9, 8, 9, 10], dtype=np.uint64) + np.uint64(1 << 60)
    found = candidate_pairs([BlockingRule("near", near)], 5, cap=10)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 2), (1, 3)]


def test_threads_change_nothing() -> None:
    draw = np.random.Generator(np.random.PCG64(3))
    rules = [BlockingRule(str(i), code_keys(draw.integers(-1, 400, 3000))) for i in range(5)]
    one, two = (candidate_pairs(rules, 3000, cap=9, threads=threads) for threads in (1, 2))
    assert np.array_equal(one.left, two.left)
    assert np.array_equal(one.right, two.right)
    assert one.counts == two.counts


def _people(n: int) -> tuple[Fields, np.ndarray]:
    """Every person twice, the second time with one of four values missing."""
    draw = np.random.Generator(np.random.PCG64(5))
    given, family, phone = (draw.integers(0, size, n) for size in (60, 90, 5 * n))
    born = [f"19{y:02d}-{m:02d}-{d:02d}" for y, m, d in draw.integers([0, 1, 1], [100, 13, 29], (n, 3))]
    rows: list[dict[str, str | None]] = [
        {"given": f"g{a}", "surname": f"s{b}", "phone": f"8{c:07d}", "born": d}
        for a, b, c, d in zip(given, family, phone, born, strict=True)
    ]
    again = [{**row, list(row)[k]: None} for row, k in zip(rows, draw.integers(0, 4, n), strict=True)]
    table = pa.Table.from_pylist([{"id": f"{i:06d}"} | row for i, row in enumerate(rows + again)])
    kinds = {
        "record_id": ["id"],
        "given_name": ["given"],
        "surname": ["surname"],
        "phone": ["phone"],
        "birth_date": ["born"],
    }
    return standardise(table, column_kinds(kinds, table.column_names)), np.tile(np.arange(n), 2)


def test_a_sample_tells_what_every_option_finds_and_few_are_chosen() -> None:
    fields, person = _people(2000)
    ladders = key_ladders(fields)
    options = [option for group in grouped_options(ladders) for option in group]
    every = sample_options(options, np.arange(len(fields)), cap=200, budget=4.0)
    some = sample_options(options, np.arange(0, len(fields), 8), cap=200, budget=4.0)
    assert every.share == 1.0
    sampled = (every.left % 8 == 0) | (every.right % 8 == 0)
    assert len(some.left) == sampled.sum()
    assert every.contain(every.left, every.right).all()
    for option, found in zip(every.options[:5], every.found[:5], strict=True):
        alone = candidate_pairs([option.rule([])], len(fields), cap=200)
        assert np.array_equal(alone.left, every.left[found])
    likely = (person[some.left] == person[some.right]).astype(float)
    chosen = choose_options(some, likely, records=len(fields), worth=Worth())
    pairs = candidate_pairs([o.rule([]) for o in chosen], len(fields), cap=200)
    right = person[pairs.left] == person[pairs.right]
    assert right.sum() >= 0.97 * 2000
    assert len(pairs) < 0.5 * len(every.left)
    lost = lost_beyond(some, likely, chosen, found=float(right.sum()))
    assert lost.recall is not None
    assert abs(lost.recall - right.sum() / 2000) < 0.03


def test_lost_matches_are_estimated_from_those_found_twice_or_not_at_all() -> None:
    draw = np.random.Generator(np.random.PCG64(9))
    persons = 4000
    codes = np.tile(np.arange(persons), 2)
    rules = [BlockingRule(str(k), code_keys(np.where(draw.random(2 * persons) < 0.4, -1, codes))) for k in range(4)]
    pairs = candidate_pairs(rules, 2 * persons, cap=10)
    lost = lost_matches(pairs, np.ones(len(pairs)))
    assert lost.lost == pytest.approx(persons - len(pairs), rel=0.15)
    alone = candidate_pairs(rules[:1], 2 * persons, cap=10)
    assert lost_matches(alone, np.ones(len(alone))).recall is None
    assert lost_matches(all_pairs(3), np.ones(3)).recall == 1.0
