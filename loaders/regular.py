"""Files opened so that nothing can hang: no pipe, no device, no folder, and none that changes under way."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from loaders.errors import LoaderError, RegisterError

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def not_regular(path: Path) -> str | None:
    """What the path names instead of a plain file, or None; a missing one is left to the opening.

    >>> not_regular(Path("/dev/null"))
    'a device'
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    except ValueError:  # A NUL in the name.
        return "no name of a file"
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "something else")


def open_regular(path: Path, *, wrong: type[LoaderError] = RegisterError) -> IO[bytes]:
    """The bytes of a plain file; opening never waits for a writer.

    Raises:
        LoaderError: Of the given kind: the path names a pipe, a device or a folder.
        OSError: As any opening: no such file, no permission.
    """
    kind = not_regular(path)
    if kind is None:
        handle = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
        mode = os.fstat(handle.fileno()).st_mode
        if stat.S_ISREG(mode):
            return handle
        handle.close()
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
    raise wrong(f"is {kind}, not a file", where=path.name, hint="name a plain file")


class RegisterFile:
    """One opened file of a register that must stay as it is until it has been read."""

    def __init__(self, path: Path, name: str) -> None:
        try:
            self.handle = open_regular(path)
        except FileNotFoundError:
            raise RegisterError("no such file", where=name, hint="check its path or [register.files]") from None
        except OSError as error:
            raise RegisterError(f"cannot be read: {error.strerror}", where=name, hint="check the file") from None
        self.name = name
        self._first = self._state()

    def _state(self) -> tuple[int, int]:
        info = os.fstat(self.handle.fileno())
        return info.st_size, info.st_mtime_ns

    @property
    def size(self) -> int:
        """Bytes of the file when it was opened."""
        return self._first[0]

    def check_unchanged(self) -> None:
        """Refuse a file that somebody has written to since it was opened.

        Raises:
            RegisterError: Its size or time is another than before.
        """
        if self._state() != self._first:
            hint = "load it again once its export is done"
            raise RegisterError("the file changed while it was read", where=self.name, hint=hint)

    def __enter__(self) -> RegisterFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.handle.close()
