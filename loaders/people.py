"""What several files of one register say of a person, gathered into one mention."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.identifiers import classify_identifiers
from linkage.intervals import FIRST_DAY, LAST_DAY
from linkage.names.order import split_names
from linkage.tables import DAY, IDENTIFIER, TEXT
from linkage.vocabulary import IdentifierType
from loaders.building import Frame, read_dates, read_words
from loaders.cells import as_mask, column, stated_text
from loaders.mapping.model import Gathered, Identifier, Section

Rows = npt.NDArray[np.int64]


@dataclass(slots=True)
class Lists:
    """Members of a list column, each with the row it belongs to."""

    kind: pa.DataType
    owners: list[Rows] = field(default_factory=list)
    values: list[pa.Array] = field(default_factory=list)

    def add(self, owners: Rows, values: pa.Array) -> None:
        """Give each owner its value; nulls and unknown owners (-1) are left out."""
        keep = as_mask(pc.is_valid(values)) & (owners >= 0)
        self.owners.append(owners[keep])
        self.values.append(values.filter(pa.array(keep)))

    def column(self, rows: int, *, without: pa.Array | None = None) -> pa.Array:
        """One sorted list of distinct members per row, without the row's own value of ``without``."""
        owner = np.concatenate([np.empty(0, dtype=np.int64), *self.owners])
        values = pa.concat_arrays([pa.array([], self.kind), *self.values])
        if without is not None and len(values):
            own = pc.equal(without.take(pa.array(owner, pa.int64())), values)
            keep = ~as_mask(own)
            owner, values = owner[keep], values.filter(pa.array(keep))
        parts = [pc.struct_field(values, i) for i in range(2)] if pa.types.is_struct(self.kind) else [values]
        names = [f"part{i}" for i in range(len(parts))]
        flat = pa.table([pa.array(owner), *parts], names=["owner", *names])
        order = pc.sort_indices(flat, [(n, "ascending") for n in ("owner", *names)])
        flat, owner = flat.take(order), owner[order.to_numpy()]
        first = np.ones(len(owner), dtype=np.bool_)
        if len(owner):
            same = owner[1:] == owner[:-1]
            for name in names:
                one = flat.column(name).combine_chunks()
                same &= as_mask(pc.equal(one[1:], one[:-1]))
            first[1:] = ~same
        members = values.take(order).filter(pa.array(first))
        offsets = np.searchsorted(owner[first], np.arange(rows + 1)).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), members)


def read_identifiers(frame: Frame, identifier: Identifier) -> pa.Array:
    """Typed identifiers of one column; those of no known kind are kept as UNKNOWN and logged."""
    stated = None
    if identifier.type_column:
        stated = column(frame.source, identifier.type_column)
    elif identifier.stated:
        stated = pa.repeat(pa.scalar(identifier.stated, TEXT), len(frame))
    values = column(frame.source, identifier.column)
    typed = classify_identifiers(values, stated, synthetic=frame.register.mapping.synthetic).cast(IDENTIFIER)
    unknown = pc.equal(pc.struct_field(typed, "type"), IdentifierType.UNKNOWN.value)
    name = "identifiers" if frame.section.table == "persons" else "other_identifier"
    reason = "an identifier of no known kind, never linked on"
    frame.refuse(as_mask(unknown), reason, fields=name, column=identifier.column, fatal=False)
    return typed


def _side_frame(frame: Frame, gathered: Gathered) -> Frame:
    """The joined file as a frame of its own, so that what is unreadable there is logged there."""
    source = frame.register.sources[gathered.role, gathered.key]
    dates = {"valid_from": gathered.valid_from, "valid_to": gathered.valid_to}
    cells = {**gathered.cells, **{n: c for n, c in dates.items() if c is not None}}
    section = Section("persons", gathered.role, gathered.role, (), {}, cells, gathered.identifiers)
    return Frame(frame.register, section, source, alive=np.ones(len(source.origins), dtype=np.bool_))


def _current(side: Frame, owners: Rows, persons: int) -> Rows:
    """For each person the position of its current row: open or ending last, else begun last; -1 for none."""
    end = pc.coalesce(read_dates(side, "valid_to"), pa.scalar(LAST_DAY, DAY))
    start = pc.coalesce(read_dates(side, "valid_from"), pa.scalar(FIRST_DAY, DAY))
    texts = [read_words(side, n) for n in side.section.cells if n in ("name", "given", "middle", "surname")]
    content = pc.binary_join_element_wise(*texts, "\x1f", null_handling="replace") if texts else side.nulls(TEXT)
    table = pa.table({"owner": owners, "end": end, "start": start, "content": content, "at": np.arange(len(owners))})
    table = table.filter(pa.array(owners >= 0))
    keys = [("owner", "ascending"), ("end", "ascending"), ("start", "ascending"), ("content", "ascending")]
    table = table.take(pc.sort_indices(table, keys))
    current = np.full(persons, -1, dtype=np.int64)
    current[table.column("owner").to_numpy()] = table.column("at").to_numpy()  # the last of each owner stays
    return current


def read_whole_names(frame: Frame) -> dict[str, pa.Array]:
    """Given names, surname and name of birth out of a whole name in one field; nothing where there is no such field."""
    cell = frame.section.cells.get("name")
    if cell is None:
        return {}
    parts = split_names(stated_text(frame.source, cell))
    return {part: pc.struct_field(parts, part) for part in ("given", "surname", "earlier")}


def gather(frame: Frame) -> None:
    """Fill names, identifiers and earlier surnames of a person frame, from its own and the joined files."""
    section = frame.section
    identifiers, surnames = Lists(IDENTIFIER), Lists(TEXT)
    own = np.arange(len(frame), dtype=np.int64)
    for one in section.identifiers:
        identifiers.add(own, read_identifiers(frame, one))
    if "earlier_surnames" in section.cells:
        surnames.add(own, read_words(frame, "earlier_surnames"))
    whole = read_whole_names(frame)
    for name in ("given", "surname"):
        frame.columns[name] = pc.coalesce(frame.columns[name], whole[name]) if whole else frame.columns[name]
    if whole:
        surnames.add(own, whole["earlier"])
    for gathered in section.gathered:
        side = _side_frame(frame, gathered)
        people = pc.if_else(pa.array(frame.alive), column(frame.source, section.person_key), pa.scalar(None, TEXT))
        keys = column(side.source, gathered.key)
        owners, first = _positions(keys, people), _positions(people, people)
        side.refuse(owners < 0, "no such person in this register", fields="", column=gathered.key, fatal=True)
        everyone, at = _with_twins(owners, first)
        for one in gathered.identifiers:
            identifiers.add(everyone, read_identifiers(side, one).take(pa.array(at)))
        if "earlier_surnames" in gathered.cells:
            surnames.add(everyone, read_words(side, "earlier_surnames").take(pa.array(at)))
        if "name" in gathered.cells:
            surnames.add(everyone, read_whole_names(side)["earlier"].take(pa.array(at)))
        if gathered.current:
            current = _current(side, owners, len(frame))
            _take_current(frame, side, np.where(first >= 0, current[first], -1))
    frame.columns["identifiers"] = identifiers.column(len(frame))
    frame.columns["earlier_surnames"] = surnames.column(len(frame), without=frame.columns["surname"])


def _with_twins(owners: Rows, first: Rows) -> tuple[Rows, Rows]:
    """Owners and positions of gathered values, once more for every later row with its owner's key.

    A register that repeats a person's row says the gathered data of each of them; ``first`` is, for
    each row, the first row of its key, -1 without one.

    >>> [a.tolist() for a in _with_twins(np.array([1, 0, 1]), np.array([0, 1, 1]))]
    [[1, 0, 1, 2, 2], [0, 1, 2, 0, 2]]
    """
    at = np.arange(len(owners), dtype=np.int64)
    twins = np.flatnonzero((first >= 0) & (first != np.arange(len(first))))
    if not len(twins):
        return owners, at
    order = np.argsort(owners, kind="stable")
    begin, end = (np.searchsorted(owners[order], first[twins], side=s) for s in ("left", "right"))
    counts = end - begin
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    more = order[np.repeat(begin, counts) + within]
    return np.concatenate([owners, np.repeat(twins, counts)]), np.concatenate([at, more])


def _positions(keys: pa.Array, people: pa.Array) -> Rows:
    """For each key its first row among the people; -1 for none."""
    found = pc.index_in(keys, value_set=people, skip_nulls=True)
    return np.asarray(pc.fill_null(found, -1), dtype=np.int64)


def _take_current(frame: Frame, side: Frame, current: Rows) -> None:
    """Fill each person's fields from its current row where the person's own file leaves them empty."""
    index = pa.array(current, pa.int64(), mask=current < 0)
    for name in side.section.cells:
        if name in ("valid_from", "valid_to", "earlier_surnames", "name"):
            continue
        dated = name in ("birth_date", "deceased")
        values = read_dates(side, name) if dated else read_words(side, name)
        frame.columns[name] = pc.coalesce(frame.columns[name], values.take(index))
    for name, values in read_whole_names(side).items():
        if name in frame.columns:
            frame.columns[name] = pc.coalesce(frame.columns[name], values.take(index))
