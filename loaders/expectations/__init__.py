"""How good an extract is, how it differs from the one before, and whether it keeps what its mapping expects."""

from __future__ import annotations

from loaders.expectations.drift import Change, changes_since
from loaders.expectations.judging import Finding, judge, state_of
from loaders.expectations.measures import measure
from loaders.expectations.values import RegisterMeasures

__all__ = ["Change", "Finding", "RegisterMeasures", "changes_since", "judge", "measure", "state_of"]
