"""One register file read as a test sees it: rows, and what was refused."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.mapping.model import Form
from loaders.readers import open_register_file
from loaders.readers.batches import Wanted

COLUMNS = ("no", "name", "born")
HEADER = "no;name;born\n"
GOOD = HEADER + "1;Møller;1980-01-31\n2;Lund;\n"
ROWS = [("1", "Møller", "1980-01-31"), ("2", "Lund", None)]
"""What every way of writing the good file gives."""


@dataclass(frozen=True, slots=True)
class Read:
    """Rows as tuples, their numbers, and (row, reason, column) of what was refused."""

    rows: list[tuple[str | None, ...]]
    numbers: list[int]
    refused: list[tuple[int, str, str | None]]


def wanted(path: Path, columns: tuple[str, ...] = COLUMNS, **form: Any) -> Wanted:
    """What to read, with options as a mapping states them for the role."""
    return Wanted(path, columns, form=Form(**form), role="person")


def read(asked: Wanted) -> Read:
    """Everything in the file."""
    found = Read([], [], [])
    for batch in open_register_file(asked):
        found.rows.extend(zip(*(c.to_pylist() for c in batch.table.columns), strict=True))
        found.numbers.extend(batch.rows.tolist())
        found.refused.extend((row, r.reason, r.column) for r in batch.refused for row in r.rows.tolist())
    found.refused.sort(key=lambda one: (one[0], one[2] or ""))
    return found


def read_bytes(folder: Path, content: bytes, *, encoding: str = "utf-8", **form: Any) -> Read:
    """A file of these bytes."""
    (folder / "m.csv").write_bytes(content)
    return read(dataclasses.replace(wanted(folder / "m.csv", **form), encoding=encoding))
