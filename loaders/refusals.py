"""The log of what could not be used, by source row, and what becomes of it at the end.

Every source row of a load has one number (its *origin*), handed out file by file, so that a refusal,
a canonical row and the sealing can speak of the same row. Values are never kept: they are personal.
An entry is two numbers, row and kind; where they become many they wait on disk, sorted into stretches
of source rows, so that a file of which every row is refused needs no more memory than a good one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loaders.mapping.model import Key
from loaders.streaming.rowsets import Origins, RowSet
from loaders.streaming.scratch import Scratch

_ENTRY = np.dtype([("origin", np.int64), ("kind", np.int32)])
Entries = npt.NDArray[np.void]

STRETCH = 1 << 18
"""Source rows whose entries lie in one file, and are looked at together."""


@dataclass(frozen=True, slots=True)
class FileSpan:
    """Origins ``first + 1`` to ``first + rows`` are rows 1 to ``rows`` of a file."""

    first: int
    rows: int
    register: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said of a refused row or value. ``table`` and ``field`` are canonical, empty for whole rows."""

    reason: str
    column: str | None = None
    table: str = ""
    field: str = ""
    fatal: bool = True
    """Whether the row (of that table) is lost, or only the value."""
    keys: tuple[Key, ...] = ()
    """The entry is void where an earlier table refused the row's record under one of these."""


class Refusals:
    """Everything refused in one load, and the rows that repeat others. Threads may add at the same time."""

    def __init__(self, scratch: Scratch) -> None:
        self.kinds: list[Kind] = []
        self.duplicates = RowSet()
        """Rows that said what another row had said."""
        self._numbers: dict[Kind, int] = {}
        self._scratch = scratch
        self._waiting: list[Entries] = []
        self._held = 0
        self._files: dict[int, Path] = {}
        self._lock = threading.Lock()

    def add(self, origins: Origins, kind: Kind) -> None:
        """Note that these rows (or their value in a field, where not fatal) cannot be used."""
        if not len(origins):
            return
        with self._lock:
            number = self._numbers.setdefault(kind, len(self.kinds))
            if number == len(self.kinds):
                self.kinds.append(kind)
            entries = np.empty(len(origins), dtype=_ENTRY)
            entries["origin"], entries["kind"] = origins, number
            self._waiting.append(entries)
            self._held += len(entries)
            if self._held > self._scratch.entries:
                self._spill()

    def _spill(self) -> None:
        entries = np.concatenate(self._waiting)
        self._waiting, self._held = [], 0
        stretches = (entries["origin"] - 1) // STRETCH
        order = np.argsort(stretches, kind="stable")
        entries, stretches = entries[order], stretches[order]
        cuts = np.flatnonzero(np.diff(stretches, prepend=-1))
        for part in np.split(entries, cuts[1:]):
            stretch = int((part["origin"][0] - 1) // STRETCH)
            if stretch not in self._files:
                self._files[stretch] = self._scratch.file("refused")
            with self._files[stretch].open("ab") as handle:
                part.tofile(handle)

    def settle(self) -> None:
        """Put what waits in order; afterwards entries are only read."""
        entries = np.concatenate([np.empty(0, dtype=_ENTRY), *self._waiting])
        self._waiting = [entries[np.argsort(entries["origin"], kind="stable")]]

    def between(self, first: int, last: int) -> tuple[Origins, npt.NDArray[np.int32]]:
        """Row and kind of every entry about the rows ``first + 1`` to ``last``, in no order."""
        waiting = self._waiting[0]
        found = [waiting[slice(*np.searchsorted(waiting["origin"], [first, last], side="right"))]]
        for stretch in range(first // STRETCH, (last - 1) // STRETCH + 1):
            if stretch in self._files:
                told = np.fromfile(self._files[stretch], dtype=_ENTRY)
                found.append(told[(told["origin"] > first) & (told["origin"] <= last)])
        entries = np.concatenate(found)
        return np.ascontiguousarray(entries["origin"]), np.ascontiguousarray(entries["kind"])

    def stretches(self) -> list[tuple[int, int]]:
        """Stretches of rows about which there are entries: from (exclusive), to (inclusive)."""
        told = {int(s) for part in self._waiting for s in np.unique((part["origin"] - 1) // STRETCH)}
        return [(s * STRETCH, (s + 1) * STRETCH) for s in sorted(told | self._files.keys())]
