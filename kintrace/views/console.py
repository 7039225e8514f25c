"""The console that answers are printed on."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.text import Text

LOG_WIDTH = 140
"""Columns of a log or a pipe: nobody's window, so wide enough not to break tables."""


def console(*, stderr: bool = False) -> Console:
    """As wide as the window; on a pipe or in a log, as wide as the tables need.

    Names come from registers and may hold anything, so square brackets and colons are only themselves.
    """
    found = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not found.is_terminal:
        found.width = LOG_WIDTH
    return found


def marked(answer: RenderableType, *, demo: bool) -> RenderableType:
    """The answer below a line that says nobody in it exists, where that is so."""
    return (
        Group(Text(" DEMO  synthetic data: nobody here exists ", style="black on yellow"), answer) if demo else answer
    )
