"""Second pass: one range of keys at a time, what all rows of a key, and the tables they refer to, decide.

Incidents come first, persons with their residences next: everything else refers to them. A reference
is looked up where both sides are in ascending order, by a merge; what leads nowhere is remembered as a
bit of its source row until its own table comes.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import CANONICAL, TEXT
from loaders.building import FIRST
from loaders.cells import as_mask
from loaders.duplicates import SECTION, as_texts, distinct_of_parts, distinct_rows, one_row_per_incident, whole
from loaders.refusals import Kind
from loaders.sources import ORIGIN
from loaders.streaming.layout import ORDER, REFERENCES, TARGETS, key_columns
from loaders.streaming.rowsets import Mask
from loaders.streaming.runs import Bounds, by_key, ranges
from loaders.streaming.texts import found_in, repeats
from loaders.streaming.work import Work, by_section

_LARGE = 8
"""Ranges that are so many times larger than meant have keys that very many rows share."""


def settled(work: Work) -> Generator[tuple[str, pa.Table], None, None]:
    """The rows of every table that stand, as they travel, range by range; each table in the order of its key."""
    for bounds in ranges([work.runs["incidents"]], work.scratch.range):
        incidents = _distinct(work, "incidents", work.runs["incidents"].between(bounds))
        _look_up(work, "incidents", incidents, bounds)
        yield "incidents", incidents
    for bounds in ranges([work.runs["persons"], work.runs["residences"]], work.scratch.range):
        persons = _persons(work, bounds)
        _look_up(work, "persons", persons, bounds)
        yield "persons", persons
        residences = work.runs["residences"].between(bounds, partial(_living, work, "residences"))
        known = found_in(whole(residences, "record_id"), whole(persons, "record_id"))
        residences = _refuse(work, residences, known, Kind("no such row in persons", None, "residences", "record_id"))
        yield "residences", _distinct(work, "residences", residences)
    for table in ORDER[ORDER.index("residences") + 1 :]:
        for bounds in ranges([work.runs[table]], work.scratch.range):
            yield table, _distinct(work, table, work.runs[table].between(bounds, partial(_refer, work, table)))


def _persons(work: Work, bounds: Bounds) -> pa.Table:
    """One row per person. Where very many rows bear one key (a placeholder for none), they are never held together."""
    runs, layout = work.runs["persons"], work.layouts["persons"]
    if runs.size(bounds) < _LARGE * work.scratch.range:
        return _distinct(work, "persons", runs.between(bounds))
    kept = distinct_of_parts(work, lambda: map(layout.unpack, runs.parts(bounds)), "record_id")
    return in_order(layout.pack(kept), "persons")


def _look_up(work: Work, target: str, rows: pa.Table, bounds: Bounds) -> None:
    """Remember the references that lead to no row of this range."""
    ids = whole(rows, CANONICAL[target].key[0])
    for field, runs, key in work.references_to(target):
        for named in runs.parts(bounds, [key, ORIGIN, SECTION]):
            lost = named.filter(pa.array(~found_in(whole(named, key), ids)))
            if len(lost):
                origins = whole(lost, ORIGIN).to_numpy()
                for number, mask in by_section(lost):
                    work.lose(number, field, origins[mask])


def _living(work: Work, table: str, rows: pa.Table) -> pa.Table:
    """Without the rows whose record an earlier table refused."""
    if not len(rows):
        return rows
    origins = whole(rows, ORIGIN).to_numpy()
    gone = np.zeros(len(rows), dtype=np.bool_)
    for number, mask in by_section(rows):
        gone[mask] = work.dropped(table, tuple(work.section(number).keys.values()), origins[mask])
    return rows.filter(pa.array(~gone)) if gone.any() else rows


def _refuse(work: Work, rows: pa.Table, good: Mask, kind: Kind) -> pa.Table:
    if good.all():
        return rows
    work.log.add(whole(rows, ORIGIN).to_numpy()[~good], kind)
    return rows.filter(pa.array(good))


def _leads(work: Work, rows: pa.Table, field: str) -> Mask:
    """Which rows' reference leads to something."""
    origins = whole(rows, ORIGIN).to_numpy()
    good = np.ones(len(rows), dtype=np.bool_)
    for number, mask in by_section(rows) if len(rows) else ():
        good[mask] = ~work.lost(number, field, origins[mask])
    return good


def _refer(work: Work, table: str, rows: pa.Table) -> pa.Table:
    """Only rows whose person and incident exist; a relation's other record is null where it does not."""
    rows = _living(work, table, rows)
    for field in REFERENCES.get(table, ()):
        kind = Kind(f"no such row in {TARGETS[field]}", None, table, field)
        rows = _refuse(work, rows, _leads(work, rows, field), kind)
    if table != "relations":
        return rows
    other = whole(rows, "other_record")
    other = pc.if_else(pa.array(_leads(work, rows, "other_record")), other, pa.scalar(None, TEXT))
    rows = rows.set_column(rows.column_names.index("other_record"), rows.schema.field("other_record"), other)
    named = as_mask(pc.or_(pc.is_valid(other), pc.is_valid(whole(rows, "other_identifier"))))
    return _refuse(work, rows, named, Kind("names nobody", None, table, "other_record"))


def _distinct(work: Work, table: str, rows: pa.Table) -> pa.Table:
    """One row per key, in the order of the whole key; rows come in the order of its first column."""
    key = CANONICAL[table].key[0]
    again = repeats(whole(rows, key))
    if not again.any():
        return rows
    several = again.copy()
    several[:-1] |= again[1:]
    alone, rows = rows.filter(pa.array(~several)), work.layouts[table].unpack(rows.filter(pa.array(several)))
    if table == "incidents":
        kept = [_one_per_incident(work, rows)]
    else:
        kept = [distinct_rows(work, rows, [key] if table in FIRST else key_columns(table))]
    packed = work.layouts[table].pack(pa.concat_tables(kept))
    return in_order(pa.concat_tables([alone, packed]), table)


def _one_per_incident(work: Work, rows: pa.Table) -> pa.Table:
    """One row per incident, register by register."""
    numbers = whole(rows, SECTION).to_numpy()
    names = np.array([n.mapping.name for n in work.sections], dtype=np.str_)[numbers]
    kept = []
    for name in np.unique(names):
        sections = [n.section for n in work.sections if n.mapping.name == name and n.section.table == "incidents"]
        kept.append(one_row_per_incident(work, sections, rows.filter(pa.array(names == name))))
    return pa.concat_tables(kept)


def in_order(rows: pa.Table, table: str) -> pa.Table:
    """The rows in ascending order of the whole key."""
    first, *others = key_columns(table)
    rows = by_key(rows, first)
    again = repeats(whole(rows, first))
    if not others or not again.any():
        return rows
    several = again.copy()
    several[:-1] |= again[1:]
    at = np.flatnonzero(several)
    part = rows.filter(pa.array(several))
    columns = {name: whole(part, name) for name in others}
    texts = {n: as_texts(c) if pa.types.is_struct(c.type) else c for n, c in columns.items()}
    sortable = pa.table({"#group": np.cumsum(~again)[at], **texts})
    order = np.arange(len(rows))
    order[at] = at[pc.sort_indices(sortable, [(n, "ascending") for n in sortable.column_names]).to_numpy()]
    return rows.take(pa.array(order))
