"""The report on registers in the terminal: all of them in a few tables, one of them in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kintrace.views.console import marked
from kintrace.views.registers.findings import render_findings, verdict_style
from kintrace.views.registers.page import freshness
from kintrace.views.registers.report import RegisterReport
from kintrace.views.registers.wording import FEW, Wording
from linkage.tables import PROTECTED_REGISTER
from loaders.expectations import RegisterMeasures

REASONS_SHOWN = 12
"""Refusals in the overview, most frequent first; one register's table shows them all."""


def render_report(report: RegisterReport, wording: Wording, registers: Sequence[str] = ()) -> RenderableType:
    """The overview of all registers, then each register that is asked for in full."""
    parts: list[RenderableType] = [Rule(Text(f"{wording.say('title')}: {report.run}", style="bold"), align="left")]
    parts += [_overview(report, wording), *_changes(report, wording), *_broken(report, wording)]
    if not registers:
        parts += [*_refusals(report.registers, wording, most=REASONS_SHOWN), *_placeholders(report.registers, wording)]
    for one in report.registers:
        if one.register in registers:
            parts += _in_full(report, one, wording)
    return marked(Group(*parts), demo=report.synthetic)


def _table(wording: Wording, *columns: str, left: int = 1) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for position, name in enumerate(columns):
        table.add_column(wording.say(name), justify="left" if position < left else "right", overflow="fold")
    return table


def _headed(wording: Wording, heading: str, *parts: RenderableType) -> RenderableType:
    return Padding(Group(Text(wording.say(heading), style="bold"), *parts), (1, 0, 0, 0))


def _overview(report: RegisterReport, wording: Wording) -> Table:
    columns = ("register", "read", "used", "refused", "repeated", "extract", "newest", "state")
    table = _table(wording, *columns)
    table.columns[-1].justify = "left"
    for one in report.registers:
        counts = (wording.count(n) for n in (one.read, one.used, one.refused_rows, one.repeated))
        days = (wording.day(one.extract), wording.day(one.entries.newest))
        state = report.state(one.register)
        told = Text("") if one.register == PROTECTED_REGISTER else Text(wording.say(state), style=verdict_style(state))
        table.add_row(one.register, *counts, *days, told)
    return table


def _changes(report: RegisterReport, wording: Wording) -> list[RenderableType]:
    if report.against is None:
        return [Padding(Text(wording.say("no_run"), style="dim"), (1, 0, 0, 0))]
    lines = [Text(f"{one.register}: {wording.change(one)}") for one in report.notable]
    since = Text(wording.say("against", run=report.against), style="dim")
    return [_headed(wording, "changed", *(lines or [Text(wording.say("no_change"))]), since)]


def _broken(report: RegisterReport, wording: Wording) -> list[RenderableType]:
    judged = report.judgement
    if judged is None or not judged.broken:
        return []
    said = [_given(report, name, wording) for name in dict.fromkeys(one.register for one in judged.broken)]
    if judged.held:
        said.append(Text(wording.say("held", n=len(judged.held)), style="bold red"))
    return [_headed(wording, "expected", render_findings(judged.broken, judged.against, wording), *filter(None, said))]


def _given(report: RegisterReport, register: str, wording: Wording) -> Text | None:
    given = report.accepted(register)
    if given is None:
        return None
    said = wording.say("by_whom", who=given.who, at=given.at, reason=given.reason)
    return Text(f"{register}: {said}", style="yellow")


def _refusals(registers: Iterable[RegisterMeasures], wording: Wording, *, most: int) -> list[RenderableType]:
    found = sorted(
        ((one.register, refused) for one in registers for refused in one.refused), key=lambda pair: -pair[1].count
    )
    if not found:
        return [Padding(Text(wording.say("nothing_refused"), style="dim"), (1, 0, 0, 0))]
    table = _table(wording, "register", "file", "column", "reason", "count", "first_rows", left=4)
    for register, one in found[:most]:
        rows = ", ".join(map(str, one.first_rows))
        table.add_row(register, one.file, one.column or "–", wording.reason(one.reason), wording.count(one.count), rows)
    return [_headed(wording, "refusals", table)]


def _placeholders(registers: Iterable[RegisterMeasures], wording: Wording) -> list[RenderableType]:
    table = _table(
        wording, "register", "type", "mentions", "numbers", "reused", "several_names", "several_births", left=2
    )
    for register in registers:
        for one in register.identifiers:
            if one.placeholder:
                counts = (one.mentions, one.numbers, one.reused, one.several_names, one.several_births)
                table.add_row(register.register, one.type, *map(wording.count, counts))
    return [_headed(wording, "placeholders", table)] if table.row_count else []


def _in_full(report: RegisterReport, register: RegisterMeasures, wording: Wording) -> list[RenderableType]:
    parts: list[RenderableType] = [Padding(Rule(Text(register.register, style="bold"), align="left"), (1, 0, 0, 0))]
    if register.register == PROTECTED_REGISTER:
        return [*parts, Text(wording.say("protected")), *_refusals([register], wording, most=len(register.refused))]
    parts.append(Text(freshness(register, wording)))
    findings = report.findings(register.register)
    if findings:
        parts.append(_headed(wording, "expected", render_findings(findings, report.against, wording)))
    parts += [
        _headed(wording, "rows", _roles(register, wording)),
        _headed(wording, "columns", _fills(register, wording)),
    ]
    parts += _refusals([register], wording, most=len(register.refused))
    parts += [_headed(wording, "identifiers", _identifiers(register, wording)), *_placeholders([register], wording)]
    parts += [_hints(register, wording), _headed(wording, "codes", _codes(register, wording))]
    return [*parts, *_months(register, wording)]


def _roles(register: RegisterMeasures, wording: Wording) -> Table:
    table = _table(wording, "role", "read", "used", "refused", "repeated")
    for one in register.roles:
        table.add_row(one.role, *map(wording.count, (one.read, one.used, one.refused, one.repeated)))
    return table


def _fills(register: RegisterMeasures, wording: Wording) -> Table:
    table = _table(wording, "column", "of_rows", "filled", "valid", "distinct")
    for one in register.columns:
        if one.filled:
            shares = (wording.percent(one.filled_share()), wording.percent(one.valid_share()))
            table.add_row(one.name, wording.count(one.rows), *shares, wording.count(one.distinct))
    return table


def _identifiers(register: RegisterMeasures, wording: Wording) -> RenderableType:
    if not register.identifiers:
        return Text(wording.say("no_identifiers"), style="dim")
    table = _table(wording, "type", "mentions", "share", "numbers", "several_births")
    for one in register.identifiers:
        part = wording.percent(one.mentions / register.mentions if register.mentions else None)
        table.add_row(
            one.type, wording.count(one.mentions), part, *map(wording.count, (one.numbers, one.several_births))
        )
    return table


def _hints(register: RegisterMeasures, wording: Wording) -> Text:
    said = []
    if register.checked_numbers:
        part = wording.percent(register.failing_numbers / register.checked_numbers)
        said.append(wording.say("modulus", share=part, n=wording.count(register.checked_numbers)))
    if register.births:
        part = wording.percent(register.new_year_births / register.births)
        said.append(wording.say("new_year", share=part, n=wording.count(register.births)))
    return Text("\n".join(said))


def _codes(register: RegisterMeasures, wording: Wording) -> Table:
    table = _table(wording, "column", "code", "count", "share", left=2)
    for one in register.codes:
        part = wording.percent(one.count / one.rows) if one.count >= FEW and one.rows else "–"
        table.add_row(f"{one.table}.{one.column}", one.code, wording.some(one.count), part)
    return table


def _months(register: RegisterMeasures, wording: Wording) -> list[RenderableType]:
    """The last two years as bars of blocks."""
    months = register.entries.months[-24:]
    if not months:
        return []
    most = max(count for _, count in months)
    heading = "moves" if register.entries.basis == "valid_from" else "entries"
    lines = [
        Text(f"{month} {'▇' * max(1, round(40 * max(count, FEW - 1) / max(most, FEW)))} {wording.some(count)}")
        for month, count in months
    ]
    return [_headed(wording, heading, *lines)]
