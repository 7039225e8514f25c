"""The persons that linkage confuses: how often their mentions reach them, and what else reaches them.

An *attachment* is a mention (a row of any register but the population's) in the entity of a registered
person. A group's recall is over the mentions of its persons, its precision over the attachments to them,
since that is what a reader of such a person's history sees. Groups overlap; who is in one says the truth.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from kintrace.evaluation.truth import Truth
from kintrace.pipeline.runs import Run
from linkage.calibration import Share, share_json

GROUPS = (
    "everybody",
    "twin",
    "sibling",
    "parent and child of one name",
    "neighbour or co-tenant of one name",
    "co-tenant at a hub",
    "immigrant",
    "transliterated name",
    "renumbered",
    "moved between districts",
    "stayed in one district",
    "common surname",
    "rare surname",
    "woman",
    "man",
    "under 18",
    "18 to 39",
    "40 to 64",
    "65 and over",
)
"""Headings, in the order in which they are told.

*Common*: one of the 20 commonest surnames of the population register. Ages are on the day of the question.
"""

_PREPARE = """
create temp table siblings as
    with parents as (select person, other from relations where kind in ('parent', 'adoptive_parent')),
    shared as (select other from parents group by 1 having count(distinct person) > 1)
    select distinct person from parents join shared using (other);
create temp table movers as
    select person from stays where district is not null and not secondary
    group by 1 having count(distinct district) > 1;
create temp table hub_tenants as select distinct person from stays where hub;
create temp table mentions as
    select p.record_id, g.one_record_per_person as registered, r.person, e.entity_id, p.surname
    from said p join registers g using (register) join records r using (record_id) join entities e using (record_id);
create temp table home as
    select person, min(entity_id) as entity_id from mentions where registered group by 1;
create temp table owner as
    select entity_id, min(person) as person from mentions where registered group by 1;
create temp table common_surnames as
    with top as (select surname from mentions where registered group by 1 order by count(*) desc, 1 limit 20)
    select distinct person from mentions join top using (surname) where registered;
create temp table majority as
    select entity_id, person as most from mentions group by 1, 2
    qualify row_number() over (partition by entity_id order by count(*) desc, min(record_id)) = 1;
create temp table judged as
    select m.record_id, m.person, o.person as attached, h.entity_id is not null as known,
           m.record_id in (select record_id from involvements) as incident, j.most <> m.person as misplaced
    from mentions m left join home h using (person) left join owner o on o.entity_id = m.entity_id
    join majority j on j.entity_id = m.entity_id
    where not m.registered
"""
_PEOPLE = """
create temp table people as
    select *, floor(date_diff('day', birth_date, cast(? as date)) / 365.25) as age from persons
"""

_MEMBERS = """
create temp table members as
    select 'everybody' as grp, person from people
    union all select 'twin', person from people where twin
    union all select 'sibling', person from people where person in (from siblings)
    union all select 'parent and child of one name', person from people where namesake_parent
    union all select 'neighbour or co-tenant of one name', person from people where namesake_neighbour
    union all select 'co-tenant at a hub', person from people where person in (from hub_tenants)
    union all select 'immigrant', person from people where immigrant
    union all select 'transliterated name', person from people where transliterated
    union all select 'renumbered', person from people where renumbered
    union all select 'moved between districts', person from people where person in (from movers)
    union all select 'stayed in one district', person from people where person not in (from movers)
    union all select 'common surname', person from people where person in (from common_surnames)
    union all select 'rare surname', person from people where person not in (from common_surnames)
    union all select 'woman', person from people where sex = 'F'
    union all select 'man', person from people where sex = 'M'
    union all select 'under 18', person from people where age < 18
    union all select '18 to 39', person from people where age between 18 and 39
    union all select '40 to 64', person from people where age between 40 and 64
    union all select '65 and over', person from people where age > 64
"""

_COUNT = """
with size as (select grp, count(*) as persons from members group by 1),
told as (
    select grp, count(*) filter (where known) as mentions,
           count(*) filter (where known and attached = person) as reached,
           count(*) filter (where incident) as incidents,
           count(*) filter (where incident and misplaced) as misplaced
    from judged join members using (person) group by 1),
attachments as (
    select grp, count(*) as attached, count(*) filter (where judged.person = judged.attached) as right_ones
    from judged join members on members.person = judged.attached group by 1)
select grp, persons, coalesce(mentions, 0), coalesce(reached, 0), coalesce(attached, 0), coalesce(right_ones, 0),
       coalesce(incidents, 0), coalesce(misplaced, 0)
from size left join told using (grp) left join attachments using (grp)
"""


def hard_cases(run: Run, truth: Truth, entities: pa.Table) -> list[dict[str, Any]]:
    """Precision and recall of attachments by group, with 95 % Wilson intervals.

    Args:
        run: The run whose registers were resolved.
        truth: The true persons.
        entities: The resolution to judge (``record_id``, ``entity_id``).

    Returns:
        One row per group: ``group``, ``persons``, ``mentions``; ``recall`` and ``precision`` with counts and
        intervals; ``wrong``: incident mentions in an entity whose majority is another person, and
        ``wrong_per_10000``. Empty where no population register is given.
    """
    with duckdb.connect() as db:
        for name in ("records", "persons", "relations", "stays"):
            db.register(name, truth.tables[name])
        db.register("entities", entities)
        db.register("said", run.read("load", "persons", ["record_id", "register", "surname"]))
        db.register("registers", run.read("load", "registers"))
        db.register("involvements", run.read("load", "involvements", ["record_id"]))
        for statement in _PREPARE.split(";"):
            db.execute(statement)
        db.execute(_PEOPLE, [truth.as_of])
        db.execute(_MEMBERS)
        if not (db.execute("select count(*) from home").fetchone() or (0,))[0]:
            return []
        counts = {row[0]: row[1:] for row in db.execute(_COUNT).fetchall()}
    return [_row(group, *counts.get(group, (0,) * 7)) for group in GROUPS]


def _row(group: str, persons: int, *counts: int) -> dict[str, Any]:
    mentions, reached, attached, right, incidents, misplaced = counts
    wrong = Share.of(misplaced, incidents)
    return {
        "group": group,
        "persons": persons,
        "mentions": mentions,
        "recall": share_json(Share.of(reached, mentions)),
        "precision": share_json(Share.of(right, attached)),
        "wrong": share_json(wrong),
        "wrong_per_10000": None if wrong.share is None else round(wrong.share * 10_000, 2),
    }
