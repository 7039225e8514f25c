"""Where each key and value of a TOML text stands, which the standard parser does not tell.

A mapping's author needs the line of a mistake. The text has already been accepted by ``tomllib``, so
this scanner may take correct syntax for granted and only has to find its way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the document, as ``("register", "files", "cases", 0)``."""

_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


class _Scanner:
    """A position in the text; each method moves over one construct and notes the lines it meets."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._seen, self._line = 0, 1

    def note(self, path: Path) -> None:
        self._line += self.text.count("\n", self._seen, self.at)
        self._seen = self.at
        self.lines.setdefault(path, self._line)

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found.group() if found else ""

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def key(self) -> Iterator[str]:
        """The parts of a dotted key."""
        while True:
            self.skip(_BLANK)
            part = self.skip(_KEY)
            yield part[1:-1] if part[:1] in ("'", '"') else part
            self.skip(_BLANK)
            if self.peek() != ".":
                return
            self.at += 1

    def assignment(self, table: Path) -> None:
        self.skip(_SPACE)
        start = self.at
        path = table
        for part in self.key():
            path = (*path, part)
            end, self.at = self.at, start
            self.note(path)
            self.at = end
        self.at += 1  # the equals sign
        self.value(path)

    def value(self, path: Path) -> None:
        self.skip(_SPACE)
        self.note(path)
        opening = self.peek()
        if opening == "[":
            self.members(path, "]")
        elif opening == "{":
            self.members(path, "}")
        elif not self.skip(_TEXT):
            self.skip(_SCALAR)

    def members(self, path: Path, closing: str) -> None:
        """The elements of an array or the assignments of an inline table."""
        self.at += 1
        position = 0
        while True:
            self.skip(_SPACE)
            if self.peek() == closing or not self.peek():
                self.at += 1
                return
            if closing == "]":
                self.value((*path, position))
                position += 1
            else:
                self.assignment(path)
            self.skip(_SPACE)
            if self.peek() == ",":
                self.at += 1

    def document(self) -> dict[Path, int]:
        table: Path = ()
        counts: dict[Path, int] = {}
        while True:
            self.skip(_SPACE)
            if not self.peek():
                return self.lines
            if self.peek() != "[":
                self.assignment(table)
                continue
            many = self.text.startswith("[[", self.at)
            self.at += 2 if many else 1
            table = tuple(self.key())
            if many:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            for depth in range(1, len(table) + 1):
                self.note(table[:depth])
            self.at += 2 if many else 1


def key_lines(text: str) -> dict[Path, int]:
    r"""The line (from 1) of every key, table header, list element and inline key of a correct TOML text.

    >>> key_lines('[register]\nname = "a"\n\n[maps.role]\nSIG = [\n  "X",\n]')[("maps", "role", "SIG", 0)]
    6
    """
    return _Scanner(text).document()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table around it; 1 for the document."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1
