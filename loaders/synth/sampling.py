"""Vectorised draws and groupings that every part of the simulation uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Reals = NDArray[np.float64]
Texts = NDArray[np.object_]
Rng = np.random.Generator

STREAMS = (
    "places", "names", "people", "deaths", "births", "couples", "moves", "incidents", "records", "mentions",
    "identifiers", "addresses", "notifications", "feed", "migration", "numbers", "children", "streets", "protection",
)  # fmt: skip


def streams(seed: int) -> dict[str, Rng]:
    """One independent generator per part, so that a change in one does not reshuffle the others."""
    children = np.random.SeedSequence(seed).spawn(len(STREAMS))
    return {name: np.random.default_rng(child) for name, child in zip(STREAMS, children, strict=True)}


def at_age(table: Sequence[tuple[int, float]], ages: NDArray[Any]) -> Reals:
    """The value of a step table at each age; before its first age, 0.

    >>> at_age([(18, 0.5), (30, 0.1)], np.array([17, 18, 29.5, 40])).tolist()
    [0.0, 0.5, 0.5, 0.1]
    """
    steps = np.array([a for a, _ in table], dtype=float)
    values = np.array([0.0, *(v for _, v in table)])
    result: Reals = values[np.searchsorted(steps, ages, side="right")]
    return result


def choose(rng: Rng, weights: NDArray[Any] | Sequence[float], n: int) -> Ints:
    """``n`` indices drawn with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    drawn = np.searchsorted(edges, rng.random(n) * edges[-1], side="right")
    return np.asarray(np.minimum(drawn, len(edges) - 1), dtype=np.int64)


def pick_kind(rng: Rng, table: Sequence[tuple[str, float]], n: int) -> Texts:
    """``n`` names drawn from a table of (name, weight)."""
    names = np.array([k for k, _ in table], dtype=object)
    drawn: Texts = names[choose(rng, [w for _, w in table], n)]
    return drawn


def ragged(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Flat positions of many runs, and the run each belongs to.

    >>> [a.tolist() for a in ragged(np.array([5, 0]), np.array([2, 1]))]
    [[5, 6, 0], [0, 0, 1]]
    """
    owner = np.repeat(np.arange(len(starts)), counts)
    first = np.cumsum(counts) - counts
    return starts[owner] + np.arange(len(owner)) - first[owner], owner


def rank_in_group(keys: Ints) -> Ints:
    """How many earlier positions hold the same key.

    >>> rank_in_group(np.array([7, 3, 7, 7, 3])).tolist()
    [0, 0, 1, 2, 1]
    """
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    fresh = np.r_[True, ordered[1:] != ordered[:-1]]
    starts = np.flatnonzero(fresh)
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    return ranks


def first_of_each(keys: Ints) -> Bools:
    """True where a key appears for the first time.

    >>> first_of_each(np.array([7, 3, 7])).tolist()
    [True, True, False]
    """
    return np.asarray(rank_in_group(keys) == 0)


def per_period(yearly: NDArray[Any] | float, days: NDArray[Any] | float) -> Reals:
    """The chance within ``days`` of what has the chance ``yearly`` in a year."""
    return np.asarray(1.0 - (1.0 - np.clip(yearly, 0.0, 0.98)) ** (np.asarray(days) / 365.25), dtype=float)
