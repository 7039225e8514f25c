"""One family from tables to answer: what a reader is told, and the borders of what counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from graph.errors import GrantError
from graph.grant import Grant, demo_grant
from graph.history import FamilyHistory, family_history, history_rows
from graph.projection import Scope, project
from graph.search import search
from graph.snapshot import Snapshot, write_snapshot
from tests.graph.test_history import RIGHT, TODAY
from tests.graph.test_projection import protected_village
from tests.graph.village import Village, day, family_village

AS_OF = dt.date(2021, 1, 1)


def snapshot_of(made: Village, folder: Path) -> Snapshot:
    write_snapshot(project(made.inputs(), Scope.all("a statute")), folder / "s")
    return Snapshot.open(folder / "s")


def history_of(made: Village, folder: Path, as_of: dt.date = AS_OF, grant: Grant | None = None) -> FamilyHistory:
    return family_history(snapshot_of(made, folder), "child", as_of, grant or demo_grant(), today=TODAY)


def classes(history: FamilyHistory) -> dict[str, str]:
    return {entry.event_id: entry.klass for entry in history.entries}


def stepfather_village() -> Village:
    """The family, and from 2019 on the mother's husband in the father's place."""
    made = family_village()
    made.mention("cpr:step", "step", "Steen Lund", "1980-04-04")
    made.stay("step", "a1", "2019-01-01", "9999-12-31")
    made.together("child", "step", "2019-01-01", "9999-12-31")
    return made


def charge(made: Village, entity: str, date: str, number: int, category: str = "threats", role: str = "CHARGED") -> str:
    """A case against somebody, nowhere in particular."""
    made.incident(f"south:{number}", f"event:{number}", date, category, register="south", district="D02")
    made.mention(f"south:{number}/1", entity, "Steen Lund", register="south")
    made.part(f"south:{number}", f"south:{number}/1", role, register="south", outcome="dropped")
    return f"event:{number}"


def test_every_line_has_role_outcome_source_and_confidence(tmp_path: Path) -> None:
    made = stepfather_village()
    charge(made, "step", "2020-02-02", 7)
    history = history_of(made, tmp_path)
    assert [(m.person_id, m.rule) for m in history.members] == [
        ("child", "a"),
        ("father", "b"),
        ("mother", "b"),
        ("step", "e"),
    ]
    violence, threats = history.entries
    assert [(p.person_id, p.role) for p in violence.parts] == [("father", "CHARGED"), ("mother", "INJURED")]
    assert (violence.place, violence.district, violence.klass) == ("Vej a1 1, 1000 By", "D01", "A")
    (part,) = threats.parts
    assert (part.role, part.outcome, part.journal_number, part.register) == ("CHARGED", "dropped", "J-south:7", "south")
    assert (part.source_row, part.probability, threats.confidence) == ("south:7/1", 0.999, 0.999)
    assert [record.journal_number for record in threats.records] == ["J-south:7"]


def test_before_joining_only_own_roles_of_ten_years_count_and_are_apart(tmp_path: Path) -> None:
    made = stepfather_village()
    cases = {
        charge(made, "step", "2011-01-01", 1): "B",
        charge(made, "step", "2010-12-31", 2): None,
        charge(made, "step", "2018-12-31", 3): "B",
        charge(made, "step", "2019-01-01", 4): "A",
        charge(made, "step", "2015-01-01", 5, role="INJURED"): None,
        charge(made, "step", "2021-01-01", 6): "A",
        charge(made, "step", "2021-01-02", 7): None,
    }
    found = classes(history_of(made, tmp_path))
    assert {event: found.get(event) for event in cases} == cases


def test_thirty_days_under_one_roof_make_a_member_and_twenty_nine_do_not(tmp_path: Path) -> None:
    for valid_to, belongs in (("2019-01-30", False), ("2019-01-31", True)):
        made = family_village()
        made.mention("cpr:lodger", "lodger", "Lars Lodt", "1980-04-04")
        made.together("child", "lodger", "2019-01-01", valid_to)
        members = {member.person_id for member in history_of(made, tmp_path).members}
        assert ("lodger" in members) is belongs


def test_what_happens_at_home_counts_though_nobody_is_named(tmp_path: Path) -> None:
    made = family_village()
    home = {"address_id": "a1", "grade": "B"}
    made.incident("north:5", "event:5", "2019-05-05", "domestic_disturbance", **home)
    made.incident("north:6", "event:6", "2019-05-05", "shoplifting", **home)
    made.incident("north:7", "event:7", "2019-05-05", "domestic_disturbance", **home | {"grade": "C"})
    made.incident("north:8", "event:8", "2012-02-29", "domestic_disturbance", **home)
    history = history_of(made, tmp_path)
    assert classes(history) == {"event:north:1": "A", "event:5": "C"}
    assert history.entries[1].confidence is None
    assert [row.person_id for row in history_rows(history)] == [None, "father", "mother"]


def test_a_notification_is_a_concern_and_never_an_event(tmp_path: Path) -> None:
    made = family_village()
    charge(made, "child", "2019-03-03", 9, "municipal_notification", "SUBJECT_OF_NOTIFICATION")
    history = history_of(made, tmp_path)
    assert "event:9" not in classes(history)
    assert [(c.event_id, c.person_id, c.role) for c in history.concerns] == [
        ("event:9", "child", "SUBJECT_OF_NOTIFICATION")
    ]


def test_a_childs_own_role_needs_the_separate_right(tmp_path: Path) -> None:
    made = family_village()
    event = charge(made, "child", "2020-03-03", 9, "shoplifting")
    assert event not in classes(history_of(made, tmp_path))
    assert classes(history_of(made, tmp_path, grant=RIGHT))[event] == "A"


def test_after_an_adoption_the_birth_father_is_gone_though_he_lived_there(tmp_path: Path) -> None:
    made = family_village()
    made.rows["kin"][1]["valid_to"] = day("2019-06-01")
    made.kin("child", "step", "adoptive_parent", "2019-06-01")
    made.mention("cpr:step", "step", "Steen Lund", "1980-04-04")
    before = history_of(made, tmp_path, day("2019-05-31"))
    after = history_of(made, tmp_path)
    assert {m.person_id for m in before.members} == {"child", "mother", "father"}
    assert {m.person_id for m in after.members} == {"child", "mother", "step"}
    assert {part.person_id for entry in after.entries for part in entry.parts} == {"mother"}


def test_a_withdrawn_part_is_seen_only_by_who_asks_for_what_was_known(tmp_path: Path) -> None:
    made = family_village()
    event = charge(made, "father", "2019-03-03", 9)
    for table in ("incidents", "involvements"):
        made.rows[table][-1]["known_to"] = day("2020-01-01")
    snapshot = snapshot_of(made, tmp_path)
    now = family_history(snapshot, "child", AS_OF, demo_grant(), today=TODAY)
    then = family_history(snapshot, "child", AS_OF, demo_grant(), today=TODAY, known_at=day("2019-12-31"))
    assert event not in classes(now)
    assert classes(then)[event] == "A"


def test_moves_and_lanes_show_the_districts(tmp_path: Path) -> None:
    made = family_village()
    for stay in made.rows["episodes"]:
        if stay["entity_id"] in ("child", "mother"):
            stay["valid_to"] = day("2019-01-01")
    made.stay("child", "a2", "2019-01-01", "9999-12-31")
    made.stay("mother", "a2", "2019-01-01", "9999-12-31")
    history = history_of(made, tmp_path)
    (move,) = history.moves
    assert (move.date, move.from_district, move.to_district) == (day("2019-01-01"), "D01", "D02")
    lanes = {(stay.person_id, stay.district) for stay in history.stays}
    assert lanes == {("child", "D01"), ("mother", "D01"), ("child", "D02"), ("mother", "D02"), ("father", "D01")}
    assert max(stay.valid_to for stay in history.stays) == AS_OF + dt.timedelta(1)


def test_a_protected_place_reads_protected_in_history_and_search(tmp_path: Path) -> None:
    snapshot = snapshot_of(protected_village("a1", "north", "D01"), tmp_path)
    history = family_history(snapshot, "child", AS_OF, demo_grant(), today=TODAY)
    (entry,) = history.entries
    assert (entry.place, entry.district, entry.sealed) == ("protected", None, True)
    assert {part.register for part in entry.parts} == {"protected"}
    assert "protected" in {stay.label for stay in history.stays if stay.person_id == "mother"}
    hit = search(snapshot, "mete holm", demo_grant(), today=TODAY)[0]
    assert (hit.person_id, hit.protected) == ("mother", True)
    assert hit.why.endswith("in protected")


def test_search_finds_other_spellings_in_any_order_and_says_why(tmp_path: Path) -> None:
    made = family_village()
    made.mention("south:5", "somebody", "Søren Ågård", "1990-05-05", register="south")
    snapshot = snapshot_of(made, tmp_path)
    (hit,) = search(snapshot, "AAGAARD soeren", demo_grant(), today=TODAY)
    assert (hit.person_id, hit.why) == ("somebody", "aagaard is stated, soeren is stated in south")
    (near,) = search(snapshot, "Sørren Aagård", demo_grant(), today=TODAY)
    assert near.score < hit.score
    assert search(snapshot, "Sxqz Aagård", demo_grant(), today=TODAY) == ()
    assert search(snapshot, "", demo_grant(), today=TODAY) == ()
    born = search(snapshot, "", demo_grant(), today=TODAY, birth_date=day("1983-07-09"))
    assert [(one.person_id, one.why) for one in born] == [("father", "birth date is equal in cpr")]
    both = search(snapshot, "holm", demo_grant(), today=TODAY, birth_date=day("2012-02-29"))
    assert [one.person_id for one in both] == ["child", "father", "mother"]


def test_search_needs_a_grant(tmp_path: Path) -> None:
    expired = Grant("case-1", "test", "none", "tester", dt.date(2020, 1, 1))
    with pytest.raises(GrantError):
        search(snapshot_of(family_village(), tmp_path), "holm", expired, today=TODAY)
