"""A bounded sample of a register file: its beginning, and rows from all over a big one."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from linkage.tables import TEXT
from loaders.errors import MissingColumnError, RegisterError
from loaders.guessing.texts import (
    Header,
    detect_delimiter,
    detect_encoding,
    find_header,
    is_binary,
    names_columns,
    rows_of,
)
from loaders.mapping.files import HOLDS_PASSWORD
from loaders.mapping.model import Database, Form
from loaders.readers.batches import MAX_COLUMNS, Wanted
from loaders.readers.decoding import Damage
from loaders.readers.opening import kind_of, open_register_file
from loaders.readers.text import clean_text
from loaders.readers.unpacking import unpacked
from loaders.regular import RegisterFile

MAX_ROWS = 4_000
MOST_COLUMNS = 1_000
"""A register of more columns is none that somebody drafts a mapping of."""
_HEAD_BYTES = 1 << 19
_PIECES, _PIECE_BYTES = 8, 1 << 16
_PROBE = "\x00"
"""A title that no file has: readers answer with those that it has."""
_TITLE_ROWS = 10
_JSON_LINES = 500


@dataclass(frozen=True, slots=True)
class Source:
    """The file, sheet or table that a stranger asks about."""

    path: Path
    sheet: str | None = None
    member: str | None = None
    table: str | None = None
    url: str | None = None
    """Of a database, instead of a path."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a register as text columns, and how its file is written."""

    source: Source
    kind: str
    table: pa.Table
    read_as: tuple[str, ...]
    """What each title is read as, which differs where two lines name the columns."""
    whole: bool
    """Whether these are all rows."""
    encoding: str = "utf-8"
    delimiter: str = ";"
    header_row: int = 1
    form: dict[str, str] = field(default_factory=dict)
    """What the mapping must state of the file besides: sheet, member, url, table, schema."""
    notes: tuple[str, ...] = ()
    """What the reader should know about the file."""

    def titles(self) -> list[str]:
        """The titles of the columns."""
        return list(self.table.column_names)


def take_sample(source: Source) -> Sample:
    """A sample of a register: never more than a few thousand rows, however big the file.

    Raises:
        RegisterError: The file cannot be read as a register, with the reason.
    """
    wanted = _wanted(source)
    kind = kind_of(wanted)
    if kind == "zip":
        wanted = dataclasses.replace(wanted, member=_only_member(wanted), kind="")
        kind = kind_of(wanted)
    if kind == "delimited":
        return _of_text(source, wanted)
    if kind == "json lines":
        return _of_json(source, wanted)
    return _of_columns(source, wanted, kind)


def _only_member(wanted: Wanted) -> str:
    from loaders.readers.unpacking import archive_members

    with RegisterFile(wanted.path, wanted.name) as file:
        members = archive_members(file, wanted.form.member)
    if len(members) > 1:
        problem = f"the archive holds {len(members)} such files"
        raise RegisterError(problem, where=wanted.name, hint="choose one with --member")
    return members[0]


def _wanted(source: Source) -> Wanted:
    database = None
    if source.url is not None and HOLDS_PASSWORD.search(source.url):
        hint = "leave it out; PostgreSQL takes it from PGPASSWORD or ~/.pgpass"
        raise RegisterError("a password must not stand in a mapping", where="the database's URL", hint=hint)
    if source.table is not None:
        url = source.url or f"sqlite:///{source.path.absolute()}"
        database = Database(url=url, table=source.table)
    elif source.url is not None:
        raise RegisterError("no table is named", where="the database", hint="choose one with --table")
    form = Form(sheet=source.sheet, member=source.member, database=database)
    return Wanted(path=source.path, columns=(_PROBE,), form=form)


def _bytes_of(wanted: Wanted) -> tuple[bytes, list[bytes], bool]:
    """The beginning, pieces from further on (whole lines all), and whether the beginning is everything."""
    if not wanted.member:
        with RegisterFile(wanted.path, wanted.name) as file:
            head = file.handle.read(_HEAD_BYTES)
            if head[:2] not in (b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff") and file.size > len(head):
                pieces = [_piece(file, n) for n in range(1, _PIECES + 1)]
                return _whole_lines(head), pieces, False
    with unpacked(wanted, Damage()) as chunks:
        first = next(chunks, b"")
        more = len(first) > _HEAD_BYTES or next(chunks, None) is not None
    return (_whole_lines(first[:_HEAD_BYTES]), [], False) if more else (first, [], True)


def _whole_lines(data: bytes) -> bytes:
    cut = data.rfind(b"\n") + 1
    return data[: cut or len(data)]


def _piece(file: RegisterFile, number: int) -> bytes:
    """Whole lines from the n-th of equally far places in the file."""
    file.handle.seek(_HEAD_BYTES + (file.size - _HEAD_BYTES) * number // (_PIECES + 1))
    data = file.handle.read(_PIECE_BYTES)
    return _whole_lines(data.partition(b"\n")[2])


def _decoded(data: bytes, encoding: str) -> str:
    names = {"windows-1252": "cp1252", "latin-1": "latin-1", "utf-16": "utf-16", "utf-8": "utf-8-sig"}
    text = data.decode(names[encoding], errors="replace")
    return text.replace("\r\n", "\n").replace("\r", " ").replace("\0", "")


def _of_text(source: Source, wanted: Wanted) -> Sample:
    head, pieces, whole = _bytes_of(wanted)
    if not head.strip():
        raise RegisterError("the file is empty", where=wanted.name, hint="export it again")
    encoding = detect_encoding(b"\n".join([head, *pieces]) if pieces else head)
    text = _decoded(head, encoding.name)
    if encoding.name != "utf-16" and is_binary(head):
        raise RegisterError("the file is no text", where=wanted.name, hint="export it as CSV")
    delimiter, width = detect_delimiter(text)
    if width > MOST_COLUMNS:
        hint = "ask for an extract of the needed ones, or write the mapping by hand"
        raise RegisterError(f"{width} columns are too many to guess", where=wanted.name, hint=hint)
    lines = text.split("\n")
    header = find_header(lines, delimiter, width)
    rows = rows_of("\n".join(lines[max(header.line, header.second) :]), delimiter)
    odd = sum(1 for row in rows if len(row) != width)
    whole &= len(rows) <= MAX_ROWS
    rows = rows[: MAX_ROWS // 2] if pieces else rows[:MAX_ROWS]
    for piece in pieces:
        rows += rows_of(_decoded(piece, encoding.name), delimiter)[1 : 1 + MAX_ROWS // 2 // _PIECES]
    notes = [*_notes(header, width), *([_odd_encoding(encoding.name)] if encoding.odd else [])]
    if odd:
        notes.append(f"{odd} of the first rows have not {width} columns: such rows are refused")
    member = {"member": source.member} if source.member else {}
    return Sample(
        source=source,
        kind="delimited",
        table=_table(header.titles, [row for row in rows if len(row) == width]),
        read_as=header.read_as,
        whole=whole,
        encoding=encoding.name,
        delimiter=delimiter,
        header_row=header.line,
        form=member,
        notes=tuple(notes),
    )


def _notes(header: Header, width: int) -> Iterator[str]:
    if width == 1:
        yield "only one column was found: is the delimiter a sign other than ; , | or a tab?"
    if header.line == 0:
        yield "nothing names the columns: they are called column 1, column 2 and so on, and guessed by their values"
    elif header.above:
        yield f"the columns are named in line {header.line}; the lines before it are not read"
    if header.second > header.line:
        yield f"line {header.second} names columns too and will be read as a row: delete it from the extract"
    elif header.second:
        yield f"lines {header.second} and {header.line} name columns; the titles of line {header.line} are used"


def _odd_encoding(name: str) -> str:
    return f"some lines are not {name}: their rows will be refused; ask for one encoding throughout"


def _unique(titles: tuple[str, ...]) -> list[str]:
    """Titles that a mapping can name: an empty or doubled one is marked, since readers refuse it."""
    seen: dict[str, int] = {}
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
    found = []
    for number, title in enumerate(titles, start=1):
        plain = title and seen[title] == 1
        found.append(title if plain else f"{title or '(no title)'}{DOUBLED}{number}")
    return found


DOUBLED = " @ position "
"""Stands in what a sample calls a column whose own title names no column, or several."""


def _table(titles: tuple[str, ...], rows: list[list[str]]) -> pa.Table:
    columns = [clean_text(pa.array([row[n] for row in rows], TEXT)) for n in range(len(titles))]
    return pa.table(columns, names=_unique(titles))


def _of_columns(source: Source, wanted: Wanted, kind: str) -> Sample:
    """A workbook, Parquet file or database table: its reader tells the titles and reads the rows."""
    row, titles = _probe(wanted, kind)
    usable = tuple(t for t in titles if t and titles.count(t) == 1)[:MAX_COLUMNS]
    if len(usable) > MOST_COLUMNS:
        raise RegisterError(f"{len(usable)} columns are too many to guess", where=wanted.name, hint="name fewer")
    if not usable:
        raise RegisterError("names no columns", where=wanted.name, hint="name each column in one row")
    real = dataclasses.replace(wanted, columns=usable, form=dataclasses.replace(wanted.form, header_row=row), kind=kind)
    table, whole = _first_rows(real)
    if kind == "workbook" and not names_columns(usable, _texts(table)):
        # What would be shown as a title could be somebody's name or number.
        raise RegisterError("names no columns", where=f"{wanted.name}, row {row}", hint="name each column in one row")
    database = wanted.form.database
    form = {"sheet": source.sheet} if source.sheet else {}
    if database:
        form = {"url": database.url or "", "table": database.table or ""}
    notes = (f"the columns are named in row {row}",) if row > 1 else ()
    return Sample(source, kind, table, usable, whole, header_row=row, form=form, notes=notes)


def _texts(table: pa.Table) -> list[list[str]]:
    """The first rows as a text file would hold them."""
    columns = (column.fill_null("").to_pylist() for column in table.slice(0, 50).columns)
    return [list(row) for row in zip(*columns, strict=True)]


def _probe(wanted: Wanted, kind: str) -> tuple[int, list[str]]:
    """The row that names the columns and the titles there."""
    best: tuple[int, list[str]] = (1, [])
    for row in range(1, _TITLE_ROWS + 1 if kind == "workbook" else 2):
        form = dataclasses.replace(wanted.form, header_row=row)
        titles: list[str] = []
        try:
            next(open_register_file(dataclasses.replace(wanted, form=form, kind=kind)), None)
        except MissingColumnError as error:
            titles = list(error.titles)
        except RegisterError:
            if not best[1]:
                raise
            break  # The sheet ends above this row.
        if sum(map(bool, titles)) > 2 * sum(map(bool, best[1])) or not best[1]:
            best = (row, titles)
        if kind == "workbook" and not titles and best[1]:
            break
    return best


def _first_rows(wanted: Wanted) -> tuple[pa.Table, bool]:
    batches, rows = [], 0
    for batch in open_register_file(wanted):
        batches.append(batch.table)
        rows += len(batch.rows)
        if rows > MAX_ROWS:
            return pa.concat_tables(batches).slice(0, MAX_ROWS), False
    empty = pa.table({c: pa.array([], TEXT) for c in wanted.columns})
    return (pa.concat_tables(batches) if batches else empty), True


def _of_json(source: Source, wanted: Wanted) -> Sample:
    """JSON lines: the keys of the first objects are the columns; of entities, the properties of the first schema."""
    head, _, _ = _bytes_of(wanted)
    objects = []
    for line in head.decode("utf-8", errors="replace").splitlines()[:_JSON_LINES]:
        try:
            one: Any = json.loads(line)
        except (ValueError, RecursionError):
            continue
        objects += [one] if isinstance(one, dict) else []
    keys: dict[str, None] = {}
    schema = next((o["schema"] for o in objects if isinstance(o.get("schema"), str) and "properties" in o), None)
    for one in objects:
        if schema is None:
            keys |= dict.fromkeys(k for k, v in one.items() if not isinstance(v, dict | list))
        elif one.get("schema") == schema and isinstance(one["properties"], dict):
            keys |= {"id": None} | dict.fromkeys(one["properties"])
    if not keys:
        raise RegisterError("no line holds an object with plain values", where=wanted.name, hint="one object per line")
    form = Form(member=source.member, schema=schema)
    real = dataclasses.replace(wanted, columns=tuple(keys), form=form, kind="json lines", optional=frozenset(keys))
    table, whole = _first_rows(real)
    stated = {"schema": schema} if schema else {}
    notes = (f"these are entities; only those of the schema {schema} were looked at",) if schema else ()
    return Sample(source, "json lines", table, tuple(keys), whole, form=stated, notes=notes)
