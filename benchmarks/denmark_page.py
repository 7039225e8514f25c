"""The page `docs/synthetic-validation.md` and its pictures, written from a comparison of `benchmarks.denmark`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.denmark_charts import grouped_bars, lines, log_bars, rank_curve

KINDS = {
    "published": "",
    "requirement": "requirement of the project: ",
    "aim": "aim: ",
    "memory": "",
    "assumption": "assumption; ",
}
MOVES_PUBLISHED = (
    (0, 5.5, 18.2),
    (5.5, 15.5, 10.0),
    (15.5, 20.5, 25.0),
    (20.5, 24.5, 57.5),
    (24.5, 29.5, 43.0),
    (29.5, 35.5, 22.5),
)
"""Moves per 100 persons and year between the ages of the rows `moves_at_…`: differences of the means of both sexes."""
SURNAMES_PUBLISHED = (
    *(4.47, 4.46, 3.74, 2.82, 2.76, 2.07, 2.01, 1.92, 1.64, 1.53),
    *(1.37, 1.12, 1.05, 0.83, 0.69, 0.64, 0.56, 0.54, 0.53, 0.51),
)
"""Share of the population of the 20 commonest surnames on 1 January 2016, Statistics Denmark."""


@dataclass(frozen=True)
class Row:
    """One figure of a world beside the published one."""

    measure: str
    group: str
    label: str
    unit: str
    published: str
    source: str
    kind: str
    """`published`, `requirement`, `aim`, `memory` (unverified) or `assumption`."""
    low: float | None = None
    high: float | None = None
    address: str = ""
    value: float | None = None
    note: str = ""

    def verdict(self, *, slack: float = 0.0) -> str:
        """`inside`, `OUTSIDE`, or nothing where no tolerance is stated.

        Args:
            slack: share by which both ends are moved outwards, for worlds too small for narrow figures.
        """
        if self.low is None or self.high is None:
            return ""
        if self.value is None:
            return "OUTSIDE"
        return "inside" if self.low * (1 - slack) <= self.value <= self.high * (1 + slack) else "OUTSIDE"


HEAD = """# The synthetic Denmark beside published statistics

One world of {persons:,} persons, {years} years, seed {seed}, {noise} noise, measured and set beside what is published
about the real country, each figure within a tolerance that is stated here. {verdict}

This page is written by a program. To make it anew:

```
kintrace synth WORLD --persons {persons} --years {years} --seed {seed} --noise {noise}
python -m benchmarks.denmark WORLD --markdown
```

The second command ends with 1 where a stated tolerance is broken. What is measured stands in
`benchmarks/denmark.sql`, over the truth of the world and its population feed; what it is held against in
`benchmarks/denmark.toml`.

**Tolerances** are laid around the range of the published years. They are

- 10 % around what the world is calibrated to: moves, incidents, parties; 3 points around moves within the municipality;
- 5 points around shares, half of those below 10 %;
- 15 % around rates, means and shares of names and ages that everything else leans on; 1 year around mothers' ages;
  25 % around weddings, divorces, moves of the smallest and those over the border;
- half of what is rare, of what other offices count in another way, and of what stands here from memory;
- a quarter around 1 for districts, as no parameter describes a place; 5 % or half a point around rates of error.

Where no figure was found there is no tolerance and no verdict: such numbers are assumptions, shown so that they can be
judged. Sources are public pages as they stood when this was written; a figure with an address can be looked up, one
from memory says so.
"""


def figure(row: Row) -> str:
    """A number with three figures or so and its unit."""
    value = row.value
    if value is None:
        return "–"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}{' %' if row.unit else ''}"


def told_source(row: Row) -> str:
    """Published figure and who says so, with a link where there is an address."""
    text = row.source or "nothing published was found"
    if row.address:
        text = f"[{text}]({row.address})"
    known = row.published if row.published != "no figure found" else ""
    unit = " %" if known and row.unit and "%" not in known and "(" not in known and "are" not in known else ""
    return f"{known}{unit} | {KINDS[row.kind]}{text}"


def tables(rows: Sequence[Row]) -> Iterable[str]:
    """A table per group, in the order in which the groups come."""
    for name, group in groupby(rows, key=lambda row: row.group):
        yield f"\n## {name}\n"
        yield "| | this world | tolerance | | published | source |\n|---|---|---|---|---|---|"
        for row in group:
            room = "" if row.low is None else f"{row.low:.4g}–{row.high:.4g}"
            said = {"inside": "inside", "OUTSIDE": "**outside**", "": ""}[row.verdict()]
            yield f"| {row.label} | {figure(row)} | {room} | {said} | {told_source(row)} |"


def shortfalls(rows: Sequence[Row]) -> Iterable[str]:
    """What lies outside its tolerance and why, as far as is known."""
    outside = [row for row in rows if row.verdict() == "OUTSIDE"]
    yield "\n## What is off\n"
    if not outside:
        yield "Nothing lies outside its tolerance."
    for row in outside:
        known = row.published + (" %" if row.unit else "")
        reason = row.note or "No reason known yet."
        yield f"- **{row.group}: {row.label}**: {figure(row)} against {known}. {reason}"


def pictures(folder: Path, rows: Sequence[Row], curves: dict[str, list[tuple[Any, ...]]]) -> Iterable[str]:
    """Write the four pictures and say where each goes."""
    folder.mkdir(parents=True, exist_ok=True)
    value = {row.measure: row.value or 0.0 for row in rows}
    homes = (("one person", "homes_of_one", 40), ("two", "homes_of_two", 33), ("three and more", "homes_of_more", 27),
             ("with children", "homes_with_children", 28), ("of these: one adult", "one_parent_homes", 20))  # fmt: skip
    drawn = {
        "moves": ("Moves per 100 persons and year, by age", lines(curves["moves_by_age"], MOVES_PUBLISHED)),
        "homes": ("Homes by size and kind, per cent", grouped_bars([(n, value[m], float(p)) for n, m, p in homes])),
        "surnames": (
            "Share of the population with the surname of each rank, per cent; both axes logarithmic",
            rank_curve(curves["surname_ranks"], list(enumerate(SURNAMES_PUBLISHED, start=1))),
        ),
        "incidents": (
            "Residents by the number of incidents they had a part in, per cent; logarithmic",
            log_bars([(int(n), float(share)) for n, share in curves["incidents_per_person"] if 0 < n < 20]),
        ),
    }
    for name, (title, body) in drawn.items():
        picture = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" role="img" '
            f'font-family="sans-serif" font-size="12"><title>{title}</title>'
            f'<rect width="640" height="320" fill="#ffffff"/>{body}</svg>\n'
        )
        (folder / f"synthetic-{name}.svg").write_text(picture, encoding="utf-8")
        yield f"\n![{title}]({folder.name}/synthetic-{name}.svg)\n\n*{title}.*"


def spread(curves: dict[str, list[tuple[Any, ...]]]) -> Iterable[str]:
    """Incidents by category and by district."""
    kinds = ", ".join(f"{name.replace('_', ' ')} {share:.1f}" for name, share in curves["incidents_by_category"])
    places = ", ".join(f"{name} {float(rate):.2f}" for name, rate in curves["incidents_by_district"])
    yield f"\n## How incidents spread\n\nBy category, per cent (all shares are assumptions): {kinds}."
    yield f"\nBy district, incidents per 100 residents and year: {places}."


def write_page(
    page: Path, rows: Sequence[Row], curves: dict[str, list[tuple[Any, ...]]], *, manifest: dict[str, Any]
) -> None:
    """Write the page, and its pictures into the folder `pictures` beside it."""
    judged = [row for row in rows if row.verdict()]
    outside = sum(row.verdict() == "OUTSIDE" for row in judged)
    verdict = f"Of {len(judged)} figures with a tolerance, {len(judged) - outside} lie inside and {outside} outside."
    parts = [HEAD.format(verdict=verdict, **{k: manifest[k] for k in ("persons", "years", "seed", "noise")})]
    parts += [*shortfalls(rows), *pictures(page.parent / "pictures", rows, curves), *tables(rows), *spread(curves)]
    page.write_text("\n".join(parts) + "\n", encoding="utf-8")
