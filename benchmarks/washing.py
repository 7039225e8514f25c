"""Washing on a synthetic Denmark, against its truth: which stated addresses reach the home they mean, and how.

Run as ``python -m benchmarks.washing --persons 20000 --noise typical``, or with ``--world FOLDER`` on a world that
is there already. Only addresses whose true home is known are judged: of persons their stated homes, of incidents
the place. A home is right if the person is registered there at some time, because mentions may state a former one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from linkage.addresses import parse_texts, wash_tables
from loaders import load
from loaders.mapping import read_mapping

_TRUTH = ("records", "stays", "incident_records", "events")
_STATED = """
CREATE TABLE homes AS
SELECT s.address AS home, s.access AS door, r.address_id, r.access_id
FROM residences r JOIN records p USING (record_id)
JOIN stays s ON s.person = p.person AND s.valid_from = r.valid_from
WHERE r.uncertainty = 'registered' AND r.address_id IS NOT NULL AND NOT s.sealed
QUALIFY count(*) OVER (PARTITION BY s.person, s.valid_from) = 1;
CREATE TABLE lived AS
SELECT DISTINCT s.person, h.address_id, h.access_id FROM stays s JOIN homes h ON h.home = s.address;
CREATE TABLE stated AS
SELECT 'home' AS what, r.record_id || r.source_row AS id, p.person AS whose, r.* FROM residences r
JOIN records p USING (record_id) WHERE r.uncertainty = 'stated' AND NOT r.sealed;
CREATE TABLE placed AS
SELECT 'place' AS what, i.incident_id AS id, e.place AS whose, i.* FROM incidents i
JOIN incident_records x USING (incident_id) JOIN events e USING (event) WHERE NOT i.sealed AND e.place IS NOT NULL;
"""
_JUDGED = """
CREATE TABLE all_stated AS
SELECT what, id, street, house_number, floor, door, locality, postcode, city, municipality, grade, address_id,
    EXISTS (SELECT 1 FROM lived l WHERE l.person = whose) AS known,
    EXISTS (SELECT 1 FROM lived l WHERE l.person = whose AND l.address_id = s.address_id) AS right_unit,
    EXISTS (SELECT 1 FROM lived l WHERE l.person = whose AND l.access_id = s.access_id) AS right_door
FROM stated s
UNION ALL
SELECT what, id, street, house_number, floor, door, locality, postcode, city, municipality, grade, address_id,
    EXISTS (SELECT 1 FROM homes h WHERE h.home = whose),
    EXISTS (SELECT 1 FROM homes h WHERE h.home = whose AND h.address_id = s.address_id),
    EXISTS (SELECT 1 FROM homes g JOIN homes h USING (door) WHERE g.home = whose AND h.access_id = s.access_id)
FROM placed s;
CREATE TABLE explained AS
SELECT a.*, w.unit, array_to_string(w.reasons, ' ') AS reasons, a.grade IN ('A', 'B') AS good
FROM all_stated a JOIN washed w ON NOT w.registered AND w.address_id = a.address_id
    AND w.stated = concat_ws('|', coalesce(street, ''), coalesce(house_number, ''), coalesce(floor, ''),
        coalesce(door, ''), coalesce(locality, ''), coalesce(postcode, ''), coalesce(city, ''),
        coalesce(municipality, ''))
WHERE known AND house_number IS NOT NULL;
"""
_SCORE = """
SELECT what, count(*) AS judged,
    avg(good::INT) AS graded_a_or_b,
    count(*) FILTER (WHERE unit OR floor IS NOT NULL OR door IS NOT NULL) AS with_unit,
    avg(good::INT) FILTER (WHERE unit OR floor IS NOT NULL OR door IS NOT NULL) AS with_unit_graded_a_or_b,
    avg((good AND unit AND right_unit)::INT) AS right_home,
    avg((good AND NOT unit AND right_door)::INT) AS right_street_door_only,
    avg((good AND unit AND NOT right_unit)::INT) AS wrong_home,
    avg((good AND NOT unit AND NOT right_door)::INT) AS wrong_street_door
FROM explained GROUP BY ROLLUP (what) ORDER BY what NULLS LAST
"""
_LEFT_OUT = """
SELECT what, count(*) AS stated, count(*) FILTER (WHERE street IS NULL) AS without_street,
    count(*) FILTER (WHERE street IS NOT NULL AND house_number IS NULL) AS without_number
FROM all_stated WHERE known GROUP BY what ORDER BY what
"""
_BY_REASON = """
SELECT reasons, grade, unit, count(*) AS judged,
    avg((CASE WHEN unit THEN right_unit ELSE right_door END)::INT) AS right
FROM explained GROUP BY ALL ORDER BY judged DESC, reasons, grade, unit
"""


def rows(database: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The rows of a query as mappings, shares rounded."""
    found = database.sql(sql).to_arrow_table().to_pylist()
    return [{k: round(v, 5) if isinstance(v, float) else v for k, v in row.items()} for row in found]


def measure(world: Path) -> dict[str, Any]:
    """Scores of washing one world, by address and by reason, and the speed of reading and washing."""
    tables = load([read_mapping(path) for path in sorted((world / "mappings").glob("*.toml"))]).tables
    begin = time.perf_counter()
    washed = wash_tables(tables["residences"], tables["incidents"], streets=tables["streets"])
    seconds = time.perf_counter() - begin
    with duckdb.connect() as database:
        for name, table in washed._asdict().items():
            database.register(name, table)
        for name in _TRUTH:
            database.register(name, pq.read_table(world / "truth" / f"{name}.parquet"))
        database.execute(_STATED)
        database.execute(_JUDGED)
        return {
            "world": str(world),
            "stated_addresses": tables["residences"].num_rows + tables["incidents"].num_rows,
            "wash_seconds": round(seconds, 2),
            "texts_per_second": reading_speed(washed.residences),
            "left_out": rows(database, _LEFT_OUT),
            "score": rows(database, _SCORE),
            "by_reason": rows(database, _BY_REASON),
        }


def reading_speed(residences: pa.Table) -> int:
    """Distinct texts read a second; the texts are the residences' parts, written out plainly."""
    columns = [
        residences.column(n).to_pylist() for n in ("street", "house_number", "floor", "door", "postcode", "city")
    ]
    texts = sorted({_text(*parts) for parts in zip(*columns, strict=True) if parts[0]})
    begin = time.perf_counter()
    parse_texts(pa.array(texts))
    return int(len(texts) / (time.perf_counter() - begin))


def _text(street: str, number: str, floor: str, door: str, postcode: str, city: str) -> str:
    unit = f", {floor}. {door or ''}" if floor else ""
    return f"{street} {number or ''}{unit}, {postcode or ''} {city or ''}".strip()


def main() -> None:
    """Measure one world and print JSON, then tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", type=Path, help="a synthetic Denmark that is there already")
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--years", type=int, default=12)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--noise", default="typical")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kintrace-") as scratch:
        world = arguments.world or Path(scratch) / "world"
        if not arguments.world:
            sizes = [f"--{n}={getattr(arguments, n)}" for n in ("persons", "years", "seed", "noise")]
            subprocess.run(
                [sys.executable, "-m", "kintrace", "synth", str(world), *sizes], check=True, stdout=subprocess.DEVNULL
            )
        found = measure(world)
    print(json.dumps(found))
    for table in (found["left_out"], found["score"], found["by_reason"]):
        print(f"\n| {' | '.join(table[0])} |\n|{'---|' * len(table[0])}")
        for row in table:
            print(f"| {' | '.join('all' if v is None else str(v) for v in row.values())} |")


if __name__ == "__main__":
    main()
