"""The command reference as Markdown, from the commands themselves: ``python -m kintrace.cli.reference``.

`docs/commands.md` is its output, and a test holds the two together, so that no option goes untold.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from kintrace.cli.group import main

_HEAD = """\
# Commands

Every command with its arguments and options, made from the program's own help. `kintrace COMMAND --help` prints the
same in the terminal; `kintrace completion SHELL` teaches a shell to complete them.
"""


def command_reference() -> str:
    """Every command, in the order of `kintrace --help`, as one Markdown page."""
    return "\n".join([_HEAD, *_sections(main, "kintrace", click.Context(main, info_name="kintrace"))])


def _sections(group: click.Group, name: str, context: click.Context) -> Iterator[str]:
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if command is None or command.hidden:
            continue
        title = f"{name} {word}"
        inner = click.Context(command, info_name=title)
        yield _section(command, title, inner)
        if isinstance(command, click.Group):
            yield from _sections(command, title, inner)


def _section(command: click.Command, title: str, context: click.Context) -> str:
    usage = " ".join([title, *command.collect_usage_pieces(context)])
    lines = [f"## {title}", "", "```", usage, "```", "", _prose(command), ""]
    options = [row for parameter in command.get_params(context) if (row := _row(parameter, context))]
    if options:
        lines += ["| option | meaning |", "|---|---|", *options, ""]
    return "\n".join(lines)


def _prose(command: click.Command) -> str:
    """The help text; paragraphs that keep their lines become blocks of code."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    kept = []
    for paragraph in paragraphs:
        if paragraph.startswith("\b\n"):
            kept.append("```\n" + paragraph.removeprefix("\b\n") + "\n```")
        else:
            kept.append(" ".join(paragraph.split()))
    return "\n\n".join(kept)


def _row(parameter: click.Parameter, context: click.Context) -> str | None:
    record = parameter.get_help_record(context)
    if record is None or not isinstance(parameter, click.Option) or "--help" in parameter.opts:
        return None
    names, meaning = (text.replace("|", "&#124;") for text in record)  # "\\|" shows its backslash on the site
    return f"| <code>{names}</code> | {' '.join(meaning.split())} |"


if __name__ == "__main__":
    click.echo(command_reference(), nl=False)
