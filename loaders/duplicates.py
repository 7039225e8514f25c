"""Rows with one key: the same said twice is one row, something else said under a used key is refused.

Which row of a key stands is decided by what the rows say (the earliest known, then the smallest
content), never by where they stand: a file sorted otherwise gives the same tables. All rows of one
key come together here; how they are brought together is no matter of this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT
from loaders.building import STATED
from loaders.cells import as_mask
from loaders.mapping.model import Key, Section
from loaders.mapping.words import TABLES
from loaders.refusals import Kind, Refusals
from loaders.sources import ORIGIN
from loaders.streaming.rowsets import Mask, Origins

Codes = npt.NDArray[np.int64]

SIGNATURE = ("occurred", "reported", "category")
"""What makes an incident this one: a row that differs here belongs to another case of the same number."""

SECTION = "#section"
"""Which section of the load a row came from, by number."""

_NOT_CONTENT = ("known_from", "known_to", "extract", ORIGIN, STATED, SECTION)
_FROM_LEADER = ("incident_id", "register", "district", "extract", "source_row", "known_from", "known_to", "sealed")


class Verdicts(Protocol):
    """Where it is written down what became of rows."""

    log: Refusals

    def section(self, number: int) -> Section:
        """The section of this number."""

    def drop(self, table: str, key: Key, origins: Origins) -> None:
        """Let later tables hang nothing on these rows' record under this key."""


def as_texts(column: pa.Array) -> pa.Array:
    """Any canonical column as one text per row, for comparing and hashing; null becomes one odd character."""
    if pa.types.is_struct(column.type):
        parts = [pc.struct_field(column, i) for i in range(column.type.num_fields)]
        texts = pc.binary_join_element_wise(*parts, "\x1d")
    elif pa.types.is_list(column.type):
        members = as_texts(column.flatten())
        lists = pa.ListArray.from_arrays(_offsets(column), members)
        texts = pc.binary_join(lists, "\x1e")
    else:
        texts = column.cast(TEXT)
    return pc.fill_null(texts, "\x00")


def _offsets(column: pa.ListArray) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))


def whole(table: pa.Table, name: str) -> pa.Array:
    """A column of a table in one piece."""
    chunked = table.column(name)
    return chunked.chunk(0) if chunked.num_chunks == 1 else chunked.combine_chunks()


def joined(table: pa.Table, names: list[str]) -> pa.Array:
    """Several columns of each row as one text."""
    return pc.binary_join_element_wise(*(as_texts(whole(table, n)) for n in names), "\x1f")


def codes_of(texts: pa.Array) -> tuple[Codes, int]:
    """A number per distinct text, and how many there are."""
    coded = pc.dictionary_encode(texts)
    return coded.indices.cast(pa.int64()).to_numpy(), len(coded.dictionary)


def _first_rows(codes: Codes) -> Mask:
    first = np.zeros(len(codes), dtype=np.bool_)
    first[np.unique(codes, return_index=True)[1]] = True
    return first


def _ordered(table: pa.Table, codes: Codes, content: pa.Array) -> npt.NDArray[np.int64]:
    """Row positions by key, then earliest known, then content; equal rows as they were read."""
    known, origins = whole(table, "known_from"), whole(table, ORIGIN)
    keys = pa.table({"code": codes, "known": known, "content": content, "origin": origins})
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names])
    return np.asarray(order.to_numpy())


def _widen(table: pa.Table, codes: Codes, count: int) -> pa.Table:
    """The first row of each code, known from the earliest to the latest of all its rows."""
    ends = whole(table, "known_to").cast(pa.int32()).to_numpy()
    latest = np.full(count, np.iinfo(np.int32).min, dtype=np.int32)
    np.maximum.at(latest, codes, ends)
    first = _first_rows(codes)
    chosen = table.filter(pa.array(first))
    kind = table.schema.field("known_to")
    return chosen.set_column(table.column_names.index("known_to"), kind, pa.array(latest[codes[first]]).cast(kind.type))


def _refuse(verdicts: Verdicts, lost: pa.Table, reason: str) -> None:
    """Log rows that cannot stand, and let nothing else hang on their records."""
    origins = whole(lost, ORIGIN).to_numpy()
    of_section = whole(lost, SECTION).to_numpy()
    for number in np.unique(of_section):
        mine, section = origins[of_section == number], verdicts.section(int(number))
        field = TABLES[section.table].id
        key = section.keys[field]
        verdicts.log.add(mine, Kind(reason, next(iter(key.reads()), None), section.table, field))
        verdicts.drop(section.table, key, mine)


def _sorted_by_key(table: pa.Table, key: list[str], ignored: tuple[str, ...]) -> tuple[pa.Table, Codes, int, pa.Array]:
    """The table by key, earliest known and content, with each row's key code and content."""
    content = joined(table, [c for c in table.column_names if c not in ignored])
    codes, count = codes_of(joined(table, key))
    order = pa.array(_ordered(table, codes, content))
    return table.take(order), codes[order.to_numpy()], count, content.take(order)


def distinct_rows(verdicts: Verdicts, table: pa.Table, key: list[str]) -> pa.Table:
    """One row per key: equal rows collapse and are counted, others with a used key are refused."""
    codes, count = codes_of(joined(table, key))
    repeated = np.bincount(codes, minlength=count)[codes] > 1
    if not repeated.any():
        return table
    many, codes, count, content = _sorted_by_key(table.filter(pa.array(repeated)), key, _NOT_CONTENT)
    first = _first_rows(codes)
    leader = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
    same = as_mask(pc.equal(content, content.take(pa.array(leader))))
    verdicts.log.duplicates.add(whole(many, ORIGIN).to_numpy()[same & ~first])
    _refuse(verdicts, many.filter(pa.array(~same)), "the key is already used by another row")
    kept = _widen(many.filter(pa.array(same)), codes[same], count)
    return pa.concat_tables([table.filter(pa.array(~repeated)), kept])


def distinct_of_parts(verdicts: Verdicts, parts: Callable[[], Iterator[pa.Table]], key: str) -> pa.Table:
    """As :func:`distinct_rows`, for few keys of so many rows that only a part of them can be held at a time.

    The parts are read twice: to find the row of each key that stands, and to judge all others by it.
    """
    leaders: pa.Table | None = None
    for part in parts():
        table, codes, _, _ = _sorted_by_key(pa.concat_tables([leaders, part]) if leaders else part, [key], _NOT_CONTENT)
        leaders = table.filter(pa.array(_first_rows(codes)))
    assert leaders is not None  # noqa: S101 - there is at least one part
    standing = whole(leaders, ORIGIN).to_numpy()
    latest = whole(leaders, "known_to").cast(pa.int32()).to_numpy().copy()
    for part in parts():
        table = pa.concat_tables([leaders, part])
        codes = codes_of(joined(table, [key]))[0][len(leaders) :]  # the leaders have the first codes, in order
        content = joined(table, [c for c in table.column_names if c not in _NOT_CONTENT])
        same = as_mask(pc.equal(content[len(leaders) :], content.take(pa.array(codes))))
        origins = whole(part, ORIGIN).to_numpy()
        verdicts.log.duplicates.add(origins[same & (origins != standing[codes])])
        np.maximum.at(latest, codes[same], whole(part, "known_to").cast(pa.int32()).to_numpy()[same])
        _refuse(verdicts, part.filter(pa.array(~same)), "the key is already used by another row")
    kind = leaders.schema.field("known_to")
    return leaders.set_column(leaders.column_names.index("known_to"), kind, pa.array(latest).cast(kind.type))


def _first_filled(column: pa.Array, codes: Codes, count: int) -> pa.Array:
    """For each code the first value that is not null."""
    filled = np.flatnonzero(as_mask(pc.is_valid(column)))
    found, at = np.unique(codes[filled], return_index=True)
    index = np.full(count, -1, dtype=np.int64)
    index[found] = filled[at]
    return column.take(pa.array(index, mask=index < 0))


def _differs(column: pa.Array, of_code: pa.Array, codes: Codes) -> Mask:
    return as_mask(pc.not_equal(column, of_code.take(pa.array(codes))))


def one_row_per_incident(verdicts: Verdicts, sections: list[Section], table: pa.Table) -> pa.Table:
    """One row per incident of a register out of its one row per party.

    Date and category are what makes it this incident: a row that differs there has a journal number
    that was used twice, and is refused. Of other fields the first filled value stands, and rows that
    say something else are logged, except for fields declared as varying, which then are null.
    ``sections`` are those that the register has for incidents.
    """
    table, codes, count, _ = _sorted_by_key(table, ["incident_id"], (*_NOT_CONTENT, SECTION))
    other = np.zeros(len(table), dtype=np.bool_)
    for name in SIGNATURE:
        values = whole(table, name)
        other |= _differs(values, _first_filled(values, codes, count), codes)
    if other.any():
        _refuse(verdicts, table.filter(pa.array(other)), "the journal number belongs to another incident")
        table, codes = table.filter(pa.array(~other)), codes[~other]
    result = _widen(table, codes, count)
    of_result = codes[_first_rows(codes)]
    varying = {name for section in sections for name in section.varying}
    for name in table.column_names:
        if name in _FROM_LEADER or name.startswith("#"):
            continue
        values = whole(table, name)
        of_code = _first_filled(values, codes, count)
        differs = _differs(values, of_code, codes)
        if differs.any() and name in varying:
            disputed = np.isin(of_result, codes[differs])
            chosen = pc.if_else(pa.array(disputed), pa.scalar(None, values.type), of_code.take(pa.array(of_result)))
        else:
            chosen = of_code.take(pa.array(of_result))
            _note(verdicts.log, sections[0], table.filter(pa.array(differs)), name)
        result = result.set_column(result.column_names.index(name), result.schema.field(name), chosen)
    return result


def _note(log: Refusals, section: Section, table: pa.Table, name: str) -> None:
    """Log rows whose value gave way to that of another row of their incident."""
    if not len(table):
        return
    cell = section.cells.get(name) or section.cells.get("address")
    column = cell.columns[0] if cell and cell.columns else None
    reason = "other rows of the incident say something else"
    log.add(whole(table, ORIGIN).to_numpy(), Kind(reason, column, "incidents", name, fatal=False))
