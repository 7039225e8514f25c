"""A drafted mapping, and the settings of a first rebuild, as files beside each other."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from kintrace.errors import ConfigError
from loaders.guessing import Guess, draft_mapping, register_name
from loaders.guessing.draft import quoted

_SETTINGS = """\
# Settings of a rebuild.

[run]
folder = "runs"
as_of = {day}                    # the day the extracts were drawn
registers = [{mapping}]
synthetic = {synthetic}                    # as the mappings say
seed = 1

[scope]
kind = "incident"                     # persons near an incident; "all" needs a legal_basis
"""


def draft_files(guess: Guess, *, name: str | None, out: Path | None, config: Path | None, today: dt.date) -> str:
    """The mapping's text; written to ``out``, with settings that name it in ``config``, where those are given.

    Raises:
        ConfigError: One of the files exists already, or its folder does not.
    """
    path = guess.sample.source.path
    for target in (out, config):
        if target is not None and target.exists():
            raise ConfigError("exists already and is not written over", where=str(target), hint="choose another name")
        if target is not None and not target.parent.is_dir():
            raise ConfigError("its folder does not exist", where=str(target), hint="make the folder first")
    files = _from(path, out.parent if out else Path())
    text = draft_mapping(guess, name=register_name(name or path.stem), files=files, today=today)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if config is not None and out is not None:
        settings = _SETTINGS.format(
            day=today.isoformat(),
            mapping=quoted(_from(out, config.parent)),
            synthetic="true" if guess.synthetic else "false",
        )
        config.write_text(settings, encoding="utf-8")
    return text


def _from(path: Path, folder: Path) -> str:
    """The path as seen from a folder; as it is where there is no way between them."""
    try:
        return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()
    except ValueError:
        return str(path.absolute())
