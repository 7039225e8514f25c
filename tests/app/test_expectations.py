"""An extract that breaks its register's expectations is held back, until somebody says why it is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kintrace.errors import ConfigError, HeldBackError
from kintrace.pipeline import current_run, list_runs
from kintrace.pipeline.hold_back import Acceptance, is_held, judgement_of
from kintrace.pipeline.runs import write_tables
from loaders import MappingError, load, read_mapping
from loaders.expectations import changes_since, judge, measure
from loaders.mapping.model import Expectation, Expectations
from loaders.synth import Noise, SynthSettings, make_denmark
from tests.app.ask import answer, ask
from tests.app.station import (
    TAMPERINGS,
    change_mapping,
    copy_with_runs,
    draw,
    make_station,
    rebuild_station,
    station_rows,
)
from tests.app.worlds import Notes, command, differing, files_of

ACCEPTED = Acceptance("station", "the station was closed over the summer", "tester")


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station with one published run."""
    folder = make_station(tmp_path_factory.mktemp("station") / "world")
    rebuild_station(folder)
    return folder


@pytest.fixture
def world(station: Path, tmp_path: Path) -> Path:
    """The station, to be changed."""
    return copy_with_runs(station, tmp_path / "world")


def test_an_extract_as_it_should_be_is_published_and_judged(station: Path) -> None:
    run = current_run(station / "runs")
    judged = judgement_of(run)
    assert judged is not None
    assert not judged.broken
    assert judged.against is None
    states = {one.key: (one.state, one.why) for one in judged.findings}
    assert states["persons.identifiers.filled"] == ("kept", "")
    assert states["rows.cases.change"] == ("not_judged", "no_run_before")
    assert run.manifest()["accepted"] == []


@pytest.mark.parametrize("case", TAMPERINGS)
def test_a_bad_extract_is_held_back_and_the_published_run_stays(case: str, world: Path) -> None:
    tamper, expected = TAMPERINGS[case]
    tamper(world)
    with pytest.raises(HeldBackError, match=r"station breaks \d expectations?; run-0001 stays published"):
        rebuild_station(world)
    newest, first = list_runs(world / "runs")
    assert first.published
    assert not newest.complete
    assert is_held(newest)
    assert newest.stage("load").is_dir()
    assert not newest.stage("wash").exists()
    judged = judgement_of(newest)
    assert judged is not None
    assert expected <= {one.key for one in judged.held}
    assert judged.against == "run-0001"


def test_the_next_good_extract_is_published_as_if_nothing_had_been(world: Path) -> None:
    TAMPERINGS["truncated"][0](world)
    with pytest.raises(HeldBackError):
        rebuild_station(world)
    draw(world, station_rows())
    run = rebuild_station(world)
    assert (run.name, run.published) == ("run-0003", True)
    assert not differing(list_runs(world / "runs")[-1], run)


def test_an_accepted_extract_goes_on_without_loading_again_and_is_logged(world: Path) -> None:
    TAMPERINGS["half the numbers gone"][0](world)
    with pytest.raises(HeldBackError):
        rebuild_station(world)
    notes = Notes()
    run = rebuild_station(world, ACCEPTED, notes=notes)
    assert "load: done before, kept" in notes.lines
    assert run.published
    assert run.manifest()["accepted"] == [{"register": "station", "reason": ACCEPTED.reason}]
    (entry,) = (json.loads(line) for line in (world / "runs" / "lookups.jsonl").read_text("utf-8").splitlines())
    assert entry.pop("at")
    assert entry == {
        "who": "tester",
        "action": "accept",
        "run": "run-0002",
        "register": "station",
        "expectations": ["persons.identifiers.change"],
        "reason": ACCEPTED.reason,
    }


def test_accepting_at_once_or_after_being_held_gives_the_same_bytes(world: Path, tmp_path: Path) -> None:
    TAMPERINGS["truncated"][0](world)
    other = copy_with_runs(world, tmp_path / "other")
    with pytest.raises(HeldBackError):
        rebuild_station(world)
    held_first, at_once = rebuild_station(world, ACCEPTED), rebuild_station(other, ACCEPTED)
    assert not differing(held_first, at_once)
    assert "tester" not in files_of(at_once)["manifest.json"].decode()


def test_a_run_accepted_and_then_killed_is_not_held_again(world: Path) -> None:
    TAMPERINGS["truncated"][0](world)

    class Killed(Notes):
        def start(self, stage: str, position: int, total: int) -> None:
            if stage == "wash":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_station(world, ACCEPTED, notes=Killed())
    run = rebuild_station(world)
    assert run.manifest()["accepted"] == [{"register": "station", "reason": ACCEPTED.reason}]
    assert len((world / "runs" / "lookups.jsonl").read_text("utf-8").splitlines()) == 1


def test_an_acceptance_does_not_reach_the_run_after(world: Path) -> None:
    TAMPERINGS["another district's codes"][0](world)
    rebuild_station(world, ACCEPTED)
    with pytest.raises(HeldBackError):
        rebuild_station(world)


def test_mending_the_expectation_lets_the_held_run_go_on(world: Path) -> None:
    TAMPERINGS["truncated"][0](world)
    with pytest.raises(HeldBackError):
        rebuild_station(world)
    change_mapping(world, r"\Z", "[expectations.rows.cases]\nchange = 0.7\n")
    notes = Notes()
    run = rebuild_station(world, notes=notes)
    assert run.name == "run-0002"
    assert "load: done before, kept" in notes.lines


def test_without_a_log_nothing_is_accepted(world: Path) -> None:
    TAMPERINGS["truncated"][0](world)
    (world / "runs" / "lookups.jsonl").mkdir()
    with pytest.raises(Exception, match="log cannot be written"):
        rebuild_station(world, ACCEPTED)
    assert current_run(world / "runs").name == "run-0001"


def test_an_acceptance_names_a_register_and_a_reason(world: Path) -> None:
    with pytest.raises(ConfigError, match="no register is called statoin"):
        rebuild_station(world, Acceptance("statoin", "x", "tester"))
    with pytest.raises(ConfigError, match="without a reason"):
        rebuild_station(world, Acceptance("station", " ", "tester"))
    assert len(list_runs(world / "runs")) == 1


def test_the_command_line_tells_what_broke_and_takes_an_acceptance(world: Path) -> None:
    TAMPERINGS["the same extract twice"][0](world)
    held = command("rebuild", world)
    assert held.returncode == 3
    assert "repeated.cases" in held.stderr
    assert "at most 30%" in held.stderr
    assert 'use this one with --accept station --reason "..."' in held.stderr
    assert "Traceback" not in held.stderr
    assert held.stdout == ""
    assert "held back" in answer("runs", world)
    told = ask("rebuild", world, "--json")
    assert told.exit_code == 3
    assert {one["key"] for one in json.loads(told.stdout)["broken"]} == {"rows.cases.change", "repeated.cases"}
    assert ask("rebuild", world, "--accept", "station").exit_code == 2
    done = answer("rebuild", world, "--accept", "station", "--reason", "two offices sent it")
    assert f"kintrace registers report {world / 'runs' / 'run-0002'}" in done


# ------------------------------------------------------------------ in the mapping

HEAD = 'extends = "polsas"\n[register]\nname = "a"\nsynthetic = true\n[register.files]\ncases = "a.csv"\n'


def expectations_of(folder: Path, text: str) -> dict[str, float]:
    path = folder / "a.toml"
    path.write_text(HEAD + text, "utf-8")
    return {".".join(one.key): one.limit for one in read_mapping(path).expectations.stated}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[expectations]\nrefusd.cases = 0.1", "a.toml, line 8: expectations.refusd: unknown key"),
        ("[expectations]\nrefused.kases = 0.1", "line 8: expectations.refused.kases: no file has the role 'kases'"),
        ("[expectations]\nrefused.cases = 10", "line 8: expectations.refused.cases: must be a share between 0 and 1"),
        ("[expectations]\nrows.cases.min = -1", "line 8: expectations.rows.cases.min: must be a whole number"),
        ("[expectations]\nrows.cases = { min = 9, max = 3 }", "expectations.rows.cases.max: is less than min"),
        ("[expectations]\nrows.cases.maks = 3", "rows.cases.maks: unknown key (known: min, max, change, omit)"),
        ("[expectations]\nunknown.sex = 0.1", "expectations.unknown.sex: unknown key"),
        ("[expectations]\nidentifiers.PNR = 0.1", "expectations.identifiers.PNR: unknown key"),
        ("[expectations]\njudged_from = true", "expectations.judged_from: must be a whole number"),
        ("[expectations]\nolder_extract = 0", "expectations.older_extract: must be true or false"),
        ("[expectations.persons]\nbirthdate = { filled = 0.8 }", "did you mean 'birth_date'"),
        ("[expectations.persons]\nmiddle = { filled = 0.8 }", "persons.middle: no section of persons fills it"),
        ("[expectations.persons]\ngiven = 0.8", "persons.given: must be a table of limits (like { filled = 0.9 })"),
        ("[expectations.persons]\nsurname = { filled = true }", "surname.filled: must be a share"),
    ],
)
def test_a_slip_in_the_expectations_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError) as refused:
        expectations_of(tmp_path, text)
    assert told in str(refused.value)


def test_an_extending_mapping_tightens_loosens_and_drops_what_the_base_expects(tmp_path: Path) -> None:
    stated = expectations_of(
        tmp_path,
        "[expectations]\nolder_extract = true\nnewest_entry_within = false\nrows.cases.min = 10\n"
        "[expectations.persons]\nsurname = { filled = 0.99 }\ngiven = { omit = true }\n",
    )
    assert stated["rows.cases.min"] == 10
    assert stated["rows.cases.change"] == 0.5
    assert stated["persons.surname.filled"] == 0.99
    assert not {"older_extract", "newest_entry_within", "persons.given.filled"} & stated.keys()
    assert expectations_of(tmp_path, "[expectations]\nomit = true\n") == {}


def test_a_star_speaks_of_every_role_and_a_name_wins_over_it(tmp_path: Path) -> None:
    stated = expectations_of(tmp_path, '[expectations]\nrefused = { "*" = 0.5, cases = 0.25 }\nrepeated."*" = 0.9\n')
    assert (stated["refused.cases"], stated["repeated.cases"]) == (0.25, 0.9)


@pytest.mark.parametrize("noise", list(Noise))
def test_the_shipped_expectations_are_kept_by_synthetic_registers(noise: Noise, tmp_path: Path) -> None:
    make_denmark(tmp_path, SynthSettings(persons=2500, years=6, seed=3, noise=noise))
    mappings = [read_mapping(path) for path in sorted((tmp_path / "mappings").glob("*.toml"))]
    folder = tmp_path / "load"
    folder.mkdir()
    write_tables(folder, load(mappings).tables)
    measures = {one.register: one for one in measure(folder)}
    found = [one for m in mappings for one in judge(m.expectations, measures[m.name], measures[m.name])]
    assert not [one for one in found if one.state == "broken"]
    assert sum(one.state == "kept" for one in found) >= 60


def test_few_rows_are_not_judged_but_a_table_that_is_gone_is(station: Path) -> None:
    (now,) = measure(current_run(station / "runs").stage("load"))
    kept = Expectations((Expectation(("relations", "kind", "filled"), 0.9), Expectation(("rows", "cases", "min"), 10)))
    assert [one.state for one in judge(kept, now, None)] == ["broken", "kept"]
    many = Expectations((Expectation(("persons", "given", "filled"), 1.0),), judged_from=1000)
    (finding,) = judge(many, now, None)
    assert (finding.state, finding.why) == ("not_judged", "few_rows")


def test_a_run_does_not_differ_from_itself(station: Path) -> None:
    measures = measure(current_run(station / "runs").stage("load"))
    assert changes_since(measures, measures) == ()
