"""Measures of every register, from the canonical tables as a load left them on disk.

DuckDB reads the Parquet files column by column under a memory limit and spills beyond it, so the
measures of a nation's registers need no more memory than those of a village's. Sealed rows stand
under the register ``protected``: they are counted, and nothing that is told of them depends on where
they were written.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from linkage.tables import PROTECTED_REGISTER
from loaders.errors import LoaderError
from loaders.expectations import queries
from loaders.expectations.values import (
    CodeCount,
    ColumnFill,
    Entries,
    IdentifierUse,
    Refused,
    RegisterMeasures,
    RoleRows,
)
from loaders.mapping.expectations import measured_columns
from loaders.mapping.words import TABLES
from loaders.quality import SOURCE_TABLE

MEMORY = "1GB"
"""What DuckDB may hold before it spills to disk."""

_READ = ("registers", "persons", "residences", "relations", "incidents", "involvements", "protections")
_NO_ENTRIES = Entries("", None, 0, ())


def measure(folder: Path) -> tuple[RegisterMeasures, ...]:
    """Measures of every register whose canonical tables lie in a folder, by name; special protection last.

    Raises:
        LoaderError: A table is missing or damaged.
    """
    with _opened(folder) as db:
        rows = db.execute('select * from quality order by register, "table", "column"').fetchall()
        quality = _by_register(rows)
        stated = _by_register(db.execute("select register, title, district, synthetic from registers").fetchall())
        found = _Found(db)
        names = sorted({*stated, *quality}, key=lambda name: (name == PROTECTED_REGISTER, name))
        return tuple(_one(name, stated.get(name, []), quality.get(name, []), found) for name in names)


@contextmanager
def _opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The folder's tables by name in a database that spills beside nothing of the run."""
    with tempfile.TemporaryDirectory(prefix="kintrace-") as spill, duckdb.connect() as db:
        db.execute("set memory_limit = ?", [MEMORY])
        db.execute("set temp_directory = ?", [spill])
        db.execute("set preserve_insertion_order = false")
        for name in (*_READ, "refused", "quality"):
            _view(db, name, folder / f"{name}.parquet")
        try:
            yield db
        except duckdb.Error as error:
            raise LoaderError(f"cannot measure: {type(error).__name__}", where=str(folder), hint="load again") from None


def _view(db: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    """One table under its name; what is a wildcard to DuckDB stands for itself."""
    path = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(file))
    try:
        db.from_parquet(path).create_view(name)
    except duckdb.Error as error:
        problem = f"cannot be read: {type(error).__name__}"
        raise LoaderError(problem, where=str(file), hint="load again") from None


def _by_register(rows: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """Rows under their first column, without it."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row[1:])
    return dict(found)


class _Found:
    """What the statements gave, by register."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self.identifiers = _by_register(db.execute(queries.IDENTIFIERS).fetchall())
        self.stating = {row[:2]: row[2] for row in db.execute(queries.STATING).fetchall()}
        self.modulus = _by_register(db.execute(queries.MODULUS).fetchall())
        self.births = _by_register(db.execute(queries.BIRTHS).fetchall())
        self.extracts = _by_register(db.execute(queries.EXTRACTS).fetchall())
        self.refused = _by_register(db.execute(queries.REFUSED).fetchall())
        self.codes = _by_register(db.execute(queries.CODES).fetchall())
        self.entered = _by_register(db.execute(queries.ENTERED).fetchall())
        self.undated = _by_register(db.execute(queries.UNDATED).fetchall())
        self.moved = _by_register(db.execute(queries.MOVED).fetchall())

    def pair(self, rows: dict[str, list[tuple[Any, ...]]], register: str) -> tuple[int, int]:
        """Two counts, 0 where the statement found nothing."""
        return rows[register][0] if register in rows else (0, 0)


def _one(
    register: str, stated: list[tuple[Any, ...]], quality: list[tuple[Any, ...]], found: _Found
) -> RegisterMeasures:
    title, district, synthetic = stated[0] if stated else (None, None, False)
    hidden = register == PROTECTED_REGISTER
    rows = tuple(RoleRows(*row[1:]) for row in quality if row[0] == SOURCE_TABLE)
    refused = found.refused.get(register, [])
    if hidden:
        # How full its columns are would tell which kind of register a sealed row stood in.
        return _hidden(register, rows, refused)
    checked, failing = found.pair(found.modulus, register)
    births, new_year = found.pair(found.births, register)
    columns = tuple(_fill(*row) for row in quality if _told(row[0], row[1]))
    of_table = {one.table: one.rows for one in columns}
    return RegisterMeasures(
        register=register,
        title=title,
        district=district,
        synthetic=synthetic,
        extract=_day(found.extracts.get(register)),
        roles=rows,
        columns=columns,
        refused=tuple(Refused(file, column, why, n, tuple(first)) for file, column, why, n, first in refused),
        identifiers=tuple(
            IdentifierUse(kind, found.stating[register, kind], *numbers)
            for kind, *numbers in found.identifiers.get(register, [])
        ),
        checked_numbers=checked,
        failing_numbers=failing,
        births=births,
        new_year_births=new_year,
        codes=tuple(
            CodeCount(table, column, code, n, of_table.get(table, 0))
            for table, column, code, n in found.codes.get(register, [])
        ),
        entries=_entries(register, found),
    )


def _hidden(register: str, rows: tuple[RoleRows, ...], refused: list[tuple[Any, ...]]) -> RegisterMeasures:
    """What is told of sealed rows: how many there are, and what could not be read of them."""
    return RegisterMeasures(
        register=register,
        title=None,
        district=None,
        synthetic=False,
        extract=None,
        roles=rows,
        columns=(),
        refused=tuple(Refused(file, column, why, n, ()) for file, column, why, n, _ in refused),
        identifiers=(),
        checked_numbers=0,
        failing_numbers=0,
        births=0,
        new_year_births=0,
        codes=(),
        entries=_NO_ENTRIES,
    )


def _fill(table: str, column: str, rows: int, *counts: int) -> ColumnFill:
    """One column. What could not be read is counted by source row, of which several may make one incident."""
    filled, valid, distinct = counts
    filled = min(filled, rows)
    return ColumnFill(table, column, rows, filled, min(valid, filled), distinct)


def _told(table: str, column: str) -> bool:
    """Whether a mapping can fill the column; what washing fills later is empty after a load."""
    return table in TABLES and column in measured_columns(table)


def _day(rows: list[tuple[Any, ...]] | None) -> dt.date | None:
    return rows[0][0] if rows else None


def _entries(register: str, found: _Found) -> Entries:
    """Months of entry where rows state one (of incidents, if the register has any), else months of moves."""
    entered = found.entered.get(register, [])
    undated = found.undated.get(register, [(0,)])[0][0]
    if entered:
        of_incidents = any(incident for incident, *_ in entered)
        months = tuple((month, count) for incident, month, count, _ in entered if incident == of_incidents)
        return Entries("known_from", max(last for *_, last in entered), undated, months)
    moved = found.moved.get(register, [])
    if not moved:
        return Entries("", None, undated, ())
    return Entries("valid_from", max(m[-1] for m in moved), undated, tuple((month, count) for month, count, _ in moved))
