"""One step in the graph: what a walk may take, seen through a lens and a grant.

Persons, households, addresses and incidents are nodes here; registers and districts touch everything
and would join everybody. The exact meaning of a step: a relationship of one of the lens's types, in
either direction, is there if it is believed and holds. With ``as_of`` it holds if ``valid_from <=
as_of < valid_to``, and for relationships of an incident if its date is not after ``as_of``; without,
always. A parent relation hidden by an adoption, on ``as_of`` or, without it, at all, is not there, nor
is an own role of a child without the right to see it. Hubs and avoided nodes: a hub address is
reached but not passed; an avoided node is not even reached.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graph.grant import Grant
from graph.model import NODES, RELATIONSHIPS
from graph.snapshot import Snapshot
from graph.snapshot.layout import (
    ADULT_FROM,
    DATE,
    EXTRA,
    EXTRA2,
    KNOWN_FROM,
    KNOWN_TO,
    NEWEST,
    NO_DAY,
    OTHER,
    ROLES,
    ROW,
    VALID_FROM,
    VALID_TO,
)
from linkage.intervals import LAST, to_days
from linkage.vocabulary import OWN_ROLES

TYPES = (
    "CHILD_OF",
    "PARTNER_OF",
    "LIVED_WITH",
    "MEMBER_OF",
    "HOUSED_AT",
    "LIVED_AT",
    "INVOLVED_IN",
    "OCCURRED_AT",
)
"""Types that a step may take, unless a lens says otherwise."""

_OWN = frozenset(code for code, role in enumerate(ROLES) if role in OWN_ROLES)


class Key(NamedTuple):
    """A node: its label and id."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class Lens:
    """Through what a neighbourhood or a path is seen."""

    as_of: dt.date | None = None
    """Only what holds on this day; everything if left out."""
    known_at: dt.date | None = None
    """The day of belief; the newest if left out."""
    types: tuple[str, ...] = TYPES
    avoid: frozenset[Key] = frozenset()
    most: int = 5_000
    """Nodes after which a neighbourhood ends, and paths after which a search ends."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship that was walked, with its properties."""

    type: str
    start: Key
    end: Key
    row: int
    """Row in the relationship's table: tells parallel edges apart."""
    properties: dict[str, Any] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Node:
    """A node that was reached, after how many hops, with its properties."""

    key: Key
    hops: int
    properties: dict[str, Any] = field(compare=False)


Code = tuple[str, int]
"""A node: its label and code."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A snapshot seen through a lens with a grant, in codes."""

    snapshot: Snapshot
    lens: Lens
    known_at: int
    day: int | None
    own_roles_of_children: bool
    avoid: frozenset[Code]

    def steps(self, at: Code) -> Iterator[tuple[Code, str, int]]:
        """Neighbours with the type and row of the relationship; nothing from a hub."""
        label, code = at
        if label == "Address" and self.is_hub(at):
            return
        for type_ in self.lens.types:
            ends = Snapshot.ends(type_)
            for direction, here, there in (("out", *ends), ("in", *reversed(ends))):
                if here != label:
                    continue
                for row in self.snapshot.rows(direction, type_, code):
                    other = (there, row[OTHER])
                    person, incident = (at, other) if direction == "out" else (other, at)
                    if other not in self.avoid and self.holds(type_, row, person[1], incident[1]):
                        yield other, type_, row[ROW]

    def is_hub(self, at: Code) -> bool:
        """Whether the address is one that strangers share."""
        return bool(self.snapshot.value("Address", "hub", at[1]))

    def holds(self, type_: str, row: list[int], start: int, end: int) -> bool:
        """Whether a relationship is there, as the head of this module says."""
        if not row[KNOWN_FROM] <= self.known_at < row[KNOWN_TO]:
            return False
        if self.day is not None and not row[VALID_FROM] <= self.day < row[VALID_TO]:
            return False
        if type_ == "CHILD_OF":
            return row[EXTRA2] == LAST if self.day is None else self.day < row[EXTRA2]
        if type_ in ("INVOLVED_IN", "OCCURRED_AT"):
            date = int(self.snapshot.nodes("Incident")[end if type_ == "INVOLVED_IN" else start, DATE])
            barred = type_ == "INVOLVED_IN" and row[EXTRA] in _OWN and self.is_minor(start, date)
            return (self.day is None or date <= self.day) and not barred
        return True

    def is_minor(self, person: int, day: int) -> bool:
        """Whether an own role of the person on the day is barred."""
        adult_from = int(self.snapshot.nodes("Person")[person, ADULT_FROM])
        return not self.own_roles_of_children and adult_from != NO_DAY and day < adult_from

    def key(self, at: Code) -> Key:
        """Label and id."""
        return Key(at[0], self.snapshot.id_of(*at))

    def node(self, at: Code, hops: int) -> Node:
        """The node with its properties."""
        return Node(self.key(at), hops, _properties(self.snapshot, at[0], at[1], skip=1))

    def edge(self, type_: str, row: int) -> Edge:
        """The relationship with its properties."""
        start, end = Snapshot.ends(type_)
        ids = [str(self.snapshot.value(type_, column, row)) for column in ("start_id", "end_id")]
        return Edge(type_, Key(start, ids[0]), Key(end, ids[1]), row, _properties(self.snapshot, type_, row, skip=2))


def start_walk(snapshot: Snapshot, grant: Grant, today: dt.date, lens: Lens) -> Walk:
    """A walk, once the grant is found valid.

    Raises:
        GrantError: The grant is incomplete or has run out.
    """
    grant.check(today)
    avoid = {(key.label, code) for key in lens.avoid if (code := snapshot.find(*key)) is not None}
    return Walk(
        snapshot=snapshot,
        lens=lens,
        known_at=NEWEST if lens.known_at is None else to_days(lens.known_at),
        day=None if lens.as_of is None else to_days(lens.as_of),
        own_roles_of_children=grant.own_roles_of_children,
        avoid=frozenset(avoid),
    )


def _properties(snapshot: Snapshot, name: str, row: int, *, skip: int) -> dict[str, Any]:
    shape = NODES[name].table if name in NODES else RELATIONSHIPS[name].table
    return {column: snapshot.value(name, column, row) for column in shape.schema.names[skip:]}
