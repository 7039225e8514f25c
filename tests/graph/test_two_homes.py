"""Children with two homes, and children in foster care: who belongs, who is listed, what counts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from graph.grant import demo_grant
from graph.history import FamilyHistory, family_history
from graph.person import person_profile
from graph.projection import ProjectionInput, Scope, project
from graph.snapshot import Snapshot, write_snapshot
from linkage.households import build_coresidence
from linkage.tables import EPISODES, KIN
from tests.graph.test_history import TODAY
from tests.graph.test_story import AS_OF, charge, classes
from tests.graph.village import Village, day

OPEN = "9999-12-31"


def snapshot_of(made: Village, folder: Path) -> Snapshot:
    """The village with the co-residence that its stays and placements make."""
    inputs = made.inputs()
    shared = build_coresidence(
        pa.Table.from_pylist(made.rows["episodes"], schema=EPISODES.schema),
        pa.Table.from_pylist(made.rows["kin"], schema=KIN.schema),
    )
    inputs = ProjectionInput(inputs.canonical, {**inputs.resolution, "coresidence": shared})
    write_snapshot(project(inputs, Scope.INCIDENT), folder / "s")
    return Snapshot.open(folder / "s")


def history_of(made: Village, folder: Path) -> FamilyHistory:
    return family_history(snapshot_of(made, folder), "child", AS_OF, demo_grant(), today=TODAY)


def village() -> Village:
    """Parents apart, the father with a wife; the child lives with the mother."""
    made = Village()
    for address, district in (("a1", "D01"), ("a2", "D02"), ("a3", "D02")):
        made.address(address, district)
    born = {"child": "2012-03-01", "mother": "1985-01-01", "father": "1984-01-01", "wife": "1986-01-01"}
    for entity, date in {**born, "carer": "1970-01-01", "guest": "1995-01-01"}.items():
        made.mention(f"cpr:{entity}", entity, entity.title(), date)
    for parent in ("mother", "father"):
        made.kin("child", parent, "parent", "2012-03-01")
    made.add(
        "partners",
        left_entity="father",
        right_entity="wife",
        kind="spouse",
        register="cpr",
        valid_from=day("2014-01-01"),
        valid_to=day(OPEN),
        known_from=day("0001-01-01"),
        known_to=day(OPEN),
    )
    made.stay("mother", "a1", "2010-01-01", OPEN)
    for entity in ("father", "wife"):
        made.stay(entity, "a2", "2014-01-01", OPEN)
    for entity in ("carer", "guest"):
        made.stay(entity, "a3", "2010-01-01", OPEN)
    return made


def members(history: FamilyHistory) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    return {m.person_id: (m.rule, [(str(a), str(b)) for a, b in m.intervals]) for m in history.members}


def test_the_other_parents_partner_belongs_for_the_childs_own_stay_there(tmp_path: Path) -> None:
    made = village()
    made.stay("child", "a1", "2012-03-01", OPEN)
    made.stay("child", "a2", "2016-01-01", "2018-01-01")
    cases = {
        charge(made, "wife", "2015-12-31", 1): "B",
        charge(made, "wife", "2016-01-01", 2): "A",
        charge(made, "wife", "2018-01-01", 3): None,
    }
    made.incident("south:9", "event:9", "2017-01-01", "domestic_disturbance", address_id="a2", grade="A")
    made.incident("north:8", "event:8", "2017-01-02", "domestic_disturbance", address_id="a1", grade="A")
    history = history_of(made, tmp_path)
    assert members(history)["wife"] == ("d", [("2016-01-01", "2018-01-01")])
    assert "carer" not in members(history)
    assert classes(history) == {**{e: c for e, c in cases.items() if c}, "event:9": "C", "event:8": "C"}
    own = [(s.label, str(s.valid_from)) for s in history.stays if s.person_id == "child"]
    assert own == [("Vej a1 1, 1000 By", "2012-03-01"), ("Vej a2 1, 1000 By", "2016-01-01")]
    assert history.moves == (), "a second home is no move"


def test_without_a_stay_of_the_child_there_the_partner_is_nobody(tmp_path: Path) -> None:
    made = village()
    made.stay("child", "a1", "2012-03-01", OPEN)
    charge(made, "mother", "2016-06-01", 1)
    assert set(members(history_of(made, tmp_path))) == {"child", "mother", "father"}


def test_a_move_of_one_home_beside_the_other_is_one_move(tmp_path: Path) -> None:
    made = village()
    made.stay("child", "a1", "2012-03-01", "2018-06-01")
    made.stay("child", "a2", "2016-01-01", OPEN)
    made.stay("child", "a3", "2018-06-01", OPEN)
    charge(made, "mother", "2016-06-01", 1)
    (move,) = history_of(made, tmp_path).moves
    assert (str(move.date), move.from_address, move.to_address) == (
        "2018-06-01",
        "Vej a1 1, 1000 By",
        "Vej a3 1, 1000 By",
    )


def test_a_foster_home_is_listed_and_never_counted_and_its_place_still_is_the_childs(tmp_path: Path) -> None:
    made = village()
    made.stay("child", "a1", "2012-03-01", "2018-01-01")
    made.stay("child", "a3", "2018-01-01", OPEN)
    made.kin("child", "carer", "foster_parent", "2018-01-01")
    events = [charge(made, who, "2019-01-01", n) for n, who in enumerate(("carer", "guest"))]
    mothers = charge(made, "mother", "2019-02-01", 7)
    made.incident("south:9", "event:9", "2019-03-01", "domestic_disturbance", address_id="a3", grade="A")
    snapshot = snapshot_of(made, tmp_path)
    history = family_history(snapshot, "child", AS_OF, demo_grant(), today=TODAY)
    assert set(members(history)) == {"child", "mother", "father"}
    assert {p.person_id: p.foster_parent for p in history.possible} == {"carer": True, "guest": False}
    assert classes(history) == {mothers: "A", "event:9": "C"}
    assert not set(events) & set(classes(history))
    profile = person_profile(snapshot, "child", AS_OF, demo_grant(), today=TODAY)
    assert {r.relation for r in profile.relatives if r.person_id == "carer"} == {"foster parent"}


def test_before_and_after_the_placement_the_same_people_count(tmp_path: Path) -> None:
    made = village()
    made.stay("child", "a3", "2012-03-01", OPEN)
    made.kin("child", "carer", "foster_parent", "2015-01-01", "2017-01-01")
    cases = {
        charge(made, "guest", "2014-06-01", 1): "A",
        charge(made, "guest", "2016-06-01", 2): "B",
        charge(made, "guest", "2017-06-01", 3): "A",
        charge(made, "guest", "2016-07-01", 4, role="INJURED"): None,
    }
    history = history_of(made, tmp_path)
    assert members(history)["guest"][1] == [("2013-01-01", "2015-01-01"), ("2017-01-01", "2021-01-02")]
    assert classes(history) == {e: c for e, c in cases.items() if c}


def test_with_whom_a_protected_child_is_placed_is_not_told(tmp_path: Path) -> None:
    made = village()
    made.stay("child", None, "2016-01-01", OPEN, sealed=True)
    made.kin("child", "carer", "foster_parent", "2015-01-01")
    charge(made, "mother", "2014-06-01", 1)
    (listed,) = history_of(made, tmp_path).possible
    assert [(str(a), str(b)) for a, b in listed.intervals] == [("2015-01-01", "2016-01-01")]
