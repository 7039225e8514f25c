"""A rebuild that is killed, stopped or out of room publishes nothing, loses nothing, and goes on where it was."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kintrace.pipeline import Run, current_run, list_runs
from tests.app.worlds import (
    STAGES,
    command,
    copy_world,
    differing,
    environment,
    files_of,
    stop_rebuild,
)

DIE_AT = """
import os, signal, sys

event, ending = {event!r}, {ending!r}

def die(name, arguments):
    if name == event and str(arguments[0]).endswith(ending):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
from kintrace.cli import main
main()
"""
"""The command line, killed right before one step on the disk, when all that leads to it is done."""

STEPS = [
    *(("os.rename", f"{stage}.tmp") for stage in STAGES),
    ("os.rename", "manifest.json.tmp"),
    ("os.symlink", "run-0001"),
    ("os.rename", ".current.tmp"),
]

WITH_LIMIT = """
import resource

resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from kintrace.cli import main
main()
"""
"""The command line on a disk that takes no file above a size: writing fails half-way, as on a full one."""

LONG_STAGES = ["load", "resolve", "events", "graph"]


def run_program(program: str, world: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", program, "rebuild", str(world)]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=environment())


def only_run(world: Path) -> Run:
    (run,) = list_runs(world / "runs")
    return run


def leftovers(world: Path) -> list[Path]:
    return [
        path for path in (world / "runs").rglob("*") if path.name.endswith(".tmp") or path.name.startswith(".draft")
    ]


@pytest.fixture
def world(hamlet: Path, tmp_path: Path) -> Path:
    """The hamlet without a run."""
    return copy_world(hamlet, tmp_path / "world")


@pytest.fixture
def lived_in(hamlet: Path, hamlet_run: Run, tmp_path: Path) -> Path:
    """The hamlet with its published run, and one more row in a register: so the next rebuild is another one."""
    world = copy_world(hamlet, tmp_path / "lived_in")
    shutil.copytree(hamlet_run.path.parent, world / "runs", symlinks=True)
    protection = world / "registers" / "cpr" / "beskyttelse.csv"
    someone = (world / "registers" / "cpr" / "person.csv").read_text("utf-8").splitlines()[1].split(";")[0]
    protection.write_text(protection.read_text("utf-8") + f"{someone};ordinaer;2020-01-01;2020-06-01\n", "utf-8")
    return world


def test_killed_at_one_stage_after_the_other_a_rebuild_ends_in_the_same_bytes(world: Path, hamlet_run: Run) -> None:
    for number, stage in enumerate(LONG_STAGES):
        stopped = stop_rebuild(world, stage, signal.SIGKILL, PYTHONHASHSEED=str(number))
        assert stopped.status == -signal.SIGKILL, stopped.stderr
        assert ("resuming run-0001" in stopped.stderr) == (number > 0)
        before = STAGES[: STAGES.index(stage)]
        kept = [done for done in before if f"{done}: done before, kept" in stopped.stderr]
        assert kept == [done for done in before if f"{done} started" not in stopped.stderr]
        assert not (world / "runs" / "current").exists()
        assert not only_run(world).complete
        assert all(only_run(world).stage(done).is_dir() for done in before)
    unanswered = command("search", "Jensen", "--run", world)
    assert unanswered.returncode == 2
    assert "no run has been published" in unanswered.stderr
    done = command("rebuild", world)
    assert done.returncode == 0, done.stderr
    assert not differing(hamlet_run, current_run(world / "runs"))


def test_killed_right_before_every_step_on_the_disk_a_rebuild_ends_in_the_same_bytes(
    world: Path, hamlet_run: Run
) -> None:
    for event, ending in STEPS:
        killed = run_program(DIE_AT.format(event=event, ending=ending), world)
        assert killed.returncode == -signal.SIGKILL, (event, ending, killed.stderr)
        assert not (world / "runs" / "current").exists()
        assert only_run(world).complete == (ending in ("run-0001", ".current.tmp"))
    done = command("rebuild", world)
    assert done.returncode == 0, done.stderr
    assert "started" not in done.stderr
    assert not differing(hamlet_run, current_run(world / "runs"))
    assert only_run(world).published
    assert not leftovers(world)


def test_killed_before_the_first_word_was_written_a_rebuild_begins_anew(world: Path, hamlet_run: Run) -> None:
    killed = run_program(DIE_AT.format(event="os.rename", ending="timings.json.tmp"), world)
    assert killed.returncode == -signal.SIGKILL
    assert command("runs", world).returncode == 0
    assert command("rebuild", world).returncode == 0
    assert not differing(hamlet_run, current_run(world / "runs"))


def test_killed_on_the_way_to_a_new_run_the_published_one_stays_and_answers(lived_in: Path, hamlet_run: Run) -> None:
    killed = run_program(DIE_AT.format(event="os.rename", ending="graph.tmp"), lived_in)
    assert killed.returncode == -signal.SIGKILL
    assert current_run(lived_in / "runs").name == "run-0001"
    assert not differing(hamlet_run, current_run(lived_in / "runs"))
    assert command("search", "Jensen", "--run", lived_in).returncode == 0
    resumed = command("rebuild", lived_in)
    assert "resuming run-0002" in resumed.stderr
    assert current_run(lived_in / "runs").name == "run-0002"
    assert not differing(hamlet_run, list_runs(lived_in / "runs")[1])


def test_an_unfinished_run_of_other_input_is_left_aside(lived_in: Path) -> None:
    assert run_program(DIE_AT.format(event="os.rename", ending="resolve.tmp"), lived_in).returncode == -signal.SIGKILL
    protection = lived_in / "registers" / "cpr" / "beskyttelse.csv"
    protection.write_text("\n".join(protection.read_text("utf-8").splitlines()[:-1]) + "\n", "utf-8")
    done = command("rebuild", lived_in)
    assert done.returncode == 0, done.stderr
    assert "resuming" not in done.stderr
    newest, half, first = list_runs(lived_in / "runs")
    assert newest.published
    assert not half.complete
    assert not list(half.path.glob("*.tmp"))  # a killed load's draft holds rows that are not sealed yet
    assert not differing(first, newest)


def test_ctrl_c_ends_with_status_130_and_says_how_to_go_on(lived_in: Path, hamlet_run: Run) -> None:
    for number, stage in enumerate(LONG_STAGES):
        stopped = stop_rebuild(lived_in, stage, signal.SIGINT)
        assert stopped.status == 130, stopped.stderr
        assert stopped.stderr.splitlines()[-1] == "kintrace: stopped; the same command goes on where it stopped"
        assert "Traceback" not in stopped.stderr
        assert ("resuming run-0002" in stopped.stderr) == (number > 0)
        assert not differing(hamlet_run, current_run(lived_in / "runs"))
    resumed = command("rebuild", lived_in)
    assert resumed.returncode == 0, resumed.stderr
    assert "resuming run-0002" in resumed.stderr
    assert current_run(lived_in / "runs").name == "run-0002"


def test_a_full_disk_is_named_and_the_published_run_stays_whole(lived_in: Path, hamlet_run: Run) -> None:
    largest = max(len(content) for content in files_of(hamlet_run).values())
    for share in (0.01, 0.2, 0.95):
        refused = run_program(WITH_LIMIT.format(limit=int(share * largest)), lived_in)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        message = refused.stderr.splitlines()[-1]
        assert message.startswith(f"kintrace: {(lived_in / 'runs').resolve()}")
        assert "room" in message or "space" in message
        assert not differing(hamlet_run, current_run(lived_in / "runs"))
    done = command("rebuild", lived_in)
    assert done.returncode == 0, done.stderr
    assert current_run(lived_in / "runs").name == "run-0002"
    assert not leftovers(lived_in)


def test_a_file_in_the_place_of_the_run_folder_is_named(world: Path) -> None:
    (world / "runs").write_text("in the way", "utf-8")
    refused = command("rebuild", world)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(f"kintrace: {(world / 'runs').resolve()}: cannot write the run")


def test_two_rebuilds_at_a_time_are_one_too_many(world: Path) -> None:
    words = [sys.executable, "-m", "kintrace", "rebuild", str(world)]
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment()
    ) as first:
        assert first.stderr is not None
        assert "load started" in first.stderr.readline()
        second = command("rebuild", world)
        first.kill()
        first.stderr.read()
    assert second.returncode == 1
    assert "another rebuild is at work here" in second.stderr
