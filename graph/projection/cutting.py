"""Takes protected time out of intervals, row by row: few rows touch it, all others pass as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkage.intervals import Interval, to_date, to_days, union
from linkage.tables import PROTECTED_REGISTER

Times = dict[str, list[Interval]]
Row = dict[str, Any]


def cut_time(table: pa.Table, times: pa.Table, persons: tuple[str, ...]) -> pa.Table:
    """The rows without the part of ``[valid_from, valid_to)`` that lies in protected time of a person.

    Args:
        table: Any table with ``valid_from`` and ``valid_to``.
        times: Protected time: ``entity_id``, ``valid_from``, ``valid_to``.
        persons: Columns of ``table`` that name an entity.
    """
    protected = _times(times)
    rest, touched = _split(table, protected, persons)
    made: list[Row] = []
    for row in touched:
        inside = union(span for name in persons for span in protected.get(row[name], []))
        made.extend(row | _days(span) for span in _without(_span(row), inside))
    return _together(rest, made)


def hide_stays(episodes: pa.Table, times: pa.Table) -> pa.Table:
    """The stays, split at the borders of protected time; the part inside has no address any more."""
    protected = _times(times)
    unsealed = pc.invert(episodes["sealed"])
    rest, touched = _split(episodes.filter(unsealed), protected, ("entity_id",))
    made: list[Row] = []
    for row in touched:
        inside = protected[row["entity_id"]]
        made.extend(row | _days(span) for span in _without(_span(row), inside))
        for one in inside:
            span = _span(row) & one
            if span.days:
                made.append(row | _days(span) | _SEALED)
    return pa.concat_tables([episodes.filter(episodes["sealed"]), _together(rest, made)])


_SEALED: Row = {
    "address_id": None,
    "access_id": None,
    "unit": False,
    "hub": False,
    "register": PROTECTED_REGISTER,
    "sealed": True,
}


def _times(times: pa.Table) -> Times:
    found: Times = {}
    for row in times.to_pylist():
        found.setdefault(row["entity_id"], []).append(_span(row))
    return {entity: union(spans) for entity, spans in found.items()}


def _split(table: pa.Table, protected: Times, persons: tuple[str, ...]) -> tuple[pa.Table, list[Row]]:
    """Rows of nobody protected, and the other rows as values."""
    entities = pa.array(sorted(protected), pa.string())
    touched = pc.is_in(table[persons[0]], value_set=entities)
    for name in persons[1:]:
        touched = pc.or_(touched, pc.is_in(table[name], value_set=entities))
    return table.filter(pc.invert(touched)), table.filter(touched).to_pylist()


def _together(rest: pa.Table, made: list[Row]) -> pa.Table:
    return pa.concat_tables([rest, pa.Table.from_pylist(made, schema=rest.schema)])


def _span(row: Row) -> Interval:
    return Interval(to_days(row["valid_from"]), to_days(row["valid_to"]))


def _days(span: Interval) -> Row:
    return {"valid_from": to_date(span.start), "valid_to": to_date(span.end)}


def _without(span: Interval, inside: Iterable[Interval]) -> list[Interval]:
    """The days of ``span`` outside all of ``inside``, which is sorted and disjoint."""
    left, start = [], span.start
    for one in inside:
        left.append(Interval(start, min(one.start, span.end)))
        start = max(start, one.end)
    left.append(Interval(start, span.end))
    return [part for part in left if part.days]
