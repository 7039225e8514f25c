"""The report on registers as one HTML page that stands alone: no script, no request, light and dark, on paper too."""

from __future__ import annotations

from dataclasses import dataclass

from kintrace.views.pages import render_page
from kintrace.views.registers.month_chart import HEIGHT, WIDTH, Chart, month_chart
from kintrace.views.registers.report import RegisterReport
from kintrace.views.registers.wording import Wording
from linkage.tables import PROTECTED_REGISTER
from loaders.expectations import Change, RegisterMeasures


@dataclass(frozen=True, slots=True)
class Section:
    """One register with what the page says of it in sentences."""

    register: RegisterMeasures
    state: str
    fresh: str
    entries: tuple[str, ...]
    chart: Chart | None
    moves: bool


def register_page(report: RegisterReport, wording: Wording) -> str:
    """The page of a report in one language."""
    return render_page(
        "registers.html.j2",
        report=report,
        words=wording,
        say=wording.say,
        sections=[_section(report, one, wording) for one in report.registers],
        changes=by_register(report.notable),
        small=len(report.changes) - len(report.notable),
        protected=PROTECTED_REGISTER,
        chart_width=WIDTH,
        chart_height=HEIGHT,
    )


def by_register(changes: tuple[Change, ...]) -> dict[str, list[Change]]:
    """Changes under the register they speak of."""
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(one.register, []).append(one)
    return found


def freshness(register: RegisterMeasures, wording: Wording) -> str:
    """When the extract was drawn and how old its newest entry is; empty where neither is known."""
    if register.extract is None:
        return ""
    if register.age is None:
        return wording.say("drawn", extract=register.extract)
    key = {0: "fresh_same", 1: "fresh_one"}.get(register.age, "fresh")
    days = wording.count(register.age)
    return wording.say(key, extract=register.extract, newest=register.entries.newest, days=days)


def _section(report: RegisterReport, register: RegisterMeasures, wording: Wording) -> Section:
    chart = month_chart(register.entries.months, wording)
    moves = register.entries.basis == "valid_from"
    said = []
    if moves:
        said.append(wording.say("all_undated"))
    elif register.entries.undated and register.entries.basis:
        said.append(wording.say("undated", n=wording.count(register.entries.undated)))
    if chart and chart.cut:
        said.append(wording.say("chart_cut", n=240))
    state = report.state(register.register)
    return Section(register, state, freshness(register, wording), tuple(said), chart, moves)
