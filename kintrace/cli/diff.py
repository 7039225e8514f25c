"""`kintrace diff`: what differs between two runs, and whose histories changed and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import click

from graph.grant import Grant
from kintrace.audit import record_lookup
from kintrace.cli.options import Day, json_option, open_run, print_json, today, with_purpose
from kintrace.errors import NoSuchRunError
from kintrace.pipeline.runs import Run, find_run
from kintrace.views.console import console


@click.command()
@click.argument("earlier", metavar="RUN")
@click.argument("later", metavar="RUN")
@click.option("--as-of", type=Day(), help="The day whose histories are compared. [default: the later run's]")
@click.option("--limit", type=click.IntRange(0, 10_000), default=20, show_default=True, help="Most ids in a list.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything differs.")
@with_purpose
@json_option
@click.pass_context
def diff(
    context: click.Context,
    earlier: str,
    later: str,
    as_of: dt.date | None,
    limit: int,
    exit_code: bool,
    grant_for: Callable[[Run], Grant],
    as_json: bool,
) -> None:
    """Say what differs between two runs, the earlier one first.

    RUN is a run folder, a folder with kintrace.toml, or the name of a run as kintrace runs lists it.
    Persons and records are named by id; of persons outside the scope of both runs, and of real registers, there are
    counts only: a list of everybody whose picture changed is no look-up of one case.
    """
    from kintrace.differences import compare_runs
    from kintrace.views.diff import render_differences

    runs = _run(earlier), _run(later)
    grants = grant_for(runs[0]), grant_for(runs[1])
    named = limit if all(grant.demo for grant in grants) else 0
    found = compare_runs(
        runs, grants, today=today(), as_of=as_of, limit=named, note=lambda text: click.echo(text, err=True)
    )
    for run, grant, other in zip(runs, grants, reversed(runs), strict=True):
        record_lookup(run, grant, "diff", found.persons(), parameters={"compared_with": other.name})
    if as_json:
        print_json({**dataclasses.asdict(found), "same": found.same})
    else:
        console().print(render_differences(found))
    if exit_code and not found.same:
        context.exit(1)


def _run(named: str) -> Run:
    """The run of a path, or of that name beside the published one."""
    try:
        return find_run(Path(named))
    except NoSuchRunError:
        if Path(named).name != named:
            raise
        try:
            return find_run(open_run(None).path.parent / named)
        except NoSuchRunError:
            raise NoSuchRunError("no run here", where=named, hint="kintrace runs lists them") from None
