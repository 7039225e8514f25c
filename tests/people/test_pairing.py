"""Candidate pairs of mentions: who meets whom, and which pairs only teach a model."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.blocking import NO_KEY, BlockingRule, code_keys
from linkage.comparison import compare_all
from linkage.people import PeopleSettings, resolve_people
from linkage.people.comparisons import people_comparisons
from linkage.people.mentions import build_mentions
from linkage.people.pairing import DRAWN, MENTION, PERSON, WHOLE, drawn, pairs_across, pairs_within
from tests.people.registers import Said, tables, town

Pairs = set[tuple[int, int]]

codes = st.lists(st.integers(-1, 4), min_size=2, max_size=30)


def rule_of(values: list[int], name: str = "rule") -> BlockingRule:
    return BlockingRule(name, code_keys(np.array(values)))


def sharing(values: list[int]) -> Pairs:
    return {(i, j) for i, j in combinations(range(len(values)), 2) if values[i] == values[j] >= 0}


def listed(found: object) -> Pairs:
    left, right = (getattr(found, side).tolist() for side in ("left", "right"))
    pairs = list(zip(left, right, strict=True))
    assert pairs == sorted(set(pairs))
    return set(pairs)


@given(codes, st.data())
def test_across_meet_a_person_and_a_mention_that_share_a_key(values: list[int], data: st.DataObject) -> None:
    sides = data.draw(st.lists(st.sampled_from([0, MENTION, PERSON]), min_size=len(values), max_size=len(values)))
    other = data.draw(st.lists(st.integers(-1, 2), min_size=len(values), max_size=len(values)))
    found = pairs_across([rule_of(values), rule_of(other)], np.array(sides, np.uint8), cap=100)
    wanted = {(i, j) for i, j in sharing(values) | sharing(other) if {sides[i], sides[j]} == {MENTION, PERSON}}
    assert listed(found) == wanted
    alone = len(wanted - sharing(other)), len(wanted - sharing(values))
    assert tuple(count.unique for count in found.counts) == alone


@given(codes, st.integers(1, 40), st.integers(0, 9), st.data())
def test_within_all_whole_pairs_meet_and_others_as_drawn(
    values: list[int], most: int, seed: int, data: st.DataObject
) -> None:
    sides = data.draw(st.lists(st.sampled_from([0, DRAWN, WHOLE]), min_size=len(values), max_size=len(values)))
    found, every = pairs_within([rule_of(values)], np.array(sides, np.uint8), cap=100, most=most, seed=seed)
    able = {(i, j) for i, j in sharing(values) if sides[i] and sides[j]}
    assert every == max(1, -(-len(able) // most))
    whole = {(i, j) for i, j in able if sides[i] == sides[j] == WHOLE}
    pairs = np.array(sorted(able), np.int64).reshape(-1, 2)
    taught = pairs[drawn(pairs[:, 0], pairs[:, 1], every=every, seed=seed)]
    assert listed(found) == whole | {(i, j) for i, j in taught.tolist()}


def test_a_draw_takes_about_one_in_so_many() -> None:
    left, right = (side.astype(np.int64) for side in np.triu_indices(400, 1))
    assert drawn(left, right, every=8, seed=5).mean() == pytest.approx(1 / 8, rel=0.05)


def test_a_block_above_the_cap_is_parted_by_a_further_field() -> None:
    year = [1950 + i % 4 for i in range(40)]
    sides = np.array([PERSON if i < 20 else MENTION for i in range(40)], np.uint8)
    one = BlockingRule("names", code_keys(np.zeros(40, np.int64)), refinements=(code_keys(np.array(year)),))
    found = pairs_across([one], sides, cap=15)
    assert listed(found) == {(i, j) for i, j in sharing(year) if i < 20 <= j}
    assert found.counts[0].split == 40
    assert found.counts[0].windowed == 0


def test_what_no_field_parts_meets_its_neighbours_only() -> None:
    found, _ = pairs_within([rule_of([7] * 100)], np.full(100, WHOLE, np.uint8), cap=20, most=10**6, seed=1)
    assert max(j - i for i, j in listed(found)) == 2
    assert found.counts[0].windowed == 100


def test_rows_without_a_key_meet_nobody() -> None:
    nobody = BlockingRule("none", np.full(4, NO_KEY))
    found, every = pairs_within([nobody], np.full(4, WHOLE, np.uint8), cap=10, most=10, seed=1)
    assert (len(found), every) == (0, 1)


def names_compared(people_model: dict[str, list[dict[str, object]]], name: str) -> object:
    return next(r["pairs"] for r in people_model["blocking"] if (r["pass"], r["rule"]) == (name, "names"))


def test_only_who_is_in_doubt_is_looked_for_among_namesakes() -> None:
    people = resolve_people(tables(town(60)), PeopleSettings(random_pairs=5_000), report=lambda text: None)
    bare = [dataclasses.replace(m, born=None, number=None, homes=[]) if m.register != "cpr" else m for m in town(60)]
    poor = resolve_people(tables(bare), PeopleSettings(random_pairs=5_000), report=lambda text: None)
    few, many = names_compared(people.model, "registered"), names_compared(poor.model, "registered")
    assert isinstance(few, int)
    assert isinstance(many, int)
    assert few <= 20 < many  # two thirds state a number, which leaves no doubt


def test_strangers_meet_each_other_however_few_pairs_teach() -> None:
    seen = (("Fjernvej", "12"), dt.date(2021, 3, 1), dt.date(2021, 3, 2))
    stranger = Said("north:x", "Zdravko", "Petković", dt.date(1979, 4, 30), homes=[seen])
    again = dataclasses.replace(stranger, record_id="south:x")
    twice = [dataclasses.replace(m, record_id=m.record_id.replace("north", "south")) for m in town(60)]
    mentions = [*town(60), *(m for m in twice if m.register == "south"), stranger, again]
    people = resolve_people(tables(mentions), PeopleSettings(random_pairs=40), report=lambda text: None)
    found = {row["record_id"]: row["cluster"] for row in people.partition.to_pylist()}
    assert found["south:x"] == found["north:x"] == "north:x"


def test_the_number_of_threads_does_not_show() -> None:
    said = tables(town(400))
    mentions = build_mentions(said["persons"], said["residences"], said["addresses"], said["registers"])
    comparisons = people_comparisons(mentions)
    left, right = np.triu_indices(len(mentions), 1)
    one, two = (compare_all(comparisons, left, right, threads=threads) for threads in (1, 2))
    assert np.array_equal(one.levels, two.levels)
    assert np.array_equal(one.rarity, two.rarity, equal_nan=True)
