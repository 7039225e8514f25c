"""Relations between mentions, brought to the persons behind them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.identifiers import LINKING_TYPES, REGISTER_TYPES
from linkage.tables import ENTITIES, KIN, PARTNERS, PERSONS, RELATIONS
from linkage.vocabulary import RelationKind

KIN_KINDS = (
    RelationKind.PARENT,
    RelationKind.ADOPTIVE_PARENT,
    RelationKind.CUSTODY,
    RelationKind.FOSTER_PARENT,
)
PARTNER_KINDS = (RelationKind.SPOUSE, RelationKind.PARTNER)


class Relations(NamedTuple):
    """Relations between entities, and what could not be one."""

    kin: pa.Table
    """Shape ``KIN``."""
    partners: pa.Table
    """Shape ``PARTNERS``."""
    to_oneself: int
    """Rows dropped because both ends are one entity, a sign of a wrong link."""
    unresolved: int
    """Rows dropped because an end is no known record, or its identifier names nobody or several."""


def resolve_relations(relations: pa.Table, persons: pa.Table, entities: pa.Table) -> Relations:
    """Kin and couples between entities, each said once, sorted.

    The other end is its record's entity where the register names a record, else the one entity whose
    records bear the identifier: within the same register first, then in all (types that one office
    gives out count in their own register only, placeholders never). Two registers, or both spouses,
    that state the same relation with the same days make one row. Foster care ends on the child's 18th
    birthday at the latest, as the record that states it has the birth.

    Args:
        relations: Shape ``RELATIONS``.
        persons: Shape ``PERSONS``.
        entities: Shape ``ENTITIES``.
    """
    relations, persons, entities = RELATIONS.check(relations), PERSONS.check(persons), ENTITIES.check(entities)
    relations = relations.filter(pc.is_in(relations["kind"], pa.array([*KIN_KINDS, *PARTNER_KINDS])))
    own = _entity_of(relations["record_id"], entities)
    other = others(relations, persons, entities)
    known = pc.and_(pc.is_valid(own), pc.is_valid(other))
    oneself = pc.fill_null(pc.equal(own, other), False)
    table = relations.select(["kind", "valid_from", "register", "known_from", "known_to"])
    table = table.append_column("valid_to", _ends(relations, persons))
    table = table.append_column("own", own).append_column("other", other)
    table = table.filter(pc.and_(pc.and_(known, pc.invert(oneself)), pc.less(table["valid_from"], table["valid_to"])))
    kin = table.filter(pc.is_in(table["kind"], pa.array(list(KIN_KINDS))))
    kin = kin.rename_columns({"own": "child_entity", "other": "parent_entity"})
    couples = table.filter(pc.is_in(table["kind"], pa.array(list(PARTNER_KINDS))))
    couples = couples.append_column("left_entity", pc.min_element_wise(couples["own"], couples["other"]))
    couples = couples.append_column("right_entity", pc.max_element_wise(couples["own"], couples["other"]))
    return Relations(
        kin=KIN.check(_once(kin, ["child_entity", "parent_entity"])),
        partners=PARTNERS.check(_once(couples, ["left_entity", "right_entity"])),
        to_oneself=int(pc.sum(oneself).as_py() or 0),
        unresolved=relations.num_rows - int(pc.sum(known).as_py() or 0),
    )


def others(relations: pa.Table, persons: pa.Table, entities: pa.Table) -> pa.Array:
    """The entity at the other end of each relation, by record or else by identifier; null where nobody is meant."""
    return pc.coalesce(_entity_of(relations["other_record"], entities), _by_identifier(relations, persons, entities))


def _ends(relations: pa.Table, persons: pa.Table) -> pa.ChunkedArray:
    """Last days of the relations; a placement of a child ends when it is 18."""
    at = pc.index_in(relations["record_id"], value_set=persons["record_id"].combine_chunks())
    birth = persons["birth_date"].combine_chunks().take(at.combine_chunks())
    born = birth.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    month = born.astype("datetime64[M]")
    # Days are counted on from the first of the month, so that 29 February becomes 1 March in a common year.
    grown = (month + np.timedelta64(18 * 12, "M")).astype("datetime64[D]") + (born - month.astype("datetime64[D]"))
    placed = pc.and_(pc.equal(relations["kind"], RelationKind.FOSTER_PARENT.value), pc.is_valid(birth))
    earlier = pc.min_element_wise(relations["valid_to"], pa.array(grown, pa.date32()), skip_nulls=True)
    return pc.if_else(placed, earlier, relations["valid_to"])


def _entity_of(records: pa.ChunkedArray, entities: pa.Table) -> pa.Array:
    at = pc.index_in(records, value_set=entities["record_id"].combine_chunks(), skip_nulls=True)
    return entities["entity_id"].combine_chunks().take(at.combine_chunks())


def _by_identifier(relations: pa.Table, persons: pa.Table, entities: pa.Table) -> pa.Array:
    """The one entity that bears each relation's other identifier."""
    lists = persons["identifiers"].combine_chunks()
    owner = pc.list_parent_indices(lists)
    borne = pc.list_flatten(lists)
    bearers = pa.table(
        {
            "register": persons["register"].combine_chunks().take(owner),
            "type": pc.struct_field(borne, "type"),
            "value": pc.struct_field(borne, "value"),
            "entity": _entity_of(persons["record_id"], entities).take(owner),
        }
    )
    proving = pc.is_in(bearers["type"], pa.array(sorted(LINKING_TYPES)))
    bearers = bearers.filter(pc.and_(proving, pc.is_valid(bearers["entity"])))
    everywhere = bearers.filter(pc.invert(pc.is_in(bearers["type"], pa.array(sorted(REGISTER_TYPES)))))
    said = relations["other_identifier"].combine_chunks()
    asked = {"type": pc.struct_field(said, "type"), "value": pc.struct_field(said, "value")}
    here = _sole_bearer(bearers, {"register": relations["register"].combine_chunks(), **asked})
    return pc.coalesce(here, _sole_bearer(everywhere, asked))


def _sole_bearer(bearers: pa.Table, asked: dict[str, pa.Array]) -> pa.Array:
    """The entity where exactly one bears what is asked for, null otherwise."""
    keys = pc.binary_join_element_wise(*(bearers[name] for name in asked), "\x1f")
    table = pa.table({"key": keys, "entity": bearers["entity"]})
    found = table.group_by("key", use_threads=False).aggregate([("entity", "min"), ("entity", "count_distinct")])
    found = found.filter(pc.equal(found["entity_count_distinct"], 1))
    wanted = pc.binary_join_element_wise(*asked.values(), "\x1f")
    at = pc.index_in(wanted, value_set=found["key"].combine_chunks(), skip_nulls=True)
    return found["entity_min"].combine_chunks().take(at)


def _once(table: pa.Table, ends: list[str]) -> pa.Table:
    """One row per pair, kind and days: the first register's, believed since anyone said so."""
    by = [*ends, "kind", "valid_from", "valid_to"]
    merged = table.group_by(by, use_threads=False).aggregate(
        [("register", "min"), ("known_from", "min"), ("known_to", "max")]
    )
    plain = [name.removesuffix("_min").removesuffix("_max") for name in merged.column_names]
    return merged.rename_columns(plain).sort_by([(name, "ascending") for name in by]).combine_chunks()
