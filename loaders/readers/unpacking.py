"""The bytes of a text file, plain, in gzip or in a zip archive, streamed and within limits.

An archive is read where it lies: nothing is unpacked to disk and no name in it is ever used as a path.
"""

from __future__ import annotations

import fnmatch
import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from loaders.errors import RegisterError
from loaders.readers.batches import Wanted
from loaders.readers.decoding import BLOCK_BYTES, Damage
from loaders.regular import RegisterFile

MAX_RATIO = 200
"""Text rarely packs better than twentyfold; a bomb packs a thousandfold."""
RATIO_FLOOR = 64 << 20
"""Less than this may be packed as tightly as it likes."""
MAX_UNPACKED = 256 << 30
_MAX_DIRECTORY = 16 << 20
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_NESTED = (b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_END = struct.Struct("<4s4H2LH")
_END64 = b"PK\x06\x06"


@dataclass(slots=True)
class Allowance:
    """How much one packed file may still unpack to."""

    packed: int
    name: str
    damage: Damage
    unpacked: int = 0
    most: int = MAX_UNPACKED

    def take(self, count: int) -> None:
        """Count unpacked bytes.

        Raises:
            RegisterError: They are out of all proportion to the packed ones: a bomb.
        """
        self.unpacked += count
        bound = min(max(RATIO_FLOOR, MAX_RATIO * self.packed), self.most)
        if self.unpacked > bound:
            problem = f"unpacks to more than {bound >> 20} MiB, too much for its size"
            raise RegisterError(problem, where=self.name, hint="if it is no bomb, unpack it and name the file in it")


def sniff(file: RegisterFile, count: int = 8) -> bytes:
    """The first bytes; the file is then where it was."""
    head = file.handle.read(count)
    file.handle.seek(0)
    return head


def _blocks(stream: IO[bytes], file: RegisterFile, allowance: Allowance, kind: str) -> Iterator[bytes]:
    """The stream in blocks, with every damage told in one way."""
    hint = "copy or export the file again"
    while True:
        try:
            chunk = stream.read(BLOCK_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile):
            file.check_unchanged()
            where = f"{allowance.name}, row {max(allowance.damage.lines, 1)}"
            raise RegisterError(f"the {kind} file is truncated or damaged", where=where, hint=hint) from None
        except OSError as error:
            problem = f"cannot be read: {error.strerror}"
            raise RegisterError(problem, where=allowance.name, hint="check the disk") from None
        file.check_unchanged()
        if not chunk:
            return
        if kind:
            allowance.take(len(chunk))
        yield chunk


@contextmanager
def unpacked(wanted: Wanted, damage: Damage) -> Iterator[Iterator[bytes]]:
    """The wanted file's bytes in blocks: by its content, whatever its name says.

    Raises:
        RegisterError: It cannot be opened, changes under way, is damaged, a bomb, or an archive in an archive.
    """
    with RegisterFile(wanted.path, wanted.name) as file:
        allowance = Allowance(file.size, wanted.name, damage)
        if wanted.member:
            with open_archive(file) as archive:
                try:
                    stream = archive.open(wanted.member)
                except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, ValueError):
                    raise _damaged(file) from None
                with stream:
                    yield _not_nested(_blocks(stream, file, allowance, "zip"), wanted)
        elif sniff(file)[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=file.handle, mode="rb") as packed:
                yield _not_nested(_blocks(cast("IO[bytes]", packed), file, allowance, "gzip"), wanted)
        else:
            yield _blocks(file.handle, file, allowance, "")


def _not_nested(blocks: Iterator[bytes], wanted: Wanted) -> Iterator[bytes]:
    first = next(blocks, b"")
    if first.startswith(_NESTED):
        hint = "unpack it and name the file in it"
        raise RegisterError("holds another packed file", where=wanted.name, hint=hint)
    yield first
    yield from blocks


def _damaged(file: RegisterFile) -> RegisterError:
    return RegisterError("the zip file is truncated or damaged", where=file.name, hint="copy or export the file again")


def _directory_bytes(file: RegisterFile) -> int:
    """Size of the archive's list of contents, as its end states it."""
    file.handle.seek(max(file.size - 65_535 - _END.size, 0))
    tail = file.handle.read(65_535 + _END.size)
    file.handle.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return 0
    size = int(_END.unpack_from(tail, at)[5])
    at = tail.rfind(_END64)
    if size == 0xFFFFFFFF and at >= 0 and len(tail) - at >= 48:
        size = int.from_bytes(tail[at + 40 : at + 48], "little")
    return size


@contextmanager
def open_archive(file: RegisterFile) -> Iterator[zipfile.ZipFile]:
    """The zip archive in a file, its list of contents checked for size before it is read.

    Raises:
        RegisterError: It is damaged or lists far too many files.
    """
    if _directory_bytes(file) > _MAX_DIRECTORY:
        raise RegisterError("the archive lists too many files", where=file.name, hint="pack only the needed ones")
    try:
        archive = zipfile.ZipFile(file.handle)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error, UnicodeDecodeError):
        raise _damaged(file) from None
    with archive:
        yield archive


def shown(member: str) -> str:
    r"""A member's name fit for a message.

    >>> shown("a\x1b[2Jb.csv")
    'a?[2Jb.csv'
    """
    return "".join(c if c.isprintable() else "?" for c in member)[-100:]


def check_member(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse a member that cannot or must not be read.

    Raises:
        RegisterError: It is encrypted, or packed by a method that needs too much memory.
    """
    where = f"{name}/{shown(info.filename)}"
    if info.flag_bits & 0x41:
        raise RegisterError("the file is encrypted", where=where, hint="unpack it with its password first")
    if info.compress_type not in _METHODS:
        problem = f"packed by method {info.compress_type}, which is not read"
        raise RegisterError(problem, where=where, hint="pack it again as an ordinary zip (deflate)")


def archive_members(file: RegisterFile, pattern: str | None) -> list[str]:
    """The files to read from an archive: those of the pattern, without one the only file there is.

    Raises:
        RegisterError: None fits, several fit without a pattern, two have one name, or one is unreadable.
    """
    with open_archive(file) as archive:
        infos = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
    chosen = [i for i in infos if pattern is None or fnmatch.fnmatchcase(i.filename, pattern)]
    if not chosen:
        problem = "the archive holds no such file" if infos else "the archive is empty"
        raise RegisterError(problem, where=file.name, hint='like member = "*.csv"')
    if pattern is None and len(chosen) > 1:
        problem = f"the archive holds {len(chosen)} files"
        raise RegisterError(problem, where=file.name, hint='say which: member = "*.csv"')
    names = [i.filename for i in chosen]
    if len(set(names)) < len(names):
        raise RegisterError("two files in the archive have one name", where=file.name, hint="pack it again")
    for info in chosen:
        check_member(info, file.name)
    return sorted(names)
