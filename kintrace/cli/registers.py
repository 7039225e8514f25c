"""`kintrace registers`: what an operator asks of the registers themselves."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kintrace.cli.options import json_option, print_json, today
from kintrace.cli.outputs import write_private
from kintrace.errors import ConfigError
from kintrace.pipeline.runs import find_run
from kintrace.views.console import console


@click.group()
def registers() -> None:
    """Registers: how they came in, and how they are read."""


@registers.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--against", type=click.Path(path_type=Path), help="Run to compare with. [default: the one before]")
@click.option("--register", "names", metavar="REGISTER", multiple=True, help="Show this register in full; repeatable.")
@click.option(
    "--html", "html", type=click.Path(path_type=Path, dir_okay=False), help="Write one HTML page here instead."
)
@click.option("--language", type=click.Choice(("en", "da")), default="en", show_default=True, help="English or Danish.")
@json_option
def report(
    run: Path, against: Path | None, names: tuple[str, ...], html: Path | None, language: str, as_json: bool
) -> None:
    """Tell how the registers of RUN came in, and what has changed since the run before.

    RUN is a run folder (kintrace runs), also one that is held back, or a folder with a kintrace.toml.
    The report holds counts and row numbers, never a value of a person.
    """
    from kintrace.views.registers.page import register_page
    from kintrace.views.registers.report import as_document, build_report
    from kintrace.views.registers.tables import render_report
    from kintrace.views.registers.wording import Wording

    found = build_report(find_run(run), against)
    known = [one.register for one in found.registers]
    for name in names:
        if name not in known:
            raise ConfigError(f"no register is called {name}", where=found.run, hint=f"one of {', '.join(known)}")
    if html is not None:
        write_private(html, [register_page(found, Wording(language))])
        click.echo(f"Wrote {html}", err=True)
    if as_json:
        print_json(as_document(found))
    elif html is None:
        console().print(render_report(found, Wording(language), names))


@registers.command()
@click.argument("file")
@click.option("--name", help="Name of the register. [default: after the file]")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the mapping to this new file.")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Write settings of a rebuild to this new file."
)
@click.option("--sheet", help="Sheet of a workbook.")
@click.option("--table", help="Table of a database; FILE is then its URL, or an SQLite file.")
@click.option("--member", help="File of a zip archive.")
def guess(
    file: str,
    name: str | None,
    out: Path | None,
    config: Path | None,
    sheet: str | None,
    table: str | None,
    member: str | None,
) -> None:
    """Draft a mapping of a register that nobody has described, from titles and values of FILE.

    Looks at a few thousand rows at most. Says what it made of every column and why, without showing a
    value. Without --out the mapping goes to standard output. Exits with 1 where none can be drafted.
    """
    from kintrace.drafting import draft_files
    from kintrace.views.registers.guess import next_steps, render_guess
    from loaders.guessing import Layout, Source, guess_register

    if config is not None and out is None:
        raise click.UsageError("--config needs --out: the settings name the mapping's file.")
    url = file if "://" in file else None
    found = guess_register(Source(Path(file), sheet=sheet, member=member, table=table, url=url))
    told = console(stderr=out is None)
    told.print(render_guess(found))
    if found.layout is Layout.NONE:
        sys.exit(1)
    text = draft_files(found, name=name, out=out, config=config, today=today())
    if out is None:
        click.echo(text, nl=False)
    told.print(next_steps(out, config))


@registers.command()
@click.argument("mapping", type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(1), default=10_000, show_default=True, help="Rows to read of each file.")
@click.option("--language", type=click.Choice(("en", "da")), default="en", show_default=True, help="English or Danish.")
@json_option
def check(mapping: Path, rows: int, language: str, as_json: bool) -> None:
    """Try MAPPING on a sample of its files and tell in plain words what it would give.

    Nothing is written and no value of a person is shown. Exits with 1 where the register cannot be used.
    """
    from kintrace.views.registers.check import as_document, render_check
    from loaders.checking import check_register

    found = check_register(mapping, rows=rows, today=today())
    if as_json:
        print_json(as_document(found))
    else:
        console().print(render_check(found, language))
    if not found.usable:
        sys.exit(1)
