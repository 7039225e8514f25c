"""One section of a mapping over its source: canonical columns, with everything unreadable logged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.intervals import FIRST_DAY, LAST_DAY
from linkage.tables import CANONICAL, DAY, TEXT
from loaders.cells import Mask, Read, as_mask, holds, read_date, read_key, read_text, shift_days, stated_text
from loaders.mapping.model import Cell, Key, Mapping, Section
from loaders.mapping.words import CLOSED, FALLBACKS, TABLES
from loaders.parsed_addresses import ParsedAddresses
from loaders.refusals import Kind, Refusals
from loaders.sources import ORIGIN, Source
from loaders.streaming.rowsets import Origins

STATED = "#stated"
"""Whether the register itself says since when it knows the row (else it is the extract's date).

Hidden columns begin with # and are dropped before anything leaves the package.
"""


FIRST = ("persons", "incidents")
"""Tables whose rows depend on no other; what they refuse, other tables do not take up."""


@dataclass(slots=True)
class Register:
    """One register being loaded: its mapping, some of its rows, and what is refused."""

    mapping: Mapping
    extract: dt.date
    sources: dict[tuple[str, str], Source]
    """Rows by role; those gathered for persons by role and the key they are joined by."""
    log: Refusals
    addresses: ParsedAddresses = field(default_factory=ParsedAddresses)
    dropped: dict[Key, list[Origins]] = field(default_factory=dict)
    """Rows whose record under a key was refused; no other section may hang anything on them."""

    def drop(self, key: Key, origins: Origins) -> None:
        """Let no other section use these rows under this key."""
        if len(origins):
            self.dropped.setdefault(key, []).append(origins)


@dataclass(slots=True)
class Frame:
    """A section's rows on their way: columns as they are read, and which rows are still alive."""

    register: Register
    section: Section
    source: Source
    columns: dict[str, pa.Array] = field(default_factory=dict)
    alive: Mask = field(default_factory=lambda: np.empty(0, dtype=np.bool_))

    def __len__(self) -> int:
        return len(self.source.origins)

    def refuse(self, mask: Mask, reason: str, *, fields: str, column: str | None, fatal: bool) -> None:
        """Log the living rows of the mask; fatal ones die."""
        hit = mask & self.alive
        if not hit.any():
            return
        table = self.section.table
        keys = () if table in FIRST else tuple(self.section.keys.values())
        self.register.log.add(self.source.origins[hit], Kind(reason, column, table, fields, fatal, keys))
        if fatal:
            self.alive &= ~mask
            for key in self.section.keys.values():
                self.register.drop(key, self.source.origins[hit])

    def nulls(self, kind: pa.DataType) -> pa.Array:
        """An empty column of the frame's length."""
        return pa.nulls(len(self), kind)

    def constant(self, value: object, kind: pa.DataType) -> pa.Array:
        """A column of one value."""
        return pa.repeat(pa.scalar(value, kind), len(self))

    def table(self) -> pa.Table:
        """The living rows."""
        columns = {**self.columns, ORIGIN: pa.array(self.source.origins, pa.int64())}
        whole = pa.table(columns)
        return whole if self.alive.all() else whole.filter(pa.array(self.alive))


def open_frame(register: Register, section: Section) -> Frame:
    """The rows of the section's source that its conditions admit, with keys and provenance read."""
    source = register.sources[section.role, ""]
    source = source.where(holds(source, section.when)) if section.when else source
    frame = Frame(register, section, source)
    frame.alive = np.ones(len(source.origins), dtype=np.bool_)
    if section.table not in FIRST:
        for key in section.keys.values():
            gone = register.dropped.get(key)
            if gone:
                frame.alive &= ~np.isin(source.origins, np.concatenate(gone))
    _read_keys(frame)
    _read_provenance(frame)
    return frame


def _read_keys(frame: Frame) -> None:
    name = frame.register.mapping.name
    for fields, key in frame.section.keys.items():
        values = read_key(frame.source, key)
        if fields != "other_record":
            empty = as_mask(pc.is_null(values))
            frame.refuse(empty, "an empty key", fields=fields, column=next(iter(key.reads()), None), fatal=True)
        frame.columns[fields] = pc.binary_join_element_wise(pa.scalar(name, TEXT), values, ":")


def _read_provenance(frame: Frame) -> None:
    mapping, section = frame.register.mapping, frame.section
    extract = pa.scalar(frame.register.extract, DAY)
    stated = read_dates(frame, "known_from")
    key = section.row_key or section.keys[TABLES[section.table].id]
    if section.table in ("involvements",) and section.row_key is None:
        key = section.keys["record_id"]
    district = frame.constant(mapping.district, TEXT)
    if "district" in section.cells:
        district = read_text(frame.source, section.cells["district"]).values
    frame.columns |= {
        "register": frame.constant(mapping.name, TEXT),
        "district": district,
        "extract": frame.constant(frame.register.extract.isoformat(), TEXT),
        "source_row": read_key(frame.source, key, empty_parts=True),
        "known_from": pc.coalesce(stated, extract),
        "known_to": pc.coalesce(read_dates(frame, "known_to"), pa.scalar(LAST_DAY, DAY)),
        "sealed": frame.constant(False, pa.bool_()),
        STATED: pc.is_valid(stated),
    }


def _column_of(cell: Cell) -> str | None:
    return cell.columns[0] if cell.columns else None


def read_dates(frame: Frame, fields: str, *, fatal: bool = False) -> pa.Array:
    """A date field; what is stated but no date is logged."""
    cell = frame.section.cells.get(fields)
    if cell is None:
        return frame.nulls(DAY)
    read = read_date(frame.source, cell)
    frame.refuse(read.bad, "not a date as declared", fields=fields, column=_column_of(cell), fatal=fatal)
    if fields in ("birth_date", "deceased"):
        late = as_mask(pc.greater(read.values, pa.scalar(frame.register.extract, DAY)))
        frame.refuse(late, "a date after the extract", fields=fields, column=_column_of(cell), fatal=False)
        read = Read(pc.if_else(pa.array(late), pa.scalar(None, DAY), read.values), read.bad | late, read.precision)
    if fields == "birth_date" and read.precision is not None:
        precision = pc.if_else(pc.is_valid(read.values), read.precision, pa.scalar(None, TEXT))
        frame.columns["birth_precision"] = precision
    return read.values


def read_words(frame: Frame, fields: str, *, fatal: bool = False) -> pa.Array:
    """A text field through its map; words of a closed list only, where the field has one."""
    cell = frame.section.cells.get(fields)
    if cell is None:
        return frame.nulls(TEXT)
    read = read_text(frame.source, cell)
    values, bad = read.values, read.bad
    kind = TABLES[frame.section.table].fields[fields]
    if kind in CLOSED:
        known = pc.is_in(values, value_set=pa.array(CLOSED[kind], TEXT))
        bad |= as_mask(pc.and_(pc.is_valid(values), pc.invert(known)))
    fallback = FALLBACKS.get(kind)
    if fallback is not None:
        reason = f"an unknown code, read as {fallback}"
        empty = as_mask(pc.is_null(values))
        frame.refuse(bad, reason, fields=fields, column=_column_of(cell), fatal=False)
        return pc.if_else(pa.array(bad | empty), pa.scalar(fallback, TEXT), values)
    frame.refuse(bad, "a code that the mapping does not know", fields=fields, column=_column_of(cell), fatal=fatal)
    return pc.if_else(pa.array(bad), pa.scalar(None, TEXT), values)


def read_place(frame: Frame) -> dict[str, pa.Array]:
    """The columns of a place: parts as stated, else parsed from the address in one text."""
    section = frame.section
    parts = {
        name: read_words(frame, name)
        for name in ("street", "house_number", "floor", "door", "locality", "postcode", "city")
    }
    if "address" in section.cells:
        parsed = frame.register.addresses.parse(stated_text(frame.source, section.cells["address"]))
        for name in (f.name for f in parsed.type):
            parts[name] = pc.coalesce(parts[name], pc.struct_field(parsed, name).cast(TEXT))
    parts["municipality"] = read_municipality(frame)
    empty = frame.nulls(TEXT)
    return {**parts, "address_id": empty, "access_id": empty, "grade": empty}


def read_municipality(frame: Frame) -> pa.Array:
    """The code of a municipality: four digits, zero-padded; anything else is refused."""
    values = read_words(frame, "municipality")
    good = pc.match_substring_regex(values, r"^\d{1,4}$")
    cell = frame.section.cells.get("municipality")
    bad = as_mask(pc.invert(good))
    column = _column_of(cell) if cell else None
    frame.refuse(bad, "not a municipality code", fields="municipality", column=column, fatal=False)
    return pc.if_else(good, pc.utf8_lpad(values, 4, "0"), pa.scalar(None, TEXT))


def read_interval(frame: Frame, uncertainty: pa.Array | None = None) -> None:
    """``valid_from`` and ``valid_to``; an open end is the last day, an unknown start the first.

    What is only stated holds that one day, and an entry without end is left open: both need their date.
    """
    first, last = pa.scalar(FIRST_DAY, DAY), pa.scalar(LAST_DAY, DAY)
    start = read_dates(frame, "valid_from", fatal=True)
    end = read_dates(frame, "valid_to")
    cell = frame.section.cells.get("valid_from")
    column = _column_of(cell) if cell else None
    if uncertainty is not None:
        undated = as_mask(pc.and_(pc.is_null(start), pc.not_equal(uncertainty, "registered")))
        frame.refuse(undated, "no date", fields="valid_from", column=column, fatal=True)
        end = pc.if_else(pc.equal(uncertainty, "stated"), shift_days(start, 1), end)
        end = pc.if_else(pc.equal(uncertainty, "from_only"), last, end)
    start, end = pc.coalesce(start, first), pc.coalesce(end, last)
    frame.columns |= {"valid_from": start, "valid_to": end}
    empty = as_mask(pc.less_equal(end, start))
    frame.refuse(empty, "ends before it begins, or on that day", fields="valid_to", column=column, fatal=True)


def finished(frame: Frame) -> pa.Table:
    """The frame's living rows with exactly the canonical columns of its table, and the hidden ones."""
    schema = CANONICAL[frame.section.table].schema
    for one in schema:
        if one.name not in frame.columns:
            frame.columns[one.name] = read_words(frame, one.name) if one.type == TEXT else frame.nulls(one.type)
    hidden = [c for c in frame.columns if c.startswith("#")]
    return frame.table().select([*schema.names, *hidden, ORIGIN])
