"""Who is who in two runs: which entities went on, became one, came apart, and which mentions moved.

Ids are inherited from run to run, but two runs need not follow each other. So the later run's
partition is named once more after the earlier one: what shares most mentions is the same person.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from kintrace.differences.values import EntityChanges, Group, MovedMention
from kintrace.pipeline.runs import Run
from linkage.partition import name_entities

_STEPS = """
CREATE TABLE pairs AS
SELECT a.entity_id AS old, b.entity_id AS new, count(*) AS n
FROM earlier a JOIN later b USING (record_id) GROUP BY ALL;

CREATE TABLE sizes AS
SELECT entity_id AS id, count(*) FILTER (side = 1) AS was, count(*) FILTER (side = 2) AS now FROM (
    SELECT entity_id, 1 AS side FROM earlier UNION ALL SELECT entity_id, 2 FROM later) GROUP BY entity_id;

-- The later entity that goes on as the earlier one.
CREATE TABLE heirs AS
SELECT DISTINCT h.entity_id AS old, b.entity_id AS new
FROM named h JOIN later b USING (record_id) WHERE h.entity_id IN (SELECT entity_id FROM earlier);

-- Where an entity without an heir went: whole into one other, or into several.
CREATE TABLE absorbed AS
SELECT old, min(new) AS new, count(*) AS pieces FROM pairs
WHERE old NOT IN (SELECT old FROM heirs) GROUP BY old;

-- Where an entity that nobody goes on as came from: the earlier one of most of its mentions.
CREATE TABLE parted AS
SELECT new, old FROM pairs WHERE new NOT IN (SELECT new FROM heirs)
QUALIFY row_number() OVER (PARTITION BY new ORDER BY n DESC, old) = 1;

-- Mentions that are with another person now, and how that came.
CREATE TABLE shifted AS
SELECT record_id, a.entity_id AS old, b.entity_id AS new,
       CASE WHEN s.old IS NOT NULL THEN 'merge' WHEN p.new IS NOT NULL THEN 'split' ELSE 'moved' END AS how
FROM earlier a JOIN later b USING (record_id)
LEFT JOIN heirs h ON h.old = a.entity_id AND h.new = b.entity_id
LEFT JOIN absorbed s ON s.old = a.entity_id AND s.new = b.entity_id AND s.pieces = 1
LEFT JOIN parted p ON p.old = a.entity_id AND p.new = b.entity_id
WHERE h.old IS NULL;
"""

_COUNTS = """
SELECT (SELECT count(DISTINCT entity_id) FROM earlier), (SELECT count(DISTINCT entity_id) FROM later),
       (SELECT count(*) FROM heirs h JOIN pairs p USING (old, new)
        WHERE p.n = (SELECT was FROM sizes WHERE id = h.old) AND p.n = (SELECT now FROM sizes WHERE id = h.new)),
       (SELECT count(*) FROM heirs),
       (SELECT count(DISTINCT entity_id) FROM later WHERE entity_id NOT IN (SELECT new FROM pairs)),
       (SELECT count(DISTINCT entity_id) FROM earlier WHERE entity_id NOT IN (SELECT old FROM pairs)),
       (SELECT count(*) FROM absorbed), (SELECT count(*) FROM parted),
       (SELECT count(*) FROM shifted WHERE how = 'moved')
"""

_MERGES = """
SELECT new, list(old ORDER BY old) FROM (
    SELECT new, old FROM absorbed WHERE pieces = 1
    UNION SELECT h.new, h.old FROM heirs h WHERE h.new IN (SELECT new FROM absorbed WHERE pieces = 1))
WHERE new IN (SELECT id FROM shown) GROUP BY new ORDER BY new LIMIT ?
"""

_SPLITS = """
SELECT old, list(new ORDER BY new) FROM (
    SELECT old, new FROM parted
    UNION SELECT h.old, h.new FROM heirs h WHERE h.old IN (SELECT old FROM parted)
    UNION SELECT p.old, p.new FROM pairs p JOIN absorbed s USING (old) WHERE s.pieces > 1)
WHERE old IN (SELECT id FROM shown) GROUP BY old ORDER BY old LIMIT ?
"""

_MOVES = """
SELECT record_id, old, new FROM shifted
WHERE how = 'moved' AND record_id IN (SELECT record_id FROM shown_records) ORDER BY record_id LIMIT ?
"""

_NEW = """
SELECT DISTINCT entity_id FROM later
WHERE entity_id NOT IN (SELECT new FROM pairs) AND entity_id IN (SELECT id FROM shown) ORDER BY 1 LIMIT ?
"""

_GONE = """
SELECT DISTINCT entity_id FROM earlier
WHERE entity_id NOT IN (SELECT old FROM pairs) AND entity_id IN (SELECT id FROM shown) ORDER BY 1 LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class EntityMap:
    """How the persons of the earlier run are called in the later one."""

    changes: EntityChanges
    successors: pa.Table
    """old, new: whom an earlier entity goes on as, or merged into."""
    shifted: pa.Table
    """record_id, old, new, how (merge, split, moved): mentions that are with another person now."""


def compare_entities(earlier: Run, later: Run, limit: int) -> EntityMap:
    """Every change of who is who. Only ids within the graphs' scope are listed; the rest is counted."""
    one, other = (run.read("resolve", "entities") for run in (earlier, later))
    named = name_entities(other.rename_columns(["record_id", "cluster"]), one).entities
    mentions = [run.read("graph", "Mention", ["record_id", "person_id"]) for run in (earlier, later)]
    with duckdb.connect() as database:
        for name, table in (("earlier", one), ("later", other), ("named", named)):
            database.register(name, table)
        database.register("mention_one", mentions[0])
        database.register("mention_other", mentions[1])
        database.execute(_STEPS)
        database.execute(
            "CREATE TABLE shown AS SELECT person_id AS id FROM mention_one UNION SELECT person_id FROM mention_other"
        )
        database.execute(
            "CREATE TABLE shown_records AS SELECT record_id FROM mention_one JOIN mention_other USING (record_id)"
        )
        changes = _changes(database, limit)
        successors = database.sql(
            "SELECT old, new FROM heirs UNION ALL SELECT old, new FROM absorbed WHERE pieces = 1 ORDER BY old"
        ).to_arrow_table()
        shifted = database.sql("SELECT * FROM shifted ORDER BY record_id").to_arrow_table()
    return EntityMap(changes, successors, shifted)


def _changes(database: duckdb.DuckDBPyConnection, limit: int) -> EntityChanges:
    counted = database.execute(_COUNTS).fetchone()
    before, after, unchanged, heirs, new, gone, merged, split, moved = counted or (0,) * 9

    def listed(sql: str) -> list[tuple[str, ...]]:
        return database.execute(sql, [limit]).fetchall()

    return EntityChanges(
        before=before,
        after=after,
        unchanged=unchanged,
        changed=heirs - unchanged,
        new=new,
        gone=gone,
        merged=merged,
        split=split,
        moved=moved,
        merges=tuple(Group(one, tuple(others)) for one, others in listed(_MERGES)),
        splits=tuple(Group(one, tuple(others)) for one, others in listed(_SPLITS)),
        moves=tuple(MovedMention(*row) for row in listed(_MOVES)),
        new_ids=tuple(row[0] for row in listed(_NEW)),
        gone_ids=tuple(row[0] for row in listed(_GONE)),
    )
