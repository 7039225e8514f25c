"""The ``[register.files]`` of a mapping: where each role's rows come from, and how they are written."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

from loaders.mapping.cells import Table
from loaders.mapping.file import Document
from loaders.mapping.model import Database, Form
from loaders.mapping.toml_lines import Path as KeyPath

ENCODINGS = {"utf-8": "utf-8", "cp1252": "windows-1252", "iso8859-1": "latin-1", "utf-16": "utf-16"}
"""Encodings by the name that Python gives them, as a mapping names them."""

_WRITTEN = {
    "encoding": str,
    "delimiter": str,
    "header_row": int,
    "sheet": str,
    "member": str,
    "schema": str,
    "separator": str,
    "follow_links": bool,
}
_DATABASE = ("url", "url_env", "password_env", "table", "query")
_SOURCES = ("path", "url", "url_env", "frame")
_LIKE = 'like cases = "cases*.csv", or cases = { path = "cases.xlsx", sheet = "Sager" }'
_MAX_HEADER_ROW = 1_000
HOLDS_PASSWORD = re.compile(
    r"^[\w+]*://[^/@:]*:[^@]*@|(?:[?&;=]|%3B)\s*(?:password|passwd|pwd)\s*(?:=|%3D)", re.IGNORECASE
)
_READS = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*\(*(?:select|with|values|table)\b", re.IGNORECASE | re.DOTALL)

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)

Files = dict[str, tuple[Path, ...]]


def read_encoding(document: Document, stated: str, path: KeyPath) -> str:
    """The encoding under its Python name.

    Raises:
        MappingError: No register comes in it.
    """
    try:
        name = codecs.lookup(stated.strip()).name.removesuffix("-sig").replace("utf_8", "utf-8")
    except (LookupError, ValueError):
        name = ""
    if name not in ENCODINGS:
        raise document.error("unknown encoding", path, hint=f"one of {', '.join(ENCODINGS.values())}")
    return name


def check_delimiter(document: Document, stated: str, path: KeyPath) -> None:
    """Refuse what parts no columns.

    Raises:
        MappingError: It is not one ASCII character, or one that means something else.
    """
    if len(stated) != 1 or not stated.isascii() or stated in '"\r\n\0':
        raise document.error("delimiter must be one ASCII character", path, hint='like ";"')


def read_files(document: Document) -> tuple[Files, dict[str, Form]]:
    """Paths and form of every role.

    Raises:
        MappingError: A role names no source or two, or says something about it that means nothing.
    """
    table = Table(document, ("register", "files"))
    files: Files = {}
    forms: dict[str, Form] = {}
    for role, stated in table.values.items():
        if not isinstance(stated, dict):
            files[role] = _paths(table, role)
            continue
        inner = table.table(role)
        inner.only((*_SOURCES, *_WRITTEN, *_DATABASE[2:]))
        sources = [s for s in _SOURCES if s in inner.values]
        if len(sources) != 1:
            raise table.error(role, f"must have exactly one of {', '.join(_SOURCES)}", hint=_LIKE)
        files[role] = _paths(inner, "path") if sources == ["path"] else ()
        forms[role] = _form(inner, sources[0])
    return files, forms


def _paths(table: Table, key: str) -> tuple[Path, ...]:
    stated = table.values[key]
    if not isinstance(stated, list) or not stated or not all(isinstance(one, str) and one for one in stated):
        raise table.error(key, "must be a path, a pattern or a list of them", hint=_LIKE)
    return tuple(Path(one) for one in stated)


def _form(inner: Table, source: str) -> Form:
    stated: dict[str, Any] = {k: inner.typed(k, kind) for k, kind in _WRITTEN.items() if k in inner.values}
    if "encoding" in stated:
        stated["encoding"] = read_encoding(inner.document, stated["encoding"], (*inner.path, "encoding"))
    if "delimiter" in stated:
        check_delimiter(inner.document, stated["delimiter"], (*inner.path, "delimiter"))
    if not 0 <= stated.get("header_row", 1) <= _MAX_HEADER_ROW:
        hint = "counted as an editor counts; 0 where nothing names the columns of a delimited text"
        raise inner.error("header_row", f"must be from 0 to {_MAX_HEADER_ROW}", hint=hint)
    if source == "frame" and inner.typed("frame", bool) is not True:
        raise inner.error("frame", "must be true", hint="the rows are handed to load(frames=...)")
    return Form(**stated, frame=source == "frame", database=_database(inner, source))


def _database(inner: Table, source: str) -> Database | None:
    stated = {k: inner.typed(k, str) for k in _DATABASE if k in inner.values}
    if source not in ("url", "url_env"):
        for key in stated:
            raise inner.error(key, "is for databases only", hint='beside url = "postgresql+psycopg://user@host/db"')
        return None
    if ("table" in stated and "query" in stated) or not {"table", "query"} & stated.keys():
        raise inner.error(source, "needs either table or query", hint='like table = "cases"')
    if "url_env" in stated and "password_env" in stated:
        raise inner.error("password_env", "the URL is secret as a whole already", hint="keep url_env or password_env")
    if HOLDS_PASSWORD.search(stated.get("url", "")):
        hint = 'password_env = "NAME" names the environment variable that holds it'
        raise inner.error("url", "a password must not stand in a mapping", hint=hint)
    if "query" in stated and not _READS.match(stated["query"]):
        raise inner.error("query", "must begin with SELECT or WITH", hint="registers are only read")
    if ";" in _QUOTED.sub("", stated.get("query", "")).rstrip("; \t\r\n"):
        raise inner.error("query", "must be one statement", hint="remove what stands behind the semicolon")
    return Database(**stated)
