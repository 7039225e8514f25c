"""One person in the terminal, and the hits of a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kintrace.views import words
from kintrace.views.console import marked

if TYPE_CHECKING:
    from graph.person import PersonProfile
    from graph.search import Hit


def render_person(profile: PersonProfile) -> RenderableType:
    """What is known of a person: the mentions it is made of first, because everything hangs on them."""
    heading = f"{profile.name or 'no name'}, born {words.day(profile.birth_date)}, {profile.person_id}"
    parts: list[RenderableType] = [Rule(Text(heading, style="bold"), align="left")]
    mentions = _table("mention", "born", "link")
    for one in profile.mentions:
        stated = ", ".join(x for x in (one.name or "no name", one.district and words.district(one.district)) if x)
        link = words.confidence(one.probability) if one.match_weight else "itself"
        mentions.add_row(f"{one.record_id}\n  {stated}", words.day(one.birth_date), link)
    stays = _table("lived at", "from – to", "district")
    for stay in profile.stays:
        stays.add_row(stay.label, words.span(stay.valid_from, stay.valid_to), words.district(stay.district))
    relatives = _table("relative", "is", "from – to", "id")
    for relative in profile.relatives:
        span = words.span(relative.valid_from, relative.valid_to)
        relatives.add_row(relative.name or "no name", relative.relation, span, relative.person_id)
    incidents = _table("incident", "date", "role", "district", "source")
    for one_part in profile.incidents:
        incidents.add_row(
            words.category(one_part.category),
            str(one_part.date),
            words.ROLES[one_part.role],
            words.district(one_part.district),
            f"{one_part.register} {one_part.journal_number or ''}".strip(),
        )
    parts += [table for table in (mentions, stays, relatives, incidents) if table.row_count]
    return marked(Group(*parts), demo=profile.demo)


def render_hits(hits: Sequence[Hit], *, demo: bool) -> RenderableType:
    """Search hits with why each one hit."""
    if not hits:
        return marked(
            Text("Nobody within the scope of this run fits. Try another spelling, or fewer words."), demo=demo
        )
    table = _table("person", "name", "born", "why it hit")
    for hit in hits:
        table.add_row(hit.person_id, hit.name or "no name", words.day(hit.birth_date), hit.why)
    return marked(table, demo=demo)


def _table(*columns: str) -> Table:
    """Ids fold rather than being cut short: the reader needs them whole for the next command."""
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
