"""A mapping tried on a sample of its files: what it would give, and what stands in its way."""

from __future__ import annotations

from loaders.checking.findings import MappingCheck
from loaders.checking.register import check_register

__all__ = ["MappingCheck", "check_register"]
