"""The `kintrace` command: lazy commands, and errors as one line with an exit status."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import click

from linkage.errors import KintraceError

_COMMANDS = {
    "synth": ("kintrace.cli.synth", "Make a synthetic Denmark: registers, settings and the truth."),
    "rebuild": ("kintrace.cli.rebuild", "Registers in, a published graph of families out."),
    "runs": ("kintrace.cli.rebuild", "List the runs, newest first."),
    "registers": ("kintrace.cli.registers", "How the registers came in: quality, drift and expectations."),
    "diff": ("kintrace.cli.diff", "What differs between two runs: registers, persons, histories and why."),
    "family": ("kintrace.cli.ask", "Show a child's family and its incident history across moves."),
    "person": ("kintrace.cli.ask", "Show a person: mentions, stays, relatives, incidents."),
    "search": ("kintrace.cli.ask", "Find persons by name and birth date."),
    "export": ("kintrace.cli.export", "Write a neighbourhood, a family or the scope as GraphML or GEXF."),
    "why": ("kintrace.cli.why", "Explain why two mentions are, or are not, one person."),
    "judge": ("kintrace.cli.judge", "Write down whether two records are one person, for every later rebuild."),
    "evaluate": ("kintrace.cli.evaluate", "Score a run against the truth of a synthetic Denmark."),
    "link": ("kintrace.cli.link", "Link any table of persons, with no other set-up than its column kinds."),
    "neo4j": ("kintrace.cli.neo4j", "A local Neo4j server: up, down, status."),
    "publish": ("kintrace.cli.neo4j", "Publish a run to Neo4j."),
    "cypher": ("kintrace.cli.neo4j", "Ask Neo4j a read-only question."),
    "demo": ("kintrace.cli.demo", "The whole way on a small synthetic Denmark."),
    "doctor": ("kintrace.cli.doctor", "Look whether this machine and a configuration are ready."),
    "completion": ("kintrace.cli.completion", "Teach a shell to complete commands and options."),
}

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells give it."""

_RESUMED = frozenset({"rebuild"})
"""Commands that go on where an interrupt stopped them."""


class KintraceGroup(click.Group):
    """A group that imports a command's module on first use and turns errors into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which a newcomer meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help's command list, from the table above, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; end in one line where Ctrl-C stops it, whatever native code made of the signal."""
        with _noting_interrupts() as interrupted:
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt:
                _stop(ctx)
            except Exception:
                # A module half imported, or a query that the signal broke off, fails in its own words.
                if not interrupted():
                    raise
                _stop(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; refuse with one line on standard error and the error's exit status."""
        try:
            return super().main(*args, **kwargs)
        except KintraceError as error:
            click.echo(f"kintrace: {error}", err=True)
            sys.exit(error.exit_code)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS):
                raise
            click.echo(f"kintrace: {error.filename or 'output'}: {os.strerror(error.errno)}", err=True)
            sys.exit(1)


def _stop(ctx: click.Context) -> NoReturn:
    resumed = "; the same command goes on where it stopped" if ctx.invoked_subcommand in _RESUMED else ""
    click.echo(f"kintrace: stopped{resumed}", err=True)
    sys.exit(INTERRUPTED)


@contextmanager
def _noting_interrupts() -> Iterator[Callable[[], bool]]:
    """Ctrl-C as ever, and whether it came."""
    came = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: came
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: came
    finally:
        signal.signal(signal.SIGINT, before)


@click.command(cls=KintraceGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="kintrace", message="kintrace %(version)s")
def main() -> None:
    """Link people across district registers and see a family's history across moves.

    Start with `kintrace demo`, or with `kintrace synth` and `kintrace rebuild`.
    Every look-up names a case; kintrace states facts with their sources and never scores a person.
    """
