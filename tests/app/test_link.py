"""`kintrace link` as an analyst uses it: saved models, earlier ids, judgements, the truth and the report."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kintrace.views.linkage import weight_histogram
from linkage.link import Linkage, LinkReport
from linkage.partition import partition_hash
from tests.app.ask import answer, ask

GIVEN = ("Anna", "Bo", "Carl", "Dorte", "Erik", "Frida", "Gorm", "Hanne", "Inger", "Jonas")
SURNAME = ("Jensen", "Lund", "Bech", "Kjær", "Dam", "Friis", "Holm", "Vestergaard")
HEAD = "id;person;given;sur;dob;town"
KINDS = tuple(
    word
    for kind in ("id=record_id", "given=given_name", "sur=surname", "dob=birth_date", "town=city")
    for word in ("--kind", kind)
)


def lines(first: int = 0, last: int = 70) -> list[str]:
    """Persons in two records each; the second lacks a letter or the town."""
    rows = []
    for i in range(first, last):
        given, surname = GIVEN[i % 10], SURNAME[i * 3 % 8] + ("sen" if i % 3 else "")
        born, town = f"19{40 + i % 60}-{1 + i % 12:02d}-{1 + i * 5 % 28:02d}", f"By {i * 7 % 23}"
        rows.append(f"{i:03d}a;p{i};{given};{surname};{born};{town}")
        rows.append(f"{i:03d}b;p{i};{given[:-1] if i % 2 else given};{surname};{born};{'' if i % 5 else town}")
    return rows


def table(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    return path


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return table(tmp_path / "people.csv", lines())


def link(file: Path, out: Path, *words: str | Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(answer("link", file, *KINDS, "--out", out, "--json", *words))
    return said


def entities(out: Path) -> pa.Table:
    return pq.read_table(out / "entities.parquet")


def test_shuffled_rows_give_the_same_bytes(people: Path, tmp_path: Path) -> None:
    rows = lines()
    random.Random(3).shuffle(rows)  # noqa: S311
    link(people, tmp_path / "one")
    link(table(tmp_path / "shuffled.csv", rows), tmp_path / "two")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_a_new_folder_is_for_its_owner_alone(people: Path, tmp_path: Path) -> None:
    link(people, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert sorted(file.suffix for file in (tmp_path / "out").iterdir()) == [".json", *5 * [".parquet"]]


def test_the_histogram_of_pairs_that_are_all_certain_is_one_bar() -> None:
    model: dict[str, Any] = {}
    pairs = pa.table({"left": ["a"], "right": ["b"], "match_weight": [57.5], "probability": [1.0]})
    found = pa.table({"record_id": ["a", "b"], "entity_id": ["x", "x"]})
    drawn = weight_histogram(Linkage(found, pairs, pairs, model, LinkReport(2, 1, 2, 1, 0, ())))
    assert drawn is not None
    assert [bar.kind for bar in drawn.bars] == ["joined"]


def test_a_saved_model_links_new_data_without_training(people: Path, tmp_path: Path) -> None:
    link(people, tmp_path / "old")
    new = table(tmp_path / "new.csv", lines(70, 120))
    said = link(new, tmp_path / "new", "--model", tmp_path / "old" / "model.json")
    assert said["entities"] == 50
    trained, used = (json.loads((tmp_path / name / "model.json").read_text("utf-8")) for name in ("old", "new"))
    assert used["comparisons"] == trained["comparisons"]
    assert link(people, tmp_path / "again", "--model", tmp_path / "new")["model"] == str(tmp_path / "new")
    assert partition_hash(entities(tmp_path / "again")) == partition_hash(entities(tmp_path / "old"))


def test_columns_in_another_order_or_without_a_value_do_not_trouble_a_saved_model(people: Path, tmp_path: Path) -> None:
    link(people, tmp_path / "old")
    rows = [row.split(";") for row in lines(70, 120)]
    file = tmp_path / "new.csv"
    text = "\n".join(["town;dob;sur;given;id", *(f";{r[4]};{r[3]};{r[2]};{r[0]}" for r in rows)])
    file.write_text(text + "\n", "utf-8")
    said = link(file, tmp_path / "new", "--model", tmp_path / "old")
    assert said["entities"] == 50
    assert any("town has no values" in warning for warning in said["warnings"])


def test_entities_keep_the_ids_of_an_earlier_run(people: Path, tmp_path: Path) -> None:
    link(people, tmp_path / "old")
    old = entities(tmp_path / "old")
    renamed = [f"x{name}" for name in old.column("entity_id").to_pylist()]
    pq.write_table(pa.table({"record_id": old.column("record_id"), "entity_id": renamed}), tmp_path / "ids.parquet")
    more = table(tmp_path / "more.csv", lines(0, 90))
    for out in ("one", "two"):
        assert link(more, tmp_path / out, "--previous", tmp_path / "ids.parquet")["changed"] == 0
    now = entities(tmp_path / "one")
    assert now.equals(entities(tmp_path / "two"))
    named = dict(zip(*(now.column(c).to_pylist() for c in ("record_id", "entity_id")), strict=True))
    assert [named[record] for record in old.column("record_id").to_pylist()] == renamed
    assert pq.read_table(tmp_path / "one" / "aliases.parquet").num_rows == 0


def test_judgements_bind_the_result_and_earlier_ids_tell_of_it(people: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "judgements.jsonl"
    answer("judge", "000a", "001a", "same", "--why", "a letter", "--ledger", ledger)
    answer("judge", "002a", "002b", "different", "--why", "a photo", "--ledger", ledger)
    link(people, tmp_path / "old")
    said = link(people, tmp_path / "new", "--judgements", ledger, "--previous", tmp_path / "old")
    named = dict(
        zip(*(entities(tmp_path / "new").column(c).to_pylist() for c in ("record_id", "entity_id")), strict=True)
    )
    assert named["000a"] == named["000b"] == named["001a"] == named["001b"]
    assert named["002a"] != named["002b"]
    events = {row["event"] for row in pq.read_table(tmp_path / "new" / "aliases.parquet").to_pylist()}
    assert events == {"merge", "split"}
    assert said["changed"] == 2
    told = pq.read_table(tmp_path / "new" / "contradictions.parquet")
    assert said["contradictions"] == told.num_rows


def test_the_truth_scores_and_chooses_nothing(people: Path, tmp_path: Path) -> None:
    plain = link(people, tmp_path / "plain")
    said = link(people, tmp_path / "scored", "--truth", "person")
    assert said["truth"]["pairwise"]["f1"] > 0.95
    assert said["truth"]["true_entities"] == 70
    assert said["entities"] == plain["entities"]
    for file in (tmp_path / "plain").iterdir():
        assert file.read_bytes() == (tmp_path / "scored" / file.name).read_bytes()


def test_the_report_is_whole_in_itself_and_holds_no_value(people: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    said = answer("link", people, *KINDS, "--out", tmp_path / "out", "--report", page, "--truth", "person")
    assert f"Report: {page}" in said
    assert "Against the true persons" in said
    text = page.read_text("utf-8")
    assert "140 records are" in text
    assert text.count("<svg") == 2
    for heading in ("Pairs by match weight", "How candidates were found", "What agreement is worth", "true persons"):
        assert heading in text
    assert not re.search(r"https?://|@import|url\(|<script|<link|<img", text)
    assert not re.search(rf"\b(?:{'|'.join((*GIVEN, *SURNAME))}|000a)\b", text)
    again = tmp_path / "again.html"
    answer("link", people, *KINDS, "--out", tmp_path / "out2", "--report", again)
    assert "Held against" not in again.read_text("utf-8")


REFUSED = {
    "no model": (("--model", "nowhere.json"), "nowhere.json: no such model"),
    "a model that is none": (("--model", "people.csv"), "no model: the file is no JSON"),
    "no id map": (("--previous", "nowhere.parquet"), "nowhere.parquet: no such id map"),
    "an id map that is none": (("--previous", "people.csv"), "no id map: the file is no Parquet"),
    "an id map without ids": (("--previous", "bare.parquet"), "no id map: it lacks entity_id"),
    "an id map that repeats": (("--previous", "twice.parquet"), "ids are missing, or record ids repeat"),
    "no ledger": (("--judgements", "nowhere.jsonl"), "no such ledger"),
    "not the other engine": (("--model", "m", "--engine", "recordlinkage"), "not with --engine recordlinkage"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_named_before_the_work_begins(
    people: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(people.parent)
    pq.write_table(pa.table({"record_id": ["a"]}), "bare.parquet")
    pq.write_table(pa.table({"record_id": ["a", "a"], "entity_id": ["x", "y"]}), "twice.parquet")
    refused = ask("link", people, *KINDS, "--out", "out", *words)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not Path("out").exists()


def test_a_model_of_other_columns_is_refused_by_name(people: Path, tmp_path: Path) -> None:
    link(people, tmp_path / "old")
    refused = ask("link", people, *KINDS[:-2], "--out", tmp_path / "new", "--model", tmp_path / "old")
    assert refused.exit_code == 1
    assert "trained on other columns (it needs town)" in refused.stderr


@pytest.mark.parametrize(
    ("column", "said"),
    [("nobody", "no such column"), ("given", "the column takes part in the linkage")],
)
def test_a_truth_that_is_none_is_refused(people: Path, tmp_path: Path, column: str, said: str) -> None:
    refused = ask("link", people, *KINDS, "--out", tmp_path / "out", "--truth", column)
    assert refused.exit_code == 1
    assert said in refused.stderr


def test_a_repeated_id_is_refused_without_the_id(tmp_path: Path) -> None:
    file = table(tmp_path / "twice.csv", [*lines(0, 3), lines(0, 1)[0]])
    refused = ask("link", file, *KINDS, "--out", tmp_path / "out")
    assert refused.exit_code == 1
    assert "repeat" in refused.stderr
    assert "000a" not in refused.stderr
