"""Many random towns in one graph: each under a prefix of its own, so that one publish serves hundreds of families."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.compute as pc

from graph.model import GraphTables
from graph.order import in_order
from tests.graph.towns import town

IDS = frozenset(
    (
        *("person_id", "record_id", "household_id", "address_id", "access_id", "event_id", "place_id"),
        *("incident_id", "district", "register", "start_id", "end_id"),
    )
)
"""Columns that name something, here or in another table."""


def street(towns: int, *, first_seed: int = 0) -> GraphTables:
    """Towns of the seeds ``first_seed`` onwards; the ids of the n-th begin with ``tNNN.``."""
    parts = [
        _prefixed(town(random.Random(first_seed + n)), f"t{n:03d}.")  # noqa: S311
        for n in range(towns)
    ]
    return in_order({name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]})


def _prefixed(tables: GraphTables, prefix: str) -> GraphTables:
    return {name: _with_prefix(table, prefix) for name, table in tables.items()}


def _with_prefix(table: pa.Table, prefix: str) -> pa.Table:
    for position, field in enumerate(table.schema):
        if field.name in IDS:
            column = pc.binary_join_element_wise(pa.scalar(prefix), table.column(position), "")
            table = table.set_column(position, field, column)
    return table
