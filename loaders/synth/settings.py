"""What a synthetic Denmark is asked to be, and what was made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from linkage.intervals import add_years
from loaders.errors import SynthesisError

AS_OF = dt.date(2025, 12, 31)
"""The day on which every synthetic extract is drawn; the simulation ends the day before."""

MAX_YEARS = 40
MIN_PERSONS = 100


class Noise(StrEnum):
    """How badly the offices write: one column each of the published table of error rates."""

    CLEAN = "clean"
    TYPICAL = "typical"
    HARSH = "harsh"


@dataclass(frozen=True, slots=True)
class SynthSettings:
    """Size, length, seed and noise of a world; the same settings give the same bytes.

    Raises:
        SynthesisError: Fewer than 100 persons, fewer than 1 or more than 40 years, a negative seed.

    >>> SynthSettings(persons=1000, years=12, seed=1, noise=Noise.TYPICAL).start
    datetime.date(2013, 12, 31)
    """

    persons: int
    """Residents on the first day."""
    years: int
    seed: int
    noise: Noise

    def __post_init__(self) -> None:
        if self.persons < MIN_PERSONS:
            raise SynthesisError(f"a Denmark of {self.persons} persons is too small", hint=f"at least {MIN_PERSONS}")
        if not 1 <= self.years <= MAX_YEARS:
            raise SynthesisError(f"{self.years} years cannot be simulated", hint=f"between 1 and {MAX_YEARS}")
        if self.seed < 0:
            raise SynthesisError("the seed is negative", hint="use 0 or more")

    @property
    def start(self) -> dt.date:
        """First day of the simulation."""
        return add_years(AS_OF, -self.years)


@dataclass(frozen=True, slots=True)
class SynthReport:
    """What was written: rows per file below the output folder, and planted rates as realised."""

    settings: SynthSettings
    files: dict[str, int] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values, ready for ``json.dumps``."""
        return {
            "persons": self.settings.persons,
            "years": self.settings.years,
            "seed": self.settings.seed,
            "noise": self.settings.noise.value,
            "as_of": AS_OF.isoformat(),
            "files": dict(sorted(self.files.items())),
            "rates": dict(sorted(self.rates.items())),
        }
