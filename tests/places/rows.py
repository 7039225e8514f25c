"""Canonical tables out of the few values a test is about; everything else has a plain default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from linkage.intervals import FIRST_DAY, LAST_DAY, to_date
from linkage.tables import (
    ENTITIES,
    EPISODES,
    INCIDENTS,
    INVOLVEMENTS,
    PERSONS,
    RELATIONS,
    RESIDENCES,
    STREETS,
    TableShape,
)

Row = Mapping[str, Any]

_DEFAULTS: dict[str, Any] = {
    "register": "cpr",
    "extract": "2024",
    "known_from": dt.date(2024, 1, 1),
    "known_to": LAST_DAY,
    "sealed": False,
    "valid_from": FIRST_DAY,
    "valid_to": LAST_DAY,
    "uncertainty": "registered",
    "category": "domestic_disturbance",
    "verified": True,
    "role": "INJURED",
    "earlier_surnames": [],
    "identifiers": [],
    "unit": True,
    "hub": False,
}


def _plain(value: Any) -> Any:
    return to_date(value) if isinstance(value, int) and not isinstance(value, bool) else value


def table(shape: TableShape, rows: Iterable[Row]) -> pa.Table:
    """A table of a shape; days may be given as integers, missing columns take defaults or null."""
    full = []
    for number, row in enumerate(rows):
        defaults = _DEFAULTS | {"source_row": str(number)}
        full.append({f.name: _plain(row.get(f.name, defaults.get(f.name))) for f in shape.schema})
    return shape.check(pa.Table.from_pylist(full, schema=shape.schema))


def residences(*rows: Row) -> pa.Table:
    return table(RESIDENCES, ({"record_id": f"r{i}"} | dict(row) for i, row in enumerate(rows)))


def incidents(*rows: Row) -> pa.Table:
    return table(INCIDENTS, ({"incident_id": f"i{i}"} | dict(row) for i, row in enumerate(rows)))


def involvements(named: Mapping[str, Iterable[str]]) -> pa.Table:
    """Who is named in which incident: incident id to record ids."""
    pairs = [{"incident_id": i, "record_id": r} for i, records in named.items() for r in records]
    return table(INVOLVEMENTS, pairs)


def entities(owner: Mapping[str, str]) -> pa.Table:
    """Record id to entity id."""
    return table(ENTITIES, [{"record_id": r, "entity_id": e} for r, e in owner.items()])


def episodes(*rows: Row) -> pa.Table:
    return table(EPISODES, ({"record_id": "r"} | _door(row) for row in rows))


def _door(row: Row) -> dict[str, Any]:
    return {"access_id": row.get("address_id")} | dict(row)


def persons(*rows: Row) -> pa.Table:
    return table(PERSONS, rows)


def relations(*rows: Row) -> pa.Table:
    return table(RELATIONS, rows)


def days_of(rows: pa.Table, *keys: str) -> set[tuple[Any, ...]]:
    """The rows as a set of (keys..., day), one for every day of their interval."""
    found = set()
    for row in rows.to_pylist():
        day = row["valid_from"]
        while day < row["valid_to"]:
            found.add((*(row[k] for k in keys), day))
            day += dt.timedelta(days=1)
    return found


def streets(*rows: Row) -> pa.Table:
    """Names of streets: one row per name, under ``code``, its municipality and street code."""
    return table(
        STREETS, ({"street_id": f"cpr:{row['municipality']}/{row['street_code']}"} | dict(row) for row in rows)
    )
