"""From a merged TOML document to a checked mapping; every refusal names file and line."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from pathlib import Path
from typing import Any, TypeVar

from loaders.mapping.cells import Table, condition_cells
from loaders.mapping.dates import check_format
from loaders.mapping.file import Document
from loaders.mapping.model import Mapping
from loaders.mapping.sections import read_section
from loaders.mapping.toml_lines import Path as KeyPath
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
    "files": dict,
}
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_ENCODINGS = {"utf-8": "utf-8", "cp1252": "windows-1252", "iso8859-1": "latin-1"}
Value = TypeVar("Value")


def _encoding(document: Document, stated: str) -> str:
    path: KeyPath = ("register", "encoding")
    try:
        name = codecs.lookup(stated.strip()).name.removesuffix("-sig").replace("utf_8", "utf-8")
    except LookupError:
        name = ""
    if name not in _ENCODINGS:
        raise document.error("unknown encoding", path, hint=f"one of {', '.join(_ENCODINGS.values())}")
    return name


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
    delimiter = stated.get("delimiter", ";")
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise document.error("delimiter must be one ASCII character", ("register", "delimiter"), hint='like ";"')
    if "district" in stated and "district_column" in stated:
        raise document.error("both district and district_column", ("register", "district_column"), hint="keep one")
    if isinstance(stated.get("extract_date"), dt.datetime):
        raise document.error("extract_date must be a day", ("register", "extract_date"), hint="like 2026-01-31")
    for position, one in enumerate(stated.get("date_formats", [])):
        check_format(document, ("register", "date_formats", position), one)
    stated["encoding"] = _encoding(document, stated.get("encoding", "utf-8"))
    return stated


def _files(document: Document) -> dict[str, tuple[Path, ...]]:
    table = Table(document, ("register", "files"))
    files: dict[str, tuple[Path, ...]] = {}
    for role in table.values:
        stated = table.values[role]
        if not isinstance(stated, list) or not stated or not all(isinstance(one, str) and one for one in stated):
            raise table.error(role, "must be a path, a pattern or a list of them", hint='like cases = "cases*.csv"')
        files[role] = tuple(Path(one) for one in stated)
    return files


def _maps(document: Document) -> dict[str, dict[str, str]]:
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
    whole.only(["register", "maps", *TABLES])
    register = _register(document)
    files = _files(document)
    maps = _maps(document)
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
    register.pop("files", None)
    if "date_formats" in register:
        register["date_formats"] = tuple(register["date_formats"])
    lines = _column_lines(document)
    return Mapping(path=document.path, files=files, sections=tuple(sections), lines=lines, **register)


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
