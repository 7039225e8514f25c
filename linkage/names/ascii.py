"""Cleaning of plain ASCII texts by a table of signs, compiled: what most values of most registers are.

One kernel, driven by data: a table says of every sign whether it is dropped, parts words, or what it
becomes. Whoever calls it keeps the general way for all other scripts, and the tests hold the two together.
"""

from __future__ import annotations

import string
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit, types

DROP, PART = 0, 1
"""What a table holds for signs that vanish, and for signs that part words."""

Table = npt.NDArray[np.uint8]


def sign_table(kept: str, becomes: str, *, parted: bool = False, dropped: str = "") -> Table:
    """A table that keeps some signs as others; the rest parts words, or vanishes.

    >>> table = sign_table("aA", "aa")
    >>> chr(table[ord("A")]), int(table[ord("b")])
    ('a', 0)
    """
    table = np.full(128, PART if parted else DROP, dtype=np.uint8)
    for sign, other in zip(kept, becomes, strict=True):
        table[ord(sign)] = ord(other)
    for sign in dropped:
        table[ord(sign)] = DROP
    return table


_ALPHANUMERIC = string.ascii_letters + string.digits
FOLDED = sign_table(_ALPHANUMERIC, _ALPHANUMERIC.lower(), parted=True, dropped="'`")
"""Lower case words parted by one space."""
UPPER = sign_table(_ALPHANUMERIC, _ALPHANUMERIC.upper())
"""Letters and digits, upper case."""
DIGITS = sign_table(string.digits, string.digits)


_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_ENDS = types.Array(types.int32, 1, "C", readonly=True)


@njit(types.int64(_BYTES, _ENDS, _BYTES, types.uint8[::1], types.int32[::1]), cache=True, nogil=True)
def _clean(data, offsets, table, out, ends):  # type: ignore[no-untyped-def]
    """Write the cleaned texts one after the other, and where each ends."""
    at = 0
    for v in range(len(offsets) - 1):
        start = at
        gap = False
        for i in range(offsets[v], offsets[v + 1]):
            sign = table[data[i] & 127]
            if sign == 1:
                gap = True
            elif sign > 1:
                if gap and at > start:
                    out[at] = 32
                    at += 1
                gap = False
                out[at] = sign
                at += 1
        ends[v + 1] = at
    return at


@njit(types.int64(_BYTES, _ENDS, types.boolean, types.uint8[::1], types.int32[::1]), cache=True, nogil=True)
def _words(data, offsets, last, out, ends):  # type: ignore[no-untyped-def]
    """Write the first, or the last, word of each text."""
    at = 0
    for v in range(len(offsets) - 1):
        start, end = offsets[v], offsets[v + 1]
        if last:
            begin = end
            while begin > start and data[begin - 1] != 32:
                begin -= 1
            start = begin
        while start < end and data[start] != 32:
            out[at] = data[start]
            at += 1
            start += 1
        ends[v + 1] = at
    return at


@njit(types.int64(_BYTES, _ENDS, _BYTES, types.uint8[::1], types.int32[::1]), cache=True, nogil=True)
def _single(data, offsets, table, out, ends):  # type: ignore[no-untyped-def]
    """Write the texts with every run of one sign of the table as that sign alone."""
    at = 0
    for v in range(len(offsets) - 1):
        last = 0
        for i in range(offsets[v], offsets[v + 1]):
            if data[i] != last or data[i] > 127 or not table[data[i]]:
                out[at] = data[i]
                at += 1
            last = data[i]
        ends[v + 1] = at
    return at


def undoubled(texts: pa.Array, letters: str) -> pa.Array:
    """Texts in which the given ASCII letters stand once where they stood several times in a row.

    >>> undoubled(pa.array(["annna", "åå", "boo"]), "n").to_pylist()
    ['ana', 'åå', 'boo']
    """
    if not len(texts):
        return texts
    data, offsets = _buffers(texts)
    out = np.empty(int(offsets[-1] - offsets[0]), dtype=np.uint8)
    ends = np.zeros(len(offsets), dtype=np.int32)
    size = _single(data, offsets, sign_table(letters, letters), out, ends)
    return pa.Array.from_buffers(pa.string(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(out[:size].copy())])


def one_word(texts: pa.Array, *, last: bool) -> pa.Array:
    """The first, or the last, word of each text in any script; no nulls go in.

    >>> one_word(pa.array(["anne marie", "bo"]), last=True).to_pylist()
    ['marie', 'bo']
    """
    if not len(texts):
        return texts
    data, offsets = _buffers(texts)
    out = np.empty(int(offsets[-1] - offsets[0]), dtype=np.uint8)
    ends = np.zeros(len(offsets), dtype=np.int32)
    size = _words(data, offsets, last, out, ends)
    return pa.Array.from_buffers(pa.string(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(out[:size].copy())])


def _buffers(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Bytes and offsets of a string array."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8), ends


def _plain(texts: pa.Array, table: Table) -> pa.Array:
    data, offsets = _buffers(texts)
    out = np.empty(int(offsets[-1] - offsets[0]), dtype=np.uint8)
    ends = np.zeros(len(offsets), dtype=np.int32)
    size = _clean(data, offsets, table, out, ends)
    return pa.Array.from_buffers(pa.string(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(out[:size].copy())])


def cleaned(texts: pa.Array, table: Table, general: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """ASCII texts by a table, all others by the ``general`` way; no nulls go in.

    >>> cleaned(pa.array(["O'Brien-Dal ", "Åse"]), FOLDED, lambda texts: pa.array(["aase"])).to_pylist()
    ['obrien dal', 'aase']
    """
    if not len(texts):
        return texts
    plain = pc.string_is_ascii(texts)
    rest = texts.filter(pc.invert(plain))
    if not len(rest):
        return _plain(texts, table)
    # What is not ASCII goes through the table too and is thrown away: cheaper than taking it out first.
    return pc.replace_with_mask(_plain(texts, table), pc.invert(plain), general(rest))
