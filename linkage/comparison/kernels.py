"""Compiled string comparison over code points, for millions of pairs.

Few kernels, driven by data: one measures Jaro-Winkler similarity, one bounds the edit distance, one
walks over pairs and grades them by the ladder of their kind. Every script is read alike, because
values are code points, not bytes. The tests hold them against rapidfuzz.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NAME, NUMBER, DIGITS, POSTCODE, EMAIL = 0, 1, 2, 3, 4
"""Ladders of levels; see :data:`linkage.comparison.text.LADDERS`."""

_SPACE = 32
_AT = 64


@njit(cache=True, nogil=True)
def _bits(x):  # type: ignore[no-untyped-def]
    """Number of bits set (Warren, Hacker's Delight)."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def _matched(points, a0, a1, b0, b1, places):  # type: ignore[no-untyped-def]
    """Points of either stretch that have a partner in the other, as bits; ``places`` is scratch, all zero.

    Each point takes the first free equal one within the window, found among the bits of its places.
    """
    la, lb = a1 - a0, b1 - b0
    window = max(max(la, lb) // 2 - 1, 0)
    one, every = np.uint64(1), ~np.uint64(0)
    for j in range(lb):
        places[points[b0 + j] & 255] |= one << np.uint64(j)
    taken = np.uint64(0)
    matched = np.uint64(0)
    for i in range(la):
        low, high = max(0, i - window), min(lb, i + window + 1)
        if low >= high:
            break
        within = (every << np.uint64(low)) & (every >> np.uint64(64 - high))
        free = places[points[a0 + i] & 255] & within & ~taken
        while free:
            bit = free & (~free + one)
            if points[b0 + _bits(bit - one)] == points[a0 + i]:
                taken |= bit
                matched |= one << np.uint64(i)
                break
            free ^= bit  # another point with the same low byte
    for j in range(lb):
        places[points[b0 + j] & 255] = 0
    return matched, taken


@njit(cache=True, nogil=True)
def _similarity(points, a0, a1, b0, b1, places):  # type: ignore[no-untyped-def]
    """Jaro-Winkler similarity with scratch of 256 zeros."""
    la, lb = a1 - a0, b1 - b0
    if la == 0 or lb == 0:
        return 0.0
    matched, taken = _matched(points, a0, a1, b0, b1, places)
    common = _bits(matched)
    if common == 0:
        return 0.0
    transposed = 0
    one = np.uint64(1)
    while matched:
        first, second = matched & (~matched + one), taken & (~taken + one)
        transposed += points[a0 + _bits(first - one)] != points[b0 + _bits(second - one)]
        matched ^= first
        taken ^= second
    half = transposed // 2
    jaro = (common / la + common / lb + (common - half) / common) / 3.0
    prefix = 0
    while prefix < min(4, la, lb) and points[a0 + prefix] == points[b0 + prefix]:
        prefix += 1
    return jaro + 0.1 * prefix * (1.0 - jaro) if jaro > 0.7 else jaro


@njit(cache=True, nogil=True)
def jaro_winkler(points, a0, a1, b0, b1):  # type: ignore[no-untyped-def]
    """Jaro-Winkler similarity (prefix weight .1, four letters) of two stretches of at most 64 points."""
    return _similarity(points, a0, a1, b0, b1, np.zeros(256, np.uint64))


@njit(cache=True, nogil=True)
def letter_sets(points, offsets):  # type: ignore[no-untyped-def]
    """The code points of each value as a set of 64 bits; different points may share a bit."""
    out = np.zeros(len(offsets) - 1, np.uint64)
    for v in range(len(out)):
        for i in range(offsets[v], offsets[v + 1]):
            out[v] |= np.uint64(1) << np.uint64(points[i] & 63)
    return out


@njit(cache=True, nogil=True)
def counted(codes, size):  # type: ignore[no-untyped-def]
    """How often each code stands among the alternatives of all records, and the records that have any."""
    counts, filled = np.zeros(size), 0
    for i in range(codes.shape[1]):
        some = False
        for x in range(codes.shape[0]):
            if codes[x, i] >= 0:
                counts[codes[x, i]] += 1.0
                some = True
        filled += some
    return counts, filled


@njit(cache=True, nogil=True)
def hopeless(la, lb, set_a, set_b):  # type: ignore[no-untyped-def]
    """Whether Jaro similarity cannot exceed .7, below which Winkler's prefix does not count either.

    A letter that only one value has is matched by none, which bounds the number of common letters.
    """
    common = min(la - _bits(set_a & ~set_b), lb - _bits(set_b & ~set_a))
    return common <= 0 or (common / la + common / lb + 1.0) / 3.0 <= 0.7


@njit(cache=True, nogil=True)
def _may_be_similar(points, a0, a1, b0, b1, sets):  # type: ignore[no-untyped-def]
    """Whether the letters in common and the common beginning allow a Jaro-Winkler similarity of .8."""
    la, lb = a1 - a0, b1 - b0
    prefix = 0
    while prefix < min(4, la, lb) and points[a0 + prefix] == points[b0 + prefix]:
        prefix += 1
    common = min(la - _bits(sets[0] & ~sets[1]), lb - _bits(sets[1] & ~sets[0]))
    jaro = (common / la + common / lb + 1.0) / 3.0
    return jaro + 0.1 * prefix * (1.0 - jaro) >= 0.799


@njit(cache=True, nogil=True)
def within_one(points, a0, a1, b0, b1):  # type: ignore[no-untyped-def]
    """Whether one insertion, deletion, substitution or swap of neighbours at most parts two stretches."""
    while a0 < a1 and b0 < b1 and points[a0] == points[b0]:
        a0 += 1
        b0 += 1
    while a0 < a1 and b0 < b1 and points[a1 - 1] == points[b1 - 1]:
        a1 -= 1
        b1 -= 1
    la, lb = a1 - a0, b1 - b0
    if la <= 1 and lb <= 1:
        return True
    return la == 2 and lb == 2 and points[a0] == points[b0 + 1] and points[a0 + 1] == points[b0]


@njit(cache=True, nogil=True)
def within_two(points, a0, a1, b0, b1):  # type: ignore[no-untyped-def]
    """Whether the optimal string alignment distance is at most two: one edit here, one in the rest."""
    while a0 < a1 and b0 < b1 and points[a0] == points[b0]:
        a0 += 1
        b0 += 1
    while a0 < a1 and b0 < b1 and points[a1 - 1] == points[b1 - 1]:
        a1 -= 1
        b1 -= 1
    la, lb = a1 - a0, b1 - b0
    if la <= 2 and lb <= 2:
        return True
    if abs(la - lb) > 2:
        return False
    if la > 0 and within_one(points, a0 + 1, a1, b0, b1):
        return True
    if lb > 0 and within_one(points, a0, a1, b0 + 1, b1):
        return True
    if la > 0 and lb > 0 and within_one(points, a0 + 1, a1, b0 + 1, b1):
        return True
    swap = la > 1 and lb > 1 and points[a0] == points[b0 + 1] and points[a0 + 1] == points[b0]
    return swap and within_one(points, a0 + 2, a1, b0 + 2, b1)


@njit(cache=True, nogil=True)
def _same(points, a0, a1, b0, b1):  # type: ignore[no-untyped-def]
    if a1 - a0 != b1 - b0:
        return False
    i = 0
    while i < a1 - a0 and points[a0 + i] == points[b0 + i]:
        i += 1
    return i == a1 - a0


@njit(cache=True, nogil=True)
def _numbered_apart(points, a0, a1, b0, b1):  # type: ignore[no-untyped-def]
    """Whether two stretches differ, and in nothing but digits."""
    if _same(points, a0, a1, b0, b1):
        return False
    while True:
        while a0 < a1 and 48 <= points[a0] <= 57:
            a0 += 1
        while b0 < b1 and 48 <= points[b0] <= 57:
            b0 += 1
        if a0 == a1 or b0 == b1:
            return a0 == a1 and b0 == b1
        if points[a0] != points[b0]:
            return False
        a0 += 1
        b0 += 1


@njit(cache=True, nogil=True)
def _until(points, a0, a1, sign):  # type: ignore[no-untyped-def]
    """End of the stretch before the first ``sign``."""
    for i in range(a0, a1):
        if points[i] == sign:
            return i
    return a1


@njit(cache=True, nogil=True)
def _partly(points, a0, a1, b0, b1):  # type: ignore[no-untyped-def]
    """Whether one is a prefix or initial of the other, or they share their first or last word."""
    ea, eb = _until(points, a0, a1, _SPACE), _until(points, b0, b1, _SPACE)
    la, lb = ea - a0, eb - b0
    short = min(la, lb)
    if (short >= 3 or short == 1) and _same(points, a0, a0 + short, b0, b0 + short):
        return True
    if ea == a1 and eb == b1:
        return False
    sa, sb = a1, b1
    while sa > a0 and points[sa - 1] != _SPACE:
        sa -= 1
    while sb > b0 and points[sb - 1] != _SPACE:
        sb -= 1
    return (
        _same(points, a0, ea, b0, eb)
        or _same(points, sa, a1, sb, b1)
        or (_same(points, sa, a1, b0, eb) or _same(points, a0, ea, sb, b1))
    )


@njit(cache=True, nogil=True)
def _name(points, a0, a1, b0, b1, sets, places):  # type: ignore[no-untyped-def]
    similar = 0.0
    # One edit in four letters or more leaves a similarity above .8, so hopeless is no near match either.
    if not hopeless(a1 - a0, b1 - b0, sets[0], sets[1]) and _may_be_similar(points, a0, a1, b0, b1, sets):
        similar = _similarity(points, a0, a1, b0, b1, places)
        if similar >= 0.92 or (max(a1 - a0, b1 - b0) > 3 and within_one(points, a0, a1, b0, b1)):
            return 1
    # Without a space in either there are no words, and a common beginning begins with the first letter.
    words = ((sets[0] | sets[1]) >> np.uint64(_SPACE)) & np.uint64(1)
    if (words or points[a0] == points[b0]) and _partly(points, a0, a1, b0, b1):
        return 2
    return 3 if similar >= 0.8 else 4


@njit(cache=True, nogil=True)
def _grade(words, a, b, ladder):  # type: ignore[no-untyped-def]
    """Level of two different values on a ladder."""
    (points, offsets, sets, places) = words
    a0, a1, b0, b1 = offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]
    if ladder == NAME:
        return _name(points, a0, a1, b0, b1, (sets[a], sets[b]), places)
    if ladder == EMAIL:
        ea, eb = _until(points, a0, a1, _AT), _until(points, b0, b1, _AT)
        if within_one(points, a0, a1, b0, b1):
            # Two boxes of one name are told apart by their numbers: that is no typing error.
            return 3 if _numbered_apart(points, a0, ea, b0, eb) else 1
        if _same(points, a0, ea, b0, eb):
            return 2
        return 3 if _similarity(points, a0, ea, b0, eb, places) >= 0.92 else 4
    short = min(a1 - a0, b1 - b0)
    if short > 1 and within_one(points, a0, a1, b0, b1):
        return 1
    if ladder == POSTCODE:
        # The last three letters of a long code, the last two of a short one, name streets.
        tail = 3 if short > 4 else 2
        if a1 - a0 == b1 - b0 and short > tail and _same(points, a0, a1 - tail, b0, b1 - tail):
            return 2
        return 3 if short >= 2 and _same(points, a0, a0 + 2, b0, b0 + 2) else 4
    if ladder == DIGITS and short > 3:
        if within_two(points, a0, a1, b0, b1):
            return 2
        # Of a number cut short the last digits are kept, or the first.
        if _same(points, a0, a0 + short, b0, b0 + short) or _same(points, a1 - short, a1, b1 - short, b1):
            return 3
    return 4


@njit(cache=True, nogil=True)
def grade_pairs(words, codes, frequency, pairs, ladder, out):  # type: ignore[no-untyped-def]
    """Best level over the alternatives of both sides, with the frequency of the values that gave it.

    ``words`` are points, offsets and letter sets of a vocabulary; ``codes`` the codes of the left and of
    the right attribute, each of the shape (alternatives, records); ``pairs`` left and right rows; ``out``
    levels and rarity to fill in. 255 stands where a side is empty.
    """
    (codes_a, codes_b), (left, right), (levels, rarity) = codes, pairs, out
    scratch = (words[0], words[1], words[2], np.zeros(256, np.uint64))
    for p in range(len(left)):
        best = 255
        rare = 0.0
        for x in range(codes_a.shape[0]):
            a = codes_a[x, left[p]]
            if a < 0:
                continue
            for y in range(codes_b.shape[0]):
                b = codes_b[y, right[p]]
                if b < 0:
                    continue
                level = 0
                if a != b:
                    level = _grade(scratch, a, b, ladder)
                common = max(frequency[a], frequency[b])
                if level < best or (level == best and common < rare):
                    best = level
                    rare = common
        levels[p] = best
        rarity[p] = rare


@njit(cache=True, nogil=True)
def crosswise(codes, partner, left, right):  # type: ignore[no-untyped-def]
    """Whether a value of one record is equal to one of the other attribute of the other record."""
    out = np.zeros(len(left), np.bool_)
    for p in range(len(left)):
        i, j = left[p], right[p]
        for x in range(codes.shape[0]):
            for y in range(partner.shape[0]):
                a, b = codes[x, i], codes[x, j]
                out[p] |= (a >= 0 and a == partner[y, j]) or (b >= 0 and b == partner[y, i])
    return out


@njit(cache=True, nogil=True)
def slipped(a, b, digits):  # type: ignore[no-untyped-def]
    """Whether two numbers of so many digits differ by one of them at most, or by two neighbours swapped."""
    differing, first, place = 0, -1, 0
    da0 = db0 = 0
    while place < digits:
        da, db = a % 10, b % 10
        if da != db:
            differing += 1
            if differing == 1:
                first, da0, db0 = place, da, db
            elif differing > 2 or place != first + 1 or da != db0 or db != da0:
                return False
        a //= 10
        b //= 10
        place += 1
    return True


@njit(cache=True, nogil=True)
def grade_dates(year, month, day, left, right, levels):  # type: ignore[no-untyped-def]
    """Level of each pair of dates in parts; 0 in a part means that it is not known."""
    for p in range(len(left)):
        i, j = left[p], right[p]
        if year[i] == 0 or year[j] == 0:
            levels[p] = 255
            continue
        y = year[i] == year[j]
        m = month[i] == month[j]
        d = day[i] == day[j]
        whole = month[i] > 0 and month[j] > 0 and day[i] > 0 and day[j] > 0
        if y and m and d:
            levels[p] = 0
        elif not whole:
            known = month[i] > 0 and month[j] > 0
            apart = abs(year[i] - year[j])
            if y:
                levels[p] = 2 if m and known else 3
            elif month[i] > 0 or month[j] > 0 or apart > 3:
                levels[p] = 4
            else:
                # Years alone are mostly ages counted back: one off is as usual as right.
                levels[p] = 1 if apart == 1 else 3
        elif (y and month[i] == day[j] and day[i] == month[j]) or slipped(
            year[i] * 10000 + month[i] * 100 + day[i], year[j] * 10000 + month[j] * 100 + day[j], 8
        ):
            levels[p] = 1
        elif (y and (m or d)) or (m and d):
            levels[p] = 2
        else:
            levels[p] = 3 if y else 4
