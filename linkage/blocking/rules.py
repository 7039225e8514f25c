"""Blocking rules: which records are worth comparing because they share a key.

A rule gives each record a 64-bit key, or several where an attribute has several values (homes,
numbers). Keys are hashes made here, once, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit, types

from linkage.errors import LinkageError

Keys: TypeAlias = npt.NDArray[np.uint64]

NO_KEY = np.uint64(0)
"""A record with this key is in no block of the rule."""


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """Records with equal keys are candidates.

    Blocks above the cap are split by ``refinements``, one key per record each, in order; so a block
    of all the Jensens becomes the Jensens of one year rather than nothing.
    """

    name: str
    keys: Keys
    rows: npt.NDArray[np.int64] | None = None
    """The record of each key; None when key i is of record i."""
    refinements: tuple[Keys | Callable[[], Keys], ...] = ()
    """Keys, or what makes them once they are wanted: most blocks are never too large."""

    def __post_init__(self) -> None:
        if self.rows is not None and len(self.rows) != len(self.keys):
            raise LinkageError("keys and rows differ in number", where=f"blocking rule {self.name}")


def _mixed(values: Keys) -> Keys:
    """Finaliser of SplitMix64 (Steele et al. 2014): equal inputs stay equal, near ones part."""
    with np.errstate(over="ignore"):
        x = values + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)))


def code_keys(codes: npt.NDArray[np.integer]) -> Keys:
    """Keys of integer codes; a negative code has none.

    >>> code_keys(np.array([0, 5, -1, 5]))[2:] == [0, code_keys(np.array([5]))[0]]
    array([ True,  True])
    """
    keys = _mixed((codes.astype(np.int64) + 1).astype(np.uint64))
    return np.asarray(np.where(codes < 0, NO_KEY, np.maximum(keys, np.uint64(1))))


@njit(cache=True, nogil=True)
def mixed_codes(a, b):  # type: ignore[no-untyped-def]
    """Finaliser of SplitMix64 over two codes side by side: one to one, so that no two keys meet."""
    x = (np.uint64(a) << np.uint64(32)) | np.uint64(b)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


_CODES = types.Array(types.int32, 1, "C", readonly=True)


@njit(types.uint64[::1](_CODES, _CODES), cache=True, nogil=True)
def paired_keys(a, b):  # type: ignore[no-untyped-def]
    """Keys of two codes that must both agree; none where either is negative."""
    out = np.zeros(len(a), np.uint64)
    for i in range(len(a)):
        if a[i] >= 0 and b[i] >= 0:
            # Codes count from 0, whose mix alone would be no key.
            out[i] = mixed_codes(a[i] + np.int64(1), b[i])
    return out


def combined_keys(*keys: Keys) -> Keys:
    """One key for several that must all agree; none where any is missing."""
    mixed = keys[0]
    missing = keys[0] == NO_KEY
    for more in keys[1:]:
        with np.errstate(over="ignore"):
            mixed = _mixed(mixed * np.uint64(31) + more)
        missing = missing | (more == NO_KEY)
    return np.asarray(np.where(missing, NO_KEY, np.maximum(mixed, np.uint64(1))))
