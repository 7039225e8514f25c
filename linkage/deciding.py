"""Which judgements decided that two records are, or are not, one person."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from linkage.judgements import Verdict

Edges: TypeAlias = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What judgements say of two records."""

    verdict: str
    """``same``, ``different``, or ``related`` where they say that one of the two is a third record's person."""
    judgements: tuple[int, ...]
    """Numbers of the judgements that say so together."""


def decision(applied: pa.Table, left: str, right: str) -> Decision | None:
    """The judgements that decided about two records; None where the model did alone.

    `applied` are those that bound the partition, schema :data:`linkage.judged.APPLIED`.

    >>> rows = {"number": [1, 2], "left": ["a", "b"], "right": ["b", "c"], "verdict": ["same", "different"]}
    >>> decision(pa.table(rows), "c", "a")
    Decision(verdict='different', judgements=(1, 2))
    """
    rows = applied.select(["number", "left", "right", "verdict"]).to_pylist()
    edges: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        if row["verdict"] == Verdict.SAME:
            edges.setdefault(row["left"], []).append((row["right"], row["number"]))
            edges.setdefault(row["right"], []).append((row["left"], row["number"]))
    ours, theirs = _reached(edges, left), _reached(edges, right)
    if right in ours:
        return Decision(str(Verdict.SAME), ours[right])
    for row in rows:
        for one, other in ((row["left"], row["right"]), (row["right"], row["left"])):
            if row["verdict"] == Verdict.DIFFERENT and one in ours and other in theirs:
                numbers = {*ours[one], row["number"], *theirs[other]}
                return Decision(str(Verdict.DIFFERENT), tuple(sorted(numbers)))
    near = {number for record in (left, right) for _, number in edges.get(record, ())}
    return Decision("related", tuple(sorted(near))) if near else None


def _reached(edges: Edges, start: str) -> dict[str, tuple[int, ...]]:
    """Every record that *same* judgements lead to, with the fewest that do."""
    found: dict[str, tuple[int, ...]] = {start: ()}
    waiting = deque([start])
    while waiting:
        record = waiting.popleft()
        for other, number in sorted(edges.get(record, ())):
            if other not in found:
                found[other] = tuple(sorted({*found[record], number}))
                waiting.append(other)
    return found
