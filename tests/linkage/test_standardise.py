"""Kinds and standard fields: what a user may say about a table, and what becomes of its columns."""

from __future__ import annotations

import pyarrow as pa
import pytest

from linkage.errors import LinkageError
from linkage.kinds import ColumnKind, Kind, column_kinds, parse_column_kind
from linkage.standardise import Fields, standardise


def fields(kinds: dict[str, list[str]], **columns: list[str | None]) -> Fields:
    size = len(next(iter(columns.values())))
    table = pa.table({"id": [f"r{i}" for i in range(size)]} | columns)
    return standardise(table, column_kinds(kinds | {"record_id": ["id"]}, table.column_names))


def values(kind: str, *texts: str | None) -> list[str | None]:
    found = fields({kind: ["x"]}, x=[*texts, "zzz 1", "zzz 2"])
    return list(found.texts[0].columns[0].to_pylist()[: len(texts)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a=surname", ColumnKind("a", Kind.SURNAME)), ("a=b=birth_date", ColumnKind("a=b", Kind.BIRTH_DATE))],
)
def test_column_kinds_are_read(text: str, expected: ColumnKind) -> None:
    assert parse_column_kind(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"), [("a", "COLUMN=KIND"), ("=surname", "COLUMN=KIND"), ("a=name", "no such kind")]
)
def test_what_is_no_column_kind_is_refused(text: str, problem: str) -> None:
    with pytest.raises(LinkageError, match=problem):
        parse_column_kind(text)


@pytest.mark.parametrize(
    ("kinds", "problem"),
    [
        ({"record_id": ["id"], "surname": ["nome"]}, "column nome: no such column"),
        ({"record_id": ["id"], "surname": ["name"], "text": ["name"]}, "two kinds"),
        ({"record_id": ["id", "name"]}, "several columns"),
        ({"surname": ["name"]}, "record id"),
        ({"record_id": ["id"]}, "nothing to compare"),
        ({"record_id": ["id"], "nickname": ["name"]}, "no such kind"),
    ],
)
def test_kinds_are_checked_against_the_columns(kinds: dict[str, list[str]], problem: str) -> None:
    with pytest.raises(LinkageError, match=problem):
        column_kinds(kinds, ["id", "name"])


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("surname", "  Sørensen-Holm ", "soerensen holm"),
        ("house_number", "012 b", "12B"),
        ("postcode", "tq13 8df", "TQ138DF"),
        ("postcode", "0800", "0800"),
        ("phone", "+45 12 34 56 78", "512345678"),
        ("email", " Bo@A.dk ", "bo@a.dk"),
        ("identifier", "060649-2251", "0606492251"),
        ("identifier", "060649AAAA", None),
        ("identifier", "290200", None),
        ("sex", "Kvinde", "f"),
        ("sex", "M", "m"),
        ("text", "", None),
    ],
)
def test_values_are_cleaned_by_kind(kind: str, text: str, expected: str | None) -> None:
    assert values(kind, text) == [expected]


def test_full_names_alone_are_split_and_beside_parts_fill_their_gaps() -> None:
    alone = fields({"full_name": ["n"]}, n=["Anne Marie Holm", "Bo", "Ib Dal"])
    assert [(f.kind.value, f.columns[0].to_pylist()) for f in alone.texts] == [
        ("given_name", ["anne", "bo", "ib"]),
        ("surname", ["holm", None, "dal"]),
    ]
    beside = fields({"full_name": ["n"], "given_name": ["g"]}, n=["Anne Holm", "Bo Dal"], g=[None, "Bob"])
    assert [f.columns[0].to_pylist() for f in beside.texts] == [["anne", "bob"]]


def test_the_first_filled_of_several_full_names_counts() -> None:
    found = fields({"full_name": ["n", "o"]}, n=["Anne Holm", None, "Ib Dal"], o=[None, "Bo Lund", "Ib Toft"])
    assert [f.columns[0].to_pylist() for f in found.texts] == [["anne", "bo", "ib"], ["holm", "lund", "dal"]]
    assert found.warnings == ("columns n, o are all full names; the first that is filled counts",)


@pytest.mark.parametrize("date", [["1980-01-01", "1981-02-02"], None])
def test_months_and_days_without_a_year_are_said_to_be_unused(date: list[str | None] | None) -> None:
    columns = {"s": ["Holm", "Dal"], "m": ["1", "2"], "t": ["3", "4"]} | ({"d": date} if date else {})
    kinds = {"surname": ["s"], "birth_month": ["m"], "birth_day": ["t"]} | ({"birth_date": ["d"]} if date else {})
    found = fields(kinds, **columns)  # type: ignore[arg-type]
    assert (found.birth is None) == (date is None)
    assert found.warnings == (
        "column m (birth_month) is not used: there is no column of the kind birth_year",
        "column t (birth_day) is not used: there is no column of the kind birth_year",
    )


def test_birth_dates_come_from_dates_and_from_parts() -> None:
    found = fields(
        {"birth_date": ["d"], "birth_year": ["y"], "birth_month": ["m"], "birth_day": ["t"]},
        d=["1980-04-03", None],
        y=["1", "1981"],
        m=["1", "5.0"],
        t=["1", None],
    )
    assert found.birth is not None
    assert (found.birth.year.tolist(), found.birth.month.tolist(), found.birth.day.tolist()) == (
        [1980, 1981],
        [4, 5],
        [3, 0],
    )


def test_rows_come_in_the_order_of_their_ids() -> None:
    table = pa.table({"id": [10, 2, 1], "name": ["c", "b", "a"]})
    found = standardise(table, column_kinds({"record_id": ["id"], "surname": ["name"]}, table.column_names))
    assert found.record_ids.to_pylist() == ["1", "10", "2"]
    assert found.texts[0].columns[0].to_pylist() == ["a", "c", "b"]


def test_columns_that_tell_nothing_are_left_out_and_named() -> None:
    found = fields({"surname": ["s"], "city": ["c"], "email": ["e"]}, s=["a", "b"], c=["x", "x"], e=[None, None])
    assert [f.name for f in found.texts] == ["s"]
    assert [w.split(" and ")[0] for w in found.warnings] == ["column c has one value only", "column e has no values"]
    with pytest.raises(LinkageError, match="no column tells records apart"):
        fields({"city": ["c"]}, c=["x", "x"])


@pytest.mark.parametrize(
    ("ids", "problem"),
    [(["a", "a"], "1 record ids repeat"), (["a", None], "1 records have no id"), ([], "the table has no rows")],
)
def test_record_ids_must_be_there_once(ids: list[str | None], problem: str) -> None:
    table = pa.table({"key": pa.array(ids, pa.string()), "name": pa.array(["x"] * len(ids), pa.string())})
    with pytest.raises(LinkageError, match=f"column key: {problem}"):
        standardise(table, column_kinds({"record_id": ["key"], "surname": ["name"]}, table.column_names))
