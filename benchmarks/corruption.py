"""Errors put into clean columns of text, as hands and forms make them; every draw comes from a given generator.

A column is an object array of texts or None. Each function changes a share of the known values in place
and leaves the missing ones missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Rng: TypeAlias = np.random.Generator
Texts: TypeAlias = npt.NDArray[Any]
Share: TypeAlias = float | npt.NDArray[np.float64]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def typing_error(text: str, rng: Rng) -> str:
    """One letter or digit replaced, lost, added or exchanged with its neighbour.

    >>> typing_error("jensen", np.random.default_rng(3)) != "jensen"
    True
    """
    at = int(rng.integers(len(text)))
    other = str(int(rng.integers(10))) if text[at].isdigit() else _LETTERS[int(rng.integers(26))]
    kind = int(rng.integers(4))
    if kind == 0 and len(text) > 2:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + other + text[at:]
    if kind == 2 and at + 1 < len(text) and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if other == text[at]:
        other = "x" if text[at] != "x" else "e"
    return text[:at] + other + text[at + 1 :]


def wrong_digit(text: str, rng: Rng) -> str:
    """One digit replaced by another."""
    places = [i for i, sign in enumerate(text) if sign.isdigit()]
    if not places:
        return text
    at = places[int(rng.integers(len(places)))]
    return text[:at] + str((int(text[at]) + 1 + int(rng.integers(9))) % 10) + text[at + 1 :]


def day_and_month_exchanged(date: str, rng: Rng) -> str:
    """An ISO date with day and month exchanged, whatever date that makes; a year alone as it is.

    >>> day_and_month_exchanged("1990-03-27", np.random.default_rng(1))
    '1990-27-03'
    """
    return f"{date[:4]}-{date[8:]}-{date[5:7]}" if len(date) == 10 else date


def initial(text: str, rng: Rng) -> str:
    """The first letter alone."""
    return text[:1]


def _hit(column: Texts, share: Share, rng: Rng) -> npt.NDArray[np.int64]:
    known = np.array([value is not None and value != "" for value in column], dtype=np.bool_)
    return np.flatnonzero((rng.random(len(column)) < share) & known)


def spoil(column: Texts, share: Share, error: Callable[[str, Rng], str], rng: Rng) -> None:
    """Put an error into a share of a column; ``share`` may differ by row."""
    for row in _hit(column, share, rng):
        column[row] = error(column[row], rng)


def lose(column: Texts, share: Share, rng: Rng) -> None:
    """Leave out a share of a column's values."""
    column[rng.random(len(column)) < share] = None


def exchange(one: Texts, other: Texts, share: Share, rng: Rng) -> None:
    """Write the values of two columns into each other's place in a share of the rows."""
    rows = np.flatnonzero(rng.random(len(one)) < share)
    one[rows], other[rows] = other[rows].copy(), one[rows].copy()
