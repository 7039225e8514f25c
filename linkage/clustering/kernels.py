"""Compiled agglomeration: clusters, the links between them, and the best link first.

A *slot* is the link between two clusters: per comparison the sum of evidence and the number of pairs
behind it, so that merging two clusters adds slots up. Slots hang on linked lists, one per cluster.
The kernel stops a component when its best link rests on pairs that nobody compared yet; the caller
compares those and calls again.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def height(slot, state):  # type: ignore[no-untyped-def]
    """log2 odds that two clusters are one person: mean evidence of each attribute, summed."""
    (sums, counts, houses, shared, prior, house_prior) = state
    total = prior
    for k in range(sums.shape[1]):
        if counts[slot, k] > 0:
            total += sums[slot, k] / counts[slot, k]
    house = house_prior
    for s in range(len(shared)):
        if counts[slot, shared[s]] > 0:
            house += houses[slot, s] / counts[slot, shared[s]]
    if house > 60.0:
        return total - house
    return total - np.log2(1.0 + 2.0**house)


@njit(cache=True, nogil=True)
def _less(h1, k1, h2, k2):  # type: ignore[no-untyped-def]
    """Whether the first heap entry comes later: lower, or as high with larger ids."""
    return h1 < h2 or (h1 == h2 and k1 > k2)


@njit(cache=True, nogil=True)
def _push(heap, size, entry):  # type: ignore[no-untyped-def]
    (heights, pairs, slots, stamps) = heap
    (h, pair, slot, stamp) = entry
    i = size
    while i > 0:
        up = (i - 1) // 2
        if not _less(heights[up], pairs[up], h, pair):
            break
        heights[i], pairs[i], slots[i], stamps[i] = heights[up], pairs[up], slots[up], stamps[up]
        i = up
    heights[i], pairs[i], slots[i], stamps[i] = h, pair, slot, stamp
    return size + 1


@njit(cache=True, nogil=True)
def _pop(heap, size):  # type: ignore[no-untyped-def]
    """Remove the top entry; its place is filled by the last one."""
    (heights, pairs, slots, stamps) = heap
    size -= 1
    h, pair, slot, stamp = heights[size], pairs[size], slots[size], stamps[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and _less(heights[child], pairs[child], heights[child + 1], pairs[child + 1]):
            child += 1
        if not _less(h, pair, heights[child], pairs[child]):
            break
        heights[i], pairs[i], slots[i], stamps[i] = heights[child], pairs[child], slots[child], stamps[child]
        i = child
    heights[i], pairs[i], slots[i], stamps[i] = h, pair, slot, stamp
    return size


@njit(cache=True, nogil=True)
def _grown(heap):  # type: ignore[no-untyped-def]
    """The same heap with room for twice as many entries."""
    (heights, pairs, slots, stamps) = heap
    n = len(heights)
    wide = (np.empty(2 * n, heights.dtype), np.empty(2 * n, pairs.dtype))
    deep = (np.empty(2 * n, slots.dtype), np.empty(2 * n, stamps.dtype))
    wide[0][:n], wide[1][:n], deep[0][:n], deep[1][:n] = heights, pairs, slots, stamps
    return wide[0], wide[1], deep[0], deep[1]


@njit(cache=True, nogil=True)
def _pair_key(a, b):  # type: ignore[no-untyped-def]
    return (np.int64(min(a, b)) << 32) | np.int64(max(a, b))


@njit(cache=True, nogil=True)
def shared_group(a, b, clusters):  # type: ignore[no-untyped-def]
    """Whether both clusters hold a record of one group whose records are all different persons."""
    (following, last, size, group, seen_group) = clusters
    i = a
    while i >= 0:
        if group[i] >= 0:
            seen_group[group[i]] = a
        i = following[i]
    clash = False
    i = b
    while i >= 0 and not clash:
        clash = group[i] >= 0 and seen_group[group[i]] == a
        i = following[i]
    i = a
    while i >= 0:
        if group[i] >= 0:
            seen_group[group[i]] = -1
        i = following[i]
    return clash


@njit(cache=True, nogil=True)
def join_members(a, b, clusters):  # type: ignore[no-untyped-def]
    """Append the members of ``b`` to those of ``a``."""
    (following, last, size, group, seen_group) = clusters
    following[last[a]] = b
    last[a] = last[b]
    size[a] += size[b]
    size[b] = 0


@njit(cache=True, nogil=True)
def _next_of(slot, cluster, links):  # type: ignore[no-untyped-def]
    (one, other, next_one, next_other, head, mark) = links
    return next_one[slot] if one[slot] == cluster else next_other[slot]


@njit(cache=True, nogil=True)
def _hang(slot, old, new, links):  # type: ignore[no-untyped-def]
    """Hang a slot that belonged to cluster ``old`` on the list of ``new``."""
    (one, other, next_one, next_other, head, mark) = links
    if one[slot] == old:
        one[slot] = new
        next_one[slot] = head[new]
    else:
        other[slot] = new
        next_other[slot] = head[new]
    head[new] = slot


@njit(cache=True, nogil=True)
def join_links(a, b, links, flags, state, changed):  # type: ignore[no-untyped-def]
    """Move the slots of ``b`` to ``a``, adding up those to a common neighbour; the changed ones."""
    (one, other, next_one, next_other, head, mark) = links
    (alive, hard, seen, stamp) = flags
    (sums, counts, houses, shared, prior, house_prior) = state
    slot = head[a]
    before = -1
    while slot >= 0:
        after = _next_of(slot, a, links)
        if alive[slot]:
            mark[other[slot] if one[slot] == a else one[slot]] = slot
            before = slot
        elif before < 0:
            head[a] = after
        elif one[before] == a:
            next_one[before] = after
        else:
            next_other[before] = after
        slot = after
    found = 0
    slot = head[b]
    while slot >= 0:
        after = _next_of(slot, b, links)
        far = other[slot] if one[slot] == b else one[slot]
        if alive[slot] and far == a:
            alive[slot] = False
        elif alive[slot]:
            twin = mark[far]
            if twin >= 0 and alive[twin]:
                sums[twin] += sums[slot]
                counts[twin] += counts[slot]
                houses[twin] += houses[slot]
                seen[twin] += seen[slot]
                hard[twin] |= hard[slot]
                alive[slot] = False
            else:
                _hang(slot, b, a, links)
                twin = slot
            stamp[twin] += 1
            changed[found] = twin
            found += 1
        slot = after
    slot = head[a]
    while slot >= 0:
        mark[other[slot] if one[slot] == a else one[slot]] = -1
        slot = _next_of(slot, a, links)
    head[b] = -1
    return found


@njit(cache=True, nogil=True)
def force(left, right, cluster, clusters, links, flags, state, merges):  # type: ignore[no-untyped-def]
    """Merge what a judgement says is one person; -1 in ``merges`` where another rule forbids it."""
    (one, other, next_one, next_other, head, mark) = links
    (alive, hard, seen, stamp) = flags
    changed = np.empty(len(one), np.int64)
    for p in range(len(left)):
        a, b = left[p], right[p]
        while cluster[a] != a:
            a = cluster[a]
        while cluster[b] != b:
            b = cluster[b]
        if a == b:
            continue
        a, b = min(a, b), max(a, b)
        forbidden = shared_group(a, b, clusters)
        slot = head[a]
        while slot >= 0:
            if alive[slot] and (one[slot] == b or other[slot] == b):
                forbidden |= hard[slot]
            slot = _next_of(slot, a, links)
        if forbidden:
            merges[p] = -1
            continue
        merges[p] = 1
        join_links(a, b, links, flags, state, changed)
        join_members(a, b, clusters)
        cluster[b] = a


@njit(cache=True, nogil=True)
def agglomerate_known(work, cut, most, component, cluster, clusters, links, flags, state, merges):  # type: ignore[no-untyped-def]
    """Merge best first until the best link of a component is below ``cut`` or not wholly known.

    Returns the number of merges so far and the slots to take up again, incomplete ones among them.
    """
    (one, other, next_one, next_other, head, mark) = links
    (alive, hard, seen, stamp) = flags
    (following, last, size, group, seen_group) = clusters
    (merged_a, merged_b, merged_at, low, blocked, done) = merges
    room = max(16, 2 * len(work))
    heap = (np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64))
    filled = 0
    for i in range(len(work)):
        slot = work[i]
        h = height(slot, state)
        if alive[slot] and not hard[slot] and h >= cut:
            filled = _push(heap, filled, (h, _pair_key(one[slot], other[slot]), slot, stamp[slot]))
    stash = np.empty(room, np.int64)
    stashed = 0
    changed = np.empty(64, np.int64)
    while filled > 0:
        h, slot, when = heap[0][0], heap[2][0], heap[3][0]
        filled = _pop(heap, filled)
        if not alive[slot] or when != stamp[slot] or hard[slot]:
            continue
        a, b = min(one[slot], other[slot]), max(one[slot], other[slot])
        incomplete = seen[slot] < min(size[a] * size[b], most)
        if blocked[component[a]] or incomplete:
            blocked[component[a]] = True
            if stashed == len(stash):
                longer = np.empty(2 * stashed, np.int64)
                longer[:stashed] = stash
                stash = longer
            stash[stashed] = slot
            stashed += 1
            continue
        if shared_group(a, b, clusters):
            hard[slot] = True
            continue
        degree = 0
        at = head[b]
        while at >= 0:
            degree += 1
            at = _next_of(at, b, links)
        if degree > len(changed):
            changed = np.empty(2 * degree, np.int64)
        found = join_links(a, b, links, flags, state, changed)
        join_members(a, b, clusters)
        cluster[b] = a
        low[a] = min(h, low[a], low[b])
        merged_a[done[0]], merged_b[done[0]], merged_at[done[0]] = a, b, low[a]
        done[0] += 1
        for i in range(found):
            near = changed[i]
            h = height(near, state)
            if not hard[near] and h >= cut:
                if filled == len(heap[0]):
                    heap = _grown(heap)
                filled = _push(heap, filled, (h, _pair_key(one[near], other[near]), near, stamp[near]))
    for i in range(stashed):
        blocked[component[one[stash[i]]]] = False
    return stash[:stashed]


@njit(cache=True, nogil=True)
def _find(table, key):  # type: ignore[no-untyped-def]
    """Place of a key in an open-addressed table, or of the gap where it belongs."""
    mask = np.uint64(len(table) - 1)
    at = (key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & mask
    while table[at] != np.uint64(0) and table[at] != key:
        at = (at + np.uint64(1)) & mask
    return at


@njit(cache=True, nogil=True)
def remember(table, left, right):  # type: ignore[no-untyped-def]
    """Enter pairs into the table of known pairs."""
    for p in range(len(left)):
        key = np.uint64(_pair_key(left[p], right[p])) + np.uint64(1)
        table[_find(table, key)] = key


@njit(cache=True, nogil=True)
def unseen_pairs(work, most, table, clusters, links, flags):  # type: ignore[no-untyped-def]
    """Pairs between the clusters of incomplete slots that nobody compared, and their slots."""
    (one, other, next_one, next_other, head, mark) = links
    (alive, hard, seen, stamp) = flags
    (following, last, size, group, seen_group) = clusters
    total = 0
    for w in range(len(work)):
        slot = work[w]
        if alive[slot]:
            total += max(0, min(size[one[slot]] * size[other[slot]], most) - seen[slot])
    left, right = np.empty(total, np.int64), np.empty(total, np.int64)
    slots = np.empty(total, np.int64)
    found = 0
    for w in range(len(work)):
        slot = work[w]
        if not alive[slot]:
            continue
        wanted = min(size[one[slot]] * size[other[slot]], most) - seen[slot]
        i = one[slot]
        while i >= 0 and wanted > 0:
            j = other[slot]
            while j >= 0 and wanted > 0:
                key = np.uint64(_pair_key(i, j)) + np.uint64(1)
                if table[_find(table, key)] != key:
                    left[found], right[found], slots[found] = min(i, j), max(i, j), slot
                    found += 1
                    wanted -= 1
                j = following[j]
            i = following[i]
    return left[:found], right[:found], slots[:found]
