"""The log of look-ups: who looked at whom, for which case, before the answer leaves.

Who let an extract through that breaks its register's expectations stands there too. One JSON line per
look-up, appended and flushed to disk beside the runs; no log, no answer. It holds
ids of persons and of the run. A free Cypher statement is kept as it was asked, because it is what was
looked for; so the file is for its owner alone, and whoever writes a name into a statement writes it here.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.grant import Grant
from kintrace.errors import RunError
from kintrace.pipeline.runs import Run

LOG = "lookups.jsonl"


def record_lookup(
    run: Run, grant: Grant, action: str, persons: Sequence[str], *, parameters: Mapping[str, Any] | None = None
) -> None:
    """Append one look-up to the log beside the runs.

    Raises:
        RunError: The log cannot be written; the look-up must not go on.
    """
    entry: dict[str, Any] = {
        "at": _now(),
        "who": grant.holder,
        "case": grant.case,
        "purpose": grant.purpose,
        "legal_basis": grant.legal_basis,
        "action": action,
        "run": run.name,
        "persons": list(persons),
    }
    if parameters:
        entry["parameters"] = {name: str(value) for name, value in sorted(parameters.items())}
    _append(log_path(run), entry)


def record_acceptance(run: Run, who: str, reason: str, *, register: str, broken: Sequence[str]) -> str:
    """Append that somebody lets an extract through that breaks these expectations; returns when.

    Raises:
        RunError: The log cannot be written; the extract stays held back.
    """
    at = _now()
    entry = {
        "at": at,
        "who": who,
        "action": "accept",
        "run": run.name,
        "register": register,
        "expectations": list(broken),
        "reason": reason,
    }
    _append(log_path(run), entry)
    return at


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _append(path: Path, entry: Mapping[str, Any]) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as log:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            log.flush()
            os.fsync(log.fileno())
    except OSError as error:
        raise RunError(
            f"the look-up log cannot be written: {error.strerror}",
            where=str(path),
            hint="no answer without a log entry: mend the rights or the disk",
        ) from None


def log_path(run: Run) -> Path:
    """Where the look-ups of a run are logged."""
    return run.path.parent / LOG
