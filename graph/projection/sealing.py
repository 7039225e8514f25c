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

from graph.projection.cutting import cut_time, hide_stays
from graph.projection.database import Database, open_database
from graph.projection.inputs import Tables
from linkage.tables import CANONICAL, PROTECTED_REGISTER, RESOLUTION
from linkage.vocabulary import Protection

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

# Equal content gets an ordinal; which of two equal rows comes first cannot be told from the result.
_NEW_INCIDENTS = """
WITH parts AS (
    SELECT v.incident_id, string_agg(concat_ws('/', n.entity_id, v.role, v.outcome), '|'
               ORDER BY n.entity_id, v.role, v.outcome) AS parts
    FROM involvements v JOIN entities n USING (record_id)
    WHERE v.incident_id IN (SELECT incident_id FROM events WHERE event_id IN (SELECT event_id FROM sealed_events))
    GROUP BY v.incident_id
), told AS (
    SELECT i.incident_id, concat_ws('|', i.category, i.code, i.occurred, i.reported, i.status, i.outcome, i.verified,
               i.known_from, i.known_to, p.parts) AS content
    FROM incidents i JOIN events e USING (incident_id) LEFT JOIN parts p USING (incident_id)
    WHERE NOT i.sealed AND e.event_id IN (SELECT event_id FROM sealed_events)
)
SELECT incident_id, 'protected:' || left(sha256('incident|' || content || '|'
    || row_number() OVER (PARTITION BY content ORDER BY incident_id)), 24) AS sealed_id
FROM told
"""

_NEW_RECORDS = """
WITH told AS (
    SELECT v.record_id, concat_ws('|', min(n.entity_id), min(p.given), min(p.middle), min(p.surname),
               min(p.birth_date), min(p.sex), string_agg(c.sealed_id || v.role, '|' ORDER BY c.sealed_id, v.role))
               AS content
    FROM involvements v JOIN new_incidents c USING (incident_id) JOIN entities n USING (record_id)
    JOIN persons p USING (record_id)
    WHERE NOT p.sealed GROUP BY v.record_id
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
    "new_incidents": _NEW_INCIDENTS,
    "new_records": _NEW_RECORDS,
    "new_events": _NEW_EVENTS,
}
_REWRITTEN = {"persons": "r", "incidents": "i", "involvements": "i", "events": None, "entities": None, "links": None}
"""Tables with ids to replace, and the replacement after which a row loses its location too."""
_KEYS = {"record_id": "r", "incident_id": "i", "event_id": "e"}
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
        sealed = {name: _rewritten(database, name, by=by) for name, by in _REWRITTEN.items()}
    cut = {
        "episodes": hide_stays(tables["episodes"], times),
        "coresidence": cut_time(tables["coresidence"], times, ("left_entity", "right_entity")),
        "households": cut_time(tables["households"], times, ("entity_id",)),
    }
    return {**tables, **sealed, **cut}


def _rewritten(database: Database, name: str, *, by: str | None) -> pa.Table:
    """A table with sealed ids in place of the old; where ``by`` was replaced, also without location."""
    shape = {**CANONICAL, **RESOLUTION}[name]
    columns, joins = [], []
    for column in shape.schema.names:
        if column in _KEYS:
            alias = _KEYS[column]
            table = {"r": "new_records", "i": "new_incidents", "e": "new_events"}[alias]
            joins.append(f"LEFT JOIN {table} {alias} ON {alias}.{column} = t.{column}")
            columns.append(f"coalesce({alias}.sealed_id, t.{column}) AS {column}")
        else:
            columns.append(f"{_value(column, by)} AS {column}" if by else f"t.{column}")
    return database.shaped(f"SELECT {', '.join(columns)} FROM {name} t {' '.join(joins)}", shape)


def _value(column: str, by: str) -> str:
    changed = f"{by}.sealed_id IS NOT NULL"
    if column in _LOCATION:
        return f"CASE WHEN {changed} THEN NULL ELSE t.{column} END"
    if column in _REGISTERS:
        return f"CASE WHEN {changed} THEN '{PROTECTED_REGISTER}' ELSE t.{column} END"
    if column == "source_row":
        return f"coalesce({by}.sealed_id, t.{column})"
    return f"t.{column} OR {changed}" if column == "sealed" else f"t.{column}"
