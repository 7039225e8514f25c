"""A family's history as one HTML page: a timeline to look at, tables to rely on, nothing else needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.history import FamilyHistory, Ground
from kintrace.views.enclosed import css_text, enclosed
from kintrace.views.history_page.chart import LABEL_ROOM, Picture, picture, short_names
from kintrace.views.history_page.layout import BAND, BAR, WIDTH
from kintrace.views.history_page.measure import fitting
from kintrace.views.history_page.rows import (
    concerns_of,
    facts_of,
    members_of,
    named,
    possible_of,
    present_view,
    stays_of,
)
from kintrace.views.history_page.words import Language, Words, printable, shortened
from kintrace.views.pages import render_page
from linkage.intervals import add_years, to_date

NAMES_WIDTH = LABEL_ROOM + 14
OUTLINES = {
    "diamond": "M0-7.2L7.2 0 0 7.2-7.2 0Z",
    "hexagon": "M-7 0L-3.5-6 3.5-6 7 0 3.5 6-3.5 6Z",
    "triangle": "M0-6.8L6.8 5.2-6.8 5.2Z",
    "wedge": "M0 6.8L6.8-5.2-6.8-5.2Z",
    "square": "M-5.6-5.6H5.6V5.6H-5.6Z",
    "circle": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z",
    "plus": "M-2.3-6.5H2.3V-2.3H6.5V2.3H2.3V6.5H-2.3V2.3H-6.5V-2.3H-2.3Z",
    "bar": "M-6.5-3.4H6.5V3.4H-6.5Z",
    "flag": "M-4.5 7V-7L6-3.2-4.5.6Z",
}
"""Outlines of the marks around their middle."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands at the head of the page about the look-up itself."""

    case: str
    purpose: str
    legal_basis: str
    holder: str
    looked_up: dt.date
    build: str
    """The run and the digest of its graph."""


def history_page(
    history: FamilyHistory, grounds: Mapping[str, Sequence[Ground]], cover: Cover, *, language: Language
) -> str:
    """The page as HTML; the same answer and cover give the same text.

    Args:
        history: The answer.
        grounds: Why each member stands in the family, by person id.
        cover: Who asked, why, and of which run.
        language: Of the page; registers' own words stay as they are.
    """
    words = Words(language)
    child = next(iter(history.members), None) if history.focal else None
    content: dict[str, Any] = {
        "words": words,
        "history": history,
        "cover": Cover(*(_said(getattr(cover, name)) for name in cover.__slots__)),
        "child": child,
        "child_name": named(child.name, words) if child else history.child,
        "adult_from": add_years(child.birth_date, 18) if child and child.birth_date else None,
        "picture": None,
    }
    if child:
        content |= _content(history, grounds, words)
    content |= enclosed(("page.css", "history.css"), "history.js", more_style=_paper(history, cover, words))
    return render_page("history.html.j2", language=language, shorten=shortened, **content)


def _said(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value


def _content(history: FamilyHistory, grounds: Mapping[str, Sequence[Ground]], words: Words) -> dict[str, Any]:
    names = short_names(history.members, words)
    short = {member.person_id: name for member, name in zip(history.members, names, strict=True)}
    facts, concerns = facts_of(history, words, short), concerns_of(history, words, short)
    made = picture(history, facts, concerns, words)
    return {
        "picture": made,
        "chart": made.chart,
        "details": {lane.key: lane.detail for lane in made.chart.lanes},
        "bar_titles": _bar_titles(made, words, history.as_of),
        "shapes": words.shapes(),
        "outlines": OUTLINES,
        "width": WIDTH,
        "names_width": NAMES_WIDTH,
        "band_height": BAND,
        "bar_height": BAR,
        "fit": fitting,
        "facts": facts,
        "concerns": concerns,
        "members": members_of(history, grounds, words, short),
        "possible": possible_of(history, words),
        "stays": stays_of(history, words, short),
        "present": present_view(history, facts, words),
    }


def _bar_titles(made: Picture, words: Words, as_of: dt.date) -> list[str]:
    return [
        f"{made.persons[bar.spell.person]}: {made.lanes[bar.spell.lane].full}, "
        f"{words.span(to_date(bar.spell.start), to_date(bar.spell.end), as_of)}"
        for bar in made.chart.bars
    ]


def _paper(history: FamilyHistory, cover: Cover, words: Words) -> str:
    """What stands at the foot of every printed page."""
    left = (
        f"{words('case')} {shortened(printable(cover.case), 40)} · {history.child} · {words('as_of')} {history.as_of}"
    )
    left += " · DEMO" if history.demo else ""
    build = shortened(printable(cover.build), 40)
    return (
        "@page { size: A4 landscape; margin: 11mm 10mm 14mm; "
        f"@bottom-left {{ content: {css_text(left)}; font: 7.5pt Arial, sans-serif; }} "
        f"@bottom-center {{ content: {css_text(build)}; font: 7.5pt Arial, sans-serif; }} "
        f"@bottom-right {{ content: {css_text(words('page') + ' ')} counter(page) {css_text(' / ')} counter(pages); "
        "font: 7.5pt Arial, sans-serif; } }"
    )
