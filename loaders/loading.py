"""Registers by their mappings, in; canonical tables, sealed, checked and sorted, out.

A load goes through its rows three times and never holds more of them than its memory allows:

1. every batch of every file becomes canonical rows (:mod:`loaders.streaming.reading`), which wait in
   runs sorted by their key, on disk when they become many (:mod:`loaders.streaming.runs`);
2. range by range of keys, repeated and conflicting rows and dangling references are decided
   (:mod:`loaders.streaming.settling`);
3. where anybody is under special protection, whoever it concerns is found among the rows that stand,
   and rows change accordingly on their way out (:mod:`loaders.protection`).

What must be known of all source rows at once (refused, repeated, dropped) is a bit for each, and a few
numbers for each entry of the log of refused rows, on disk. What the tables hold does not depend on how
much memory there is, nor on the order of files and rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as Given
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from linkage.tables import REGISTERS
from loaders.errors import MappingError, RegisterError
from loaders.mapping.file import meant
from loaders.mapping.model import Mapping
from loaders.protection.sealing import Sealed, seal_rows
from loaders.quality import ColumnCounts, quality_table, source_quality
from loaders.readers.opening import Frames
from loaders.refusals import Refusals
from loaders.sources import ORIGIN, Progress, Reading
from loaders.streaming.accounts import Accounts
from loaders.streaming.ahead import ahead
from loaders.streaming.finishing import Finishing
from loaders.streaming.layout import ORDER, Numbered
from loaders.streaming.reading import read_all
from loaders.streaming.rowsets import Origins, RowSet
from loaders.streaming.scratch import MEMORY, Scratch
from loaders.streaming.settling import settled
from loaders.streaming.sinks import MemorySink, ParquetSink, Sink
from loaders.streaming.spool import Spool
from loaders.streaming.work import Work, by_section

_MEMBERS = {"persons": "record_id", "incidents": "incident_id", "involvements": "incident_id"}
"""Tables whose source rows are hidden with a sealed record or incident."""


@dataclass(frozen=True, slots=True)
class Canonical:
    """What a load gives: every table of :data:`linkage.tables.CANONICAL`, each sorted by its key."""

    tables: dict[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a load reads: mappings, the extract date of registers that state none, and data frames."""

    mappings: tuple[Mapping, ...]
    """By name."""
    as_loaded: dt.date | None
    frames: Given[str, Frames]
    """Data frames by register and role."""

    def extract_date(self, mapping: Mapping) -> dt.date:
        """The day of a register's extract.

        Raises:
            MappingError: Nobody states it.
        """
        day = mapping.extract_date or self.as_loaded
        if day is None:
            hint = "write extract_date = 2026-01-31 under [register]"
            raise MappingError("the date of the extract is not known", where=mapping.path.name, hint=hint)
        return day

    def sections(self) -> list[Numbered]:
        """Every section of every register, numbered."""
        own = [(m, s) for m in self.mappings for s in m.sections]
        return [Numbered(n, m, s, self.extract_date(m)) for n, (m, s) in enumerate(own)]


def _check_together(mappings: Sequence[Mapping]) -> None:
    """Registers of one load have different names, and are all real or all invented."""
    if not mappings:
        raise RegisterError("no registers to load", hint="name at least one mapping")
    seen: dict[str, Mapping] = {}
    for one in mappings:
        if one.name in seen:
            where = f"{one.path.name} and {seen[one.name].path.name}"
            raise MappingError(f"two registers are called {one.name}", where=where, hint="give each its own name")
        seen[one.name] = one
    invented = [m for m in mappings if m.synthetic]
    if invented and len(invented) < len(mappings):
        real = next(m for m in mappings if not m.synthetic)
        where = f"{invented[0].path.name} (synthetic) and {real.path.name} (real)"
        raise MappingError("synthetic and real registers never mix", where=where, hint="load them in separate runs")


def _check_frames(frames: Given[str, Frames], mappings: Sequence[Mapping]) -> None:
    """Data frames are for registers and roles that there are."""
    roles = {m.name: list(m.files) for m in mappings}
    for register, given in frames.items():
        if register not in roles:
            raise MappingError("no such register", where=f"frames, {register}", hint=meant(register, roles))
        for role in given:
            if role not in roles[register]:
                hint = meant(role, roles[register])
                raise MappingError("no such role", where=f"frames, {register}, {role}", hint=hint)


def _register_rows(mappings: Sequence[Mapping]) -> pa.Table:
    names = [f.name for f in REGISTERS.schema if f.name != "register"]
    rows = [{"register": m.name, **{n: getattr(m, n) for n in names}} for m in mappings]
    return pa.Table.from_pylist(rows, schema=REGISTERS.schema)


def _sealed_origins(work: Work, sealed: Sealed) -> Origins:
    """Source rows whose record or incident was sealed."""
    found = [np.empty(0, dtype=np.int64)]
    for table, column in _MEMBERS.items():
        ids = sorted(sealed.records if column == "record_id" else sealed.incidents)
        rows = work.runs[table].holding(ids) if ids else work.runs[table].schema.empty_table()
        origins = np.asarray(rows.column(ORIGIN).to_numpy())
        for number, mask in by_section(rows) if len(rows) else ():
            mine = origins[mask]
            found.append(mine[~work.dropped(table, tuple(work.section(number).keys.values()), mine)])
    return np.unique(np.concatenate(found))


def _seal_and_finish(work: Work, finishing: Finishing, latest: dt.date) -> Sealed:
    """Find out who is protected, and finish all rows accordingly."""
    spools = {table: Spool(work.layouts[table], work.scratch) for table in ORDER}
    with ahead(settled(work)) as parts:
        for table, rows in parts:
            spools[table].write(rows)
    for spool in spools.values():
        spool.close()
    sealed = seal_rows(spools, latest)
    for table, spool in spools.items():
        if table in sealed.changes:
            with ahead(spool.whole()) as whole:
                finishing.take_changed(table, whole, sealed.changes[table])
        else:
            for rows in spool.packed():
                finishing.take(table, rows)
    return sealed


def _finish(work: Work, finishing: Finishing) -> Sealed:
    """Finish all rows as they come: nobody is protected."""
    with ahead(settled(work)) as parts:
        for table, rows in parts:
            finishing.take(table, rows)
    return Sealed()


def _run(inputs: Inputs, scratch: Scratch, sink: Sink, progress: Progress | None) -> None:
    log = Refusals(scratch)
    reading = Reading(log, [], inputs.frames, progress)
    work = Work(inputs.sections(), log, scratch)
    try:
        read_all(inputs.mappings, reading, work)
    finally:
        work.spill.close()
    counts = ColumnCounts(scratch)
    finishing = Finishing(work.layouts, counts, sink)
    latest = max(inputs.extract_date(m) for m in inputs.mappings)
    sealed = _seal_and_finish(work, finishing, latest) if work.special else _finish(work, finishing)
    origins = _sealed_origins(work, sealed)
    log.settle()
    stays = np.array(sorted(sealed.residence_origins), dtype=np.int64)
    accounts = Accounts(work, reading.files, origins, stays)
    for part in accounts.refused():
        sink.write("refused", part)
    hidden = RowSet()
    hidden.add(origins)
    files = [(f.register, f.role, f.first, f.first + f.rows) for f in reading.files]
    rows = source_quality(files, hidden, accounts.fates(finishing.surviving)) + counts.as_rows(accounts.invalid)
    sink.write("quality", quality_table(rows))
    sink.write("registers", _register_rows(inputs.mappings))
    sink.close()


def _inputs(mappings: Sequence[Mapping], as_loaded: dt.date | None, frames: Given[str, Frames] | None) -> Inputs:
    ordered = tuple(sorted(mappings, key=lambda m: m.name))
    _check_together(ordered)
    _check_frames(frames or {}, ordered)
    return Inputs(ordered, as_loaded, frames or {})


def load(
    mappings: Sequence[Mapping],
    *,
    as_loaded: dt.date | None = None,
    progress: Progress | None = None,
    frames: Given[str, Frames] | None = None,
    memory: int = MEMORY,
) -> Canonical:
    """Read every register and give the canonical tables of them all.

    The same rows give the same tables, in whatever order files and rows come. Special protection is
    sealed before anything is returned. ``as_loaded`` is the extract date of registers that state none;
    ``progress`` is called with a register's name and the number of rows just read; ``frames`` holds
    data frames (pandas, Polars, Arrow) by register and role, which take the place of the role's files.
    What does not fit into ``memory`` bytes on the way waits in the system's folder for temporary files.

    Raises:
        MappingError: Two registers of one name, synthetic beside real ones, an unknown extract date, a data
            frame for a register or role that is none.
        RegisterError: A file cannot be read as its mapping says.
    """
    inputs, sink = _inputs(mappings, as_loaded, frames), MemorySink()
    with Scratch(None, memory) as scratch:
        _run(inputs, scratch, sink, progress)
    return Canonical(sink.tables)


def load_into(
    folder: Path,
    mappings: Sequence[Mapping],
    *,
    as_loaded: dt.date | None = None,
    progress: Progress | None = None,
    frames: Given[str, Frames] | None = None,
    memory: int = MEMORY,
) -> dict[str, int]:
    """Read every register and write every canonical table as ``NAME.parquet`` into a folder.

    Gives the number of rows of each table. As :func:`load`, in memory that does not grow with the files:
    about ``memory`` bytes of rows at a time. What does not fit waits in a folder of its own below
    ``folder``, readable by its owner alone, which is gone when this returns or raises.

    Raises:
        MappingError: Two registers of one name, synthetic beside real ones, an unknown extract date, a data
            frame for a register or role that is none.
        RegisterError: A file cannot be read as its mapping says.
    """
    inputs, sink = _inputs(mappings, as_loaded, frames), ParquetSink(folder)
    try:
        with Scratch(folder, memory) as scratch:
            _run(inputs, scratch, sink, progress)
    finally:
        sink.abandon()
    return sink.rows
