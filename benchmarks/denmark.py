"""A synthetic Denmark beside what is published about the real one.

Run as ``python -m benchmarks.denmark WORLD``; with ``--json`` as one document, with ``--markdown`` as the page
``docs/synthetic-validation.md`` and its pictures. What is measured stands in ``denmark.sql``, what it is held against
in ``denmark.toml``. Ends with 1 where a stated tolerance is broken.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.denmark_page import Row, write_page

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "synthetic-validation.md"
TRUTH = ("persons", "stays", "relations", "events", "roles", "children", "histories")
FEED = ("person", "navn", "personnummer", "beskyttelse")
FEED_DATES = ("GyldigFra", "GyldigTil", "Statusdato", "Foedselsdato")
Curves = dict[str, list[tuple[Any, ...]]]


def statements(text: str) -> list[tuple[str, str, str]]:
    r"""Kind, name and SQL of every named statement, in order.

    >>> statements("-- view a\nSELECT 1;\n\n-- row b\nFROM a;\n")
    [('view', 'a', 'SELECT 1'), ('row', 'b', 'FROM a')]
    """
    found: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == "--" and words[1] in ("view", "row", "curve"):
            found.append((words[1], words[2], []))
        elif found and not line.startswith("--"):
            found[-1][2].append(line)
    return [(kind, name, "\n".join(lines).strip().rstrip(";")) for kind, name, lines in found]


def open_world(world: Path) -> duckdb.DuckDBPyConnection:
    """A connection in which the truth, the needed part of the feed and the clock are tables."""
    told = json.loads((world / "truth" / "manifest.json").read_text(encoding="utf-8"))
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")  # it would stand in the midst of the JSON
    for name in TRUTH:
        connection.read_parquet(str(world / "truth" / f"{name}.parquet")).create_view(name)
    for name in FEED:
        path = str(world / "registers" / "cpr" / f"{name}.csv")
        table = connection.read_csv(path, sep=";", header=True, all_varchar=True)
        dated = ", ".join(f'try_cast("{c}" AS DATE) AS "{c}"' for c in table.columns if c in FEED_DATES)
        table.create_view(f"feed_{name}")
        connection.execute(f"CREATE TABLE {name} AS SELECT * REPLACE ({dated}) FROM feed_{name}")
    connection.execute("CREATE TABLE living AS SELECT PersonId, Koen FROM person WHERE Status NOT IN ('80', '90')")
    connection.execute(
        "CREATE TABLE clock AS SELECT ($1::DATE - to_years($2::INT))::DATE AS first_day, $1::DATE AS last_day",
        [told["as_of"], told["years"]],
    )
    return connection


def measure(world: Path) -> tuple[dict[str, float | None], Curves]:
    """Every measure of a made world by its name, and its curves."""
    figures: dict[str, float | None] = {}
    curves: Curves = {}
    with open_world(world) as connection:
        for kind, name, sql in statements((HERE / "denmark.sql").read_text(encoding="utf-8")):
            if kind == "view":
                connection.execute(f"CREATE TABLE {name} AS {sql}")
                continue
            answer = connection.execute(sql)
            columns = [column[0] for column in answer.description or ()]
            if kind == "curve":
                curves[name] = answer.fetchall()
            else:
                found = answer.fetchone() or ()
                figures |= {c: None if v is None else float(v) for c, v in zip(columns, found, strict=True)}
        years = connection.execute("SELECT years FROM years_lived").fetchone()
    told = json.loads((world / "truth" / "manifest.json").read_text(encoding="utf-8"))
    if "flights_to_shelters" in told.get("lives", {}) and years:
        figures["shelter_per_100000"] = 1e5 * told["lives"]["flights_to_shelters"] / float(years[0])
    return figures, curves


def noise_rows(world: Path) -> list[Row]:
    """Rates of error that came about beside those that were asked for; within 5 % or 0.5 points."""
    told = json.loads((world / "truth" / "manifest.json").read_text(encoding="utf-8"))
    rows = []
    for name, made in sorted(told.get("rates", {}).items()):
        asked = told["planted"].get(
            {"no_cpr": "police_no_cpr", "no_cpr_no_birth": "police_no_cpr_no_birth"}.get(name, name)
        )
        if asked is None:
            continue
        room = max(0.05 * asked, 0.005) * 100
        rows.append(
            Row(
                measure=f"noise_{name}",
                group="Errors that came about, beside those asked for",
                label=f"`{name}`",
                unit="%",
                published=f"{100 * asked:.3g}",
                source="asked for at this level of noise",
                kind="requirement",
                low=100 * asked - room,
                high=100 * asked + room,
                value=100 * made,
            )
        )
    return rows


def compare(world: Path) -> tuple[list[Row], Curves]:
    """Every row of the comparison with its value in this world, and the curves."""
    stated = tomllib.loads((HERE / "denmark.toml").read_text(encoding="utf-8"))["row"]
    figures, curves = measure(world)
    return [Row(value=figures.get(row["measure"]), **row) for row in stated] + noise_rows(world), curves


def told(rows: list[Row]) -> str:
    """The comparison as lines of text."""
    lines = []
    for row in rows:
        value = "–" if row.value is None else f"{row.value:,.4g}"
        room = "" if row.low is None else f"{row.low:.4g}–{row.high:.4g}"
        lines.append(f"{row.measure:24}{value:>10}  {room:>16}  {row.verdict():8}{row.published}")
    return "\n".join(lines)


def main() -> int:
    """Measure a world, print or write the comparison, and tell by the exit code whether it holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.denmark", description=__doc__)
    parser.add_argument("world", type=Path, help="what `kintrace synth` made")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--markdown", action="store_true", help="write the page and its pictures")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page goes")
    arguments = parser.parse_args()
    rows, curves = compare(arguments.world)
    outside = [row.measure for row in rows if row.verdict() == "OUTSIDE"]
    if arguments.markdown:
        manifest = json.loads((arguments.world / "truth" / "manifest.json").read_text(encoding="utf-8"))
        write_page(arguments.page, rows, curves, manifest=manifest)
    if arguments.json:
        document = {
            "rows": [asdict(row) | {"verdict": row.verdict()} for row in rows],
            "curves": curves,
            "outside": outside,
        }
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(told(rows))
        print(f"{len(outside)} of {sum(row.verdict() != '' for row in rows)} outside: {', '.join(outside) or 'none'}")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
