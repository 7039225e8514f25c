"""What differs between two runs, in the terminal: counts first, then ids, then whose histories and why."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kintrace.differences import ChildChange, EntityChanges, EventChange, RegisterChange, RunDifferences, SettingChange
from kintrace.views.console import marked


def render_differences(found: RunDifferences) -> RenderableType:
    """The whole answer, to be printed by a rich console."""
    heading = f"{found.earlier} and {found.later}, histories on {found.as_of}"
    parts: list[RenderableType] = [Rule(Text(heading, style="bold"), align="left")]
    if found.same:
        parts.append(Text("Nothing differs."))
        return marked(Group(*parts), demo=found.demo)
    if found.settings:
        parts.append(_padded(_settings(found.settings)))
    if found.registers:
        parts.append(_padded(_registers(found.registers)))
    parts += [_padded(_entities(found.entities)), *_listed(found.entities, found.limit)]
    parts += [Rule("Histories", align="left"), *_histories(found)]
    return marked(Group(*parts), demo=found.demo)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _padded(table: Table) -> RenderableType:
    return Padding(table, (0, 0, 1, 0))


def _settings(changes: Iterable[SettingChange]) -> Table:
    table = _table("setting", "before", "after")
    for change in changes:
        table.add_row(change.name, change.before or "none", change.after or "none")
    return table


def _registers(changes: Iterable[RegisterChange]) -> Table:
    table = _table("register", "table")
    for column in ("rows before", "after", "in", "out", "withdrawn", "corrected"):
        table.add_column(column, justify="right")
    for one in changes:
        counts = (one.before, one.after, one.came, one.went, one.withdrawn, one.corrected)
        table.add_row(one.register, one.table, *(f"{count:,}" for count in counts))
    return table


def _entities(changes: EntityChanges) -> Table:
    table = _table("who is who")
    table.add_column("", justify="right")
    for title, count in (
        ("persons before", changes.before),
        ("persons after", changes.after),
        ("  with the same mentions", changes.unchanged),
        ("  with other mentions", changes.changed),
        ("  new", changes.new),
        ("  gone", changes.gone),
        ("  merged into another", changes.merged),
        ("  split from another", changes.split),
        ("mentions moved from one person to another", changes.moved),
    ):
        table.add_row(title, f"{count:,}")
    return table


def _listed(changes: EntityChanges, limit: int) -> list[RenderableType]:
    """Ids of those within scope, so much as the limit allows."""
    lists = (
        ("merged", [f"{', '.join(group.others)} → {group.entity}" for group in changes.merges]),
        ("split", [f"{group.entity} → {', '.join(group.others)}" for group in changes.splits]),
        ("moved", [f"{move.record_id}: {move.before} → {move.after}" for move in changes.moves]),
        ("new", [", ".join(changes.new_ids)] if changes.new_ids else []),
        ("gone", [", ".join(changes.gone_ids)] if changes.gone_ids else []),
    )
    table = _table(f"within scope, at most {limit}", "")
    for title, lines in lists:
        for number, line in enumerate(lines):
            table.add_row(title if not number else "", line)
    return [_padded(table)] if table.row_count else []


def _histories(found: RunDifferences) -> list[RenderableType]:
    share = f"{found.changed_histories:,} of {found.histories:,} children's histories changed"
    if not found.changed_histories:
        return [Text(f"{share}.")]
    reasons = _table("because of", "children")
    for why, count in found.reasons:
        reasons.add_row(why, f"{count:,}")
    parts: list[RenderableType] = [Text(f"{share}.\n"), _padded(reasons)]
    parts += [_child(one) for one in found.children]
    if len(found.children) < found.changed_histories:
        more = found.changed_histories - len(found.children)
        hint = "raise --limit" if found.demo else "registers that are not synthetic are counted, not named"
        parts.append(Text(f"and {more:,} more: {hint}", style="dim"))
    return parts


def _child(change: ChildChange) -> Text:
    text = Text(f"{change.child}", style="bold")
    text.append(f"  {change.before} → {change.after} events", style="")
    for event in change.events:
        _event(text, event)
    return text


def _event(text: Text, event: EventChange) -> None:
    what = "changed" if event.before and event.after else "in" if event.after else "out"
    text.append(f"\n  {event.date}  {what:<7} ", style="not bold")
    text.append(", ".join(event.records), style="not bold dim")
    for title, lines in (("before", event.before), ("after", event.after)):
        if lines and what == "changed":
            text.append(f"\n      {title}: {'; '.join(lines)}", style="not bold")
        elif lines:
            text.append(f"\n      {'; '.join(lines)}", style="not bold")
    for reason in event.reasons:
        about = ", ".join(reason.about)
        text.append("\n      because of: ", style="not bold dim").append(reason.why, style="not bold")
        text.append(f" ({about})" if about else "", style="not bold dim")
