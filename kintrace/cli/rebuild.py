"""`kintrace rebuild` and `kintrace runs`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kintrace.cli.options import account, json_option, print_json
from kintrace.errors import HeldBackError, NoSuchRunError
from kintrace.pipeline.runs import Run, list_runs
from kintrace.settings import read_settings
from kintrace.views.console import console


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--accept", metavar="REGISTER", multiple=True, help="Use this register's extract though it is held back.")
@click.option("--reason", help="Why the extracts named by --accept are used; logged with your account.")
@json_option
def rebuild(config: Path, accept: tuple[str, ...], reason: str | None, as_json: bool) -> None:
    """Rebuild the graph from the registers that CONFIG (a kintrace.toml, or its folder) names.

    A killed rebuild is resumed by the same command; look-ups see the new run only when it is whole.
    An extract that breaks what its mapping expects is held back (exit status 3): the published run stays.
    """
    from kintrace.pipeline.hold_back import Acceptance
    from kintrace.pipeline.progress import reporting
    from kintrace.pipeline.rebuild import rebuild as run_rebuild
    from kintrace.views.quality import render_quality

    settings = read_settings(config)
    if (reason is None) == bool(accept):
        raise click.UsageError("--accept and --reason go together: which register's extract, and why it is used.")
    acceptances = [Acceptance(register, str(reason), account()) for register in dict.fromkeys(accept)]
    try:
        with reporting() as reporter:
            run = run_rebuild(settings, reporter, acceptances=acceptances)
    except HeldBackError:
        _show_held(settings.runs, as_json=as_json)
        raise
    answer = _describe(run)
    if as_json:
        print_json({"run": answer.pop("path"), **answer})
    else:
        console(stderr=True).print(render_quality(run.read("load", "quality")))
        click.echo(f"Published {run.path}")
        click.echo(f"How the registers came in: kintrace registers report {run.path}")


def _show_held(folder: Path, *, as_json: bool) -> None:
    """What the newest run is held back for."""
    from kintrace.pipeline.hold_back import judgement_of
    from kintrace.views.registers.findings import render_findings

    run = list_runs(folder)[0]
    judged = judgement_of(run)
    if judged is None:
        return
    if as_json:
        broken = [dataclasses.asdict(one) for one in judged.held]
        print_json({"run": str(run.path), **_describe(run), "against": judged.against, "broken": broken})
    else:
        console(stderr=True).print(render_findings(judged.held, judged.against))
        click.echo(f"How the registers came in: kintrace registers report {run.path}", err=True)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@json_option
def runs(folder: Path, as_json: bool) -> None:
    """List the runs of FOLDER (one with a kintrace.toml, or a folder of runs), newest first."""
    if not folder.exists():
        raise NoSuchRunError("no such folder", where=str(folder), hint="one with a kintrace.toml, or a folder of runs")
    if (folder / "kintrace.toml").is_file() or folder.is_file():
        folder = read_settings(folder).runs
    elif not any(folder.glob("run-*")) and (folder / "demo" / "kintrace.toml").is_file():
        folder = read_settings(folder / "demo").runs
    found = [_describe(run) for run in list_runs(folder)]
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo(f"No runs in {folder}. Make one: kintrace rebuild CONFIG")
        return
    table = Table("run", "state", "mentions", "persons in scope", "events in scope", "seconds", box=None)
    for one in found:
        counts = one.get("counts", {})
        numbers = (counts.get("mentions"), counts.get("persons_in_scope"), counts.get("events_in_scope"))
        table.add_row(one["name"], one["state"], *(f"{n:,}" if n else "" for n in numbers), f"{one['seconds']:.0f}")
    console().print(table)
    loaded = next((one["path"] for one in found if "load" in one["stages"]), None)
    if loaded:
        click.echo(f"How the registers came in: kintrace registers report {loaded}")


def _describe(run: Run) -> dict[str, Any]:
    timings = run.timings() if (run.path / "timings.json").is_file() else {"stages": {}}
    state = "published" if run.published else "complete" if run.complete else _unfinished(run)
    answer = {
        "name": run.name,
        "path": str(run.path),
        "state": state,
        "started": timings.get("started"),
        "seconds": round(sum(timings["stages"].values()), 1),
        "stages": timings["stages"],
    }
    if run.complete:
        manifest = run.manifest()
        answer |= {"counts": manifest["counts"], "synthetic": manifest["settings"]["synthetic"]}
    return answer


def _unfinished(run: Run) -> str:
    """Why an unfinished run is: it waits for somebody to accept an extract, or it was stopped."""
    from kintrace.pipeline.hold_back import is_held

    return "held back" if is_held(run) else "unfinished"
