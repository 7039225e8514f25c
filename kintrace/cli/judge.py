"""`kintrace judge`: write a judgement about two records into the ledger, or list what is in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
from rich.table import Column, Table

from kintrace.cli.options import account, json_option, print_json
from kintrace.ledger import Entry, append_judgement, read_ledger
from kintrace.views.console import console
from linkage.judgements import Verdict, standing


@click.command()
@click.argument("left", required=False)
@click.argument("right", required=False)
@click.argument("verdict", required=False, type=click.Choice([str(one) for one in Verdict]))
@click.option("--why", help="What the judgement rests on; stays in the ledger.")
@click.option("--who", help="Who judged. [default: your account]")
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    required=True,
    envvar="KINTRACE_LEDGER",
    help="The ledger, a file of JSON lines; begun where there is none.",
)
@click.option("--list", "listing", is_flag=True, help="List the judgements instead, newest last.")
@json_option
def judge(
    left: str | None,
    right: str | None,
    verdict: str | None,
    why: str | None,
    who: str | None,
    ledger: Path,
    listing: bool,
    as_json: bool,
) -> None:
    """Judge whether the records LEFT and RIGHT (record ids) are one person: same, different or unsure.

    The ledger is only ever added to; the latest judgement of two records counts, and unsure takes an
    earlier one back. A rebuild uses the ledger that kintrace.toml names (judgements, under [run]), and
    kintrace link the one that --judgements names.
    """
    if listing:
        if left is not None:
            raise click.UsageError("--list takes no records.")
        _show(read_ledger(ledger), as_json=as_json)
        return
    if left is None or right is None or verdict is None:
        raise click.UsageError("Name two records and a verdict: same, different or unsure.")
    if not (why or "").strip():
        raise click.UsageError("--why is missing: what does the judgement rest on?")
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    entry = Entry(left, right, Verdict(verdict), (who or account()).strip(), at, str(why).strip())
    entered = append_judgement(ledger, entry)
    if as_json:
        print_json({"ledger": str(ledger), "number": entered.number, "supersedes": entered.supersedes})
        return
    instead = f", instead of judgement {entered.supersedes}" if entered.supersedes else ""
    click.echo(f"Judgement {entered.number} in {ledger}{instead}. It counts from the next rebuild or link on.")


def _show(judgements: pa.Table, *, as_json: bool) -> None:
    counted = set(standing(judgements).column("number").to_pylist())
    rows: list[dict[str, Any]] = [{**one, "counts": one["number"] in counted} for one in judgements.to_pylist()]
    if as_json:
        print_json(rows)
        return
    ids = (Column(side, overflow="fold") for side in ("left", "right"))  # whole, to be copied
    table = Table("", *ids, "verdict", "counts", "who", "when", "why", box=None)
    for one in rows:
        said = (one[name] or "" for name in ("left", "right", "verdict"))
        about = (one[name] or "" for name in ("who", "judged_at", "why"))
        table.add_row(str(one["number"]), *said, "yes" if one["counts"] else "", *about)
    console().print(table)
