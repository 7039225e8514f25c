"""`kintrace completion`: the lines that teach a shell to complete kintrace's commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, options and paths.

    \b
    bash:  eval "$(kintrace completion bash)"     in ~/.bashrc
    zsh:   eval "$(kintrace completion zsh)"      in ~/.zshrc
    fish:  kintrace completion fish > ~/.config/fish/completions/kintrace.fish
    """  # noqa: D301 (the escape is click's: keep these lines)
    from kintrace.cli.group import main

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}; known: {', '.join(_SHELLS)}")
    click.echo(kind(main, {}, "kintrace", "_KINTRACE_COMPLETE").source())
