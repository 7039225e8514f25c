"""The Copenhagen police's address register 1889-1924: rebuilt whole, scored against its sheet numbers.

Run as ``python -m benchmarks.copenhagen --data FOLDER`` with the yearly ``YEAR.csv.gz`` files in FOLDER.
Each year is a register of its own; the sheet number (`person_id`) is read by this script alone, after the
rebuild. A person may have several sheets, so the measured precision is a lower bound.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks.family_history import measured
from linkage.evaluation import score_partition


def write_world(folder: Path, data: Path) -> list[Path]:
    """A kintrace.toml and one mapping per year; returns the yearly files."""
    files = sorted(data.glob("*.csv.gz"))
    if not files:
        raise SystemExit(f"no yearly files in {data}")
    (folder / "mappings").mkdir(parents=True, exist_ok=True)
    for file in files:
        year = file.name.split(".")[0]
        mapping = (
            'extends = "copenhagen"\n\n[register]\n'
            f'name = "copenhagen-{year}"\nextract_date = {year}-12-31\n\n'
            f"[register.files]\nentries = {json.dumps(str(file.resolve()))}\n"
        )
        (folder / "mappings" / f"{year}.toml").write_text(mapping, "utf-8")
    (folder / "kintrace.toml").write_text(
        "[run]\nas_of = 1924-12-31\nsynthetic = false\n\n"
        '[scope]\nkind = "all"\nlegal_basis = "historical research; everybody in it has been dead for decades"\n',
        "utf-8",
    )
    return files


def sheets(files: list[Path]) -> pa.Table:
    """record_id and sheet number of every entry."""
    parts = []
    for file in files:
        year = file.name.split(".")[0]
        table = pacsv.read_csv(file, convert_options=pacsv.ConvertOptions(include_columns=["person_id"]))
        rows = pa.array([f"copenhagen-{year}:{i}" for i in range(1, table.num_rows + 1)])
        parts.append(pa.table({"record_id": rows, "sheet": table.column("person_id").cast(pa.string())}))
    return pa.concat_tables(parts)


def followed(run: Path) -> dict[str, int]:
    """Persons at two and more addresses."""
    episodes = pq.read_table(run / "households" / "episodes.parquet", columns=["entity_id", "access_id"])
    places = episodes.group_by("entity_id").aggregate([("access_id", "count_distinct")])
    count = places.column("access_id_count_distinct")
    return {
        "persons": places.num_rows,
        "at_two_or_more_addresses": int(pc.sum(pc.greater_equal(count, 2)).as_py()),
    }


def main() -> None:
    """Rebuild, score, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, help="keep the runs here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kintrace-") as scratch:
        folder = arguments.folder or Path(scratch)
        files = write_world(folder, arguments.data)
        rebuilt, seconds, memory = measured(["rebuild", str(folder)])
        run = Path(rebuilt["run"])
        entities = pq.read_table(run / "resolve" / "entities.parquet")
        joined = entities.join(sheets(files), "record_id", join_type="inner").sort_by("record_id")
        score = score_partition(joined.column("entity_id"), joined.column("sheet"))
        sizes = np.bincount(joined.column("entity_id").combine_chunks().dictionary_encode().indices.to_numpy())
        print(
            json.dumps(
                {
                    "entries": joined.num_rows,
                    "seconds": seconds,
                    "gb": memory,
                    "stages": rebuilt["stages"],
                    "score": asdict(score),
                    "largest": int(sizes.max()),
                    **followed(run),
                },
                indent=1,
            )
        )


if __name__ == "__main__":
    main()
