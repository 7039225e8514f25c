"""The stages of a rebuild, in order; each reads what earlier ones wrote and says what it made.

A stage is a function from a context to its output. It touches nothing but its output, so killing it
loses only its own work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from graph.projection import CANONICAL_READ, ProjectionInput, Scope, project
from graph.snapshot import write_snapshot
from kintrace.pipeline.progress import Reporter
from kintrace.pipeline.runs import Run
from kintrace.settings import Settings
from linkage.addresses import wash_tables
from linkage.events import join_events
from linkage.households import build_coresidence, build_episodes, build_households, resolve_relations
from linkage.partition import name_entities
from linkage.people import PeopleSettings, resolve_people
from loaders import load_into as load_registers
from loaders.mapping import read_mapping


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage may read."""

    run: Run
    settings: Settings
    previous: pa.Table | None
    """The last published id map (ENTITIES shape): ids are inherited from it."""
    reporter: Reporter
    judgements: pa.Table | None = None
    """The ledger as it was when the rebuild began, schema `linkage.judgements.JUDGEMENTS`."""

    def table(self, stage: str, name: str) -> pa.Table:
        """A table that an earlier stage wrote."""
        return self.run.read(stage, name)


@dataclass(frozen=True, slots=True)
class Output:
    """What a stage made: tables, small documents, and one line for the operator."""

    summary: str
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def load(context: Context, folder: Path) -> Output:
    """Registers to canonical tables: checked, refused rows apart, special protection sealed."""
    mappings = [read_mapping(path) for path in context.settings.mappings]
    rows = load_registers(folder, mappings, as_loaded=context.settings.as_of)
    made = f"{rows['persons']:,} mentions, {rows['incidents']:,} incident records"
    return Output(f"{len(mappings)} registers, {made}, {rows['refused']:,} rows or values refused")


def wash(context: Context, folder: Path) -> Output:
    """Every address washed against the addresses seen."""
    residences, incidents, streets = (context.table("load", name) for name in ("residences", "incidents", "streets"))
    washed = wash_tables(residences, incidents, streets=streets)
    return Output(f"{washed.addresses.num_rows:,} addresses", washed._asdict())


def resolve(context: Context, folder: Path) -> Output:
    """Who is who: the partition of mentions into entities, with its links and its model."""
    ledger = {} if context.judgements is None else {"judgements": context.judgements}
    people = resolve_people(
        {
            "persons": context.table("load", "persons"),
            "relations": context.table("load", "relations"),
            "registers": context.table("load", "registers"),
            "involvements": context.table("load", "involvements"),
            "incidents": context.table("wash", "incidents"),
            "residences": context.table("wash", "residences"),
            "addresses": context.table("wash", "addresses"),
            **ledger,
        },
        PeopleSettings(seed=context.settings.seed),
        report=context.reporter.note,
    )
    named = name_entities(people.partition, context.previous)
    tables = {
        "entities": named.entities,
        "aliases": named.aliases,
        "links": people.links(named.entities),
        "pairs": people.pairs,
        "merges": people.merges,
        "judgements": people.judgements,
        "contradictions": people.contradictions,
    }
    count = len(named.entities.column("entity_id").unique())
    summary = f"{count:,} persons out of {named.entities.num_rows:,} mentions"
    return Output(summary, tables, {"model": people.model})


def events(context: Context, folder: Path) -> Output:
    """Records of one night joined to one event."""
    joined = join_events(
        context.table("wash", "incidents"),
        context.table("load", "involvements"),
        context.table("resolve", "entities"),
        addresses=context.table("wash", "addresses"),
    )
    count = len(joined.column("event_id").unique())
    return Output(f"{count:,} events out of {joined.num_rows:,} records", {"events": joined})


def households(context: Context, folder: Path) -> Output:
    """Who lived where, with whom and when; who is whose child and spouse."""
    entities = context.table("resolve", "entities")
    episodes = build_episodes(context.table("wash", "residences"), entities, context.table("wash", "addresses"))
    relations = resolve_relations(context.table("load", "relations"), context.table("load", "persons"), entities)
    tables = {
        "episodes": episodes,
        "coresidence": build_coresidence(episodes, relations.kin),
        "households": build_households(episodes),
        "kin": relations.kin,
        "partners": relations.partners,
    }
    count = len(tables["households"].column("household_id").unique())
    return Output(f"{episodes.num_rows:,} episodes, {count:,} households", tables)


def graph(context: Context, folder: Path) -> Output:
    """The graph within its scope, as node and relationship tables."""
    scope = Scope.INCIDENT if context.settings.scope == "incident" else Scope.all(context.settings.scope_legal_basis)
    tables = project(_projection_input(context.run), scope)  # no name here, so that it can go as soon as it is read
    persons, incidents = tables["Person"].num_rows, tables["Incident"].num_rows
    return Output(f"{persons:,} persons and {incidents:,} events in scope ({scope.kind})", tables)


def _projection_input(run: Run) -> ProjectionInput:
    canonical = run.read_all("load", [name for name in CANONICAL_READ if name != "incidents"])
    canonical.update(run.read_all("wash", ("incidents",)))
    resolution = {
        **run.read_all("wash", ("addresses",)),
        **run.read_all("resolve", ("entities", "links")),
        **run.read_all("events", ("events",)),
        **run.read_all("households", ("episodes", "coresidence", "households", "kin", "partners")),
    }
    return ProjectionInput(canonical, resolution)


def snapshot(context: Context, folder: Path) -> Output:
    """The columnar snapshot that look-ups answer from."""
    from graph.model import NODES, RELATIONSHIPS

    write_snapshot(context.run.read_all("graph", [*NODES, *RELATIONSHIPS]), folder / "store")
    return Output("written")


STAGES: tuple[Callable[[Context, Path], Output], ...] = (load, wash, resolve, events, households, graph, snapshot)
"""The stages in order; a stage's folder bears its name."""
