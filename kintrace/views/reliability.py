"""The reliability diagram: stated probabilities against the shares that came true, as SVG inside a page.

Both axes are log odds, because nearly all links lie beyond .99 or below .01, where a linear axis shows
one point in a corner. A point on the diagonal is a bin of links that are right as often as was stated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from kintrace.views.pages import render_page

SIZE, MARGIN = 420, 46
REACH = 12.0
"""Log odds in bits at which the axes end: about one in 4,000."""
TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


@dataclass(frozen=True, slots=True)
class Point:
    """One bin: where it stands, its 95 % interval and what it says."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A probability on either axis."""

    place: float
    mirrored: float
    label: str


def _place(probability: float) -> float:
    """Pixels from the origin for a probability, those beyond the ends at the ends.

    >>> _place(0.5) == SIZE / 2, _place(0.0), _place(1.0) == SIZE
    (True, 0.0, True)
    """
    if probability <= 0.0 or probability >= 1.0:
        return 0.0 if probability <= 0.0 else float(SIZE)
    bits = math.log2(probability / (1.0 - probability))
    return round(SIZE * (max(-REACH, min(REACH, bits)) + REACH) / (2 * REACH), 2)


def _point(one: dict[str, Any], most: int) -> Point:
    low, high = one["interval"]
    radius = 3.0 + 6.0 * math.log1p(one["n"]) / math.log1p(most)
    label = f"stated {one['stated']:.4f}: {one['right']:,} of {one['n']:,} right ({one['share']:.4f})"
    return Point(
        _place(one["stated"]),
        SIZE - _place(one["share"]),
        SIZE - _place(low),
        SIZE - _place(high),
        round(radius, 2),
        label,
    )


def reliability_svg(found: dict[str, Any], title: str) -> Markup:
    """The diagram of one reliability (:meth:`linkage.calibration.Reliability.to_json`), safe to put into a page.

    The text beside each point says what it shows, and the caller's table says the same without the picture.
    """
    most = max((one["n"] for one in found["bins"]), default=1)
    ticks = [Tick(_place(p), SIZE - _place(p), f"{p:g}") for p in TICKS]
    points = [_point(one, most) for one in found["bins"]]
    description = f"{title}: {len(points)} bins of {found['n']:,} links; {sure_in_words(found)}"
    # The template escapes every value it is given; what it returns is markup and no longer text.
    drawn = render_page(
        "reliability.svg.j2", title=title, description=description, points=points, ticks=ticks, size=SIZE, margin=MARGIN
    )
    return Markup(drawn)  # noqa: S704


def sure_in_words(found: dict[str, Any]) -> str:
    """The sentence that matters most of a reliability.

    >>> sure_in_words({"sure": {"right": 99, "n": 100, "share": 0.99, "interval": [0.946, 0.998], "stated_from": 0.99}})
    'of 100 links stated at 0.99 or more, 99.00 % are right (94.60–99.80 %)'
    """
    sure = found["sure"]
    if not sure["n"]:
        return f"no link is stated at {sure['stated_from']} or more"
    low, high = (100 * bound for bound in sure["interval"])
    return (
        f"of {sure['n']:,} links stated at {sure['stated_from']} or more, "
        f"{100 * sure['share']:.2f} % are right ({low:.2f}–{high:.2f} %)"
    )
