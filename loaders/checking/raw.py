"""The sampled rows as they stand in the files: codes, dates and keys that the mapping does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT
from loaders.cells import as_mask, holds, read_key, stated_text
from loaders.checking.findings import FileFound, RepeatedKey, UnfitDates, UnknownCodes
from loaders.guessing.codes import codes_of
from loaders.guessing.dates import fit_dates
from loaders.guessing.draft import quoted
from loaders.guessing.values import Column
from loaders.mapping.dates import parse_dates
from loaders.mapping.model import Cell, Mapping, Section
from loaders.mapping.words import CLOSED, FALLBACKS, TABLES
from loaders.readers import open_register_file, role_parts
from loaders.readers.opening import TYPED
from loaders.refusals import FileSpan
from loaders.sources import ISO_DAY, Source

_KINDS = ("role", "category", "sex")
"""Kinds of code that words are known for."""


@dataclass(frozen=True, slots=True)
class RawRole:
    """The sampled rows of one role's files."""

    source: Source
    files: tuple[FileFound, ...]


def read_raw(mapping: Mapping, role: str) -> RawRole:
    """The first rows of every file of a role.

    Raises:
        RegisterError: A file cannot be read as the mapping says.
    """
    tables, files, typed = [], [], False
    for part in role_parts(mapping, role):
        rows = unusable = 0
        typed |= part.kind in TYPED
        for batch in open_register_file(part):
            tables.append(batch.table)
            broken = sum(len(r.rows) for r in batch.refused)
            rows, unusable = rows + len(batch.rows) + broken, unusable + broken
        whole = mapping.most_rows is None or rows < mapping.most_rows
        files.append(FileFound(role, part.name, rows, whole, unusable))
    empty = pa.table({c: pa.array([], TEXT) for c in mapping.columns(role)})
    table = pa.concat_tables(tables).combine_chunks() if tables else empty
    formats = (*mapping.date_formats, *((ISO_DAY,) if typed and ISO_DAY not in mapping.date_formats else ()))
    origins = pa.array(range(1, len(table) + 1), pa.int64()).to_numpy()
    span = FileSpan(0, len(table), mapping.name, role, role)
    return RawRole(Source(table, origins, (span,), formats), tuple(files))


def _cells(mapping: Mapping, role: str) -> Iterator[tuple[Section, str, str, Cell]]:
    """Every cell that reads the role: its section, field, kind and itself."""
    for section in mapping.sections:
        kinds = TABLES[section.table].fields
        if section.role == role:
            yield from ((section, f, kinds[f], c) for f, c in section.cells.items())
        for side in section.gathered:
            if side.role == role:
                yield from ((section, f, kinds[f], c) for f, c in side.cells.items())


def unknown_codes(mapping: Mapping, role: str, source: Source) -> Iterator[UnknownCodes]:
    """Codes that maps and closed lists do not know, once per map and column."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for _, name, kind, cell in _cells(mapping, role):
        if kind not in CLOSED or cell.how != "first" or cell.otherwise is not None or (name, cell.columns) in seen:
            continue
        seen.add((name, cell.columns))
        values = stated_text(source, cell)
        known = {code.casefold() for code, _ in cell.map} if cell.map else {w.casefold() for w in CLOSED[kind]}
        strange = [v is not None and v.casefold() not in known for v in values.to_pylist()]
        rest = values.filter(pa.array(strange))
        if len(rest):
            yield _told(Column(cell.columns[0], rest), name, kind)


def _told(column: Column, name: str, kind: str) -> UnknownCodes:
    if kind not in _KINDS:
        return UnknownCodes(name, column.title, kind, column.filled, (), len(column.counts), "")
    codes = codes_of(column, kind)
    lines = [f"{quoted(code)} = {quoted(word)}" for code, word in codes.known.items()]
    fallback = FALLBACKS.get(kind)
    for code in codes.unknown:
        lines.append(f"{quoted(code)} = {quoted(fallback)}" if fallback else f'# {quoted(code)} = "F"  # or "M"')
    shown = (*codes.known, *codes.unknown)
    return UnknownCodes(name, column.title, kind, column.filled, shown, codes.untold, "\n".join(lines) if shown else "")


def unfit_dates(mapping: Mapping, role: str, source: Source) -> Iterator[UnfitDates]:
    """Dates that no stated format reads, once per column."""
    seen: set[str] = set()
    for _, _, kind, cell in _cells(mapping, role):
        if kind != "date" or cell.how not in ("first", "join"):
            continue
        for column in cell.columns if cell.how == "first" else ():
            if column in seen:
                continue
            seen.add(column)
            values = stated_text(source, Cell(columns=(column,), when=cell.when))
            read = parse_dates(values, cell.formats or source.formats)[0]
            bad = values.filter(pc.and_(pc.is_valid(values), pc.is_null(read)))
            if len(bad):
                fit = fit_dates(pc.unique(bad).to_pylist()[:1000])
                yield UnfitDates(column, len(bad), fit.formats, fit.share, fit.short_years > 0.2, fit.ambiguous)


def repeated_keys(mapping: Mapping, role: str, source: Source) -> Iterator[RepeatedKey]:
    """Keys of persons that stand in several rows."""
    for section in mapping.sections:
        if section.role != role or section.table != "persons":
            continue
        values = read_key(source.where(holds(source, section.when)), section.keys["record_id"])
        counts = pc.value_counts(values.drop_null()).field("counts")
        keys = int(as_mask(pc.greater(counts, 1)).sum())
        if keys:
            yield RepeatedKey(f"{section.table}.{section.name}", section.keys["record_id"].columns, keys)
