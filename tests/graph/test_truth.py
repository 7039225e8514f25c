"""On a simulated population with everybody known, the histories are those of the simulator's own SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.grant import demo_grant
from graph.history import bulk_rows
from graph.projection import ProjectionInput, Scope, project
from graph.snapshot import Snapshot, write_snapshot
from linkage.households import build_coresidence
from linkage.intervals import FIRST_DAY, LAST_DAY
from linkage.tables import CANONICAL, RESOLUTION, TableShape
from loaders.synth import AS_OF, Noise, SynthSettings, make_denmark
from tests.graph.test_history import TODAY

ALWAYS = f"DATE '{FIRST_DAY}' AS known_from, DATE '{LAST_DAY}' AS known_to"
WRITTEN = f"'truth' AS register, 'truth' AS extract, {ALWAYS}, false AS sealed"

TABLES = {
    "registers": "SELECT 'truth' AS register, true AS synthetic, true AS one_record_per_person",
    "persons": f"""SELECT person AS record_id, birth_date, 'day' AS birth_precision, sex, deceased,
        []::VARCHAR[] AS earlier_surnames, []::STRUCT("type" VARCHAR, "value" VARCHAR)[] AS identifiers,
        person AS source_row, {WRITTEN} FROM persons""",
    # An event that does not count although its kind does was withdrawn by whoever wrote it down.
    "incidents": f"""SELECT * REPLACE (CASE WHEN counts THEN known_to ELSE DATE '2000-01-02' END AS known_to) FROM (
        SELECT counts, event AS incident_id, category, date AS occurred, place AS address_id, 'A' AS grade,
        district, true AS verified, event AS source_row, {WRITTEN} FROM events)""",
    "involvements": f"""SELECT event AS incident_id, person AS record_id, role, person AS source_row, {WRITTEN}
        FROM roles""",
    "addresses": """SELECT address AS address_id, min(access) AS access_id, min(district) AS district,
        bool_or(unit) AS unit, bool_or(hub) AS hub FROM stays GROUP BY address""",
    "entities": "SELECT person AS record_id, person AS entity_id FROM persons",
    "links": """SELECT person AS record_id, person AS entity_id, 1.0::DOUBLE AS match_weight,
        1.0::DOUBLE AS probability FROM persons""",
    "episodes": f"""SELECT person AS entity_id, CASE WHEN sealed THEN NULL ELSE address END AS address_id,
        CASE WHEN sealed THEN NULL ELSE access END AS access_id, valid_from, valid_to, unit AND NOT sealed AS unit,
        hub AND NOT sealed AS hub, person AS record_id, 'truth' AS register, sealed, {ALWAYS} FROM stays""",
    "kin": f"""SELECT person AS child_entity, other AS parent_entity, kind, valid_from,
        CASE WHEN kind = 'foster_parent' THEN least(valid_to, (birth_date + INTERVAL 18 YEAR)::DATE
            + CASE WHEN month(birth_date) = 2 AND day(birth_date) = 29 THEN 1 ELSE 0 END) ELSE valid_to END AS valid_to,
        'truth' AS register, {ALWAYS} FROM relations JOIN persons USING (person)
        WHERE kind IN ('parent', 'adoptive_parent', 'custody', 'foster_parent')""",
    "partners": f"""SELECT DISTINCT least(person, other) AS left_entity, greatest(person, other) AS right_entity, kind,
        valid_from, valid_to, 'truth' AS register, {ALWAYS} FROM relations WHERE kind IN ('spouse', 'partner')""",
    "events": "SELECT event AS incident_id, event AS event_id, 'single' AS reason FROM events",
}


def shaped(found: pa.Table, shape: TableShape) -> pa.Table:
    """The table with nulls in the columns that truth does not know."""
    columns = [
        found[f.name].cast(f.type) if f.name in found.column_names else pa.nulls(found.num_rows, f.type)
        for f in shape.schema
    ]
    return pa.table(columns, schema=shape.schema)


def inputs_of(truth: Path) -> ProjectionInput:
    shapes = {**CANONICAL, **RESOLUTION}
    made = {name: shape.empty() for name, shape in shapes.items()}
    with duckdb.connect() as database:
        for path in sorted(truth.glob("*.parquet")):
            database.register(path.stem, pq.read_table(path))
        for name, sql in TABLES.items():
            made[name] = shaped(database.sql(sql).to_arrow_table(), shapes[name])
    made["coresidence"] = build_coresidence(made["episodes"], made["kin"])
    return ProjectionInput({name: made[name] for name in CANONICAL}, {name: made[name] for name in RESOLUTION})


@pytest.mark.parametrize("scope", [Scope.INCIDENT, Scope.all("a synthetic population")], ids=["incident", "all"])
def test_histories_are_those_of_the_simulator(tmp_path: Path, scope: Scope) -> None:
    make_denmark(tmp_path / "denmark", SynthSettings(persons=2500, years=12, seed=20, noise=Noise.CLEAN))
    truth = tmp_path / "denmark" / "truth"
    write_snapshot(project(inputs_of(truth), scope), tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    children = pq.read_table(truth / "children.parquet")["child"].to_pylist()
    known = [child for child in children if snapshot.find("Person", child) is not None]
    found = bulk_rows(snapshot, known, AS_OF, demo_grant(), today=TODAY)
    histories, events = (pq.read_table(truth / f"{name}.parquet") for name in ("histories", "events"))
    dates = dict(zip(events["event"].to_pylist(), events["date"].to_pylist(), strict=True))
    sealed = set(histories.filter(histories["sealed"])["event"].to_pylist())
    expected = {
        (
            r["child"],
            "sealed" if r["event"] in sealed else r["event"],
            dates[r["event"]],
            r["class"],
            r["person"],
            r["role"],
        )
        for r in histories.to_pylist()
    }
    rows = {
        (
            r["child_id"],
            "sealed" if r["event_id"].startswith("protected:") else r["event_id"],
            r["date"],
            r["klass"],
            r["person_id"],
            r["role"],
        )
        for r in found.to_pylist()
    }
    assert rows == expected
    assert len(expected) > 500
    assert {row[3] for row in rows} == {"A", "B", "C"}
