"""`kintrace evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kintrace.cli.options import json_option, print_json
from kintrace.pipeline.runs import find_run
from kintrace.views.console import console


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--truth", type=click.Path(path_type=Path), required=True, help="Truth folder of the synthetic Denmark.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the bootstrap.")
@click.option("--recordlinkage", is_flag=True, help="Also resolve with recordlinkage (up to 50,000 mentions).")
@json_option
def evaluate(run: Path, truth: Path, seed: int, recordlinkage: bool, as_json: bool) -> None:
    """Score RUN's family histories against the truth.

    Recall and precision on true events of class A and C, overall and outside each child's present
    district; beside them the ceiling (true entities given) and what the present district sees alone.
    """
    from kintrace.evaluation import evaluate as score

    result = score(
        find_run(run), truth, seed=seed, recordlinkage=recordlinkage, note=lambda text: click.echo(text, err=True)
    )
    if as_json:
        print_json(result)
    else:
        _print(result)


def _print(result: dict[str, Any]) -> None:
    table = Table("family history", "recall", "95 %", "precision", "95 %", "events", box=None)
    for key, title in (("family_history", "all events"), ("family_history_cross_district", "outside present district")):
        score = result[key]
        bands = [f"{low:.3f}-{high:.3f}" for low, high in (score["ci"]["recall"], score["ci"]["precision"])]
        table.add_row(
            title, f"{score['recall']:.4f}", bands[0], f"{score['precision']:.4f}", bands[1], f"{score['n']:,}"
        )
        for beside, meaning in (("ceiling", "true persons given"), ("baseline", "present district alone")):
            other = score[beside]
            table.add_row(f"  {beside}: {meaning}", f"{other['recall']:.4f}", "", f"{other['precision']:.4f}", "", "")
        if "recordlinkage" in result:
            other = result["recordlinkage"][key]
            table.add_row("  recordlinkage", f"{other['recall']:.4f}", "", f"{other['precision']:.4f}", "", "")
    out = console()
    out.print(table)
    strict = result["strict"]
    out.print(f"event, person and role: recall {strict['recall']:.4f}, precision {strict['precision']:.4f}")
    out.print(f"incident mentions in a wrong person: {result['attachments_wrong']:.1f} per 10,000")
    for band in result["mentions"]:
        out.print(
            f"  {band['states']:<24} {band['n']:>9,} mentions, {band['found']:.1%} found, "
            f"{band['wrong_per_10000']:.1f} per 10,000 wrong"
        )
