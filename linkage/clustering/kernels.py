"""The compiled loops of agglomeration: merge the best link, or ask for the pairs it lacks.

A link whose pairs are not all compared yet is put aside, with every worse link of its two clusters and,
in turn, of theirs; the rest goes on. The caller compares those pairs and calls again. So merges keep
their order where they touch each other, and only pairs that can matter are compared.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from linkage.clustering.heap import Entry, grown, new_heap, pair_key, pop, push
from linkage.clustering.slots import far_end, height, join_links, join_members, next_of, restamped, root, shared_group


class Record(NamedTuple):
    """Merges in order, and what the loop keeps per cluster and component."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    height: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    """Lowest height within each cluster so far."""
    done: npt.NDArray[np.int64]
    """One element: number of merges."""
    blocked: npt.NDArray[np.bool_]
    """Clusters whose best link waits for pairs to be compared."""


@njit(cache=True, nogil=True)
def force(left, right, clusters, links, sums, record):  # type: ignore[no-untyped-def]
    """Merge what a judgement says is one person; true for pairs that another rule forbids."""
    forbidden = np.zeros(len(left), np.bool_)
    for p in range(len(left)):
        a, b = root(left[p], clusters.above), root(right[p], clusters.above)
        if a == b:
            continue
        a, b = min(a, b), max(a, b)
        forbidden[p] = shared_group(a, b, clusters)
        slot = links.head[a]
        while slot >= 0:
            if links.alive[slot] and links.hard[slot] and far_end(slot, a, links) == b:
                forbidden[p] = True
            slot = next_of(slot, a, links)
        if not forbidden[p]:
            join_links(a, b, links, sums)
            join_members(a, b, clusters)
            _record(a, b, np.inf, record)
    return forbidden


@njit(cache=True, nogil=True)
def _longer(numbers):  # type: ignore[no-untyped-def]
    out = np.empty(2 * len(numbers), numbers.dtype)
    out[: len(numbers)] = numbers
    return out


@njit(cache=True, nogil=True)
def _entry(slot, by_size, clusters, links, sums):  # type: ignore[no-untyped-def]
    a, b, most = links.one[slot], links.other[slot], len(by_size) - 1
    prior = by_size[min(clusters.size[a], most), min(clusters.size[b], most)]
    if np.isnan(links.height[slot]):
        links.height[slot] = height(slot, sums)
    return Entry(links.height[slot] + prior, pair_key(a, b), slot, links.stamp[slot])


@njit(cache=True, nogil=True)
def _push_open(heap, size, slots, bounds, clusters, links, sums):  # type: ignore[no-untyped-def]
    """Push the slots that may merge; the heap, wider if it must be, and its new size."""
    (cut, _, by_size) = bounds
    for i in range(len(slots)):
        slot = slots[i]
        entry = _entry(slot, by_size, clusters, links, sums)
        if links.alive[slot] and not links.hard[slot] and entry.height >= cut:
            if size == len(heap.slot):
                heap = grown(heap)
            push(heap, size, entry)
            size += 1
    return heap, size


@njit(cache=True, nogil=True)
def _record(a, b, at, record):  # type: ignore[no-untyped-def]
    """Note a merge at the lowest height that either cluster or the step itself has."""
    record.low[a] = min(at, record.low[a], record.low[b])
    n = record.done[0]
    record.left[n], record.right[n], record.height[n] = a, b, record.low[a]
    record.done[0] = n + 1


@njit(cache=True, nogil=True)
def merge_known(work, ends, bounds, clusters, links, sums, record):  # type: ignore[no-untyped-def]
    """Merge best first from the slots in ``work``; the slots put aside.

    The slots of one component stand together, up to each of ``ends``: no merge crosses one, and one at a
    time they and their heap stay near the processor. ``bounds`` are the lowest height to merge at, the
    number of pairs that makes a link known, and bits to add by the sizes of both clusters.
    """
    heap = new_heap(16)
    waiting, waits, start = np.empty(64, np.int64), 0, 0
    for c in range(len(ends)):
        part = work[start : ends[c]]
        start = ends[c]
        heap, waiting, waits = _merge_part(part, heap, (waiting, waits), bounds, clusters, links, sums, record)
    for i in range(waits):
        record.blocked[links.one[waiting[i]]] = record.blocked[links.other[waiting[i]]] = False
    return waiting[:waits]


@njit(cache=True, nogil=True)
def _merge_part(work, heap, aside, bounds, clusters, links, sums, record):  # type: ignore[no-untyped-def]
    """Merge the slots of one component; the heap, and the slots put aside with their number."""
    (_, most, by_size) = bounds
    (waiting, waits) = aside
    heap, size = _push_open(heap, 0, work, bounds, clusters, links, sums)
    while size > 0:
        top = pop(heap, size)
        size -= 1
        slot = top.slot
        if not links.alive[slot] or top.stamp != links.stamp[slot] or links.hard[slot]:
            continue
        a, b = min(links.one[slot], links.other[slot]), max(links.one[slot], links.other[slot])
        incomplete = links.seen[slot] < min(clusters.size[a] * clusters.size[b], most)
        if incomplete or record.blocked[a] or record.blocked[b]:
            # What is worse than a link that waits must wait as well, or it would be merged too early.
            record.blocked[a] = record.blocked[b] = True
            if waits == len(waiting):
                waiting = _longer(waiting)
            waiting[waits] = slot
            waits += 1
        elif shared_group(a, b, clusters):
            links.hard[slot] = True
        else:
            changed = join_links(a, b, links, sums)
            join_members(a, b, clusters)
            _record(a, b, top.height, record)
            if len(by_size) > 1:
                # The size of a cluster counts at all of its links.
                changed = restamped(a, links)
            heap, size = _push_open(heap, size, changed, bounds, clusters, links, sums)
    return heap, waiting, waits


@njit(cache=True, nogil=True)
def _find(table, key):  # type: ignore[no-untyped-def]
    """Place of a key in an open-addressed table, or of the gap where it belongs."""
    mask = np.uint64(len(table) - 1)
    at = ((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while table[at] != np.uint64(0) and table[at] != key:
        at = (at + np.uint64(1)) & mask
    return at


@njit(cache=True, nogil=True)
def remember(table, pairs):  # type: ignore[no-untyped-def]
    """Enter packed pairs into the table of known pairs, whose length is a power of two."""
    for p in range(len(pairs)):
        key = np.uint64(pairs[p]) + np.uint64(1)
        table[_find(table, key)] = key


@njit(cache=True, nogil=True)
def add_pairs(slots, found, links, sums):  # type: ignore[no-untyped-def]
    """Add newly compared pairs to their slots."""
    (match, household, known, conflict) = found
    for p in range(len(slots)):
        slot = slots[p]
        links.height[slot] = np.nan
        links.seen[slot] += 1
        links.hard[slot] |= conflict[p]
        for k in range(match.shape[1]):
            sums.match[slot, k] += match[p, k]
            sums.counts[slot, k] += known[p, k]
        for s in range(household.shape[1]):
            sums.household[slot, s] += household[p, s]


@njit(cache=True, nogil=True)
def unseen_pairs(work, most, table, clusters, links):  # type: ignore[no-untyped-def]
    """Pairs between the clusters of waiting slots that nobody compared, and their slots."""
    total = 0
    for w in range(len(work)):
        slot = work[w]
        size = clusters.size[links.one[slot]] * clusters.size[links.other[slot]]
        total += max(0, min(size, most) - links.seen[slot])
    left, right, slots = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total, np.int64)
    found = 0
    for w in range(len(work)):
        slot = work[w]
        size = clusters.size[links.one[slot]] * clusters.size[links.other[slot]]
        wanted = min(size, most) - links.seen[slot]
        i = links.one[slot]
        while i >= 0 and wanted > 0:
            j = links.other[slot]
            while j >= 0 and wanted > 0:
                key = np.uint64(pair_key(i, j)) + np.uint64(1)
                if table[_find(table, key)] != key:
                    left[found], right[found], slots[found] = min(i, j), max(i, j), slot
                    found += 1
                    wanted -= 1
                j = clusters.following[j]
            i = clusters.following[i]
    return left[:found], right[:found], slots[:found]
