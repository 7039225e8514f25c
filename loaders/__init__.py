"""Registers in, canonical tables out."""

from loaders.errors import LoaderError, MappingError, RegisterError
from loaders.loading import Canonical, load, load_into
from loaders.mapping import Mapping, read_mapping
from loaders.mapping.file import shipped_mappings
from loaders.protection.sealing import seal
from loaders.quality import RegisterCounts, summarise

__all__ = [
    "Canonical",
    "LoaderError",
    "Mapping",
    "MappingError",
    "RegisterCounts",
    "RegisterError",
    "load",
    "load_into",
    "read_mapping",
    "seal",
    "shipped_mappings",
    "summarise",
]
