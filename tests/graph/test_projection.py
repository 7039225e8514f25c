"""From tables to a graph: what mentions and records agree on, what is hidden, sealed and left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from graph.errors import ScopeError
from graph.model import NODES, RELATIONSHIPS, GraphTables
from graph.projection import ProjectionInput, Scope, project
from graph.projection.sealing import seal_by_entity
from linkage.errors import TableError
from tests.graph.village import Village, day, family_village

EVERYBODY = Scope.all("a statute")


def rows(tables: GraphTables, name: str, **equal: Any) -> list[dict[str, Any]]:
    return [row for row in tables[name].to_pylist() if all(row[k] == v for k, v in equal.items())]


def test_a_person_is_called_as_the_population_register_says() -> None:
    made = family_village()
    for number in range(3):
        made.mention(f"south:{number}", "mother", "Mette Olsen", "1985-01-03", register="south", district="D02")
    mother = rows(project(made.inputs(), EVERYBODY), "Person", person_id="mother")[0]
    assert (mother["name"], mother["birth_date"], mother["mentions"]) == ("Mette Holm", day("1985-03-01"), 5)


def test_without_such_a_register_most_mentions_decide_and_ties_go_to_the_smaller() -> None:
    made = Village()
    for number, name in enumerate(["Bo Dahl", "Bo Dal", "Bo Dal", "Ib Dahl", "Ib Dahl"]):
        made.mention(f"north:{number}", "somebody", name, register="north")
    assert rows(project(made.inputs(), EVERYBODY), "Person")[0]["name"] == "Bo Dal"


def test_who_is_born_on_a_leap_day_is_grown_up_on_the_first_of_march() -> None:
    child = rows(project(family_village().inputs(), EVERYBODY), "Person", person_id="child")[0]
    assert child["adult_from"] == dt.date(2030, 3, 1)


def test_records_of_one_event_become_one_incident() -> None:
    made = family_village()
    made.incident(
        "south:9", "event:north:1", None, "municipal_notification", reported=day("2018-05-04"), register="south"
    )
    tables = project(made.inputs(), EVERYBODY)
    (incident,) = rows(tables, "Incident")
    assert incident["date"] == day("2018-05-05")
    assert (incident["category"], incident["counts"], incident["domestic"]) == ("simple_violence", True, True)
    assert (incident["place_id"], incident["place_label"]) == ("a1", "Vej a1 1, 1000 By")
    assert len(rows(tables, "RECORDED_IN")) == 2


def test_a_withdrawn_record_does_not_say_what_an_event_is() -> None:
    made = family_village()
    withdrawn = {"register": "south", "known_to": day("2019-01-01")}
    made.incident("south:9", "event:north:1", "2018-05-01", "homicide", **withdrawn)
    (incident,) = rows(project(made.inputs(), EVERYBODY), "Incident")
    assert (incident["date"], incident["category"]) == (day("2018-05-05"), "simple_violence")


def test_an_incident_without_any_date_is_left_out() -> None:
    made = family_village()
    made.incident("north:2", "event:2", None, "threats")
    made.part("north:2", "north:1/father", "SUSPECT")
    tables = project(made.inputs(), EVERYBODY)
    assert {row["event_id"] for row in rows(tables, "Incident")} == {"event:north:1"}
    assert {row["end_id"] for row in rows(tables, "INVOLVED_IN")} == {"event:north:1"}


def test_a_house_number_with_several_homes_is_no_place_of_the_child() -> None:
    made = family_village(place="a9")
    made.address("a9", "D01", unit=False)
    tables = project(made.inputs(), EVERYBODY)
    assert rows(tables, "Incident")[0]["place_id"] is None
    assert rows(tables, "OCCURRED_AT")[0]["end_id"] == "a9"


def test_an_adoption_hides_the_ended_relation_from_the_later_of_both_days() -> None:
    made = family_village()
    made.mention("cpr:new", "new", "Ny Far", "1980-01-01")
    made.rows["kin"][1]["valid_to"] = day("2015-06-01")
    made.kin("child", "new", "adoptive_parent", "2015-08-01")
    tables = project(made.inputs(), EVERYBODY)
    hidden = {row["end_id"]: row["hidden_from"] for row in rows(tables, "CHILD_OF", start_id="child")}
    assert hidden == {"mother": dt.date(9999, 12, 31), "father": day("2015-08-01"), "new": dt.date(9999, 12, 31)}


def test_an_adoption_that_was_a_mistake_hides_nothing() -> None:
    made = family_village()
    made.rows["kin"][1]["valid_to"] = day("2015-06-01")
    made.kin("child", "mother", "adoptive_parent", "2015-08-01", known_to=day("2016-01-01"))
    hidden = {row["hidden_from"] for row in rows(project(made.inputs(), EVERYBODY), "CHILD_OF")}
    assert hidden == {dt.date(9999, 12, 31)}


def protected_village(place: str, register: str, district: str) -> Village:
    """The mother is protected from 2018 to 2020, and only linkage knows that the case's mention is her."""
    made = family_village(place=place, register=register, district=district)
    made.add(
        "protections",
        record_id="cpr:mother",
        kind="special",
        valid_from=day("2018-01-01"),
        valid_to=day("2020-01-01"),
        register="cpr",
        extract="x",
        source_row="cpr:mother",
        sealed=False,
        known_from=day("2018-01-01"),
        known_to=dt.date(9999, 12, 31),
    )
    return made


def test_two_worlds_that_differ_in_a_sealed_place_give_the_same_graph() -> None:
    one = project(protected_village("a1", "north", "D01").inputs(), EVERYBODY)
    two = project(protected_village("a2", "south", "D02").inputs(), EVERYBODY)
    for name in [*NODES, *RELATIONSHIPS]:
        assert one[name].equals(two[name]), name


def one_night_in_two_registers(first: str, second: str, more: dict[str, Any]) -> dict[str, pa.Table]:
    """Two equal records of one protected night; the ``first`` register knows ``more`` of the mother."""
    made = protected_village("a1", "north", "D01")
    for register, known in ((first, more), (second, {})):
        origin = {"register": register, "district": register}
        incident, record = f"{register}:7", f"{register}:7/1"
        made.incident(incident, "event:7", "2019-05-05", "threats", **origin)
        made.mention(record, "mother", "Mette Holm", "1985-03-01", **origin, **known)
        made.part(incident, record, "INJURED", **origin)
    inputs = made.inputs()
    return seal_by_entity({**inputs.canonical, **inputs.resolution})


@pytest.mark.parametrize(
    "more",
    [
        {"identifiers": [{"type": "CPR", "value": "0103850000"}]},
        {"identifiers": [{"type": "LOCAL", "value": "17"}]},
        {"earlier_surnames": ["Vind"]},
        {"birth_precision": "year"},
        {"known_from": day("2019-06-01")},
        {"known_to": day("2021-06-01")},
        {"deceased": day("2024-06-01")},
    ],
    ids=lambda more: "-".join(str(part) for part in more),
)
def test_which_register_knew_more_of_a_sealed_mention_cannot_be_told(more: dict[str, Any]) -> None:
    north = one_night_in_two_registers("north", "south", more)
    for first, second in (("south", "north"), ("zzz", "south"), ("aaa", "south")):
        other = one_night_in_two_registers(first, second, more)
        for name in ("persons", "incidents", "involvements", "entities", "events", "links"):
            assert sorted(map(str, other[name].to_pylist())) == sorted(map(str, north[name].to_pylist())), name


def test_what_is_sealed_keeps_day_kind_and_role() -> None:
    tables = project(protected_village("a1", "north", "D01").inputs(), EVERYBODY)
    (incident,) = rows(tables, "Incident")
    assert (incident["date"], incident["category"], incident["sealed"]) == (day("2018-05-05"), "simple_violence", True)
    assert (incident["district"], incident["place_id"], incident["place_label"]) == (None, None, "protected")
    assert {row["role"] for row in rows(tables, "INVOLVED_IN")} == {"INJURED", "CHARGED"}
    (record,) = rows(tables, "RECORDED_IN")
    assert (record["end_id"], record["journal_number"], record["district"]) == ("protected", None, None)
    text = " ".join(str(row) for name in tables for row in tables[name].to_pylist() if name != "Register")
    assert "north:1" not in text


def test_stays_are_cut_at_the_borders_of_protection() -> None:
    tables = project(protected_village("a1", "north", "D01").inputs(), EVERYBODY)
    stays = [(row["valid_from"], row["end_id"], row["sealed"]) for row in rows(tables, "LIVED_AT", start_id="mother")]
    assert sorted(stays) == [
        (day("2012-03-01"), "a1", False),
        (day("2018-01-01"), "protected:mother:2018-01-01", True),
        (day("2020-01-01"), "a1", False),
    ]
    shared = rows(tables, "LIVED_WITH", start_id="child", end_id="mother")
    assert [(row["valid_from"], row["valid_to"]) for row in shared] == [
        (day("2012-03-01"), day("2018-01-01")),
        (day("2020-01-01"), dt.date(9999, 12, 31)),
    ]
    sealed = rows(tables, "Address", address_id="protected:mother:2018-01-01")[0]
    assert (sealed["label"], sealed["district"], sealed["unit"]) == ("protected", None, False)


def test_the_scope_of_incidents_leaves_the_neighbours_out() -> None:
    tables = project(family_village().inputs(), Scope.INCIDENT)
    assert {row["person_id"] for row in rows(tables, "Person")} == {"child", "father", "mother"}
    assert {row["person_id"] for row in rows(tables, "Person", held=True)} == {"child"}
    assert {row["address_id"] for row in rows(tables, "Address")} == {"a1"}


def test_everybody_needs_a_legal_basis() -> None:
    with pytest.raises(ScopeError, match="legal basis"):
        Scope("all", " ")


def test_an_input_that_is_missing_is_named() -> None:
    inputs = family_village().inputs()
    short = {name: table for name, table in inputs.resolution.items() if name != "kin"}
    with pytest.raises(TableError, match="kin"):
        project(ProjectionInput(inputs.canonical, short), EVERYBODY)
