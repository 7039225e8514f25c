"""No answer about a person without a purpose and a line in the log; every answer says where it comes from."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from kintrace.audit import log_path
from kintrace.cli.options import today
from kintrace.pipeline import Run
from tests.app.ask import answer, ask
from tests.app.worlds import make_world, rebuilt

PURPOSE = ("--case", "K-17", "--purpose", "concern for a child", "--legal-basis", "Retsplejeloven § 115")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose registers do not call themselves synthetic."""
    world = make_world(tmp_path_factory.mktemp("real") / "world", persons=200, years=5, seed=4)
    for file in (world / "kintrace.toml", *(world / "mappings").iterdir()):
        file.write_text(file.read_text("utf-8").replace("synthetic = true", "synthetic = false"), "utf-8")
    return rebuilt(world, "cpr")  # its numbers have an impossible month, which no real register may hold


@pytest.fixture
def own(run: Run, tmp_path: Path) -> Run:
    """The country's run in a folder of its own, with an empty log."""
    shutil.copytree(run.path, tmp_path / run.name)
    return Run(tmp_path / run.name)


def somebody(run: Run) -> str:
    return str(run.read("graph", "Person").column("person_id")[0].as_py())


def child(run: Run) -> str:
    """A child with a history, the first by id whose story has events of two districts."""
    persons = run.read("graph", "Person")
    for one in persons.filter(persons.column("held")).column("person_id").to_pylist():
        story = json.loads(answer("family", one, "--json", run=run))
        if len({entry["district"] for entry in story["entries"]} - {None}) > 1:
            return str(one)
    raise AssertionError("no child moved between districts")


def pair(run: Run) -> tuple[str, str]:
    """A report and the registered person it was linked to."""
    links = run.read("resolve", "links")
    linked = links.filter(pc.is_valid(links.column("anchor_id"))).slice(0, 1).to_pylist()[0]
    return linked["record_id"], linked["anchor_id"]


def log(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_path(run).read_text("utf-8").splitlines()]


def lookups(run: Run) -> list[tuple[str, ...]]:
    return [("family", somebody(run)), ("person", somebody(run)), ("search", "Jensen"), ("why", *pair(run))]


def test_a_look_up_in_real_registers_needs_case_purpose_and_legal_basis(real: Run) -> None:
    for words in lookups(real):
        for stated in ((), PURPOSE[:2], PURPOSE[:4], PURPOSE[2:]):
            refused = ask(*words, *stated, run=real)
            assert refused.exit_code == 1
            assert "needs a case, a purpose and a legal basis" in refused.stderr
            assert not refused.stdout
    assert [entry["action"] for entry in log(real)] == ["accept"]


def test_blank_words_and_the_demo_case_are_no_purpose(real: Run) -> None:
    for words in lookups(real):
        blank = ask(*words, "--case", " ", *PURPOSE[2:], run=real)
        assert blank.exit_code == 1
        assert "names no case" in blank.stderr
        demo = ask(*words, "--case", "DEMO", *PURPOSE[2:], run=real)
        assert demo.exit_code == 1
        assert "DEMO is no case" in demo.stderr
        assert not blank.stdout
        assert not demo.stdout


def test_of_real_registers_diff_tells_counts_only(real: Run) -> None:
    told = json.loads(answer("diff", real.path, real.path, "--limit", "50", *PURPOSE, "--json"))
    assert told["limit"] == 0
    assert log(real)[-1]["action"] == "diff"
    assert log(real)[-1]["persons"] == []


def test_with_a_purpose_the_answer_comes_and_the_log_holds_it(real: Run) -> None:
    before = len(log(real))
    for words in lookups(real):
        assert answer(*words, *PURPOSE, run=real)
        assert "DEMO" not in answer(*words, *PURPOSE, "--json", run=real)
    entries = log(real)[before:]
    assert [entry["action"] for entry in entries] == [w[0] for w in lookups(real) for _ in range(2)]
    for entry in entries:
        assert entry["case"] == "K-17"
        assert entry["purpose"] == "concern for a child"
        assert entry["legal_basis"] == "Retsplejeloven § 115"
        assert entry["run"] == real.name
        assert entry["who"]
        assert dt.datetime.fromisoformat(entry["at"]).date() <= today()


def test_the_purpose_may_come_from_the_environment(real: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("CASE", "K-18"), ("PURPOSE", "concern"), ("LEGAL_BASIS", "law")):
        monkeypatch.setenv(f"KINTRACE_{name}", value)
    answer("person", somebody(real), run=real)
    assert log(real)[-1]["case"] == "K-18"


def test_the_log_holds_ids_and_neither_names_nor_what_was_typed(own: Run) -> None:
    hits = json.loads(answer("search", "Jensen", "--json", run=own))
    answer("search", "1701801234", run=own)
    text = log_path(own).read_text("utf-8")
    assert "jensen" not in text.lower()
    assert "1701801234" not in text
    assert log(own)[0]["persons"] == [hit["person_id"] for hit in hits]
    assert all(hit["name"] not in text for hit in hits)
    assert log_path(own).stat().st_mode & 0o077 == 0


def test_without_a_log_there_is_no_answer(own: Run) -> None:
    asked = lookups(own)
    log_path(own).mkdir()
    for words in asked:
        refused = ask(*words, run=own)
        assert refused.exit_code == 1
        assert "the look-up log cannot be written" in refused.stderr
        assert not refused.stdout


def test_a_synthetic_run_marks_every_answer(run: Run) -> None:
    for words in (*lookups(run), ("family", child(run)), ("search", "nobody at all")):
        assert answer(*words, run=run).startswith(" DEMO  synthetic data: nobody here exists")
    assert json.loads(answer("family", somebody(run), "--json", run=run))["demo"] is True
    assert json.loads(answer("person", somebody(run), "--json", run=run))["demo"] is True
    assert json.loads(answer("why", *pair(run), "--json", run=run))["demo"] is True


def test_a_family_is_told_with_districts_sources_and_links(run: Run) -> None:
    one = child(run)
    story = json.loads(answer("family", one, "--json", run=run))
    assert story["child"] == one
    assert story["focal"] is True
    assert set(story) >= {"members", "entries", "possible", "concerns", "stays", "moves", "as_of", "known_at"}
    for entry in story["entries"]:
        assert entry["records"]
        assert all(0 <= part["probability"] <= 1 for part in entry["parts"])
    shown = answer("family", one, run=run)
    for entry in story["entries"]:
        assert entry["date"] in shown
        for record in entry["records"]:
            assert record["journal_number"] is None or record["journal_number"] in shown
    by_record = json.loads(answer("family", f"cpr:{registration(run, one)}", "--json", run=run))
    assert by_record == story


def registration(run: Run, person: str) -> str:
    entities = run.read("resolve", "entities")
    records = entities.filter(pc.equal(entities.column("entity_id"), person)).column("record_id").to_pylist()
    return str(next(record for record in records if record.startswith("cpr:"))).removeprefix("cpr:")


def test_another_day_is_another_story(run: Run) -> None:
    one = child(run)
    whole = json.loads(answer("family", one, "--json", run=run))
    middle = sorted(entry["date"] for entry in whole["entries"])[len(whole["entries"]) // 2]
    earlier = json.loads(answer("family", one, "--as-of", middle, "--json", run=run))
    assert earlier["as_of"] == middle
    assert all(entry["date"] <= middle for entry in earlier["entries"])
    unknown = json.loads(answer("family", one, "--known-at", "1900-01-01", "--json", run=run))
    assert not unknown["entries"]


def test_somebody_grown_up_has_no_family_history_and_is_told_so(run: Run) -> None:
    persons = run.read("graph", "Person").to_pylist()
    adult = next(p for p in persons if p["birth_date"] and p["birth_date"] < dt.date(1990, 1, 1))
    assert "is no child on" in answer("family", adult["person_id"], run=run)
    assert json.loads(answer("family", adult["person_id"], "--json", run=run))["focal"] is False


def test_search_finds_words_in_any_order_and_says_why(run: Run) -> None:
    first = json.loads(answer("person", somebody(run), "--json", run=run))
    words = first["name"].split()
    for order in (words, reversed(words)):
        hits = json.loads(answer("search", *order, "--born", first["birth_date"], "--json", run=run))
        assert first["person_id"] in [hit["person_id"] for hit in hits]
        assert all(hit["why"] for hit in hits)
    assert len(json.loads(answer("search", "Jensen", "--limit", "2", "--json", run=run))) == 2


@pytest.mark.parametrize("text", ["", "   ", "'; drop table", "💥", "%", "\\", "x" * 500, "0" * 10])
def test_a_search_for_nothing_finds_nobody_and_says_what_to_try(run: Run, text: str) -> None:
    assert "Nobody within the scope" in answer("search", text, run=run)
    assert json.loads(answer("search", text, "--json", run=run)) == []


def test_why_shows_what_speaks_for_and_against(run: Run) -> None:
    left, right = pair(run)
    said = json.loads(answer("why", left, right, "--json", run=run))
    assert set(said["entities"]) == {left, right}
    assert len(set(said["entities"].values())) == 1
    total = said["prior_bits"] + sum(reason["bits"] for reason in said["reasons"]) + said["household_bits"]
    assert total == pytest.approx(said["match_weight"], abs=2e-2)
    shown = answer("why", left, right, run=run)
    assert "one person" in shown
    assert "same" in shown
    people = run.read("load", "persons").column("record_id").to_pylist()
    registered = [record for record in people if record.startswith("cpr:")][:2]
    strangers = answer("why", *registered, run=run)
    assert "two persons" in strangers
    assert "compared now, for this question" in strangers


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("family", "E0000000000000"), 1, "no person 'E0000000000000' in this snapshot"),
        (("person", "nobody"), 1, "no person 'nobody' in this snapshot"),
        (("person", ""), 1, "no person '' in this snapshot"),
        (("person", "cpr:0"), 1, "no record 'cpr:0' in this snapshot"),
        (("why", "cpr:0", "cpr:1"), 1, "no mention 'cpr:0' in this run"),
        (("why", "", ""), 1, "no mention '' in this run"),
        (("search", "Jensen", "--born", "2020-13-40"), 2, "'2020-13-40' is no date; write YYYY-MM-DD"),
        (("search", "Jensen", "--born", "yesterday"), 2, "write YYYY-MM-DD"),
        (("search", "Jensen", "--limit", "0"), 2, "0 is not in the range"),
        (("family", "E1", "--as-of", "2025"), 2, "write YYYY-MM-DD"),
        (("family", "E1", "--as-of", "0001-01-01"), 2, "is not between"),
        (("family", "E1", "--as-of", "9999-12-31"), 2, "is not between"),
        (("family", "E1", "--known-at", "31-12-2020"), 2, "write YYYY-MM-DD"),
        (("search",), 2, "Missing argument 'TEXT...'"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(
    run: Run, words: tuple[str, ...], status: int, said: str
) -> None:
    refused = ask(*words, run=run)
    assert refused.exit_code == status, refused.output
    assert said in refused.stderr
    assert not refused.stdout


def test_a_damaged_snapshot_is_named(own: Run) -> None:
    store = own.stage("snapshot") / "store"
    (store / "manifest.json").write_text("{", "utf-8")
    refused = ask("search", "Jensen", run=own)
    assert refused.exit_code == 1
    assert "store" in refused.stderr
    shutil.rmtree(store)
    gone = ask("search", "Jensen", run=own)
    assert gone.exit_code == 1
    assert "snapshot" in gone.stderr


def test_a_damaged_manifest_is_named(own: Run) -> None:
    (own.path / "manifest.json").write_text("[]", "utf-8")
    refused = ask("search", "Jensen", run=own)
    assert refused.exit_code == 1
    assert "manifest.json is damaged" in refused.stderr
