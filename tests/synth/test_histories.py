"""The SQL truth against brute force: on a simulated village, and on small worlds made to be awkward."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.synth import AS_OF
from loaders.synth.histories import TRUTH_INPUTS, true_histories
from tests.synth.conftest import World
from tests.synth.oracle import Line, Oracle

OPEN = dt.date(9999, 12, 31)
TODAY = dt.date(2024, 2, 29)
SCHEMAS = {
    "persons": {"person": pa.string(), "birth_date": pa.date32(), "deceased": pa.date32()},
    "stays": {
        "person": pa.string(),
        "address": pa.string(),
        "district": pa.string(),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
        "unit": pa.bool_(),
        "hub": pa.bool_(),
        "sealed": pa.bool_(),
    },
    "relations": {
        "person": pa.string(),
        "other": pa.string(),
        "kind": pa.string(),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
    },
    "events": {
        "event": pa.string(),
        "date": pa.date32(),
        "place": pa.string(),
        "district": pa.string(),
        "domestic": pa.bool_(),
        "counts": pa.bool_(),
    },
    "roles": {"event": pa.string(), "person": pa.string(), "role": pa.string()},
}


def lines(histories: pa.Table) -> set[Line]:
    columns = (histories.column(c).to_pylist() for c in ("child", "event", "class", "person", "role"))
    return set(zip(*columns, strict=True))


def tables(rows: dict[str, list[dict[str, Any]]]) -> dict[str, pa.Table]:
    return {n: pa.Table.from_pylist(rows.get(n, []), schema=pa.schema(list(SCHEMAS[n].items()))) for n in TRUTH_INPUTS}


def test_village_agrees_with_brute_force(village: World) -> None:
    oracle = Oracle({name: village.truth(name) for name in TRUTH_INPUTS}, AS_OF)
    children = oracle.children()
    expected = set().union(*(oracle.history(child) for child in children))
    assert {k for _, _, k, _, _ in expected} >= {"A", "B"}
    assert lines(village.truth("histories")) == expected
    assert village.truth("children").column("child").to_pylist() == children


days = st.integers(0, 900).map(lambda n: TODAY - dt.timedelta(days=n * 5))
people = st.sampled_from([f"p{n}" for n in range(6)])


@st.composite
def spell(draw: st.DrawFn) -> tuple[dt.date, dt.date]:
    start = draw(days)
    length = draw(st.sampled_from([0, 5, 29, 30, 31, 200, 2000, None]))
    return start, OPEN if length is None else start + dt.timedelta(days=length)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for n in range(6):
        age = draw(st.sampled_from([0, 3, 10, 17, 18, 19, 40]))
        born = draw(st.sampled_from([dt.date(TODAY.year - age, 2, 28), dt.date(TODAY.year - age, 3, 1), draw(days)]))
        died = draw(st.one_of(st.none(), st.none(), days))
        rows["persons"].append({"person": f"p{n}", "birth_date": min(born, TODAY), "deceased": died})
    for _ in range(draw(st.integers(0, 9))):
        start, end = draw(spell())
        place = draw(st.sampled_from(["u1", "u2", "hub"]))
        rows["stays"].append(
            {
                "person": draw(people),
                "address": place,
                "district": {"u1": "Nord", "u2": "Syd", "hub": "Syd"}[place],
                "valid_from": start,
                "valid_to": end,
                "unit": place != "hub",
                "hub": place == "hub",
                "sealed": draw(st.sampled_from([False, False, False, True])),
            }
        )
    for _ in range(draw(st.integers(0, 8))):
        start, end = draw(spell())
        kinds = ["parent", "parent", "adoptive_parent", "spouse", "partner", "custody", "foster_parent"]
        kind = draw(st.sampled_from(kinds))
        person, other = draw(people), draw(people)
        if person != other and start < end:
            row = {"person": person, "other": other, "kind": kind, "valid_from": start, "valid_to": end}
            rows["relations"].append(row)
            if kind == "foster_parent":  # mostly nonsense unless they share a home
                where = {"address": "u1", "district": "Nord", "unit": True, "hub": False, "sealed": False}
                day = dt.timedelta(days=draw(st.sampled_from([0, 10, 100])))
                lived = {"valid_from": start - day, "valid_to": draw(st.sampled_from([end, OPEN]))}
                rows["stays"] += [{"person": who, **where, **lived} for who in (person, other, draw(people))]
    for n in range(draw(st.integers(1, 5))):
        where = draw(st.sampled_from([None, "u1", "u2", "hub"]))
        flags = {"domestic": draw(st.booleans()), "counts": draw(st.sampled_from([True, True, True, False]))}
        rows["events"].append({"event": f"e{n}", "date": draw(days), "place": where, "district": "Nord", **flags})
        for person in draw(st.sets(people, max_size=3)):
            role = draw(
                st.sampled_from(["CHARGED", "RESTRAINED", "INJURED", "CHILD_PRESENT", "WITNESS", "REPORTER", "OTHER"])
            )
            rows["roles"].append({"event": f"e{n}", "person": person, "role": role})
    return rows


@settings(max_examples=60)
@given(worlds())
def test_awkward_worlds_agree_with_brute_force(rows: dict[str, list[dict[str, Any]]]) -> None:
    truth = tables(rows)
    oracle = Oracle(truth, TODAY)
    histories, children = true_histories(truth, TODAY)
    assert children.column("child").to_pylist() == oracle.children()
    assert lines(histories) == set().union(*(oracle.history(child) for child in oracle.children()))


def _person(name: str, born: str) -> dict[str, Any]:
    return {"person": name, "birth_date": dt.date.fromisoformat(born), "deceased": None}


def _event(name: str, day: str, district: str) -> dict[str, Any]:
    date = dt.date.fromisoformat(day)
    return {"event": name, "date": date, "place": None, "district": district, "domestic": True, "counts": True}


def _stay(person: str, address: str, district: str, start: str, end: str | None) -> dict[str, Any]:
    until = OPEN if end is None else dt.date.fromisoformat(end)
    flags = {"unit": True, "hub": False, "sealed": False}
    since = dt.date.fromisoformat(start)
    return {
        "person": person,
        "address": address,
        "district": district,
        "valid_from": since,
        "valid_to": until,
        **flags,
    }


def test_only_events_outside_the_present_district_of_a_mover_cross_districts() -> None:
    parent = {"person": "c", "other": "m", "kind": "parent", "valid_from": dt.date(2015, 1, 1), "valid_to": OPEN}
    rows = {
        "persons": [_person("c", "2015-01-01"), _person("m", "1985-01-01")],
        "stays": [_stay("c", "u1", "Nord", "2015-01-01", "2020-01-01"), _stay("c", "u2", "Syd", "2020-01-01", None)],
        "relations": [parent],
        "events": [_event("e1", "2018-01-01", "Nord"), _event("e2", "2021-01-01", "Syd")],
        "roles": [{"event": e, "person": "m", "role": "INJURED"} for e in ("e1", "e2")],
    }
    histories, children = true_histories(tables(rows), TODAY)
    crossing = dict(
        zip(histories.column("event").to_pylist(), histories.column("cross_district").to_pylist(), strict=True)
    )
    assert crossing == {"e1": True, "e2": False}
    assert children.to_pylist() == [{"child": "c", "district": "Syd", "moved_district": True, "protected": False}]


def _roles(**who: str) -> list[dict[str, Any]]:
    return [{"event": event, "person": person, "role": "CHARGED"} for event, person in who.items()]


def test_who_lives_where_a_child_is_placed_counts_before_and_after_but_not_then() -> None:
    placed = {"person": "c", "other": "f", "kind": "foster_parent"}
    rows = {
        "persons": [_person("c", "2008-01-01"), _person("f", "1970-01-01"), _person("g", "1990-01-01")],
        "stays": [_stay(who, "u1", "Nord", "2010-01-01", None) for who in "cfg"],
        "relations": [{**placed, "valid_from": dt.date(2015, 1, 1), "valid_to": dt.date(2017, 1, 1)}],
        "events": [_event(f"e{year}", f"{year}-06-01", "Nord") for year in (2014, 2015, 2016, 2017)],
        "roles": _roles(e2014="g", e2015="g", e2016="f", e2017="f"),
    }
    truth = tables(rows)
    found = {(event, klass) for _, event, klass, _, _ in lines(true_histories(truth, TODAY)[0])}
    assert found == {("e2014", "A"), ("e2015", "B"), ("e2016", "B"), ("e2017", "A")}
    oracle = Oracle(truth, TODAY)
    assert lines(true_histories(truth, TODAY)[0]) == set().union(*(oracle.history(c) for c in oracle.children()))


def test_a_second_home_is_not_where_a_child_lives_now_and_its_events_are_the_childs() -> None:
    parents = [{"person": "c", "other": p, "kind": "parent", "valid_from": dt.date(2015, 1, 1)} for p in "mf"]
    wed = {"person": "f", "other": "w", "kind": "spouse", "valid_from": dt.date(2016, 1, 1)}
    stays = [
        _stay("m", "u1", "Nord", "2010-01-01", None),
        _stay("c", "u1", "Nord", "2015-01-01", None),
        _stay("c", "u2", "Syd", "2019-01-01", "2021-01-01"),
        _stay("c", "u3", "Aarhus", "2021-01-01", None),
        *(_stay(who, "u2", "Syd", "2016-01-01", None) for who in "fw"),
    ]
    rows = {
        "persons": [_person("c", "2015-01-01"), *(_person(p, "1985-01-01") for p in "mfw")],
        "stays": stays,
        "relations": [{**row, "valid_to": OPEN} for row in (*parents, wed)],
        "events": [_event(f"e{year}", f"{year}-06-01", "Syd") for year in (2018, 2020, 2022)],
        "roles": _roles(e2018="w", e2020="w", e2022="w"),
    }
    truth = tables(rows)
    truth["stays"] = truth["stays"].append_column("secondary", pa.array([n in (2, 3) for n in range(len(stays))]))
    histories, children = true_histories(truth, TODAY)
    assert {(e, k) for _, e, k, _, _ in lines(histories)} == {("e2018", "B"), ("e2020", "A")}
    assert children.to_pylist() == [{"child": "c", "district": "Nord", "moved_district": False, "protected": False}]
