"""What a run costs, told by the process itself: seconds per stage, of the processor, and peak memory.

Needs nothing but the standard library, because peers run it in environments of their own.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def peak_mb() -> int:
    """Most memory this process has held, in MiB.

    Linux counts what the parent held before the program was loaded into `ru_maxrss`; its own high-water
    mark does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text("ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def cpu_seconds() -> float:
    """Processor seconds of this process and its children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


class Stopwatch:
    """Seconds per named stage; what a stage spends inside another one counts for the inner one only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak_mb: dict[str, int] = {}
        """Most memory that the process had held by the end of each stage."""
        self._inner = [0.0]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block to a stage."""
        begin = time.perf_counter()
        self._inner.append(0.0)
        try:
            yield
        finally:
            whole = time.perf_counter() - begin
            own = whole - self._inner.pop()
            self._inner[-1] += whole
            self.seconds[name] = self.seconds.get(name, 0.0) + own
            self.peak_mb[name] = peak_mb()

    def watch(self, holder: Any, function: str, stage: str) -> None:
        """Count every call of a module's function to a stage; one that is not there is passed over."""
        real: Callable[..., Any] | None = getattr(holder, function, None)
        if real is None:
            return

        def watched(*arguments: Any, **named: Any) -> Any:
            with self.stage(stage):
                return real(*arguments, **named)

        setattr(holder, function, watched)


def write_report(folder: Path, watch: Stopwatch, **more: Any) -> None:
    """Close the books: when the run was done, and what it had cost by then."""
    report = {
        "finished": time.monotonic(),
        "stages": {name: round(spent, 2) for name, spent in watch.seconds.items()},
        "stages_peak_mb": watch.peak_mb,
        "cpu_seconds": round(cpu_seconds(), 2),
        "peak_mb": peak_mb(),
        **more,
    }
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
