"""Records of one event under one event id."""

from __future__ import annotations

import base64
import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.events.candidates import BY_REFERENCE, Candidates, Named, find_candidates
from linkage.events.facts import NO_DATE, Facts, Ints, read_facts
from linkage.tables import ENTITIES, EVENTS, INCIDENTS, INVOLVEMENTS

LONGEST_EVENT = 2
"""Records joined by night lie at most so many days apart, so that nights cannot chain into a week."""

REASONS = ("single", "journal_reference", "same_night")


def join_events(
    incidents: pa.Table, involvements: pa.Table, entities: pa.Table, *, addresses: pa.Table | None = None
) -> pa.Table:
    """Which incident records tell of one event, and why (shape ``EVENTS``), sorted by incident.

    Only categories that are events are joined; a concern is always on its own. A journal reference
    joins first, then records of one night that share persons and place, then the day after. Joining
    is not blindly transitive: no night-joined event spans more than :data:`LONGEST_EVENT` days, and
    none holds two records that one register dates and reports on different days. Sealed records have neither place nor
    number and join sealed ones only, by date and persons, so that no place shines through.

    Args:
        incidents: Shape ``INCIDENTS``, washed.
        involvements: Shape ``INVOLVEMENTS``.
        entities: Shape ``ENTITIES``.
        addresses: Shape ``ADDRESSES``; tells which addresses name one home. Without it only those
            with floor or door do.
    """
    incidents = INCIDENTS.check(incidents).sort_by("incident_id")
    named, counts = _named(incidents, INVOLVEMENTS.check(involvements), ENTITIES.check(entities))
    facts = read_facts(incidents, counts, _homes(addresses))
    group, referred = _group(facts, find_candidates(facts, named))
    _, first, inverse, size = np.unique(group, return_index=True, return_inverse=True, return_counts=True)
    ids = [_event_id(i) for i in facts.incident_id.take(pa.array(first)).to_pylist()]
    reason = np.where(size[inverse] == 1, 0, np.where(referred, 1, 2))
    table = pa.table(
        {
            "incident_id": facts.incident_id,
            "event_id": pa.array(ids, pa.string()).take(pa.array(inverse)),
            "reason": pa.array(REASONS).take(pa.array(reason)),
        }
    )
    return EVENTS.check(table)


def _event_id(smallest_incident: str) -> str:
    digest = hashlib.blake2b(smallest_incident.encode(), digest_size=10).digest()
    return "V" + base64.b32encode(digest).decode()


def _homes(addresses: pa.Table | None) -> pa.Array | None:
    if addresses is None:
        return None
    return addresses.filter(pc.and_(addresses["unit"], pc.invert(addresses["hub"])))["address_id"].combine_chunks()


def _named(incidents: pa.Table, involvements: pa.Table, entities: pa.Table) -> tuple[Named, Ints]:
    """Who is named in which incident, and how many in each."""
    at = pc.index_in(involvements["incident_id"], value_set=incidents["incident_id"].combine_chunks())
    who = pc.index_in(involvements["record_id"], value_set=entities["record_id"].combine_chunks())
    known = pc.and_(pc.is_valid(at), pc.is_valid(who))
    incident = np.asarray(at.filter(known).to_numpy(), dtype=np.int64)
    entity = entities["entity_id"].combine_chunks().dictionary_encode().indices
    person = np.asarray(entity.to_numpy(), dtype=np.int64)[who.filter(known).to_numpy().astype(np.int64)]
    span = int(person.max(initial=0)) + 1
    incident, person = np.divmod(np.unique(incident * span + person), span)
    return Named(incident, person), np.bincount(incident, minlength=incidents.num_rows).astype(np.int64)


def _group(facts: Facts, candidates: Candidates) -> tuple[Ints, np.typing.NDArray[np.bool_]]:
    """The smallest position of each record's event, and which records a reference joined."""
    parent = list(range(len(facts.date)))
    members: dict[int, list[int]] = {}
    referred = np.zeros(len(parent), dtype=np.bool_)

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    direct = set(zip(candidates.one.tolist(), candidates.other.tolist(), strict=True))
    pairs = zip(*(c.tolist() for c in (candidates.one, candidates.other, candidates.reason)), strict=True)
    for one, other, reason in pairs:
        if reason == BY_REFERENCE:
            referred[[one, other]] = True
        low, high = sorted((root(one), root(other)))
        if low == high:
            continue
        together = members.get(low, [low]) + members.get(high, [high])
        if reason != BY_REFERENCE and not _one_night(facts, together, direct):
            continue
        parent[high] = low
        members[low] = together
    return np.array([root(i) for i in range(len(parent))], dtype=np.int64), referred


def _one_night(facts: Facts, records: list[int], direct: set[tuple[int, int]]) -> bool:
    """Whether records can all tell of one night; pairs that are candidates themselves do not contradict."""
    dates = [d for d in facts.date[records].tolist() if d != NO_DATE]
    if dates and max(dates) - min(dates) > LONGEST_EVENT:
        return False
    one, other = (np.array(records)[side] for side in np.triu_indices(len(records), k=1))
    against = facts.contradict(one, other)
    pairs = zip(one[against].tolist(), other[against].tolist(), strict=True)
    return all((min(pair), max(pair)) in direct for pair in pairs)
