"""Seals what only linkage could recognise: places of persons under special protection, once more, by entity.

Loading seals by identifier, or by exact name and birth date (``docs/architecture.md``). A mention that
linkage alone gives to a protected person comes here unsealed. For every event that such a person has a
part in on a day inside the protection, all records lose what tells a place, and every id made from it
is replaced by a digest of what remains; stays, shared stays and households are cut at the protection's
borders and lose the part inside. A child that lives with a protected person has sealed stays from
loading, which are protection by themselves.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from graph.projection.cutting import cut_time, hide_stays
from graph.projection.database import Database, open_database
from graph.projection.inputs import Tables
from linkage.tables import CANONICAL, PROTECTED_REGISTER, RESOLUTION
from linkage.vocabulary import IdentifierType, Protection, RelationKind

_TIMES = f"""
SELECT DISTINCT entity_id, valid_from, valid_to FROM (
    SELECT n.entity_id, p.valid_from, p.valid_to FROM protections p JOIN entities n USING (record_id)
    WHERE p.kind = '{Protection.SPECIAL.value}'
    UNION ALL SELECT entity_id, valid_from, valid_to FROM episodes WHERE sealed)
WHERE valid_from < valid_to ORDER BY ALL
"""

_SEALED_EVENTS = """
SELECT DISTINCT e.event_id FROM events e JOIN incidents i USING (incident_id)
LEFT JOIN involvements v USING (incident_id) LEFT JOIN entities n ON n.record_id = v.record_id
LEFT JOIN times t ON t.entity_id = n.entity_id
    AND coalesce(i.occurred, i.reported) >= t.valid_from AND coalesce(i.occurred, i.reported) < t.valid_to
WHERE i.sealed OR t.entity_id IS NOT NULL
"""


def _content(*columns: str) -> str:
    """One text of several columns in which a null differs from every value and no value reaches its neighbour."""
    return " || chr(31) || ".join(f"coalesce(CAST({column} AS VARCHAR), chr(30))" for column in columns)


_IDENTIFIERS = f"[i.type || '=' || i.value for i in p.identifiers if i.type <> '{IdentifierType.LOCAL.value}']"
_WHO = f"""
SELECT p.record_id, sha256({
    _content(
        *("n.entity_id", "l.match_weight", "l.probability", "p.given", "p.middle", "p.surname"),
        *("array_to_string(p.earlier_surnames, chr(29))", "p.birth_date", "p.birth_precision", "p.sex", "p.deceased"),
        *(f"array_to_string({_IDENTIFIERS}, chr(29))", "p.known_from", "p.known_to", "a.known_from", "a.known_to"),
    )
}) AS who
FROM persons p JOIN entities n USING (record_id) LEFT JOIN links l USING (record_id)
LEFT JOIN persons a ON a.record_id = l.anchor_id
WHERE p.record_id IN (SELECT v.record_id FROM involvements v JOIN events e USING (incident_id)
    JOIN sealed_events USING (event_id))
"""

_PARTS = f"""
SELECT v.incident_id, v.record_id, sha256({
    _content("w.who", "v.role", "v.stated_role", "v.outcome", "v.known_from", "v.known_to")
}) AS part
FROM involvements v JOIN who w USING (record_id) JOIN events e USING (incident_id) JOIN sealed_events USING (event_id)
"""

# An id is made from all that a sealed row still shows, so rows that share a content are true equals: which of
# them gets which ordinal cannot be told from the result. Equal events are numbered together, incident by incident.
_NEW_INCIDENTS = f"""
WITH played AS (
    SELECT incident_id, string_agg(part, '|' ORDER BY part) AS parts FROM parts GROUP BY incident_id
), told AS (
    SELECT i.incident_id, e.event_id, i.sealed, sha256({
    _content(
        *("i.category", "i.code", "i.occurred", "i.reported", "i.status", "i.outcome", "i.verified"),
        *("i.known_from", "i.known_to", "e.reason", "p.parts"),
    )
}) AS told
    FROM incidents i JOIN events e USING (incident_id) JOIN sealed_events USING (event_id)
    LEFT JOIN played p USING (incident_id)
), together AS (
    SELECT event_id, string_agg(told, '|' ORDER BY told) AS event FROM told GROUP BY event_id
), whole AS (
    SELECT incident_id, event_id, told || '|' || event AS content FROM told JOIN together USING (event_id)
    WHERE NOT sealed
)
SELECT incident_id, 'protected:' || left(sha256('incident|' || content || '|'
    || row_number() OVER (PARTITION BY content ORDER BY event_id, incident_id)), 24) AS sealed_id
FROM whole
"""

_NEW_RECORDS = """
WITH told AS (
    SELECT record_id, who || '|' || string_agg(c.sealed_id || s.part, '|' ORDER BY c.sealed_id, s.part) AS content
    FROM parts s JOIN new_incidents c USING (incident_id) JOIN who USING (record_id) JOIN persons p USING (record_id)
    WHERE NOT p.sealed GROUP BY record_id, who
)
SELECT record_id, 'protected:' || left(sha256('record|' || content || '|'
    || row_number() OVER (PARTITION BY content ORDER BY record_id)), 24) AS sealed_id
FROM told
"""

_NEW_EVENTS = """
SELECT event_id, 'protected:' || left(sha256('event|' || string_agg(coalesce(sealed_id, incident_id), '|'
    ORDER BY coalesce(sealed_id, incident_id))), 24) AS sealed_id
FROM events LEFT JOIN new_incidents USING (incident_id)
WHERE event_id IN (SELECT event_id FROM events JOIN new_incidents USING (incident_id))
GROUP BY event_id
"""

_STEPS = {
    "times": _TIMES,
    "sealed_events": _SEALED_EVENTS,
    "who": _WHO,
    "parts": _PARTS,
    "new_incidents": _NEW_INCIDENTS,
    "new_records": _NEW_RECORDS,
    "new_events": _NEW_EVENTS,
}
_REWRITTEN = {"persons": "r", "incidents": "i", "involvements": "i", "events": None, "entities": None, "links": None}
"""Tables with ids to replace, and the replacement after which a row loses its location too."""
_KEYS = {"record_id": ("r", "new_records"), "incident_id": ("i", "new_incidents"), "event_id": ("e", "new_events")}
"""Columns that hold an id, with the table of its replacements and that table's alias."""
_PLACES = ("street", "house_number", "floor", "door", "locality", "postcode", "city", "municipality", "address_id")
_LOCATION = frozenset({*_PLACES, "access_id", "grade", "journal_number", "journal_reference", "district"})
_REGISTERS = frozenset({"register", "extract"})


def seal_by_entity(tables: Tables) -> Tables:
    """The tables with every event, stay and household of a protected time without its place."""
    with open_database(tables) as database:
        times = database.arrow(_TIMES)
        if not times.num_rows:
            return tables
        for name, sql in _STEPS.items():
            database.keep(name, sql)
        sealed = {name: _rewritten(database, tables[name], name, by=by) for name, by in _REWRITTEN.items()}
    cut = {
        "episodes": hide_stays(tables["episodes"], times),
        "kin": _without_sealed_care(tables["kin"], times),
        "coresidence": cut_time(tables["coresidence"], times, ("left_entity", "right_entity")),
        "households": cut_time(tables["households"], times, ("entity_id",)),
    }
    return {**tables, **sealed, **cut}


def _without_sealed_care(kin: pa.Table, times: pa.Table) -> pa.Table:
    """Kin without foster care in a child's protected time: with whom a child is placed says where it lives."""
    care = pc.equal(kin["kind"], RelationKind.FOSTER_PARENT.value)
    return pa.concat_tables([kin.filter(pc.invert(care)), cut_time(kin.filter(care), times, ("child_entity",))])


def _rewritten(database: Database, table: pa.Table, name: str, *, by: str | None) -> pa.Table:
    """A table with sealed ids in place of the old; where ``by`` was replaced, also without location.

    Few rows hold an id that was replaced; all others pass as they are.
    """
    shape = {**CANONICAL, **RESOLUTION}[name]
    columns, joins = [], []
    touched = pa.array([False] * len(table), pa.bool_())
    for column in shape.schema.names:
        if column in _KEYS:
            alias, new = _KEYS[column]
            joins.append(f"LEFT JOIN {new} {alias} ON {alias}.{column} = t.{column}")
            columns.append(f"coalesce({alias}.sealed_id, t.{column}) AS {column}")
            old = database.arrow(f"SELECT {column} FROM {new}").column(column).combine_chunks()
            touched = pc.or_(touched, pc.is_in(table.column(column), value_set=old))
        else:
            columns.append(f"{_value(column, by)} AS {column}" if by else f"t.{column}")
    database.add("touched", table.filter(touched))
    made = database.shaped(f"SELECT {', '.join(columns)} FROM touched t {' '.join(joins)}", shape)
    return pa.concat_tables([table.filter(pc.invert(touched)), made])


def _value(column: str, by: str) -> str:
    changed = f"{by}.sealed_id IS NOT NULL"
    if column in _LOCATION:
        return f"CASE WHEN {changed} THEN NULL ELSE t.{column} END"
    if column in _REGISTERS:
        return f"CASE WHEN {changed} THEN '{PROTECTED_REGISTER}' ELSE t.{column} END"
    if column == "identifiers":
        # A register's own person key would name the register.
        kept = f"[i FOR i IN t.identifiers IF i.type <> '{IdentifierType.LOCAL.value}']"
        return f"CASE WHEN {changed} THEN {kept} ELSE t.{column} END"
    if column == "source_row":
        return f"coalesce({by}.sealed_id, t.{column})"
    return f"t.{column} OR {changed}" if column == "sealed" else f"t.{column}"
