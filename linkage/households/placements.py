"""Children in foster care: which of their stays are with somebody they are placed with.

A foster home is no family of the child's: who lives there is nobody that the child's history counts.
The register says so by a relation, not by the address, so a stay is told apart by both: the child is
*placed* on the days of its stay on which a foster parent has a stay at the same unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.households.spans import Ints, Spans, days
from linkage.tables import KIN
from linkage.vocabulary import RelationKind

Box = tuple[int, int, int, int]
"""First day and day after the last, first day of belief and day after its last."""


@dataclass(frozen=True, slots=True)
class Placements:
    """Foster care as arrays: the child's and the foster parent's codes, and the boxes in which it holds."""

    child: Ints
    carer: Ints
    boxes: list[Box]


def find_placements(kin: pa.Table | None, names: pa.Array) -> Placements:
    """The placements among kin whose two ends are named in ``names`` (the code of a name is its place).

    Args:
        kin: Shape ``KIN``; ``None`` for nobody placed.
        names: Entity ids, sorted.
    """
    placed = (KIN.empty() if kin is None else KIN.check(kin)).filter(pc.field("kind") == RelationKind.FOSTER_PARENT)
    ends = [pc.index_in(placed[name], value_set=names).combine_chunks() for name in ("child_entity", "parent_entity")]
    known = pc.and_(pc.is_valid(ends[0]), pc.is_valid(ends[1]))
    child, carer = (np.asarray(end.filter(known).to_numpy(), dtype=np.int64) for end in ends)
    placed = placed.filter(known)
    columns = [days(placed, name).tolist() for name in ("valid_from", "valid_to", "known_from", "known_to")]
    return Placements(child, carer, list(zip(*columns, strict=True)))


def split_stays(entity: Ints, stays: Spans, placements: Placements) -> tuple[Ints, Spans, npt.NDArray[np.bool_]]:
    """The stays at homes, cut where a placement begins or ends, in both times.

    Few children are placed, so their stays are walked one by one and all others pass as they are.

    Args:
        entity: Code of the person of each stay.
        stays: The stays; their group is the home.
        placements: Who is placed with whom and when.

    Returns:
        Entity and span of every piece, and which of them are a child's at its foster parent's.
    """
    boxes = _shared_boxes(entity, stays, placements)
    touched = np.array(sorted(boxes), dtype=np.int64)
    rest = np.setdiff1d(np.arange(len(entity)), touched)
    pieces = [(row, *piece) for row in sorted(boxes) for piece in _cells(_box(stays, row), boxes[row])]
    cut = np.array(pieces, dtype=np.int64).reshape(-1, 6)
    row = np.concatenate([rest, cut[:, 0]])
    whole = stays.take(rest)
    joined = Spans(
        stays.group[row],
        *(
            np.concatenate([getattr(whole, name), cut[:, column]])
            for column, name in enumerate(("start", "end", "known_from", "known_to"), start=1)
        ),
    )
    placed = np.concatenate([np.zeros(len(rest), dtype=np.bool_), cut[:, 5].astype(np.bool_)])
    return entity[row], joined, placed


def _shared_boxes(entity: Ints, stays: Spans, placements: Placements) -> dict[int, list[Box]]:
    """For each stay of a placed child, the boxes in which a foster parent has a stay at the same home."""
    order = np.argsort(entity, kind="stable")
    sorted_entity = entity[order]

    def stays_of(person: int) -> list[int]:
        rows: list[int] = order[slice(*np.searchsorted(sorted_entity, [person, person + 1]))].tolist()
        return rows

    found: dict[int, list[Box]] = {}
    for child, carer, box in zip(placements.child.tolist(), placements.carer.tolist(), placements.boxes, strict=True):
        for own, other in product(stays_of(child), stays_of(carer)):
            if stays.group[own] != stays.group[other]:
                continue
            shared = _overlap(_overlap(box, _box(stays, own)), _box(stays, other))
            if shared[0] < shared[1] and shared[2] < shared[3]:
                found.setdefault(own, []).append(shared)
    return found


def _box(stays: Spans, row: int) -> Box:
    return (
        int(stays.start[row]),
        int(stays.end[row]),
        int(stays.known_from[row]),
        int(stays.known_to[row]),
    )


def _overlap(one: Box, other: Box) -> Box:
    return (
        max(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        min(one[3], other[3]),
    )


def _cells(stay: Box, boxes: list[Box]) -> list[tuple[int, int, int, int, bool]]:
    """The stay cut at every border of the boxes, each piece with whether it lies in one.

    >>> _cells((0, 9, 0, 9), [(4, 9, 0, 9)])
    [(0, 4, 0, 9, False), (4, 9, 0, 9, True)]
    """
    lived = sorted({*stay[:2], *(day for box in boxes for day in box[:2])})
    believed = sorted({*stay[2:], *(day for box in boxes for day in box[2:])})
    return [
        (a, b, c, d, any(box[0] <= a and b <= box[1] and box[2] <= c and d <= box[3] for box in boxes))
        for (c, d), (a, b) in product(pairwise(believed), pairwise(lived))
    ]
