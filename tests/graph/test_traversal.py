"""Focus persons and earlier districts equal their definition, read row by row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import GrantError, UnknownEventError
from graph.grant import Grant, demo_grant
from graph.model import GraphTables
from graph.traversal import earlier_districts, focus_persons
from tests.graph.oracle import COUNTED, IN_LAW, OWN, Oracle
from tests.graph.test_history import RIGHT, TODAY, opened
from tests.graph.towns import days_of_question, numbered_town, towns

Row = dict[str, Any]
NEWEST = dt.date(9999, 12, 30)


class Definition:
    """The head of :mod:`graph.traversal`, sentence by sentence."""

    def __init__(self, tables: GraphTables, known_at: dt.date | None) -> None:
        day = known_at or NEWEST
        self.rows: dict[str, list[Row]] = {
            name: [r for r in table.to_pylist() if "known_from" not in r or r["known_from"] <= day < r["known_to"]]
            for name, table in tables.items()
        }
        self.people = {row["person_id"]: row for row in self.rows["Person"]}

    def is_child(self, person: str, day: dt.date) -> bool:
        row = self.people[person]
        return row["birth_date"] is not None and row["birth_date"] <= day < row["adult_from"]

    def focus(self, event: Row, *, with_right: bool) -> set[tuple[str, bool, str]]:
        day = event["date"]
        kin = {
            (r["start_id"], r["end_id"])
            for r in self.rows["CHILD_OF"]
            if r["kind"] in IN_LAW and r["valid_from"] <= day < r["valid_to"] and day < r["hidden_from"]
        }
        lived = [r for r in self.rows["LIVED_WITH"] if r["certain"] and r["valid_from"] <= day < r["valid_to"]]
        pairs = {(r["start_id"], r["end_id"]) for r in lived} | {(r["end_id"], r["start_id"]) for r in lived}
        involved = set()
        for row in self.rows["INVOLVED_IN"]:
            adult_from = self.people[row["start_id"]]["adult_from"]
            minor = adult_from is not None and day < adult_from
            seen = with_right or not (minor and row["role"] in OWN)
            if row["end_id"] == event["event_id"] and row["role"] in COUNTED | {"SUBJECT_OF_NOTIFICATION"} and seen:
                involved.add(row["start_id"])
        at_place = {
            r["start_id"]
            for r in self.rows["LIVED_AT"]
            if r["end_id"] == event["place_id"] and r["unit"] and not r["hub"] and not r["sealed"]
            if r["valid_from"] <= day < r["valid_to"] and self.is_child(r["start_id"], day)
        }
        of_involved = {
            child
            for adult in involved
            for child in self.people
            if not self.is_child(adult, day) and self.is_child(child, day)
            if (child, adult) in kin or (child, adult) in pairs
        }
        children = {p for p in involved | at_place | of_involved if self.is_child(p, day)}
        found = {"involved": involved, "child_at_place": at_place, "child_of_involved": of_involved}
        found["parent"] = {parent for child, parent in kin if child in children}
        found["adult_in_household"] = {b for a, b in pairs if a in children and not self.is_child(b, day)}
        return {(p, self.is_child(p, day), reason) for reason, persons in found.items() for p in persons}


@settings(max_examples=30)
@given(towns(), st.none() | days_of_question(), st.booleans())
def test_focus_persons_are_those_of_the_definition(
    tables: GraphTables, known_at: dt.date | None, with_right: bool
) -> None:
    definition = Definition(tables, known_at)
    grant = RIGHT if with_right else demo_grant()
    with opened(tables) as snapshot:
        for event in tables["Incident"].to_pylist():
            found = focus_persons(snapshot, event["event_id"], grant, today=TODAY, known_at=known_at)
            rows = [(one.person_id, one.child, one.reason) for one in found]
            assert rows == sorted(definition.focus(event, with_right=with_right))


@settings(max_examples=30)
@given(towns(), days_of_question())
def test_earlier_districts_are_those_of_the_definition(tables: GraphTables, as_of: dt.date) -> None:
    oracle, definition = Oracle(tables), Definition(tables, None)
    district = {row["address_id"]: row["district"] for row in definition.rows["Address"]}
    horizon = as_of + dt.timedelta(1)
    with opened(tables) as snapshot:
        for child in definition.people:
            members = oracle.ask(child, as_of, known_at=None, with_right=False).members
            stays = [r for r in definition.rows["LIVED_AT"] if members.get(r["start_id"], ("z",))[0] in "ab"]
            here = {
                district[r["end_id"]]
                for r in stays
                if r["start_id"] == child and r["valid_from"] <= as_of < r["valid_to"]
            }
            expected = {
                (district[r["end_id"]], r["valid_from"], min(r["valid_to"], horizon), r["start_id"])
                for r in stays
                if r["valid_from"] <= as_of and r["valid_from"] < r["valid_to"]
                if district[r["end_id"]] is not None and district[r["end_id"]] not in here
            }
            found = earlier_districts(snapshot, child, as_of, demo_grant(), today=TODAY)
            assert [(s.district, s.valid_from, s.valid_to, s.person_id) for s in found] == sorted(expected)


def test_traversals_need_a_grant_and_a_known_event() -> None:
    expired = Grant("case-1", "test", "none", "tester", dt.date(2020, 1, 1))
    with opened(numbered_town(1)) as snapshot:
        with pytest.raises(GrantError):
            focus_persons(snapshot, "e00", expired, today=TODAY)
        with pytest.raises(GrantError):
            earlier_districts(snapshot, "p00", dt.date(2020, 1, 1), expired, today=TODAY)
        with pytest.raises(UnknownEventError, match="e99"):
            focus_persons(snapshot, "e99", demo_grant(), today=TODAY)
