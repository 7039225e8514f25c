"""The Copenhagen police's address register 1889-1924: rebuilt whole, scored against its sheet numbers.

Run as ``python -m benchmarks.copenhagen --data FOLDER`` with the yearly ``YEAR.csv.gz`` files in FOLDER.
Each year is a register of its own; the sheet number (`person_id`) is read by this script alone, after the
rebuild. A person may have several sheets, so the measured precision is a lower bound.

With ``--ablate`` the entries are resolved again without each kind of collective evidence, and recall is told at
equal precision: every run's merges are undone from the weakest on until the precision is reached.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks.family_history import measured
from linkage.evaluation import score_partition
from linkage.people import PeopleSettings, resolve_people


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


ABLATIONS: dict[str, dict[str, bool]] = {
    "all": {},
    "without time and moves": {"entries": False},
    "without rarity of full names": {"rarity": False},
    "without both": {"entries": False, "rarity": False},
}
"""Kinds of evidence that are left out, as settings of the resolution."""

PRECISIONS = (0.8, 0.85, 0.9, 0.95)


def ablate(run: Path, truth: pa.Table) -> dict[str, list[dict[str, float]]]:
    """Recall and F1 at equal precision, with each kind of evidence left out in turn."""
    names = {
        "load": ("persons", "relations", "registers", "involvements"),
        "wash": ("incidents", "residences", "addresses"),
    }
    tables = {n: pq.read_table(run / stage / f"{n}.parquet") for stage, ns in names.items() for n in ns}
    rows = {}
    for name, changed in ABLATIONS.items():
        people = resolve_people(tables, PeopleSettings(seed=1, **changed), report=lambda text: None)
        rows[name] = at_precisions(people.merges, truth)
    return rows


def at_precisions(merges: pa.Table, truth: pa.Table) -> list[dict[str, float]]:
    """The longest run of merges, strongest first, that keeps each precision: its height, recall and F1."""
    height, ids = merges.column("height").to_numpy(), truth.column("record_id").combine_chunks()
    order = np.argsort(-height, kind="stable")
    left, right = (pc.index_in(merges.column(c), value_set=ids).to_numpy()[order] for c in ("left", "right"))
    sheet = truth.column("sheet").combine_chunks().dictionary_encode().indices.to_numpy()
    sizes = np.bincount(sheet)
    wanted = float((sizes * (sizes - 1) // 2).sum())
    right_pairs, pairs = _pairs_after(left, right, sheet)
    precision, recall = right_pairs / np.maximum(pairs, 1), right_pairs / wanted
    told = []
    for least in PRECISIONS:
        kept = np.flatnonzero(precision >= least)
        last = int(kept[-1]) if len(kept) else 0
        told.append(
            {
                "precision": float(precision[last]),
                "recall": float(recall[last]),
                "f1": float(2 * right_pairs[last] / (pairs[last] + wanted)),
                "height": float(height[order[last]]),
            }
        )
    return told


def _pairs_after(left: np.ndarray, right: np.ndarray, sheet: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of one sheet, and all pairs, within the clusters after each merge."""
    above = np.arange(len(sheet))
    members: list[Counter[int]] = [Counter({int(s): 1}) for s in sheet]
    found, made = np.zeros(len(left)), np.zeros(len(left))
    hit = total = 0
    for step, ends in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        one, other = (_top(above, end) for end in ends)
        if one != other:
            if len(members[one]) < len(members[other]):
                one, other = other, one
            total += members[one].total() * members[other].total()
            hit += sum(count * members[one][s] for s, count in members[other].items() if s in members[one])
            members[one].update(members[other])
            above[other] = one
        found[step], made[step] = hit, total
    return found, made


def _top(above: np.ndarray, row: int) -> int:
    while above[row] != row:
        above[row] = above[above[row]]
        row = int(above[row])
    return row


def main() -> None:
    """Rebuild, score, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, help="keep the runs here")
    parser.add_argument("--ablate", action="store_true", help="resolve again without each kind of evidence")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kintrace-") as scratch:
        folder = arguments.folder or Path(scratch)
        files = write_world(folder, arguments.data)
        rebuilt, seconds, memory = measured(["rebuild", str(folder)])
        run = Path(rebuilt["run"])
        entities = pq.read_table(run / "resolve" / "entities.parquet")
        truth = sheets(files)
        joined = entities.join(truth, "record_id", join_type="inner").sort_by("record_id")
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
                    **({"at_equal_precision": ablate(run, truth)} if arguments.ablate else {}),
                },
                indent=1,
            )
        )


if __name__ == "__main__":
    main()
