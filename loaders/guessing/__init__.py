"""A register that nobody has described yet: what its columns seem to hold, and a mapping drafted from that."""

from __future__ import annotations

from loaders.guessing.draft import draft_mapping, register_name, why_unread
from loaders.guessing.guess import Guess, Layout, guess_register
from loaders.guessing.kinds import ColumnGuess, Kind
from loaders.guessing.sample import Source

__all__ = [
    "ColumnGuess",
    "Guess",
    "Kind",
    "Layout",
    "Source",
    "draft_mapping",
    "guess_register",
    "register_name",
    "why_unread",
]
