"""Who stands beside whom in the incidents: the parties of each record, with role and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ordering import neighbours

Ints = npt.NDArray[np.int64]

_MOST_PARTIES = 60
"""Parties of one incident that are paired; a riot is not a family matter."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Parties of incidents, each mention once per incident, sorted by incident and mention."""

    incident: Ints
    mention: Ints
    """Row of the mention."""
    role: Ints
    """Place in `roles`."""
    day: Ints
    """Day of the incident since 1970, or `UNKNOWN_DAY`."""
    roles: tuple[str, ...]


UNKNOWN_DAY = -(2**31)


def read_parties(involvements: pa.Table, incidents: pa.Table | None, record_ids: pa.Array) -> Parties:
    """Parties from the canonical tables; an incident's day is when it occurred, else when it was reported."""
    row = pc.fill_null(pc.index_in(involvements.column("record_id"), value_set=record_ids), -1)
    mention = row.to_numpy().astype(np.int64)
    names = pc.unique(involvements.column("incident_id"))
    incident = pc.index_in(involvements.column("incident_id"), value_set=names).to_numpy().astype(np.int64)
    roles = sorted(pc.unique(involvements.column("role")).to_pylist())
    role = pc.index_in(involvements.column("role"), value_set=pa.array(roles, pa.string())).to_numpy()
    order = np.lexsort((role, mention, incident))
    first = np.ones(len(order), bool)
    first[1:] = (incident[order][1:] != incident[order][:-1]) | (mention[order][1:] != mention[order][:-1])
    kept = order[first & (mention[order] >= 0)]
    return Parties(
        incident[kept],
        mention[kept],
        role[kept].astype(np.int64),
        _days(incidents, names)[incident[kept]],
        tuple(roles),
    )


def _days(incidents: pa.Table | None, names: pa.Array) -> Ints:
    if incidents is None:
        return np.full(len(names), UNKNOWN_DAY, np.int64)
    day = pc.coalesce(incidents.column("occurred"), incidents.column("reported")).cast(pa.int32())
    day = day.take(pc.index_in(names, value_set=incidents.column("incident_id").combine_chunks()))
    return np.asarray(pc.fill_null(day.cast(pa.int64()), UNKNOWN_DAY).to_numpy(), dtype=np.int64)


def party_pairs(parties: Parties) -> tuple[Ints, Ints]:
    """Every ordered pair of two parties of one incident, as places in `parties`."""
    one, other = neighbours(parties.incident, _MOST_PARTIES - 1)
    left, right = np.append(one, other), np.append(other, one)
    order = np.lexsort((right, left))
    return left[order], right[order]
