"""Reading mappings: one TOML file, with all it extends, checked before any register is touched."""

from __future__ import annotations

from pathlib import Path

from loaders.mapping.check import check_mapping
from loaders.mapping.file import read_document
from loaders.mapping.model import Mapping

__all__ = ["Mapping", "read_mapping"]


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file, with what it extends, checked whole.

    ``extends`` names a shipped mapping (:func:`loaders.mapping.file.shipped_mappings`) or a TOML file
    beside this one; tables merge key by key and the extending file wins.

    Raises:
        MappingError: The file cannot be read or anything in it is unknown, missing or contradictory; with
            file, line and, for a slip of the pen, the word that was probably meant.
    """
    return check_mapping(read_document(Path(path)))
