"""Progress of long work: bars on a terminal, plain lines elsewhere; personal data in neither."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Reporter(Protocol):
    """What a stage tells while it works."""

    def start(self, stage: str, position: int, total: int) -> None:
        """A stage begins: the `position`-th of `total`."""

    def note(self, text: str) -> None:
        """Something worth a line: a count, a warning. Never a value of a person."""

    def finish(self, stage: str, seconds: float, outcome: str) -> None:
        """A stage has ended, with one line on what it made."""


class LineReporter:
    """One plain line per step on standard error, with the time since the start."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    def _line(self, text: str) -> None:
        print(f"[{time.monotonic() - self._begin:7.1f}s] {text}", file=sys.stderr, flush=True)

    def start(self, stage: str, position: int, total: int) -> None:
        """See `Reporter`."""
        self._line(f"stage {position}/{total} {stage} started")

    def note(self, text: str) -> None:
        """See `Reporter`."""
        self._line(f"  {text}")

    def finish(self, stage: str, seconds: float, outcome: str) -> None:
        """See `Reporter`."""
        self._line(f"stage {stage} done in {seconds:.1f}s: {outcome}")


class BarReporter:
    """A progress bar over the stages, with their notes above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("rebuild", total=None)

    def start(self, stage: str, position: int, total: int) -> None:
        """See `Reporter`."""
        self._progress.update(self._task, description=stage, total=total, completed=position - 1)

    def note(self, text: str) -> None:
        """See `Reporter`."""
        self._progress.console.print(f"  {text}", style="dim", highlight=False, markup=False)

    def finish(self, stage: str, seconds: float, outcome: str) -> None:
        """See `Reporter`."""
        self._progress.console.print(f"✓ {stage:<11} {seconds:6.1f}s  {outcome}", highlight=False, markup=False)
        self._progress.advance(self._task)


@contextmanager
def reporting() -> Iterator[Reporter]:
    """A bar where standard error is a terminal, lines where it is a log."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield LineReporter()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description:<11}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        yield BarReporter(progress)
