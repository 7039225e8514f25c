"""The histories of all children of a run as lines that can be compared with another run's.

A line is told apart by what it says, not by ids that a rebuild may give anew: the event by the records
that tell of it, the persons by who they are in the later run. A sealed event has no such records, its
day and kind stand for it.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import pyarrow as pa

from graph.grant import Grant
from graph.history import bulk_rows
from graph.snapshot import Snapshot
from kintrace.pipeline.runs import Run

_EVENTS = """
CREATE TABLE told AS
WITH standing AS (
    SELECT start_id AS event_id, string_agg(DISTINCT incident_id, chr(31) ORDER BY incident_id) AS records
    FROM RECORDED_IN WHERE known_to = DATE '9999-12-31' GROUP BY start_id)
SELECT e.event_id, e.sealed, e.date, e.category, e.place_id, e.domestic, e.counts,
       CASE WHEN e.sealed THEN 'protected ' || e.date || ' ' || e.category ELSE s.records END AS event
FROM Incident e JOIN standing s USING (event_id)
"""

_LINES = """
SELECT DISTINCT coalesce(c.new, r.child_id) AS child, t.event, t.sealed, t.date, r.klass,
       coalesce(p.new, r.person_id) AS person, r.role, CASE WHEN t.sealed THEN NULL ELSE r.record_id END AS record
FROM rows r JOIN told t USING (event_id)
LEFT JOIN successors c ON c.old = r.child_id LEFT JOIN successors p ON p.old = r.person_id
ORDER BY ALL
"""


def open_snapshot(run: Run) -> Snapshot:
    """The snapshot of a run."""
    return Snapshot.open(run.stage("snapshot") / "store")


def history_lines(
    snapshot: Snapshot, as_of: dt.date, grant: Grant, *, today: dt.date, successors: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """All lines of all histories at ``as_of``, and what is told of each event.

    Args:
        snapshot: The run's own.
        as_of: The day of every history.
        grant: The purpose of the look-up.
        today: The day of the look-up.
        successors: old, new: how persons of this run are called in the later one; empty for the later itself.

    Returns:
        Columns child, event, sealed, date, klass, person, role, record; and event_id, event, sealed, date,
        category, place_id, domestic, counts.

    Raises:
        GrantError: The grant is incomplete or has run out.
    """
    people = snapshot.table("Person")
    held = people.filter(people["held"])["person_id"].to_pylist()
    rows = bulk_rows(snapshot, held, as_of, grant, today=today)
    with duckdb.connect() as database:
        for name in ("Incident", "RECORDED_IN"):
            database.register(name, snapshot.table(name))
        database.register("rows", rows)
        database.register("successors", successors)
        database.execute(_EVENTS)
        lines = database.sql(_LINES).to_arrow_table()
        return lines, database.sql("SELECT * FROM told ORDER BY ALL").to_arrow_table()


def no_successors() -> pa.Table:
    """Nobody is called otherwise."""
    return pa.table({"old": pa.array([], pa.string()), "new": pa.array([], pa.string())})
