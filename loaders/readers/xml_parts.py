"""XML inside a workbook, streamed through expat within limits: no document type, no giant token, no deep nest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.parsers import expat

from loaders.errors import RegisterError

_MAX_DEPTH = 64
_MAX_TOKEN_BYTES = 1 << 20
"""A tag or text longer than this cannot be held; expat would also read it over and over."""


class DamagedXmlError(Exception):
    """The XML is not well-formed, or not such as any spreadsheet program writes."""


class XmlStream:
    """Feeds blocks of XML to handlers; names come without the prefix of the root element.

    ``start`` gets name and attributes of every element, ``end`` the name, ``text`` the characters of
    the elements that ``start`` answers with True.
    """

    def __init__(
        self,
        start: Callable[[str, dict[str, str]], bool | None],
        *,
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.buffer_size = 1 << 16
        self._parser.StartElementHandler = self._root
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._given_start, self._given_end, self._text = start, end, text
        self._prefix = ""
        self._depth = 0
        self._fed = 0

    def _refuse(self, *_: object) -> None:
        raise DamagedXmlError

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        self._prefix = name.rpartition(":")[0] + ":" if ":" in name else ""
        self._parser.StartElementHandler = self._start_prefixed if self._prefix else self._start
        self._parser.EndElementHandler = self._end_prefixed if self._prefix else self._end
        self._start_prefixed(name, attributes)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise DamagedXmlError
        if self._given_start(name, attributes):
            self._parser.CharacterDataHandler = self._text

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._parser.CharacterDataHandler = None
        if self._given_end:
            self._given_end(name)

    def _start_prefixed(self, name: str, attributes: dict[str, str]) -> None:
        self._start(name.removeprefix(self._prefix), attributes)

    def _end_prefixed(self, name: str) -> None:
        self._end(name.removeprefix(self._prefix))

    def feed(self, blocks: Iterator[bytes]) -> Iterator[None]:
        """Parse block by block, pausing after each so that what was found can be taken.

        Raises:
            DamagedXmlError: At the first thing that is no XML of a workbook.
        """
        try:
            for block in blocks:
                self._parser.Parse(block, False)
                self._fed += len(block)
                if self._fed - self._parser.CurrentByteIndex > _MAX_TOKEN_BYTES + len(block):
                    raise DamagedXmlError
                yield
            self._parser.Parse(b"", True)
        except RegisterError:  # Of the archive below, and a ValueError too.
            raise
        except (expat.ExpatError, ValueError, LookupError):
            raise DamagedXmlError from None
        yield

    def run(self, blocks: Iterator[bytes]) -> None:
        """Parse all of it."""
        for _ in self.feed(blocks):
            continue
