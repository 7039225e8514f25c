"""Mapping files as merged TOML documents that remember where every value was written."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from loaders.errors import MappingError
from loaders.mapping.toml_lines import Path as KeyPath
from loaders.mapping.toml_lines import key_lines, line_of
from loaders.regular import open_regular

_ENCODINGS_MARK = "\ufeff"
_MAX_BYTES = 1 << 20
_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Document:
    """Merged values and the place of each."""

    path: Path
    values: dict[str, Any]
    places: dict[KeyPath, tuple[Path, int]]

    def place(self, path: KeyPath) -> tuple[Path, int]:
        """File and line of a key, or of the nearest table around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (self.path, 1))

    def error(self, problem: str, path: KeyPath, *, hint: str = "") -> MappingError:
        """The error to raise about a key."""
        file, line = self.place(path)
        return MappingError(problem, where=f"{file.name}, line {line}", hint=hint)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt word: the nearest known one, if any is near; fit for names that may be data.

    >>> nearest("delimeter", ["delimiter", "encoding"]), nearest("sheet", ["delimiter", "encoding"])
    ("did you mean 'delimiter'?", '')
    """
    folded = {c.casefold(): c for c in known}
    near = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return f"did you mean '{folded[near[0]]}'?" if near else ""


def meant(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt word: the nearest known one, else all of them.

    >>> meant("delimeter", ["delimiter", "encoding"]), meant("x", ["delimiter", "encoding"])
    ("did you mean 'delimiter'?", 'known: delimiter, encoding')
    """
    choices = list(known)
    return nearest(word, choices) or (f"known: {', '.join(choices)}" if choices else "")


def shipped_mappings() -> dict[str, Path]:
    """The mappings that come with the product, by the name ``extends`` uses."""
    folder = Path(str(resources.files("loaders.mapping").joinpath("shipped")))
    return {p.stem: p for p in sorted(folder.glob("*.toml"))}


def _content(path: Path, origin: str) -> bytes:
    """The bytes of a mapping: a plain file of sensible size, and no link to somewhere else."""
    where = str(path)
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
            hint = "name the file itself, or copy it here"
            raise MappingError("is a link that leads out of its folder", where=where, hint=hint)
        if path.is_dir():
            raise MappingError("is a folder, not a mapping file", where=where, hint="name the .toml file")
        with open_regular(path, wrong=MappingError) as handle:
            content = handle.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise MappingError("no such mapping file", where=origin or where, hint="check the path") from None
    except PermissionError:
        raise MappingError("may not be read", where=where, hint="check its permissions") from None
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, MappingError):
            raise
        raise MappingError("cannot be read", where=where, hint="check the path") from None
    if len(content) > _MAX_BYTES:
        raise MappingError("is larger than 1 MiB", where=where, hint="no mapping is; is it a register?")
    return content


def _parse(path: Path, origin: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    content = _content(path, origin)
    try:
        text = content.decode("utf-8").removeprefix(_ENCODINGS_MARK)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise MappingError("is not UTF-8", where=f"{path.name}, line {line}", hint="save it as UTF-8") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        problem = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise MappingError(f"not TOML: {problem}", where=f"{path.name}, line {line}", hint="see toml.io") from None
    except (RecursionError, ValueError):  # A number of thousands of digits is a plain ValueError.
        raise MappingError("not TOML that can be read", where=path.name, hint="see toml.io") from None
    if _depth(values) > _MAX_DEPTH:
        raise MappingError(f"nested more than {_MAX_DEPTH} deep", where=path.name, hint="no mapping needs that")
    return values, key_lines(text)


def _depth(values: Any) -> int:
    """How deep tables and lists lie in each other, level by level and therefore without recursion."""
    level, depth = [values], 0
    while level and depth <= _MAX_DEPTH:
        depth += 1
        inner = (v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list))
        level = [one for many in inner for one in many]
    return depth


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Tables merge key by key, everything else is replaced.

    An inline table is a value, but TOML does not tell it from a table; a cell is therefore replaced
    whole where it says anew where its value comes from.
    """
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        whole = key == "when" or (
            isinstance(value, dict) and {"column", "first", "join", "parts", "constant", "columns"} & set(value)
        )
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) and not whole else value
    return merged


def _flat(values: Any, path: KeyPath) -> Iterable[KeyPath]:
    yield path
    if isinstance(values, dict):
        for key, value in values.items():
            yield from _flat(value, (*path, key))
    elif isinstance(values, list):
        for position, value in enumerate(values):
            yield from _flat(value, (*path, position))


def _anchor_files(values: dict[str, Any], folder: Path) -> None:
    """Make the paths in ``[register.files]`` relative to the file that states them."""
    files = _files_of(values)
    for role, stated in files.items():
        if not isinstance(stated, dict):
            files[role] = _anchored(stated, folder)
        elif "path" in stated:
            stated["path"] = _anchored(stated["path"], folder)
        elif isinstance(stated.get("url"), str):  # "sqlite:///" and a relative path; absolute ones have four strokes.
            stated["url"] = re.sub(r"^(sqlite[+\w]*:///)(?=[^/])", rf"\g<1>{folder.absolute()}/", stated["url"])


def _anchored(stated: Any, folder: Path) -> Any:
    """Paths beside the folder as a list; anything else as it is, for the check to refuse."""
    many = stated if isinstance(stated, list) else [stated]
    return [str(folder / one) for one in many] if many and all(isinstance(one, str) and one for one in many) else stated


def _replace_roles(base: dict[str, Any], over: dict[str, Any]) -> None:
    """A role that the extending file states anew is forgotten whole: where its rows come from and how written."""
    for role in _files_of(over):
        _files_of(base).pop(role, None)


def _files_of(values: dict[str, Any]) -> dict[str, Any]:
    register = values.get("register")
    files = register.get("files") if isinstance(register, dict) else None
    return files if isinstance(files, dict) else {}


def read_document(path: Path, *, seen: tuple[Path, ...] = (), origin: str = "") -> Document:
    """A mapping file merged over everything it extends.

    Raises:
        MappingError: A file is missing, unreadable or no TOML, or files extend each other in a ring.
    """
    values, lines = _parse(path, origin)
    _anchor_files(values, path.parent)
    places = {p: (path, line_of(lines, p)) for p in _flat(values, ())}
    extends = values.pop("extends", None)
    if extends is None:
        return Document(path, values, places)
    own = Document(path, values, places)
    if not isinstance(extends, str) or not extends:
        raise own.error("extends must be one text", ("extends",), hint='like extends = "polsas"')
    shipped = shipped_mappings()
    base_path = shipped.get(extends) or path.parent / extends
    file, line = own.place(("extends",))
    if not base_path.is_file():
        raise own.error(f"extends no mapping: {extends!r}", ("extends",), hint=meant(extends, shipped))
    if base_path.resolve() in {p.resolve() for p in (*seen, path)}:
        raise own.error("mappings extend each other in a ring", ("extends",), hint="remove one extends")
    base = read_document(base_path, seen=(*seen, path), origin=f"{file.name}, line {line}")
    _replace_roles(base.values, values)
    return Document(path, _merge(base.values, values), {**base.places, **places})
