"""Registers by their mappings, in; canonical tables, sealed, checked and sorted, out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import CANONICAL, REGISTERS, TEXT
from loaders.building import STATED, Register
from loaders.cells import as_mask
from loaders.duplicates import SECTION, as_texts, distinct_rows, one_row_per_incident, whole
from loaders.errors import MappingError, RegisterError
from loaders.mapping.model import Mapping
from loaders.protection.sealing import seal_tables
from loaders.quality import Ledger, final_tables
from loaders.refusals import FileSpan, Refusals
from loaders.sources import ORIGIN, Progress, Source, read_role
from loaders.tables_built import BUILDERS

Tables = dict[str, pa.Table]

_REFERENCES = {
    "residences": ("record_id",),
    "relations": ("record_id",),
    "involvements": ("record_id", "incident_id"),
    "protections": ("record_id",),
}
_ORDER = ("persons", "incidents", "residences", "relations", "involvements", "protections")
_MEMBERS = ("persons", "incidents", "involvements")
_MORE_KEYS = {"relations": ("other_identifier",)}
"""Several relatives may be named by number alone, without a record."""
_TARGETS = {"record_id": "persons", "incident_id": "incidents"}


@dataclass(frozen=True, slots=True)
class Canonical:
    """What a load gives: every table of :data:`linkage.tables.CANONICAL`, each sorted by its key."""

    tables: dict[str, pa.Table]


def _hidden_schema(table: str) -> pa.Schema:
    hidden = [pa.field(STATED, pa.bool_()), pa.field(ORIGIN, pa.int64()), pa.field(SECTION, pa.int64())]
    return pa.schema([*CANONICAL[table].schema, *hidden])


def _build(register: Register, table: str) -> pa.Table:
    """All sections of one table, one row per key."""
    schema = _hidden_schema(table)
    sections = [s for s in register.mapping.sections if s.table == table]
    built = [schema.empty_table()]
    for position, section in enumerate(sections):
        rows = BUILDERS[table](register, section)
        rows = rows.append_column(SECTION, pa.array(np.full(len(rows), position, dtype=np.int64)))
        built.append(rows.select(schema.names).cast(schema))
    return pa.concat_tables(built).combine_chunks()


def _distinct(register: Register, table: str, rows: pa.Table) -> pa.Table:
    sections = [s for s in register.mapping.sections if s.table == table]
    if table == "incidents":
        return one_row_per_incident(register, sections, rows)
    return distinct_rows(register, sections, rows, [*CANONICAL[table].key, *_MORE_KEYS.get(table, ())])


def _refer(register: Register, table: str, rows: pa.Table, tables: Tables) -> pa.Table:
    """Only rows whose person and incident exist; a relation's other record is null where it does not."""
    for name in _REFERENCES.get(table, ()):
        known = pc.is_in(whole(rows, name), value_set=whole(tables[_TARGETS[name]], name))
        lost = ~as_mask(known)
        reason = f"no such row in {_TARGETS[name]}"
        register.log.add(whole(rows, ORIGIN).to_numpy()[lost], reason, table=table, field=name)
        rows = rows.filter(known)
    if table == "relations":
        other = whole(rows, "other_record")
        known = pc.is_in(other, value_set=whole(tables["persons"], "record_id"))
        other = pc.if_else(known, other, pa.scalar(None, TEXT))
        rows = rows.set_column(rows.column_names.index("other_record"), rows.schema.field("other_record"), other)
        named = pc.or_(pc.is_valid(other), pc.is_valid(whole(rows, "other_identifier")))
        lost = ~as_mask(named)
        register.log.add(whole(rows, ORIGIN).to_numpy()[lost], "names nobody", table=table, field="other_record")
        rows = rows.filter(named)
    return rows


def _build_register(register: Register) -> tuple[Tables, Tables]:
    """The register's tables, and (for sealing) every source row of each person and incident."""
    tables: Tables = {}
    members: Tables = {}
    for table in _ORDER:
        rows = _build(register, table)
        if table in _MEMBERS:
            members[table] = rows.select([CANONICAL[table].key[0], ORIGIN])
        rows = _refer(register, table, rows, tables)
        tables[table] = _distinct(register, table, rows)
    return tables, members


def _check_together(mappings: Sequence[Mapping]) -> None:
    """Registers of one load have different names, and are all real or all invented."""
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


def _extract_date(mapping: Mapping, as_loaded: dt.date | None) -> dt.date:
    day = mapping.extract_date or as_loaded
    if day is None:
        hint = "write extract_date = 2026-01-31 under [register]"
        raise MappingError("the date of the extract is not known", where=mapping.path.name, hint=hint)
    return day


def _register_rows(mappings: Sequence[Mapping]) -> pa.Table:
    names = [f.name for f in REGISTERS.schema if f.name != "register"]
    rows = [{"register": m.name, **{n: getattr(m, n) for n in names}} for m in mappings]
    return pa.Table.from_pylist(rows, schema=REGISTERS.schema)


def _read(mapping: Mapping, first: int, ledger: Ledger, progress: Progress | None) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for role in sorted({s.role for s in mapping.sections} | {g.role for s in mapping.sections for g in s.gathered}):
        sources[role] = read_role(mapping, role, first=first, log=ledger.log, progress=progress)
        ledger.files.extend(sources[role].files)
        span: FileSpan = sources[role].files[-1]
        first = span.first + span.rows
    return sources


def load(
    mappings: Sequence[Mapping],
    *,
    as_loaded: dt.date | None = None,
    progress: Progress | None = None,
) -> Canonical:
    """Read every register and give the canonical tables of them all.

    The same rows give the same tables, in whatever order files and rows come. Special protection is
    sealed before anything is returned. ``as_loaded`` is the extract date of registers that state none;
    ``progress`` is called with a register's name and the number of rows just read.

    Raises:
        MappingError: Two registers of one name, synthetic beside real ones, an unknown extract date.
        RegisterError: A file cannot be read as its mapping says.
    """
    ordered = sorted(mappings, key=lambda m: m.name)
    _check_together(ordered)
    ledger = Ledger(Refusals(), [], [])
    parts: dict[str, list[pa.Table]] = {t: [] for t in (*_ORDER, *(f"{m}.rows" for m in _MEMBERS))}
    for mapping in ordered:
        first = ledger.files[-1].first + ledger.files[-1].rows if ledger.files else 0
        sources = _read(mapping, first, ledger, progress)
        register = Register(mapping, _extract_date(mapping, as_loaded), sources, ledger.log)
        tables, members = _build_register(register)
        for table, rows in tables.items():
            parts[table].append(rows)
        for table, rows in members.items():
            parts[f"{table}.rows"].append(rows)
    if not ordered:
        raise RegisterError("no registers to load", hint="name at least one mapping")
    joined = {t: pa.concat_tables(p).combine_chunks() for t, p in parts.items()}
    ledger.members.append({t: joined.pop(f"{t}.rows") for t in _MEMBERS})
    latest = max(_extract_date(m, as_loaded) for m in ordered)
    tables = final_tables(seal_tables(joined, latest), ledger)
    tables["registers"] = _register_rows(ordered)
    return Canonical({name: _in_order(name, tables[name]) for name in CANONICAL})


def _in_order(name: str, table: pa.Table) -> pa.Table:
    """The table checked, sorted by its key and in one piece, so that equal content is equal bytes."""
    shape = CANONICAL[name]
    keys = [*shape.key, *_MORE_KEYS.get(name, ())]
    sortable = pa.table(
        {k: as_texts(whole(table, k)) if k in _MORE_KEYS.get(name, ()) else whole(table, k) for k in keys}
    )
    order = pc.sort_indices(sortable, [(k, "ascending") for k in keys])
    return shape.check(table.take(order).combine_chunks())
