"""What came into the registers and what went, table by table, and which settings were changed."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from kintrace.differences.values import RegisterChange, SettingChange
from kintrace.pipeline.runs import Run
from linkage.tables import CANONICAL

_TABLES = ("persons", "residences", "relations", "incidents", "involvements", "protections")
_MORE_KEYS = {"relations": ("source_row",)}
"""Several relatives may be named by number alone, so the row's own key tells them apart."""
_OF_THE_EXTRACT = frozenset({"extract", "known_from", "known_to"})
"""Columns that an extract drawn later states in other words without saying anything else."""

_SQL = """
WITH one AS (SELECT register, {key} AS key, {content} AS content, known_to FROM earlier),
other AS (SELECT register, {key} AS key, {content} AS content, known_to FROM later),
paired AS (
    SELECT coalesce(b.register, a.register) AS register, a.key IS NOT NULL AS was, b.key IS NOT NULL AS is_now,
           a.known_to > b.known_to AS withdrawn, a.content <> b.content OR a.register <> b.register AS other_content
    FROM one a FULL JOIN other b ON a.key = b.key)
SELECT register, count_if(was), count_if(is_now), count_if(NOT was), count_if(NOT is_now),
       count_if(was AND is_now AND withdrawn), count_if(was AND is_now AND NOT withdrawn AND other_content)
FROM paired GROUP BY register ORDER BY register
"""


def setting_changes(earlier: Run, later: Run) -> tuple[SettingChange, ...]:
    """Settings, versions and accepted extracts that are not the same, by name."""
    one, other = (_flat(run.manifest()) for run in (earlier, later))
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return tuple(SettingChange(name, one.get(name), other.get(name)) for name in names)


def _flat(manifest: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ("settings", "versions", "accepted"):
        content = manifest.get(part) or {}
        entries = content.items() if isinstance(content, dict) else enumerate(content)
        found |= {f"{part}.{name}": str(value) for name, value in entries}
    return found


def register_changes(earlier: Run, later: Run) -> tuple[RegisterChange, ...]:
    """Rows that came, went, were withdrawn or corrected, for each register and table in which any did."""
    found = []
    for table in _TABLES:
        with duckdb.connect() as database:
            for name, run in (("earlier", earlier), ("later", later)):
                database.register(name, run.read("load", table))
            rows = database.execute(_query(table)).fetchall()
        changes = [RegisterChange(row[0], table, *row[1:]) for row in rows]
        found += [c for c in changes if c.came or c.went or c.withdrawn or c.corrected]
    return tuple(sorted(found, key=lambda change: (change.register, _TABLES.index(change.table))))


def _query(table: str) -> str:
    """The comparison of one table; column names are our own declarations, never input."""
    shape = CANONICAL[table]
    key = (*shape.key, *_MORE_KEYS.get(table, ()))
    # Sealed rows are told apart by their number alone, and those from a source row by it.
    content = [f.name for f in shape.schema if f.name not in {*key, *_OF_THE_EXTRACT, "register"}]
    return _SQL.format(key=_text(shape.schema, key), content=_text(shape.schema, content))


def _text(schema: pa.Schema, columns: tuple[str, ...] | list[str]) -> str:
    """One text of several columns, in which a null differs from every value."""
    return " || chr(31) || ".join(f"coalesce(CAST({schema.field(name).name} AS VARCHAR), chr(30))" for name in columns)
