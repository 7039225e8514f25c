"""`kintrace family`, `person` and `search`: look-ups in a published run."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import click

from graph.errors import UnknownPersonError
from kintrace.audit import record_lookup
from kintrace.cli.options import Day, Lookup, json_option, print_json, today, with_lookup
from kintrace.pipeline.runs import Run
from kintrace.views.console import console


def _snapshot(run: Run) -> Any:
    from graph.snapshot import Snapshot

    return Snapshot.open(run.stage("snapshot") / "store")


def _looked_up(lookup: Lookup, snapshot: Any, action: str, given: str) -> str:
    """The person that an own id or a record id means; logged, also when nobody has it."""
    try:
        found = given if ":" not in given else str(snapshot.person_of_record(given))
    except UnknownPersonError:
        record_lookup(lookup.run, lookup.grant, action, [given])
        raise
    record_lookup(lookup.run, lookup.grant, action, [found])
    return found


def _as_of(run: Run, stated: dt.date | None) -> dt.date:
    return stated or dt.date.fromisoformat(run.manifest()["settings"]["as_of"])


@click.command()
@click.argument("person")
@click.option("--as-of", type=Day(), help="The day whose family is meant. [default: the day of the extracts]")
@click.option("--known-at", type=Day(), help="Only what was known on this day.")
@with_lookup
@json_option
def family(
    person: str,
    as_of: dt.date | None,
    known_at: dt.date | None,
    lookup: Lookup,
    as_json: bool,
) -> None:
    """Show the family of a child and its incident history across moves.

    PERSON is a person id (E...) or a record id (register:key).
    """
    from graph.history import family_history
    from kintrace.views.family import render_family

    run, grant = lookup.run, lookup.grant
    snapshot = _snapshot(run)
    child = _looked_up(lookup, snapshot, "family", person)
    history = family_history(snapshot, child, _as_of(run, as_of), grant, today=today(), known_at=known_at)
    if as_json:
        print_json(dataclasses.asdict(history))
    else:
        console().print(render_family(history))


@click.command()
@click.argument("person")
@click.option("--as-of", type=Day(), help="The day meant. [default: the day of the extracts]")
@with_lookup
@json_option
def person(
    person: str,
    as_of: dt.date | None,
    lookup: Lookup,
    as_json: bool,
) -> None:
    """Show one person: the mentions it is made of, stays, relatives and parts in incidents.

    PERSON is a person id (E...) or a record id (register:key).
    """
    from graph.person import person_profile
    from kintrace.views.person import render_person

    run, grant = lookup.run, lookup.grant
    snapshot = _snapshot(run)
    found = _looked_up(lookup, snapshot, "person", person)
    profile = person_profile(snapshot, found, _as_of(run, as_of), grant, today=today())
    if as_json:
        print_json(dataclasses.asdict(profile))
    else:
        console().print(render_person(profile))


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--born", type=Day(), help="Birth date, YYYY-MM-DD.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="Most persons.")
@with_lookup
@json_option
def search(
    text: tuple[str, ...],
    born: dt.date | None,
    limit: int,
    lookup: Lookup,
    as_json: bool,
) -> None:
    """Find persons in scope by name, in any order of the words, and birth date; says why each one hit."""
    from graph.search import search as find
    from kintrace.views.person import render_hits

    run, grant = lookup.run, lookup.grant
    hits = find(_snapshot(run), " ".join(text), grant, today=today(), birth_date=born, limit=limit)
    record_lookup(run, grant, "search", [hit.person_id for hit in hits])
    if as_json:
        print_json([dataclasses.asdict(hit) for hit in hits])
    else:
        console().print(render_hits(hits, demo=grant.demo))
