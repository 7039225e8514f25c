"""The shortest ways between two persons; the exact meaning of a step is in :mod:`graph.walk`."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from graph.grant import Grant
from graph.snapshot import Snapshot
from graph.walk import Code, Edge, Key, Lens, Walk, start_walk


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one person to another: nodes, and between each two the edges that join them."""

    nodes: tuple[Key, ...]
    edges: tuple[tuple[Edge, ...], ...]


def paths(
    snapshot: Snapshot,
    ends: tuple[str, str],
    *,
    max_hops: int,
    grant: Grant,
    today: dt.date,
    lens: Lens | None = None,
) -> tuple[Path, ...]:
    """Every shortest way between two persons of at most ``max_hops`` steps, in order of the nodes' keys.

    The search runs from both ends at once. Hubs are passed by neither, so no way leads through one.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownPersonError: An id names nobody in the snapshot.
    """
    walk = start_walk(snapshot, grant, today, lens or Lens())
    first, last = (("Person", snapshot.person(end)) for end in ends)
    found = _shortest(walk, first, last, max_hops=max_hops)
    ways = sorted(tuple((walk.key(at), at) for at in way) for way in found)
    return tuple(_path(walk, [at for _, at in way]) for way in ways)


class _Front:
    """One side of a search from both ends: distances, the ways back, and the outermost nodes."""

    def __init__(self, start: Code) -> None:
        self.depth = 0
        self.distance = {start: 0}
        self.back: dict[Code, set[Code]] = {start: set()}
        self.edge = [start]

    def widen(self, walk: Walk) -> None:
        """One step further from every outermost node."""
        self.depth += 1
        reached: dict[Code, set[Code]] = {}
        for at in self.edge:
            for other, _, _ in walk.steps(at):
                passable = other[0] != "Address" or not walk.is_hub(other)
                if passable and other not in self.distance:
                    reached.setdefault(other, set()).add(at)
        self.back.update(reached)
        self.distance.update(dict.fromkeys(reached, self.depth))
        self.edge = sorted(reached)

    def ways(self, at: Code) -> Iterator[tuple[Code, ...]]:
        """All shortest ways from the start to a node."""
        if not self.back[at]:
            yield (at,)
        for before in sorted(self.back[at]):
            for way in self.ways(before):
                yield (*way, at)


def _shortest(walk: Walk, first: Code, last: Code, *, max_hops: int) -> list[tuple[Code, ...]]:
    one, two = _Front(first), _Front(last)
    while not one.distance.keys() & two.distance.keys():
        if one.depth + two.depth >= max_hops or not one.edge or not two.edge:
            return []
        (one if len(one.edge) <= len(two.edge) else two).widen(walk)
    middle = sorted(
        at
        for at in one.distance.keys() & two.distance.keys()
        if one.distance[at] == one.depth and two.distance[at] == two.depth
    )
    found = []
    for at in middle:
        for head in one.ways(at):
            for tail in two.ways(at):
                found.append((*head, *reversed(tail[:-1])))
                if len(found) >= walk.lens.most:
                    return found
    return found


def _path(walk: Walk, way: list[Code]) -> Path:
    joined = []
    for here, there in itertools.pairwise(way):
        rows = sorted({(type_, row) for other, type_, row in walk.steps(here) if other == there})
        joined.append(tuple(walk.edge(type_, row) for type_, row in rows))
    return Path(tuple(walk.key(at) for at in way), tuple(joined))
