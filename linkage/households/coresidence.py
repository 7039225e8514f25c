"""Who shared an address with whom, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.households.spans import Ints, Spans, dates, days, merge
from linkage.overlaps import NO_LIMIT, overlapping_pairs
from linkage.tables import CORESIDENCE, EPISODES

MOST_TOGETHER = 12
"""At hubs and unknown units a stay that meets more later ones is paired with those of its first day only.

In a crowd only arriving together tells anything: a family that moves in together is found, and a
college of five hundred does not give 125,000 rows.
"""


def build_coresidence(episodes: pa.Table, *, most_together: int = MOST_TOGETHER) -> pa.Table:
    """Maximal intervals in which two entities shared an address (shape ``CORESIDENCE``), sorted.

    Two stays at one unit that is no hub make the interval certain; shared hubs and house numbers whose
    unit is unknown make it possible only, and there a crowd is cut down to those who arrived together.
    Intervals at several units that touch are one: moving on together does not interrupt living
    together. Sealed stays have no address and so are never shared.

    Args:
        episodes: Shape ``EPISODES``.
        most_together: More later partners than this at such an address are a crowd.
    """
    episodes = EPISODES.check(episodes)
    episodes = episodes.filter(pc.and_(pc.is_valid(episodes["address_id"]), pc.invert(episodes["sealed"])))
    names = pc.unique(episodes["entity_id"])
    names = names.take(pc.sort_indices(names))
    entity = np.asarray(pc.index_in(episodes["entity_id"], value_set=names).combine_chunks().to_numpy(), np.int64)
    home = pc.and_(episodes["unit"], pc.invert(episodes["hub"])).combine_chunks().to_numpy(zero_copy_only=False)
    stays = _Stays(episodes, entity)
    shared = [stays.pairs(home, NO_LIMIT), stays.pairs(~home, most_together)]
    return CORESIDENCE.check(_table(shared, names))


@dataclass(frozen=True, slots=True)
class _Pairs:
    left: Ints
    right: Ints
    spans: Spans


class _Stays:
    """The stays as arrays, ready to be paired within their addresses."""

    def __init__(self, episodes: pa.Table, entity: Ints) -> None:
        address = episodes["address_id"].combine_chunks().dictionary_encode()
        self.entity = entity
        self.spans = Spans(
            np.asarray(address.indices.to_numpy(), dtype=np.int64),
            *(days(episodes, name) for name in ("valid_from", "valid_to", "known_from", "known_to")),
        )

    def pairs(self, chosen: npt.NDArray[np.bool_], most: int) -> _Pairs:
        """Pairs of different entities among the chosen stays, with the days they share."""
        rows = np.flatnonzero(chosen)
        spans, entity = self.spans.take(rows), self.entity[rows]
        order = np.lexsort((spans.known_from, entity, spans.end, spans.start, spans.group))
        spans, entity = spans.take(order), entity[order]
        one, other = overlapping_pairs(spans.group, spans.start, spans.end, entity, most=most)
        left, right = np.minimum(entity[one], entity[other]), np.maximum(entity[one], entity[other])
        group = np.unique(left * (int(entity.max(initial=0)) + 1) + right, return_inverse=True)[1]
        shared = Spans(
            group.astype(np.int64),
            np.maximum(spans.start[one], spans.start[other]),
            np.minimum(spans.end[one], spans.end[other]),
            np.maximum(spans.known_from[one], spans.known_from[other]),
            np.minimum(spans.known_to[one], spans.known_to[other]),
        )
        return _Pairs(left, right, shared)


def _table(shared: list[_Pairs], names: pa.Array) -> pa.Table:
    """Certain and possible intervals in one order; the names are sorted, so their codes sort like them."""
    parts = [_merged(pairs) for pairs in shared]
    certain = np.concatenate([np.full(len(p.left), flag) for p, flag in zip(parts, (True, False), strict=True)])
    left, right = (np.concatenate([getattr(p, side) for p in parts]) for side in ("left", "right"))
    start, end, since, until = (
        np.concatenate([getattr(p.spans, name) for p in parts]) for name in ("start", "end", "known_from", "known_to")
    )
    order = np.lexsort((since, end, certain, start, right, left))
    return pa.table(
        {
            "left_entity": names.take(pa.array(left[order])),
            "right_entity": names.take(pa.array(right[order])),
            "valid_from": dates(start[order]),
            "valid_to": dates(end[order]),
            "certain": pa.array(certain[order]),
            "known_from": dates(since[order]),
            "known_to": dates(until[order]),
        }
    )


def _merged(pairs: _Pairs) -> _Pairs:
    """The maximal intervals of each pair."""
    merged = merge(pairs.spans)
    row = np.zeros(int(pairs.spans.group.max(initial=-1)) + 1, dtype=np.int64)
    row[pairs.spans.group] = np.arange(len(pairs.spans.group))
    at = row[merged.group]
    return _Pairs(pairs.left[at], pairs.right[at], merged)
