"""Comparisons of two runs in SQL: the tables of each are named with its side, ``earlier_`` or ``later_``.

What is asked of single records is asked of those in the table ``asked(record)``.
"""

from __future__ import annotations

_ENDS = """
SELECT coalesce(s.new, r.start_id) AS one, coalesce(e.new, r.end_id) AS other, r.* EXCLUDE (start_id, end_id)
FROM {side}_{table} r
LEFT JOIN {side}_successors s ON s.old = r.start_id LEFT JOIN {side}_successors e ON e.old = r.end_id
WHERE r.known_to = DATE '9999-12-31'
"""
"""Rows of the newest belief with persons as the later run calls them."""

_COLUMNS = {
    "CHILD_OF": "one, other, kind, valid_from, valid_to",
    "PARTNER_OF": "one, other, kind, valid_from, valid_to",
    "LIVED_WITH": "least(one, other) AS one, greatest(one, other) AS other, valid_from, valid_to, certain",
    "LIVED_AT": "one, other, valid_from, valid_to, unit, hub, sealed, record_id",
}
"""By relationship type: the columns that make a row the same."""

_BEFORE, _AFTER = ({table: _ENDS.format(side=side, table=table) for table in _COLUMNS} for side in ("earlier", "later"))

_PAIRS = """
SELECT DISTINCT one, other FROM (
    (SELECT {columns} FROM ({before}) EXCEPT SELECT {columns} FROM ({after}))
    UNION ALL (SELECT {columns} FROM ({after}) EXCEPT SELECT {columns} FROM ({before})))
"""

CHANGED_PAIRS = {
    table: _PAIRS.format(columns=columns, before=_BEFORE[table], after=_AFTER[table])
    for table, columns in _COLUMNS.items()
}
"""By relationship type: pairs of persons, or person and address, of whom a row is not the same."""

# A stay that the register states in the same words, at another address: nobody moved, and nobody corrected it.
_WASHED = """
SELECT DISTINCT b.one AS person FROM ({before}) a JOIN ({after}) b USING (record_id, valid_from, valid_to)
JOIN earlier_residences x ON x.record_id = a.record_id AND x.valid_from = a.valid_from
JOIN later_residences y ON y.record_id = b.record_id AND y.valid_from = b.valid_from AND x.stated = y.stated
WHERE a.one = b.one AND a.other <> b.other AND NOT a.sealed AND NOT b.sealed
  AND NOT EXISTS (SELECT 1 FROM ({before}) c WHERE c.record_id = b.record_id AND c.valid_from = b.valid_from
                  AND c.valid_to = b.valid_to AND c.other = b.other)
"""

WASHED_OTHERWISE = _WASHED.format(before=_BEFORE["LIVED_AT"], after=_AFTER["LIVED_AT"])
"""Persons with a stay that the register states as before and the run has at another address."""

OTHER_DATES = """
SELECT b.person_id FROM later_Person b
LEFT JOIN earlier_successors s ON s.new = b.person_id
JOIN earlier_Person a ON a.person_id = coalesce(s.old, b.person_id)
WHERE (a.birth_date, a.deceased) IS DISTINCT FROM (b.birth_date, b.deceased)
"""

RECORDS = """
SELECT coalesce(a.incident_id, b.incident_id) AS record, a.incident_id IS NOT NULL AS was,
       b.incident_id IS NOT NULL AS is_now, coalesce(a.known_to = DATE '9999-12-31', false) AS stood,
       coalesce(b.known_to = DATE '9999-12-31', false) AS stands,
       x.event_id AS event_before, y.event_id AS event_after, coalesce(a.stated = b.stated, false) AS same_place
FROM earlier_incidents a FULL JOIN later_incidents b USING (incident_id)
LEFT JOIN earlier_events x ON x.incident_id = a.incident_id LEFT JOIN later_events y ON y.incident_id = b.incident_id
WHERE coalesce(a.incident_id, b.incident_id) IN (SELECT record FROM asked)
"""

_PARTIES_OF = """
SELECT record_id, bool_or(known_to = DATE '9999-12-31') AS stands,
       string_agg(role, ' ' ORDER BY role) FILTER (known_to = DATE '9999-12-31') AS roles
FROM {side}_involvements GROUP BY record_id
"""

_PARTIES = """
SELECT coalesce(a.record_id, b.record_id) AS record, coalesce(a.stands, false), coalesce(b.stands, false),
       a.roles IS NOT DISTINCT FROM b.roles
FROM ({before}) a FULL JOIN ({after}) b USING (record_id)
WHERE coalesce(a.record_id, b.record_id) IN (SELECT record FROM asked)
"""

PARTIES = _PARTIES.format(before=_PARTIES_OF.format(side="earlier"), after=_PARTIES_OF.format(side="later"))
