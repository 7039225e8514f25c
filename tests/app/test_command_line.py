"""Every command helps, answers as JSON, and refuses in one line without a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from kintrace.cli import main
from kintrace.pipeline import Run
from tests.app.ask import answer, ask
from tests.app.worlds import STAGES, command, copy_world


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> dict[str, click.Command]:
    """Every command below a group by the words that call it."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        assert one is not None
        found[" ".join((*path, name))] = one
        if isinstance(one, click.Group):
            found |= every_command(one, (*path, name))
    return found


COMMANDS = every_command(main)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_says_what_it_does_and_what_its_options_mean(words: str) -> None:
    shown = answer(*words.split(), "--help")
    assert shown.startswith(f"Usage: main {words} ")
    assert len(shown.split("\n\n")[1].strip()) > 10
    options = [option for option in COMMANDS[words].params if isinstance(option, click.Option)]
    assert not [option.name for option in options if not option.help]


def test_the_list_of_commands_agrees_with_the_commands() -> None:
    listed = answer("--help")
    for words in COMMANDS:
        assert " " in words or f"\n  {words} " in listed


def test_the_list_of_commands_is_shown_without_loading_what_is_slow() -> None:
    program = "import sys; from kintrace.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    loaded = shown.splitlines()[-1].split()
    assert "kintrace.cli.group" in loaded
    assert not {"numba", "duckdb", "pyarrow", "neo4j"} & set(loaded)


def test_the_version_is_the_project_s() -> None:
    assert answer("--version") == "kintrace 0.1.0\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """A world made and rebuilt by commands, and what both printed."""
    world = tmp_path_factory.mktemp("commands") / "world"
    made = json.loads(answer("synth", world, "--persons", "150", "--years", "3", "--seed", "8", "--json"))
    return world, made, json.loads(answer("rebuild", world, "--json"))


def test_synth_says_what_it_made(small: tuple[Path, dict[str, Any], dict[str, Any]]) -> None:
    world, made, _ = small
    assert made["out"] == str(world)
    assert (made["persons"], made["years"], made["seed"], made["noise"]) == (150, 3, 8, "typical")
    assert made["files"]["registers/cpr/person.csv"] >= 150
    assert {p.name for p in world.iterdir()} >= {"kintrace.toml", "mappings", "registers", "truth"}


def test_rebuild_says_where_the_run_is(small: tuple[Path, dict[str, Any], dict[str, Any]]) -> None:
    world, _, said = small
    assert said["run"] == str((world / "runs" / "run-0001").resolve())
    assert said["state"] == "published"
    assert said["synthetic"] is True
    assert set(said["stages"]) == set(STAGES)
    assert said["counts"]["mentions"] > 150


def test_runs_are_listed_newest_first_with_their_paths(
    small: tuple[Path, dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    world = copy_world(small[0], tmp_path / "world")
    assert answer("runs", world) == f"No runs in {(world / 'runs').resolve()}. Make one: kintrace rebuild CONFIG\n"
    assert json.loads(answer("runs", world, "--json")) == []
    for _ in range(2):
        answer("rebuild", world, "--json")
    (world / "runs" / "run-0010").mkdir()
    listed = json.loads(answer("runs", world, "--json"))
    assert [one["name"] for one in listed] == ["run-0010", "run-0002", "run-0001"]
    assert [one["state"] for one in listed] == ["unfinished", "published", "complete"]
    assert all(Path(one["path"]).is_dir() for one in listed)
    assert json.loads(answer("runs", world / "runs", "--json")) == listed
    assert "run-0002" in answer("runs", world)


def test_an_unfinished_run_cannot_be_asked(small: tuple[Path, dict[str, Any], dict[str, Any]], tmp_path: Path) -> None:
    half = tmp_path / "run-0001"
    half.mkdir()
    (half / "timings.json").write_text('{"stages": {}}', "utf-8")
    refused = ask("search", "Jensen", run=half)
    assert refused.exit_code == 1
    assert "the run is unfinished" in refused.stderr


def test_evaluate_scores_beside_ceiling_and_baseline(country: Path, run: Run) -> None:
    scored = json.loads(answer("evaluate", run.path, "--truth", country / "truth", "--json"))
    for name in ("family_history", "family_history_cross_district"):
        score = scored[name]
        assert set(score) >= {"recall", "precision", "ci", "n", "ceiling", "baseline"}
        low, high = score["ci"]["recall"]
        assert 0 <= low <= score["recall"] <= high <= 1
        assert set(score["ceiling"]) == set(score["baseline"]) == {"recall", "precision"}
        assert score["recall"] >= score["baseline"]["recall"]
        assert score["n"] > 20
    assert scored["family_history_cross_district"]["n"] < scored["family_history"]["n"]
    assert scored["family_history"]["recall"] > 0.85
    assert scored["family_history"]["precision"] > 0.95
    assert scored["attachments_wrong"] >= 0
    shown = answer("evaluate", run.path, "--truth", country / "truth")
    assert "outside present district" in shown
    assert "ceiling" in shown


def test_evaluate_refuses_another_world_s_truth(small: tuple[Path, dict[str, Any], dict[str, Any]], run: Run) -> None:
    refused = ask("evaluate", run.path, "--truth", small[0] / "truth")
    assert refused.exit_code == 2
    assert "give the truth of the same synthetic Denmark" in refused.stderr
    refused = ask("evaluate", run.path, "--truth", small[0] / "registers")
    assert refused.exit_code == 2
    assert "no readable truth" in refused.stderr


PEOPLE = "id;given;sur;dob\n" + "".join(
    f"{n};{given};{surname};19{50 + n % 37}-0{1 + n % 9}-1{n % 8}\n"
    for n, (given, surname) in enumerate(
        (given, surname)
        for given in ("Anna", "Bo", "Carl", "Dorte", "Erik", "Frida", "Gorm", "Hanne")
        for surname in ("Jensen", "Lund", "Bech", "Kjær", "Dam", "Friis", "Holm", "Vestergaard")
    )
)
KINDS = ("--kind", "id=record_id", "--kind", "given=given_name", "--kind", "sur=surname", "--kind", "dob=birth_date")


def test_link_says_what_it_wrote(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    lines = PEOPLE.splitlines()
    doubled = [f"b{line}" for line in lines[1:30]]
    table.write_text("\n".join([*lines, *doubled]) + "\n", "utf-8")
    said = json.loads(answer("link", table, *KINDS, "--out", tmp_path / "out", "--json"))
    assert said["out"] == str(tmp_path / "out")
    assert said["records"] == 64 + 29
    assert said["entities"] == 64
    assert said["pairs"] >= 29
    assert sorted(p.stem for p in (tmp_path / "out").iterdir()) == [
        *("aliases", "contradictions", "entities", "merges", "model", "pairs")
    ]
    again = answer("link", table, *KINDS, "--out", tmp_path / "again")
    assert again.startswith("93 records are 64 entities")
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["--kind", "given"], "not of the form COLUMN=KIND"),
        (["--kind", "=given_name"], "not of the form COLUMN=KIND"),
        (["--kind", "given=given_nam"], "no such kind: given_nam"),
        (["--kind", "id=record_id", "--kind", "givn=given_name"], "no such column"),
        (["--kind", "given=given_name"], "no column is the record id"),
    ],
)
def test_link_refuses_kinds_that_make_no_sense(tmp_path: Path, kinds: list[str], said: str) -> None:
    table = tmp_path / "people.csv"
    table.write_text(PEOPLE, "utf-8")
    refused = ask("link", table, *kinds, "--out", tmp_path / "out")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("kintrace: ")
    assert said in refused.stderr
    assert not (tmp_path / "out").exists()


def test_link_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused = ask("link", tmp_path / "nobody.csv", *KINDS, "--out", tmp_path / "out")
    assert refused.exit_code == 1
    assert "nobody.csv: cannot be read" in refused.stderr


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("nonsense",), 2, "No such command 'nonsense'"),
        (("rebuild",), 2, "Missing argument 'CONFIG'"),
        (("rebuild", "/nowhere"), 2, "/nowhere: no such file"),
        (("runs", "/nowhere"), 2, "/nowhere: no such folder"),
        (("search", "Jensen", "--run", "/nowhere"), 2, "/nowhere: no run here"),
        (("family", "E1", "--run", "/nowhere"), 2, "/nowhere: no run here"),
        (("why", "a", "b", "--run", "/nowhere"), 2, "/nowhere: no run here"),
        (("evaluate", "/nowhere", "--truth", "/nowhere"), 2, "/nowhere: no run here"),
        (("synth", "/dev/null/world"), 2, "/dev/null/world"),
        (("synth", "x", "--persons", "99"), 2, "99 is not in the range x>=100"),
        (("synth", "x", "--noise", "loud"), 2, "'loud' is not one of"),
        (("publish", "/nowhere", "--to", "neo4j"), 2, "/nowhere: no run here"),
    ],
)
def test_refusals_name_the_cause_without_a_traceback(words: tuple[str, ...], status: int, said: str) -> None:
    refused = ask(*words)
    assert refused.exit_code == status, refused.output
    assert said in refused.stderr
    assert not refused.stdout


def test_a_refusal_is_one_line_also_in_a_process_of_its_own(tmp_path: Path) -> None:
    refused = command("search", "Jensen", "--run", tmp_path)
    assert refused.returncode == 2
    assert not refused.stdout
    assert refused.stderr.count("\n") == 1


def test_without_a_run_in_sight_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = ask("search", "Jensen")
    assert refused.exit_code == 2
    assert "make one: kintrace demo" in refused.stderr


def test_a_run_beside_the_user_or_in_demo_is_found(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(run.path.parent.parent)
    assert json.loads(answer("search", "Jensen", "--json"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").symlink_to(run.path.parent.parent)
    assert json.loads(answer("search", "Jensen", "--json"))
