"""`kintrace link`: any table of persons, by column kinds alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kintrace.cli.options import json_option, print_json
from kintrace.cli.outputs import write_private
from kintrace.views.console import console
from linkage.kinds import parse_column_kind

if TYPE_CHECKING:
    import pyarrow as pa

    from linkage.link import Linkage
    from linkage.weights import Model

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    metavar="COLUMN=KIND",
    help="What a column holds, such as dob=birth_date. Repeat for every column to use.",
)
@click.option("--out", type=_FILE, required=True, help="Folder for the result.")
@click.option("--model", type=_FILE, help="The model.json of an earlier --out: link with it, without training.")
@click.option("--previous", type=_FILE, help="The entities.parquet of an earlier --out: entities keep those ids.")
@click.option("--judgements", type=_FILE, help="Ledger of what kintrace judge wrote down; the result keeps to it.")
@click.option(
    "--families/--no-families",
    default=False,
    help="The records are of families: hold a false merge for worse than a missed one. [default: no]",
)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Also write one HTML page here.")
@click.option("--truth", metavar="COLUMN", help="Column with the true person, for scores alone.")
@click.option(
    "--engine",
    type=click.Choice(["kintrace", "recordlinkage"]),
    default="kintrace",
    show_default=True,
    help="What links; recordlinkage is for comparison.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the random pairs.")
@json_option
def link(
    files: tuple[Path, ...],
    kinds: tuple[str, ...],
    out: Path,
    truth: str | None,
    report: Path | None,
    families: bool,
    seed: int,
    as_json: bool,
    **given: Any,
) -> None:
    """Find the records of FILES (CSV or Parquet) that are one person.

    One column must be the record_id, different in every row; columns without a kind are not looked at.
    Kinds: record_id, source, full_name, given_name, middle_name, surname, birth_date, birth_year,
    birth_month, birth_day, sex, street, house_number, address, postcode, city, region, email, phone,
    identifier, category, text.

    Writes into --out: entities.parquet (which entity each record is), pairs.parquet, merges.parquet,
    model.json, aliases.parquet (what became of earlier entities) and contradictions.parquet (what
    speaks against judgements).
    """
    from kintrace.linking import check_truth, scores, write_linkage
    from kintrace.views.linkage import linkage_page
    from linkage.link import LinkSettings, link_table
    from loaders.text_tables import read_text_table

    begin = time.monotonic()
    beside = _beside(given)
    listed = [parse_column_kind(one) for one in kinds]
    with _progress() as tell:
        tell("reading files")
        table = read_text_table(files)
        if truth is not None:
            check_truth(table, listed, truth)
        if given["engine"] == "recordlinkage":
            from linkage.baseline import link_with_recordlinkage

            linkage = link_with_recordlinkage(table, listed, LinkSettings(seed=seed))
        else:
            settings = LinkSettings(seed=seed, model=beside.model, by_size=not families)
            linkage = link_table(
                table, listed, settings, judgements=beside.judgements, previous=beside.previous, report=tell
            )
        tell("writing the result")
        write_linkage(out, linkage)
        scored = None if truth is None else scores(linkage, table, listed, truth)
    said = {"out": str(out), **_said(linkage, given), "seconds": round(time.monotonic() - begin, 2)}
    if report is not None:
        write_private(report, [linkage_page(linkage, report=said, truth=scored)])
    if as_json:
        print_json(said if scored is None else {**said, "truth": scored})
    else:
        _tell(said, scored, report)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is read besides the table, before anything long begins."""

    model: Model | None
    previous: pa.Table | None
    judgements: pa.Table | None


def _beside(given: dict[str, Any]) -> _Beside:
    """Read what the options name.

    Raises:
        UsageError: The other engine can use none of it.
    """
    from kintrace.ledger import read_ledger
    from kintrace.linking import read_model, read_previous

    readers = {"model": read_model, "previous": read_previous, "judgements": read_ledger}
    named = [f"--{name}" for name in readers if given[name] is not None]
    if named and given["engine"] == "recordlinkage":
        raise click.UsageError(f"{', '.join(named)}: not with --engine recordlinkage.")
    found = {name: None if given[name] is None else read(given[name]) for name, read in readers.items()}
    return _Beside(**found)


def _said(linkage: Linkage, given: dict[str, Any]) -> dict[str, Any]:
    """What the command says of its result."""
    return {
        "records": linkage.entities.num_rows,
        "entities": len(linkage.entities.column("entity_id").unique()),
        "pairs": linkage.pairs.num_rows,
        "model": None if given["model"] is None else str(given["model"]),
        "previous": None if given["previous"] is None else str(given["previous"]),
        "changed": len(linkage.aliases.column("previous_id").unique()),
        "contradictions": linkage.contradictions.num_rows,
        "lost": linkage.model.get("lost"),
        "warnings": list(linkage.warnings),
    }


def _tell(said: dict[str, Any], scored: dict[str, Any] | None, report: Path | None) -> None:
    for warning in said["warnings"]:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{said['records']:,} records are {said['entities']:,} entities ({said['seconds']} s), in {said['out']}")
    if said["changed"]:
        click.echo(f"{said['changed']:,} earlier entities merged or split: aliases.parquet")
    if said["contradictions"]:
        click.echo(f"{said['contradictions']:,} times something speaks against a judgement: contradictions.parquet")
    if scored is not None:
        pairwise = scored["pairwise"]
        figures = ", ".join(f"{name} {pairwise[name]:.4f}" for name in ("precision", "recall", "f1"))
        click.echo(f"Against the true persons, pairs: {figures}")
    if report is not None:
        click.echo(f"Report: {report}")


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """What is being done, on a terminal; nothing elsewhere."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda text: None
        return
    with out.status("") as status:
        yield lambda text: status.update(f"{text} …")
