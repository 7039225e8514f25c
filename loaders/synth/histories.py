"""True family histories: the SQL beside this module, run over the truth's tables."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

import duckdb
import pyarrow as pa

TRUTH_INPUTS = ("persons", "stays", "relations", "events", "roles")
"""The truth tables that a history follows from."""


def true_histories(tables: dict[str, pa.Table], as_of: dt.date) -> tuple[pa.Table, pa.Table]:
    """Histories and children at ``as_of``, from the tables named in :data:`TRUTH_INPUTS`.

    The rules are those of ``docs/architecture.md``; a second implementation of them, so that a mistake
    in the graph's own cannot hide in its measure.
    """
    given = {name: tables[name] for name in TRUTH_INPUTS}
    if "secondary" not in given["stays"].column_names:  # a world without shared residence
        given["stays"] = given["stays"].append_column("secondary", pa.array([False] * len(given["stays"]), pa.bool_()))
    script = files("loaders").joinpath("synth", "histories.sql").read_text(encoding="utf-8")
    with duckdb.connect(":memory:") as connection:
        for name, table in given.items():
            connection.register(name, table)
        connection.register("asked", pa.table({"as_of": pa.array([as_of], type=pa.date32())}))
        connection.execute(script)
        histories = connection.sql("SELECT * FROM histories").to_arrow_table()
        children = connection.sql("SELECT * FROM children").to_arrow_table()
    return histories, children
