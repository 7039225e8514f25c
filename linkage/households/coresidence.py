"""Who shared an address with whom, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.households.placements import find_placements, split_stays
from linkage.households.spans import Ints, Spans, dates, days, merge
from linkage.ordering import numbered
from linkage.overlaps import NO_LIMIT, overlapping_pairs
from linkage.tables import CORESIDENCE, EPISODES

MOST_TOGETHER = 12
"""At hubs and unknown units a stay that meets more later ones is paired with those of its first day only.

In a crowd only arriving together tells anything: a family that moves in together is found, and a
college of five hundred does not give 125,000 rows.
"""


def build_coresidence(
    episodes: pa.Table, kin: pa.Table | None = None, *, most_together: int = MOST_TOGETHER
) -> pa.Table:
    """Maximal intervals in which two entities shared an address (shape ``CORESIDENCE``), sorted.

    Two stays at one unit that is no hub make the interval certain; shared hubs and house numbers whose
    unit is unknown make it possible only, and there a crowd is cut down to those who arrived together.
    So does a child's stay with somebody it is placed with: while it is in foster care, whoever it lives
    with there is possible only (rule 9b). Intervals at several units that touch are one: moving on
    together does not interrupt living together. Sealed stays have no address and so are never shared.

    Args:
        episodes: Shape ``EPISODES``.
        kin: Shape ``KIN``, for its foster parents; nobody is in foster care without it.
        most_together: More later partners than this at such an address are a crowd.
    """
    episodes = EPISODES.check(episodes)
    episodes = episodes.filter(pc.and_(pc.is_valid(episodes["address_id"]), pc.invert(episodes["sealed"])))
    names = pc.unique(episodes["entity_id"])
    names = names.take(pc.sort_indices(names))
    entity = np.asarray(pc.index_in(episodes["entity_id"], value_set=names).combine_chunks().to_numpy(), np.int64)
    home = pc.and_(episodes["unit"], pc.invert(episodes["hub"])).combine_chunks().to_numpy(zero_copy_only=False)
    address = episodes["address_id"].combine_chunks().dictionary_encode()
    spans = Spans(
        np.asarray(address.indices.to_numpy(), dtype=np.int64),
        *(days(episodes, name) for name in ("valid_from", "valid_to", "known_from", "known_to")),
    )
    rows, crowd = np.flatnonzero(home), np.flatnonzero(~home)
    stays = split_stays(entity[rows], spans.take(rows), find_placements(kin, names))
    certain, placed = _shared(*stays, NO_LIMIT)
    elsewhere, _ = _shared(entity[crowd], spans.take(crowd), np.zeros(len(crowd), np.bool_), most_together)
    return CORESIDENCE.check(_table([certain, _both(placed, elsewhere)], names))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of entities and the days they share; the group of a span is its place until the pairs are merged."""

    left: Ints
    right: Ints
    spans: Spans

    def take(self, rows: npt.NDArray[np.bool_]) -> _Pairs:
        """The chosen pairs."""
        return _Pairs(self.left[rows], self.right[rows], self.spans.take(rows))


def _shared(entity: Ints, spans: Spans, placed: npt.NDArray[np.bool_], most: int) -> tuple[_Pairs, _Pairs]:
    """Pairs of different entities at one address with the days they share; those with one placed there apart."""
    order = np.lexsort((spans.known_from, entity, spans.end, spans.start, spans.group))
    spans, entity, placed = spans.take(order), entity[order], placed[order]
    one, other = overlapping_pairs(spans.group, spans.start, spans.end, entity, most=most)
    shared = Spans(
        np.zeros(len(one), dtype=np.int64),
        np.maximum(spans.start[one], spans.start[other]),
        np.minimum(spans.end[one], spans.end[other]),
        np.maximum(spans.known_from[one], spans.known_from[other]),
        np.minimum(spans.known_to[one], spans.known_to[other]),
    )
    pairs = _Pairs(np.minimum(entity[one], entity[other]), np.maximum(entity[one], entity[other]), shared)
    either = placed[one] | placed[other]
    return pairs.take(~either), pairs.take(either)


def _both(one: _Pairs, other: _Pairs) -> _Pairs:
    names = ("group", "start", "end", "known_from", "known_to")
    spans = Spans(*(np.concatenate([getattr(one.spans, name), getattr(other.spans, name)]) for name in names))
    return _Pairs(np.concatenate([one.left, other.left]), np.concatenate([one.right, other.right]), spans)


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
    span = int(pairs.right.max(initial=-1)) + 1
    keys, group = numbered(pairs.left * span + pairs.right)
    merged = merge(replace(pairs.spans, group=group))
    left, right = np.divmod(keys[merged.group], max(span, 1))
    return _Pairs(left, right, merged)
