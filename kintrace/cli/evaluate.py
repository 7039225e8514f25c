"""`kintrace evaluate`."""

from __future__ import annotations

from pathlib import Path

import click

from kintrace.cli.options import json_option, print_json
from kintrace.cli.outputs import write_private
from kintrace.pipeline.runs import find_run
from kintrace.views.console import console


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--truth", type=click.Path(path_type=Path), required=True, help="Truth folder of the synthetic Denmark.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the bootstrap.")
@click.option("--recordlinkage", is_flag=True, help="Also resolve with recordlinkage (up to 50,000 mentions).")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write one HTML page with the reliability diagram here instead.",
)
@json_option
def evaluate(run: Path, truth: Path, seed: int, recordlinkage: bool, html: Path | None, as_json: bool) -> None:
    """Score RUN's family histories against the truth.

    Recall and precision on true events of class A and C, overall and outside each child's present
    district; beside them the ceiling (true entities given) and what the present district sees alone.
    Then the mentions of persons that are easily confused, and whether stated probabilities are true.
    """
    from kintrace.evaluation import evaluate as score
    from kintrace.views.evaluation import evaluation_page, render_evaluation

    result = score(
        find_run(run), truth, seed=seed, recordlinkage=recordlinkage, note=lambda text: click.echo(text, err=True)
    )
    if html is not None:
        write_private(html, [evaluation_page(result)])
        click.echo(f"Wrote {html}", err=True)
    if as_json:
        print_json(result)
    elif html is None:
        console().print(render_evaluation(result))
