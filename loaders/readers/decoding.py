"""Bytes of a register file as clean UTF-8 lines, block by block, whatever encoding they came in.

Every damage is made visible instead of fatal where only single rows suffer: undecodable bytes become
U+FFFD, NUL bytes and over-long lines U+2400, and the reader refuses the rows in which it finds them.
A file that is *as a whole* in another encoding than declared is an error with the fix.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

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


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked if it is gzip by its content, whatever its name says.

    Raises:
        RegisterError: No such file, or it may not be read.
    """
    try:
        raw = path.open("rb")
    except FileNotFoundError:
        raise RegisterError("no such file", where=path.name, hint="check [register.files]") from None
    except (PermissionError, IsADirectoryError) as error:
        raise RegisterError(f"cannot be read: {error.strerror}", where=path.name, hint="check the file") from None
    magic = raw.read(2)
    raw.seek(0)
    if magic != b"\x1f\x8b":
        return raw
    raw.close()
    return cast("IO[bytes]", gzip.open(path, "rb"))


def _chunks(handle: IO[bytes], path: Path, damage: Damage) -> Iterator[bytes]:
    while True:
        try:
            chunk = handle.read(BLOCK_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            where = f"{path.name}, row {max(damage.lines, 1)}"
            hint = "copy or export the file again"
            raise RegisterError("the gzip file is truncated or damaged", where=where, hint=hint) from None
        except OSError as error:
            raise RegisterError(f"cannot be read: {error.strerror}", where=path.name, hint="check the disk") from None
        if not chunk:
            return
        yield chunk


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


def _decode_lines(block: bytes, encoding: str, damage: Damage, path: Path) -> str:
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
        where = f"{path.name}, row {max(damage.first - 1, 1)}"
        hint = 'set encoding = "windows-1252" in its mapping' if encoding == "utf-8" else "check its encoding"
        raise RegisterError(f"the file is not {encoding}", where=where, hint=hint)
    return "\n".join(texts)


def _decode(block: bytes, encoding: str, damage: Damage, path: Path) -> bytes:
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
                block = _decode_lines(block, encoding, damage, path).encode()
        else:
            _refuse_utf8(block, encoding, path)
            try:
                block = block.decode(encoding).encode()
            except UnicodeDecodeError:
                block = _decode_lines(block, encoding, damage, path).encode()
    if b"\0" in block:
        damage.marked = True
        block = block.replace(b"\0", NUL_MARK.encode())
    damage.lines += len(ends)
    return block


def _refuse_utf8(block: bytes, encoding: str, path: Path) -> None:
    """A text of one-byte letters is never correct UTF-8 by accident, so a block that is was UTF-8."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return
    hint = 'set encoding = "utf-8" in its mapping'
    raise RegisterError(f"the file is UTF-8, not {encoding}", where=f"{path.name}, row 1", hint=hint)


def utf8_blocks(handle: IO[bytes], path: Path, encoding: str, damage: Damage) -> Iterator[bytes]:
    """Blocks of whole lines in UTF-8 without byte order mark.

    Raises:
        RegisterError: The file is empty, in another encoding, or its gzip is damaged.
    """
    chunks = _chunks(handle, path, damage)
    first = next(chunks, b"")
    if first[:2] in (b"\xff\xfe", b"\xfe\xff") or first.count(b"\0") > len(first) // 10:
        hint = "export it as UTF-8"
        raise RegisterError("the file is UTF-16 or no text at all", where=f"{path.name}, row 1", hint=hint)
    first = first.removeprefix(b"\xef\xbb\xbf")
    if not first.strip():
        hint = "export it again; a register without rows still has a header"
        raise RegisterError("the file is empty", where=f"{path.name}, row 1", hint=hint)

    def rejoined() -> Iterator[bytes]:
        yield first
        yield from chunks

    for block in _whole_lines(rejoined(), damage):
        yield _decode(block, encoding, damage, path)
