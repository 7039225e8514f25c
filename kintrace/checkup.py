"""What `kintrace doctor` looks at: the machine, the optional parts, one configuration and its runs.

Every finding says what was seen and, where something is amiss, what to do. Nothing is changed and
no row of a register is read.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from kintrace.errors import NoSuchRunError
from kintrace.ledger import read_ledger
from kintrace.pipeline.runs import current_run, list_runs
from kintrace.settings import Settings, read_settings
from linkage.errors import KintraceError
from loaders.mapping import read_mapping
from loaders.sources import find_files

State = Literal["ok", "note", "problem"]

OLDEST_PYTHON = (3, 11)
GIGABYTES_PER_MILLION = 10
"""Working memory that a rebuild of a million persons may take; docs/benchmarks.md has the measure."""
DISK_PER_INPUT = 8
"""Disk that a run takes, as a multiple of its registers' bytes: spilled parts and every stage's tables."""

_OPTIONAL = (
    ("sqlalchemy", "registers in SQL databases", "sql"),
    ("recordlinkage", "the recordlinkage baseline", "recordlinkage"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    about: str
    state: State
    seen: str
    remedy: str = ""


def examine(environ: Mapping[str, str], config: Path | None) -> list[Finding]:
    """Findings about this machine, and about a configuration if one is named."""
    found = [*_machine(), *_optional(), *_neo4j(environ)]
    return found if config is None else [*found, *_configuration(config)]


def _machine() -> Iterator[Finding]:
    at_least = ".".join(map(str, OLDEST_PYTHON))
    python = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("Python", "problem", python, f"install Python {at_least} or newer")
    else:
        yield Finding("Python", "ok", python)
    yield Finding("kintrace", "ok", version("kintrace"))
    yield Finding("processor", "ok", f"{os.cpu_count()} cores, {platform.machine()}")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    millions = memory * 0.8 / GIGABYTES_PER_MILLION
    yield Finding("memory", "ok", f"{memory:.0f} GB: rebuilds of up to about {millions:.1f} million persons")
    encoding = sys.stdout.encoding or "unknown"
    if encoding.lower().replace("-", "") == "utf8":
        yield Finding("terminal", "ok", "UTF-8")
    else:
        yield Finding("terminal", "note", f"{encoding}: Danish letters may not show", "set PYTHONUTF8=1")


def _optional() -> Iterator[Finding]:
    for module, title, extra in _OPTIONAL:
        if find_spec(module):
            yield Finding(title, "ok", _version(module))
        else:
            yield Finding(title, "note", "not installed", f"pip install 'kintrace[{extra}]', if you need it")


def _version(module: str) -> str:
    try:
        return f"{module} {version(module.replace('_', '-'))}"
    except PackageNotFoundError:
        return module


def _neo4j(environ: Mapping[str, str]) -> Iterator[Finding]:
    from graph.neo4j.server import missing_parts

    missing = missing_parts(environ, fetch=False)
    if not missing:
        yield Finding("Neo4j", "ok", "a local server can be started (kintrace neo4j up)")
    for one in missing:
        part, _, command = one.partition(": ")
        yield Finding("Neo4j", "note", f"missing: {part}", f"{command}; only `kintrace neo4j` needs it")


def _configuration(config: Path) -> Iterator[Finding]:
    try:
        settings = read_settings(config)
    except KintraceError as error:
        yield Finding("configuration", "problem", str(error), "docs/tour.md shows a whole one")
        return
    yield Finding("configuration", "ok", f"{settings.path}, {len(settings.mappings)} registers")
    size = 0
    for path in settings.mappings:
        finding, read = _register(path)
        size += read
        yield finding
    if settings.judgements is not None:
        yield _ledger(settings.judgements)
    yield from _runs(settings, size)


def _ledger(path: Path) -> Finding:
    try:
        judgements = read_ledger(path)
    except KintraceError as error:
        return Finding("judgements", "problem", str(error))
    return Finding("judgements", "ok", f"{path}, {judgements.num_rows:,} judgements")


def _register(path: Path) -> tuple[Finding, int]:
    try:
        mapping = read_mapping(path)
        files = [Path(file) for role in sorted(mapping.files) for file in find_files(mapping, role)]
        size = sum(file.stat().st_size for file in files if file.is_file())
    except KintraceError as error:
        return Finding(f"register {path.stem}", "problem", str(error)), 0
    held = f"{len(files)} file{'s' * (len(files) != 1)}, {_size(size)}"
    return Finding(f"register {mapping.name}", "ok", held), size


def _size(count: float) -> str:
    """Bytes as people say them.

    >>> _size(5_200_000_000), _size(2_000_000), _size(12_300)
    ('5.2 GB', '2.0 MB', '12 kB')
    """
    if count >= 1e6:
        return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
    return f"{count / 1e3:.0f} kB"


def _runs(settings: Settings, size: int) -> Iterator[Finding]:
    folder = settings.runs
    there = folder if folder.is_dir() else settings.path.parent
    if not os.access(there, os.W_OK):
        yield Finding("run folder", "problem", f"{there} cannot be written to", "give this account the right to")
    free = shutil.disk_usage(there).free
    needed = size * DISK_PER_INPUT
    if free < needed:
        remedy = "make room, or set [run] folder to a larger disk"
        yield Finding("disk", "problem", f"{_size(free)} free, about {_size(needed)} needed", remedy)
    else:
        yield Finding("disk", "ok", f"{_size(free)} free, about {_size(needed)} needed")
    yield _published(folder)
    unfinished = [run.name for run in list_runs(folder) if not run.complete] if folder.is_dir() else []
    if unfinished:
        seen = f"unfinished: {', '.join(unfinished[:5])}"
        yield Finding("runs", "note", seen, "kintrace rebuild goes on with the newest, if its input is the same")


def _published(folder: Path) -> Finding:
    try:
        return Finding("published run", "ok", current_run(folder).name)
    except NoSuchRunError:
        return Finding("published run", "note", "none yet", "kintrace rebuild CONFIG")
