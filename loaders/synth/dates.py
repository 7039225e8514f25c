"""Birthdays in days since 1970-01-01."""

from __future__ import annotations

import numpy as np

from loaders.synth.identifiers import calendar
from loaders.synth.sampling import Ints


def eighteenth(birth: Ints) -> Ints:
    """The 18th birthday; of one born on 29 February, 1 March.

    >>> eighteenth(np.array([12477])).astype("datetime64[D]").tolist()  # born 2004-02-29
    [datetime.date(2022, 3, 1)]
    """
    year, month, day = calendar(birth)
    months = ((year + 18 - 1970) * 12 + month - 1).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]").astype(np.int64) + day - 1, dtype=np.int64)
