"""The rebuild: walk through the stages, resume where a killed run stopped, publish at the end."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kintrace.errors import ConfigError, NoSuchRunError, RunError
from kintrace.ledger import ledger_content, parse_ledger
from kintrace.pipeline.hold_back import Acceptance, accepted_settings, check_acceptances, hold_back
from kintrace.pipeline.progress import Reporter
from kintrace.pipeline.runs import (
    MANIFEST,
    TIMINGS,
    Run,
    current_run,
    list_runs,
    publish_run,
    remove_drafts,
    start_run,
    write_json,
    write_tables,
)
from kintrace.pipeline.stages import STAGES, Context, Output, load
from kintrace.settings import Settings
from loaders.errors import RegisterError
from loaders.mapping import read_mapping
from loaders.mapping.model import Expectations
from loaders.sources import find_files

_REFUSALS = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS),
        *(errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST),
    }
)
"""Ways in which a disk says no that an operator can do something about."""

_VERSIONED = ("kintrace", "numba", "numpy", "pyarrow", "rapidfuzz")


def rebuild(settings: Settings, reporter: Reporter, *, acceptances: Sequence[Acceptance] = ()) -> Run:
    """Registers to a published snapshot; resumes an unfinished run of the same input.

    Nothing is visible to readers until the last step, which swaps one link.

    Raises:
        HeldBackError: An extract breaks its register's expectations and no acceptance speaks of it.
        RunError: Another rebuild holds the run folder, or the disk is full.
        KintraceError: A register, a mapping or a table is wrong.
    """
    check_acceptances(settings, acceptances)
    ledger = None if settings.judgements is None else ledger_content(settings.judgements)
    judgements = None if ledger is None else parse_ledger(ledger, str(settings.judgements))
    with _disk_errors(settings.runs), _locked(settings.runs):
        for left in list_runs(settings.runs):
            remove_drafts(left)  # a killed load leaves rows there that are not sealed yet
        fingerprint = _fingerprint(settings, ledger)
        run = _unfinished(settings.runs, fingerprint)
        if run is None:
            run = start_run(settings.runs)
            write_json(run.path / TIMINGS, {"fingerprint": fingerprint, "stages": {}, "started": _now()})
        else:
            reporter.note(f"resuming {run.name}")
        context = Context(run, settings, _previous_ids(settings.runs), reporter, judgements)
        for position, stage in enumerate(STAGES, 1):
            _run_stage(context, stage, position)
            if stage is load:
                hold_back(run, settings, acceptances, reporter=reporter)
        write_json(run.path / MANIFEST, _manifest(run, settings))
        publish_run(run)
    return run


def _run_stage(context: Context, stage: Callable[[Context, Path], Output], position: int) -> None:
    name = stage.__name__
    done = context.run.stage(name)
    if done.is_dir():
        context.reporter.note(f"{name}: done before, kept")
        return
    context.reporter.start(name, position, len(STAGES))
    begin = time.monotonic()
    draft = done.with_name(name + ".tmp")
    draft.mkdir()
    output = stage(context, draft)
    write_tables(draft, output.tables)
    summary = output.summary
    for title, document in output.documents.items():
        write_json(draft / f"{title}.json", document)
    draft.rename(done)
    del output
    pa.default_memory_pool().release_unused()
    seconds = time.monotonic() - begin
    timings = context.run.timings()
    timings["stages"][name] = round(seconds, 3)
    write_json(context.run.path / TIMINGS, timings)
    context.reporter.finish(name, seconds, summary)


def _manifest(run: Run, settings: Settings) -> dict[str, Any]:
    """What the run is: settings, versions, and the digest and row count of everything it holds."""
    stages: dict[str, Any] = {}
    for stage in STAGES:
        folder = run.stage(stage.__name__)
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        stages[stage.__name__] = {str(p.relative_to(folder)): _file_digest(p) for p in files}
    return {
        "format": 1,
        "settings": settings.result_settings(),
        "accepted": accepted_settings(run),
        "versions": {name: importlib.metadata.version(name) for name in _VERSIONED},
        "counts": _counts(run),
        "stages": stages,
    }


def _counts(run: Run) -> dict[str, int]:
    def rows(stage: str, table: str) -> int:
        return pq.read_metadata(run.stage(stage) / f"{table}.parquet").num_rows  # type: ignore[no-any-return]

    return {
        "mentions": rows("load", "persons"),
        "incident_records": rows("load", "incidents"),
        "refused": rows("load", "refused"),
        "addresses": rows("wash", "addresses"),
        "persons_in_scope": rows("graph", "Person"),
        "events_in_scope": rows("graph", "Incident"),
    }


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fingerprint(settings: Settings, ledger: bytes | None) -> str:
    """A digest of settings, versions, mappings, judgements and input files as they lie on disk.

    Not of what is expected of the extracts: that changes no table, so a run that is held back goes on
    when its expectations are mended.

    Raises:
        ConfigError: A run that calls itself synthetic, and so needs no case, reads a real register.
    """
    parts: list[Any] = [settings.result_settings(), importlib.metadata.version("kintrace")]
    if ledger is not None:
        parts.append(hashlib.sha256(ledger).hexdigest())
    for path in settings.mappings:
        mapping = read_mapping(path)
        if settings.synthetic and not mapping.synthetic:
            raise ConfigError(
                f"[run] synthetic is true, and the register of {path.name} is real",
                where=str(settings.path),
                hint="set it to false: look-ups then name their case",
            )
        files = [file for role in sorted(mapping.files) for file in find_files(mapping, role)]
        meaning = replace(mapping, path=Path(), lines={}, expectations=Expectations())
        parts.append([path.name, repr(meaning), [_input_digest(file) for file in files]])
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _input_digest(file: Path) -> str:
    try:
        return _file_digest(file)
    except OSError as error:
        problem = f"the register's file cannot be read: {error.strerror}"
        raise RegisterError(problem, where=str(file), hint="give this account the right to read it") from None


def _unfinished(runs: Path, fingerprint: str) -> Run | None:
    newest = next(iter(list_runs(runs)), None)
    if newest is None or newest.published or not (newest.path / TIMINGS).is_file():
        return None
    return newest if newest.timings().get("fingerprint") == fingerprint else None


def _previous_ids(runs: Path) -> pa.Table | None:
    try:
        return current_run(runs).read("resolve", "entities")
    except NoSuchRunError:
        return None


@contextmanager
def _locked(runs: Path) -> Iterator[None]:
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError("another rebuild is at work here", where=str(runs), hint="wait for it to end") from None
        yield


@contextmanager
def _disk_errors(runs: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        free = shutil.disk_usage(runs).free if runs.exists() else 0
        reason = os.strerror(error.errno)
        raise RunError(
            f"cannot write the run: {reason}, {free / 1e9:.1f} GB free",
            where=str(runs),
            hint="make room or mend the rights and rebuild again: finished stages are kept",
        ) from None


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
