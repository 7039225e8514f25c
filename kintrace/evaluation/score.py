"""Counts of right, wrong and missed events per child, and the scores made of them.

An answered event stands for the true event that most of its records tell of; the first answered
event that stands for a true event claims it, so a true event split in two is one right and one
wrong, and two true events joined in one leave one missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from kintrace.evaluation.answers import Answers
from kintrace.evaluation.truth import Truth

_PREPARE = """
create temp table event_map as
    select e.event_id, i.event, count(*) as n
    from events e join incident_records i using (incident_id)
    group by 1, 2 qualify row_number() over (partition by e.event_id order by count(*) desc, i.event) = 1;
create temp table families as
    select c.child, c.district, c.moved_district,
           coalesce(min(r.other), c.child) as family
    from children c left join relations r on r.person = c.child and r.kind in ('parent', 'adoptive_parent')
    where c.child is not null group by 1, 2, 3;
create temp table truth_events as
    select distinct h.child, h.event, h.cross_district from histories h
    where h.class in ('A', 'C') and not h.sealed;
create temp table sealed_truth as select distinct child, event from histories where sealed;
create temp table answered as
    select distinct c.child, r.event_id, m.event, ev.district
    from rows r join child_entities c on c.entity_id = r.child_id
    join event_map m on m.event_id = r.event_id join true_events ev on ev.event = m.event
    where r.klass in ('A', 'C')
      and r.event_id not in (select event_id from sealed_events)
      and not exists (select 1 from sealed_truth s where s.child = c.child and s.event = m.event);
create temp table judged as
    select a.child, a.event_id, a.event,
           a.district is distinct from f.district and f.moved_district as cross_district,
           (t.event is not null and row_number() over (partition by a.child, a.event order by a.event_id) = 1)::int
               as hit
    from answered a join families f using (child)
    left join truth_events t on t.child = a.child and t.event = a.event;
"""

_PER_CHILD = """
select f.family, f.child, coalesce(j.hits, 0)::bigint as hits, coalesce(j.answered, 0)::bigint as answered,
       coalesce(t.truth, 0)::bigint as truth
from families f
left join (select child, sum(hit) as hits, count(*) as answered from judged where {judged} group by 1) j using (child)
left join (select child, count(*) as truth from truth_events where {truth} group by 1) t using (child)
order by f.family, f.child
"""


@dataclass(frozen=True, slots=True)
class Score:
    """Micro recall and precision with 95 % family-bootstrap intervals, macro recall, and counts."""

    recall: float
    precision: float
    recall_interval: tuple[float, float]
    precision_interval: tuple[float, float]
    macro_recall: float
    true_events: int
    answered_events: int
    right_events: int
    children: int

    def to_json(self) -> dict[str, object]:
        """The fields that `evaluate --json` prints."""
        return {
            "recall": self.recall,
            "precision": self.precision,
            "ci": {"recall": list(self.recall_interval), "precision": list(self.precision_interval)},
            "macro_recall": self.macro_recall,
            "n": self.true_events,
            "answered": self.answered_events,
            "right": self.right_events,
            "children": self.children,
        }


def score_histories(answers: Answers, truth: Truth, *, seed: int, cross_district: bool) -> Score:
    """Score of class A and C events, overall or outside each child's present district."""
    with _database(answers, truth) as db:
        condition = "cross_district" if cross_district else "true"
        counts = db.sql(_PER_CHILD.format(judged=condition, truth=condition)).to_arrow_table()
    return _score(counts, seed)


def score_present_district(answers: Answers, truth: Truth, districts: pa.Table, *, seed: int, cross: bool) -> Score:
    """Score of what the child's present district sees alone: events that a register of its own records.

    `districts` has incident_id and district (of the register that holds the record).
    """
    with _database(answers, truth) as db:
        db.register("record_districts", districts)
        own = """
            exists (select 1 from events e join record_districts d using (incident_id)
                    where e.event_id = judged.event_id
                      and d.district = (select f.district from families f where f.child = judged.child))
        """
        condition = "cross_district" if cross else "true"
        sql = _PER_CHILD.format(judged=f"{condition} and {own}", truth=condition)
        return _score(db.sql(sql).to_arrow_table(), seed)


def strict_score(answers: Answers, truth: Truth) -> dict[str, float]:
    """Recall and precision on (child, event, person, role) of class A, persons by majority of records."""
    sql = """
    with majority as (
        select e.entity_id, r.person from entities e join records r using (record_id)
        group by 1, 2 qualify row_number() over (partition by e.entity_id order by count(*) desc, r.person) = 1),
    said as (
        select distinct c.child, m.event, p.person, r.role from rows r
        join child_entities c on c.entity_id = r.child_id join event_map m using (event_id)
        join majority p on p.entity_id = r.person_id
        where r.klass = 'A' and r.event_id not in (select event_id from sealed_events)
          and not exists (select 1 from sealed_truth s where s.child = c.child and s.event = m.event)),
    meant as (select distinct child, event, person, role from histories where class = 'A' and not sealed)
    select (select count(*) from said join meant using (child, event, person, role)),
           (select count(*) from said), (select count(*) from meant)
    """
    with _database(answers, truth) as db:
        row = db.execute(sql).fetchone()
    right, said, meant = row if row else (0, 0, 0)
    return {"recall": _ratio(right, meant), "precision": _ratio(right, said), "n": meant}


def attachments_wrong(answers: Answers, truth: Truth, involvements: pa.Table) -> float:
    """Incident mentions in an entity whose majority is another person, per 10,000 incident mentions."""
    sql = """
    with placed as (select e.record_id, e.entity_id, r.person from entities e join records r using (record_id)),
    majority as (
        select entity_id, person from placed group by 1, 2
        qualify row_number() over (partition by entity_id order by count(*) desc, min(record_id)) = 1)
    select avg((p.person <> m.person)::int) * 10000 from placed p join majority m using (entity_id)
    where p.record_id in (select record_id from involvements)
    """
    with _database(answers, truth) as db:
        db.register("involvements", involvements)
        row = db.execute(sql).fetchone()
    return round(float(row[0]), 2) if row and row[0] is not None else 0.0


def _database(answers: Answers, truth: Truth) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.register("rows", answers.rows)
    db.register("entities", answers.entities)
    db.register("events", answers.events)
    db.register("child_entities", answers.children)
    db.register("sealed_events", answers.sealed_events)
    for name in ("records", "incident_records", "histories", "children", "relations"):
        db.register(name, truth.tables[name])
    db.register("true_events", truth.tables["events"])
    db.execute(_PREPARE)
    return db


def _score(counts: pa.Table, seed: int) -> Score:
    hits, answered, truth = (counts.column(k).to_numpy().astype(np.int64) for k in ("hits", "answered", "truth"))
    family = counts.column("family").combine_chunks().dictionary_encode().indices.to_numpy()
    sums = np.stack([np.bincount(family, weights=v) for v in (hits, answered, truth)], axis=1)
    recall_interval, precision_interval = _bootstrap(sums, seed)
    seen = truth > 0
    return Score(
        recall=_ratio(hits.sum(), truth.sum()),
        precision=_ratio(hits.sum(), answered.sum()),
        recall_interval=recall_interval,
        precision_interval=precision_interval,
        macro_recall=round(float((hits[seen] / truth[seen]).mean()), 4) if seen.any() else 1.0,
        true_events=int(truth.sum()),
        answered_events=int(answered.sum()),
        right_events=int(hits.sum()),
        children=len(truth),
    )


def _bootstrap(sums: np.ndarray, seed: int, rounds: int = 1000) -> tuple[tuple[float, float], tuple[float, float]]:
    """95 % intervals by drawing families with replacement (multinomial weights)."""
    sums = sums[sums.any(axis=1)]
    if not len(sums):
        return (1.0, 1.0), (1.0, 1.0)
    rng = np.random.default_rng(seed)
    drawn = np.empty((rounds, 3))
    for i in range(rounds):
        weights = np.bincount(rng.integers(0, len(sums), len(sums)), minlength=len(sums))
        drawn[i] = weights @ sums
    recall = drawn[:, 0] / np.maximum(drawn[:, 2], 1)
    precision = drawn[:, 0] / np.maximum(drawn[:, 1], 1)
    return _interval(recall), _interval(precision)


def _interval(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return round(float(low), 4), round(float(high), 4)


def _ratio(part: int, whole: int) -> float:
    return round(float(part) / float(whole), 4) if whole else 1.0
