"""One run of one engine on one set, in processes of their own; nothing here holds any data."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.set_names import ACROSS_SOURCES, FEBRL_SETS, GIVEN_SETS

Row: TypeAlias = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
LONGEST_SECONDS = 1800
"""An engine that takes longer is stopped, and the table says so."""
_HOW_TO_INSTALL = {
    "kintrace": "pip install -e .",
    "recordlinkage": "pip install 'kintrace[recordlinkage]'",
    "splink": "pip install --group benchmarks, or --make-peer, or --peer-python PATH of a Python that has splink 5",
}


@dataclass(frozen=True, slots=True)
class Engine:
    """Who links, with which of its settings, run by which Python."""

    name: str
    variant: str
    python: str

    @property
    def title(self) -> str:
        """Name in tables."""
        return self.name if self.variant in ("default", "docs", "ecm") else f"{self.name} {self.variant}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set written to files: ``STEM.parquet``, ``STEM.head.parquet`` and ``STEM.json``."""

    name: str
    stem: Path
    about: dict[str, Any]


def _python(python: str, *arguments: str) -> list[str]:
    return [python, "-m", *arguments]


def _environment() -> dict[str, str]:
    """The caller's, with this project importable also for a Python that has not installed it."""
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), known]) if known else str(ROOT)}


def check_engine(engine: Engine) -> None:
    """Refuse an engine that is not installed, before anything is measured.

    Raises:
        SystemExit: With what to install.
    """
    package = "linkage" if engine.name == "kintrace" else engine.name
    probe = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    if subprocess.run([engine.python, "-c", probe], check=False, env=_environment()).returncode:
        raise SystemExit(f"{engine.name} is not installed for {engine.python}: {_HOW_TO_INSTALL[engine.name]}")


def prepare(name: str, records: int, seed: int, *, data: Path, cache: Path) -> Prepared:
    """Write a set to the cache; one that is made from a seed is made once.

    Raises:
        SystemExit: The set cannot be had.
    """
    fixed = name in FEBRL_SETS or name in GIVEN_SETS
    stem = cache / (name if fixed else f"{name}-{records}-{seed}")
    if fixed or not stem.with_name(stem.name + ".json").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        words = [name, str(records), str(seed), str(data), str(stem)]
        done = subprocess.run(
            _python(sys.executable, "benchmarks.sets", *words),
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(_last_line(done.stderr) or f"{name} cannot be made")
    return Prepared(name, stem, json.loads(stem.with_name(stem.name + ".json").read_text("utf-8")))


def run_engine(
    engine: Engine, prepared: Prepared, out: Path, *, seed: int, repeat: int = 0, model: Path | None = None
) -> list[Row]:
    """Link once and score; one row per threshold, the first with its cost, or one row with the error."""
    table = Path(f"{prepared.stem}.parquet")
    row: Row = {
        "set": prepared.name,
        "records": prepared.about["records"],
        "engine": engine.title,
        "mode": "saved" if model else "train",
        "repeat": repeat,
    }
    report = _link(engine, prepared, out, table=table, seed=seed, model=model)
    if "error" in report:
        return [row | report]
    cost = {k: report[k] for k in ("seconds", "cpu_seconds", "peak_mb", "stages", "stages_peak_mb")}
    cost |= {k: report[k] for k in ("candidates", "warnings", "lost") if report.get(k)}
    rows = []
    for threshold in report.get("thresholds", [0]):
        scores = _score(table, out / f"clusters@{threshold}.parquet", across=prepared.name in ACROSS_SOURCES)
        rows.append(row | {"threshold": str(threshold)} | cost | scores)
        cost = {}
    return rows


def warm(engine: Engine, prepared: Prepared, out: Path, *, seed: int) -> None:
    """Link the head of a set and forget it: compiled kernels and library files are then at hand for all alike."""
    _link(engine, prepared, out, table=Path(f"{prepared.stem}.head.parquet"), seed=seed, model=None)


def _link(
    engine: Engine, prepared: Prepared, out: Path, *, table: Path, seed: int, model: Path | None
) -> dict[str, Any]:
    """The engine's report with ``seconds`` from the start of its process to its clusters, or an ``error``."""
    out.mkdir(parents=True, exist_ok=True)
    job = {
        "set": prepared.name,
        "kinds": prepared.about["kinds"],
        "table": str(table),
        "variant": engine.variant,
        "seed": seed,
        "model_in": str(model) if model else None,
        "out": str(out),
    }
    (out / "job.json").write_text(json.dumps(job), "utf-8")
    command = _python(engine.python, f"benchmarks.engine_{engine.name}", str(out / "job.json"))
    begin = time.monotonic()
    try:
        done = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {LONGEST_SECONDS} s"}
    if done.returncode or not (out / "report.json").is_file():
        return {"error": _last_line(done.stderr) or f"ended with status {done.returncode}"}
    report: dict[str, Any] = json.loads((out / "report.json").read_text("utf-8"))
    report["seconds"] = round(report.pop("finished") - begin, 2)
    return report


_SCORED: dict[tuple[str, str, bool], dict[str, Any]] = {}
"""Scores of clusters met before: repeats of one engine mostly write the same bytes."""


def _score(table: Path, clusters: Path, *, across: bool) -> dict[str, Any]:
    with clusters.open("rb") as stream:
        key = (str(table), hashlib.file_digest(stream, "blake2b").hexdigest(), across)
    if key not in _SCORED:
        words = [str(table), str(clusters), "across" if across else "all"]
        pairs = clusters.with_name("pairs.parquet")
        words += [str(pairs)] if pairs.is_file() else []
        done = subprocess.run(
            _python(sys.executable, "benchmarks.scoring", *words),
            env=_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        _SCORED[key] = json.loads(done.stdout)
    return _SCORED[key]


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""
