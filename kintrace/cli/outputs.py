"""Files that answers leave in: whole or not at all, and for their owner alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kintrace.errors import RunError


def write_private(path: Path, parts: Iterable[str]) -> None:
    """Write a text that is about persons: beside its place first, then renamed into it; mode 0600.

    Raises:
        RunError: The place cannot be written to; nothing is left behind.
    """
    try:
        _write(path, parts)
    except OSError as error:
        raise RunError(f"cannot be written: {error.strerror}", where=str(path), hint="name another place") from None


def _write(path: Path, parts: Iterable[str]) -> None:
    handle, draft = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
