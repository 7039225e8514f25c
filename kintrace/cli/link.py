"""`kintrace link`: any table of persons, by column kinds alone."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click

from kintrace.cli.options import json_option, print_json
from linkage.errors import LinkageError


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    metavar="COLUMN=KIND",
    help="What a column holds, such as dob=birth_date. Repeat for every column to use.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the result.")
@click.option(
    "--engine",
    type=click.Choice(["kintrace", "recordlinkage"]),
    default="kintrace",
    show_default=True,
    help="What links; recordlinkage is for comparison.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the random pairs.")
@json_option
def link(files: tuple[Path, ...], kinds: tuple[str, ...], out: Path, engine: str, seed: int, as_json: bool) -> None:
    """Find the records of FILES (CSV or Parquet) that are one person.

    One column must be the record_id, different in every row; columns without a kind are not looked at.
    Kinds: record_id, source, full_name, given_name, middle_name, surname, birth_date, birth_year,
    birth_month, birth_day, sex, street, house_number, address, postcode, city, region, email, phone,
    identifier, category, text. Writes entities.parquet, pairs.parquet and model.json into --out.
    """
    from linkage.link import LinkSettings, link_table

    begin = time.monotonic()
    table = _read_files(files)
    settings = LinkSettings(seed=seed)
    if engine == "recordlinkage":
        from linkage.baseline import link_with_recordlinkage

        linkage = link_with_recordlinkage(table, _kinds(kinds), settings)
    else:
        linkage = link_table(table, _kinds(kinds), settings)
    _write(out, linkage)
    report: dict[str, Any] = {
        "out": str(out),
        "records": linkage.entities.num_rows,
        "entities": len(linkage.entities.column("entity_id").unique()),
        "pairs": linkage.pairs.num_rows,
        "warnings": list(linkage.warnings),
        "seconds": round(time.monotonic() - begin, 2),
    }
    if as_json:
        print_json(report)
        return
    for warning in report["warnings"]:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{report['records']:,} records are {report['entities']:,} entities ({report['seconds']} s), in {out}")


def _kinds(stated: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for one in stated:
        column, sign, kind = one.partition("=")
        if not (sign and column and kind):
            raise LinkageError(f"--kind {one} is no COLUMN=KIND", hint="such as --kind dob=birth_date")
        pairs.append((column, kind))
    return pairs


def _read_files(files: tuple[Path, ...]) -> Any:
    from loaders.text_tables import read_text_table

    return read_text_table(files)


def _write(out: Path, linkage: Any) -> None:
    """The three files, each whole or not at all."""
    from kintrace.pipeline.runs import write_json, write_tables

    out.mkdir(parents=True, exist_ok=True)
    draft = out / f".draft-{os.getpid()}"
    draft.mkdir()
    write_tables(draft, {"entities": linkage.entities, "pairs": linkage.pairs})
    write_json(draft / "model.json", linkage.model)
    for file in sorted(draft.iterdir()):
        file.replace(out / file.name)
    draft.rmdir()
