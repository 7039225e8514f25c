"""Comparison of birth dates by their parts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.comparison import kernels
from linkage.comparison.protocol import Agreement, Index, Levels
from linkage.dates import BirthDates


@dataclass(frozen=True, slots=True)
class BirthDateComparison:
    """Dates equal, misprinted, partly equal or of one year; null where a year is missing."""

    dates: BirthDates
    name: str = "birth_date"
    conflicts: frozenset[int] = frozenset()
    frequency: npt.NDArray[np.float64] = field(init=False)

    level_names = (
        "exact",
        "one digit or year, or day and month swapped",
        "two parts",
        "about the same year",
        "different",
    )
    frequency_weights = (1.0, 0.25, 0.0, 0.0, 0.0)
    shared = False

    def __post_init__(self) -> None:
        whole = self.dates.year * 10000 + self.dates.month * 100 + self.dates.day
        codes = np.asarray(pc.dictionary_encode(pa.array(whole)).indices.to_numpy())
        counts = np.bincount(codes)
        known = max(int(self.dates.known().sum()), 1)
        object.__setattr__(self, "frequency", np.log2(counts / known)[codes])

    def compare(self, left: Index, right: Index) -> Agreement:
        """Level of each pair and the frequency of its commoner date."""
        levels: Levels = np.empty(len(left), dtype=np.uint8)
        kernels.grade_dates(self.dates.year, self.dates.month, self.dates.day, left, right, levels)
        return Agreement(levels, np.maximum(self.frequency[left], self.frequency[right]))
