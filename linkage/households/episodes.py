"""Episodes: the stays of resolved persons at washed addresses."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.households.spans import Ints, dates, days, since_first
from linkage.intervals import FIRST, LAST
from linkage.ordering import ordered_by, ranks
from linkage.tables import ADDRESSES, ENTITIES, EPISODES, RESIDENCES


def build_episodes(residences: pa.Table, entities: pa.Table, addresses: pa.Table) -> pa.Table:
    """The registered stays of every entity (shape ``EPISODES``), sorted by entity and start.

    A dated entry without an end lasts until the entity's next entry on a later day, for it names where
    the person moved to. A stay that two registers state with the same days becomes one row, named by
    the smallest record id and believed since the first of them said so. Addresses merely stated on one
    day are no stays. Records that belong to no entity are left out.

    Args:
        residences: Shape ``RESIDENCES``, washed.
        entities: Shape ``ENTITIES``.
        addresses: Shape ``ADDRESSES``.
    """
    residences, entities, addresses = RESIDENCES.check(residences), ENTITIES.check(entities), ADDRESSES.check(addresses)
    stays = residences.filter(pc.is_in(residences["uncertainty"], pa.array(["registered", "from_only"])))
    owner = pc.index_in(stays["record_id"], value_set=entities["record_id"].combine_chunks())
    stays = stays.filter(pc.is_valid(owner))
    entity = entities["entity_id"].combine_chunks().take(pc.drop_null(owner).combine_chunks())
    end = _ends(stays, entity)
    begin = days(stays, "valid_from")
    at = pc.index_in(stays["address_id"], value_set=addresses["address_id"].combine_chunks(), skip_nulls=True)
    table = pa.table(
        {
            "entity_id": entity,
            "address_id": stays["address_id"],
            "access_id": stays["access_id"],
            "valid_from": stays["valid_from"],
            "valid_to": dates(end),
            "unit": pc.fill_null(addresses["unit"].combine_chunks().take(at.combine_chunks()), False),
            "hub": pc.fill_null(addresses["hub"].combine_chunks().take(at.combine_chunks()), False),
            "record_id": stays["record_id"],
            "register": stays["register"],
            "known_from": stays["known_from"],
            "known_to": stays["known_to"],
            "sealed": stays["sealed"],
        }
    )
    return EPISODES.check(_collapse(table.filter(pa.array(end > begin))))


def _ends(stays: pa.Table, entity: pa.Array) -> Ints:
    """The end of each stay; a dated entry ends where the entity's next one, on a later day, begins."""
    group = np.asarray(entity.dictionary_encode().indices.to_numpy(), dtype=np.int64)
    start, end = days(stays, "valid_from"), days(stays, "valid_to")
    order = np.lexsort((start, group))
    group, start_sorted = group[order], start[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (group[1:] != group[:-1]) | (start_sorted[1:] != start_sorted[:-1])
    begin = np.flatnonzero(fresh)
    following = np.full(len(begin), LAST, dtype=np.int64)
    if len(begin) > 1:
        same = group[begin[1:]] == group[begin[:-1]]
        following[:-1] = np.where(same, start_sorted[begin[1:]], LAST)
    next_start = np.empty(len(order), dtype=np.int64)
    next_start[order] = following[np.cumsum(fresh) - 1] if len(order) else following
    open_ended = pc.equal(stays["uncertainty"], "from_only").combine_chunks().to_numpy(zero_copy_only=False)
    return np.where(open_ended, np.minimum(end, next_start), end)


def _collapse(table: pa.Table) -> pa.Table:
    """One row per entity, address and days, in a fixed order: named by the smallest record id that states it."""
    stated = {name: since_first(days(table, name)) for name in ("valid_from", "valid_to", "known_from", "known_to")}
    sealed = table["sealed"].combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64)
    same = ranks(table["entity_id"]), stated["valid_from"], ranks(table["address_id"]), stated["valid_to"], sealed
    order = ordered_by(*same, ranks(table["record_id"]), ranks(table["register"]), stated["known_from"])
    fresh = np.zeros(len(order), dtype=np.bool_)
    fresh[:1] = True
    for column in same:
        one = column[order]
        fresh[1:] |= one[1:] != one[:-1]
    begin = np.flatnonzero(fresh)
    since, until = stated["known_from"][order], stated["known_to"][order]
    collapsed = table.take(pa.array(order[begin]))
    if len(begin):
        since, until = np.minimum.reduceat(since, begin), np.maximum.reduceat(until, begin)
    for name, values in (("known_from", since), ("known_to", until)):
        collapsed = collapsed.set_column(collapsed.schema.get_field_index(name), name, dates(values + FIRST))
    return collapsed.combine_chunks()
