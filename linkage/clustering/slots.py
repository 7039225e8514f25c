"""Clusters and the links between them, as arrays that compiled code merges in place.

A *slot* is the link between two clusters: per comparison the sum of evidence and the number of pairs
behind it. Merging two clusters adds up their slots to every common neighbour, so no pair of records
is ever looked at twice. Slots hang on linked lists, one per cluster.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Clusters(NamedTuple):
    """Members of each cluster, which is named by its smallest record."""

    above: Integers
    """The cluster a record was merged into; itself for a cluster."""
    following: Integers
    """Next member, -1 at the end."""
    last: Integers
    size: Integers
    group: Integers
    """Code of records that are all different persons, -1 for none."""
    seen_group: Integers
    """Scratch: one element per code."""


class Links(NamedTuple):
    """Slots and the lists they hang on."""

    one: Integers
    other: Integers
    """The two clusters of each slot."""
    next_one: Integers
    next_other: Integers
    """Next slot on the list of either cluster, -1 at the end."""
    head: Integers
    """First slot of each cluster."""
    mark: Integers
    """Scratch: one element per cluster."""
    alive: Flags
    hard: Flags
    """The two clusters must stay apart."""
    seen: Integers
    """Pairs of records behind the slot."""
    stamp: Integers
    """Number of changes, to tell old heap entries from the current one."""
    height: Floats
    """log2 odds that the two clusters are one person; not a number where that must be worked out again."""


class Sums(NamedTuple):
    """Evidence behind each slot, and the model's priors."""

    match: Floats
    """Shape (slots, comparisons)."""
    counts: npt.NDArray[np.int32]
    """Shape (slots, comparisons): pairs in which the attribute is known."""
    household: Floats
    """Shape (slots, columns of the other kinds of pair)."""
    comparison: Integers
    """Comparison of each column."""
    start: Integers
    """First column of each kind of pair, and the number of columns at the end."""
    kind_prior: Floats
    kin: Floats
    """By comparison, pairs of a household that have it in common, over the household's other pairs."""
    kind_match: Flags
    """Kinds of pair that are one person too."""
    prior: float


@njit(cache=True, nogil=True)
def _softplus(bits):  # type: ignore[no-untyped-def]
    """log2(1 + 2^bits)."""
    return bits if bits > 60.0 else np.log2(1.0 + 2.0**bits)


@njit(cache=True, nogil=True)
def height(slot, sums):  # type: ignore[no-untyped-def]
    """log2 odds that two clusters are one person: mean evidence of each attribute, summed."""
    total, related = sums.prior, 1.0
    for k in range(sums.match.shape[1]):
        if sums.counts[slot, k] > 0:
            own = sums.match[slot, k] / sums.counts[slot, k]
            total += own
            if sums.kin[k] > 0.0 and own > 0.0:
                related += sums.kin[k] * 2.0**own
    against, with_others = 0.0, 0.0
    for c in range(len(sums.kind_prior)):
        kind = sums.kind_prior[c] + (np.log2(related) if c == 0 else 0.0)
        for s in range(sums.start[c], sums.start[c + 1]):
            count = sums.counts[slot, sums.comparison[s]]
            if count > 0:
                kind += sums.household[slot, s] / count
        if sums.kind_match[c]:
            with_others += _softplus(kind - with_others)
        else:
            against += _softplus(kind - against)
    return total + with_others - against


@njit(cache=True, nogil=True)
def heights(sums):  # type: ignore[no-untyped-def]
    """The height of every slot."""
    out = np.empty(len(sums.match))
    for slot in range(len(out)):
        out[slot] = height(slot, sums)
    return out


@njit(cache=True, nogil=True)
def root(record, above):  # type: ignore[no-untyped-def]
    """The cluster of a record."""
    while above[record] != record:
        above[record] = above[above[record]]
        record = above[record]
    return record


@njit(cache=True, nogil=True)
def next_of(slot, cluster, links):  # type: ignore[no-untyped-def]
    """The slot after this one on the list of ``cluster``."""
    return links.next_one[slot] if links.one[slot] == cluster else links.next_other[slot]


@njit(cache=True, nogil=True)
def far_end(slot, cluster, links):  # type: ignore[no-untyped-def]
    """The other cluster of a slot."""
    return links.other[slot] if links.one[slot] == cluster else links.one[slot]


@njit(cache=True, nogil=True)
def hang_all(links):  # type: ignore[no-untyped-def]
    """Hang every slot on the lists of its two clusters."""
    for slot in range(len(links.one)):
        a, b = links.one[slot], links.other[slot]
        links.next_one[slot] = links.head[a]
        links.head[a] = slot
        links.next_other[slot] = links.head[b]
        links.head[b] = slot


@njit(cache=True, nogil=True)
def shared_group(a, b, clusters):  # type: ignore[no-untyped-def]
    """Whether both clusters hold a record of one group whose records are all different persons."""
    if len(clusters.seen_group) == 0:
        return False
    i = a
    while i >= 0:
        if clusters.group[i] >= 0:
            clusters.seen_group[clusters.group[i]] = a
        i = clusters.following[i]
    clash = False
    i = b
    while i >= 0 and not clash:
        clash = clusters.group[i] >= 0 and clusters.seen_group[clusters.group[i]] == a
        i = clusters.following[i]
    i = a
    while i >= 0:
        if clusters.group[i] >= 0:
            clusters.seen_group[clusters.group[i]] = -1
        i = clusters.following[i]
    return clash


@njit(cache=True, nogil=True)
def join_members(a, b, clusters):  # type: ignore[no-untyped-def]
    """Append the members of cluster ``b`` to those of ``a``."""
    clusters.above[b] = a
    clusters.following[clusters.last[a]] = b
    clusters.last[a] = clusters.last[b]
    clusters.size[a] += clusters.size[b]


@njit(cache=True, nogil=True)
def _hang_over(slot, old, new, links):  # type: ignore[no-untyped-def]
    """Hang a slot of cluster ``old`` on the list of ``new``."""
    if links.one[slot] == old:
        links.one[slot] = new
        links.next_one[slot] = links.head[new]
    else:
        links.other[slot] = new
        links.next_other[slot] = links.head[new]
    links.head[new] = slot


@njit(cache=True, nogil=True)
def _mark_neighbours(a, links):  # type: ignore[no-untyped-def]
    """Note the slot to each neighbour of ``a``, and unhang dead slots on the way."""
    slot = links.head[a]
    before = -1
    while slot >= 0:
        after = next_of(slot, a, links)
        if links.alive[slot]:
            links.mark[far_end(slot, a, links)] = slot
            before = slot
        elif before < 0:
            links.head[a] = after
        elif links.one[before] == a:
            links.next_one[before] = after
        else:
            links.next_other[before] = after
        slot = after


@njit(cache=True, nogil=True)
def _add_up(target, slot, links, sums):  # type: ignore[no-untyped-def]
    """Add one slot to another between the same clusters."""
    for k in range(sums.match.shape[1]):
        sums.match[target, k] += sums.match[slot, k]
        sums.counts[target, k] += sums.counts[slot, k]
    for s in range(sums.household.shape[1]):
        sums.household[target, s] += sums.household[slot, s]
    links.height[target] = np.nan
    links.seen[target] += links.seen[slot]
    links.hard[target] |= links.hard[slot]
    links.alive[slot] = False


@njit(cache=True, nogil=True)
def restamped(a, links):  # type: ignore[no-untyped-def]
    """All living slots of a cluster, each with a new stamp."""
    found = 0
    slot = links.head[a]
    while slot >= 0:
        found += links.alive[slot]
        slot = next_of(slot, a, links)
    slots = np.empty(found, np.int64)
    found = 0
    slot = links.head[a]
    while slot >= 0:
        if links.alive[slot]:
            links.stamp[slot] += 1
            slots[found] = slot
            found += 1
        slot = next_of(slot, a, links)
    return slots


@njit(cache=True, nogil=True)
def join_links(a, b, links, sums):  # type: ignore[no-untyped-def]
    """Move the slots of ``b`` to ``a``, adding up those to common neighbours; the changed slots."""
    degree = 0
    slot = links.head[b]
    while slot >= 0:
        degree += 1
        slot = next_of(slot, b, links)
    changed = np.empty(degree, np.int64)
    _mark_neighbours(a, links)
    found = 0
    slot = links.head[b]
    while slot >= 0:
        after = next_of(slot, b, links)
        far = far_end(slot, b, links)
        if links.alive[slot] and far == a:
            links.alive[slot] = False
        elif links.alive[slot]:
            target = links.mark[far]
            if target >= 0:
                _add_up(target, slot, links, sums)
            else:
                _hang_over(slot, b, a, links)
                target = slot
            links.stamp[target] += 1
            changed[found] = target
            found += 1
        slot = after
    slot = links.head[a]
    while slot >= 0:
        links.mark[far_end(slot, a, links)] = -1
        slot = next_of(slot, a, links)
    links.head[b] = -1
    return changed[:found]
