"""From a merged TOML document to a checked mapping; every refusal names file and line."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, TypeVar

from loaders.mapping.cells import Table, condition_cells
from loaders.mapping.dates import check_format
from loaders.mapping.expectations import read_expectations
from loaders.mapping.file import Document
from loaders.mapping.files import check_delimiter, read_encoding, read_files
from loaders.mapping.model import Mapping
from loaders.mapping.sections import read_section
from loaders.mapping.words import TABLES

_REGISTER = {
    "name": str,
    "title": str,
    "district": str,
    "district_column": str,
    "legal_basis": str,
    "retention": str,
    "synthetic": bool,
    "one_record_per_person": bool,
    "extract_date": dt.date,
    "encoding": str,
    "delimiter": str,
    "date_formats": list,
    "optional_columns": list,
    "files": dict,
}
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
Value = TypeVar("Value")


def _register(document: Document) -> dict[str, Any]:
    """The ``[register]`` table, every value of its proper kind."""
    table = Table(document, ("register",))
    table.only(_REGISTER)
    stated = {key: table.typed(key, kind) for key, kind in _REGISTER.items() if key in table.values}
    for key in ("name", "synthetic"):
        if key not in stated:
            hint = "say whether the data are invented: true or false" if key == "synthetic" else "a short name"
            raise document.error(f"[register] lacks {key}", ("register",), hint=hint)
    if not _NAME.fullmatch(stated["name"]) or stated["name"] == "protected":
        hint = "small letters, digits, dot, dash; 'protected' is reserved"
        raise document.error("not a register's name", ("register", "name"), hint=hint)
    check_delimiter(document, stated.get("delimiter", ";"), ("register", "delimiter"))
    if "district" in stated and "district_column" in stated:
        raise document.error("both district and district_column", ("register", "district_column"), hint="keep one")
    if isinstance(stated.get("extract_date"), dt.datetime):
        raise document.error("extract_date must be a day", ("register", "extract_date"), hint="like 2026-01-31")
    for position, one in enumerate(stated.get("date_formats", [])):
        check_format(document, ("register", "date_formats", position), one)
    if "optional_columns" in stated:
        stated["optional_columns"] = table.texts("optional_columns")
    stated["encoding"] = read_encoding(document, stated.get("encoding", "utf-8"), ("register", "encoding"))
    return stated


def maps_of(document: Document) -> dict[str, dict[str, str]]:
    """The ``[maps.*]`` of a document, by name.

    Raises:
        MappingError: A code stands for something that is no text.
    """
    table = Table(document, ("maps",))
    maps: dict[str, dict[str, str]] = {}
    for name in table.values:
        entries = table.table(name)
        for code in entries.values:
            entries.typed(code, str)
        maps[name] = dict(entries.values)
    return maps


def check_mapping(document: Document) -> Mapping:
    """The mapping that a document states.

    Raises:
        MappingError: At the first thing that is unknown, missing, of the wrong kind or contradictory.
    """
    whole = Table(document, ())
    whole.only(["register", "maps", *TABLES, "expectations"])
    register = _register(document)
    files, forms = read_files(document)
    maps = maps_of(document)
    sections = []
    for table in TABLES:
        of_table = Table(document, (table,))
        for name in of_table.values:
            section = read_section(of_table.table(name), table, name, files=files, maps=maps)
            if section is not None:
                sections.append(section)
    if not sections:
        raise document.error("no section says how columns become tables", (), hint='extends = "polsas", or [persons.x]')
    district = register.pop("district_column", None)
    if district:
        sections = [condition_cells(s, district) for s in sections]
    register["expectations"] = read_expectations(document, files, sections)
    register.pop("files", None)
    if "date_formats" in register:
        register["date_formats"] = tuple(register["date_formats"])
    lines = _column_lines(document)
    return Mapping(path=document.path, files=files, forms=forms, sections=tuple(sections), lines=lines, **register)


def _column_lines(document: Document) -> dict[str, tuple[str, int]]:
    """Where each text of the document first stands, so that a missing column can be traced."""
    found: dict[str, tuple[str, int]] = {}
    for path, (file, line) in document.places.items():
        value: Any = document.values
        for step in path:
            inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
            value = value.get(step) if isinstance(value, dict) else value[step] if inside else None
        if isinstance(value, str) and path[:1] != ("maps",):
            found.setdefault(value, (file.name, line))
        elif path and path[-2:-1] == ("when",) and isinstance(path[-1], str):
            found.setdefault(path[-1], (file.name, line))
    return found
