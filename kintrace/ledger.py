"""The ledger of judgements as a file: one JSON object a line, appended under a lock and never rewritten.

The number of a judgement is the number of its line. What counts of it is told by
:mod:`linkage.judgements`. Reasons may name persons, so the file is for its owner alone, and errors say
which line is wrong and never what is in it.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import pyarrow as pa

from kintrace.errors import LedgerError
from linkage.errors import LinkageError
from linkage.judgements import JUDGEMENTS, Verdict, check_judgements

_KEYS = frozenset(JUDGEMENTS.names) - {"number"}
_TEXTS = _KEYS - {"supersedes"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A judgement to be written down."""

    left: str
    right: str
    verdict: Verdict
    who: str
    judged_at: str
    """ISO text, with time zone."""
    why: str


@dataclass(frozen=True, slots=True)
class Entered:
    """Where a judgement stands in its ledger."""

    number: int
    supersedes: int | None
    """Number of the judgement of the same two records that counted until now."""


def read_ledger(path: Path) -> pa.Table:
    """The judgements of a ledger, schema :data:`linkage.judgements.JUDGEMENTS`.

    Raises:
        LedgerError: The file is missing or cannot be read, or a line is no judgement.
    """
    return parse_ledger(ledger_content(path), str(path))


def ledger_content(path: Path) -> bytes:
    """The bytes of a ledger as they are now.

    Raises:
        LedgerError: The file is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise LedgerError(
            "no such ledger of judgements", where=str(path), hint="kintrace judge begins one; an empty file is one too"
        ) from None
    except OSError as error:
        raise LedgerError(f"cannot be read: {error.strerror}", where=str(path)) from None


def parse_ledger(content: bytes, where: str) -> pa.Table:
    """The judgements in the bytes of a ledger.

    Raises:
        LedgerError: A line is no judgement.
    """
    lines = content.split(b"\n")
    if lines.pop():
        hint = "its last line was cut short while it was written: remove it or end it"
        raise LedgerError("the file does not end with a line", where=f"{where}, line {len(lines) + 1}", hint=hint)
    rows = [_row(line, f"{where}, line {number}") for number, line in enumerate(lines, 1)]
    try:
        return check_judgements(pa.Table.from_pylist(rows, schema=JUDGEMENTS), where)
    except LinkageError as error:
        raise LedgerError(error.problem, where=error.where.replace(", row ", ", line "), hint=error.hint) from None


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        stated = json.loads(line)
    except (ValueError, RecursionError):
        raise LedgerError("no JSON", where=where, hint="one judgement a line, as kintrace judge writes it") from None
    if not isinstance(stated, dict):
        raise LedgerError("no JSON object", where=where, hint="one judgement a line, as kintrace judge writes it")
    unknown = len(stated.keys() - _KEYS)
    if unknown:
        raise LedgerError(f"{unknown} unknown keys", where=where, hint=f"known: {', '.join(sorted(_KEYS))}")
    for key in sorted(stated):
        if stated[key] is not None and not (_is_text if key in _TEXTS else _is_number)(stated[key]):
            raise LedgerError(f"{key} is no {'text' if key in _TEXTS else 'whole number'}", where=where)
    return {"number": 0, **stated}


def _is_text(value: object) -> bool:
    """Whether a value is text that UTF-8 can hold, which half of a surrogate pair is not."""
    return isinstance(value, str) and value.encode("utf-8", "replace").decode() == value


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) < 1 << 63


def append_judgement(path: Path, entry: Entry) -> Entered:
    """Write a judgement at the end of a ledger, which is begun where there is none.

    It names the judgement of the same two records that it supersedes. Either the whole line is on disk
    when this returns, or nothing of it.

    Raises:
        LedgerError: The ledger cannot be written, something in it is no judgement, or the entry is no text.
        LinkageError: The entry names one record twice, or none.
    """
    strange = [name for name in ("left", "right", "who", "judged_at", "why") if not _is_text(getattr(entry, name))]
    if strange:
        raise LedgerError(f"{strange[0]} is no text", where="judgement", hint="write it in the terminal's own encoding")
    try:
        with _locked(path) as file:
            return _append(file, entry, str(path))
    except OSError as error:
        problem = f"the judgement was not written: {error.strerror}"
        raise LedgerError(problem, where=str(path), hint="mend the rights or the disk") from None


def _append(file: FileIO, entry: Entry, where: str) -> Entered:
    ledger = parse_ledger(file.read(), where)
    row: dict[str, Any] = {
        "left": entry.left,
        "right": entry.right,
        "verdict": str(entry.verdict),
        "who": entry.who,
        "judged_at": entry.judged_at,
        "why": entry.why,
    }
    check_judgements(pa.Table.from_pylist([row], schema=_unnumbered()), "judgement")
    earlier = _latest(ledger, entry)
    if earlier is not None:
        row["supersedes"] = earlier
    end = file.seek(0, os.SEEK_END)
    try:
        _write(file, row)
    except OSError:
        file.truncate(end)
        raise
    return Entered(ledger.num_rows + 1, earlier)


def _unnumbered() -> pa.Schema:
    return pa.schema([JUDGEMENTS.field(name) for name in JUDGEMENTS.names if name not in {"number", "supersedes"}])


def _latest(ledger: pa.Table, entry: Entry) -> int | None:
    """Number of the newest judgement of the same two records."""
    pair = {entry.left, entry.right}
    ends = zip(*(ledger.column(c).to_pylist() for c in ("number", "left", "right")), strict=True)
    return max((number for number, left, right in ends if {left, right} == pair), default=None)


def _write(file: FileIO, row: Mapping[str, Any]) -> None:
    line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file.fileno())


@contextmanager
def _locked(path: Path) -> Iterator[FileIO]:
    """The ledger, open for reading and appending, and nobody else's until it is closed."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with FileIO(handle, "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
