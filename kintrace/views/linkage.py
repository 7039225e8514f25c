"""A linkage as one HTML page that stands alone: what was done, how sure it is, and what to doubt.

It holds counts, shares, names of columns and of levels; no value of any record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kintrace.views.pages import render_page
from kintrace.views.reliability import reliability_svg, sure_in_words
from linkage.calibration import expectation
from linkage.link import Linkage

WIDTH, HEIGHT, FOOT = 720, 220, 20
HIGHEST = 40
"""Match weight in bits from which all pairs stand in the last bar."""
_SIZES = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, None))


@dataclass(frozen=True, slots=True)
class Bar:
    """Pairs of one bit of match weight."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """``joined`` or ``apart``."""
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A weight on the axis, or a count beside it."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Candidate pairs by match weight, counts logarithmic."""

    bars: tuple[Bar, ...]
    weights: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    description: str


def linkage_page(linkage: Linkage, *, report: dict[str, Any], truth: dict[str, Any] | None) -> str:
    """The page of a linkage.

    Args:
        linkage: The result.
        report: What `kintrace link --json` says of it.
        truth: Scores against true persons (:func:`kintrace.linking.scores`), where they are known.
    """
    calibration = None if truth is None else truth["calibration"]
    return render_page(
        "linkage.html.j2",
        report=report,
        linkage=linkage,
        model=linkage.model,
        rules=linkage.model.get("blocking", []),
        comparisons=[one for one in linkage.model.get("comparisons", []) if isinstance(one, dict)],
        histogram=weight_histogram(linkage),
        sizes=entity_sizes(linkage.entities),
        contradictions=_counted(linkage.contradictions.column("what")),
        promised=expectation(linkage.pairs, linkage.entities),
        truth=truth,
        sure=None if calibration is None else sure_in_words(calibration).capitalize(),
        drawing=None if calibration is None else reliability_svg(calibration, "Stated and observed shares"),
        chart_width=WIDTH,
        chart_height=HEIGHT,
    )


def _counted(column: pa.ChunkedArray) -> list[tuple[str, int]]:
    return sorted((one["values"], one["counts"]) for one in pc.value_counts(column).to_pylist())


def entity_sizes(entities: pa.Table) -> list[tuple[str, int, int]]:
    """Entities by the number of their records: range in words, entities, records.

    >>> entity_sizes(pa.table({"record_id": ["a", "b", "c"], "entity_id": ["x", "x", "y"]}))
    [('1', 1, 1), ('2', 1, 2)]
    """
    counts = pc.value_counts(entities.column("entity_id"))
    sizes = np.asarray(pc.struct_field(counts, "counts").to_numpy(zero_copy_only=False))
    found = []
    for low, high in _SIZES:
        within = sizes[(sizes >= low) & (sizes <= (high or sizes.max(initial=0)))]
        name = str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"
        if len(within):
            found.append((name, len(within), int(within.sum())))
    return found


def weight_histogram(linkage: Linkage) -> Histogram | None:
    """Listed pairs by match weight, those of one entity beside the others; None where there are none."""
    pairs = linkage.pairs
    if not pairs.num_rows:
        return None
    weights = np.asarray(pairs.column("match_weight").to_numpy(), dtype=np.float64)
    known = linkage.entities.column("record_id").combine_chunks()
    entity = linkage.entities.column("entity_id").combine_chunks()
    sides = [entity.take(pc.index_in(pairs.column(c).combine_chunks(), value_set=known)) for c in ("left", "right")]
    joined = np.asarray(pc.equal(*sides).to_numpy(zero_copy_only=False))
    low = min(math.floor(float(weights.min())), HIGHEST)
    place = np.clip(np.floor(weights).astype(int), low, HIGHEST) - low
    size = int(place.max()) + 1
    counts = {
        "joined": np.bincount(place[joined], minlength=size),
        "apart": np.bincount(place[~joined], minlength=size),
    }
    top = math.log10(max(1, *(int(c.max()) for c in counts.values()))) + 0.3
    slot, room = WIDTH / size, HEIGHT - FOOT
    bars = []
    for offset, (kind, numbers) in enumerate(counts.items()):
        for i in np.flatnonzero(numbers).tolist():
            tall = round(room * (math.log10(int(numbers[i])) + 0.3) / top, 2)
            label = f"{low + i} to {low + i + 1} bits: {int(numbers[i]):,} {kind}"
            x = round((i + 0.05 + 0.45 * offset) * slot, 2)
            bars.append(Bar(x, round(room - tall, 2), round(0.45 * slot, 2), tall, kind, label))
    marks = [Tick(round((w - low) * slot, 2), str(w)) for w in range(low, low + size + 1) if w % 5 == 0]
    powers = [Tick(round(room - room * (e + 0.3) / top, 2), f"{10**e:,}") for e in range(math.floor(top) + 1)]
    said = f"{len(weights):,} pairs by match weight, {int(joined.sum()):,} of them within an entity"
    return Histogram(tuple(bars), tuple(marks), tuple(powers), said)
