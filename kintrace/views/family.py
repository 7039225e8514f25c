"""A family's history in the terminal: who belongs, where they lived, and what happened when.

One column per police district stands left of the timeline, in the order in which the child came to
them: a line runs where the child lives, a mark stands where an event happened. So moves and events
are seen together at a glance, and every event is followed by its parts and its sources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from graph.history import Concern, Entry, FamilyHistory, Part, Stay
from kintrace.views import words
from kintrace.views.console import marked
from linkage.intervals import add_years
from linkage.vocabulary import OWN_ROLES

_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan", "bright_magenta", "bright_green")
_MARKS = {"A": "●", "B": "○", "C": "◍"}


@dataclass(frozen=True, slots=True)
class _Lanes:
    """The districts of a history, each with a column and a colour."""

    names: tuple[str, ...]
    stays: tuple[Stay, ...]
    """The child's own."""

    def gutter(self, day: dt.date, mark: str = "", at: str | None = None) -> Text:
        """The columns on one day: a line where the child lives, the mark where something happened."""
        text = Text()
        here = {s.district for s in self.stays if s.valid_from <= day < s.valid_to}
        for i, name in enumerate(self.names):
            sign = mark if mark and name == at else "│" if name in here else "·"
            text.append(f" {sign}", style=_COLOURS[i % len(_COLOURS)] if sign != "·" else "dim")
        return text

    def colour(self, name: str | None) -> str:
        return _COLOURS[self.names.index(name) % len(_COLOURS)] if name in self.names else "default"


def render_family(history: FamilyHistory) -> RenderableType:
    """The whole answer, to be printed by a rich console."""
    child = next(iter(history.members), None)
    if not history.focal or child is None:
        none = Text(
            f"{history.child} is no child on {history.as_of}, or has no incident within the scope: no family history.\n"
            "Ask kintrace person for what is known, or another day with --as-of."
        )
        return marked(none, demo=history.demo)
    own = tuple(s for s in history.stays if s.person_id == history.child)
    lanes = _Lanes(_districts(own, history.entries), own)
    heading = f"{child.name or history.child}, {words.age(child.birth_date, history.as_of)}, on {history.as_of}"
    parts: list[RenderableType] = [Rule(Text(heading, style="bold"), align="left")]
    parts += [_members(history), _signalement(history)]
    parts += [Rule("Timeline", align="left"), _legend(lanes), *_timeline(history, lanes)]
    if history.concerns:
        parts += [Rule("Concerns and notices (never counted as events)", align="left"), _concerns(history.concerns)]
    parts.append(_note(history))
    return marked(Group(*parts), demo=history.demo)


def _districts(stays: Sequence[Stay], entries: Iterable[Entry]) -> tuple[str, ...]:
    ordered = [s.district for s in sorted(stays, key=lambda s: s.valid_from)] + [e.district for e in entries]
    return tuple(dict.fromkeys(d for d in ordered if d))


def _members(history: FamilyHistory) -> Table:
    table = _table("who belongs", "from – to", "person", "born")
    table.add_column("id", no_wrap=True)
    for member in history.members:
        spans = ", ".join(words.span_until(*s, history.as_of) for s in member.intervals)
        end = f"{member.birth_date or 'unknown'}" + (f", died {member.deceased}" if member.deceased else "")
        table.add_row(words.RULES[member.rule], spans, member.name or "no name", end, member.person_id)
    for other in history.possible:
        spans = ", ".join(words.span_until(*s, history.as_of) for s in other.intervals)
        rule = "foster parent, not counted" if other.foster_parent else "possible, not counted"
        table.add_row(rule, spans, other.name or "no name", "", other.person_id, style="dim")
    return table


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 1), pad_edge=False)


def _signalement(history: FamilyHistory) -> RenderableType:
    """The facts by kind and district, and what the present district alone has on file."""
    counted = [e for e in history.entries if e.klass in "AC"]
    table = _table("what is recorded", "times", "districts", "first", "last")
    for kind in sorted({e.category for e in counted}):
        of_kind = [e for e in counted if e.category == kind]
        places = ", ".join(sorted({words.district(e.district) for e in of_kind if not e.sealed}))
        first, last = min(e.date for e in of_kind), max(e.date for e in of_kind)
        table.add_row(words.category(kind), str(len(of_kind)), places or "protected", str(first), str(last))
    now = [s for s in history.stays if s.person_id == history.child and s.valid_from <= history.as_of < s.valid_to]
    present = {s.district for s in now if s.district and not s.sealed}
    own = sum(any(r.district in present for r in e.records) for e in counted)
    if not counted:
        return Padding(Text("No event is recorded."), (1, 0))
    number = "1 event" if len(counted) == 1 else f"{len(counted)} events"
    known = f"the registers of the district where the child lives now hold {own} of them"
    hidden = any(s.sealed for s in now)
    unknown = f"where the child lives now is {'protected' if hidden else 'not known'}"
    sentence = f"{number}; {known if present else unknown}."
    return Padding(Group(table, Text(sentence)), (1, 0))


def _legend(lanes: _Lanes) -> Text:
    text = Text()
    for i, name in enumerate(lanes.names):
        text.append(f" {i + 1} {words.district(name)} ", style=_COLOURS[i % len(_COLOURS)])
    text.append("\n │ lives there   ● part of a member   ◍ at the address, nobody named   ○ before joining the family")
    return text


def _timeline(history: FamilyHistory, lanes: _Lanes) -> list[RenderableType]:
    lines: list[tuple[dt.date, int, str, RenderableType]] = []
    for stay in lanes.stays:
        if stay.valid_from <= history.as_of:
            lines.append((stay.valid_from, 0, stay.address_id, _move_line(stay, lanes)))
    for entry in history.entries:
        lines.append((entry.date, 1, entry.event_id, _entry_lines(entry, history, lanes)))
    lines.sort(key=lambda line: line[:3])
    return [line for *_, line in lines]


def _move_line(stay: Stay, lanes: _Lanes) -> _Row:
    text = Text(_arrival(stay, lanes), style="dim").append(
        "protected address" if stay.sealed else stay.label, style=lanes.colour(stay.district)
    )
    if stay.district and not stay.sealed:
        text.append(f"  {words.district(stay.district)}", style="dim")
    return _Row(lanes.gutter(stay.valid_from, "┬", stay.district), lanes.gutter(stay.valid_from), stay.valid_from, text)


def _arrival(stay: Stay, lanes: _Lanes) -> str:
    """A home that begins beside another one is a second one: shared residence, not a move."""
    if any(one.valid_from < stay.valid_from < one.valid_to for one in lanes.stays) and not any(
        one.valid_to == stay.valid_from for one in lanes.stays
    ):
        return "also lives at "
    return "lives at " if stay == lanes.stays[0] else "moves to "


def _entry_lines(entry: Entry, history: FamilyHistory, lanes: _Lanes) -> _Row:
    colour = lanes.colour(entry.district)
    text = Text(words.category(entry.category), style=f"bold {colour}")
    text.append(f"  {entry.place or 'place unknown'}", style="dim")
    if not entry.verified:
        text.append("  unverified", style="italic")
    names = {m.person_id: m.name or m.person_id for m in history.members}
    for (person, rule, role), parts in _by_role(entry.parts).items():
        # Registers write a case's outcome on every party; it is said of those the case was laid to.
        outcomes = ", ".join(dict.fromkeys(p.outcome for p in parts if p.outcome and p.role in OWN_ROLES))
        text.append(f"\n  {names.get(person, person)} ({words.RULES[rule]}): {words.ROLES[role]}")
        text.append(f", {outcomes}" if outcomes else "")
        text.append(f"  link {words.confidence(min(part.probability for part in parts))}", style="dim")
    if not entry.parts:
        text.append(f"\n  {words.CLASSES['C']}")
    for source in entry.records:
        where = source.journal_number or "journal number protected"
        said = ", ".join(dict.fromkeys(x for x in (source.status, source.outcome) if x))
        text.append(f"\n  source {source.register} {where}" + (f" ({said})" if said else ""), style="dim")
        if source.reason != "single":
            text.append(f" [{source.reason.replace('_', ' ')}]", style="dim")
    return _Row(
        lanes.gutter(entry.date, _MARKS[entry.klass], entry.district), lanes.gutter(entry.date), entry.date, text
    )


def _by_role(parts: Iterable[Part]) -> dict[tuple[str, str, str], list[Part]]:
    """What several records of one event say alike of a person, told once; the sources follow anyway."""
    found: dict[tuple[str, str, str], list[Part]] = {}
    for part in parts:
        found.setdefault((part.person_id, part.rule, part.role), []).append(part)
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the timeline and what hangs under it, beside lanes that run on."""

    gutter: Text
    """Lanes on the first line, with the mark."""
    below: Text
    """Lanes on the other lines."""
    day: dt.date
    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Wrap the text to what the lanes leave of the width; wrapped lines are indented."""
        room = max(20, options.max_width - self.gutter.cell_len - 14)
        first, blank = f" {self.day} ", " " * 12
        for line in self.text.split("\n"):
            indent = "" if first != blank else "    "
            for i, piece in enumerate(line.wrap(console, room)):
                piece.rstrip()
                yield Text.assemble(self.gutter if first != blank else self.below, first, indent if i else "", piece)
                first = blank


def _concerns(concerns: Iterable[Concern]) -> Table:
    table = Table.grid(padding=(0, 1))
    for _ in range(4):
        table.add_column(overflow="fold")
    for concern in concerns:
        sources = ", ".join(f"{r.register} {r.journal_number or ''}".strip() for r in concern.records)
        table.add_row(str(concern.date), words.category(concern.category), words.ROLES[concern.role], sources)
    return table


def _note(history: FamilyHistory) -> Text:
    born = history.members[0].birth_date
    until = f" The child is 18 on {add_years(born, 18)}." if born else ""
    return Text(
        "\nFacts as registers state them, linked by computer: check a link with kintrace why before relying on it. "
        f"An outcome not shown is not known.{until}",
        style="dim",
    )
