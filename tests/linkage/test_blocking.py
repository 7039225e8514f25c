"""Candidate pairs: those of a plain join, each once, and bounded where blocks are large."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.blocking import BlockingRule, all_pairs, candidate_pairs, code_keys, combined_keys, propose_rules
from linkage.errors import LinkageError
from linkage.kinds import column_kinds
from linkage.standardise import standardise

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
