"""What changed between two runs below the histories: the facts that a change of a history is put down to.

Each query gives what is not the same, with persons by their ids in the later run. None gives a place or
a district, and only records that a graph shows are asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from graph.snapshot import Snapshot
from kintrace.differences.queries import CHANGED_PAIRS, OTHER_DATES, PARTIES, RECORDS, WASHED_OTHERWISE
from kintrace.pipeline.runs import Run
from linkage.tables import PLACE
from linkage.vocabulary import Protection

_WORDS = tuple(f.name for f in PLACE if f.name not in ("address_id", "access_id", "grade"))
"""An address as a register states it."""

_TABLES = ("CHILD_OF", "PARTNER_OF", "LIVED_WITH", "LIVED_AT", "Person")


class RecordFacts(NamedTuple):
    """One incident record in both runs."""

    was: bool
    is_now: bool
    stood: bool
    """Whether the earlier run believed it."""
    stands: bool
    event_before: str | None
    event_after: str | None
    same_place: bool
    """Whether the register states the place in the same words."""


class PartyFacts(NamedTuple):
    """One mention in an incident, in both runs."""

    stood: bool
    """Whether the earlier run believed it."""
    stands: bool
    same_roles: bool


class Shift(NamedTuple):
    """A mention that is with another person now."""

    old: str
    new: str
    how: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts that differ, ready to be looked up."""

    records: Mapping[str, RecordFacts]
    parties: Mapping[str, PartyFacts]
    """Mentions of the changed lines."""
    shifts: Mapping[str, Shift]
    """Mentions by record id."""
    shifted: Mapping[str, Shift]
    """A shift of each person that lost or gained mentions."""
    relations: Mapping[str, set[str]]
    """With whom a person's registered relations are not the same."""
    shared: Mapping[str, set[str]]
    """With whom a person's time under one roof is not the same."""
    stays: frozenset[str]
    """Persons whose stays are not the same."""
    washed: frozenset[str]
    """Persons with a stay that the register states as before and the run has at another address."""
    dates: frozenset[str]
    """Persons whose day of birth or death is not the same."""
    protected: frozenset[str]
    """Persons under special protection in the later run: what was sealed of them since is not told."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs."""

    name: str
    """``earlier`` or ``later``."""
    run: Run
    snapshot: Snapshot
    successors: pa.Table
    """old, new: how persons are called in the later run."""


def gather_evidence(
    sides: tuple[Side, Side], shifted: pa.Table, *, records: Iterable[str], parties: Iterable[str]
) -> Evidence:
    """Everything that a changed history may be put down to.

    Args:
        sides: The earlier run and the later one.
        shifted: record_id, old, new, how.
        records: Incident records of the changed lines.
        parties: Mentions of the changed lines.
    """
    shifts = {row["record_id"]: Shift(row["old"], row["new"], row["how"]) for row in shifted.to_pylist()}
    with duckdb.connect() as database:
        for side in sides:
            _add(database, side)
        stays = _pairs(database, "LIVED_AT")
        return Evidence(
            records={row[0]: RecordFacts(*row[1:]) for row in _ask(database, RECORDS, records)},
            parties={row[0]: PartyFacts(*row[1:]) for row in _ask(database, PARTIES, parties)},
            shifts=shifts,
            shifted={person: shift for shift in shifts.values() for person in (shift.old, shift.new)},
            relations=_neighbours(_pairs(database, "CHILD_OF", "PARTNER_OF")),
            shared=_neighbours(_pairs(database, "LIVED_WITH")),
            stays=frozenset(person for person, _ in stays),
            washed=frozenset(row[0] for row in database.execute(WASHED_OTHERWISE).fetchall()),
            dates=frozenset(row[0] for row in database.execute(OTHER_DATES).fetchall()),
            protected=_protected(sides[1].run),
        )


def _add(database: duckdb.DuckDBPyConnection, side: Side) -> None:
    tables: dict[str, pa.Table] = {
        **{name: side.snapshot.table(name) for name in _TABLES},
        "incidents": _stated(side.run.read("load", "incidents", ["incident_id", "known_to", *_WORDS])),
        "residences": _stated(side.run.read("load", "residences", ["record_id", "valid_from", *_WORDS])),
        "involvements": side.run.read("load", "involvements", ["record_id", "role", "known_to"]),
        "events": side.run.read("events", "events", ["incident_id", "event_id"]),
        "successors": side.successors,
    }
    for name, table in tables.items():
        database.register(f"{side.name}_{name}", table)


def _protected(run: Run) -> frozenset[str]:
    """Persons who have or had special protection, and the children who lived with them then."""
    kinds, stays = (
        run.read("load", "protections", ["record_id", "kind"]),
        run.read("load", "residences", ["record_id", "sealed"]),
    )
    special = kinds.filter(pc.equal(kinds["kind"], Protection.SPECIAL.value))["record_id"]
    records = pa.chunked_array([*special.chunks, *stays.filter(stays["sealed"])["record_id"].chunks], pa.string())
    entities = run.read("resolve", "entities")
    found = entities.filter(pc.is_in(entities["record_id"], value_set=records.combine_chunks()))
    return frozenset(found["entity_id"].to_pylist())


def _stated(table: pa.Table) -> pa.Table:
    """The table with the words of its address as one text."""
    texts = [pc.fill_null(table[name], "\x1e") for name in _WORDS]
    return table.drop_columns(list(_WORDS)).append_column("stated", pc.binary_join_element_wise(*texts, "\x1f"))


def _pairs(database: duckdb.DuckDBPyConnection, *tables: str) -> set[tuple[str, str]]:
    """Pairs of persons (or person and address) of whom a row of these types is not the same."""
    return {pair for table in tables for pair in database.execute(CHANGED_PAIRS[table]).fetchall()}


def _neighbours(pairs: set[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return dict(found)


def _ask(database: duckdb.DuckDBPyConnection, sql: str, asked: Iterable[str]) -> list[tuple[Any, ...]]:
    database.register("asked", pa.table({"record": pa.array(sorted(asked), pa.string())}))
    rows: list[tuple[Any, ...]] = database.execute(sql).fetchall()
    database.unregister("asked")
    return rows
