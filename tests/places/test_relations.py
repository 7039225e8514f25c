"""Relations between mentions, brought to persons."""

from __future__ import annotations

import datetime as dt
from typing import Any

from linkage.households import Relations, resolve_relations
from linkage.intervals import LAST_DAY
from tests.places.rows import Row, entities, persons, relations

OWNER = {"c": "Child", "m": "Mother", "m2": "Mother", "f": "Father", "t1": "Twin1", "t2": "Twin2"}


def number(value: str, kind: str = "CPR") -> dict[str, str]:
    return {"type": kind, "value": value}


PEOPLE: list[Row] = [
    {"record_id": "c"},
    {"record_id": "m", "identifiers": [number("1")]},
    {"record_id": "m2", "identifiers": [number("1")], "register": "police"},
    {"record_id": "f", "identifiers": [number("2"), number("x", "ENR"), number("9", "REPLACEMENT")]},
    {"record_id": "t1", "identifiers": [number("7"), number("8")], "register": "police"},
    {"record_id": "t2", "identifiers": [number("7")]},
    {"record_id": "t3", "identifiers": [number("8")], "register": "police"},
]


def resolve(*rows: Row) -> Relations:
    return resolve_relations(relations(*rows), persons(*PEOPLE), entities(OWNER))


def parent(**more: Any) -> dict[str, Any]:
    return {"record_id": "c", "kind": "parent"} | more


def kin(found: Relations) -> list[tuple[str, str, str]]:
    return [(r["child_entity"], r["parent_entity"], r["kind"]) for r in found.kin.to_pylist()]


def test_a_record_names_its_person() -> None:
    found = resolve(parent(other_record="m"), parent(other_record="f", kind="custody"))
    assert kin(found) == [("Child", "Father", "custody"), ("Child", "Mother", "parent")]
    assert (found.to_oneself, found.unresolved) == (0, 0)


def test_an_identifier_names_whoever_bears_it() -> None:
    found = resolve(parent(other_identifier=number("1")), parent(other_identifier=number("2")))
    assert kin(found) == [("Child", "Father", "parent"), ("Child", "Mother", "parent")]


def test_the_own_register_is_asked_first() -> None:
    assert kin(resolve(parent(other_identifier=number("7")))) == [("Child", "Twin2", "parent")]
    assert kin(resolve(parent(other_identifier=number("7"), register="police"))) == [("Child", "Twin1", "parent")]
    assert kin(resolve(parent(other_identifier=number("7"), register="third"))) == []


def test_placeholders_and_strangers_name_nobody() -> None:
    found = resolve(
        parent(other_identifier=number("x", "ENR")),
        parent(other_identifier=number("404")),
        parent(other_identifier=number("9", "REPLACEMENT"), register="police"),
        parent(other_record="nobody"),
    )
    assert (kin(found), found.unresolved) == ([], 4)
    assert len(kin(resolve(parent(other_identifier=number("9", "REPLACEMENT"))))) == 1


def test_nobody_is_kin_to_oneself() -> None:
    found = resolve({"record_id": "m", "kind": "spouse", "other_record": "m2"}, parent(other_record="m"))
    assert (found.partners.num_rows, found.kin.num_rows, found.to_oneself) == (0, 1, 1)


def test_a_couple_is_said_once() -> None:
    found = resolve(
        {"record_id": "m", "kind": "spouse", "other_record": "f", "valid_from": 5, "known_from": 100},
        {"record_id": "f", "kind": "spouse", "other_record": "m2", "valid_from": 5, "known_from": 90},
        {"record_id": "f", "kind": "partner", "other_record": "m", "valid_from": 1, "valid_to": 5},
        {"record_id": "f", "kind": "sibling", "other_record": "m"},
    )
    rows = found.partners.to_pylist()
    assert [(r["left_entity"], r["right_entity"], r["kind"]) for r in rows] == [
        ("Father", "Mother", "partner"),
        ("Father", "Mother", "spouse"),
    ]
    assert str(rows[1]["known_from"]) == "1970-04-01"


def test_foster_care_ends_when_the_child_is_eighteen() -> None:
    born = dt.date(2004, 2, 29)
    people: list[Row] = [{"record_id": "c", "birth_date": born}, {"record_id": "m"}, {"record_id": "f"}]
    rows: list[Row] = [
        {"record_id": "c", "kind": kind, "other_record": other, "valid_from": dt.date(2010, 1, 1), "valid_to": until}
        for kind, other, until in (
            ("foster_parent", "m", LAST_DAY),
            ("foster_parent", "f", dt.date(2012, 1, 1)),
            ("custody", "m", LAST_DAY),
        )
    ]
    unknown: Row = {"record_id": "f", "kind": "foster_parent", "other_record": "m"}
    found = resolve_relations(relations(*rows, unknown), persons(*people), entities(OWNER)).kin.to_pylist()
    assert {(r["child_entity"], r["parent_entity"], r["kind"]): r["valid_to"] for r in found} == {
        ("Child", "Mother", "foster_parent"): dt.date(2022, 3, 1),
        ("Child", "Father", "foster_parent"): dt.date(2012, 1, 1),
        ("Child", "Mother", "custody"): LAST_DAY,
        ("Father", "Mother", "foster_parent"): LAST_DAY,
    }


def test_no_relations_give_empty_tables() -> None:
    found = resolve()
    assert (found.kin.num_rows, found.partners.num_rows) == (0, 0)
