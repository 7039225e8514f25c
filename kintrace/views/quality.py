"""How each register came in, in the terminal: rows by fate, and how well the columns that matter are filled."""

from __future__ import annotations

import pyarrow as pa
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from loaders.quality import summarise

COLUMNS = {
    "surname": ("persons", "surname"),
    "birth date": ("persons", "birth_date"),
    "identifier": ("persons", "identifiers"),
    "address": ("residences", "street"),
    "occurred": ("incidents", "occurred"),
}
"""What linking and histories live by; every other column is in the run's `quality` table."""


def render_quality(quality: pa.Table) -> RenderableType:
    """Rows read, used, refused and repeated of each register; then filled % and valid % of what matters most."""
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    for name in ("register", "read", "used", "refused", "repeated", *COLUMNS):
        table.add_column(name, no_wrap=True, justify="left" if name == "register" else "right")
    rates = {(r["register"], r["table"], r["column"]): r for r in quality.to_pylist()}
    for one in summarise(quality):
        counts = (f"{n:,}" for n in (one.read, one.used, one.refused, one.duplicates))
        table.add_row(one.register, *counts, *(_rate(rates.get((one.register, *key))) for key in COLUMNS.values()))
    legend = "columns from surname on: filled % / valid % of the filled; all columns: kintrace registers report"
    return Group(table, Text(legend, style="dim"))


def _rate(row: dict[str, int] | None) -> str:
    """Such as ``93/100``; empty where the register has no such column.

    >>> _rate({"rows": 200, "filled": 186, "valid": 186})
    '93/100'
    """
    if not row or not row["rows"]:
        return ""
    valid = 100 * row["valid"] / row["filled"] if row["filled"] else 100
    return f"{100 * row['filled'] / row['rows']:.0f}/{valid:.0f}"
