"""Checked reading of cells, keys, identifiers and conditions from a mapping document."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from loaders.errors import MappingError
from loaders.mapping.dates import check_format
from loaders.mapping.file import Document, meant
from loaders.mapping.model import Cell, Condition, Identifier, Key, Section
from loaders.mapping.toml_lines import Path as KeyPath
from loaders.mapping.words import CLOSED

_KINDS = {str: "a text", bool: "true or false", dt.date: "a date", list: "a list", dict: "a table", int: "a number"}
_CELL = ("column", "first", "join", "parts", "constant", "separator", "map", "otherwise", "default", "formats")
_FORMS = ("column", "first", "join", "parts", "constant")
Maps = dict[str, dict[str, str]]


class Table:
    """One table of the document, read key by key with errors that know their line."""

    def __init__(self, document: Document, path: KeyPath) -> None:
        self.document = document
        self.path = path
        values: Any = document.values
        for step in path:
            values = values.get(step, {})
        if not isinstance(values, dict):
            raise document.error("must be a table", path, hint=f"like [{'.'.join(map(str, path))}]")
        self.values: dict[str, Any] = values

    def error(self, key: str, problem: str, *, hint: str = "") -> MappingError:
        """The error to raise about a key of this table."""
        name = ".".join(str(p) for p in (*self.path, key))
        return self.document.error(f"{name}: {problem}", (*self.path, key), hint=hint)

    def only(self, known: Iterable[str]) -> None:
        """Refuse keys that mean nothing here."""
        choices = list(known)
        for key in self.values:
            if key not in choices:
                raise self.error(key, "unknown key", hint=meant(key, choices))

    def typed(self, key: str, kind: type) -> Any:
        """The value of a key, refused unless of this kind."""
        value = self.values[key]
        good = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if not good:
            raise self.error(key, f"must be {_KINDS[kind]}")
        if kind is str and not value:
            raise self.error(key, "must not be empty", hint="remove the key")
        return value

    def table(self, key: str) -> Table:
        """The table under a key."""
        return Table(self.document, (*self.path, key))

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts under a key."""
        value = self.values[key]
        many = value if isinstance(value, list) else [value]
        if not many or not all(isinstance(one, str) and one for one in many):
            raise self.error(key, "must be a column or a list of columns", hint='like "Foedselsdato"')
        return tuple(many)


def read_conditions(table: Table, key: str = "when") -> tuple[Condition, ...]:
    """``when = "Column"`` (filled), a list of such, or ``when = { Column = ["a", "b"] }``."""
    if key not in table.values:
        return ()
    value = table.values[key]
    if not isinstance(value, dict):
        return tuple(Condition(c) for c in table.texts(key))
    inner = table.table(key)
    return tuple(Condition(c, inner.texts(c)) for c in inner.values)


def read_key(table: Table, key: str) -> Key:
    """A key: a column, a list of columns, or ``{ columns = [...], suffix = "child" }``, or ``{ first = [...] }``."""
    if not isinstance(table.values[key], dict):
        return Key(table.texts(key))
    inner = table.table(key)
    inner.only(("columns", "first", "suffix"))
    forms = [form for form in ("columns", "first") if form in inner.values]
    if len(forms) != 1:
        raise inner.error("columns", "missing, or beside first", hint="name the key's columns")
    suffix = inner.typed("suffix", str) if "suffix" in inner.values else ""
    return Key(inner.texts(forms[0]), suffix, "first" if forms == ["first"] else "join")


def read_identifiers(table: Table, key: str) -> tuple[Identifier, ...]:
    """A column, ``{ column, type }`` or ``{ column, stated }``, or a list of these."""
    value = table.values[key]
    many = value if isinstance(value, list) else [value]
    found = []
    for position, one in enumerate(many):
        if isinstance(one, str) and one:
            found.append(Identifier(one))
            continue
        if not isinstance(one, dict) or not isinstance(one.get("column"), str):
            raise table.error(key, "must name a column", hint='like { column = "Ident", type = "Identtype" }')
        for word, inner in one.items():
            if word not in ("column", "type", "stated") or not isinstance(inner, str):
                path = (*table.path, key, position, word) if isinstance(value, list) else (*table.path, key, word)
                hint = meant(word, ("column", "type", "stated"))
                raise table.document.error(f"{key}: unknown key {word!r}", path, hint=hint)
        found.append(Identifier(one["column"], one.get("type"), one.get("stated")))
    return tuple(found)


def read_cell(table: Table, key: str, kind: str, maps: Maps) -> Cell:
    """A cell: a column's name, or an inline table that says more."""
    value = table.values[key]
    if isinstance(value, str | list):
        return Cell(columns=table.texts(key))
    if not isinstance(value, dict):
        raise table.error(key, "must be a column's name or an inline table", hint='like { column = "Rolle" }')
    inner = table.table(key)
    inner.only((*_CELL, "add_days", "when"))
    forms = [f for f in _FORMS if f in inner.values]
    if len(forms) != 1:
        raise table.error(key, f"must have exactly one of {', '.join(_FORMS)}")
    form = forms[0]
    if form == "parts" and (kind != "date" or len(inner.texts("parts")) != 3):
        raise inner.error("parts", "must be the three columns year, month, day of a date")
    for word in ("formats", "add_days"):
        if word in inner.values and kind != "date":
            raise inner.error(word, "is for dates only", hint="remove the key")
    cell = Cell(
        columns=() if form == "constant" else inner.texts(form),
        how="first" if form == "column" else form,
        separator=str(inner.values.get("separator", " ")),
        constant=inner.typed("constant", str) if form == "constant" else None,
        map=_read_map(inner, kind, maps),
        otherwise=inner.typed("otherwise", str) if "otherwise" in inner.values else None,
        default=inner.typed("default", str) if "default" in inner.values else None,
        formats=inner.texts("formats") if "formats" in inner.values else (),
        add_days=inner.typed("add_days", int) if "add_days" in inner.values else 0,
        when=read_conditions(inner),
    )
    _check_words(inner, cell, kind)
    return cell


def _read_map(inner: Table, kind: str, maps: Maps) -> tuple[tuple[str, str], ...] | None:
    if "map" not in inner.values:
        return None
    name = inner.typed("map", str)
    if name not in maps:
        raise inner.error("map", f"no such map: {name!r}", hint=meant(name, maps) or f"write [maps.{name}]")
    for code, word in maps[name].items():
        if kind in CLOSED and word not in CLOSED[kind]:
            problem = f"maps.{name}.{code}: not a {kind}: {word!r}"
            raise inner.document.error(problem, ("maps", name, code), hint=meant(word, CLOSED[kind]))
    return tuple(sorted(maps[name].items()))


def _check_words(inner: Table, cell: Cell, kind: str) -> None:
    """Constants and defaults of a closed field must be words of its list; formats must be formats."""
    for word in ("constant", "otherwise", "default"):
        value = getattr(cell, word)
        if kind in CLOSED and value is not None and value not in CLOSED[kind]:
            raise inner.error(word, f"not a {kind}: {value!r}", hint=meant(value, CLOSED[kind]))
    if cell.otherwise is not None and cell.map is None:
        raise inner.error("otherwise", "needs a map", hint="name the map, or use default")
    for position, one in enumerate(cell.formats):
        check_format(inner.document, (*inner.path, "formats", position), one)


def condition_cells(section: Section, district: str) -> Section:
    """The section with the register's district column, unless it states its own."""
    if "district" in section.cells:
        return section
    return dataclasses.replace(section, cells={**section.cells, "district": Cell(columns=(district,))})
