"""Histories of many children at once, as one Arrow table: what evaluation and screening read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from graph.grant import Grant
from graph.history.events import Findings, findings
from graph.history.members import Family, family, question
from graph.snapshot import Snapshot
from linkage.tables import DAY, TEXT, TableShape

BULK_ROWS = TableShape(
    "history_rows",
    pa.schema(
        [
            pa.field("child_id", TEXT, nullable=False),
            pa.field("event_id", TEXT, nullable=False),
            pa.field("klass", TEXT, nullable=False),
            pa.field("person_id", TEXT),
            pa.field("role", TEXT),
            pa.field("record_id", TEXT),
            pa.field("rule", TEXT),
            pa.field("date", DAY, nullable=False),
            pa.field("incident_id", TEXT),
            pa.field("district", TEXT),
        ]
    ),
    ("child_id", "event_id", "klass", "person_id", "role", "record_id"),
    "One row per part of each entry of each child's history; person, role, record, rule and incident are null "
    "in class C. `district` is the event's.",
)

_Line = tuple[int, int, str, int, int, str]
"""Child, event, class, person, row of INVOLVED_IN, rule; -1 for nobody."""


def bulk_rows(
    snapshot: Snapshot,
    child_ids: Iterable[str],
    as_of: dt.date,
    grant: Grant,
    *,
    today: dt.date,
    known_at: dt.date | None = None,
) -> pa.Table:
    """Rows of the histories of many children, in the shape of :data:`BULK_ROWS`.

    The same rows as ``history_rows(family_history(...))`` for each child, in the order of ``child_ids``,
    without the cost of the readable answer. A person who is no child at ``as_of`` adds no rows.

    Raises:
        GrantError: The grant is incomplete or has run out.
        UnknownPersonError: An id names nobody in the snapshot.
    """
    grant.check(today)
    asked = question(as_of, known_at)
    lines: list[_Line] = []
    for child_id in child_ids:
        child = snapshot.person(child_id)
        made = family(snapshot, child, asked)
        if made is not None:
            found = findings(snapshot, made, asked, own_roles_of_children=grant.own_roles_of_children)
            lines.extend(_lines(made, found))
    return _table(snapshot, lines)


def _lines(made: Family, found: Findings) -> list[_Line]:
    lines = [
        (made.child, event, klass, person, row, made.rules[person])
        for klass, events in (("A", found.a), ("B", found.b))
        for event, rows in events.items()
        for person, row in rows
    ]
    lines.extend((made.child, event, "C", -1, -1, "") for event in found.c)
    return sorted(lines)


def _table(snapshot: Snapshot, lines: list[_Line]) -> pa.Table:
    child, event, klass, person, row, rule = zip(*lines, strict=True) if lines else ((),) * 6
    named = np.asarray(person, dtype=np.int64) >= 0
    codes = {name: pa.array(np.asarray(c, dtype=np.int64)) for name, c in (("child", child), ("event", event))}
    persons = pa.array(np.asarray(person, dtype=np.int64), mask=~named)
    parts = pa.array(np.asarray(row, dtype=np.int64), mask=~named)
    ids = snapshot.column("Person", "person_id")
    made = pa.table(
        {
            "child_id": ids.take(codes["child"]),
            "event_id": snapshot.column("Incident", "event_id").take(codes["event"]),
            "klass": pa.array(klass, TEXT),
            "person_id": ids.take(persons),
            "role": snapshot.column("INVOLVED_IN", "role").take(parts),
            "record_id": snapshot.column("INVOLVED_IN", "record_id").take(parts),
            "rule": pa.array([one or None for one in rule], TEXT),
            "date": snapshot.column("Incident", "date").take(codes["event"]),
            "incident_id": snapshot.column("INVOLVED_IN", "incident_id").take(parts),
            "district": snapshot.column("Incident", "district").take(codes["event"]),
        }
    )
    # A part believed in two spells is one line; grouping on one thread keeps the order of first appearance.
    return BULK_ROWS.check(made.group_by(made.column_names, use_threads=False).aggregate([]))
