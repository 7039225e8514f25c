"""What differs between two runs: counted and named by id, with the reason, under a purpose, and sealed where sealed."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.grant import demo_grant
from graph.history import family_history, history_rows
from graph.snapshot import Snapshot
from kintrace.audit import log_path
from kintrace.cli.options import today
from kintrace.differences.entities import EntityMap, compare_entities
from kintrace.pipeline import Run
from kintrace.pipeline.runs import write_tables
from tests.app.ask import answer, ask
from tests.app.hidden_places import EAST, NORTH, Country, choose_protected, hide
from tests.app.registers import RegisterFile, register_files
from tests.app.worlds import copy_world, rebuilt

Answer = dict[str, Any]
FAR_AWAY = "Ukendtvej 7, 9990 Skagen"


class Changed(NamedTuple):
    """Two runs of one world between which the registers were changed, and how."""

    before: Run
    after: Run
    done: Mapping[str, set[str]]
    """Records by what was done to them."""


def named_rows(police: list[RegisterFile]) -> list[tuple[RegisterFile, dict[str, str]]]:
    """Rows about the injured and accused that state a number."""
    roles = ("SIG", "FOU", "MIS")
    return [(file, row) for file in police for row in file.rows if row["Ident"] and row["Rolle"] in roles]


def change(world: Path) -> dict[str, set[str]]:
    """Rows taken out, put in, withdrawn and placed elsewhere, and parents forgotten."""
    police = [file for file in register_files(world / "registers" / "politi") if "Journalnr" in file.columns]
    done: dict[str, set[str]] = {"out": set(), "in": set(), "withdrawn": set(), "placed": set()}
    rows = named_rows(police)
    for number, (file, row) in enumerate(rows):
        record = f"polsas-{file.path.name.split('.')[0]}:{row['Journalnr']}"
        if number % 8 == 0:
            done["out"].add(record)
            file.rows = [other for other in file.rows if other["Journalnr"] != row["Journalnr"]]
        elif number % 8 == 2:
            journal = f"{row['Journalnr']}-new"
            done["in"].add(f"polsas-{file.path.name.split('.')[0]}:{journal}")
            file.rows.append({**row, "Journalnr": journal, "Referencenr": "", "Gerningsdato": "05-05-2024"})
        elif number % 8 == 4:
            done["withdrawn"].add(record)
            for other in file.rows:
                if other["Journalnr"] == row["Journalnr"]:
                    other["Tilbagekaldt"] = "01-06-2025"
    for file in police:
        for row in file.rows:
            if not row["Loebenr"]:
                done["placed"].add(f"polsas-{file.path.name.split('.')[0]}:{row['Journalnr']}")
                row["Gerningssted"] = FAR_AWAY
        file.write()
    parents = RegisterFile.read(world / "registers" / "cpr" / "foraelder.csv")
    parents.rows = [row for number, row in enumerate(parents.rows) if number % 9]
    parents.write()
    return done


@pytest.fixture(scope="module")
def changed(country: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Changed:
    world = copy_world(country, tmp_path_factory.mktemp("changed") / "world")
    (world / "runs").mkdir()
    shutil.copytree(run.path, world / "runs" / run.name)
    (world / "runs" / "current").symlink_to(run.name)
    done = change(world)
    after = rebuilt(world)
    return Changed(Run(world / "runs" / run.name), after, done)


def differences(before: Run, after: Run, *more: str) -> Answer:
    found: Answer = json.loads(answer("diff", before.path, after.path, "--json", *more))
    return found


@pytest.fixture(scope="module")
def told(changed: Changed) -> Answer:
    return differences(changed.before, changed.after, "--limit", "10000")


def test_a_run_does_not_differ_from_itself(run: Run) -> None:
    found = differences(run, run)
    assert found["same"] is True
    assert found["demo"] is True
    assert found["changed_histories"] == 0
    assert found["entities"]["before"] == found["entities"]["unchanged"] > 1000
    assert "Nothing differs." in answer("diff", run.path, run.path)
    assert ask("diff", run.path, run.path, "--exit-code").exit_code == 0


def test_an_exit_status_says_that_something_differs_if_it_is_asked_for(changed: Changed) -> None:
    assert ask("diff", changed.before.path, changed.after.path).exit_code == 0
    assert ask("diff", changed.before.path, changed.after.path, "--exit-code").exit_code == 1


def test_rows_in_and_out_are_counted_by_register(changed: Changed, told: Answer) -> None:
    incidents = [row for row in told["registers"] if row["table"] == "incidents"]
    for before, after in (("went", "out"), ("came", "in"), ("withdrawn", "withdrawn")):
        # A record of a protected person is counted as protected, not with its register.
        expected = Counter(record.split(":")[0] for record in changed.done[after])
        for row in incidents:
            if row["register"] != "protected":
                assert row[before] <= expected[row["register"]]
        assert sum(row[before] for row in incidents) == len(changed.done[after])
    relations = [row for row in told["registers"] if row["table"] == "relations"]
    assert sum(row["went"] for row in relations) > 50


def lines(run: Run, child: str, day: str) -> set[tuple[object, ...]]:
    """A history, with events by their records."""
    snapshot = Snapshot.open(run.stage("snapshot") / "store")
    if snapshot.find("Person", child) is None:
        return set()
    history = family_history(snapshot, child, dt.date.fromisoformat(day), demo_grant(), today=today())
    records = {e.event_id: tuple(r.incident_id for r in e.records) for e in history.entries}
    sealed = {e.event_id: (e.date, e.category) for e in history.entries if e.sealed}
    return {
        (sealed.get(row.event_id, records[row.event_id]), row.klass, row.person_id, row.role)
        for row in history_rows(history)
    }


def test_the_children_named_are_those_whose_histories_differ(changed: Changed, told: Answer) -> None:
    held: set[str] = set()
    for run in (changed.before, changed.after):
        persons = run.read("graph", "Person")
        held |= set(persons.filter(persons.column("held")).column("person_id").to_pylist())
    merged = {other for group in told["entities"]["merges"] for other in group["others"]}
    expected = {
        child
        for child in held - merged
        if lines(changed.before, child, told["as_of"]) != lines(changed.after, child, told["as_of"])
    }
    named = {child["child"] for child in told["children"]}
    assert len(named) == told["changed_histories"] > 10
    # A person who merged is called otherwise now, and its relatives' lines with it.
    assert named <= expected | merged
    assert len(expected - named) <= 2 * len(merged)


def test_every_change_has_a_reason_that_fits_what_was_done(changed: Changed, told: Answer) -> None:
    counted: Counter[str] = Counter()
    for child in told["children"]:
        assert child["events"]
        for event in child["events"]:
            assert event["reasons"]
            assert event["before"] != event["after"] or len(event["records"]) > 1
            for reason in event["reasons"]:
                counted[reason["why"]] += 1
                if reason["why"] == "new record":
                    assert any(about.split("/")[0] in changed.done["in"] for about in reason["about"])
                if reason["why"] == "withdrawn record":
                    gone = changed.done["out"] | changed.done["withdrawn"]
                    assert any(about.split("/")[0] in gone for about in reason["about"])
    assert {"new record", "withdrawn record", "relation changed", "record corrected"} <= set(counted), counted
    unexplained = counted["other"] + counted["another member's part changed"]
    assert unexplained <= 0.05 * sum(counted.values()), counted
    assert dict(told["reasons"]).keys() == set(counted)


def test_a_limit_shortens_lists_and_no_count(changed: Changed, told: Answer) -> None:
    short = differences(changed.before, changed.after, "--limit", "2")
    assert len(short["children"]) == 2
    assert short["children"] == told["children"][:2]
    assert {k: v for k, v in short["entities"].items() if isinstance(v, int)} == {
        k: v for k, v in told["entities"].items() if isinstance(v, int)
    }
    shown = answer("diff", changed.before.path, changed.after.path, "--limit", "2")
    assert f"and {told['changed_histories'] - 2:,} more" in shown


def test_the_answer_holds_ids_and_no_names_and_its_log_line_holds_the_ids(changed: Changed) -> None:
    shown = answer("diff", changed.before.path, changed.after.path)
    assert shown.startswith(" DEMO")
    persons = changed.after.read("graph", "Person")
    names = {name for name in persons.column("name").to_pylist() if name}
    assert not [name for name in names if name in shown]
    entries = [json.loads(line) for line in log_path(changed.after).read_text("utf-8").splitlines()]
    last = [entry for entry in entries if entry["action"] == "diff"][-2:]
    assert {entry["run"] for entry in last} == {changed.before.name, changed.after.name}
    found = differences(changed.before, changed.after)
    assert {child["child"] for child in found["children"]} <= set(last[0]["persons"])


def test_real_registers_need_a_case_and_are_not_compared_with_synthetic_ones(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / run.name)
    manifest = tmp_path / run.name / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    content["settings"]["synthetic"] = False
    manifest.write_text(json.dumps(content), "utf-8")
    real = tmp_path / run.name
    refused = ask("diff", real, real)
    assert refused.exit_code == 1
    assert "needs a case, a purpose and a legal basis" in refused.stderr
    assert not refused.stdout
    purpose = ("--case", "K-17", "--purpose", "review", "--legal-basis", "the police act")
    assert json.loads(answer("diff", real, real, "--json", *purpose))["demo"] is False
    mixed = ask("diff", run.path, real, *purpose)
    assert mixed.exit_code == 1
    assert "one run is synthetic and the other real" in mixed.stderr


def test_a_run_may_be_named_as_it_is_listed(changed: Changed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(changed.after.path.parent.parent)
    assert changed.after.name in answer("diff", changed.before.name, changed.after.name)
    refused = ask("diff", "run-7777", changed.after.name)
    assert refused.exit_code == 2
    assert "run-7777: no run here" in refused.stderr


def test_two_worlds_that_differ_in_sealed_places_differ_in_no_answer(
    country: Path, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    protected = choose_protected(Country(country), 5)
    answers = []
    for hiding in (NORTH, EAST):
        path = copy_world(country, tmp_path_factory.mktemp("hidden") / "world")
        country_files = Country(path)
        assert hide(country_files, protected, hiding) >= 15
        country_files.write()
        later = rebuilt(path)
        answers.append((answer("diff", run.path, later.path, "--limit", "10000"), differences(run, later)))
        assert not [word for word in hiding.words() if word in answers[-1][0].lower()]
    assert answers[0] == answers[1]
    assert "because of: protected record" in answers[0][0]


# ------------------------------------------------------------------------------------- who is who, alone


def entity_run(folder: Path, owner: Mapping[str, str]) -> Run:
    """A run of which nothing is known but who is who."""
    records, people = list(owner), list(owner.values())
    for stage, name, columns in (("resolve", "entities", ("entity_id",)), ("graph", "Mention", ("person_id",))):
        (folder / stage).mkdir(parents=True)
        write_tables(folder / stage, {name: pa.table({"record_id": records, columns[0]: people})})
    return Run(folder)


def compared(folder: Path, before: Mapping[str, str], after: Mapping[str, str]) -> EntityMap:
    return compare_entities(entity_run(folder / "1", before), entity_run(folder / "2", after), 100)


def test_persons_merge_split_come_go_and_exchange_mentions(tmp_path: Path) -> None:
    before = dict(zip("abcdefghij", "AABBCCCDEE", strict=True)) | {"x": "X"}
    after = {"a": "A", "b": "A", "c": "A", "d": "A", "e": "C", "f": "C2", "g": "C", "h": "D", "i": "E", "j": "D"}
    found = compared(tmp_path, before, after | {"n": "N"}).changes
    assert (found.before, found.after) == (6, 6)
    assert (found.unchanged, found.changed, found.new, found.gone) == (0, 4, 1, 1)
    assert [(g.entity, g.others) for g in found.merges] == [("A", ("A", "B"))]
    assert [(g.entity, g.others) for g in found.splits] == [("C", ("C", "C2"))]
    assert [(m.record_id, m.before, m.after) for m in found.moves] == [("j", "E", "D")]
    assert (found.new_ids, found.gone_ids) == (("N",), ("X",))


def test_ids_that_a_run_did_not_inherit_are_no_difference(tmp_path: Path) -> None:
    found = compared(tmp_path, {"a": "A", "b": "A", "c": "B"}, {"a": "P", "b": "P", "c": "Q"})
    assert (found.changes.unchanged, found.changes.merged, found.changes.split, found.changes.moved) == (2, 0, 0, 0)
    assert found.successors.to_pylist() == [{"old": "A", "new": "P"}, {"old": "B", "new": "Q"}]


PARTITIONS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("PQRS"), max_size=8)


@settings(max_examples=40, deadline=None)
@given(PARTITIONS, PARTITIONS)
def test_every_person_is_counted_once(before: dict[str, str], after: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = compared(Path(folder), before, {record: f"{owner}2" for record, owner in after.items()})
    changes = found.changes
    assert changes.before == len(set(before.values()))
    assert changes.after == len(set(after.values()))
    assert changes.before == changes.unchanged + changes.changed + changes.merged + changes.gone
    assert changes.after == changes.unchanged + changes.changed + changes.split + changes.new
    groups = {frozenset(r for r in after if after[r] == o) for o in after.values()}
    assert changes.unchanged == len(groups & {frozenset(r for r in before if before[r] == o) for o in before.values()})
