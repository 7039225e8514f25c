"""The links between records parted into shares that have nothing in common.

No cluster crosses a component, so links are put in the order of their components, records are numbered
in that order too, and every share works on its own small arrays, near the processor. Most components of
most tables are two records and their one link: they need no share, their link merges or does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from linkage.clustering.components import components

Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_SHARE = 1 << 15
"""Links from which a share ends with its component: by this alone, never by the cores there are."""


@dataclass(frozen=True, slots=True)
class Share:
    """A stretch of the links in order, and of their records."""

    links: slice
    records: slice


@dataclass(frozen=True, slots=True)
class Parted:
    """Links that touch no other, and the others in shares."""

    lone: Integers
    """Numbers of the links that touch no other."""
    order: Integers
    """Numbers of all other links, in the order of their components."""
    ends: Integers
    """End of each component among those."""
    records: Integers
    """Their records, in the same order; within a component ascending."""
    left: Integers
    right: Integers
    """Places of the two records of each of those links among ``records``."""
    shares: tuple[Share, ...]


@njit(cache=True, nogil=True)
def _by_label(labels, n):  # type: ignore[no-untyped-def]
    """Numbers of the elements in the order of their labels below ``n``, those of one label ascending."""
    ends = np.zeros(n + 1, np.int64)
    for i in range(len(labels)):
        ends[labels[i] + 1] += 1
    for label in range(n):
        ends[label + 1] += ends[label]
    order = np.empty(len(labels), np.int64)
    for i in range(len(labels)):
        order[ends[labels[i]]] = i
        ends[labels[i]] += 1
    return order


def parted(left: Integers, right: Integers, n: int, *, apart: Flags) -> Parted:
    """Links between ``n`` records in shares; ``apart`` are links that are never taken for lone ones."""
    label = components(left, right, n)
    alone = (np.bincount(label, minlength=n) == 2)[label[left]] & ~apart
    others = np.flatnonzero(~alone)
    of_link = label[left[others]]
    order = _by_label(of_link, n)
    of_link = of_link[order]
    others = others[order]
    ends = np.append(np.flatnonzero(of_link[1:] != of_link[:-1]) + 1, len(others))[: len(others)]
    busy = np.zeros(n, dtype=np.bool_)
    busy[of_link] = True
    rows = np.flatnonzero(busy[label])
    records = rows[_by_label(label[rows], n)]
    place = np.empty(n, dtype=np.int64)
    place[records] = np.arange(len(records))
    one, other = place[left[others]], place[right[others]]
    firsts = np.searchsorted(label[records], of_link[np.append(0, ends[:-1])]) if len(ends) else ends
    return Parted(np.flatnonzero(alone), others, ends, records, one, other, _shares(ends, firsts, len(records)))


def _shares(ends: Integers, firsts: Integers, records: int) -> tuple[Share, ...]:
    """Stretches of whole components, from the end of their links and their first records."""
    if not len(ends):
        return ()
    cuts = np.unique(np.searchsorted(ends, np.arange(_SHARE, ends[-1], _SHARE)))
    cuts = cuts[cuts < len(ends) - 1]
    links = [0, *ends[cuts].tolist(), int(ends[-1])]
    rows = [0, *firsts[cuts + 1].tolist(), records]
    return tuple(Share(slice(*links[i : i + 2]), slice(*rows[i : i + 2])) for i in range(len(links) - 1))
