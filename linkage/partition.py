"""Entities: a partition of records, and the ids that its parts keep from run to run.

The partition is a function of records, settings and judgements; ids are a second step, a function of
(partition, previous ids). A part inherits the id with which it shares most records, so that a link
in a report from last year still leads somewhere; what merged or split is told, never silent.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Set
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.errors import LinkageError
from linkage.naming import new_ids
from linkage.tables import ENTITIES

Integers: TypeAlias = npt.NDArray[np.int64]

ALIASES = pa.schema(
    [
        pa.field("previous_id", pa.string(), nullable=False),
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("records", pa.int64(), nullable=False),
        pa.field("event", pa.string(), nullable=False),
    ]
)
"""Where the records of each changed previous entity are now. ``event``: ``merge`` when its id is gone
because all its records joined another entity, ``split`` when they are in several."""


@dataclass(frozen=True, slots=True)
class NamedPartition:
    """Entities with ids, and how they came from the previous ones."""

    entities: pa.Table
    """Shape :data:`linkage.tables.ENTITIES`, sorted by record id."""
    aliases: pa.Table
    """Schema :data:`ALIASES`, sorted by previous and new id."""


def entity_id(record_id: str, taken: Set[str] = frozenset()) -> str:
    """A new id from the smallest record id of an entity, none of those ``taken``.

    >>> entity_id("cpr:17"), entity_id("cpr:17", {entity_id("cpr:17")})
    ('E5DIA2DIAE5SG', 'ERQ6NBBQKYT7O')
    """
    salt = b""
    while True:
        digest = hashlib.blake2b(record_id.encode(), digest_size=10, salt=salt, person=b"entity").digest()
        name = "E" + base64.b32encode(digest)[:12].decode("ascii")
        if name not in taken:
            return name
        salt = (int.from_bytes(salt, "big") + 1).to_bytes(8, "big")


def _checked(table: pa.Table, label: str, where: str) -> tuple[pa.Array, pa.Array]:
    """Record ids and labels of a partition, sorted by record id."""
    missing = [name for name in ("record_id", label) if name not in table.column_names]
    if missing:
        raise LinkageError(f"missing columns: {', '.join(missing)}", where=where)
    table = table.select(["record_id", label]).sort_by("record_id").combine_chunks()
    ids, labels = (_flat(column).cast(pa.string()) for column in table.columns)
    if ids.null_count or labels.null_count or len(pc.unique(ids)) != len(ids):
        raise LinkageError("record ids are missing or repeat", where=where, hint="one row per record")
    return ids, labels


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _parts(labels: pa.Array) -> tuple[Integers, Integers]:
    """Part of each row, numbered by its first row, and that first row of each part."""
    codes = pc.dictionary_encode(labels).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    _, first = np.unique(codes, return_index=True)
    return codes, first.astype(np.int64)


def _overlaps(parts: Integers, previous: Integers) -> pa.Table:
    """Shared records of every part and previous entity (-1 for none), largest overlap first."""
    rows = np.arange(len(parts), dtype=np.int64)
    table = pa.table({"part": parts, "previous": previous, "row": rows}).filter(pc.field("previous") >= 0)
    table = table.group_by(["part", "previous"]).aggregate([("row", "count"), ("row", "min")])
    return table.sort_by([("row_count", "descending"), ("row_min", "ascending")])


def _inherited(overlaps: pa.Table, parts: int, previous: int) -> Integers:
    """Previous entity whose id each part keeps, -1 for none: the largest overlaps choose first."""
    part = np.asarray(overlaps.column("part").to_numpy())
    old = np.asarray(overlaps.column("previous").to_numpy())
    keeps = np.full(parts, -1, dtype=np.int64)
    only = (np.bincount(part, minlength=parts)[part] == 1) & (np.bincount(old, minlength=previous)[old] == 1)
    keeps[part[only]] = old[only]
    given = np.zeros(previous, dtype=np.bool_)
    for one, other in zip(part[~only].tolist(), old[~only].tolist(), strict=True):
        if keeps[one] < 0 and not given[other]:
            keeps[one] = other
            given[other] = True
    return keeps


def name_entities(partition: pa.Table, previous: pa.Table | None = None) -> NamedPartition:
    """Give every part of a partition its id: inherited where it can be, else new.

    A part keeps the previous id with which it shares most records, ties going to the smallest record id;
    every id goes to one part. New ids come from the smallest record id, so they too depend on the
    partition and the previous ids alone.

    Args:
        partition: ``record_id`` and ``cluster``, any label of the part.
        previous: ``record_id`` and ``entity_id`` of the last run.

    Raises:
        LinkageError: Columns are missing, or record ids are missing or repeat.
    """
    ids, labels = _checked(partition, "cluster", "partition")
    return _name_parts(ids, *_parts(labels), previous)


def name_clusters(
    record_ids: pa.Array, cluster: Integers, previous: pa.Table | None = None, *, threads: int = 1
) -> NamedPartition:
    """As :func:`name_entities`, for records in the order of their ids.

    Args:
        record_ids: Distinct ids, ascending.
        cluster: The first record of each record's part.
        previous: ``record_id`` and ``entity_id`` of the last run.
        threads: Shares of new ids made at once.

    >>> name_clusters(pa.array(["a", "b"]), np.array([0, 0])).entities.column("entity_id").unique().to_pylist()
    ['EA7DJMPXY2M6V']
    """
    first = np.flatnonzero(cluster == np.arange(len(cluster)))
    rank = np.zeros(len(cluster), dtype=np.int64)
    rank[first] = np.arange(len(first))
    return _name_parts(record_ids, rank[cluster], first, previous, threads=threads)


def _name_parts(
    ids: pa.Array, parts: Integers, first: Integers, previous: pa.Table | None, *, threads: int = 1
) -> NamedPartition:
    names = pa.nulls(len(first), pa.string())
    taken = pa.array([], pa.string())
    aliases = ALIASES.empty_table()
    smallest = ids.take(pa.array(first))
    if previous is not None and previous.num_rows:
        old_ids, old_names = _checked(previous, "entity_id", "previous entities")
        known = pc.dictionary_encode(old_names)
        where = pc.fill_null(pc.index_in(ids, old_ids).cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
        codes = np.append(known.indices.to_numpy(zero_copy_only=False).astype(np.int64), -1)[where]
        overlaps = _overlaps(parts, codes)
        keeps = _inherited(overlaps, len(first), len(known.dictionary))
        taken = known.dictionary
        names = _named(taken.take(pa.array(keeps, mask=keeps < 0)), smallest, taken, threads=threads)
        aliases = _aliases(overlaps, keeps, taken, names)
    else:
        names = _named(names, smallest, taken, threads=threads)
    entities = pa.table({"record_id": ids, "entity_id": names.take(pa.array(parts))})
    return NamedPartition(ENTITIES.check(entities.cast(ENTITIES.schema)), aliases)


def _named(names: pa.Array, smallest: pa.Array, taken: pa.Array, *, threads: int) -> pa.Array:
    """New ids where there is none yet; where any two would meet, in the order of smallest record ids."""
    wanting = pc.indices_nonzero(pc.is_null(names))
    fresh, usable = new_ids(smallest.take(wanting), threads=threads)
    if not usable or pc.any(pc.is_in(fresh, taken)).as_py():
        given = set(taken.to_pylist())
        fresh = pa.array([_new(one, given) for one in smallest.take(wanting).to_pylist()], pa.string())
    return pc.replace_with_mask(names, pc.is_null(names), fresh)


def _new(record_id: str, given: set[str]) -> str:
    name = entity_id(record_id, given)
    given.add(name)
    return name


def _aliases(overlaps: pa.Table, keeps: Integers, old: pa.Array, names: pa.Array) -> pa.Table:
    """Rows for previous entities that merged into another or split."""
    part = np.asarray(overlaps.column("part").to_numpy())
    previous = np.asarray(overlaps.column("previous").to_numpy())
    spread = np.bincount(previous, minlength=len(old))[previous]
    told = (spread > 1) | (keeps[part] != previous)
    table = pa.table(
        {
            "previous_id": old.take(pa.array(previous[told])),
            "entity_id": names.take(pa.array(part[told])),
            "records": overlaps.column("row_count").filter(pa.array(told)),
            "event": np.where(spread[told] > 1, "split", "merge"),
        }
    )
    return table.cast(ALIASES).sort_by([("previous_id", "ascending"), ("entity_id", "ascending")])


def partition_hash(entities: pa.Table) -> str:
    """Digest of who is with whom, whatever the ids: equal partitions have equal hashes.

    >>> one = pa.table({"record_id": ["a", "b", "c"], "entity_id": ["x", "x", "y"]})
    >>> other = pa.table({"record_id": ["c", "b", "a"], "entity_id": ["1", "2", "2"]})
    >>> partition_hash(one) == partition_hash(other)
    True
    """
    ids, labels = _checked(entities, "entity_id", "entities")
    parts, first = _parts(labels)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(pc.binary_length(ids).to_numpy(zero_copy_only=False).astype("<i8").tobytes())
    digest.update("".join(ids.to_pylist()).encode())
    digest.update(first[parts].astype("<i8").tobytes())
    return digest.hexdigest()
