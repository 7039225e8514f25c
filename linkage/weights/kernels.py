"""Compiled scoring: every pair is looked up once in small tables of bits."""

from __future__ import annotations

import numpy as np
from numba import njit

NULL = 7
"""Column of the tables of bits for null, above the highest level."""


@njit(cache=True, nogil=True)
def joined(bits, more):  # type: ignore[no-untyped-def]
    """log2(2^bits + 2^more)."""
    high, low = max(bits, more), min(bits, more)
    return high if high - low > 50.0 else high + np.log2(1.0 + 2.0 ** (low - high))


@njit(cache=True, nogil=True)
def weigh(levels, rarity, one_person, kinds, out):  # type: ignore[no-untyped-def]
    """Match weight of each pair.

    ``one_person`` are the prior, and by comparison and level the bits and the share of a rare value, and
    log2 u of the exact level; ``kinds`` are comparison and tables of each column, start and prior of
    each kind, shares of relatives by comparison, and the side of each kind.
    """
    (prior, bits, share, exact) = one_person
    (column, column_bits, column_share, start, kind_prior, kin, kind_match) = kinds
    rare = np.empty(levels.shape[1])
    for p in range(len(levels)):
        total, related = prior, 1.0
        for k in range(levels.shape[1]):
            rare[k] = 0.0 if np.isnan(rarity[p, k]) else exact[k] - rarity[p, k]
            level = min(levels[p, k], NULL)
            own = bits[k, level] + share[k, level] * rare[k]
            total += own
            if kin[k] > 0.0 and own > 0.0:
                related += kin[k] * 2.0**own
        against, with_others = 0.0, 0.0
        for c in range(len(kind_prior)):
            kind = kind_prior[c] + (np.log2(related) if c == 0 else 0.0)
            for s in range(start[c], start[c + 1]):
                k = column[s]
                level = min(levels[p, k], NULL)
                kind += column_bits[s, level] + column_share[s, level] * rare[k]
            if kind_match[c]:
                with_others = joined(with_others, kind)
            else:
                against = joined(against, kind)
        out[p] = total + with_others - against


@njit(cache=True, nogil=True)
def evidence(levels, rarity, one_person, kinds, out):  # type: ignore[no-untyped-def]
    """Bits of each pair by comparison, and by column of the other kinds of pair; see :func:`weigh`."""
    (_, bits, share, exact) = one_person
    (column, column_bits, column_share, _, _, _, _) = kinds
    (match, columns) = out
    for p in range(len(levels)):
        for k in range(levels.shape[1]):
            rare = 0.0 if np.isnan(rarity[p, k]) else exact[k] - rarity[p, k]
            level = min(levels[p, k], NULL)
            match[p, k] = bits[k, level] + share[k, level] * rare
        for s in range(len(column)):
            k = column[s]
            rare = 0.0 if np.isnan(rarity[p, k]) else exact[k] - rarity[p, k]
            level = min(levels[p, k], NULL)
            columns[p, s] = column_bits[s, level] + column_share[s, level] * rare
