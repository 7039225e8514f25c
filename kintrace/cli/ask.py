"""`kintrace family`, `person` and `search`: look-ups in a published run."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any, Literal

import click

from graph.errors import UnknownPersonError
from kintrace.audit import record_lookup
from kintrace.cli.options import Day, Lookup, json_option, print_json, today, with_lookup
from kintrace.cli.outputs import write_private
from kintrace.pipeline.runs import Run, build_id
from kintrace.views.console import console


def open_snapshot(run: Run) -> Any:
    """The snapshot that a run's look-ups answer from."""
    from graph.snapshot import Snapshot

    return Snapshot.open(run.stage("snapshot") / "store")


def looked_up(lookup: Lookup, snapshot: Any, action: str, given: str) -> str:
    """The person that an own id or a record id means; logged, also when nobody has it."""
    try:
        found = given if ":" not in given else str(snapshot.person_of_record(given))
    except UnknownPersonError:
        record_lookup(lookup.run, lookup.grant, action, [given])
        raise
    record_lookup(lookup.run, lookup.grant, action, [found])
    return found


def as_of_run(run: Run, stated: dt.date | None) -> dt.date:
    """The day asked for, else the day of the run's extracts."""
    return stated or dt.date.fromisoformat(run.manifest()["settings"]["as_of"])


@click.command()
@click.argument("person")
@click.option("--as-of", type=Day(), help="The day whose family is meant. [default: the day of the extracts]")
@click.option("--known-at", type=Day(), help="Only what was known on this day.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the history as one HTML page, to read and to print.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "da"]),
    default="en",
    show_default=True,
    envvar="KINTRACE_LANGUAGE",
    help="Language of the page.",
)
@with_lookup
@json_option
def family(
    person: str,
    as_of: dt.date | None,
    known_at: dt.date | None,
    page: Path | None,
    language: Literal["en", "da"],
    lookup: Lookup,
    as_json: bool,
) -> None:
    """Show the family of a child and its incident history across moves.

    PERSON is a person id (E...) or a record id (register:key).
    """
    from graph.history import family_history
    from kintrace.views.family import render_family

    run, grant = lookup.run, lookup.grant
    snapshot = open_snapshot(run)
    child = looked_up(lookup, snapshot, "family" if page is None else "family page", person)
    history = family_history(snapshot, child, as_of_run(run, as_of), grant, today=today(), known_at=known_at)
    if page is not None:
        _write_page(page, lookup, snapshot, history, language)
        click.echo(f"Family history in {page}", err=as_json)
    if as_json:
        print_json(dataclasses.asdict(history))
    elif page is None:
        console().print(render_family(history))


def _write_page(page: Path, lookup: Lookup, snapshot: Any, history: Any, language: Literal["en", "da"]) -> None:
    from graph.history import grounds_of
    from kintrace.views.history_page import Cover, history_page

    grant, now = lookup.grant, today()
    cover = Cover(
        case=grant.case,
        purpose=grant.purpose,
        legal_basis=grant.legal_basis,
        holder=grant.holder,
        looked_up=now,
        build=build_id(lookup.run),
    )
    why = grounds_of(snapshot, history, grant, today=now)
    write_private(page, [history_page(history, why, cover, language=language)])


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
    snapshot = open_snapshot(run)
    found = looked_up(lookup, snapshot, "person", person)
    profile = person_profile(snapshot, found, as_of_run(run, as_of), grant, today=today())
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
    hits = find(open_snapshot(run), " ".join(text), grant, today=today(), birth_date=born, limit=limit)
    record_lookup(run, grant, "search", [hit.person_id for hit in hits])
    if as_json:
        print_json([dataclasses.asdict(hit) for hit in hits])
    else:
        console().print(render_hits(hits, demo=grant.demo))
