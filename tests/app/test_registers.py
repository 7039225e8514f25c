"""Registers as offices deliver them: what is wrong is told by file and row, and never by what it says of persons."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kintrace.pipeline import current_run
from loaders import load, read_mapping
from tests.app.ask import answer, ask
from tests.app.registers import RegisterFile
from tests.app.worlds import copy_world


@pytest.fixture
def world(hamlet: Path, tmp_path: Path) -> Path:
    return copy_world(hamlet, tmp_path / "world")


def police(world: Path) -> Path:
    """The fullest plain police file."""
    files = (world / "registers" / "politi").glob("*.csv")
    return max(files, key=lambda path: (path.stat().st_size, path.name))


def without_header(path: Path) -> None:
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 4)


def with_tabs(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b";", b"\t"))


def without_a_column(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"Journalnr", b"Journalnummer", 1))


@pytest.mark.parametrize("spoil", [without_header, emptied, binary, with_tabs, without_a_column])
def test_a_file_that_cannot_be_read_is_named_without_its_content(world: Path, spoil: Callable[[Path], None]) -> None:
    path = police(world)
    rows = RegisterFile.read(path).rows
    spoil(path)
    refused = ask("rebuild", world)
    assert refused.exit_code == 1
    message = refused.stderr.splitlines()[-1]
    assert message.startswith(f"kintrace: {path.name}, row ")
    assert "(" in message
    for row in rows:
        assert not [row[c] for c in ("Ident", "Efternavn", "Bopael") if row[c] and row[c] in message]
    assert not (world / "runs" / "current").exists()


def test_rows_that_cannot_be_used_are_counted_and_the_rest_is(world: Path) -> None:
    path = police(world)
    whole = path.read_bytes()
    path.write_bytes(whole + b"too;few;cells\n" + b"x;" * 40 + b"\n")
    counts = json.loads(answer("rebuild", world, "--json"))["counts"]
    assert counts["refused"] >= 2
    refused = current_run(world / "runs").read("load", "refused").to_pylist()
    assert {row["file"] for row in refused} == {path.name}
    assert all(row["reason"] for row in refused)


def test_mentions_without_any_name_are_no_trouble_beside_special_protection(world: Path) -> None:
    file = RegisterFile.read(police(world))
    file.rows.append(
        {"Journalnr": "1", "Kategori": "vold", "Gerningsdato": "01-03-2021", "Loebenr": "1", "Rolle": "SIG"}
    )
    file.write()
    feed = RegisterFile.read(world / "registers" / "cpr" / "beskyttelse.csv")
    someone = RegisterFile.read(world / "registers" / "cpr" / "person.csv").rows[0]["PersonId"]
    feed.rows.append({"PersonId": someone, "Beskyttelsestype": "saerlig", "GyldigFra": "2020-01-01"})
    feed.write()
    assert json.loads(answer("rebuild", world, "--json"))["state"] == "published"
    persons = current_run(world / "runs").read("load", "persons").to_pylist()
    assert [p["record_id"] for p in persons if p["surname"] is None and p["record_id"].endswith(":1/1")]


@pytest.mark.parametrize("kept", ["cpr", "polsas-*", "underretning-*"])
def test_one_kind_of_register_alone_is_a_run(world: Path, kept: str) -> None:
    config = world / "kintrace.toml"
    config.write_text(config.read_text("utf-8").replace("mappings/*.toml", f"mappings/{kept}.toml"), "utf-8")
    said = json.loads(answer("rebuild", world, "--json"))
    assert said["counts"]["mentions"] > 0
    found = json.loads(answer("search", "Jensen", "--json", run=world))
    assert all(f"is stated in {kept.rstrip('*')}" in one["why"] for one in found)
    persons = current_run(world / "runs").read("load", "persons").column("record_id").to_pylist()
    asked = ask("why", persons[0], persons[1], run=world)
    assert asked.exit_code == 0 or "worth comparing" in asked.stderr


def test_registers_without_a_single_person_are_refused(world: Path) -> None:
    for path in (world / "mappings").iterdir():
        if path.name != "cpr.toml":
            path.unlink()
    for path in (world / "registers" / "cpr").iterdir():
        path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    refused = ask("rebuild", world)
    assert refused.exit_code == 1
    assert "no mention to resolve" in refused.stderr


JOINED = """
[register]
name = "town"
extract_date = 2025-01-01
synthetic = true
encoding = "utf-8"
delimiter = ";"

[register.files]
people = "people.csv"

[persons.one]
from = "people"
record_id = "id"
given = { join = ["first", "second"], separator = " " }
surname = "last"
"""


def test_a_joined_cell_whose_parts_are_all_empty_is_empty(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(JOINED, "utf-8")
    (tmp_path / "people.csv").write_text("id;first;second;last\n1;Eva;Mia;Holm\n2;;;Lund\n3;;Ida;Toft\n", "utf-8")
    persons = load([read_mapping(tmp_path / "town.toml")], as_loaded=dt.date(2025, 1, 1)).tables["persons"]
    assert dict(zip(persons["surname"].to_pylist(), persons["given"].to_pylist(), strict=True)) == {
        "Holm": "Eva Mia",
        "Lund": None,
        "Toft": "Ida",
    }
