"""Entity ids: inherited by overlap, a function of the partition and the previous ids alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import LinkageError
from linkage.naming import new_ids
from linkage.partition import entity_id, name_clusters, name_entities, partition_hash
from linkage.tables import ENTITIES

Labels = dict[str, str]
LABELS = st.dictionaries(st.sampled_from([f"r{i}" for i in range(12)]), st.sampled_from("abcd"), min_size=1)


def clusters(labels: Labels) -> pa.Table:
    return pa.table({"record_id": list(labels), "cluster": list(labels.values())})


def named(labels: Labels, previous: pa.Table | None = None) -> Labels:
    return dict(zip(*name_entities(clusters(labels), previous).entities.to_pydict().values(), strict=True))


def test_new_ids_are_those_of_the_smallest_record() -> None:
    found = named({"b": "x", "a": "x", "c": "y"})
    assert found == {"a": entity_id("a"), "b": entity_id("a"), "c": entity_id("c")}


def test_an_entity_keeps_its_id_when_records_join_and_leave() -> None:
    previous = name_entities(clusters({"b": "x", "c": "x", "d": "x"}))
    after = name_entities(clusters({"a": "x", "b": "x", "c": "x"}), previous.entities)
    assert set(after.entities.column("entity_id").to_pylist()) == {entity_id("b")}
    assert after.aliases.num_rows == 0


def test_a_merge_keeps_the_id_of_the_larger_part_and_tells_of_the_other() -> None:
    previous = name_entities(clusters({"a": "x", "b": "y", "c": "y"})).entities
    after = name_entities(clusters({"a": "x", "b": "x", "c": "x"}), previous)
    assert set(after.entities.column("entity_id").to_pylist()) == {entity_id("b")}
    assert after.aliases.to_pylist() == [
        {"previous_id": entity_id("a"), "entity_id": entity_id("b"), "records": 1, "event": "merge"}
    ]


def test_a_split_keeps_the_id_with_the_larger_part_and_never_gives_it_twice() -> None:
    previous = name_entities(clusters({"a": "x", "b": "x", "c": "x"})).entities
    after = name_entities(clusters({"a": "x", "b": "y", "c": "y"}), previous)
    ids = dict(zip(*after.entities.to_pydict().values(), strict=True))
    assert ids["b"] == ids["c"] == entity_id("a")
    assert ids["a"] == entity_id("a", {entity_id("a")})
    assert sorted(row["entity_id"] for row in after.aliases.to_pylist()) == sorted({ids["a"], ids["b"]})
    assert {row["event"] for row in after.aliases.to_pylist()} == {"split"}


def test_equal_overlaps_go_to_the_smallest_record() -> None:
    previous = name_entities(clusters({"a": "x", "b": "x"})).entities
    ids = named({"a": "x", "b": "y"}, previous)
    assert ids["a"] == entity_id("a") != ids["b"]


@given(LABELS, LABELS)
def test_ids_depend_on_the_partition_and_the_previous_ids_alone(before: Labels, after: Labels) -> None:
    previous = name_entities(clusters(before)).entities
    shuffled = dict(reversed(after.items()))
    renamed = {record: f"other-{label}" for record, label in shuffled.items()}
    first, second = name_entities(clusters(after), previous), name_entities(clusters(renamed), previous)
    assert first.entities.equals(second.entities)
    assert first.aliases.equals(second.aliases)
    ENTITIES.check(first.entities)


@given(LABELS, LABELS)
def test_ids_name_the_same_partition_and_a_second_run_changes_nothing(before: Labels, after: Labels) -> None:
    previous = name_entities(clusters(before)).entities
    ids = named(after, previous)
    for one in after:
        for other in after:
            assert (ids[one] == ids[other]) == (after[one] == after[other])
    again = name_entities(clusters(after), name_entities(clusters(after), previous).entities)
    assert dict(zip(*again.entities.to_pydict().values(), strict=True)) == ids
    assert again.aliases.num_rows == 0


@given(LABELS)
def test_the_hash_is_of_the_partition_not_of_the_ids(labels: Labels) -> None:
    table = name_entities(clusters(labels)).entities
    other = pa.table({"record_id": list(labels)[::-1], "entity_id": [v * 2 for v in labels.values()][::-1]})
    assert partition_hash(table) == partition_hash(other)
    alone = pa.table({"record_id": list(labels), "entity_id": list(labels)})
    assert (partition_hash(alone) == partition_hash(table)) == (len(set(labels.values())) == len(labels))


def test_a_partition_with_a_record_twice_is_refused() -> None:
    with pytest.raises(LinkageError, match="repeat"):
        name_entities(pa.table({"record_id": ["a", "a"], "cluster": ["x", "y"]}))
    with pytest.raises(LinkageError, match="missing columns"):
        name_entities(pa.table({"record_id": ["a"]}))


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=70), unique=True, max_size=20))
def test_ids_made_together_are_those_made_one_by_one(record_ids: list[str]) -> None:
    names, usable = new_ids(pa.array(record_ids, pa.string()))
    if usable:
        assert names.to_pylist() == [entity_id(one) for one in record_ids]
    else:
        assert any(len(one.encode()) > 128 for one in record_ids)


def test_record_ids_of_any_length_get_an_id() -> None:
    found = name_clusters(pa.array(["x", "y" * 500]), np.array([0, 1]))
    assert found.entities.column("entity_id").to_pylist() == [entity_id("x"), entity_id("y" * 500)]
