"""What the fuzzer calls: every way in for foreign bytes, each with seeds, and what may come out of it.

A target takes bytes and either returns or raises a ``KintraceError``; anything else is a finding, and so
is a batch whose rows are out of order, a text that is none, or a message that repeats a cell's value.
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkage.errors import KintraceError
from loaders.mapping import read_mapping
from loaders.mapping.file import shipped_mappings
from loaders.mapping.model import Form
from loaders.readers import open_register_file
from loaders.readers.batches import Batch, Wanted

COLUMNS = ("no", "name", "født")
CANARY = "HEMMELIG"
"""Stands in the seeds where cells stand, and must stand in no reason for refusing a row."""

TEXT = f'no;name;født\n1;Åse {CANARY};1980-01-31\n2;"Bo\nx";1900-01-00\n3;\u061c\u202e\u0639\u0644\u064a;\n4;a;b;c\n'
LINES = (
    f'{{"no": 1, "name": "{CANARY}", "født": null}}\n{{"no": 2.0, "name": "\\ud800", "født": true}}\n'
    '{"id": "a", "schema": "Person", "properties": {"name": ["x", "y"], "no": [1], "født": []}}\n[1]\n'
)
_FOLDER = Path(tempfile.mkdtemp(prefix="kintrace-fuzz-"))


@dataclass(frozen=True, slots=True)
class Target:
    """One way in: what to call with bytes, and examples to start from."""

    call: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


class FindingError(Exception):
    """Something that must not come of any bytes."""


def _require(met: object, told: str) -> None:
    if not met:
        raise FindingError(told)


def _check(batch: Batch, last: int, columns: tuple[str, ...]) -> int:
    """The batch keeps its promises; returns the number of its last row."""
    _require(batch.table.column_names == list(columns), "a promise broken")
    _require(batch.table.num_rows == len(batch.rows), "a promise broken")
    numbers = np.concatenate([batch.rows, *(r.rows for r in batch.refused)])
    _require(len(np.unique(numbers)) == len(numbers), "a row used twice")
    _require(not len(numbers) or numbers.min() > 0, "a promise broken")
    _require((np.diff(batch.rows) > 0).all(), "rows out of order")
    _require(not len(batch.rows) or batch.rows[0] > last, "rows out of order between batches")
    batch.table.validate(full=True)
    _require(not any(CANARY in r.reason for r in batch.refused), "a reason repeats a value")
    return int(batch.rows[-1]) if len(batch.rows) else last


def read_bytes(content: bytes, wanted: Wanted) -> None:
    """Read one file of these bytes to its end."""
    wanted.path.write_bytes(content)
    last = 0
    for batch in open_register_file(wanted):
        last = _check(batch, last, wanted.columns)


def _wanted(name: str, *, columns: tuple[str, ...] = COLUMNS, form: Form | None = None) -> Wanted:
    return Wanted(_FOLDER / name, columns, form=form or Form(), role="person")


def delimited(data: bytes) -> None:
    """Delimited text: two bytes choose encoding, delimiter and header, the rest is the file."""
    if len(data) < 2:
        return
    encoding = ("utf-8", "cp1252", "iso8859-1", "utf-16")[data[0] & 3]
    wanted = _wanted("a.csv", form=Form(header_row=1 + (data[1] & 3)))
    read_bytes(data[2:], replace(wanted, encoding=encoding, delimiter=";,\t|"[data[1] >> 6]))


def any_file(data: bytes) -> None:
    """Whatever the bytes look like."""
    read_bytes(data, _wanted("a"))


def utf16(data: bytes) -> None:
    """Text behind a byte order mark."""
    read_bytes((b"\xff\xfe", b"\xfe\xff")[len(data) & 1] + data, _wanted("u.csv"))


def packed(data: bytes) -> None:
    """A sound gzip or zip file around the bytes, with one byte broken in every fourth."""
    if len(data) < 4:
        return
    if data[0] & 1:
        content = gzip.compress(data[4:], 1)
    else:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", data[4:])
        content = buffer.getvalue()
    if data[1] & 3 == 0:
        at = int.from_bytes(data[2:4], "big") % len(content)
        content = content[:at] + bytes([content[at] ^ (data[1] | 1)]) + content[at + 1 :]
    read_bytes(content, _wanted("a.zip"))


def json_lines(data: bytes) -> None:
    """Lines of objects or entities."""
    read_bytes(b'{"' + data, _wanted("a.jsonl", form=Form(schema="Person", separator="; ")))


PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
)


def sound_parts() -> dict[str, bytes]:
    """The parts of a small workbook with every kind of cell."""
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    with Workbook(buffer) as book:
        sheet = book.add_worksheet()
        day, padded = (book.add_format({"num_format": code}) for code in ("dd-mm-yyyy", "000000-0000"))
        for at, row in enumerate(([*COLUMNS], [1, f"Åse {CANARY}", "=1+1"], [2.5, "Bo", True], [None, None, "x"])):
            sheet.write_row(at, 0, row)
        sheet.write_rich_string("B4", "a", day, "b", "c")
        sheet.write_number("C5", 45_000, day)
        sheet.write_number("A5", 101_801_234, padded)
        sheet.merge_range("A6:B7", "x")
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook(data: bytes) -> None:
    """A workbook in which one part is replaced by the bytes."""
    if not data:
        return
    parts = dict(_SOUND)
    parts[PARTS[data[0] % len(PARTS)]] = data[1:]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    read_bytes(buffer.getvalue(), _wanted("a.xlsx"))


def parquet(data: bytes) -> None:
    """A Parquet file, read by its guarded process."""
    read_bytes(b"PAR1" + data, _wanted("a.parquet", columns=("no", "name")))


def mapping(data: bytes) -> None:
    """A mapping file of these bytes."""
    path = _FOLDER / "a.toml"
    path.write_bytes(data)
    read_mapping(path)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def address(data: bytes) -> None:
    """Address texts, one a line."""
    from linkage.addresses.parts import parse_texts

    texts = _text(data).split("\n")
    _require(len(parse_texts(pa.array(texts))) == len(texts), "a promise broken")


def dates(data: bytes) -> None:
    """Dates by the formats of a mapping, and birth dates of an unmapped table."""
    from linkage.dates import parse_birth_dates
    from loaders.mapping.dates import parse_dates

    texts = pa.array(_text(data).split("\n"))
    parse_dates(texts, ("%Y-%m-%d", "%d.%m.%Y", "%Y-%m-00", "%Y", "%d-%m-%Y %H:%M:%S"))
    parse_birth_dates(texts)


def identifiers(data: bytes) -> None:
    """Personal identifiers of every stated type."""
    from linkage.identifiers import classify_identifiers

    texts = _text(data).split("\n")
    types = pa.array([("PNR", "ENR", None, "")[i & 3] for i in range(len(texts))])
    for synthetic in (True, False):
        classify_identifiers(pa.array(texts), types, synthetic=synthetic)


def name_folding(data: bytes) -> None:
    """Cleaning of texts, and folding of streets and names."""
    from linkage import names
    from linkage.addresses.folding import fold, street_key
    from loaders.readers.text import clean_text

    texts = _text(data).split("\n")
    cleaned = clean_text(pa.array(texts)).to_pylist()
    _require(len(cleaned) == len(texts), "a promise broken")
    _require(clean_text(pa.array(cleaned, pa.string())).to_pylist() == cleaned, "cleaning twice changes more")
    folded = names.fold(pa.array(cleaned, pa.string()))
    names.tokens(folded)
    names.spelling_key(folded)
    for text in cleaned:
        fold(text or "")
        street_key(text or "")


def _parquet_seed(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()[4:]


_SOUND = sound_parts()
_SOUND_TABLE = pa.table({"no": [1.0, 2.5], "name": ["a", None]})
TARGETS: dict[str, Target] = {
    "delimited": Target(
        delimited,
        (
            b"\0\0" + TEXT.encode(),
            b"\1\0" + TEXT.encode("cp1252", "replace"),
            b"\0\1x\n" + TEXT.encode(),
            b"\0\xc0" + b"no",
        ),
    ),
    "any": Target(any_file, (TEXT.encode(), gzip.compress(TEXT.encode()), b"PK\3\4", LINES.encode())),
    "utf16": Target(utf16, (TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be"))),
    "packed": Target(packed, (b"\0\1\0\0" + TEXT.encode(), b"\1\1\0\0" + TEXT.encode(), b"\0\0\1\0" + LINES.encode())),
    "json": Target(json_lines, (LINES.encode()[2:], LINES.split("\n")[2].encode()[2:])),
    "workbook": Target(workbook, tuple(bytes([i]) + _SOUND[part] for i, part in enumerate(PARTS))),
    "parquet": Target(
        parquet,
        (_parquet_seed(_SOUND_TABLE), _parquet_seed(_SOUND_TABLE, compression="none", use_dictionary=False)),
    ),
    "mapping": Target(mapping, tuple(p.read_bytes() for p in shipped_mappings().values())),
    "address": Target(address, ("Vestergade 12 B, 3. tv, 9000 Aalborg\nc/o Bo, Ålevej 1-3".encode(),)),
    "dates": Target(dates, (b"1980-01-31\n31.12.1999\n1900-01-00\n9999-12-31\n010180",)),
    "identifiers": Target(identifiers, (b"010180-1234\n0101801234\nENR1234\n818081AA1",)),
    "names": Target(name_folding, ("Åse Møller\u200b\nمحمد\nA\u030a".encode(),)),
}
"""Every target by name."""


def outcome(target: Target, data: bytes) -> str:
    """``read`` or ``refused``; anything else is raised."""
    try:
        target.call(data)
    except KintraceError as refused:
        _require(CANARY not in str(refused) or "no such column" in str(refused), "a message repeats a value")
        return "refused"
    return "read"
