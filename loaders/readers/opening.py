"""One door to every reader: what a file is, is told by its first bytes, never by its name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Given
from pathlib import Path
from typing import Any

import pyarrow as pa

from linkage.tables import TEXT
from loaders.errors import MissingColumnError, RegisterError
from loaders.mapping.model import Form, Mapping
from loaders.readers.batches import Batch, Wanted
from loaders.readers.columnar import read_parquet
from loaders.readers.database import read_database
from loaders.readers.decoding import Damage, head_text
from loaders.readers.delimited import read_delimited
from loaders.readers.finding import find_files
from loaders.readers.frames import read_frame
from loaders.readers.json_lines import read_json_lines
from loaders.readers.unpacking import archive_members, open_archive, shown, sniff, unpacked
from loaders.readers.workbook import read_workbook
from loaders.regular import RegisterFile

Frames = Given[str, Any]
"""Data frames by role."""

TYPED = frozenset({"parquet", "workbook", "database", "frame"})
"""Kinds whose dates come as ISO days, whatever formats the mapping states."""

_SPREADSHEET = "save it as .xlsx (an encrypted workbook: without its password) or as CSV"
_UNPACK = "unpack it, or pack it as gzip or zip"
_FOREIGN: dict[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0": ("an old or an encrypted workbook", _SPREADSHEET),
    b"SQLite f": ("an SQLite database", 'like cases = { url = "sqlite:///cases.db", table = "cases" }'),
    b"PARE": ("an encrypted Parquet file", "write it without encryption"),
    b"ARROW1": ("an Arrow file", "write it as Parquet"),
    b"7z\xbc\xaf": ("a 7-Zip archive", _UNPACK),
    b"Rar!": ("a RAR archive", _UNPACK),
    b"BZh": ("packed with bzip2", _UNPACK),
    b"\xfd7zXZ": ("packed with xz", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("packed with Zstandard", _UNPACK),
    b"%PDF": ("a PDF", "ask for the data as CSV"),
}
"""First bytes of files that are no register, and what to do about each."""

_JSON = re.compile(rb'\s*\{\s*["}]')
_MARKUP = re.compile(rb"\s*<[!?a-zA-Z]")
_LIST = re.compile(rb"\s*\[\s*[{\[]")

READERS: dict[str, Callable[[Wanted], Iterator[Batch]]] = {
    "delimited": read_delimited,
    "json lines": read_json_lines,
    "parquet": read_parquet,
    "workbook": read_workbook,
    "database": read_database,
    "frame": read_frame,
}


def _of_archive(file: RegisterFile) -> str:
    with open_archive(file) as archive:
        names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return "workbook"
    if {"mimetype", "content.xml"} <= names:
        raise RegisterError("is an OpenDocument file", where=file.name, hint="save it as .xlsx or as CSV")
    return "zip"


def _of_bytes(wanted: Wanted) -> str:
    """``zip``, ``parquet``, ``workbook``, or ``text`` for everything that is to be decoded."""
    with RegisterFile(wanted.path, wanted.name) as file:
        head = sniff(file)
        foreign = next((told for magic, told in _FOREIGN.items() if head.startswith(magic)), None)
        if foreign:
            raise RegisterError(f"is {foreign[0]}", where=wanted.name, hint=foreign[1])
        if head.startswith(b"PAR1"):
            return "parquet"
        return _of_archive(file) if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08") else "text"


def _of_text(wanted: Wanted) -> str:
    with unpacked(wanted, Damage()) as chunks:
        first = head_text(next(chunks, b""))
    if _MARKUP.match(first):
        raise RegisterError("is XML or HTML", where=wanted.name, hint="export it as CSV")
    if _LIST.match(first):
        raise RegisterError("is one JSON list", where=wanted.name, hint="write one object per line")
    return "json lines" if _JSON.match(first) else "delimited"


def kind_of(wanted: Wanted) -> str:
    """Which reader the content needs: a key of :data:`READERS`, or ``zip`` for an archive of text files.

    Raises:
        RegisterError: The file cannot be opened, or is of a kind that no reader reads.
    """
    if wanted.kind:
        return wanted.kind
    if wanted.frame is not None:
        return "frame"
    if wanted.form.database:
        return "database"
    kind = "text" if wanted.member else _of_bytes(wanted)
    return _of_text(wanted) if kind == "text" else kind


def _lenient(wanted: Wanted, read: Callable[[Wanted], Iterator[Batch]]) -> Iterator[Batch]:
    """The file's batches; optional columns that it lacks are empty. Readers look for columns before they read rows."""
    batches = read(wanted)
    try:
        first = next(batches, None)
    except MissingColumnError as error:
        there = tuple(c for c in wanted.columns if c not in wanted.optional or c in error.titles)
        if there == wanted.columns or not set(there) & set(error.titles):
            raise
        for batch in read(dataclasses.replace(wanted, columns=there)):
            empty = pa.nulls(len(batch.table), TEXT)
            columns = [batch.table.column(c) if c in there else empty for c in wanted.columns]
            yield Batch(pa.table(columns, names=list(wanted.columns)), batch.rows, batch.refused)
        return
    if first is not None:
        yield first
        yield from batches


def _beginning(batches: Iterator[Batch], most: int) -> Iterator[Batch]:
    """The batches up to a row of the file."""
    for batch in batches:
        last = max([0, *batch.rows[-1:], *(int(r.rows.max()) for r in batch.refused if len(r.rows))])
        if last < most:
            yield batch
            continue
        refused = [dataclasses.replace(r, rows=r.rows[r.rows <= most]) for r in batch.refused]
        inside = batch.rows <= most
        yield Batch(batch.table.filter(pa.array(inside)), batch.rows[inside], [r for r in refused if len(r.rows)])
        return


def open_register_file(wanted: Wanted) -> Iterator[Batch]:
    """The wanted columns of one register file, table or data frame, batch by batch, in bounded memory.

    Delimited text and JSON lines (both plain, in gzip, or one file of a zip archive), Parquet, Excel
    workbooks, SQL tables and data frames. Rows are numbered from 1; a row that cannot be used is refused
    with its reason and the rest goes on.

    Raises:
        RegisterError: The file cannot be read as the mapping says, with file, row, column and the fix.
    """
    kind = kind_of(wanted)
    if kind != "zip":
        batches = _lenient(wanted, READERS[kind])
        yield from batches if wanted.most_rows is None else _beginning(batches, wanted.most_rows)
        return
    parts = _members(wanted)
    if len(parts) > 1:
        problem = f"the archive holds {len(parts)} such files"
        raise RegisterError(problem, where=wanted.name, hint="read them one by one, as role_parts gives them")
    yield from open_register_file(parts[0])


def _members(wanted: Wanted) -> list[Wanted]:
    with RegisterFile(wanted.path, wanted.name) as file:
        members = archive_members(file, wanted.form.member)
    parts = [dataclasses.replace(wanted, member=one, kind="", title=f"{wanted.name}/{shown(one)}") for one in members]
    return [dataclasses.replace(part, kind=kind_of(part)) for part in parts]


def role_parts(mapping: Mapping, role: str, frames: Frames | None = None) -> list[Wanted]:
    """Everything that is read for a role, each with a name of its own; what they are is already known.

    A data frame handed over for the role takes the place of its files.

    Raises:
        RegisterError: A file is missing, is none, or is of a kind that no reader reads.
    """
    form = mapping.forms.get(role, Form())
    plain = Wanted(
        path=Path(role),
        columns=mapping.columns(role),
        encoding=form.encoding or mapping.encoding,
        delimiter=form.delimiter or mapping.delimiter,
        lines=mapping.lines,
        optional=mapping.may_lack(role),
        most_rows=mapping.most_rows,
        form=form,
        role=role,
    )
    if frames and role in frames:
        return [dataclasses.replace(plain, frame=frames[role], kind="frame", title=f"{role} (data frame)")]
    if form.frame:
        where = f"files.{role} of register {mapping.name}"
        raise RegisterError(
            "no data frame was handed over", where=where, hint="load(..., frames={register: {role: ...}})"
        )
    if form.database:
        return [dataclasses.replace(plain, kind="database", title=f"{role} (database)")]
    paths = find_files(mapping, role)
    names = [path.name for path in paths]
    parts: list[Wanted] = []
    for path in paths:
        title = path.name if names.count(path.name) == 1 else f"{path.parent.name}/{path.name}"
        one = dataclasses.replace(plain, path=path, title=title)
        kind = kind_of(one)
        parts += _members(one) if kind == "zip" else [dataclasses.replace(one, kind=kind)]
    return parts
