"""One evaluation: our answers beside the ceiling, the present district and, if asked, recordlinkage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from kintrace.errors import TruthError
from kintrace.evaluation.answers import Answers, answers_of_run, answers_with_entities, true_entities
from kintrace.evaluation.calibrated import calibration
from kintrace.evaluation.hard_cases import hard_cases
from kintrace.evaluation.score import attachments_wrong, score_histories, score_present_district, strict_score
from kintrace.evaluation.truth import Truth, read_truth
from kintrace.pipeline.runs import Run


def evaluate(
    run: Run, truth_folder: Path, *, seed: int = 1, recordlinkage: bool = False, note: Callable[[str], None] = print
) -> dict[str, Any]:
    """Scores of a run's family histories and links as `evaluate --json` prints them.

    Raises:
        TruthError: The truth belongs to other registers than the run.
    """
    truth = read_truth(truth_folder)
    _check_same_world(run, truth)
    note("asking for every child's history")
    own = answers_of_run(run, truth)
    note("asking again with the true entities (the ceiling)")
    ceiling = answers_with_entities(run, truth, true_entities(run, truth))
    involvements = run.read("load", "involvements", ["record_id"])
    districts = run.read("load", "incidents", ["incident_id", "district"])
    result: dict[str, Any] = {"run": str(run.path), "as_of": truth.as_of.isoformat(), "noise": truth.manifest["noise"]}
    for name, cross in (("family_history", False), ("family_history_cross_district", True)):
        result[name] = {
            **score_histories(own, truth, seed=seed, cross_district=cross).to_json(),
            "ceiling": _short(score_histories(ceiling, truth, seed=seed, cross_district=cross).to_json()),
            "baseline": _short(score_present_district(own, truth, districts, seed=seed, cross=cross).to_json()),
        }
    result["strict"] = strict_score(own, truth)
    result["attachments_wrong"] = attachments_wrong(own, truth, involvements)
    result["sealed"] = _sealed(own, truth)
    result["mentions"] = _mention_bands(own, truth, run)
    result["hard_cases"] = hard_cases(run, truth, own.entities)
    result["calibration"] = calibration(run, truth)
    if recordlinkage:
        note("resolving with recordlinkage")
        result["recordlinkage"] = _recordlinkage(run, truth, seed)
    return result


def _short(score: dict[str, Any]) -> dict[str, Any]:
    return {k: score[k] for k in ("recall", "precision")}


def _check_same_world(run: Run, truth: Truth) -> None:
    records = truth.tables["records"].select(["record_id"])
    entities = run.read("resolve", "entities", ["record_id"])
    known = entities.join(records, "record_id", join_type="inner").num_rows
    if known < 0.9 * entities.num_rows:
        raise TruthError(
            f"the truth knows {known:,} of the run's {entities.num_rows:,} mentions",
            where=str(run.path),
            hint="give the truth of the same synthetic Denmark",
        )


def _sealed(own: Answers, truth: Truth) -> dict[str, int]:
    """Spells under special protection, apart: true (child, event) pairs, and sealed events answered."""
    with duckdb.connect() as db:
        db.register("histories", truth.tables["histories"])
        db.register("rows", own.rows)
        db.register("sealed", own.sealed_events)
        meant = db.execute("select count(distinct (child, event)) from histories where sealed and class <> 'B'")
        true_pairs = (meant.fetchone() or (0,))[0]
        said = db.execute(
            "select count(distinct (child_id, event_id)) from rows join sealed using (event_id) where klass <> 'B'"
        )
        return {"true": true_pairs, "answered": (said.fetchone() or (0,))[0]}


def _mention_bands(own: Answers, truth: Truth, run: Run) -> list[dict[str, Any]]:
    """Incident mentions by what they state, with where they went.

    `found` is the share in the entity of their person's registration, `wrong_per_10000` those in
    somebody else's.
    """
    sql = """
    with home as (
        select r.person, min(e.entity_id) as entity_id from records r join entities e using (record_id)
        join persons p using (record_id) join registers g on g.register = p.register
        where g.one_record_per_person group by 1),
    owner as (select entity_id, min(person) as person from home group by 1),
    mention as (
        select r.person, e.entity_id,
               list_contains(list_transform(p.identifiers, lambda i: i.type), 'CPR') as cpr,
               p.birth_date is not null as born
        from persons p join registers g on g.register = p.register and not g.one_record_per_person
        join records r using (record_id) join entities e using (record_id))
    select case when m.cpr then 'number' when m.born then 'birth date, no number' else 'neither' end as states,
           count(*) as n, avg((h.entity_id = m.entity_id)::int) as found,
           avg((coalesce(o.person, m.person) <> m.person)::int) * 10000 as wrong
    from mention m join home h using (person) left join owner o on o.entity_id = m.entity_id
    group by 1 order by 1
    """
    with duckdb.connect() as db:
        db.register("records", truth.tables["records"])
        db.register("entities", own.entities)
        db.register("persons", run.read("load", "persons", ["record_id", "register", "identifiers", "birth_date"]))
        db.register("registers", run.read("load", "registers"))
        rows = db.execute(sql).fetchall()
    return [
        {"states": s, "n": n, "found": round(found, 4), "wrong_per_10000": round(wrong, 1)}
        for s, n, found, wrong in rows
    ]


def _recordlinkage(run: Run, truth: Truth, seed: int) -> dict[str, Any]:
    from linkage.people.baseline import resolve_by_recordlinkage

    entities = resolve_by_recordlinkage(run.read("load", "persons"), run.read("wash", "residences"), seed=seed)
    answers = answers_with_entities(run, truth, entities)
    return {
        name: _short(score_histories(answers, truth, seed=seed, cross_district=cross).to_json())
        for name, cross in (("family_history", False), ("family_history_cross_district", True))
    }
