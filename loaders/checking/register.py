"""The trial itself: a mapping, its files' first rows through the real loader, and what came of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.identifiers import LINKING_TYPES
from linkage.tables import CANONICAL
from linkage.vocabulary import COUNTED_ROLES, EVENT_CATEGORIES
from loaders.cells import as_mask
from loaders.checking.findings import FieldFound, MappingCheck, RefusalFound
from loaders.checking.mistakes import file_mistakes, read_leniently
from loaders.checking.raw import read_raw, repeated_keys, unfit_dates, unknown_codes
from loaders.errors import LoaderError
from loaders.expectations import Finding, judge, measure
from loaders.loading import load_into
from loaders.mapping.model import Mapping
from loaders.quality import SOURCE_TABLE

Tables = dict[str, pa.Table]

_FIRST_ROWS = 5
_OF_ALL_ROWS = ("rows", "newest_entry_within", "older_extract", "repeated")
"""Expectations that a sample cannot keep or break."""


def check_register(path: Path, *, rows: int, today: dt.date) -> MappingCheck:
    """What a mapping would give of the first ``rows`` rows of each of its files.

    Reads through the same loader as a rebuild; its tables lie in a folder for temporary files, open to
    the owner alone, until they have been counted. ``today`` is the extract date of a register without one.
    Never raises for what is wrong with mapping or files: that is what it reports.
    """
    mapping, errors = read_leniently(path)
    if mapping is None:
        return MappingCheck(path.name, errors=tuple(errors))
    mapping = dataclasses.replace(mapping, most_rows=rows)
    wrong = file_mistakes(mapping)
    if wrong:
        return MappingCheck(path.name, mapping.name, errors=tuple(dict.fromkeys(wrong)))
    try:
        return _trial(mapping, today)
    except LoaderError as error:
        return MappingCheck(path.name, mapping.name, errors=(str(error),))


def _trial(mapping: Mapping, today: dt.date) -> MappingCheck:
    with tempfile.TemporaryDirectory(prefix="kintrace-") as name:
        folder = Path(name)
        load_into(folder, [mapping], as_loaded=today)
        tables = {table: pq.read_table(folder / f"{table}.parquet") for table in CANONICAL}
        measures = [one for one in measure(folder) if one.register == mapping.name]
    judged = judge(mapping.expectations, measures[0], None) if measures else ()
    roles = sorted({s.role for s in mapping.sections} | {g.role for s in mapping.sections for g in s.gathered})
    raw = {role: read_raw(mapping, role) for role in roles}
    files = tuple(f for one in raw.values() for f in one.files)
    sections: dict[str, tuple[str, ...]] = {}
    for one in mapping.sections:
        sections[one.table] = (*sections.get(one.table, ()), one.name)
    return MappingCheck(
        mapping=mapping.path.name,
        register=mapping.name,
        files=files,
        tables={name: len(tables[name]) for name in sections},
        sections=sections,
        fields=_fields(tables["quality"]),
        refused=_refused(tables["refused"]),
        unknown=tuple(u for role, one in raw.items() for u in unknown_codes(mapping, role, one.source)),
        dates=tuple(u for role, one in raw.items() for u in unfit_dates(mapping, role, one.source)),
        repeated=tuple(u for role, one in raw.items() for u in repeated_keys(mapping, role, one.source)),
        linking=_linking(tables),
        missing=_missing(tables),
        expectations=_broken(judged, whole=all(f.whole for f in files)),
        no_extract_date=mapping.extract_date is None,
    )


def _broken(judged: tuple[Finding, ...], *, whole: bool) -> tuple[Finding, ...]:
    broken = [one for one in judged if one.state == "broken"]
    return tuple(one for one in broken if whole or one.key.split(".")[0] not in _OF_ALL_ROWS)


def _fields(quality: pa.Table) -> tuple[FieldFound, ...]:
    names = ("table", "column", "rows", "filled", "valid", "distinct")
    rows = quality.select(list(names)).to_pylist()
    return tuple(FieldFound(**row) for row in rows if row["table"] != SOURCE_TABLE and row["filled"])


def _refused(refused: pa.Table) -> tuple[RefusalFound, ...]:
    found: dict[tuple[str, str | None, str], list[int]] = {}
    for row in refused.to_pylist():
        found.setdefault((row["file"], row["column"], row["reason"]), []).append(row["row"])
    ordered = sorted(found.items(), key=lambda one: (-len(one[1]), one[0][0], one[0][1] or "", one[0][2]))
    return tuple(RefusalFound(*key, len(rows), tuple(sorted(rows)[:_FIRST_ROWS])) for key, rows in ordered)


def _linking(tables: Tables) -> dict[str, int]:
    """How many mentions state what linking lives by."""
    persons, stays = tables["persons"], tables["residences"]
    if not len(persons):
        return {}
    types = pc.struct_field(pc.list_flatten(persons.column("identifiers")), "type")
    owner = pc.list_parent_indices(persons.column("identifiers"))
    linking = pc.is_in(types, value_set=pa.array(sorted(LINKING_TYPES)))
    named = pc.or_(pc.is_valid(persons.column("given")), pc.is_valid(persons.column("surname")))
    whole = pc.and_(pc.is_valid(persons.column("given")), pc.is_valid(persons.column("surname")))
    born = pc.is_valid(persons.column("birth_date"))
    placed = stays.filter(pc.is_valid(stays.column("street"))).column("record_id")
    counts = {
        "number": len(pc.unique(owner.filter(linking))),
        "birth_date": int(as_mask(born).sum()),
        "name": int(as_mask(named).sum()),
        "name_and_birth": int(as_mask(pc.and_(whole, born)).sum()),
        "address": len(pc.unique(placed)),
    }
    return {"all": len(persons)} | counts


def _missing(tables: Tables) -> tuple[str, ...]:
    """What family histories would lack if this register were the only one."""
    persons, relations = tables["persons"], tables["relations"]
    missing = []
    if not len(persons):
        missing.append("no_persons")
    if not len(tables["incidents"]):
        missing.append("no_incidents")
    elif not pc.any(pc.is_in(tables["incidents"].column("category"), pa.array(sorted(EVENT_CATEGORIES)))).as_py():
        missing.append("no_events")
    if len(tables["incidents"]) and len(persons):
        counted = pc.is_in(tables["involvements"].column("role"), pa.array(sorted(COUNTED_ROLES)))
        if not pc.any(counted, min_count=0).as_py():
            missing.append("no_counted_roles")
    if not len(relations) or "parent" not in pc.unique(relations.column("kind")).to_pylist():
        missing.append("no_parents")
    spells = pc.equal(tables["residences"].column("uncertainty"), "registered")
    if not pc.any(spells, min_count=0).as_py():
        missing.append("no_stays")
    if len(persons) and persons.column("birth_date").null_count == len(persons):
        missing.append("no_births")
    return tuple(missing)
