"""Excel workbooks (.xlsx) read as they lie in their archive: values only, within bounds, row by row.

Neither formulas nor macros are ever run and no link is followed: the reader takes the values that the
spreadsheet program stored. What it did not store, or stored as an error or a false date, refuses its row.
"""

from __future__ import annotations

import posixpath
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import numpy as np
import pyarrow as pa

from linkage.tables import TEXT
from loaders.errors import RegisterError
from loaders.mapping.file import nearest
from loaders.readers.batches import (
    MAX_FIELD_CHARACTERS,
    Batch,
    Refusal,
    Wanted,
    find_columns,
    sound_batch,
    without_headers,
)
from loaders.readers.decoding import NUL_MARK, Damage
from loaders.readers.sheet_values import NoValueError, Styles, cell_text
from loaders.readers.unpacking import Allowance, check_member, open_archive
from loaders.readers.worksheet import Covered, Merges, Row, SheetRows, column_letters, is_covered
from loaders.readers.xml_parts import DamagedXmlError, XmlStream
from loaders.regular import RegisterFile

_BLOCK_BYTES = 1 << 18
_ROWS_PER_BATCH = 8_192
_LOOK_AHEAD = 20
_MAX_TEXTS = 16 << 20
_MAX_UNPACKED = 4 << 30
_NAMED_CELLS = 100
"""So many cells are named one by one; a workbook full of faults needs no more to be found."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Book:
    """One opened workbook: its parts by their place in the archive, and how much they may unpack to."""

    def __init__(self, archive: zipfile.ZipFile, file: RegisterFile) -> None:
        self.archive = archive
        self.file = file
        self.allowance = self.fresh_allowance()
        self.sheets: list[tuple[str, str, bool]] = []
        """Name, part and whether it is shown."""
        self.styles = Styles()
        self.shared: list[str] = []

    def fresh_allowance(self) -> Allowance:
        """How much one reading of the workbook may unpack."""
        return Allowance(self.file.size, self.file.name, Damage(), most=_MAX_UNPACKED)

    def blocks(self, part: str, allowance: Allowance | None = None) -> Iterator[bytes]:
        """The bytes of one part, counted together with all others unless it is a reading of its own.

        Raises:
            DamagedXmlError: It is missing or damaged.
            RegisterError: It unpacks to too much, or the file changed.
        """
        try:
            check_member(self.archive.getinfo(part), self.file.name)
            with self.archive.open(part) as stream:
                while block := stream.read(_BLOCK_BYTES):
                    self.file.check_unchanged()
                    (allowance or self.allowance).take(len(block))
                    yield block
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, ValueError, struct.error) as error:
            if isinstance(error, RegisterError):
                raise
            raise DamagedXmlError from None
        except (NotImplementedError, RuntimeError):
            raise DamagedXmlError from None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Kind and part of everything that a part refers to, by id; what lies outside the archive is left out."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(element: str, given: dict[str, str]) -> bool:
            if element == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
                found[given.get("Id", "")] = (posixpath.basename(given.get("Type", "")), target)
            return False

        XmlStream(start).run(self.blocks(posixpath.join(folder, "_rels", f"{name}.rels")))
        return found

    def open(self) -> None:
        """Read what the workbook says of its sheets, styles and texts."""
        roots = self.relations("")
        main = next((part for kind, part in roots.values() if kind == "officeDocument"), "")
        if main.endswith(".bin"):
            raise RegisterError("is a binary workbook", where=self.file.name, hint="save it as .xlsx or as CSV")
        related = self.relations(main)

        def start(element: str, given: dict[str, str]) -> bool:
            if element == "workbookPr":
                self.styles.since_1904 = given.get("date1904") in ("1", "true")
            if element == "sheet":
                reference = next((v for k, v in given.items() if k.endswith(":id")), "")
                kind, part = related.get(reference, ("", ""))
                if kind == "worksheet":
                    self.sheets.append((given.get("name", ""), part, given.get("state", "visible") == "visible"))
            return False

        XmlStream(start).run(self.blocks(main))
        for kind, part in related.values():
            if kind == "styles":
                self._read_styles(part)
            elif kind == "sharedStrings":
                self._read_texts(part)

    def _read_styles(self, part: str) -> None:
        inside = False

        def start(element: str, given: dict[str, str]) -> bool:
            nonlocal inside
            if element == "cellXfs":
                inside = True
            elif element == "xf" and inside:
                self.styles.formats.append(_small(given.get("numFmtId")))
            elif element == "numFmt":
                self.styles.codes[_small(given.get("numFmtId"))] = given.get("formatCode", "")[:255]
            return False

        def end(element: str) -> None:
            nonlocal inside
            inside = inside and element != "cellXfs"

        XmlStream(start, end=end).run(self.blocks(part))

    def _read_texts(self, part: str) -> None:
        pieces: list[str] = []
        length, phonetic = 0, False

        def start(element: str, given: dict[str, str]) -> bool:
            nonlocal phonetic
            phonetic = phonetic or element == "rPh"
            return element == "t" and not phonetic

        def text(piece: str) -> None:
            nonlocal length
            if length <= MAX_FIELD_CHARACTERS:
                pieces.append(piece)
                length += len(piece)

        def end(element: str) -> None:
            nonlocal length, phonetic
            if element == "si":
                self.shared.append("".join(pieces))
                pieces.clear()
                length = 0
                if len(self.shared) > _MAX_TEXTS:
                    raise DamagedXmlError
            elif element == "rPh":
                phonetic = False

        XmlStream(start, end=end, text=text).run(self.blocks(part))

    def sheet(self, wanted: Wanted) -> str:
        """The part of the sheet to read: the one that is named, else the only one that is shown.

        Raises:
            RegisterError: There is no such sheet, or several and none is named.
        """
        shown = [(name, part) for name, part, visible in self.sheets if visible]
        asked = wanted.form.sheet
        if asked is None:
            if len(shown) != 1:
                problem = f"the workbook shows {len(shown)} sheets" if shown else "the workbook shows no sheet"
                raise RegisterError(problem, where=wanted.name, hint='say which: sheet = "..."')
            return shown[0][1]
        for name, part, _ in self.sheets:
            if unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", asked):
                return part
        hint = nearest(asked, [name for name, _, _ in self.sheets]) or f"it has {len(self.sheets)} others"
        raise RegisterError("no such sheet", where=f"{wanted.name}, sheet {asked}", hint=hint)


def _small(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0


@contextmanager
def _opened(wanted: Wanted) -> Iterator[Book]:
    with RegisterFile(wanted.path, wanted.name) as file, open_archive(file) as archive:
        try:
            book = Book(archive, file)
            book.open()
            yield book
            file.check_unchanged()
        except DamagedXmlError:
            file.check_unchanged()
            hint = "open it in a spreadsheet program and save it again"
            raise RegisterError("the workbook is damaged", where=wanted.name, hint=hint) from None


def _merged(book: Book, part: str, positions: list[int]) -> Covered:
    """What merged cells cover; most sheets have none, which is seen without parsing."""
    tail, there, utf8 = b"", False, True
    for block in book.blocks(part, book.fresh_allowance()):
        utf8 = utf8 and b"\0" not in block[:4]
        there = there or not utf8 or b"mergeCell" in tail + block
        tail = block[-16:]
    if not there:
        return {}
    merges = Merges()
    merges.read(book.blocks(part, book.fresh_allowance()))
    return merges.covering(positions)


def read_workbook(wanted: Wanted) -> Iterator[Batch]:
    """The wanted columns of one sheet of an Excel workbook, batch by batch.

    Rows are numbered from 1 after the header; empty rows have no number. A row is refused where a wanted
    cell holds an error, a formula whose value was not stored, a false date, or lies under a merged cell
    that holds its value elsewhere.

    Raises:
        RegisterError: The file is missing, damaged, a bomb, lacks the sheet or a column, or is empty.
    """
    with _opened(wanted) as book:
        part = book.sheet(wanted)
        sheet = SheetRows()
        rows = sheet.read(book.blocks(part))
        positions = _find_header(rows, wanted, book)
        sheet.keep = frozenset(positions)
        texts = _Texts(wanted, book, positions, _merged(book, part, positions))
        done = 0
        filled = (row for row in rows if row.filled)
        while many := list(islice(filled, _ROWS_PER_BATCH)):
            yield without_headers(texts.batch(many, done))
            done += len(many)


def _find_header(rows: Iterator[Row], wanted: Wanted, book: Book) -> list[int]:
    """Positions of the wanted columns in the sheet."""
    for row in rows:
        if row.number >= wanted.form.header_row and row.filled:
            break
    else:
        hint = "a register without rows still has a header"
        raise RegisterError("the sheet is empty", where=f"{wanted.name}, row 1", hint=hint)
    header = _titles(row, book) if row.number == wanted.form.header_row else []
    following: list[list[str]] = []
    if set(wanted.columns) - set(header):
        for one in (row, *islice(rows, _LOOK_AHEAD)):
            following += [[]] * (one.number - wanted.form.header_row - len(following) - 1)
            following += [_titles(one, book)] if one.number > wanted.form.header_row else []
            if len(following) > _LOOK_AHEAD:
                break
    return find_columns(header, wanted, following)


def _titles(row: Row, book: Book) -> list[str]:
    titles = [""] * (max(row.cells, default=-1) + 1)
    for position, cell in row.cells.items():
        try:
            titles[position] = unicodedata.normalize("NFC", cell_text(cell, book.styles, book.shared) or "").strip()
        except NoValueError:
            continue
    return titles


class _Texts:
    """Turns rows of cells into batches of text columns."""

    def __init__(self, wanted: Wanted, book: Book, positions: list[int], covered: Covered) -> None:
        self.wanted, self.book, self.positions, self.covered = wanted, book, positions, covered
        self._named = 0

    def _cell(self, row: Row, position: int) -> str | None:
        if self.covered and is_covered(self.covered, position, row.number):
            raise NoValueError("a merged cell, whose value stands in its first cell only")
        cell = row.cells.get(position)
        if cell is None:
            return None
        text = cell_text(cell, self.book.styles, self.book.shared)
        if text and "_x" in text:
            text = _ESCAPED.sub(lambda found: _unescaped(found.group(1)), text)
        return text

    def _refusal(self, error: NoValueError, row: Row, position: int, name: str) -> tuple[str, str]:
        self._named += 1
        place = f" (cell {column_letters(position)}{row.number})" if self._named <= _NAMED_CELLS else ""
        return error.reason + place, name

    def batch(self, rows: list[Row], done: int) -> Batch:
        """The batch of some rows, numbered after ``done``."""
        columns: list[list[str | None]] = []
        lost: dict[int, tuple[str, str]] = {}
        for position, name in zip(self.positions, self.wanted.columns, strict=True):
            columns.append([])
            add = columns[-1].append
            for at, row in enumerate(rows):
                try:
                    add(self._cell(row, position))
                except NoValueError as error:
                    add(None)
                    lost.setdefault(at, self._refusal(error, row, position, name))
        table = pa.table([pa.array(c, TEXT) for c in columns], names=list(self.wanted.columns))
        numbers = np.arange(done + 1, done + len(rows) + 1, dtype=np.int64)
        keep = np.ones(len(rows), dtype=np.bool_)
        keep[list(lost)] = False
        batch = sound_batch(table.filter(pa.array(keep)), numbers[keep], marked=True)
        batch.refused.extend(Refusal(numbers[[at]], reason, name) for at, (reason, name) in sorted(lost.items()))
        return batch


def _unescaped(code: str) -> str:
    letter = chr(int(code, 16))
    return NUL_MARK if letter == "\0" else "\ufffd" if "\ud800" <= letter <= "\udfff" else letter
