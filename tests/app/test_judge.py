"""Judgements from the command line into the ledger, into every later rebuild, and back out of it."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pyarrow.compute as pc
import pytest

from kintrace.errors import LedgerError
from kintrace.ledger import Entry, append_judgement, read_ledger
from kintrace.pipeline import Run
from linkage.judgements import Verdict
from linkage.partition import partition_hash
from tests.app.ask import answer, ask
from tests.app.worlds import copy_world, differing, rebuilt

WHY = ("--why", "seen in the case file")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "judgements.jsonl"


def test_a_judgement_is_appended_and_the_lines_before_it_stay(ledger: Path) -> None:
    first = json.loads(answer("judge", "a:1", "b:2", "same", *WHY, "--who", "Mette", "--ledger", ledger, "--json"))
    assert first == {"ledger": str(ledger), "number": 1, "supersedes": None}
    before = ledger.read_bytes()
    second = json.loads(answer("judge", "b:2", "a:1", "different", *WHY, "--ledger", ledger, "--json"))
    assert (second["number"], second["supersedes"]) == (2, 1)
    assert ledger.read_bytes().startswith(before)
    assert ledger.stat().st_mode & 0o777 == 0o600
    listed = json.loads(answer("judge", "--list", "--ledger", ledger, "--json"))
    assert [(one["number"], one["counts"]) for one in listed] == [(1, False), (2, True)]
    assert listed[0]["who"] == "Mette"
    assert "seen in the case file" in answer("judge", "--list", "--ledger", ledger)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a", "b", "maybe", *WHY), "is not one of 'same', 'different', 'unsure'"),
        (("a", "b", "same"), "--why is missing"),
        (("a", "b", "same", "--why", " "), "--why is missing"),
        (("a",), "Name two records and a verdict"),
        (("a", "--list"), "--list takes no records"),
    ],
)
def test_a_judgement_that_says_too_little_is_not_written(ledger: Path, words: tuple[str, ...], said: str) -> None:
    refused = ask("judge", *words, "--ledger", ledger)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not ledger.exists()


def test_a_record_is_not_judged_against_itself(ledger: Path) -> None:
    refused = ask("judge", "a", "a", "same", *WHY, "--ledger", ledger)
    assert refused.exit_code == 1
    assert "both record ids are the same" in refused.stderr
    assert ledger.read_bytes() == b""


WRONG = {
    "no JSON\n": "line 1: no JSON",
    '{"left": "Ida Holm", "right": "b", "verdict": "sme"}\n': "line 1: no such verdict",
    '{"left": "a", "right": "b", "verdict": "same"}\n\n': "line 2: no JSON",
    '{"left": "a", "right": "b", "verdict": "same"}\n[]\n': "line 2: no JSON object",
    '{"left": "a", "right": "b", "verdict": "same", "wy": "x"}\n': "1 unknown keys",
    '{"left": 5, "right": "b", "verdict": "same"}\n': "left is no text",
    '{"left": "a", "right": "b", "verdict": "same", "supersedes": 1}\n': "line 1: supersedes row 1",
    '{"left": "a", "right": "b", "verdict": "same", "supersedes": 1'
    + 30 * "0"
    + "}\n": "supersedes is no whole number",
    '{"left": "\\ud800", "right": "b", "verdict": "same"}\n': "left is no text",
    100_000 * "[" + "\n": "line 1: no JSON",
    '{"left": "a", "right": "b"}\n': "line 1: no such verdict",
    '{"left": "a", "right": "b", "verdict": "same"}': "line 1: the file does not end with a line",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_a_damaged_ledger_is_refused_by_line_and_not_added_to(ledger: Path, text: str, said: str) -> None:
    ledger.write_text(text, "utf-8")
    for words in (("--list",), ("a", "b", "same", *WHY)):
        refused = ask("judge", *words, "--ledger", ledger)
        assert refused.exit_code == 2
        assert f"{ledger}, {said}" in refused.stderr or said in refused.stderr
        assert "Ida" not in refused.stderr
    assert ledger.read_text("utf-8") == text


def test_a_reason_in_a_foreign_encoding_is_refused_before_a_ledger_is_begun(ledger: Path) -> None:
    with pytest.raises(LedgerError, match="why is no text"):
        append_judgement(ledger, Entry("a", "b", Verdict.SAME, "who", "2026-01-01T00:00:00+00:00", "s\udce5"))
    assert not ledger.exists()


def test_a_ledger_that_is_not_there_is_named(ledger: Path) -> None:
    with pytest.raises(LedgerError, match="no such ledger"):
        read_ledger(ledger)


def _append(path: Path, number: int) -> None:
    append_judgement(
        path, Entry(f"left{number}", "right", Verdict.SAME, "who", "2026-01-01T00:00:00+00:00", "x" * 5000)
    )


def test_judgements_written_at_one_time_all_arrive_whole(ledger: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_append, [(ledger, i) for i in range(20)])
    found = read_ledger(ledger)
    assert found.num_rows == 20
    assert sorted(found.column("left").to_pylist()) == sorted(f"left{i}" for i in range(20))


def strangers(run: Run) -> tuple[str, str]:
    """Two registered persons who are two entities."""
    entities = run.read("resolve", "entities")
    registered = entities.filter(pc.starts_with(entities.column("record_id"), "cpr:"))
    one, other = registered.column("record_id").to_pylist()[:2]
    return one, other


def entity(run: Run, record: str) -> str:
    entities = run.read("resolve", "entities")
    return str(entities.filter(pc.equal(entities.column("record_id"), record)).column("entity_id")[0].as_py())


def test_a_judgement_outlives_rebuilds_and_taking_it_back_restores_the_partition(
    hamlet: Path, hamlet_run: Run, tmp_path: Path
) -> None:
    world = copy_world(hamlet, tmp_path / "world")
    config, ledger = world / "kintrace.toml", world / "judgements.jsonl"
    config.write_text(config.read_text("utf-8").replace("[run]\n", '[run]\njudgements = "judgements.jsonl"\n'), "utf-8")
    ledger.touch()
    plain = rebuilt(world)
    assert differing(plain, hamlet_run) == []
    one, other = strangers(plain)
    answer("judge", one, other, "same", *WHY, "--ledger", ledger)
    joined, again = rebuilt(world), rebuilt(world)
    assert partition_hash(again.read("resolve", "entities")) == partition_hash(joined.read("resolve", "entities"))
    assert entity(again, other) == entity(joined, other)
    assert entity(joined, one) == entity(joined, other) == entity(plain, one)
    (alias,) = joined.read("resolve", "aliases").to_pylist()
    assert (alias["previous_id"], alias["event"]) == (entity(plain, other), "merge")
    assert joined.read("resolve", "judgements").column("number").to_pylist() == [1]
    assert "Judged to be one person" in answer("why", one, other, run=joined)
    assert json.loads(answer("why", one, other, "--json", run=joined))["judged"] == {
        "verdict": "same",
        "judgements": [1],
    }
    answer("judge", other, one, "unsure", *WHY, "--ledger", ledger)
    back = rebuilt(world)
    hashes = [partition_hash(run.read("resolve", "entities")) for run in (plain, joined, back)]
    assert hashes[0] != hashes[1]
    assert hashes[0] == hashes[2]
    assert entity(back, one) == entity(plain, one)
