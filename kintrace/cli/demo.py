"""`kintrace demo`: the whole way on a small synthetic Denmark, ending with one family's history."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from kintrace.audit import record_lookup
from kintrace.cli.options import today
from kintrace.pipeline.runs import Run
from kintrace.views.console import console


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default="demo", show_default=True, help="Where to make it.")
@click.option("--persons", type=click.IntRange(500), default=20_000, show_default=True, help="Population.")
@click.option("--years", type=click.IntRange(1, 40), default=12, show_default=True, help="Years simulated.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, another country.")
def demo(folder: Path, persons: int, years: int, seed: int) -> None:
    """Make a synthetic Denmark, rebuild its graph, and show one family's history across moves."""
    from kintrace.pipeline.progress import reporting
    from kintrace.pipeline.rebuild import rebuild
    from kintrace.settings import read_settings
    from loaders.synth import Noise, SynthSettings, is_denmark_of, make_denmark

    out = console()
    out.print(f"[1/3] A synthetic Denmark of {persons:,} persons over {years} years, in {folder}")
    settings = SynthSettings(persons=persons, years=years, seed=seed, noise=Noise.TYPICAL)
    if is_denmark_of(folder, settings):
        out.print("      made before, kept")
    else:
        make_denmark(folder, settings, progress=lambda text: click.echo(f"  {text}", err=True))
    out.print("[2/3] Registers in, families out")
    with reporting() as reporter:
        run = rebuild(read_settings(folder), reporter)
    out.print("[3/3] One family, as its present district and all districts together know it")
    _show_family(run, folder, out)


def _show_family(run: Run, folder: Path, out: Console) -> None:
    from graph.grant import demo_grant
    from graph.history import family_history
    from graph.snapshot import Snapshot
    from kintrace.views.family import render_family

    snapshot = Snapshot.open(run.stage("snapshot") / "store")
    as_of = dt.date.fromisoformat(run.manifest()["settings"]["as_of"])
    grant = demo_grant()
    child = example_child(snapshot, as_of)
    if child is None:
        out.print("No child with events in an earlier district in this Denmark; try more persons.")
        return
    record_lookup(run, grant, "demo", [child])
    out.print(render_family(family_history(snapshot, child, as_of, grant, today=today())))
    kintrace = ".venv/bin/kintrace" if Path(".venv/bin/kintrace").exists() else "kintrace"
    run_option = "" if folder == Path("demo") else f" --run {folder}"
    # Written as they are: a command that a console wraps cannot be copied.
    click.echo(
        f"\nGo on with the tour, docs/tour.md (twenty minutes), or with\n"
        f"  the same family as of another day:\n    {kintrace} family {child} --as-of 2017-07-01{run_option}\n"
        f"  persons within the scope by name:\n    {kintrace} search Jensen{run_option}\n"
        f"  how right all this is:\n    {kintrace} evaluate {folder} --truth {folder / 'truth'}\n"
        f"  the same graph for Cypher:\n    {kintrace} neo4j up && {kintrace} publish {folder} --to neo4j"
    )


def example_child(snapshot: Any, as_of: dt.date) -> str | None:
    """A child to show: the first by id with events in at least two earlier districts and at least two moves.

    A fixed rule for a demonstration, not an order of families.
    """
    from graph.grant import demo_grant
    from graph.history import bulk_rows, family_history

    grant = demo_grant()
    persons = snapshot.table("Person")
    held = persons.filter(persons.column("held")).column("person_id").to_pylist()
    for start in range(0, len(held), 200):
        rows = bulk_rows(snapshot, held[start : start + 200], as_of, grant, today=today())
        seen: dict[str, set[str]] = {}
        events: dict[str, set[str]] = {}
        columns = (rows.column(name).to_pylist() for name in ("child_id", "event_id", "district"))
        for child, event, district in zip(*columns, strict=True):
            if district:
                seen.setdefault(child, set()).add(district)
                events.setdefault(child, set()).add(event)
        for child in sorted(c for c, districts in seen.items() if len(districts) >= 3 and len(events[c]) >= 4):
            history = family_history(snapshot, child, as_of, grant, today=today())
            present = {s.district for s in history.stays if s.person_id == child and s.valid_to > as_of}
            if len(seen[child] - present) >= 2 and len(history.moves) >= 2 and len(history.entries) <= 12:
                return child
    return None
