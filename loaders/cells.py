"""The value of a cell, key or condition for every row of a source, in columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import DAY, TEXT
from loaders.mapping.dates import dates_of_parts, parse_dates
from loaders.mapping.model import ROW_NUMBER, Cell, Condition, Key
from loaders.sources import Source

Mask = npt.NDArray[np.bool_]
NO_TEXT = pa.scalar(None, TEXT)


@dataclass(frozen=True, slots=True)
class Read:
    """Values of a field, and the rows whose stated value could not be read."""

    values: pa.Array
    bad: Mask
    precision: pa.Array | None = None


def column(source: Source, name: str) -> pa.Array:
    """One text column in one piece."""
    whole = source.table.column(name)
    return whole.chunk(0) if whole.num_chunks == 1 else pa.concat_arrays(whole.chunks) if whole.num_chunks else _none(0)


def _none(rows: int) -> pa.Array:
    return pa.nulls(rows, TEXT)


def as_mask(values: pa.Array) -> Mask:
    """A boolean column as numpy, null as false."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def holds(source: Source, conditions: tuple[Condition, ...]) -> pa.Array:
    """Which rows meet every condition."""
    result = pa.array(np.ones(len(source.origins), dtype=np.bool_))
    for one in conditions:
        values = column(source, one.column)
        met = pc.is_in(values, value_set=pa.array(one.values, TEXT)) if one.values else pc.is_valid(values)
        result = pc.and_(result, met)
    return result


def _look_up(values: pa.Array, cell: Cell) -> tuple[pa.Array, Mask]:
    """Values through the cell's map (exact, else by case-folded code), and which were not in it."""
    if cell.map is None:
        return values, np.zeros(len(values), dtype=np.bool_)
    exact = dict(cell.map)
    folded = {code.casefold(): word for code, word in reversed(cell.map)}
    coded = pc.dictionary_encode(values)
    words = [exact.get(v, folded.get(v.casefold(), cell.otherwise)) for v in coded.dictionary.to_pylist()]
    mapped = pa.array(words, TEXT).take(coded.indices)
    return mapped, as_mask(pc.and_(pc.is_valid(values), pc.is_null(mapped)))


def stated_text(source: Source, cell: Cell) -> pa.Array:
    """The text a register states for a cell, before maps and defaults."""
    rows = len(source.origins)
    if cell.how == "constant":
        values = pa.repeat(pa.scalar(cell.constant, TEXT), rows)
    elif cell.how == "join":
        parts = [column(source, c) for c in cell.columns]
        # Arrow drops a row when it skips nulls and all are null.
        parts[0] = pc.if_else(pc.is_valid(pc.coalesce(*parts)), parts[0], "")
        joined = pc.binary_join_element_wise(*parts, cell.separator, null_handling="skip")
        values = pc.if_else(pc.equal(joined, ""), NO_TEXT, joined)
    else:
        values = pc.coalesce(*(column(source, c) for c in cell.columns))
    return pc.if_else(holds(source, cell.when), values, NO_TEXT) if cell.when else values


def read_text(source: Source, cell: Cell) -> Read:
    """Texts, mapped and with the default where nothing is stated; bad where the map has no such code."""
    values, bad = _look_up(stated_text(source, cell), cell)
    if cell.default is not None:
        empty = pc.and_(pc.is_null(values), pa.array(~bad))
        values = pc.if_else(empty, pa.scalar(cell.default, TEXT), values)
    return Read(values, bad)


def read_date(source: Source, cell: Cell) -> Read:
    """Dates by the cell's formats or the register's; bad where something is stated that is no date.

    Of several columns the first with a *readable* date counts.
    """
    formats = cell.formats or source.formats
    stated = stated_text(source, cell)
    if cell.how == "parts":
        year, month, day = (column(source, c) for c in cell.columns)
        values = dates_of_parts(year, month, day)
        precision = pc.if_else(pc.is_valid(values), pa.scalar("day", TEXT), NO_TEXT)
    elif cell.how == "first" and len(cell.columns) > 1:
        read = [parse_dates(column(source, c), formats) for c in cell.columns]
        values = pc.coalesce(*(r[0] for r in read))
        precision = pc.coalesce(*(r[1] for r in read))
    else:
        values, precision = parse_dates(stated, formats)
    if cell.when:
        values = pc.if_else(pc.is_valid(stated), values, pa.scalar(None, DAY))
    bad = as_mask(pc.and_(pc.is_valid(stated), pc.is_null(values)))
    if cell.add_days:
        values = shift_days(values, cell.add_days)
    if cell.default is not None:
        default = parse_dates(pa.array([cell.default]), ("%Y-%m-%d", *formats))[0][0]
        values = pc.if_else(pc.and_(pc.is_null(values), pa.array(~bad)), default, values)
    return Read(values, bad, precision)


def shift_days(dates: pa.Array, days: int) -> pa.Array:
    """Dates moved by whole days, held inside 0001-01-01 and 9999-12-31."""
    numbers = dates.cast(pa.int32()).cast(pa.int64())
    return clip_days(pc.add(numbers, days))


def clip_days(days: pa.Array) -> pa.Array:
    """Integer days as dates within the calendar."""
    from linkage.intervals import FIRST, LAST

    return (
        pc.min_element_wise(pc.max_element_wise(days, FIRST, skip_nulls=False), LAST, skip_nulls=False)
        .cast(pa.int32())
        .cast(DAY)
    )


def read_key(source: Source, key: Key, *, empty_parts: bool = False) -> pa.Array:
    """The key's values joined by ``/``; null where a part is empty, unless empty parts are allowed."""
    parts = [source.row_names() if c == ROW_NUMBER else column(source, c) for c in key.columns]
    if key.how == "first":
        parts = [pc.coalesce(*parts)]
    if key.suffix:
        parts.append(pa.repeat(pa.scalar(key.suffix, TEXT), len(source.origins)))
    handling = {"null_handling": "replace", "null_replacement": ""} if empty_parts else {"null_handling": "emit_null"}
    return pc.binary_join_element_wise(*parts, "/", **handling)
