"""Cuts a graph to the families of incidents: the least that still answers every question about them.

Which children have an event that counts is computed for all at once, as a superset over every day
``as_of`` and every day of belief: whoever could ever be a member counts as one, for all the time that a
rule could ever give it. So a child inside has the same history as in the whole graph, and a child
outside has none at any time; the tests hold both claims.
"""

from __future__ import annotations

from graph.model import NODES, RELATIONSHIPS, GraphTables
from graph.projection.database import open_database
from linkage.vocabulary import COUNTED_ROLES, ONLOOKER_ROLES, OWN_ROLES, Role


def _words(roles: frozenset[Role]) -> str:
    """Roles as a list in SQL; they are our own words, never input."""
    return "(" + ", ".join(f"'{role.value}'" for role in sorted(roles)) + ")"


_CHILDREN = """
SELECT person_id AS child, birth_date AS birth, adult_from FROM Person
WHERE birth_date IS NOT NULL AND adult_from > (SELECT min(date) FROM Incident)
  AND birth_date <= (SELECT max(date) FROM Incident)
"""

_RELATIONS = "SELECT * FROM CHILD_OF WHERE kind IN ('parent', 'adoptive_parent') AND valid_from < valid_to"

_TOGETHER = """
SELECT start_id AS person, end_id AS other, valid_from, valid_to, certain FROM LIVED_WITH
UNION ALL SELECT end_id, start_id, valid_from, valid_to, certain FROM LIVED_WITH
"""

# `before` marks members whose earlier own roles can be shown (rules b, d and e).
_CANDIDATES = """
SELECT child, person, before, first, last FROM (
    SELECT child, child AS person, false AS before, birth AS first, adult_from AS last FROM children
    UNION ALL
    SELECT c.child, r.end_id, true, greatest(r.valid_from, c.birth),
           least(r.valid_to, coalesce(p.deceased, r.valid_to), c.adult_from)
    FROM children c JOIN relations r ON r.start_id = c.child JOIN Person p ON p.person_id = r.end_id
    UNION ALL
    SELECT c.child, s.start_id, false, greatest(r.valid_from, s.valid_from, c.birth),
           least(r.valid_to, s.valid_to, c.adult_from)
    FROM children c JOIN relations r ON r.start_id = c.child JOIN relations s ON s.end_id = r.end_id
    WHERE s.start_id <> c.child
    UNION ALL
    SELECT c.child, t.other, true, greatest(t.valid_from, c.birth), least(t.valid_to, c.adult_from)
    FROM children c JOIN together t ON t.person = c.child WHERE t.certain
) WHERE first < last
"""

_PARTS = """
SELECT v.start_id AS person, v.end_id AS event_id, v.role, i.date, i.counts
FROM INVOLVED_IN v JOIN Incident i ON i.event_id = v.end_id
"""

_HOME = """
SELECT DISTINCT c.child, i.event_id, i.domestic
FROM children c JOIN LIVED_AT s ON s.start_id = c.child JOIN Incident i ON i.place_id = s.end_id
WHERE s.unit AND NOT s.hub AND NOT s.sealed AND i.counts
  AND i.date >= greatest(s.valid_from, c.birth) AND i.date < least(s.valid_to, c.adult_from)
"""

_INSIDE = f"""
SELECT DISTINCT m.child, p.event_id, p.person, p.role IN {_words(COUNTED_ROLES)} AS counted
FROM candidates m JOIN parts p USING (person)
WHERE p.counts AND p.date >= m.first AND p.date < m.last
  AND p.role IN {_words(COUNTED_ROLES | ONLOOKER_ROLES)}
"""

# 3654 days are never less than ten years.
_TOUCHED = f"""
SELECT child, event_id FROM inside GROUP BY child, event_id HAVING bool_or(counted) OR count(DISTINCT person) > 1
UNION
SELECT child, event_id FROM inside JOIN home USING (child, event_id)
UNION
SELECT child, event_id FROM home WHERE domestic
UNION
SELECT m.child, p.event_id FROM candidates m JOIN parts p USING (person)
WHERE m.before AND p.counts AND p.role IN {_words(OWN_ROLES)} AND p.date < m.last AND p.date >= m.first - 3654
"""

_KEPT_EVENTS = """
SELECT DISTINCT event_id FROM touched
UNION
SELECT DISTINCT p.event_id FROM candidates m JOIN parts p USING (person)
WHERE NOT p.counts AND p.date >= m.first AND p.date < m.last AND m.child IN (SELECT child FROM core)
"""

_KEPT_PERSONS = """
SELECT child AS person FROM core
UNION SELECT person FROM candidates WHERE child IN (SELECT child FROM core)
UNION SELECT end_id FROM relations WHERE start_id IN (SELECT child FROM core)
UNION SELECT t.other FROM children c JOIN together t ON t.person = c.child
      WHERE c.child IN (SELECT child FROM core)
        AND t.valid_from < least(t.valid_to, c.adult_from) AND t.valid_to > c.birth
UNION SELECT end_id FROM CHILD_OF WHERE kind = 'foster_parent' AND start_id IN (SELECT child FROM core)
UNION SELECT person FROM parts WHERE event_id IN (SELECT event_id FROM touched)
"""

_KEPT_MENTIONS = """
SELECT record_id FROM Mention WHERE person_id IN (SELECT person FROM kept_persons)
  AND (record_id NOT IN (SELECT record_id FROM INVOLVED_IN)
       OR record_id IN (SELECT record_id FROM INVOLVED_IN WHERE end_id IN (SELECT event_id FROM kept_events)))
"""

_STEPS = {
    "children": _CHILDREN,
    "relations": _RELATIONS,
    "together": _TOGETHER,
    "candidates": _CANDIDATES,
    "parts": _PARTS,
    "home": _HOME,
    "inside": _INSIDE,
    "touched": _TOUCHED,
    "core": "SELECT DISTINCT child FROM touched",
    "kept_events": _KEPT_EVENTS,
    "kept_persons": _KEPT_PERSONS,
    "kept_mentions": _KEPT_MENTIONS,
    "kept_households": """
        SELECT DISTINCT end_id AS id FROM MEMBER_OF WHERE start_id IN (SELECT person FROM kept_persons)
    """,
    "kept_addresses": """
        SELECT end_id AS id FROM LIVED_AT WHERE start_id IN (SELECT person FROM kept_persons)
        UNION SELECT end_id FROM HOUSED_AT WHERE start_id IN (SELECT id FROM kept_households)
        UNION SELECT end_id FROM OCCURRED_AT WHERE start_id IN (SELECT event_id FROM kept_events)
    """,
}

_KEPT = {
    "Person": "SELECT person FROM kept_persons",
    "Mention": "SELECT record_id FROM kept_mentions",
    "Household": "SELECT id FROM kept_households",
    "Address": "SELECT id FROM kept_addresses",
    "Incident": "SELECT event_id FROM kept_events",
}
"""Ids that stay, by label; registers and districts are no persons and stay all."""

_PERSONS = """
SELECT p.* REPLACE (coalesce(m.mentions, 0) AS mentions, p.held AND p.person_id IN (SELECT child FROM core) AS held)
FROM Person p LEFT JOIN (
    SELECT person_id, count(*) AS mentions FROM Mention WHERE record_id IN (SELECT record_id FROM kept_mentions)
    GROUP BY person_id) m USING (person_id)
WHERE p.person_id IN (SELECT person FROM kept_persons)
"""


def within_incidents(tables: GraphTables) -> GraphTables:
    """The graph without whoever is outside the families of incidents, by :attr:`Scope.INCIDENT`.

    Kept are the children with an event of class A, B or C at any time, whoever could be a member of their
    families or share an address with them, and the persons involved in those events; of their mentions
    those in other incidents are left out.
    """
    kept: GraphTables = {}
    with open_database(tables) as database:
        for name, sql in _STEPS.items():
            database.keep(name, sql)
        for label, node in NODES.items():
            held = f"WHERE {node.table.key[0]} IN ({_KEPT[label]})" if label in _KEPT else ""
            kept[label] = database.shaped(
                _PERSONS if label == "Person" else f"SELECT * FROM {label} {held}", node.table
            )
        for name, shape in RELATIONSHIPS.items():
            ends = ((shape.start, "start_id"), (shape.end, "end_id"))
            holds = [f"{column} IN ({_KEPT[label]})" for label, column in ends if label in _KEPT]
            where = f"WHERE {' AND '.join(holds)}" if holds else ""
            kept[name] = database.shaped(f"SELECT * FROM {name} {where}", shape.table)
    return kept
