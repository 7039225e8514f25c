"""Values of any plain type as text, the way every reader of typed data writes them.

Days are ISO, whole numbers have no fraction, truth is ``true`` or ``false``: a mapping written for the
CSV of a register also reads its Parquet, its workbook and its database.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import uuid
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.string()
_EXACT = 2.0**53
_ZEROS = r"\.0+$"


class NoPlainValueError(TypeError):
    """A list, a structure, bytes that are no text: nothing that one cell can hold."""


def as_text(column: pa.Array) -> pa.Array:
    """A column of any plain type as text; a moment is its day, at the place where it was written down.

    Raises:
        NoPlainValueError: The column holds lists or structures.
        pa.ArrowInvalid: The column holds bytes that are no UTF-8.

    >>> as_text(pa.array([1.0, None])).to_pylist(), as_text(pa.array([1.5, 2.0, float("nan")])).to_pylist()
    (['1', None], ['1.5', '2', None])
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary).take(column.indices)
    if pa.types.is_nested(kind):
        raise NoPlainValueError(str(kind))
    if pa.types.is_timestamp(kind) and kind.tz:
        column, kind = pc.local_timestamp(column), pa.timestamp(kind.unit)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return pc.strftime(column.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%d")
    if pa.types.is_floating(kind):
        return _floats(column.cast(pa.float64()))
    if pa.types.is_decimal(kind):
        return pc.replace_substring_regex(column.cast(TEXT), _ZEROS, "")
    try:
        return column.cast(TEXT)
    except pa.ArrowNotImplementedError:
        raise NoPlainValueError(str(kind)) from None


def _floats(column: pa.Array) -> pa.Array:
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), _EXACT))
    if pc.all(whole, min_count=0).as_py():
        return column.cast(pa.int64()).cast(TEXT)
    return pc.replace_substring_regex(column.cast(TEXT), _ZEROS, "")


def _float(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def _decimal(value: decimal.Decimal) -> str | None:
    if not value.is_finite():
        return None
    text = format(value, "f")
    return text if text.partition(".")[2].strip("0") else text.partition(".")[0]


def _bytes(value: bytes | bytearray | memoryview) -> str:
    try:
        return bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        raise NoPlainValueError("bytes") from None


_WRITTEN: dict[type, Callable[..., str | None]] = {
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _float,
    decimal.Decimal: _decimal,
    dt.datetime: lambda value: value.date().isoformat(),
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    uuid.UUID: str,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
}


def text_of(value: object) -> str | None:
    """One value as text.

    Raises:
        NoPlainValueError: It is no plain value.

    >>> text_of(3.0), text_of(decimal.Decimal("12.50")), text_of(dt.datetime(2024, 1, 31, 23, 5))
    ('3', '12.50', '2024-01-31')
    """
    if value is None or isinstance(value, str):
        return value
    for kind in type(value).__mro__:
        if kind in _WRITTEN:
            try:
                return _WRITTEN[kind](value)
            except ValueError:  # An integer of thousands of digits.
                break
    raise NoPlainValueError(type(value).__name__)


def texts_of(values: Sequence[object]) -> tuple[pa.Array, list[int]]:
    """Values of any plain kinds as one text column, and the positions of those that are no plain value.

    >>> column, odd = texts_of(["a", None, 7, []])
    >>> column.to_pylist(), odd
    (['a', None, '7', None], [3])
    """
    try:
        return pa.array(values, TEXT), []
    except (pa.ArrowTypeError, pa.ArrowInvalid, UnicodeEncodeError, OverflowError):
        texts: list[str | None] = []
        odd: list[int] = []
        for position, value in enumerate(values):
            try:
                text = text_of(value)
                if text is not None:
                    text.encode()
            except (NoPlainValueError, UnicodeEncodeError):
                odd.append(position)
                text = None
            texts.append(text)
        return pa.array(texts, TEXT), odd
