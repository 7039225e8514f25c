"""The files that a mapping's ``[register.files]`` name, and the parts of each that are read as one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from loaders.errors import RegisterError
from loaders.mapping.model import Form, Mapping
from loaders.regular import not_regular

_WILD = frozenset("*?[")


def _pattern(stated: Path) -> Iterator[Path]:
    """Paths that a pattern names; the part before its first wildcard is a folder."""
    wild = next((i for i, part in enumerate(stated.parts) if set(part) & _WILD), None)
    if wild is not None:
        yield from Path(*stated.parts[:wild]).glob(str(Path(*stated.parts[wild:])))


def strays(path: Path, anchor: Path) -> bool:
    """Whether a link on the way from the anchor to the path leads out of the folder that it stands in.

    Folders above the anchor are not looked at: an administrator may well keep all data behind a link.
    """
    try:
        steps = path.relative_to(anchor).parts
    except ValueError:  # Stated by itself: only its own name is looked at.
        anchor, steps = path.parent, (path.name,)
    here = anchor.resolve()
    for step in steps:
        if step == "..":
            here = here.parent
            continue
        target = (here / step).resolve()
        if (here / step).is_symlink() and not target.is_relative_to(here):
            return True
        here = target
    return False


def find_files(mapping: Mapping, role: str) -> list[Path]:
    """The files of a role, patterns resolved, each once, sorted; none where the role is no file.

    Raises:
        RegisterError: A path or pattern names no file, or something that is no plain file, or a link
            leads out of its folder.
    """
    form = mapping.forms.get(role, Form())
    found: set[Path] = set()
    for stated in mapping.files[role]:
        where = f"{stated.name} (files.{role} of register {mapping.name})"
        try:
            matches = [stated] if stated.exists() else [p for p in _pattern(stated) if not p.is_dir()]
        except (ValueError, OSError):  # A name no system takes, or a pattern with ** inside a word.
            raise RegisterError("not a path or pattern", where=where, hint="check [register.files]") from None
        if not matches:
            raise RegisterError("no such file", where=where, hint="check [register.files] in the mapping")
        for match in matches:
            kind = not_regular(match)
            if kind:
                raise RegisterError(f"is {kind}, not a file", where=where, hint="name a plain file")
            if not form.follow_links and strays(match, mapping.path.parent):
                hint = "name the file itself, or state follow_links = true for the role"
                raise RegisterError("a link leads out of its folder", where=where, hint=hint)
        found.update(matches)
    return sorted(found)
