"""Any person table as text columns, for linking without a mapping: CSV of any delimiter, gzip, Parquet."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from loaders.errors import RegisterError

_DELIMITERS = ",;\t|"
_SAMPLE = 64 * 1024
_LONGEST_ROW = 1 << 24


def read_text_table(files: Sequence[Path]) -> pa.Table:
    """The rows of all files together, every column as text, a column that a file lacks as null.

    The delimiter is the one that parts the header best; text that is not UTF-8 is read as
    Windows-1252, the other encoding that Danish offices export.

    Raises:
        RegisterError: A file is missing, empty, cut short or no text, has lines that end in carriage returns
            only, two columns of one name, or a row of the wrong length.
    """
    tables = [_read(file) for file in files]
    try:
        return pa.concat_tables(tables, promote_options="default").combine_chunks()
    except pa.ArrowInvalid as error:
        raise RegisterError(f"the files do not fit together: {error}", where=", ".join(f.name for f in files)) from None


def _read(file: Path) -> pa.Table:
    try:
        if _is_parquet(file):
            return _as_text(_read_parquet(file), file)
        return _read_csv(file)
    except OSError as error:
        raise RegisterError(f"cannot be read: {error.strerror or 'damaged'}", where=str(file)) from None
    except (EOFError, zlib.error):
        raise RegisterError("the gzip file is cut short", where=str(file), hint="fetch it again") from None


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _read_csv(file: Path) -> pa.Table:
    content = _content(file)
    if not content.strip():
        raise RegisterError("the file is empty", where=str(file), hint="export it again")
    if b"\0" in content:
        row = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise RegisterError(f"NUL byte in line {row}", where=str(file), hint="export it again as text")
    encoding = "utf-8" if _is_utf8(content) else "windows-1252"
    delimiter = _delimiter(content[:_SAMPLE].decode(encoding, errors="replace"))
    names = _header(content, encoding, delimiter, file)
    try:
        return pacsv.read_csv(
            pa.BufferReader(content),
            read_options=pacsv.ReadOptions(encoding=encoding, block_size=_LONGEST_ROW),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        # Arrow's own message may quote the row, whose text stays out of ours.
        line, told = _first_ragged(content.decode(encoding, errors="replace"), delimiter, len(names))
        if not line:
            told = "a row or value that cannot be read" if "Expected" in str(error) else str(error).splitlines()[0][:80]
        where = f"{file}, line {line}" if line else str(file)
        hint = "one header, rows of one length; mend the row or export it again"
        raise RegisterError(f"not a regular table: {told}", where=where, hint=hint) from None


def _header(content: bytes, encoding: str, delimiter: str, file: Path) -> list[str]:
    """The column names of the first line."""
    where = f"{file}, line 1"
    header = content.split(b"\n", 1)[0].rstrip(b"\r")
    if b"\r" in header:
        hint = "export it again with line ends of Windows or Unix"
        raise RegisterError("lines end in a carriage return only", where=where, hint=hint)
    try:
        names = next(csv.reader([header.decode(encoding)], delimiter=delimiter), [])
    except (csv.Error, UnicodeDecodeError):
        hint = "the first line names the columns"
        raise RegisterError("the header cannot be read", where=where, hint=hint) from None
    _refuse_equal_names(names, where)
    return names


def _refuse_equal_names(names: Sequence[str], where: str) -> None:
    """Columns are told by position: without a header, the first line is somebody's data."""
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name in seen:
            raise RegisterError(
                f"columns {seen[name]} and {position} have the same name",
                where=where,
                hint="give every column a name of its own",
            )
        seen[name] = position


def _first_ragged(text: str, delimiter: str, width: int) -> tuple[int, str]:
    """Line of the first row that has not as many columns as the header, and what it has; 0 if none is found."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begin = 1
    try:
        for row in reader:
            if row and len(row) != width:
                return begin, f"{len(row)} columns instead of {width}"
            begin = reader.line_num + 1
    except csv.Error:
        return begin, "a value that is too long or a quote that is not closed"
    return 0, ""


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    if not zipped:
        return file.read_bytes()
    with gzip.open(file) as stream:
        return stream.read()


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(sample: str) -> str:
    """The delimiter that stands most often in the header line.

    >>> _delimiter("name;born;street, number")
    ';'
    """
    header = sample.splitlines()[0] if sample else ""
    return max(_DELIMITERS, key=header.count)


def _read_parquet(file: Path) -> pa.Table:
    try:
        _refuse_equal_names(pq.read_schema(file).names, str(file))
        return pq.read_table(file)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        hint = "export it again"
        raise RegisterError("the Parquet file is damaged or of an unknown kind", where=str(file), hint=hint) from None


def _as_text(table: pa.Table, file: Path) -> pa.Table:
    flat = {n: c for n, c in zip(table.column_names, table.columns, strict=True) if not pa.types.is_nested(c.type)}
    return pa.table({name: _text_column(column, file, name) for name, column in flat.items()})


def _text_column(column: pa.ChunkedArray, file: Path, name: str) -> pa.ChunkedArray:
    try:
        text = pc.cast(column, pa.string())
        text.validate(full=True)  # a column may call itself text and hold other bytes
    except pa.ArrowInvalid:
        where = f"{file}, row {_first_undecodable(column)}, column {name}"
        hint = "write the column as UTF-8 text, or leave it out"
        raise RegisterError("a value is no UTF-8 text", where=where, hint=hint) from None
    except pa.ArrowNotImplementedError:
        where = f"{file}, column {name}"
        hint = "write the column as text, or leave it out"
        raise RegisterError(f"a column of {column.type} cannot be read as text", where=where, hint=hint) from None
    return text


def _first_undecodable(column: pa.ChunkedArray) -> int:
    """Number of the first row, counted from 1, whose bytes are no UTF-8."""
    values = pc.cast(column, pa.binary()).to_pylist()
    return next((row for row, value in enumerate(values, start=1) if value and not _is_utf8(value)), 1)
