"""How each canonical table is built from a section: what is particular to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import IDENTIFIER, TEXT
from loaders.building import (
    Register,
    finished,
    open_frame,
    read_dates,
    read_interval,
    read_municipality,
    read_place,
    read_words,
)
from loaders.cells import as_mask
from loaders.mapping.model import Section
from loaders.mapping.words import PLACE_PARTS
from loaders.people import gather, read_identifiers


def build_persons(register: Register, section: Section) -> pa.Table:
    """Mentions, with what other files of the register say of each person."""
    frame = open_frame(register, section)
    frame.columns["birth_date"] = read_dates(frame, "birth_date")
    if "birth_precision" in section.cells:
        stated = read_words(frame, "birth_precision")
        frame.columns["birth_precision"] = pc.coalesce(stated, frame.columns["birth_precision"])
    frame.columns["deceased"] = read_dates(frame, "deceased")
    for name in ("given", "middle", "surname", "sex"):
        frame.columns[name] = read_words(frame, name)
    gather(frame)
    known = pc.is_valid(frame.columns["birth_date"])
    precision = pc.coalesce(frame.columns.get("birth_precision", frame.nulls(TEXT)), pa.scalar("day", TEXT))
    frame.columns["birth_precision"] = pc.if_else(known, precision, pa.scalar(None, TEXT))
    return finished(frame)


def build_residences(register: Register, section: Section) -> pa.Table:
    """Stays. What is stated on one day holds that day; an entry without end is left open."""
    frame = open_frame(register, section)
    uncertainty = read_words(frame, "uncertainty", fatal=True)
    frame.columns["uncertainty"] = uncertainty
    frame.columns |= read_place(frame)
    spell = as_mask(pc.equal(uncertainty, "registered"))
    somewhere = np.zeros(len(frame), dtype=np.bool_)
    for part in PLACE_PARTS:
        somewhere |= as_mask(pc.is_valid(frame.columns[part]))
    frame.alive &= somewhere | spell  # a mention that states no address is no refusal
    read_interval(frame, uncertainty)
    return finished(frame)


def build_relations(register: Register, section: Section) -> pa.Table:
    """Relations to a person named by record, by identifier, or both; one that names nobody is refused."""
    frame = open_frame(register, section)
    frame.columns["kind"] = read_words(frame, "kind", fatal=True)
    # Nulls whose members are none, as the type demands; pa.nulls would leave nulls inside.
    empty, nobody = frame.constant("", TEXT), frame.constant(True, pa.bool_())
    named = pa.StructArray.from_arrays([empty, empty], fields=list(IDENTIFIER), mask=nobody)
    for one in section.identifiers:
        read = read_identifiers(frame, one)
        named = pc.if_else(pc.is_valid(named), named, read)
    frame.columns["other_identifier"] = named
    frame.columns.setdefault("other_record", frame.nulls(TEXT))
    unnamed = as_mask(pc.and_(pc.is_null(named), pc.is_null(frame.columns["other_record"])))
    frame.refuse(unnamed, "names nobody", fields="other_record", column=None, fatal=True)
    read_interval(frame)
    return finished(frame)


def build_incidents(register: Register, section: Section) -> pa.Table:
    """Incidents, still one row per source row."""
    frame = open_frame(register, section)
    frame.columns |= read_place(frame)
    frame.columns["category"] = read_words(frame, "category")
    frame.columns["occurred"] = read_dates(frame, "occurred")
    frame.columns["reported"] = read_dates(frame, "reported")
    verified = pc.not_equal(read_words(frame, "verified"), "no")
    frame.columns["verified"] = pc.fill_null(verified, True)
    return finished(frame)


def build_involvements(register: Register, section: Section) -> pa.Table:
    """Parts that mentions have in incidents."""
    return finished(open_frame(register, section))


def build_protections(register: Register, section: Section) -> pa.Table:
    """Address protection; an unknown kind refuses the row, visibly, because it might be the special one."""
    frame = open_frame(register, section)
    frame.columns["kind"] = read_words(frame, "kind", fatal=True)
    read_interval(frame)
    return finished(frame)


def build_streets(register: Register, section: Section) -> pa.Table:
    """Names of streets; a row without a name says nothing."""
    frame = open_frame(register, section)
    frame.columns["street"] = read_words(frame, "street")
    nameless = as_mask(pc.is_null(frame.columns["street"]))
    frame.refuse(nameless, "a street without a name", fields="street", column=None, fatal=True)
    frame.columns["municipality"] = read_municipality(frame)
    read_interval(frame)
    return finished(frame)


BUILDERS: dict[str, Callable[[Register, Section], pa.Table]] = {
    "persons": build_persons,
    "residences": build_residences,
    "relations": build_relations,
    "incidents": build_incidents,
    "involvements": build_involvements,
    "protections": build_protections,
    "streets": build_streets,
}
"""The builder of each canonical table that sections fill."""
