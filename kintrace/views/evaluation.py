"""An evaluation in the terminal and as one HTML page that stands alone."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kintrace.views.pages import render_page
from kintrace.views.reliability import reliability_svg, sure_in_words

TITLES = {"family_history": "all events", "family_history_cross_district": "outside present district"}


def render_evaluation(result: dict[str, Any]) -> RenderableType:
    """What `kintrace evaluate` prints."""
    strict = result["strict"]
    lines = [
        f"event, person and role: recall {strict['recall']:.4f}, precision {strict['precision']:.4f}",
        f"incident mentions in a wrong person: {result['attachments_wrong']:.1f} per 10,000",
        *(
            f"  {band['states']:<24} {band['n']:>9,} mentions, {band['found']:.1%} found, "
            f"{band['wrong_per_10000']:.1f} per 10,000 wrong"
            for band in result["mentions"]
        ),
    ]
    parts: list[RenderableType] = [_histories(result), Text("\n".join(lines))]
    if result["hard_cases"]:
        parts += [Text(""), _hard_cases(result["hard_cases"])]
    return Group(*parts, Text(f"\n{sure_in_words(result['calibration']['links'])}"))


def _histories(result: dict[str, Any]) -> Table:
    table = Table("family history", "recall", "95 %", "precision", "95 %", "events", box=None)
    for key, title in TITLES.items():
        score = result[key]
        bands = [f"{low:.3f}-{high:.3f}" for low, high in (score["ci"]["recall"], score["ci"]["precision"])]
        table.add_row(
            title, f"{score['recall']:.4f}", bands[0], f"{score['precision']:.4f}", bands[1], f"{score['n']:,}"
        )
        others = [(f"{name}: {meaning}", score[name]) for name, meaning in _BESIDE.items()]
        if "recordlinkage" in result:
            others.append(("recordlinkage", result["recordlinkage"][key]))
        for name, other in others:
            table.add_row(f"  {name}", f"{other['recall']:.4f}", "", f"{other['precision']:.4f}", "", "")
    return table


_BESIDE = {"ceiling": "true persons given", "baseline": "present district alone"}


def _hard_cases(rows: list[dict[str, Any]]) -> Table:
    table = Table("mentions of", "persons", "recall", "95 %", "precision", "95 %", "wrong per 10,000", box=None)
    for row in rows:
        cells = [text for key in ("recall", "precision") for text in _share(row[key])]
        wrong = "" if row["wrong_per_10000"] is None else f"{row['wrong_per_10000']:.1f}"
        table.add_row(row["group"], f"{row['persons']:,}", *cells, wrong)
    return table


def _share(one: dict[str, Any]) -> tuple[str, str]:
    if not one["n"]:
        return "", ""
    low, high = one["interval"]
    return f"{one['share']:.4f}", f"{low:.4f}-{high:.4f}"


def evaluation_page(result: dict[str, Any]) -> str:
    """The evaluation as HTML with the reliability diagram; counts and shares, nobody's values."""
    links = result["calibration"]["links"]
    return render_page(
        "evaluation.html.j2",
        result=result,
        histories=[(title, result[key]) for key, title in TITLES.items()],
        links=links,
        sure=sure_in_words(links).capitalize(),
        drawing=reliability_svg(links, "Stated and observed shares of right links"),
    )
