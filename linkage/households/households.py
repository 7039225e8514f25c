"""Households: persons whose stays at one home hang together over time."""

from __future__ import annotations

import base64
import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.households.spans import Ints, Spans, dates, days, merge, running_maximum
from linkage.intervals import to_date
from linkage.tables import EPISODES, HOUSEHOLDS


def build_households(episodes: pa.Table) -> pa.Table:
    """Who belonged to which household when (shape ``HOUSEHOLDS``), sorted by household, entity and start.

    A household lives at one unit and goes on while at least one member stays; when the last has left,
    whoever comes is a new one, even on the same day. Hubs and unknown units have none. Its id is made
    of its address and first day, so that one more member does not rename it. Splits and merges are
    the members who leave one household for another on a day (rows that end and begin together).

    Args:
        episodes: Shape ``EPISODES``.
    """
    episodes = EPISODES.check(episodes)
    at_home = pc.and_(pc.is_valid(episodes["address_id"]), pc.invert(pc.or_(episodes["hub"], episodes["sealed"])))
    episodes = episodes.filter(pc.and_(at_home, episodes["unit"]))
    address = episodes["address_id"].combine_chunks().dictionary_encode()
    entity = episodes["entity_id"].combine_chunks().dictionary_encode()
    place, person = (np.asarray(c.indices.to_numpy(), dtype=np.int64) for c in (address, entity))
    keys, member = np.unique(place * (len(entity.dictionary) + 1) + person, return_inverse=True)
    lasting = ("valid_from", "valid_to", "known_from", "known_to")
    stays = merge(Spans(member.astype(np.int64), *(days(episodes, name) for name in lasting)))
    place, person = np.divmod(keys[stays.group], len(entity.dictionary) + 1)
    household, first_day, at = _components(place, stays.start, stays.end)
    ids = _ids(address.dictionary.take(pa.array(at)), first_day)
    table = pa.table(
        {
            "household_id": ids.take(pa.array(household)),
            "address_id": address.dictionary.take(pa.array(place)),
            "entity_id": entity.dictionary.take(pa.array(person)),
            "valid_from": dates(stays.start),
            "valid_to": dates(stays.end),
            "known_from": dates(stays.known_from),
            "known_to": dates(stays.known_to),
        }
    )
    order = ["household_id", "entity_id", "valid_from", "valid_to", "known_from"]
    return HOUSEHOLDS.check(table.sort_by([(name, "ascending") for name in order]).combine_chunks())


def _components(place: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Each stay's household, and each household's first day and address; days must really overlap."""
    order = np.lexsort((end, start, place))
    place, start = place[order], start[order]
    first = np.ones(len(order), dtype=np.bool_)
    if len(order):
        reach = running_maximum(place, end[order])
        first[1:] = (place[1:] != place[:-1]) | (start[1:] >= reach[:-1])
    household = np.empty(len(order), dtype=np.int64)
    household[order] = np.cumsum(first) - 1
    return household, start[first], place[first]


def _ids(address: pa.Array, first_day: Ints) -> pa.Array:
    names = zip(address.to_pylist(), first_day.tolist(), strict=True)
    digests = (hashlib.blake2b(f"{a}@{to_date(d)}".encode(), digest_size=10).digest() for a, d in names)
    return pa.array(["H" + base64.b32encode(d).decode() for d in digests], pa.string())
