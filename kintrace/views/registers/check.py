"""A mapping that was tried, in plain words: what it gives, what is lost and what would mend it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kintrace.views.registers.check_words import TEXTS
from kintrace.views.registers.findings import render_findings
from kintrace.views.registers.wording import LANGUAGES, Wording
from loaders.checking import MappingCheck

_REASONS_SHOWN = 15
_LINKING = ("number", "birth_date", "name", "name_and_birth", "address")


def as_document(found: MappingCheck) -> dict[str, Any]:
    """The trial as one JSON document."""
    return {**dataclasses.asdict(found), "usable": found.usable, "sampled": found.sampled}


class _Words:
    """One language's texts and numbers."""

    def __init__(self, language: str) -> None:
        self.at = LANGUAGES.index(language)
        self.wording = Wording(language)

    def say(self, key: str, **values: object) -> str:
        return TEXTS[key][self.at].format(**values)

    def count(self, number: int) -> str:
        return self.wording.count(number)

    def part(self, some: int, whole: int) -> str:
        return self.wording.percent(some / whole if whole else None)


def render_check(found: MappingCheck, language: str) -> RenderableType:
    """Everything that the trial found; the verdict last."""
    words = _Words(language)
    parts: list[RenderableType] = [Rule(Text(words.say("title", mapping=found.mapping), style="bold"), align="left")]
    if found.errors:
        lines = [Text(f"✗ {one}", style="red") for one in found.errors]
        return Group(*parts, Text(words.say("errors"), style="bold red"), *lines)
    parts += [_section(words, "files", _files(found, words)), _section(words, "gives", _gives(found, words))]
    parts.append(_section(words, "fields", [_fields(found, words)]))
    parts.append(_section(words, "refused", _refused(found, words)))
    told: tuple[tuple[str, list[RenderableType]], ...] = (
        ("unknown", _unknown(found, words)),
        ("dates", _dates(found, words)),
        ("keys", _repeated(found, words)),
        ("linking", _linking(found, words)),
        ("missing", _missing(found, words)),
    )
    parts += [_section(words, key, lines) for key, lines in told if lines]
    if found.expectations:
        parts.append(_section(words, "expectations", [render_findings(found.expectations, None, words.wording)]))
    if found.no_extract_date:
        parts.append(Text(words.say("extract"), style="yellow"))
    verdict = "usable" if found.usable else "unusable"
    parts.append(Text(words.say(verdict), style="bold green" if found.usable else "bold red"))
    return Group(*parts)


def _section(words: _Words, key: str, lines: Iterable[RenderableType]) -> RenderableType:
    return Padding(Group(Text(words.say(key), style="bold"), *lines), (0, 0, 1, 0))


def _table(words: _Words, *columns: str, left: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for position, name in enumerate(columns):
        table.add_column(words.say(name), justify="left" if position < left else "right", overflow="fold")
    return table


def _files(found: MappingCheck, words: _Words) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for one in found.files:
        text = f"{one.role}: {one.name}, {words.say('rows_all' if one.whole else 'rows_some', n=words.count(one.rows))}"
        if one.unusable:
            text += f"; {words.say('broken_rows', n=words.count(one.unusable))}"
        lines.append(Text(text))
    return lines


def _gives(found: MappingCheck, words: _Words) -> list[RenderableType]:
    return [
        Text(words.say("gives_line", table=table, n=words.count(rows), sections=", ".join(found.sections[table])))
        for table, rows in found.tables.items()
    ]


def _fields(found: MappingCheck, words: _Words) -> RenderableType:
    table = _table(words, "field", "of_rows", "filled", "valid", "distinct", left=1)
    for one in found.fields:
        shares = words.part(one.filled, one.rows), words.part(one.valid, one.filled)
        table.add_row(f"{one.table}.{one.column}", words.count(one.rows), *shares, words.count(one.distinct))
    return table


def _refused(found: MappingCheck, words: _Words) -> list[RenderableType]:
    if not found.refused:
        return [Text(words.say("nothing_refused"))]
    table = _table(words, "file", "column", "reason", "count", "first_rows", left=3)
    for one in found.refused[:_REASONS_SHOWN]:
        rows = ", ".join(map(str, one.first_rows))
        table.add_row(one.file, one.column or "–", words.wording.reason(one.reason), words.count(one.count), rows)
    dangling = any("such" in one.reason or "nobody" in one.reason for one in found.refused)
    told = [Text(words.say("sampled_references"), style="yellow")] if dangling and found.sampled else []
    return [table, *told]


def _unknown(found: MappingCheck, words: _Words) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for one in found.unknown:
        said = {"column": one.column, "n": words.count(one.rows), "untold": words.count(one.untold), "map": one.map}
        if not one.codes:
            lines.append(Text(words.say("unknown_untold", **said)))
            continue
        lines += [Text(words.say("unknown_line", **said)), Padding(Text(one.lines, style="cyan"), (0, 0, 0, 4))]
        if one.untold:
            lines.append(Text(words.say("more_untold", **said), style="dim"))
    return lines


def _dates(found: MappingCheck, words: _Words) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for one in found.dates:
        said = {"column": one.column, "n": words.count(one.rows)}
        if one.formats:
            share = words.wording.percent(one.fitting)
            lines.append(Text(words.say("dates_fit", **said, share=share, formats=json.dumps(list(one.formats)))))
        elif not one.short_years:
            lines.append(Text(words.say("dates_none", **said)))
        lines += [Text(words.say("dates_short", **said))] if one.short_years else []
        lines += [Text(words.say("dates_ambiguous", **said))] if one.ambiguous else []
    return lines


def _repeated(found: MappingCheck, words: _Words) -> list[RenderableType]:
    return [
        Text(words.say("repeated", section=one.section, n=words.count(one.keys), columns=", ".join(one.columns)))
        for one in found.repeated
    ]


def _linking(found: MappingCheck, words: _Words) -> list[RenderableType]:
    everybody = found.linking.get("all", 0)
    lines: list[RenderableType] = [Text(f"{words.count(everybody)} {words.say('mentions')}")] if everybody else []
    return lines + [
        Text(f"  {words.part(found.linking[key], everybody):>6}  {words.say(key)}") for key in _LINKING if everybody
    ]


def _missing(found: MappingCheck, words: _Words) -> list[RenderableType]:
    return [Text(f"· {words.say(key)}") for key in found.missing]
