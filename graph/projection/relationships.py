"""Relationship tables out of the resolution: who is whom, who lived where, who took part in what."""

from __future__ import annotations

import pyarrow as pa

from graph.model import RELATIONSHIPS
from graph.projection.database import Database

PROTECTED_ADDRESS = "'protected:' || {entity} || ':' || strftime({day}, '%Y-%m-%d')"
"""Id of the pseudo-address of one sealed stay."""

_EPISODES = f"""
SELECT entity_id,
       CASE WHEN sealed THEN {PROTECTED_ADDRESS.format(entity="entity_id", day="valid_from")}
            ELSE address_id END AS address_id,
       valid_from, valid_to, unit AND NOT sealed AS unit, hub AND NOT sealed AS hub, sealed, record_id, register,
       known_from, known_to
FROM episodes WHERE (sealed OR address_id IS NOT NULL) AND valid_from < valid_to
"""

_PLACES = """
SELECT e.event_id, i.incident_id, i.address_id, i.grade, a.unit, i.known_to, i.sealed
FROM incidents i JOIN events e USING (incident_id) JOIN addresses a ON a.address_id = i.address_id
WHERE NOT i.sealed
"""

_RECORDS = "SELECT e.event_id, e.reason, i.* FROM incidents i JOIN events e USING (incident_id)"

# What an event is, is settled on the records of the newest belief: those never withdrawn, if there are any.
_BELIEVED = "SELECT * FROM records QUALIFY known_to = max(known_to) OVER (PARTITION BY event_id)"

# A link is known once both its mentions are: the one that is placed, and the one it was placed by.
_LINKED = """
SELECT p.record_id, greatest(p.known_from, coalesce(a.known_from, p.known_from)) AS known_from,
       least(p.known_to, coalesce(a.known_to, p.known_to)) AS known_to
FROM persons p LEFT JOIN links l USING (record_id) LEFT JOIN persons a ON a.record_id = l.anchor_id
"""

_DATED = """
SELECT * FROM records
WHERE event_id IN (SELECT event_id FROM believed WHERE coalesce(occurred, reported) IS NOT NULL)
"""

_QUERIES = {
    "REFERS_TO": """
        SELECT p.record_id AS start_id, n.entity_id AS end_id, coalesce(l.match_weight, 0) AS match_weight,
               coalesce(l.probability, 1) AS probability, p.known_from, p.known_to
        FROM linked p JOIN entities n USING (record_id) LEFT JOIN links l USING (record_id)
    """,
    "STATED_IN": "SELECT record_id AS start_id, register AS end_id FROM persons JOIN entities USING (record_id)",
    "INVOLVED_IN": """
        SELECT n.entity_id AS start_id, d.event_id AS end_id, v.incident_id, v.record_id, v.role, v.stated_role,
               v.outcome, v.register, coalesce(l.probability, 1) AS probability,
               greatest(v.known_from, p.known_from) AS known_from, least(v.known_to, p.known_to) AS known_to
        FROM involvements v JOIN entities n USING (record_id) JOIN linked p USING (record_id)
        JOIN dated d USING (incident_id) LEFT JOIN links l USING (record_id)
    """,
    "RECORDED_IN": """
        SELECT event_id AS start_id, register AS end_id, incident_id, journal_number, category, code, occurred,
               reported, status, outcome, district, source_row, reason, verified, known_from, known_to
        FROM dated
    """,
    "OCCURRED_AT": """
        SELECT event_id AS start_id, address_id AS end_id, min(grade) AS grade
        FROM places WHERE event_id IN (SELECT event_id FROM dated) GROUP BY ALL
    """,
    "LIVED_AT": "SELECT entity_id AS start_id, address_id AS end_id, * EXCLUDE (entity_id, address_id) FROM stays",
    "LIVED_WITH": """
        SELECT left_entity AS start_id, right_entity AS end_id, valid_from, valid_to, certain, known_from, known_to
        FROM coresidence WHERE valid_from < valid_to
    """,
    # Adoption hides a parent relation that has ended; the newest belief decides, so that what is known by now
    # about an adoption also holds for questions about what was known earlier.
    "CHILD_OF": """
        WITH adoption AS (
            SELECT child_entity, min(valid_from) AS begun FROM kin
            WHERE kind = 'adoptive_parent' AND known_to = DATE '9999-12-31' GROUP BY child_entity
        )
        SELECT child_entity AS start_id, parent_entity AS end_id, kind, valid_from, valid_to, register, known_from,
               known_to,
               CASE WHEN kind = 'parent' AND begun IS NOT NULL THEN greatest(valid_to, begun)
                    ELSE DATE '9999-12-31' END AS hidden_from
        FROM kin LEFT JOIN adoption USING (child_entity)
    """,
    "PARTNER_OF": """
        SELECT left_entity AS start_id, right_entity AS end_id, kind, valid_from, valid_to, register, known_from,
               known_to
        FROM partners
    """,
    "MEMBER_OF": """
        SELECT entity_id AS start_id, household_id AS end_id, valid_from, valid_to, known_from, known_to
        FROM households WHERE valid_from < valid_to
    """,
    "HOUSED_AT": """
        SELECT DISTINCT household_id AS start_id, address_id AS end_id FROM households WHERE valid_from < valid_to
    """,
    "LIES_IN": """
        SELECT address_id AS start_id, district AS end_id FROM addresses
        WHERE district IS NOT NULL AND address_id IN (
            SELECT address_id FROM stays
            UNION ALL SELECT address_id FROM households WHERE valid_from < valid_to
            UNION ALL SELECT address_id FROM places WHERE event_id IN (SELECT event_id FROM dated))
    """,
    "HELD_BY": "SELECT register AS start_id, district AS end_id FROM registers WHERE district IS NOT NULL",
}


DONE_WITH = ("records", "linked", "dated")
"""What :func:`relationship_tables` keeps in the database for itself alone."""


def relationship_tables(database: Database) -> dict[str, pa.Table]:
    """Every relationship table; leaves ``stays``, ``places`` and ``believed`` in the database for the nodes."""
    database.keep("stays", _EPISODES)
    database.keep("places", _PLACES)
    database.keep("records", _RECORDS)
    database.keep("linked", _LINKED)
    database.keep("believed", _BELIEVED)
    database.keep("dated", _DATED)
    return {name: database.shaped(sql, RELATIONSHIPS[name].table) for name, sql in _QUERIES.items()}
