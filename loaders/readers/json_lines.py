"""JSON lines: flat objects, or FollowTheMoney entities whose properties are the columns."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from linkage.tables import TEXT
from loaders.errors import RegisterError
from loaders.mapping.file import nearest
from loaders.readers.batches import Batch, Refusal, Wanted, sound_batch
from loaders.readers.decoding import LONG_MARK, NUL_MARK, Damage, utf8_blocks
from loaders.readers.unpacking import unpacked

_ROWS_PER_BATCH = 20_000
_REMEMBERED = 200
"""Names that are kept to tell what a misspelt one meant."""
_NO_OBJECT = "the line is no JSON object"
_NO_VALUE = "no plain value"


class _UnfitError(Exception):
    """One line cannot be used, for the reason and in the column given."""

    def __init__(self, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column


def _constant(_: str) -> float:
    raise ValueError("not JSON")


def _number(written: str) -> str:
    """A number as it was written, without the fraction of a whole one; an exponent is worked out."""
    if "e" in written or "E" in written:
        value = float(written)
        if not math.isfinite(value) or abs(value) >= 2**53:
            return written
        return str(int(value)) if value.is_integer() else repr(value)
    whole, _, fraction = written.partition(".")
    return whole if not fraction.strip("0") else written


_DECODER = json.JSONDecoder(parse_int=str, parse_float=_number, parse_constant=_constant)


def _parse(line: str) -> dict[str, Any]:
    if line.startswith(LONG_MARK):
        raise _UnfitError("a line longer than 1 MiB")
    try:
        found = _DECODER.decode(line)
    except (ValueError, RecursionError):
        raise _UnfitError(_NO_OBJECT) from None
    if not isinstance(found, dict):
        raise _UnfitError(_NO_OBJECT)
    return found


def _text(value: object, column: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _UnfitError(_NO_VALUE, column)


def _flat(found: dict[str, Any], wanted: Wanted) -> list[str | None]:
    return [_text(found.get(c), c) for c in wanted.columns]


def _is_entity(found: dict[str, Any]) -> bool:
    return isinstance(found.get("schema"), str) and isinstance(found.get("properties"), dict) and "id" in found


def _entity(found: dict[str, Any], wanted: Wanted) -> list[str | None]:
    """``id`` and ``schema`` of an entity and its properties, each the first value or all of them joined."""
    properties: dict[str, Any] = found["properties"]
    row: list[str | None] = []
    for column in wanted.columns:
        if column in ("id", "schema"):
            row.append(_text(found[column], column))
            continue
        stated = properties.get(column)
        many = stated if isinstance(stated, list) else [stated]
        texts = [t for one in many if (t := _text(one, column))]
        joined = wanted.form.separator
        row.append(joined.join(texts) if joined is not None else texts[0] if texts else None)
    return row


def _lines(blocks: Iterator[bytes]) -> Iterator[str]:
    for block in blocks:
        for line in block.decode().split("\n"):
            if line.strip():
                yield line


class _Rows:
    """The lines as rows: which of them count, and which are refused."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.schema: str | None = None
        self.seen: set[str] = set()
        """Keys of flat objects or schemas of entities, to tell a misspelt one."""
        self.lacking = set(wanted.columns) - wanted.optional
        self.matched = 0

    def row(self, line: str) -> list[str | None] | None:
        """The wanted values; None for an entity of another schema."""
        found = _parse(line)
        if self.schema is None and not self.matched and _is_entity(found):
            self.schema = (self.wanted.form.schema or self.wanted.role).casefold()
        if self.schema is None:
            self._remember(found)
            self.lacking -= found.keys()
            self.matched += 1
            return _flat(found, self.wanted)
        if not _is_entity(found):
            raise _UnfitError("the line is no entity")
        if found["schema"].casefold() != self.schema:
            self._remember([found["schema"]])
            return None
        self.matched += 1
        return _entity(found, self.wanted)

    def _remember(self, names: Iterable[str]) -> None:
        if len(self.seen) < _REMEMBERED:
            self.seen.update(islice(names, _REMEMBERED))

    def check(self) -> None:
        """Refuse a file in which the mapping finds nothing that it asks for.

        Raises:
            RegisterError: No entity has the role's own name as schema, or no object has a key.
        """
        wanted = self.wanted
        if self.schema is not None and not self.matched and wanted.form.schema is None:
            near = nearest(wanted.role, sorted(self.seen))
            hint = 'state schema = "Person" for the role' + (f"; {near}" if near else "")
            raise RegisterError("no entity of the role's name", where=wanted.name, hint=hint)
        if self.schema is None and self.matched and self.lacking:
            name = next(c for c in wanted.columns if c in self.lacking)
            hint = nearest(name, sorted(self.seen))  # Never a list of them: keys may be data.
            raise RegisterError("no object has the key", where=f"{wanted.name}, column {name}", hint=hint)


def read_json_lines(wanted: Wanted) -> Iterator[Batch]:
    """The wanted keys of one JSON object per line, or the wanted properties of FollowTheMoney entities.

    Rows are numbered from 1; entities of another schema are no rows. A line that is no object, or that
    holds a list or an object where a value is wanted, is refused and the rest goes on.

    Raises:
        RegisterError: The file is missing, empty, damaged, in another encoding, or holds nothing asked for.
    """
    damage = Damage()
    with unpacked(wanted, damage) as chunks:
        lines = _lines(utf8_blocks(chunks, wanted.name, wanted.encoding, damage))
        rows, done = _Rows(wanted), 0
        while many := list(islice(lines, _ROWS_PER_BATCH)):
            batch, done = _batch(many, rows, done)
            yield batch
        rows.check()


def _batch(lines: list[str], rows: _Rows, done: int) -> tuple[Batch, int]:
    """The batch that some lines make, and the number of the last row so far."""
    values: list[list[str | None]] = []
    numbers: list[int] = []
    refused: list[Refusal] = []
    for line in lines:
        try:
            row = rows.row(line)
        except _UnfitError as unfit:
            done += 1
            refused.append(Refusal(np.array([done], dtype=np.int64), unfit.reason, unfit.column))
            continue
        if row is not None:
            done += 1
            values.append(row)
            numbers.append(done)
    names = rows.wanted.columns
    columns = [pa.array([_visible(row[i]) for row in values], TEXT) for i in range(len(names))]
    batch = sound_batch(pa.table(columns, names=list(names)), np.array(numbers, dtype=np.int64), marked=True)
    batch.refused.extend(refused)
    return batch, done


def _visible(text: str | None) -> str | None:
    """The text with what JSON can write and a register cannot hold, NUL and halves of characters, as marks."""
    if text is None:
        return None
    text = text.replace("\0", NUL_MARK)
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
