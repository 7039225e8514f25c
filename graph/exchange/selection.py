"""Which nodes and relationships leave: around a person, of a family, or the whole scope.

A step that a walk may not take (:mod:`graph.walk`) is never in a selection: not a relationship that an
adoption hides, not an own role of a child without the right to see it. Sealed stays lead to an address
that says nothing, because nothing else is in the snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graph.grant import Grant
from graph.history.values import FamilyHistory
from graph.model import NODES
from graph.neighbourhood import neighbourhood
from graph.snapshot import Snapshot
from graph.snapshot.layout import OTHER, ROW
from graph.walk import TYPES, Edge, Key, Lens, Node, Walk, start_walk

LABELS = ("Person", "Household", "Address", "Incident")
"""Labels that leave; registers and districts are attributes of what they hold."""
MOST = 100_000
"""Nodes after which a neighbourhood ends."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Nodes by label and id, relationships by type and row; both may be read once only.

    In a family the person nodes carry the ``rule`` they stand under, the incidents their ``klass``.
    """

    nodes: Iterable[Node]
    edges: Iterable[Edge]
    persons: tuple[str, ...]
    """Ids of every person in it, for the log."""
    cut: bool = False
    """Whether a limit of nodes ended it early."""


def neighbourhood_selection(
    snapshot: Snapshot, person_id: str, *, hops: int, grant: Grant, today: dt.date, lens: Lens | None = None
) -> Selection:
    """Everything within so many hops of a person.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownPersonError: The id names nobody in the snapshot.
    """
    found = neighbourhood(snapshot, person_id, hops=hops, grant=grant, today=today, lens=lens or Lens(most=MOST))
    nodes = sorted(found.nodes, key=lambda node: node.key)
    return Selection(nodes, found.edges, _persons(node.key for node in nodes), found.cut)


def family_selection(snapshot: Snapshot, history: FamilyHistory, *, grant: Grant, today: dt.date) -> Selection:
    """A family's members, the events of its history and the addresses of its stays, and what lies between them.

    Relationships that begin after the history's ``as_of`` are left out.

    Raises:
        GrantError: The grant is incomplete or has run out.
    """
    walk = start_walk(snapshot, grant, today, Lens(known_at=history.known_at))
    rules = {Key("Person", member.person_id): {"rule": member.rule} for member in history.members}
    classes = {Key("Incident", entry.event_id): {"klass": entry.klass} for entry in history.entries}
    places: dict[Key, dict[str, str]] = {Key("Address", stay.address_id): {} for stay in history.stays}
    extra = {**rules, **classes, **places}
    codes = {key: code for key in sorted(extra) if (code := snapshot.find(*key)) is not None}
    wanted = {(key.label, code) for key, code in codes.items()}
    nodes = []
    for key, code in codes.items():
        node = walk.node((key.label, code), 0)
        nodes.append(Node(node.key, node.hops, {**node.properties, **extra[key]}))
    rows = {(type_, row) for at in wanted for other, type_, row in walk.steps(at) if other in wanted}
    edges = [walk.edge(type_, row) for type_, row in sorted(rows)]
    begun = [edge for edge in edges if edge.properties.get("valid_from", history.as_of) <= history.as_of]
    return Selection(nodes, begun, _persons(codes))


def scope_selection(snapshot: Snapshot, *, grant: Grant, today: dt.date, lens: Lens | None = None) -> Selection:
    """Everything that the snapshot holds, node by node, without ever being in memory as a whole.

    Raises:
        GrantError: The grant is incomplete or has run out.
    """
    walk = start_walk(snapshot, grant, today, lens or Lens())
    persons = tuple(sorted(str(one) for one in snapshot.column("Person", "person_id").to_pylist()))
    return Selection(_every_node(walk), _every_edge(walk), persons)


def _every_node(walk: Walk) -> Iterator[Node]:
    for label in sorted(LABELS):
        for code in range(_count(walk.snapshot, label)):
            yield walk.node((label, code), 0)


def _every_edge(walk: Walk) -> Iterator[Edge]:
    for type_ in sorted(set(TYPES) & set(walk.lens.types)):
        label, _ = Snapshot.ends(type_)
        for code in range(_count(walk.snapshot, label)):
            for row in walk.snapshot.rows("out", type_, code):
                if walk.holds(type_, row, code, row[OTHER]):
                    yield walk.edge(type_, row[ROW])


def _count(snapshot: Snapshot, label: str) -> int:
    return len(snapshot.column(label, NODES[label].table.schema.names[0]))


def _persons(keys: Iterable[Key]) -> tuple[str, ...]:
    return tuple(sorted(key.id for key in keys if key.label == "Person"))
