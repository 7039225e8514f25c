"""Node tables out of the resolution: persons as their mentions agree, events as their records agree."""

from __future__ import annotations

import pyarrow as pa

from graph.model import NODES
from graph.projection.database import Database
from linkage.vocabulary import DOMESTIC_CATEGORIES, EVENT_CATEGORIES

VAGUE_CATEGORIES = ("other", "investigation_number")
"""Categories that say less than any other: an event takes its name from another record if it can."""

_ADDRESS_LABEL = """
concat_ws(', ',
    nullif(concat_ws(' ', {a}.street, {a}.house_number), ''),
    nullif(concat_ws('. ', {a}.floor, {a}.door), ''),
    nullif(concat_ws(' ', {a}.postcode, {a}.city), ''))
"""

# Registers with one record per person know best; then what most mentions state; then the smallest value.
_AGREED = """
SELECT entity_id, {value} AS value FROM mentions WHERE {value} IS NOT NULL
GROUP BY entity_id, {value}
QUALIFY row_number() OVER (
    PARTITION BY entity_id
    ORDER BY bool_or(one_record_per_person) DESC, {preferred} DESC, count(*) DESC, {value}) = 1
"""

_MENTIONS = """
SELECT p.record_id, n.entity_id, nullif(concat_ws(' ', p.given, p.middle, p.surname), '') AS name, p.birth_date,
       p.birth_precision, p.sex, p.deceased, p.register, p.district, p.extract, p.source_row, p.known_from, p.known_to,
       p.sealed, coalesce(r.one_record_per_person, false) AS one_record_per_person
FROM persons p JOIN entities n USING (record_id) LEFT JOIN registers r ON r.register = p.register
"""

_PERSONS = """
SELECT c.entity_id AS person_id, name.value AS name, birth.value AS birth_date, death.value AS deceased,
       sex.value AS sex, c.mentions, c.entity_id IN (
           SELECT entity_id FROM protections JOIN entities USING (record_id)
           UNION ALL SELECT entity_id FROM stays WHERE sealed) AS protected,
       CASE WHEN month(birth.value) = 2 AND day(birth.value) = 29 THEN make_date(year(birth.value) + 18, 3, 1)
            ELSE make_date(year(birth.value) + 18, month(birth.value), day(birth.value)) END AS adult_from,
       true AS held
FROM (SELECT entity_id, count(*) AS mentions FROM mentions GROUP BY entity_id) c
LEFT JOIN agreed_name name USING (entity_id) LEFT JOIN agreed_birth birth USING (entity_id)
LEFT JOIN agreed_death death USING (entity_id) LEFT JOIN agreed_sex sex USING (entity_id)
"""

_INCIDENTS = f"""
WITH worded AS (
    SELECT *, category IN (SELECT word FROM event_words) AS counting FROM believed
), summary AS (
    SELECT event_id, coalesce(min(occurred), min(reported)) AS date,
           bool_or(category IN (SELECT word FROM domestic_words)) AS domestic,
           bool_or(counting) AS counts, bool_or(verified) AS verified, bool_or(sealed) AS sealed
    FROM worded GROUP BY event_id
), speaking AS (
    SELECT b.event_id, b.category, b.district, nullif({_ADDRESS_LABEL.format(a="b")}, '') AS label FROM worded b
    QUALIFY row_number() OVER (
        PARTITION BY event_id
        ORDER BY counting DESC, category IN (SELECT word FROM vague_words), verified DESC,
                 coalesce(occurred, reported), incident_id) = 1
), place AS (
    SELECT event_id, address_id FROM places JOIN (SELECT incident_id FROM believed) USING (incident_id)
    WHERE unit AND grade IN ('A', 'B')
    QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY grade, incident_id) = 1
)
SELECT s.event_id, s.date, k.category, s.domestic, s.counts,
       CASE WHEN s.sealed THEN NULL ELSE coalesce(a.district, k.district) END AS district,
       CASE WHEN s.sealed THEN NULL ELSE p.address_id END AS place_id,
       CASE WHEN s.sealed THEN 'protected' WHEN p.address_id IS NOT NULL THEN {_ADDRESS_LABEL.format(a="a")}
            ELSE k.label END AS place_label,
       s.verified, s.sealed
FROM summary s JOIN speaking k USING (event_id) LEFT JOIN place p USING (event_id)
LEFT JOIN addresses a ON a.address_id = p.address_id
WHERE s.date IS NOT NULL
"""

_ADDRESSES = f"""
SELECT a.address_id, a.access_id, coalesce(nullif({_ADDRESS_LABEL.format(a="a")}, ''), a.address_id) AS label,
       a.postcode, a.municipality, a.district, a.unit, a.hub, false AS sealed
FROM addresses a WHERE a.address_id IN (
    SELECT address_id FROM stays WHERE NOT sealed
    UNION ALL SELECT end_id FROM housed_at UNION ALL SELECT end_id FROM occurred_at)
UNION ALL
SELECT DISTINCT address_id, NULL, 'protected', NULL, NULL, NULL, false, false, true FROM stays WHERE sealed
"""

_REST = {
    "Mention": "SELECT entity_id AS person_id, * FROM mentions",
    "Household": """
        SELECT household_id, min(address_id) AS address_id, min(valid_from) AS valid_from, max(valid_to) AS valid_to
        FROM households WHERE valid_from < valid_to GROUP BY household_id
    """,
    "District": """
        SELECT DISTINCT district FROM (
            SELECT end_id AS district FROM lies_in UNION ALL SELECT end_id FROM held_by)
    """,
    "Register": """
        SELECT register, title, district, legal_basis, retention FROM registers
        UNION ALL
        SELECT DISTINCT register, register, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR FROM (
            SELECT end_id AS register FROM stated_in UNION ALL SELECT end_id FROM recorded_in)
        WHERE register NOT IN (SELECT register FROM registers)
    """,
}


def node_tables(database: Database, relationships: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Every node table; reads what :func:`graph.projection.relationships.relationship_tables` left behind."""
    for name in ("HOUSED_AT", "OCCURRED_AT", "LIES_IN", "HELD_BY", "STATED_IN", "RECORDED_IN"):
        database.add(name.lower(), relationships[name])
    for name, words in (
        ("event_words", EVENT_CATEGORIES),
        ("domestic_words", DOMESTIC_CATEGORIES),
        ("vague_words", VAGUE_CATEGORIES),
    ):
        database.add(name, pa.table({"word": sorted(words)}))
    database.keep("mentions", _MENTIONS)
    for name, value, preferred in (
        ("agreed_name", "name", "true"),
        ("agreed_birth", "birth_date", "bool_or(birth_precision = 'day')"),
        ("agreed_death", "deceased", "true"),
        ("agreed_sex", "sex", "true"),
    ):
        database.keep(name, _AGREED.format(value=value, preferred=preferred))
    queries = {"Person": _PERSONS, "Incident": _INCIDENTS, "Address": _ADDRESSES, **_REST}
    return {name: database.shaped(sql, NODES[name].table) for name, sql in queries.items()}
