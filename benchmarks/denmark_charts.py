"""Small charts as SVG, 640 by 320, for the page about the synthetic Denmark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

LEFT, RIGHT, TOP, BOTTOM = 48.0, 624.0, 36.0, 280.0
WORLD, REAL, GRID = "#1f5f8b", "#c0561a", "#dddddd"
Scale = Callable[[float], float]


def _scale(low: float, high: float, a: float, b: float) -> Scale:
    return lambda v: a + (v - low) / (high - low) * (b - a)


def _text(x: float, y: float, text: str, *, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222222">{text}</text>'


def _rule(y: float, label: str) -> str:
    line = f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
    return line + _text(LEFT - 6, y + 4, label, anchor="end")


def _bar(x: float, top: float, width: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BOTTOM - top:.1f}" fill="{colour}"/>'


def _legend(real: str) -> str:
    return (
        f'<rect x="{LEFT + 6}" y="12" width="12" height="12" fill="{WORLD}"/>'
        + _text(LEFT + 24, 22, "this world", anchor="start")
        + f'<rect x="{LEFT + 110}" y="12" width="12" height="12" fill="{REAL}"/>'
        + _text(LEFT + 128, 22, real, anchor="start")
    )


def _path(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def lines(curve: Sequence[tuple[Any, ...]], steps: Sequence[tuple[float, float, float]]) -> str:
    """A curve over age, and published means as level steps from one age to another."""
    top = 10 * math.ceil(max([float(v) for _, v in curve] + [v for *_, v in steps]) / 10)
    x, y = _scale(0, 90, LEFT, RIGHT), _scale(0, top, BOTTOM, TOP)
    parts = [_rule(y(v), str(v)) for v in range(0, top + 1, 10)]
    parts += [_text(x(age), BOTTOM + 18, str(age)) for age in range(0, 91, 10)]
    parts += [_path([(x(a), y(v)), (x(b), y(v))], REAL, 4) for a, b, v in steps]
    parts.append(_path([(x(float(age) + 0.5), y(float(v))) for age, v in curve], WORLD, 2))
    return "".join(parts) + _legend("published, mean between two ages") + _text((LEFT + RIGHT) / 2, 312, "age")


def grouped_bars(bars: Sequence[tuple[str, float, float]]) -> str:
    """Two bars side by side per name: of this world and published, in per cent."""
    top = 10 * math.ceil(max(max(a, b) for _, a, b in bars) / 10)
    y, step = _scale(0, top, BOTTOM, TOP), (RIGHT - LEFT) / len(bars)
    parts = [_rule(y(v), str(v)) for v in range(0, top + 1, 10)]
    for i, (name, *values) in enumerate(bars):
        middle = LEFT + step * (i + 0.5)
        for value, colour, offset in zip(values, (WORLD, REAL), (-32, 2), strict=True):
            parts.append(_bar(middle + offset, y(value), 30, colour))
            parts.append(_text(middle + offset + 15, y(value) - 4, f"{value:.0f}"))
        parts.append(_text(middle, BOTTOM + 18, name))
    return "".join(parts) + _legend("published")


def rank_curve(curve: Sequence[tuple[Any, ...]], known: Sequence[tuple[int, float]]) -> str:
    """Share by rank with both axes logarithmic, and published points."""
    x, y = _scale(0, 3.31, LEFT, RIGHT), _scale(-2.5, 1, BOTTOM, TOP)
    seen = [
        (x(math.log10(r)), y(max(math.log10(float(v)), -2.5)))
        for r, v in curve
        if r < 50 or r % 10 ** (len(str(r)) - 2) == 0
    ]
    parts = [_rule(y(e), f"{10.0**e:g}") for e in (-2, -1, 0, 1)]
    parts += [_text(x(e), BOTTOM + 18, f"{10**e:,}") for e in (0, 1, 2, 3)]
    parts.append(_path(seen, WORLD, 2))
    parts += [
        f'<circle cx="{x(math.log10(r)):.1f}" cy="{y(math.log10(v)):.1f}" r="3.5" fill="{REAL}"/>' for r, v in known
    ]
    return "".join(parts) + _legend("published, 2016") + _text((LEFT + RIGHT) / 2, 312, "rank of the surname")


def log_bars(bars: Sequence[tuple[int, float]]) -> str:
    """One bar per whole number, its height logarithmic."""
    y, step = _scale(-3, 2, BOTTOM, TOP), (RIGHT - LEFT) / 20
    parts = [_rule(y(e), f"{10.0**e:g}") for e in range(-3, 3)]
    for n, share in bars:
        height = y(max(math.log10(share), -3)) if share > 0 else BOTTOM
        x = LEFT + step * (n - 0.5)
        parts.append(_bar(x, height, step - 6, WORLD))
        parts.append(_text(x + step / 2 - 3, BOTTOM + 18, str(n)))
    return "".join(parts) + _text((LEFT + RIGHT) / 2, 312, "incidents")
