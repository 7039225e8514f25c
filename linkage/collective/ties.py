"""Who belongs to whom in the population registers: parents, children, partners, siblings, one home.

Ties are read from the registers' own relations and stays, never from links, so what is concluded from
them cannot confirm itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ordering import distinct
from linkage.vocabulary import RelationKind

Ints = npt.NDArray[np.int64]

PARENT, CHILD, PARTNER, SIBLING, HOME, NONE = range(6)
TIES = ("parent of", "child of", "partner of", "sibling of", "at home with", "nobody's kin")
"""What the other is to a person, the nearest first."""

_PARENTS = (RelationKind.PARENT, RelationKind.ADOPTIVE_PARENT)
_FOSTER = (RelationKind.FOSTER_PARENT,)
_PARTNERS = (RelationKind.SPOUSE, RelationKind.PARTNER)
_MOST_STAYS = 100
"""Stays at one home above which it is no family's home."""
_MOST_CHILDREN = 20
"""Children of one parent above which the parent is a placeholder and makes no siblings."""


@dataclass(frozen=True, slots=True)
class Ties:
    """`other[i]` is the `tie[i]` of the person whose range `offsets` gives."""

    offsets: Ints
    other: Ints
    tie: Ints

    def of(self, persons: Ints) -> tuple[Ints, Ints, Ints]:
        """For every asked person the place in `persons`, the other and the tie, in order."""
        place, at = expand(self.offsets, persons)
        return place, self.other[at], self.tie[at]


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays of registered persons at known homes: by person (`offsets`) and, by `order`, by home."""

    offsets: Ints
    person: Ints
    home: Ints
    start: Ints
    end: Ints
    order: Ints
    home_offsets: Ints


@dataclass(frozen=True, slots=True)
class Bonds:
    """Who belongs to whom: by relation, and by the home they share."""

    ties: Ties
    stays: Stays


def expand(offsets: Ints, keys: Ints) -> tuple[Ints, Ints]:
    """All entries of the ranges of `keys`: the place in `keys` and the entry.

    >>> [part.tolist() for part in expand(np.array([0, 2, 2, 3]), np.array([2, 0]))]
    [[0, 1, 1], [2, 0, 1]]
    """
    sizes = offsets[keys + 1] - offsets[keys]
    place = np.repeat(np.arange(len(keys)), sizes)
    within = np.arange(len(place)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return place, offsets[keys][place] + within


def offsets_of(keys: Ints, size: int) -> Ints:
    """Where the range of each key begins in a sorted column of keys."""
    offsets = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=offsets[1:])
    return offsets


def registered_ties(relations: pa.Table, record_ids: pa.Array, registered: npt.NDArray[np.bool_]) -> Ties:
    """Ties between registered persons by row of `record_ids`; siblings follow from common parents.

    An ended marriage is still a tie: reports name former partners often. Children placed with one foster
    parent, years apart perhaps, are no siblings. Of several ties of two persons the nearest counts.
    """
    asked = (_PARENTS, _FOSTER, _PARTNERS, (RelationKind.SIBLING,))
    (child, parent), foster, (one, two), (brother, sister) = _related(relations, asked, record_ids, registered)
    half, other_half = _common_children(child, parent, len(record_ids))
    child, parent = np.append(child, foster[0]), np.append(parent, foster[1])
    left = np.concatenate([child, parent, one, two, brother, sister, half])
    right = np.concatenate([parent, child, two, one, sister, brother, other_half])
    sizes = [len(child), len(child), 2 * len(one), 2 * len(brother) + len(half)]
    tie = np.repeat(np.array([PARENT, CHILD, PARTNER, SIBLING]), sizes)
    order = np.lexsort((tie, right, left))
    left, right, tie = left[order], right[order], tie[order]
    first = np.ones(len(left), bool)
    first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    first &= left != right
    return Ties(offsets_of(left[first], len(record_ids)), right[first], tie[first])


def _related(
    relations: pa.Table,
    asked: tuple[tuple[RelationKind, ...], ...],
    record_ids: pa.Array,
    registered: npt.NDArray[np.bool_],
) -> list[tuple[Ints, Ints]]:
    """Rows of person and other for each group of kinds of relation, both registered."""
    kinds = [str(kind) for group in asked for kind in group]
    relations = relations.filter(pc.is_in(relations.column("kind"), value_set=pa.array(kinds)))
    person, other = (
        pc.fill_null(pc.index_in(relations.column(c), value_set=record_ids), -1).to_numpy().astype(np.int64)
        for c in ("record_id", "other_record")
    )
    known = (person >= 0) & (other >= 0)
    known &= registered[person] & registered[other]
    kind = pc.index_in(relations.column("kind"), value_set=pa.array(kinds)).to_numpy()
    group = np.repeat(np.arange(len(asked)), [len(one) for one in asked])[kind]
    return [(person[known & (group == g)], other[known & (group == g)]) for g in range(len(asked))]


def _common_children(child: Ints, parent: Ints, size: int) -> tuple[Ints, Ints]:
    """Every ordered pair of children of one parent, however often the register repeats a relation."""
    packed = distinct((parent << 32) | child)
    child, parent = packed & 0xFFFFFFFF, packed >> 32
    offsets = offsets_of(parent, size)
    few = np.flatnonzero(np.diff(offsets)[parent] <= _MOST_CHILDREN)
    place, at = expand(offsets, parent[few])
    return child[few][place], child[at]


def registered_stays(claims: tuple[Ints, Ints, Ints, Ints], registered: npt.NDArray[np.bool_]) -> Stays:
    """Stays of registered persons from claims (offsets by row, home or -1, first day, day after the last)."""
    offsets, home, start, end = claims
    person = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    crowd = np.bincount(home[home >= 0], minlength=1) > _MOST_STAYS
    kept = np.flatnonzero((home >= 0) & registered[person] & ~crowd[np.maximum(home, 0)])
    person, home, start, end = person[kept], home[kept], start[kept], end[kept]
    order = np.lexsort((person, home))
    homes = int(home.max(initial=-1)) + 1
    return Stays(offsets_of(person, len(registered)), person, home, start, end, order, offsets_of(home[order], homes))


def co_residents(stays: Stays, persons: Ints, days: Ints, *, slack: int) -> tuple[Ints, Ints]:
    """Who shared a home with each person around a day: place in `persons`, the other; each pair once.

    `slack` days either side count as that day, because moves are reported late.
    """
    place, at = expand(stays.offsets, persons)
    then = _around(stays, at, days[place], slack)
    place, at = place[then], at[then]
    second, other = expand(stays.home_offsets, stays.home[at])
    place, at = place[second], stays.order[other]
    then = _around(stays, at, days[place], slack) & (stays.person[at] != persons[place])
    packed = distinct((place[then] << 32) | stays.person[at[then]])
    return packed >> 32, packed & 0xFFFFFFFF


def _around(stays: Stays, at: Ints, days: Ints, slack: int) -> npt.NDArray[np.bool_]:
    return np.asarray((stays.start[at] - slack <= days) & (days < stays.end[at] + slack))
