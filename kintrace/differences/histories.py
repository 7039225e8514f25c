"""Whose histories are not the same in two runs, event by event, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from kintrace.differences.evidence import Evidence, Side, gather_evidence
from kintrace.differences.reasons import Line, Telling, Told, reasons_of, shown_records
from kintrace.differences.values import ChildChange, EventChange

_CHANGED = """
CREATE TABLE changed AS
SELECT DISTINCT child FROM (
    (SELECT child, event, klass, person, role FROM before EXCEPT SELECT child, event, klass, person, role FROM after)
    UNION ALL
    (SELECT child, event, klass, person, role FROM after EXCEPT SELECT child, event, klass, person, role FROM before))
"""
_ALL = "SELECT count(DISTINCT child) FROM (SELECT child FROM before UNION ALL SELECT child FROM after)"
_LINES = """
SELECT child, event, sealed, date, klass, person, role, record FROM {side} WHERE child IN (SELECT child FROM changed)
ORDER BY ALL
"""
_OF_CHANGED = {side: _LINES.format(side=side) for side in ("before", "after")}

Lines = dict[str, list[Line]]
"""By child."""


@dataclass(frozen=True, slots=True)
class HistoryChanges:
    """Which children's histories changed."""

    histories: int
    reasons: tuple[tuple[str, int], ...]
    children: tuple[ChildChange, ...]
    """All of them, by id."""


def compare_histories(
    sides: tuple[Side, Side], lines: tuple[pa.Table, pa.Table], told: tuple[pa.Table, pa.Table], shifted: pa.Table
) -> HistoryChanges:
    """The children whose sets of lines differ, each with the events that do and the reasons.

    Args:
        sides: The earlier run and the later one.
        lines: All lines of each, by :func:`kintrace.differences.lines.history_lines`.
        told: What each tells of its events, from the same function.
        shifted: record_id, old, new, how: mentions that are with another person now.
    """
    with duckdb.connect() as database:
        for name, table in zip(("before", "after"), lines, strict=True):
            database.register(name, table)
        database.execute(_CHANGED)
        histories = (database.execute(_ALL).fetchone() or (0,))[0]
        before, after = (_by_child(database, side) for side in ("before", "after"))
    several = [line for side in (before, after) for found in side.values() for line in found]
    evidence = gather_evidence(
        sides,
        shifted,
        records={i for line in several for i in line.incidents},
        parties={line.record for line in several if line.record},
    )
    wanted = {line.event for line in several}
    telling = (_telling(told[0], wanted), _telling(told[1], wanted))
    children = tuple(
        _child(child, before.get(child, []), after.get(child, []), evidence=evidence, telling=telling)
        for child in sorted(before.keys() | after.keys())
    )
    whys = Counter(why for one in children for why in {r.why for event in one.events for r in event.reasons})
    return HistoryChanges(histories, tuple(sorted(whys.items(), key=lambda w: (-w[1], w[0]))), children)


def _by_child(database: duckdb.DuckDBPyConnection, side: str) -> Lines:
    found: Lines = defaultdict(list)
    for child, *rest in database.execute(_OF_CHANGED[side]).fetchall():
        found[child].append(Line(*rest))
    return found


def _telling(told: pa.Table, wanted: set[str]) -> Telling:
    columns = ["event", "date", "category", "domestic", "counts", "place_id"]
    rows = zip(*(told[name].to_pylist() for name in columns), strict=True)
    return {event: Told(tuple(said), place) for event, *said, place in rows if event in wanted}


def _child(
    child: str, before: list[Line], after: list[Line], *, evidence: Evidence, telling: tuple[Telling, Telling]
) -> ChildChange:
    events = []
    said = ({line.said for line in before}, {line.said for line in after})
    changed = [line for line in before if line.said not in said[1]] + [
        line for line in after if line.said not in said[0]
    ]
    for group in _groups(changed):
        of_group = {line.event for line in group}
        one, other = ([line for line in side if line.event in of_group] for side in (before, after))
        events.append(
            EventChange(
                records=shown_records([*one, *other], evidence, child),
                date=min(line.date for line in group),
                before=_parts(one),
                after=_parts(other),
                reasons=reasons_of(child, group, evidence, before=telling[0], after=telling[1]),
            )
        )
    events.sort(key=lambda event: (event.date, event.records, event.before, event.after))
    return ChildChange(child, len({line.event for line in before}), len({line.event for line in after}), tuple(events))


def _groups(changed: Sequence[Line]) -> list[list[Line]]:
    """Lines of one event, and of events that have a record in common."""
    groups: list[tuple[set[str], list[Line]]] = []
    for line in changed:
        keys = set(line.incidents) or {line.event}
        touching = [group for group in groups if group[0] & keys]
        merged = (keys.union(*(g[0] for g in touching)), [x for g in touching for x in g[1]] + [line])
        groups = [group for group in groups if not group[0] & keys] + [merged]
    return [lines for _, lines in groups]


def _parts(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(sorted({" ".join(x for x in (line.klass, line.person, line.role) if x) for line in lines}))
