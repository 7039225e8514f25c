"""Cases that were put right under their own number: the earlier version stays, withdrawn on that day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.intervals import LAST
from loaders.synth.mentions import danish_dates
from loaders.synth.records import Records
from loaders.synth.sampling import Bools, Ints, Rng, Texts

_WRONG_ROLE, _OTHER_WRONG_ROLE = "VID", "PAR"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the case registers before they are put in order, with what they are ordered by."""

    columns: dict[str, Texts]
    record: Ints
    entered: Ints
    number: Ints
    """Of the party within the case, 0 where nobody is named."""

    def ordered(self, records: Records, names: tuple[str, ...]) -> Rows:
        """By day of entry, case and party."""
        order = np.lexsort((self.number, records.journal[self.record].astype("U32"), self.entered))
        columns = {k: self.columns[k][order] for k in names}
        return Rows(columns, self.record[order], self.entered[order], self.number[order])


def amend(rows: Rows, records: Records, closing: Ints, share: float, *, rng: Rng) -> Rows:
    """The rows, with some cases in two versions: the first party had a wrong role until the day it was put right.

    ``closing`` is the day after the last one of each register.
    """
    day = records.entered + rng.integers(5, 121, len(records.entered))
    stands = (records.withdrawn == LAST) & (records.source == np.arange(len(day)))
    amended: Bools = stands & (day < closing[records.register]) & (rng.random(len(day)) < share)
    chosen = np.flatnonzero(amended[rows.record] & (rows.number > 0))
    put_right = danish_dates(day[rows.record[chosen]])
    before = {k: v[chosen] for k, v in rows.columns.items()}
    before["Tilbagekaldt"] = put_right
    role, first = before["Rolle"].copy(), rows.number[chosen] == 1
    wrong = np.where(role == _WRONG_ROLE, _OTHER_WRONG_ROLE, _WRONG_ROLE)
    before["Rolle"] = np.where(first, wrong, role).astype(object)
    after = {k: v.copy() for k, v in rows.columns.items()}
    after["Optaget"][chosen] = put_right
    entered = rows.entered.copy()
    entered[chosen] = day[rows.record[chosen]]
    return Rows(
        {k: np.concatenate([after[k], before[k]]) for k in after},
        np.r_[rows.record, rows.record[chosen]],
        np.r_[entered, rows.entered[chosen]],
        np.r_[rows.number, rows.number[chosen]],
    )
