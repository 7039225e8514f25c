"""`kintrace doctor`: is everything here that this machine and this configuration need?"""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from kintrace.cli.options import json_option, print_json
from kintrace.views.console import console

_MARKS = {"ok": ("✓", "green"), "note": ("–", "yellow"), "problem": ("✗", "bold red")}


@click.command()
@click.argument("config", type=click.Path(path_type=Path), required=False)
@json_option
def doctor(config: Path | None, as_json: bool) -> None:
    """Look whether this machine, and the CONFIG (a kintrace.toml, or its folder), are ready for a rebuild.

    Says what was seen and what to do; changes nothing and reads no register. Exits with 1 on a problem.
    """
    from kintrace.checkup import examine

    findings = examine(os.environ, config)
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        table = Table(box=None, padding=(0, 1), pad_edge=False, show_header=False)
        for finding in findings:
            mark, style = _MARKS[finding.state]
            seen = Text(finding.seen)
            if finding.remedy:
                seen.append(f"\n{finding.remedy}", style="dim")
            table.add_row(Text(f"{mark} {finding.state}", style=style), Text(finding.about), seen)
        console().print(table)
    if any(finding.state == "problem" for finding in findings):
        sys.exit(1)
