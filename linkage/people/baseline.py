"""The mentions of registers resolved by recordlinkage, as its users would: one flat table, one address each."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from linkage.baseline import link_with_recordlinkage
from linkage.link import LinkSettings
from linkage.tables import ENTITIES

KINDS = [
    ("record_id", "record_id"),
    ("given", "given_name"),
    ("surname", "surname"),
    ("birth_date", "birth_date"),
    ("sex", "sex"),
    ("number", "identifier"),
    ("street", "street"),
    ("house_number", "house_number"),
    ("postcode", "postcode"),
]


def resolve_by_recordlinkage(persons: pa.Table, residences: pa.Table, *, seed: int) -> pa.Table:
    """Entities (shape `ENTITIES`) of up to 50,000 mentions, by recordlinkage's index, compare and ECM.

    Raises:
        LinkageError: More mentions than that, or the package is not installed.
    """
    linkage = link_with_recordlinkage(_flat_table(persons, residences), KINDS, LinkSettings(seed=seed))
    return ENTITIES.check(linkage.entities.cast(ENTITIES.schema))


def _flat_table(persons: pa.Table, residences: pa.Table) -> pa.Table:
    """One row per mention with its latest address and its first CPR number."""
    latest = residences.sort_by([("record_id", "ascending"), ("valid_from", "ascending")])
    latest = latest.group_by("record_id", use_threads=False).aggregate(
        [(name, "last") for name in ("street", "house_number", "postcode")]
    )
    latest = latest.rename_columns(["record_id", "street", "house_number", "postcode"])
    lists = persons.column("identifiers").combine_chunks()
    parent, flat = pc.list_parent_indices(lists), lists.flatten()
    is_number = pc.equal(pc.struct_field(flat, "type"), "CPR")
    numbered = pa.table(
        {
            "record_id": persons.column("record_id").take(parent).filter(is_number),
            "value": pc.struct_field(flat, "value").filter(is_number),
        }
    )
    first = numbered.group_by("record_id", use_threads=False).aggregate([("value", "first")])
    flat_table = persons.select(["record_id", "given", "surname", "birth_date", "sex"])
    flat_table = flat_table.join(latest, "record_id").join(first.rename_columns(["record_id", "number"]), "record_id")
    columns = {name: pc.cast(flat_table.column(name), pa.string()) for name, _ in KINDS}
    return pa.table(columns).sort_by("record_id")
