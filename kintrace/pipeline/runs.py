"""Run folders: one per rebuild, one sub-folder per stage, and a manifest once the run is whole.

A stage's folder appears by a rename when everything in it is written, so a folder that exists is
complete. `manifest.json` appears last; `current` is a link to the published run and is swapped in
one step. `timings.json` holds what differs between two equal runs: clocks, and fingerprints of the
input files as they lay on disk (they cover sealed values, so they are no part of the result).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kintrace.errors import NoSuchRunError, RunError

MANIFEST = "manifest.json"
TIMINGS = "timings.json"
CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Run:
    """One run folder."""

    path: Path

    @property
    def name(self) -> str:
        """Such as ``run-0003``."""
        return self.path.name

    @property
    def complete(self) -> bool:
        """Whether every stage is done and the manifest written."""
        return (self.path / MANIFEST).is_file()

    @property
    def published(self) -> bool:
        """Whether this is the run that look-ups answer from."""
        link = self.path.parent / CURRENT
        return link.is_symlink() and link.resolve() == self.path.resolve()

    def manifest(self) -> dict[str, Any]:
        """The manifest of a complete run.

        Raises:
            RunError: The run never finished, or its manifest is damaged.
        """
        return self._read_json(MANIFEST, "the run is unfinished", "finish it with kintrace rebuild")

    def timings(self) -> dict[str, Any]:
        """Clocks and input fingerprints, also of an unfinished run."""
        return self._read_json(TIMINGS, "the run folder has no timings.json", "it is no run folder")

    def _read_json(self, name: str, problem: str, hint: str) -> dict[str, Any]:
        try:
            content = json.loads((self.path / name).read_text("utf-8"))
        except FileNotFoundError:
            raise RunError(problem, where=str(self.path), hint=hint) from None
        except ValueError:
            raise RunError(f"{name} is damaged", where=str(self.path), hint="rebuild") from None
        if not isinstance(content, dict):
            raise RunError(f"{name} is damaged", where=str(self.path), hint="rebuild")
        return content

    def stage(self, name: str) -> Path:
        """Folder of a stage, there only when the stage is complete."""
        return self.path / name

    def read(self, stage: str, table: str, columns: list[str] | None = None) -> pa.Table:
        """One table of a stage.

        Raises:
            RunError: The stage did not finish or the file cannot be read.
        """
        file = self.stage(stage) / f"{table}.parquet"
        try:
            return pq.read_table(file, columns=columns)
        except FileNotFoundError:
            raise RunError(f"table {table} of stage {stage} is missing", where=str(self.path), hint="rebuild") from None
        except (pa.ArrowInvalid, OSError) as error:
            raise RunError(f"cannot read table {table}: {type(error).__name__}", where=str(file)) from None

    def read_all(self, stage: str, tables: Iterable[str]) -> dict[str, pa.Table]:
        """Several tables of a stage by name."""
        return {name: self.read(stage, name) for name in tables}


def write_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Tables as Parquet, in a form that depends on their content alone."""
    for name, table in tables.items():
        file = folder / f"{name}.parquet"
        pq.write_table(
            table.combine_chunks(), file, compression="zstd", row_group_size=1 << 20, store_schema=True, version="2.6"
        )


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """A small document, whole or not at all: written beside its place and renamed into it."""
    draft = file.with_name(file.name + ".tmp")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def start_run(folder: Path) -> Run:
    """A new, empty run folder with the next free number."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # what lies in a run is about persons: for its owner alone
    last = max((int(p.name[4:]) for p in folder.glob("run-*") if p.name[4:].isdigit()), default=0)
    path = folder / f"run-{last + 1:04d}"
    path.mkdir()
    return Run(path)


def list_runs(folder: Path) -> list[Run]:
    """Every run of a folder, newest first; unfinished ones too."""
    found = [p for p in folder.glob("run-*") if p.is_dir() and p.name[4:].isdigit()]
    return [Run(p) for p in sorted(found, key=lambda p: int(p.name[4:]), reverse=True)]


def publish_run(run: Run) -> None:
    """Make a complete run the one that look-ups answer from, in one atomic step."""
    link = run.path.parent / CURRENT
    draft = run.path.parent / f".{CURRENT}.tmp"
    draft.unlink(missing_ok=True)
    draft.symlink_to(run.name)
    draft.replace(link)


def current_run(folder: Path) -> Run:
    """The published run of a folder.

    Raises:
        NoSuchRunError: Nothing has been published there.
    """
    link = folder / CURRENT
    if not link.exists():
        raise NoSuchRunError("no run has been published", where=str(folder), hint="kintrace rebuild CONFIG")
    return Run(link.resolve())


def find_run(path: Path) -> Run:
    """The run that a path means: a run folder, a folder of runs, or a folder with a `kintrace.toml`.

    Raises:
        NoSuchRunError: The path means no run.
    """
    if (path / TIMINGS).is_file():
        return Run(path.resolve())
    if (path / CURRENT).exists():
        return current_run(path)
    config = path / "kintrace.toml" if path.is_dir() else path
    if config.is_file():
        from kintrace.settings import read_settings

        return current_run(read_settings(config).runs)
    raise NoSuchRunError(
        "no run here", where=str(path), hint="name a run folder (kintrace runs) or a folder with kintrace.toml"
    )


def build_id(run: Run) -> str:
    """Names what a run publishes: its folder's name and the digest of its graph, so that no two graphs share it."""
    from graph.snapshot import Snapshot

    return f"{run.name}-{Snapshot.open(run.stage('snapshot') / 'store').content[:12]}"


def remove_drafts(run: Run) -> None:
    """Delete what a killed process left half-written in a run folder."""
    for draft in run.path.glob("*.tmp"):
        if draft.is_dir():
            shutil.rmtree(draft)
        else:
            draft.unlink()
