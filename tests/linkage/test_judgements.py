"""Judgements: the ledger's form, what stands of it, what it demands, and that a linkage keeps to it."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.errors import LinkageError
from linkage.judged import Judged, read_judged
from linkage.judgements import CONTRADICTIONS, JUDGEMENTS, check_judgements, standing
from linkage.link import Linkage, link_table
from linkage.partition import partition_hash
from linkage.tables import ENTITIES

Stated = tuple[int, int, str]
RECORDS = 9
IDS = [f"r{i}" for i in range(RECORDS)]


def ledger(*rows: tuple[str, str, str]) -> pa.Table:
    left, right, verdict = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return pa.table({n: pa.array(c, pa.string()) for n, c in (("left", left), ("right", right), ("verdict", verdict))})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no column": ({"left": ["a"], "right": ["b"]}, "missing columns: verdict"),
    "no id": (
        {"left": ["a", " "], "right": ["b", "c"], "verdict": ["same"] * 2},
        "row 2: the left record id is missing",
    ),
    "null id": ({"left": ["a"], "right": pa.array([None], pa.string()), "verdict": ["same"]}, "the right record id"),
    "one record": ({"left": ["a"], "right": ["a"], "verdict": ["same"]}, "row 1: both record ids are the same"),
    "a word": ({"left": ["a"], "right": ["b"], "verdict": ["Same"]}, "no such verdict (same, different or unsure)"),
    "null verdict": ({"left": ["a"], "right": ["b"], "verdict": pa.array([None], pa.string())}, "no such verdict"),
    "later": (
        {"left": ["a"] * 2, "right": ["b"] * 2, "verdict": ["same"] * 2, "supersedes": [2, None]},
        "row 1: supersedes row 2, which is no earlier judgement of the same two records",
    ),
    "others": (
        {"left": ["a", "a"], "right": ["b", "c"], "verdict": ["same"] * 2, "supersedes": [None, 1]},
        "row 2: supersedes row 1",
    ),
    "text for a number": (
        {"left": ["a"], "right": ["b"], "verdict": ["same"], "supersedes": ["x"]},
        "column supersedes is no int64",
    ),
}


@pytest.mark.parametrize(("columns", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_ledger_is_refused_with_its_row(columns: dict[str, Any], said: str) -> None:
    with pytest.raises(LinkageError) as refused:
        check_judgements(pa.table(columns), "ledger.jsonl")
    assert str(refused.value).startswith("ledger.jsonl")
    assert said in str(refused.value)


def test_the_latest_judgement_of_a_pair_stands_whichever_way_round_it_is_written() -> None:
    found = standing(
        check_judgements(ledger(("a", "b", "same"), ("c", "d", "same"), ("b", "a", "different"), ("d", "c", "unsure")))
    )
    assert found.schema.equals(JUDGEMENTS)
    assert found.select(["number", "left", "right", "verdict"]).to_pylist() == [
        {"number": 3, "left": "a", "right": "b", "verdict": "different"}
    ]


def test_a_ledger_without_rows_is_one() -> None:
    assert check_judgements(ledger()).num_rows == 0
    assert len(read_judged(check_judgements(ledger()), pa.array(IDS))) == 0


verdicts = st.sampled_from(["same", "same", "different", "unsure"])
statements = st.lists(
    st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1), verdicts).filter(lambda one: one[0] != one[1]),
    max_size=14,
)


def judged(stated: list[Stated]) -> Judged:
    return read_judged(check_judgements(ledger(*((IDS[a], IDS[b], v) for a, b, v in stated))), pa.array(IDS))


def model(stated: list[Stated]) -> tuple[nx.Graph[int], set[frozenset[int]]]:
    """The rules, spelled out: later *same* judgements first, none that would join two who are judged different."""
    latest = {frozenset((a, b)): (i, v) for i, (a, b, v) in enumerate(stated)}
    apart = {pair for pair, (_, verdict) in latest.items() if verdict == "different"}
    joined: nx.Graph[int] = nx.Graph()
    joined.add_nodes_from(range(RECORDS))
    for pair in sorted((p for p, (_, v) in latest.items() if v == "same"), key=lambda p: -latest[p][0]):
        tried = joined.copy()
        tried.add_edge(*pair)
        if not any(nx.has_path(tried, *two) for two in apart):
            joined = tried
    return joined, apart


@given(statements)
def test_what_a_ledger_demands_equals_the_rules_spelled_out(stated: list[Stated]) -> None:
    found = judged(stated)
    joined, apart = model(stated)
    assert found.group.tolist() == [min(nx.node_connected_component(joined, i)) for i in range(RECORDS)]
    pairs = list(combinations(range(RECORDS), 2))
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    of = {i: nx.node_connected_component(joined, i) for i in range(RECORDS)}
    forbidden = [any(frozenset((x, y)) in apart for x in of[a] for y in of[b]) for a, b in pairs]
    assert found.forbids(left, right).tolist() == found.forbids(right, left).tolist() == forbidden
    aside = [one for one in found.contradicted if one["what"] == "judgement"]
    applied = found.applied.num_rows
    assert (
        applied + len(aside)
        == standing(check_judgements(ledger(*((IDS[a], IDS[b], v) for a, b, v in stated)))).num_rows
    )


@given(statements, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(stated: list[Stated], random: Any) -> None:
    shuffled = list(IDS)
    random.shuffle(shuffled)
    table = check_judgements(ledger(*((IDS[a], IDS[b], v) for a, b, v in stated)))
    one, other = read_judged(table, pa.array(IDS)), read_judged(table, pa.array(shuffled))
    assert one.applied.equals(other.applied)
    groups = [
        {frozenset(ids[i] for i in np.flatnonzero(j.group == g)) for g in j.group.tolist()}
        for ids, j in ((IDS, one), (shuffled, other))
    ]
    assert groups[0] == groups[1]


def test_a_triangle_that_cannot_be_is_told_with_the_judgement_that_forbids_it() -> None:
    found = judged([(0, 1, "same"), (1, 2, "same"), (0, 2, "different")])
    assert found.group.tolist()[:3] == [0, 1, 1]
    (told,) = found.contradicted
    assert (told["left"], told["right"], told["number"], told["what"]) == ("r0", "r1", 1, "judgement")
    assert "judgement 3" in told["detail"]


def test_a_record_that_is_not_there_is_told_without_its_id() -> None:
    found = read_judged(check_judgements(ledger(("r1", "secret", "same"))), pa.array(IDS))
    (told,) = found.contradicted
    assert (told["left"], told["right"], told["number"], told["what"]) == ("r1", None, 1, "no_record")
    assert "secret" not in str(told)
    assert len(found) == 0


# ------------------------------------------------------------------------------------- in a linkage

GIVEN = ["Mette", "Søren", "Anne", "Lars", "Ida", "Peter", "Freja", "Ole", "Karen", "Jens"]
SURNAME = ["Holm", "Dal", "Nygaard", "Kjær", "Lund", "Bang", "Friis", "Toft", "Krogh", "Juhl", "Storm", "Bech"]
KINDS = {
    "record_id": ["id"],
    "given_name": ["given"],
    "surname": ["surname"],
    "birth_date": ["born"],
    "identifier": ["number"],
    "email": ["mail"],
}


def twice(persons: int) -> pa.Table:
    """Persons in two records each, `000a` and `000b`, that agree in everything."""
    rows = [
        (
            f"{i:03d}{k}",
            GIVEN[i % 10],
            SURNAME[i * 7 % 12] + SURNAME[i % 11].lower(),
            f"{1930 + i % 70}-{i % 12 + 1:02d}-{i % 28 + 1:02d}",
            f"{20_000_000 + 3571 * i * i}",
            f"{GIVEN[i % 10]}{i * i}@post.example",
        )
        for i in range(persons)
        for k in "ab"
    ]
    return pa.table(
        dict(zip(("id", "given", "surname", "born", "number", "mail"), map(list, zip(*rows, strict=True)), strict=True))
    )


TABLE = twice(90)


def linked(*rows: tuple[str, str, str]) -> Linkage:
    return link_table(TABLE, KINDS, judgements=ledger(*rows))


def entities(found: Linkage) -> dict[str, str]:
    return dict(zip(*(found.entities.column(c).to_pylist() for c in ("record_id", "entity_id")), strict=True))


def test_judgements_bind_a_linkage_and_what_the_model_says_is_told() -> None:
    found = linked(("000a", "000b", "different"), ("001a", "002a", "same"))
    entity = entities(found)
    assert entity["000a"] != entity["000b"]
    assert entity["001a"] == entity["001b"] == entity["002a"] == entity["002b"]
    assert found.contradictions.schema.equals(CONTRADICTIONS)
    told = {(one["left"], one["what"]) for one in found.contradictions.to_pylist()}
    assert ("000a", "evidence") in told
    assert any("held against 20 bits" in warning for warning in found.warnings)
    assert not any("000a" in warning for warning in found.warnings)


def test_a_merge_that_a_judgement_made_is_listed_with_infinite_height() -> None:
    found = linked(("001a", "002a", "same"))
    rows = {(one["left"], one["right"]): one["height"] for one in found.merges.to_pylist()}
    assert math.isinf(rows["001a", "002a"])
    assert found.merges.num_rows == found.report.records - found.report.entities


def test_taking_a_judgement_back_restores_the_partition() -> None:
    plain = link_table(TABLE, KINDS)
    changed = linked(("001a", "002a", "same"))
    back = linked(("001a", "002a", "same"), ("002a", "001a", "unsure"))
    assert partition_hash(changed.entities) != partition_hash(plain.entities)
    assert partition_hash(back.entities) == partition_hash(plain.entities) == partition_hash(linked().entities)
    assert back.contradictions.num_rows == 0


def test_entities_keep_the_ids_of_an_earlier_run_and_changes_are_told() -> None:
    plain = link_table(TABLE, KINDS)
    renamed = plain.entities.set_column(
        1,
        ENTITIES.schema.field("entity_id"),
        pa.array([f"old-{e}" for e in plain.entities.column("entity_id").to_pylist()]),
    )
    after = link_table(TABLE, KINDS, previous=renamed)
    assert after.entities.equals(renamed)
    assert after.aliases.num_rows == 0
    merged = link_table(TABLE, KINDS, previous=renamed, judgements=ledger(("001a", "002a", "same")))
    (alias,) = merged.aliases.to_pylist()
    assert alias["event"] == "merge"
    assert alias["entity_id"] == entities(merged)["001a"]


choices = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from(["same", "different"])).filter(
        lambda one: one[0] != one[1]
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=15, deadline=None)
@given(choices)
def test_different_holds_through_every_path_and_same_unless_it_is_told(stated: list[Stated]) -> None:
    ids = [f"{i:03d}{k}" for i in range(6) for k in "ab"]
    found = linked(*((ids[a], ids[b], v) for a, b, v in stated))
    entity = entities(found)
    aside = {one["number"] for one in found.contradictions.to_pylist() if one["what"] in {"judgement", "rule"}}
    assert "rule" not in found.contradictions.column("what").to_pylist()
    latest = {frozenset((a, b)): (i, v) for i, (a, b, v) in enumerate(stated, 1)}
    for pair, (number, verdict) in latest.items():
        one, other = (entity[ids[i]] for i in pair)
        assert one != other if verdict == "different" else (one == other or number in aside)
