"""What a resolution answers: the family histories of all true children, from a snapshot."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from graph.grant import demo_grant
from graph.history import bulk_rows
from graph.model import NODES, RELATIONSHIPS
from graph.projection import ProjectionInput, Scope, project
from graph.snapshot import Snapshot, write_snapshot
from kintrace.evaluation.truth import Truth
from kintrace.pipeline.runs import Run
from linkage.events import join_events
from linkage.households import build_coresidence, build_episodes, build_households, resolve_relations
from linkage.tables import CANONICAL


@dataclass(frozen=True, slots=True)
class Answers:
    """Histories of the true children under one resolution."""

    entities: pa.Table
    """record_id, entity_id."""
    events: pa.Table
    """incident_id, event_id."""
    children: pa.Table
    """child (true person), entity_id: the entity that holds most of the child's records."""
    rows: pa.Table
    """child_id (entity) and the columns of a history row."""
    sealed_events: pa.Table
    """event_id of events whose place and sources are sealed."""


def answers_of_run(run: Run, truth: Truth) -> Answers:
    """What the run itself answers."""
    entities = run.read("resolve", "entities")
    snapshot = Snapshot.open(run.stage("snapshot") / "store")
    return _ask(snapshot, entities, run.read("events", "events"), run.read("graph", "Incident"), truth)


def answers_with_entities(run: Run, truth: Truth, entities: pa.Table) -> Answers:
    """What the run's registers would answer under another resolution of the mentions.

    With the true one this is the ceiling: all that the registers hold, if nobody is mistaken.
    """
    canonical = {name: run.read("load", name) for name in CANONICAL if name not in ("refused", "quality")}
    canonical.update(run.read_all("wash", ("residences", "incidents")))
    addresses = run.read("wash", "addresses")
    events = join_events(canonical["incidents"], canonical["involvements"], entities, addresses=addresses)
    episodes = build_episodes(canonical["residences"], entities, addresses)
    relations = resolve_relations(canonical["relations"], canonical["persons"], entities)
    resolution = {
        "addresses": addresses,
        "entities": entities,
        "links": _certain_links(entities),
        "events": events,
        "episodes": episodes,
        "coresidence": build_coresidence(episodes, relations.kin),
        "households": build_households(episodes),
        "kin": relations.kin,
        "partners": relations.partners,
    }
    tables = project(ProjectionInput(canonical, resolution), Scope.INCIDENT)
    with tempfile.TemporaryDirectory(prefix="kintrace-") as scratch:
        store = Path(scratch) / "store"
        write_snapshot({name: tables[name] for name in [*NODES, *RELATIONSHIPS]}, store)
        return _ask(Snapshot.open(store), entities, events, tables["Incident"], truth)


def true_entities(run: Run, truth: Truth) -> pa.Table:
    """The partition nobody can beat: every mention in its true person; sealed mentions as the run has them."""
    own = run.read("resolve", "entities")
    records = truth.tables["records"]
    sql = """
        select o.record_id, coalesce('T' || r.person, o.entity_id) as entity_id
        from own o left join records r using (record_id) order by o.record_id
    """
    with duckdb.connect() as db:
        db.register("own", own)
        db.register("records", records)
        return db.sql(sql).to_arrow_table().cast(own.schema)


def _certain_links(entities: pa.Table) -> pa.Table:
    n = entities.num_rows
    return pa.table(
        {
            "record_id": entities["record_id"],
            "entity_id": entities["entity_id"],
            "anchor_id": pa.nulls(n, pa.string()),
            "match_weight": pa.array([0.0] * n),
            "probability": pa.array([1.0] * n),
        }
    )


def _ask(snapshot: Snapshot, entities: pa.Table, events: pa.Table, incidents: pa.Table, truth: Truth) -> Answers:
    children = _child_entities(entities, truth)
    ids = sorted(set(children.column("entity_id").to_pylist()))
    known = [i for i in ids if snapshot.find("Person", i) is not None]
    rows = bulk_rows(snapshot, known, truth.as_of, demo_grant("evaluation"), today=dt.date(1970, 1, 1))
    sealed = incidents.filter(incidents.column("sealed")).select(["event_id"])
    return Answers(entities, events.select(["incident_id", "event_id"]), children, rows, sealed)


def _child_entities(entities: pa.Table, truth: Truth) -> pa.Table:
    sql = """
        select c.child, e.entity_id
        from children c join records r on r.person = c.child join entities e using (record_id)
        group by 1, 2 qualify row_number() over (partition by c.child order by count(*) desc, e.entity_id) = 1
        order by 1
    """
    with duckdb.connect() as db:
        db.register("entities", entities)
        db.register("records", truth.tables["records"])
        db.register("children", truth.tables["children"])
        return db.sql(sql).to_arrow_table()
