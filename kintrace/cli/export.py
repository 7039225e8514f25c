"""`kintrace export`: a part of the graph as a file for Gephi, Cytoscape or yEd."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kintrace.audit import record_lookup
from kintrace.cli.ask import as_of_run, looked_up, open_snapshot
from kintrace.cli.options import Day, Lookup, today, with_lookup
from kintrace.cli.outputs import write_private
from kintrace.errors import RunError
from kintrace.pipeline.runs import build_id

if TYPE_CHECKING:
    from graph.exchange import Selection

FORMATS = {".graphml": "graphml", ".gexf": "gexf"}


@click.command()
@click.argument("person", required=False)
@click.option(
    "--to", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File: .graphml or .gexf."
)
@click.option("--hops", type=click.IntRange(0, 6), default=1, show_default=True, help="How far around PERSON.")
@click.option("--family", "of_family", is_flag=True, help="PERSON's family, its events and its addresses instead.")
@click.option(
    "--all",
    "of_scope",
    is_flag=True,
    help="Everything in the run's scope, where registers are synthetic; takes no PERSON.",
)
@click.option("--as-of", type=Day(), help="Only what holds on this day; for --family the day of the family.")
@click.option("--known-at", type=Day(), help="Only what was known on this day.")
@with_lookup
def export(
    person: str | None,
    file: Path,
    hops: int,
    of_family: bool,
    of_scope: bool,
    as_of: dt.date | None,
    known_at: dt.date | None,
    lookup: Lookup,
) -> None:
    """Write persons, addresses, households and incidents with their relationships as GraphML or GEXF.

    PERSON is a person id (E...) or a record id (register:key). The file is for its owner alone; everybody in it
    is in the log of look-ups.
    """
    from graph import exchange

    if (person is None) is not of_scope:
        raise click.UsageError("name a PERSON, or give --all for everything in the run's scope")
    if of_family and of_scope:
        raise click.UsageError("--family and --all exclude each other")
    if file.suffix.lower() not in FORMATS:
        raise click.UsageError(f"--to: {file.name} is neither .graphml nor .gexf")
    written = getattr(exchange, FORMATS[file.suffix.lower()])
    if of_scope and not lookup.run.manifest()["settings"]["synthetic"]:
        raise RunError(
            "everybody at once is no look-up of one case, and these registers are real",
            hint="export a person's neighbourhood or a child's family, or publish the run: kintrace publish",
        )
    selection = _select(person, lookup, hops=None if of_family else hops, as_of=as_of, known_at=known_at)
    record_lookup(lookup.run, lookup.grant, "export", selection.persons)
    write_private(file, written(selection, about=_about(lookup, as_of, known_at)))
    rest = "; it ends there, the limit of nodes was met" if selection.cut else ""
    click.echo(f"{len(selection.persons):,} persons and what surrounds them in {file}{rest}")


def _select(
    person: str | None, lookup: Lookup, *, hops: int | None, as_of: dt.date | None, known_at: dt.date | None
) -> Selection:
    from graph.exchange import family_selection, neighbourhood_selection, scope_selection
    from graph.exchange.selection import MOST
    from graph.history import family_history
    from graph.walk import Lens

    snapshot: Any = open_snapshot(lookup.run)
    who: dict[str, Any] = {"grant": lookup.grant, "today": today()}
    lens = Lens(as_of=as_of, known_at=known_at, most=MOST)
    if person is None:
        return scope_selection(snapshot, lens=lens, **who)
    found = looked_up(lookup, snapshot, "export", person)
    if hops is not None:
        return neighbourhood_selection(snapshot, found, hops=hops, lens=lens, **who)
    day = as_of_run(lookup.run, as_of)
    history = family_history(snapshot, found, day, lookup.grant, today=today(), known_at=known_at)
    if not history.focal:
        raise RunError(
            f"{found} is no child on {day} whose family the scope holds", hint="leave --family out, or try --as-of"
        )
    return family_selection(snapshot, history, **who)


def _about(lookup: Lookup, as_of: dt.date | None, known_at: dt.date | None) -> str:
    demo = "DEMO, synthetic data: nobody here exists. " if lookup.grant.demo else ""
    days = "".join(f", {word} {day}" for word, day in (("as of", as_of), ("known at", known_at)) if day)
    return f"{demo}kintrace {build_id(lookup.run)}, case {lookup.grant.case}{days}"
