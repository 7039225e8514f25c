"""Typed data as text: JSON lines, FollowTheMoney, data frames, Parquet in its guarded process."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loaders import load, read_mapping
from loaders.errors import MappingError, RegisterError
from loaders.readers import columnar, open_register_file
from loaders.readers.batches import Wanted
from loaders.readers.decoding import MAX_LINE_BYTES
from tests.loaders.reading import COLUMNS, ROWS, Read, read, read_bytes, wanted

DAY = dt.date(1980, 1, 31)


def lines(folder: Path, *objects: Any, **form: Any) -> Read:
    return read_bytes(folder, "\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects).encode(), **form)


def test_json_lines_read_like_the_csv(tmp_path: Path) -> None:
    good = [{"no": 1, "name": "Møller", "born": "1980-01-31"}, {"born": None, "name": " Lund ", "no": 2.0, "more": [1]}]
    assert lines(tmp_path, *good).rows == ROWS
    assert lines(tmp_path, good[0], "", good[1]).numbers == [1, 2]


@pytest.mark.parametrize(
    ("written", "text"),
    [("12.50", "12.50"), ("12.0", "12"), ("1e3", "1000"), ("1" * 30, "1" * 30), ("true", "true"), ("-0.5", "-0.5")],
)
def test_json_numbers_stay_as_written(tmp_path: Path, written: str, text: str) -> None:
    assert lines(tmp_path, f'{{"no": {written}, "name": "a", "born": null}}').rows == [(text, "a", None)]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("not json", None),
        ("[1]", None),
        ('{"no": 1', None),
        ('{"no": NaN}', None),
        ("[" * 100_000, None),
        ('{"no": [1]}', "no"),
        ('{"no": {"a": 1}}', "no"),
        ('{"no": "D\\u0000am"}', "no"),
        ('{"no": "\\ud800"}', "no"),
        ('{"no": "' + "x" * MAX_LINE_BYTES + '"}', None),
    ],
)
def test_a_line_that_is_no_row_is_refused_alone(tmp_path: Path, line: str, column: str | None) -> None:
    good = {"no": "1", "name": "Bo", "born": None}
    found = lines(tmp_path, good, line, good)
    assert found.numbers == [1, 3]
    assert [(row, where) for row, _, where in found.refused] == [(2, column)]


def test_a_key_that_no_object_has_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"column name: no object has the key \(did you mean 'nmae'"):
        lines(tmp_path, {"no": 1, "nmae": "Hemmelig", "born": None})
    with pytest.raises(RegisterError, match="no object has the key") as caught:
        lines(tmp_path, {"no": 1, "Hemmelig": {}, "born": None})
    assert "Hemmelig" not in str(caught.value)


ENTITIES = [
    {"id": "p1", "schema": "Person", "properties": {"name": ["Åse", "Aase"], "birthDate": ["1980-01-31"]}},
    {"id": "a1", "schema": "Address", "properties": {"full": ["Vej 1"]}},
    {"id": "p2", "schema": "Person", "caption": "x", "properties": {}},
]
FTM = ("id", "name", "birthDate")


def entities(folder: Path, *objects: Any, role: str = "person", **form: Any) -> Read:
    file = folder / "a.ftm.json"
    file.write_text("\n".join(json.dumps(o) for o in objects))
    asked = wanted(file, FTM, **form)
    return read(Wanted(asked.path, asked.columns, form=asked.form, role=role))


def test_entities_of_the_roles_schema_are_rows(tmp_path: Path) -> None:
    assert entities(tmp_path, *ENTITIES).rows == [("p1", "Åse", "1980-01-31"), ("p2", None, None)]
    assert entities(tmp_path, *ENTITIES, separator="; ").rows[0] == ("p1", "Åse; Aase", "1980-01-31")
    assert entities(tmp_path, *ENTITIES, schema="Address").rows == [("a1", None, None)]
    assert entities(tmp_path, *ENTITIES, schema="Family").rows == []


def test_a_role_named_like_no_schema_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"no entity of the role's name \(state schema = \"Person\" for the role"):
        entities(tmp_path, *ENTITIES, role="people")


def test_what_stands_among_entities_and_is_none_is_refused(tmp_path: Path) -> None:
    found = entities(tmp_path, ENTITIES[0], {"no": 1}, ENTITIES[1], {**ENTITIES[0], "id": ["x"]})
    assert found.numbers == [1]
    assert [(row, column) for row, _, column in found.refused] == [(2, None), (3, "id")]


MAPPING = """\
[register]
name = "club"
synthetic = true
extract_date = 2024-05-01
date_formats = ["%d-%m-%Y"]
[register.files]
members = { frame = true }
[persons.member]
from = "members"
record_id = "no"
surname = "name"
birth_date = "born"
"""
TIMES = pd.Series([pd.Timestamp("1980-01-31 12:00"), pd.NaT])
NIGHT = dt.datetime.fromisoformat("2024-01-31T23:30+00:00")
TABLE = pa.table({"no": [1, 2], "name": ["Møller", "Lund"], "born": [DAY, None], "more": [[1], []]})


class OnlyToArrow:
    """What some libraries offer instead of the stream protocol."""

    def to_arrow(self) -> pa.Table:
        return TABLE


FRAMES = {
    "arrow table": TABLE,
    "record batch": TABLE.to_batches()[0],
    "reader": TABLE.to_reader(),
    "to_arrow": OnlyToArrow(),
    "polars": pl.DataFrame(TABLE),
    "polars categories": pl.DataFrame(TABLE).with_columns(pl.col("name").cast(pl.Categorical)),
    "pandas": TABLE.to_pandas(),
    "pandas floats": TABLE.to_pandas().astype({"no": float}),
    "pandas times": pd.DataFrame({"no": [1, 2], "name": ["Møller", "Lund"], "born": TIMES}),
    "pandas mixed": pd.DataFrame({"no": [1, "2"], "name": ["Møller", "Lund"], "born": [DAY, float("nan")]}),
    "pandas arrow": TABLE.drop(["more"]).to_pandas(types_mapper=pd.ArrowDtype),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_frame_reads_like_the_csv(tmp_path: Path, kind: str) -> None:
    assert read(Wanted(Path("x"), COLUMNS, frame=FRAMES[kind])).rows == ROWS


def test_a_frame_is_loaded_in_place_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(MAPPING)
    mapping = read_mapping(tmp_path / "a.toml")
    persons = load([mapping], frames={"club": {"members": TABLE}}).tables["persons"]
    assert persons["birth_date"].to_pylist() == [DAY, None]
    with pytest.raises(RegisterError, match="no data frame was handed over"):
        load([mapping])
    with pytest.raises(MappingError, match=r"no such role.*did you mean 'members'"):
        load([mapping], frames={"club": {"member": TABLE}})
    with pytest.raises(MappingError, match=r"no such register.*did you mean 'club'"):
        load([mapping], frames={"clubs": {"members": TABLE}})


def test_values_that_no_cell_can_hold_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"no": [1, 2, 3], "name": ["Bo", ["Hemmelig"], b"\xff"], "born": [None, None, None]})
    found = read(Wanted(Path("x"), COLUMNS, frame=frame))
    assert found.numbers == [1]
    assert found.refused == [(2, "no plain value", "name"), (3, "no plain value", "name")]
    for bad, says in (
        ([1, 2], "list is no data frame"),
        (TABLE.rename_columns(["name", "no", "x", "born"]), "the column holds list<"),
        (TABLE.drop(["name"]), "no such column"),
    ):
        with pytest.raises(RegisterError, match=says):
            read(Wanted(Path("x"), COLUMNS, frame=bad))


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([1.5, 2.0, float("nan")]), ["1.5", "2", None]),
        (pa.array([1e18, 3.0]), None),
        (pa.array([decimal.Decimal("1.00"), decimal.Decimal("2.50")]), ["1", "2.50"]),
        (
            pa.array([dt.datetime.fromisoformat("2024-01-31T23:30+00:00")], pa.timestamp("us", "Europe/Copenhagen")),
            ["2024-02-01"],
        ),
        (pa.array([True, None]), ["true", None]),
        (pa.array(["a", "a"]).dictionary_encode(), ["a", "a"]),
        (pa.array(["a", "b"], pa.large_string()), ["a", "b"]),
        (pa.array(["a", "b"], pa.string_view()), ["a", "b"]),
        (pa.array([b"a"]), ["a"]),
    ],
)
def test_parquet_and_frames_write_every_type_alike(
    tmp_path: Path, values: pa.Array, texts: list[str | None] | None
) -> None:
    table = pa.table({"no": values})
    pq.write_table(table, tmp_path / "a.parquet")
    from_file = read(wanted(tmp_path / "a.parquet", ("no",)))
    from_frame = read(Wanted(Path("x"), ("no",), frame=table))
    assert from_file == from_frame
    assert texts is None or [row[0] for row in from_file.rows] == texts


def test_parquet_text_that_is_none_costs_its_row_only(tmp_path: Path) -> None:
    lying = pa.Array.from_buffers(pa.string(), 3, pa.array([b"a", b"\xc5", b"b"]).buffers())
    pq.write_table(pa.table({"no": lying}), tmp_path / "a.parquet")
    found = read(wanted(tmp_path / "a.parquet", ("no",)))
    assert found.rows == [("a",), ("b",)]
    assert found.refused == [(2, "bytes that are no text in the declared encoding", "no")]


def test_a_large_parquet_file_comes_in_batches(tmp_path: Path) -> None:
    table = pa.table({"no": pa.array(range(200_000)), "name": ["x" * 50] * 200_000})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=150_000)
    sizes = [len(b.rows) for b in open_register_file(wanted(tmp_path / "a.parquet", ("no", "name")))]
    assert sum(sizes) == 200_000
    assert max(sizes) <= 65_536


def children() -> set[str]:
    """Processes that this one has started and not yet taken leave of; other suites have some of their own."""
    lists = Path("/proc/self/task").glob("*/children")
    return {child for one in lists for child in one.read_text("ascii").split()}


def test_a_reader_that_is_left_early_leaves_no_process(tmp_path: Path) -> None:
    pq.write_table(pa.table({"no": pa.array(range(1_000_000))}), tmp_path / "a.parquet")
    before = children()
    batches = open_register_file(wanted(tmp_path / "a.parquet", ("no",)))
    next(batches)
    assert len(children() - before) == 1
    batches.close()  # type: ignore[attr-defined]
    assert not children() - before


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (f"os.kill(os.getpid(), {int(signal.SIGSEGV)})", "so much that its reader broke"),
        ("sys.exit(4)", "needs more than 4 GiB to read (write it with smaller row groups)"),
        ("time.sleep(60)", "cannot be read in reasonable time"),
        ("print('Hemmelig'); sys.exit(0)", "is empty or damaged"),
    ],
)
def test_a_reading_process_that_breaks_breaks_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, says: str
) -> None:
    pq.write_table(pa.table({"no": [1]}), tmp_path / "a.parquet")
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(columnar, "_SILENCE_SECONDS", 3)
    with pytest.raises(RegisterError) as caught:
        read(wanted(tmp_path / "a.parquet", ("no",)))
    assert says in str(caught.value)
    assert "Hemmelig" not in str(caught.value)


def test_memory_that_a_parquet_file_asks_for_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "_MEMORY_BYTES", 512 << 20)
    pq.write_table(pa.table({"no": ["x" * (256 << 20)]}), tmp_path / "a.parquet", use_dictionary=False)
    with pytest.raises(RegisterError, match="the Parquet file"):
        read(wanted(tmp_path / "a.parquet", ("no",)))
