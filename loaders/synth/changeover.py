"""What a register takes over from the one it replaces."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from linkage.intervals import LAST
from loaders.synth.records import Records
from loaders.synth.registers import changeovers
from loaders.synth.sampling import Ints, Rng, ragged


def take_over(records: Records, districts: tuple[str, ...], share: float, rng: Rng) -> Records:
    """The records, and once more those of a replaced register's last year that were still worked on.

    They keep number, days and text and are entered on the new register's first day. A number that the
    new register has given out itself is left behind, as a register holds each number once.
    """
    begin = changeovers(districts)[records.district]
    last_year = (records.register >= len(districts)) & (records.entered >= begin - 365)
    drawn = last_year & (records.withdrawn == LAST) & (rng.random(len(begin)) < share)
    given = records.journal[records.register < len(districts)]
    old = np.flatnonzero(drawn)
    old = old[~np.isin(records.journal[old].astype("U32"), given.astype("U32"))]
    mention, owner = _mentions_of(records, old)
    n = len(records.event)
    again = {
        "register": records.district[old],
        "entered": begin[old],
        "mention_record": n + owner,
        "mention_source": mention,
    }
    columns = {}
    for name in (f.name for f in fields(records) if f.name != "event_date"):
        values = getattr(records, name)
        rows = mention if name.startswith("mention_") else old
        columns[name] = np.concatenate([values, again.get(name, values[rows])])
    return replace(records, **columns)


def _mentions_of(records: Records, chosen: Ints) -> tuple[Ints, Ints]:
    """Mentions in some records, each with the position of its record in ``chosen``; mentions stand in record order."""
    low = np.searchsorted(records.mention_record, chosen)
    high = np.searchsorted(records.mention_record, chosen, side="right")
    return ragged(low, high - low)
