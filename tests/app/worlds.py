"""Synthetic worlds on disk, rebuilt as a user would, and run folders compared byte for byte."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from kintrace.pipeline import Run
from kintrace.pipeline.hold_back import Acceptance
from kintrace.pipeline.rebuild import rebuild
from kintrace.settings import read_settings
from loaders.synth import Noise, SynthSettings, make_denmark

STAGES = ("load", "wash", "resolve", "events", "households", "graph", "snapshot")


@dataclass
class Notes:
    """A reporter that remembers what it was told."""

    lines: list[str] = field(default_factory=list)

    def start(self, stage: str, position: int, total: int) -> None:
        self.lines.append(f"stage {position}/{total} {stage} started")

    def note(self, text: str) -> None:
        self.lines.append(text)

    def finish(self, stage: str, seconds: float, outcome: str) -> None:
        self.lines.append(f"{stage}: {outcome}")


def make_world(path: Path, *, persons: int, years: int, seed: int) -> Path:
    """A typical synthetic Denmark without runs."""
    make_denmark(path, SynthSettings(persons=persons, years=years, seed=seed, noise=Noise.TYPICAL))
    return path


def copy_world(world: Path, to: Path) -> Path:
    """The same registers elsewhere, without runs and truth."""
    shutil.copytree(world, to, ignore=shutil.ignore_patterns("runs", "truth"))
    return to


def rebuilt(world: Path, *accepted: str) -> Run:
    """The run of a world; extracts of the accepted registers are used whatever they break."""
    acceptances = [Acceptance(register, "a test", "tester") for register in accepted]
    return rebuild(read_settings(world), Notes(), acceptances=acceptances)


def files_of(run: Run) -> dict[str, bytes]:
    """Every file of a run but its clocks, by its place in the run."""
    paths = sorted(path for path in run.path.rglob("*") if path.is_file())
    return {str(path.relative_to(run.path)): path.read_bytes() for path in paths if path.name != "timings.json"}


def differing(left: Run, right: Run) -> list[str]:
    """Files that are not the same bytes in both runs."""
    one, other = files_of(left), files_of(right)
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


COMMAND = (sys.executable, "-m", "kintrace")


def environment(**changed: str) -> dict[str, str]:
    """This process's environment for a command of its own: wide lines, no settings of the user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KINTRACE_")}
    return {**kept, "COLUMNS": "200", **changed}


def command(*words: str | Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """`kintrace` with these words, in a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, check=False, env=environment(**changed)
    )


@dataclass(frozen=True)
class Stopped:
    """How a rebuild ended that was sent a signal when a stage began."""

    status: int
    stderr: str


def stop_rebuild(world: Path, stage: str, sign: signal.Signals, **changed: str) -> Stopped:
    """Rebuild in a process of its own and send it a signal as soon as it says that the stage has started."""
    lines = []
    with subprocess.Popen(
        [*COMMAND, "rebuild", str(world)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**changed),
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if f" {stage} started" in line:
                process.send_signal(sign)
                break
        lines += process.stderr.readlines()
    return Stopped(process.returncode, "".join(lines))
