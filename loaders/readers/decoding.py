"""Bytes of a register file as clean UTF-8 lines, block by block, whatever encoding they came in.

Every damage is made visible instead of fatal where only single rows suffer: undecodable bytes become
U+FFFD, NUL bytes and over-long lines U+2400, and the reader refuses the rows in which it finds them.
A file that is *as a whole* in another encoding than declared is an error with the fix.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from loaders.errors import RegisterError

BLOCK_BYTES = 4 << 20
MAX_LINE_BYTES = 1 << 20
"""A longer line is no row of a register; it is skipped without being held in memory."""

BAD_BYTES = "\ufffd"
NUL_MARK = "\u2400"
LONG_MARK = NUL_MARK + "long"

_LONG_BYTES = b"\0long"
"""The mark before decoding: ASCII, so that it is sound in every encoding; its NUL becomes the NUL mark."""

_BLANK16 = b"\xff\xfe\0 \t\r\n"
"""What an empty text in UTF-16 is made of."""

_WRONG_SHARE = 0.01
"""Undecodable rows must be at least this share of all rows before the whole file is called wrong."""


@dataclass(slots=True)
class Damage:
    """What has been met so far in one file."""

    lines: int = 0
    foreign: int = 0
    """Lines with characters outside ASCII."""
    undecodable: int = 0
    first: int = 0
    """Line of the first undecodable byte."""
    marked: bool = False
    """Whether any mark stands in the blocks handed out."""


def _whole_lines(chunks: Iterator[bytes], damage: Damage) -> Iterator[bytes]:
    """Blocks that end at a line's end; lines too long to hold become one marked line."""
    carry = b""
    skipping = False
    for chunk in chunks:
        if skipping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            skipping = False
            carry += chunk[end:]
        else:
            carry += chunk
        block = carry
        cut = block.rfind(b"\n") + 1
        carry = block[cut:]
        if len(carry) > MAX_LINE_BYTES:
            carry, skipping, damage.marked = _LONG_BYTES, True, True
        if cut:
            yield block[:cut]
    if carry.strip(b"\r\x1a"):
        yield carry + b"\n"


def _line_ends(block: bytes) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 10)


def _foreign_lines(block: bytes, ends: npt.NDArray[np.int64]) -> int:
    high = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) >= 0x80)
    return len(np.unique(np.searchsorted(ends, high)))


def _shorten(block: bytes, damage: Damage) -> bytes:
    """The block with every over-long line replaced by the mark."""
    lines = block.split(b"\n")
    if any(len(one) > MAX_LINE_BYTES for one in lines):
        damage.marked = True
        lines = [_LONG_BYTES if len(one) > MAX_LINE_BYTES else one for one in lines]
    return b"\n".join(lines)


def _decode_lines(block: bytes, encoding: str, damage: Damage, name: str) -> str:
    """A block with undecodable bytes, decoded line by line with marks."""
    texts = []
    for number, line in enumerate(block.split(b"\n"), start=damage.lines + 1):
        try:
            texts.append(line.decode(encoding))
        except UnicodeDecodeError:
            texts.append(line.decode(encoding, errors="replace"))
            damage.undecodable += 1
            damage.first = damage.first or number
    damage.marked = True
    rows = damage.lines + len(texts) - 1
    if damage.undecodable > damage.foreign / 2 and damage.undecodable >= _WRONG_SHARE * rows:
        where = f"{name}, row {max(damage.first - 1, 1)}"
        hint = 'set encoding = "windows-1252" in its mapping' if encoding == "utf-8" else "check its encoding"
        raise RegisterError(f"the file is not {encoding}", where=where, hint=hint)
    return "\n".join(texts)


def _decode(block: bytes, encoding: str, damage: Damage, name: str) -> bytes:
    if b"\r" in block:  # a carriage return by itself ends no row
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b" ")
    ends = _line_ends(block)
    if len(ends) and int(np.diff(ends, prepend=-1).max()) > MAX_LINE_BYTES:
        block = _shorten(block, damage)
        ends = _line_ends(block)
    if not block.isascii():
        damage.foreign += _foreign_lines(block, ends)
        if encoding == "utf-8":
            try:
                block.decode("utf-8")
            except UnicodeDecodeError:
                block = _decode_lines(block, encoding, damage, name).encode()
        else:
            _refuse_utf8(block, encoding, name)
            try:
                block = block.decode(encoding).encode()
            except UnicodeDecodeError:
                block = _decode_lines(block, encoding, damage, name).encode()
    if b"\0" in block:
        damage.marked = True
        block = block.replace(b"\0", NUL_MARK.encode())
    damage.lines += len(ends)
    return block


def _refuse_utf8(block: bytes, encoding: str, name: str) -> None:
    """A text of one-byte letters is never correct UTF-8 by accident, so a block that is was UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return
    hint = 'set encoding = "utf-8" in its mapping'
    raise RegisterError(f"the file is UTF-8, not {encoding}", where=f"{name}, row 1", hint=hint)


def _utf16(chunks: Iterator[bytes], damage: Damage) -> Iterator[bytes]:
    """UTF-16 with its byte order mark, as UTF-8; halves of characters become the mark of bad bytes."""
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for chunk in chain(chunks, [b""]):
        text = decoder.decode(chunk, final=not chunk)
        damage.marked |= BAD_BYTES in text
        yield text.encode()


def _unmarked(first: bytes) -> str:
    """What a text full of NUL bytes is: by the half of each pair that is zero."""
    even, odd = first[0::2].count(0), first[1::2].count(0)
    if max(even, odd) > 10 * min(even, odd):
        return "the file is UTF-16 without a byte order mark, so that its byte order is a guess"
    return "the file is no text"


def _as_stated(first: bytes, chunks: Iterator[bytes], encoding: str, name: str) -> tuple[Iterator[bytes], str]:
    """All chunks without byte order mark, and the encoding that they are really in."""
    where, hint = f"{name}, row 1", "export it as UTF-8"
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise RegisterError("the file is UTF-32", where=where, hint=hint)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return chain([first], chunks), "utf-16"
    if first.count(b"\0") > len(first) // 10:
        raise RegisterError(_unmarked(first), where=where, hint=hint)
    if encoding == "utf-16":
        raise RegisterError("the file is not UTF-16", where=where, hint='set encoding = "utf-8" in its mapping')
    return chain([first.removeprefix(codecs.BOM_UTF8)], chunks), encoding


def head_text(first: bytes) -> bytes:
    """The beginning of a text in UTF-8 or any encoding like it, for a look at what it is."""
    first = first[:65_536]
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return first.decode("utf-16", errors="ignore").encode()
    return first.removeprefix(codecs.BOM_UTF8)


def utf8_blocks(chunks: Iterator[bytes], name: str, encoding: str, damage: Damage) -> Iterator[bytes]:
    """Blocks of whole lines in UTF-8 without byte order mark; UTF-16 is known by its mark, declared or not.

    Raises:
        RegisterError: The file is empty, in another encoding, or its gzip is damaged.
    """
    first = next(chunks, b"")
    if not first.removeprefix(codecs.BOM_UTF8).strip() or not first.strip(_BLANK16):
        hint = "export it again; a register without rows still has a header"
        raise RegisterError("the file is empty", where=f"{name}, row 1", hint=hint)
    chunks, encoding = _as_stated(first, chunks, encoding, name)
    if encoding == "utf-16":
        chunks, encoding = _utf16(chunks, damage), "utf-8"
    for block in _whole_lines(chunks, damage):
        yield _decode(block, encoding, damage, name)
