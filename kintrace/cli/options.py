"""Options that many commands share, and the two ways of printing an answer."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from graph.grant import DEMO_CASE, Grant, demo_grant
from kintrace.errors import NoSuchRunError, RunError
from kintrace.pipeline.runs import Run, find_run
from kintrace.settings import EARLIEST, LATEST

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")


class Day(click.ParamType[dt.date]):
    """A date such as 2025-12-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The date, or a message that says how to write one."""
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write YYYY-MM-DD", param, ctx)
        if not EARLIEST <= day <= LATEST:
            self.fail(f"{value!r} is not between {EARLIEST} and {LATEST}", param, ctx)
        return day


@dataclass(frozen=True, slots=True)
class Lookup:
    """A look-up as a command receives it: the run it reads and the grant it reads under."""

    run: Run
    grant: Grant


def with_lookup(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every command that shows persons: the run, and the purpose of looking.

    The command receives one keyword argument, `lookup`. A synthetic run needs no purpose.
    """

    @functools.wraps(command)
    def looking(
        *args: Any,
        run_path: Path | None,
        case_id: str | None,
        purpose: str | None,
        legal_basis: str | None,
        **rest: Any,
    ) -> Any:
        run = open_run(run_path)
        return command(*args, lookup=Lookup(run, _grant_for(run, case_id, purpose, legal_basis)), **rest)

    for option in _LOOKUP_OPTIONS:
        looking = option(looking)
    return looking


def with_purpose(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of a command that shows persons of several runs: the purpose of looking, without a run.

    The command receives one keyword argument, `grant_for`: the grant of the look-up in a run.
    """

    @functools.wraps(command)
    def looking(*args: Any, case_id: str | None, purpose: str | None, legal_basis: str | None, **rest: Any) -> Any:
        def grant_for(run: Run) -> Grant:
            return _grant_for(run, case_id, purpose, legal_basis)

        return command(*args, grant_for=grant_for, **rest)

    for option in _PURPOSE_OPTIONS:
        looking = option(looking)
    return looking


_PURPOSE_OPTIONS = (
    click.option("--legal-basis", envvar="KINTRACE_LEGAL_BASIS", help="Legal basis of the look-up."),
    click.option("--purpose", envvar="KINTRACE_PURPOSE", help="Why you look."),
    click.option("--case", "case_id", envvar="KINTRACE_CASE", help="Case id that the look-up belongs to."),
)
_LOOKUP_OPTIONS = (
    *_PURPOSE_OPTIONS,
    click.option(
        "--run",
        "run_path",
        type=click.Path(path_type=Path),
        envvar="KINTRACE_RUN",
        help="Run folder, or a folder with kintrace.toml. [default: here, else ./demo]",
    ),
)


def _grant_for(run: Run, case_id: str | None, purpose: str | None, legal_basis: str | None) -> Grant:
    """The grant of this look-up: stated by the user, or the demo grant of a synthetic run.

    Raises:
        RunError: A run on real registers, and case, purpose or legal basis is missing or no real one.
    """
    synthetic = run.manifest()["settings"]["synthetic"]
    if case_id == DEMO_CASE and not synthetic:
        raise RunError(f"{DEMO_CASE} is no case: these registers are real", hint="give the id of the case you work on")
    if case_id and purpose and legal_basis:
        tomorrow = today() + dt.timedelta(days=1)
        return Grant(case_id, purpose, legal_basis, account(), tomorrow, synthetic=synthetic)
    if synthetic:
        return demo_grant(account())
    raise RunError(
        "a look-up in real registers needs a case, a purpose and a legal basis",
        hint="give --case, --purpose and --legal-basis",
    )


def open_run(run_path: Path | None) -> Run:
    """The run that `--run` names; by default the one here, else the demo's."""
    if run_path is not None:
        return find_run(run_path)
    for place in (Path(), Path("demo")):
        try:
            return find_run(place)
        except NoSuchRunError:
            continue
    raise NoSuchRunError("no run here and none in ./demo", hint="name one with --run, or make one: kintrace demo")


def print_json(content: Any) -> None:
    """One JSON document on standard output; dates as ISO text."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=1, default=_plain))


def today() -> dt.date:
    """The calendar day, read once at the edge; everything below takes it as an argument."""
    return dt.datetime.now(dt.UTC).astimezone().date()


def _plain(value: object) -> str:
    if isinstance(value, dt.date | Path):
        return str(value)
    raise TypeError(f"not printable as JSON: {type(value).__name__}")


def account() -> str:
    """The account at the keyboard, for logs."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown account"
