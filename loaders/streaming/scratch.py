"""Scratch space of one load: how much memory may be held, and a folder for what does not fit.

The folder holds rows whose locations are not sealed yet. It is readable by its owner alone, is made
only when something must be spilled, and is removed however the load ends.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path
from types import TracebackType

MEMORY = 1 << 30
"""Bytes that a load holds of rows at a time, if nobody says otherwise."""


class Scratch:
    """Memory to use and files to write; a context that leaves nothing behind."""

    def __init__(self, parent: Path | None, memory: int) -> None:
        self.pending = max(memory // 6, 1)
        """Bytes of built rows that may wait in memory before they are spilled."""
        self.range = max(memory // 24, 1)
        """Bytes of rows in one range of keys, which are worked on together."""
        self.entries = max(memory // 256, 1)
        """Refused rows or values, and digests of one column, that may wait in memory."""
        self.batch = min(max(self.range // 4096, 16), 2_048)
        """Rows in one block of a spilled run."""
        self._parent = parent
        self._folder: Path | None = None
        self._files = 0
        self._lock = threading.Lock()

    def file(self, name: str) -> Path:
        """A new file of the scratch folder; threads may ask at the same time."""
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix=".spill-", dir=self._parent))  # mode 0700
            self._files += 1
            return self._folder / f"{self._files:06d}-{name}"

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=kind is not None)
