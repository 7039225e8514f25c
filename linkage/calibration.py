"""Are stated probabilities true? Links stated at .9 should be right nine times in ten.

Reliability holds stated probabilities against what is known of a sample: true persons, or judgements. Where
nothing is known, the probabilities can at least be held against the decisions that were made with them:
:func:`expectation` says how many right pairs they promise, among those that were joined and among the rest.
Neither changes a probability; whether one is used afterwards is for the reader of the figures.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.errors import LinkageError

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

EDGES = (0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)
"""Borders of the bins, closer towards the ends, where nearly all pairs are. A bin holds its lower border."""

SURE = 0.99
"""Stated probability from which a link is read as certain by whoever reads it."""

_Z95 = 1.959963984540054


def wilson(right: float, n: float, z: float = _Z95) -> tuple[float, float]:
    """95 % interval of a share, good for few cases and for shares near 0 and 1 (Wilson 1927).

    Cases are taken as independent; pairs of one person are not, so the interval of pairs is too narrow.

    >>> [round(x, 3) for x in wilson(0, 10)], wilson(0, 0)
    ([0.0, 0.278], (0.0, 1.0))
    """
    if n <= 0:
        return 0.0, 1.0
    share, square = right / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z * np.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Share:
    """A counted share with its 95 % Wilson interval; 0 of 0 is no share at all."""

    right: int
    n: int
    share: float | None
    interval: tuple[float, float]

    @classmethod
    def of(cls, right: int, n: int) -> Share:
        """Count made share.

        >>> Share.of(3, 4).share
        0.75
        """
        return cls(int(right), int(n), right / n if n else None, wilson(right, n))


@dataclass(frozen=True, slots=True)
class Bin:
    """Links whose stated probability lies in ``[low, high)`` (the last bin holds 1 too)."""

    low: float
    high: float
    stated: float
    """Mean stated probability."""
    observed: Share

    @property
    def agrees(self) -> bool:
        """Whether the stated mean lies within the observed interval."""
        low, high = self.observed.interval
        return low <= self.stated <= high


@dataclass(frozen=True, slots=True)
class Reliability:
    """Stated probabilities beside what came true."""

    bins: tuple[Bin, ...]
    """Bins that hold any link, by probability."""
    sure: Share
    """Links stated at :data:`SURE` or more."""
    expected: float
    """Right links that the probabilities promise: their sum."""
    right: int
    n: int
    error: float
    """Mean distance of stated from observed share over bins, weighted by their links."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, shares rounded."""
        return {
            "n": self.n,
            "right": self.right,
            "expected_right": round(self.expected, 1),
            "sure": share_json(self.sure) | {"stated_from": SURE},
            "calibration_error": round(self.error, 5),
            "bins": [
                {"low": b.low, "high": b.high, "stated": round(b.stated, 5)} | share_json(b.observed) for b in self.bins
            ],
        }


def share_json(share: Share) -> dict[str, Any]:
    """A share as plain rounded values."""
    low, high = share.interval
    rounded = None if share.share is None else round(share.share, 5)
    return {"right": share.right, "n": share.n, "share": rounded, "interval": [round(low, 5), round(high, 5)]}


def _bin_of(stated: Floats) -> npt.NDArray[np.int64]:
    return np.clip(np.searchsorted(EDGES, stated, side="right") - 1, 0, len(EDGES) - 2)


def reliability(stated: Floats, right: Flags) -> Reliability:
    """Bin stated probabilities and count what came true.

    Args:
        stated: Probability of each link, shape (links,).
        right: Whether it was so, the same shape.

    Raises:
        LinkageError: The two differ in length, or a probability is none.

    >>> found = reliability(np.array([0.995, 0.995, 0.2]), np.array([True, True, False]))
    >>> found.sure.share, [b.observed.n for b in found.bins]
    (1.0, [1, 2])
    """
    if len(stated) != len(right):
        raise LinkageError("probabilities and outcomes differ in length", where="calibration")
    if not (np.isfinite(stated).all() and ((stated >= 0) & (stated <= 1)).all()):
        raise LinkageError("a probability is missing or outside 0 to 1", where="calibration")
    place, size = _bin_of(stated), len(EDGES) - 1
    n = np.bincount(place, minlength=size)
    sums = np.bincount(place, weights=stated, minlength=size)
    hits = np.bincount(place, weights=right, minlength=size)
    bins = tuple(
        Bin(EDGES[i], EDGES[i + 1], float(sums[i] / n[i]), Share.of(int(hits[i]), int(n[i]))) for i in np.flatnonzero(n)
    )
    sure = stated >= SURE
    return Reliability(
        bins=bins,
        sure=Share.of(int((right & sure).sum()), int(sure.sum())),
        expected=float(stated.sum()),
        right=int(right.sum()),
        n=len(stated),
        error=float(np.abs(sums - hits).sum() / max(len(stated), 1)),
    )


def _looked_up(ids: pa.ChunkedArray, table: pa.Table, column: str) -> tuple[pa.Array, Flags]:
    """Value of ``column`` for each record id, and whether the id is known."""
    rows = pc.index_in(ids.cast(pa.string()), table.column("record_id").cast(pa.string()))
    rows = rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
    values = table.column(column).combine_chunks().take(rows)
    return values, np.asarray(pc.is_valid(values).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _alike(left: pa.ChunkedArray, right: pa.ChunkedArray, table: pa.Table, column: str) -> tuple[Flags, Flags]:
    """Whether both records have one value of ``column``, and whether both have any."""
    one, known = _looked_up(left, table, column)
    other, known_too = _looked_up(right, table, column)
    both = known & known_too
    same = pc.fill_null(pc.equal(one, other), False).to_numpy(zero_copy_only=False)
    return np.asarray(same, dtype=np.bool_) & both, both


def _stated(table: pa.Table) -> Floats:
    return np.asarray(table.column("probability").to_numpy(), dtype=np.float64)


def pair_reliability(pairs: pa.Table, labels: pa.Table, entities: pa.Table | None = None) -> Reliability:
    """Reliability of scored pairs against true persons.

    Args:
        pairs: ``left``, ``right`` (record ids) and ``probability``.
        labels: ``record_id`` and ``person``; pairs with an unlabelled record are passed over.
        entities: ``record_id`` and ``entity_id``: then only pairs that ended in one entity count, which are
            the links a user sees.
    """
    if entities is not None:
        joined, _ = _alike(pairs.column("left"), pairs.column("right"), entities, "entity_id")
        pairs = pairs.filter(pa.array(joined))
    right, known = _alike(pairs.column("left"), pairs.column("right"), labels, "person")
    return reliability(_stated(pairs)[known], right[known])


def link_reliability(links: pa.Table, labels: pa.Table) -> Reliability:
    """Reliability of mentions' links to the record of their entity that they agree with best.

    Args:
        links: ``record_id``, ``anchor_id`` (null when alone: passed over) and ``probability``.
        labels: ``record_id`` and ``person``.
    """
    linked = links.filter(pc.is_valid(links.column("anchor_id")))
    right, known = _alike(linked.column("record_id"), linked.column("anchor_id"), labels, "person")
    return reliability(_stated(linked)[known], right[known])


def judged_reliability(pairs: pa.Table, judgements: pa.Table) -> Reliability:
    """Reliability of scored pairs against judgements, the latest of each pair; *unsure* ones are passed over.

    Judged pairs are seldom drawn at random: those that somebody doubted are judged first, so the figures
    are those of doubtful pairs unless the sample says otherwise.

    Args:
        pairs: ``left``, ``right`` and ``probability``; every pair once, in either order.
        judgements: ``left``, ``right``, ``verdict`` (same, different, unsure) in the order they were made.
    """
    keys = _ordered(judgements)
    latest: dict[tuple[str, str], str] = dict(zip(keys, judgements.column("verdict").to_pylist(), strict=True))
    found = [latest.get(key) for key in _ordered(pairs)]
    known = np.array([verdict in ("same", "different") for verdict in found], dtype=np.bool_)
    right = np.array([verdict == "same" for verdict in found], dtype=np.bool_)
    return reliability(_stated(pairs)[known], right[known])


def _ordered(table: pa.Table) -> list[tuple[str, str]]:
    left, right = (table.column(name).to_pylist() for name in ("left", "right"))
    return [(a, b) if a <= b else (b, a) for a, b in zip(left, right, strict=True)]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the probabilities promise about the decisions made with them; no labels are needed.

    It is the model's word about itself: it shows where clusters and pair weights disagree, not whether
    either is right.
    """

    pairs: int
    """Scored pairs."""
    joined: int
    """Of them, those whose records are one entity."""
    expected: float
    """Right pairs among all: the sum of their probabilities."""
    expected_joined: float
    """Right pairs among the joined."""

    @property
    def precision(self) -> float | None:
        """Share of the joined pairs that the model takes for right."""
        return self.expected_joined / self.joined if self.joined else None

    @property
    def recall(self) -> float | None:
        """Share of the right scored pairs that were joined, by the model's word; blocking's losses are not in it."""
        return self.expected_joined / self.expected if self.expected else None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        figures = {"precision": self.precision, "recall": self.recall}
        return asdict(self) | {k: None if v is None else round(v, 5) for k, v in figures.items()}


def expectation(pairs: pa.Table, entities: pa.Table) -> Expectation:
    """Expected and decided counts of scored pairs.

    Args:
        pairs: ``left``, ``right`` and ``probability``.
        entities: ``record_id`` and ``entity_id``.

    >>> pairs = pa.table({"left": ["a", "a"], "right": ["b", "c"], "probability": [0.9, 0.2]})
    >>> found = expectation(pairs, pa.table({"record_id": ["a", "b", "c"], "entity_id": ["x", "x", "y"]}))
    >>> found.joined, found.precision, round(found.recall, 2)
    (1, 0.9, 0.82)
    """
    joined, _ = _alike(pairs.column("left"), pairs.column("right"), entities, "entity_id")
    stated = _stated(pairs)
    return Expectation(len(stated), int(joined.sum()), float(stated.sum()), float(stated[joined].sum()))
