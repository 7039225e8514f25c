"""What counts as right, wrong and missed, on tables small enough to count by hand.

The truth: Ada (child, family of her mother Mo) and her brother Bo live in Fyn now, Ada came from Nordjylland. Four
true events, one record each: e1 and e2 in Nordjylland, e3 and e4 in Fyn.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pytest

from kintrace.evaluation.answers import Answers
from kintrace.evaluation.score import (
    Score,
    attachments_wrong,
    score_histories,
    score_present_district,
    strict_score,
)
from kintrace.evaluation.truth import Truth

DISTRICT = {"e1": "Nordjylland", "e2": "Nordjylland", "e3": "Fyn", "e4": "Fyn"}
ALL = tuple((child, event) for child in ("ada", "bo") for event in DISTRICT)

TEXT = pa.string()
ROWS = pa.schema([(name, TEXT) for name in ("child_id", "event_id", "klass", "person_id", "role")])
HISTORIES = pa.schema(
    [
        *((name, TEXT) for name in ("child", "event", "class", "person", "role")),
        ("cross_district", pa.bool_()),
        ("sealed", pa.bool_()),
    ]
)


def table(schema: pa.Schema, rows: Iterable[tuple[object, ...]]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def texts(names: str, *rows: tuple[str, ...]) -> pa.Table:
    return table(pa.schema([(name, TEXT) for name in names.split()]), rows)


def truth(
    histories: Iterable[tuple[str, str]] = ALL, *, klass: str = "A", sealed: frozenset[str] = frozenset()
) -> Truth:
    """Ada moved, Bo was born in Fyn; each true (child, event) has their mother as suspect."""
    person, role = ("mo", "SUSPECT") if klass == "A" else (None, None)
    told = [
        (child, event, klass, person, role, child == "ada" and DISTRICT[event] != "Fyn", event in sealed)
        for child, event in histories
    ]
    children = pa.schema([("child", TEXT), ("district", TEXT), ("moved_district", pa.bool_())])
    return Truth(
        {
            "records": texts(
                "record_id person", ("ra", "ada"), ("rb", "bo"), ("rm", "mo"), ("rx", "mo"), ("ry", "ida")
            ),
            "incident_records": texts("incident_id event", *((f"i{e[1]}", e) for e in DISTRICT)),
            "relations": texts("person other kind", ("ada", "mo", "parent"), ("bo", "mo", "parent")),
            "events": texts("event district", *DISTRICT.items()),
            "children": table(children, [("ada", "Fyn", True), ("bo", "Fyn", False)]),
            "histories": table(HISTORIES, told),
        },
        {"as_of": "2025-12-31", "noise": "typical"},
    )


def answers(
    said: Iterable[tuple[str, str]] = ALL,
    *,
    events: dict[str, str] | None = None,
    klass: str = "A",
    sealed: tuple[str, ...] = (),
) -> Answers:
    """What a run answers: (child, event id) pairs, and the event id of each incident record."""
    events = {f"i{n}": f"v{n}" for n in range(1, 5)} if events is None else events
    named = ("E-mo", "SUSPECT") if klass == "A" else (None, None)
    return Answers(
        entities=texts(
            "record_id entity_id", ("ra", "E-ada"), ("rb", "E-bo"), ("rm", "E-mo"), ("rx", "E-mo"), ("ry", "E-mo")
        ),
        events=texts("incident_id event_id", *events.items()),
        children=texts("child entity_id", ("ada", "E-ada"), ("bo", "E-bo")),
        rows=table(ROWS, ((f"E-{child}", event, klass, *named) for child, event in said)),
        sealed_events=texts("event_id", *((event,) for event in sealed)),
    )


WHOLE = tuple((child, event.replace("e", "v")) for child, event in ALL)


def scored(given: Answers, meant: Truth, *, cross: bool = False) -> Score:
    return score_histories(given, meant, seed=1, cross_district=cross)


def test_everything_right_is_one_and_one() -> None:
    score = scored(answers(WHOLE), truth())
    assert (score.recall, score.precision, score.macro_recall) == (1.0, 1.0, 1.0)
    assert (score.true_events, score.answered_events, score.right_events, score.children) == (8, 8, 8, 2)


def test_a_missed_event_costs_recall_and_a_foreign_one_precision() -> None:
    missed = scored(answers(pair for pair in WHOLE if pair != ("ada", "v1")), truth())
    assert (missed.recall, missed.precision) == (0.875, 1.0)
    assert missed.macro_recall == 0.875
    wrong = scored(answers(WHOLE), truth(pair for pair in ALL if pair != ("ada", "e1")))
    assert (wrong.recall, wrong.precision) == (1.0, 0.875)


def test_an_event_split_in_two_is_one_right_and_one_wrong() -> None:
    two = {"i1": "v1", "j1": "v5", "i2": "v2", "i3": "v3", "i4": "v4"}
    meant = truth()
    meant.tables["incident_records"] = texts(
        "incident_id event", ("i1", "e1"), ("j1", "e1"), ("i2", "e2"), ("i3", "e3"), ("i4", "e4")
    )
    score = scored(answers((*WHOLE, ("ada", "v5")), events=two), meant)
    assert (score.right_events, score.answered_events, score.true_events) == (8, 9, 8)


def test_two_events_joined_in_one_leave_one_missed() -> None:
    one = {"i1": "v1", "i2": "v1", "i3": "v3", "i4": "v4"}
    said = [(child, event) for child, event in WHOLE if event != "v2"]
    score = scored(answers(said, events=one), truth())
    assert (score.right_events, score.answered_events, score.true_events) == (6, 6, 8)


def test_a_joined_event_stands_for_the_true_one_most_of_its_records_tell_of() -> None:
    meant = truth([("ada", "e2")])
    meant.tables["incident_records"] = texts("incident_id event", ("i1", "e1"), ("i2", "e2"), ("k2", "e2"))
    joined = {"i1": "v", "i2": "v", "k2": "v"}
    score = scored(answers([("ada", "v")], events=joined), meant)
    assert (score.right_events, score.answered_events, score.true_events) == (1, 1, 1)


def test_outside_the_present_district_counts_only_for_children_who_changed_it() -> None:
    score = scored(answers(WHOLE), truth(), cross=True)
    assert (score.right_events, score.answered_events, score.true_events) == (2, 2, 2)
    missed = scored(answers(pair for pair in WHOLE if pair != ("ada", "v2")), truth(), cross=True)
    assert (missed.recall, missed.precision) == (0.5, 1.0)
    wrong_at_home = scored(answers(WHOLE), truth(pair for pair in ALL if pair != ("ada", "e3")), cross=True)
    assert wrong_at_home.precision == 1.0


def test_events_before_a_member_joined_are_no_part_of_the_score() -> None:
    score = scored(answers(WHOLE, klass="B"), truth(klass="B"))
    assert (score.true_events, score.answered_events) == (0, 0)
    assert (score.recall, score.precision) == (1.0, 1.0)
    at_home = scored(answers(WHOLE, klass="C"), truth(klass="C"))
    assert (at_home.true_events, at_home.right_events) == (8, 8)


def test_protected_events_are_scored_apart() -> None:
    score = scored(answers(WHOLE), truth(sealed=frozenset({"e1"})))
    assert (score.true_events, score.answered_events, score.right_events) == (6, 6, 6)
    own = scored(answers(WHOLE, sealed=("v1",)), truth())
    assert (own.true_events, own.answered_events) == (8, 6)


def test_the_present_district_sees_what_its_own_registers_hold() -> None:
    districts = texts("incident_id district", *((f"i{event[1]}", place) for event, place in DISTRICT.items()))
    given, meant = answers(WHOLE), truth()
    alone = score_present_district(given, meant, districts, seed=1, cross=False)
    assert (alone.right_events, alone.answered_events, alone.true_events) == (4, 4, 8)
    across = score_present_district(given, meant, districts, seed=1, cross=True)
    assert (across.recall, across.true_events) == (0.0, 2)
    copied = pa.concat_tables([districts, texts("incident_id district", ("i1", "Fyn"))])
    helped = score_present_district(given, meant, copied, seed=1, cross=True)
    assert helped.right_events == 1


def test_the_strict_score_asks_for_person_and_role_too() -> None:
    assert strict_score(answers(WHOLE), truth()) == {"recall": 1.0, "precision": 1.0, "n": 8}
    other = answers(WHOLE)
    wrong_role = pa.array(["INJURED", *other.rows.column("role").to_pylist()[1:]])
    changed = other.rows.set_column(4, ROWS.field("role"), wrong_role)
    score = strict_score(Answers(other.entities, other.events, other.children, changed, other.sealed_events), truth())
    assert score == {"recall": 0.875, "precision": 0.875, "n": 8}


def test_a_mention_among_somebody_else_s_is_a_wrong_attachment() -> None:
    involved = texts("record_id", ("rx",), ("ry",), ("rb",), ("ra",))
    assert attachments_wrong(answers(), truth(), involved) == 2500.0
    assert attachments_wrong(answers(), truth(), texts("record_id", ("rx",))) == 0.0
    assert attachments_wrong(answers(), truth(), texts("record_id")) == 0.0


def test_intervals_are_drawn_by_families_and_the_same_for_one_seed() -> None:
    half = answers(pair for pair in WHOLE if pair[0] == "ada")
    meant = truth()
    one_family = scored(half, meant)
    assert one_family.recall_interval == (0.5, 0.5)  # brother and sister are drawn together
    meant.tables["relations"] = texts("person other kind", ("ada", "mo", "parent"), ("bo", "ida", "parent"))
    two_families = scored(half, meant)
    assert two_families.recall_interval == (0.0, 1.0)
    assert scored(half, meant) == two_families
    low, high = two_families.precision_interval
    assert 0 <= low <= high <= 1


def test_what_evaluate_prints_has_the_documented_keys() -> None:
    printed = scored(answers(WHOLE), truth()).to_json()
    assert set(printed) == {
        *("recall", "precision", "ci", "macro_recall"),
        *("n", "answered", "right", "children"),
    }
    assert printed["ci"] == {"recall": [1.0, 1.0], "precision": [1.0, 1.0]}


@pytest.mark.parametrize("cross", [False, True])
def test_no_truth_and_no_answer_is_no_error(cross: bool) -> None:
    score = scored(answers([]), truth([]), cross=cross)
    assert (score.recall, score.precision, score.true_events, score.children) == (1.0, 1.0, 0, 2)
