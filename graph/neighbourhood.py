"""What lies around a person, to so many hops; the exact meaning of a hop is in :mod:`graph.walk`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.grant import Grant
from graph.snapshot import Snapshot
from graph.walk import Edge, Key, Lens, Node, start_walk


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Nodes by hops and key, edges between them by type and row."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: bool
    """Whether the lens's limit ended it early."""

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The same as a networkx graph; nodes are named ``Label:id`` and have a ``kind``.

        Nulls are left out and dates are ISO text, so that it can be written as GraphML as it is.
        """
        made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for node in self.nodes:
            made.add_node(_name(node.key), kind=node.key.label, hops=node.hops, **_plain(node.properties))
        for edge in self.edges:
            key = f"{edge.type}:{edge.row}"
            made.add_edge(_name(edge.start), _name(edge.end), key=key, type=edge.type, **_plain(edge.properties))
        return made


def neighbourhood(
    snapshot: Snapshot, person_id: str, *, hops: int, grant: Grant, today: dt.date, lens: Lens | None = None
) -> Neighbourhood:
    """Everything within so many hops of a person, and every relationship between what was reached.

    Breadth first; when the lens's limit of nodes is met, the rest is left out and ``cut`` is true.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownPersonError: The id names nobody in the snapshot.
    """
    walk = start_walk(snapshot, grant, today, lens or Lens())
    start = ("Person", snapshot.person(person_id))
    distance, frontier, cut = {start: 0}, [start], False
    for hop in range(1, hops + 1):
        reached = sorted({other for at in frontier for other, _, _ in walk.steps(at)} - distance.keys())
        room = max(walk.lens.most - len(distance), 0)
        cut = cut or len(reached) > room
        frontier = reached[:room]
        distance.update(dict.fromkeys(frontier, hop))
    edges = {(type_, row) for at in distance for other, type_, row in walk.steps(at) if other in distance}
    nodes = [walk.node(at, hop) for at, hop in distance.items()]
    return Neighbourhood(
        nodes=tuple(sorted(nodes, key=lambda node: (node.hops, node.key))),
        edges=tuple(walk.edge(type_, row) for type_, row in sorted(edges)),
        cut=cut,
    )


def _name(key: Key) -> str:
    return f"{key.label}:{key.id}"


def _plain(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in properties.items()
        if value is not None
    }
