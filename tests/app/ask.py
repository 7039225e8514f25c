"""The command line within this process: what it prints, what it refuses."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from kintrace.cli import main
from kintrace.pipeline import Run


def ask(*words: str | Path, run: Run | Path | None = None) -> Result:
    """`kintrace` with these words, of this run if the command asks one."""
    named = [] if run is None else ["--run", str(run.path if isinstance(run, Run) else run)]
    return CliRunner().invoke(main, [str(word) for word in words] + named, env={"COLUMNS": "200"})


def answer(*words: str | Path, run: Run | Path | None = None) -> str:
    """What a command that must succeed prints on standard output."""
    result = ask(*words, run=run)
    assert result.exit_code == 0, result.output
    return result.stdout
