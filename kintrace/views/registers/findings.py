"""What extracts were held against, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kintrace.views.registers.wording import Wording

if TYPE_CHECKING:
    from loaders.expectations import Finding

_STYLES = {"broken": "bold red", "kept": "green", "accepted": "yellow", "not_judged": "dim", "none_stated": "dim"}


def verdict_style(state: str) -> str:
    """How a verdict is coloured; its words say the same."""
    return _STYLES[state]


def render_findings(findings: Sequence[Finding], against: str | None, wording: Wording | None = None) -> RenderableType:
    """Which expectation, what it asks for, what was found and what the run before had."""
    words = wording or Wording()
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for name in ("register", "expectation", "limit", "found", "before"):
        table.add_column(words.say(name), overflow="fold")
    for one in findings:
        style = verdict_style(one.state)
        found = Text(words.found(one), style=style)
        table.add_row(one.register, one.key, words.limit(one), found, words.before(one))
    since = words.say("against", run=against) if against else words.say("no_run")
    return Group(table, Text(since, style="dim"))
