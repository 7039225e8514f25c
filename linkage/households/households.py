"""Households: persons whose stays at one home hang together over time."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.households.spans import Ints, Spans, dates, days, merge, running_maximum, since_first
from linkage.ordering import numbered, ordered_by, ranks
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
    keys, member = numbered(place * (len(entity.dictionary) + 1) + person)
    lasting = ("valid_from", "valid_to", "known_from", "known_to")
    stays = merge(Spans(member, *(days(episodes, name) for name in lasting)))
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
    order = ordered_by(
        *(ranks(table[name]) for name in ("household_id", "entity_id")),
        *(since_first(values) for values in (stays.start, stays.end, stays.known_from)),
    )
    return HOUSEHOLDS.check(table.take(pa.array(order)).combine_chunks())


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
    day = np.datetime_as_string(first_day.astype("datetime64[D]"))
    texts = pc.binary_join_element_wise(address, pa.array(day, pa.string()), "@").to_pylist()
    digests = b"".join([hashlib.blake2b(text.encode(), digest_size=_DIGEST).digest() for text in texts])
    return _base32(np.frombuffer(digests, np.uint8).reshape(-1, _DIGEST))


_DIGEST = 10
_LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", np.uint8)
"""The alphabet of RFC 4648; ten bytes are sixteen letters, without padding."""


def _base32(digests: npt.NDArray[np.uint8]) -> pa.Array:
    """Each row of ten bytes as text, after an H.

    >>> import base64
    >>> _base32(np.arange(10, dtype=np.uint8)[None, :])[0].as_py() == "H" + base64.b32encode(bytes(range(10))).decode()
    True
    """
    bits = np.unpackbits(digests, axis=1).reshape(len(digests), digests.shape[1] * 8 // 5, 5)
    letters = _LETTERS[bits @ np.array([16, 8, 4, 2, 1], np.uint8)]
    whole = np.column_stack([np.full(len(letters), ord("H"), np.uint8), letters])
    offsets = np.arange(len(whole) + 1, dtype=np.int32) * whole.shape[1]
    return pa.StringArray.from_buffers(len(whole), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(whole)))
