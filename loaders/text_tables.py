"""Any person table as text columns, for linking without a mapping: CSV of any delimiter, gzip, Parquet."""

from __future__ import annotations

import csv
import gzip
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
        RegisterError: A file is missing, empty, cut short, or has a row of the wrong length.
    """
    tables = [_read(file) for file in files]
    try:
        return pa.concat_tables(tables, promote_options="default").combine_chunks()
    except pa.ArrowInvalid as error:
        raise RegisterError(f"the files do not fit together: {error}", where=", ".join(f.name for f in files)) from None


def _read(file: Path) -> pa.Table:
    try:
        if _is_parquet(file):
            return _as_text(pq.read_table(file))
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
    try:
        header = content.split(b"\n", 1)[0].decode(encoding).rstrip("\r")
        names = next(csv.reader([header], delimiter=delimiter))
        return pacsv.read_csv(
            pa.BufferReader(content),
            read_options=pacsv.ReadOptions(encoding=encoding, block_size=_LONGEST_ROW),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError, StopIteration) as error:
        # Arrow names the row and the number of columns; the row's own text stays out of the message.
        problem = str(error).split(": ", 2)
        told = problem[1] if len(problem) > 1 and "Expected" in problem[1] else str(error).splitlines()[0][:80]
        raise RegisterError(
            f"not a regular table: {told}", where=str(file), hint="one header, rows of one length"
        ) from None


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


def _as_text(table: pa.Table) -> pa.Table:
    columns = [pc.cast(c, pa.string()) if not pa.types.is_nested(c.type) else None for c in table.columns]
    kept = {n: c for n, c in zip(table.column_names, columns, strict=True) if c is not None}
    return pa.table(kept)
