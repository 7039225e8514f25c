"""Records of one event are joined; records of two never."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.events import LONGEST_EVENT, join_events
from linkage.tables import ADDRESSES
from tests.places.rows import entities, incidents, involvements, table

HOME: dict[str, Any] = {"address_id": "9000|a|1|1|tv", "access_id": "9000|a|1", "grade": "A"}
NEXT_DOOR: dict[str, Any] = {"address_id": "9000|a|1|1|th", "access_id": "9000|a|1", "grade": "A"}
HOUSE: dict[str, Any] = {"address_id": "9000|b|2", "access_id": "9000|b|2", "grade": "A"}
NIGHT = 19_000
PEOPLE = entities({r: r[0] for r in ("p1", "p2", "q1", "q2", "r1", "s1")})


def record(day: int | None = NIGHT, *, register: str = "north", **more: Any) -> dict[str, Any]:
    return HOME | {"occurred": day, "register": register} | more


def join(*rows: tuple[dict[str, Any], str], addresses: pa.Table | None = None) -> list[tuple[str, str]]:
    """Event id and reason of records, each given with the mentions it names (separated by blanks)."""
    named = {f"i{i}": who.split() for i, (_, who) in enumerate(rows)}
    found = join_events(incidents(*(r for r, _ in rows)), involvements(named), PEOPLE, addresses=addresses)
    return [(r["event_id"], r["reason"]) for r in found.to_pylist()]


def groups(*rows: tuple[dict[str, Any], str], addresses: pa.Table | None = None) -> list[int]:
    """The number of each record's event, in order of appearance."""
    seen: dict[str, int] = {}
    return [seen.setdefault(event, len(seen)) for event, _ in join(*rows, addresses=addresses)]


def test_a_reference_joins_and_says_so() -> None:
    rows = [
        (record(journal_number="0851-12345-00001-24"), "p1"),
        (record(journal_reference="0851 12345 00001 24", register="south", address_id=None, access_id=None), "r1"),
        (record(NIGHT + 100), "p1"),
    ]
    found = join(*rows)
    assert found[0][0] == found[1][0] != found[2][0]
    assert [reason for _, reason in found] == ["journal_reference", "journal_reference", "single"]


def test_a_number_used_twice_means_the_record_it_can_mean() -> None:
    rows = [
        (record(NIGHT - 400, journal_number="1", **HOUSE), "s1"),
        (record(NIGHT, journal_number="1"), "p1"),
        (record(NIGHT + 1, journal_reference="1", register="south", **HOUSE), "p2"),
    ]
    assert groups(*rows) == [0, 1, 1]


def test_a_number_that_could_mean_two_records_means_none() -> None:
    twins = [(record(NIGHT, journal_number="1", register=r), "") for r in ("north", "west")]
    other = (record(NIGHT + 1, journal_reference="1", register="south", **HOUSE), "r1")
    found = groups(*twins, other)
    assert found[2] not in found[:2]


def test_a_number_from_another_year_means_nothing() -> None:
    rows = [(record(journal_number="1"), "p1"), (record(NIGHT + 400, journal_reference="1", **HOUSE), "r1")]
    assert groups(*rows) == [0, 1]


SAME_NIGHT = [
    ("one person, one home", record(), "p1", record(register="south"), "p2 q1"),
    ("two cases in one register", record(), "p1", record(), "p2"),
    ("another word for it", record(category="simple_violence"), "p1", record(register="south"), "p2"),
    ("the order given that night", record(category="restraining_order"), "p1 q1", record(), "p2 q2"),
    ("the floor left out", record(), "p1", record(address_id="9000|a|1"), "p2"),
    ("reported date only", record(), "p1", record(None, reported=NIGHT, register="south"), "p2"),
    ("unknown place, all named", record(), "p1 q1", record(address_id=None, access_id=None, grade=None), "p2"),
    ("unread place, two persons", record(), "p1 q1", record(grade="C", access_id="x", address_id="x"), "p2 q2 r1"),
    ("nobody named in one", record(), "p1", record(register="south"), ""),
    ("nobody named in both", record(), "", record(), ""),
    ("a day apart in two registers", record(), "p1", record(NIGHT + 1, register="south"), "p2"),
    ("both sides of midnight", record(reported=NIGHT + 1), "p1", record(NIGHT + 1, reported=NIGHT + 1), "p2"),
    ("street corners written loosely", record(grade="C", postcode="9000"), "p1",
     record(grade="C", address_id="x", access_id="x", postcode="9310"), "p2"),
    ("sealed, all named", record(sealed=True, address_id=None, access_id=None, grade=None), "p1 q1",
     record(sealed=True, address_id=None, access_id=None, grade=None), "p2 q2 r1"),
]  # fmt: skip

TWO_NIGHTS = [
    ("nobody in common", record(), "p1", record(register="south"), "q1"),
    ("another place", record(), "p1", record(register="south", **HOUSE), "p2"),
    ("two days apart", record(), "p1", record(NIGHT + 2, register="south"), "p2"),
    ("a day apart in one register", record(), "p1", record(NIGHT + 1), "p2"),
    ("a night and the next", record(reported=NIGHT), "p1", record(NIGHT + 1, reported=NIGHT + 1), "p2"),
    ("a day apart next door", record(), "p1", record(NIGHT + 1, register="south", **NEXT_DOOR), "p2"),
    ("a day apart, nobody named", record(), "", record(NIGHT + 1, register="south"), "p1"),
    ("next door, nobody named", record(), "p1", record(**NEXT_DOOR), ""),
    ("a theft and a fight", record(category="shoplifting", address_id=None, access_id=None, grade=None), "p1",
     record(), "p2"),
    ("a notification", record(category="municipal_notification"), "p1", record(), "p2"),
    ("two notifications", record(category="note"), "p1", record(category="note"), "p2"),
    ("sealed and open", record(), "p1 q1", record(sealed=True, address_id=None, access_id=None), "p2 q2"),
    ("sealed, one of many", record(sealed=True, address_id=None, access_id=None, grade=None), "p1 q1",
     record(sealed=True, address_id=None, access_id=None, grade=None), "p2 r1"),
    ("no date", record(None), "p1", record(), "p2"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "who", "other", "whom"), [c[1:] for c in SAME_NIGHT], ids=[c[0] for c in SAME_NIGHT])
def test_one_night_written_down_twice(one: dict[str, Any], who: str, other: dict[str, Any], whom: str) -> None:
    found = join((one, who), (other, whom))
    assert found[0] == found[1]
    assert found[0][1] == "same_night"


@pytest.mark.parametrize(("one", "who", "other", "whom"), [c[1:] for c in TWO_NIGHTS], ids=[c[0] for c in TWO_NIGHTS])
def test_two_events(one: dict[str, Any], who: str, other: dict[str, Any], whom: str) -> None:
    assert [reason for _, reason in join((one, who), (other, whom))] == ["single", "single"]


def test_a_house_is_a_home_only_if_the_addresses_say_so() -> None:
    rows = [(record(**HOUSE), "p1"), (record(**HOUSE), "")]
    assert groups(*rows) == [0, 1]
    home = [{**HOUSE, "unit": True, "hub": False}]
    known = table(ADDRESSES, [{k: v for k, v in h.items() if k != "grade"} for h in home])
    assert groups(*rows, addresses=known) == [0, 0]


def test_nights_do_not_chain_into_a_week() -> None:
    rows = [(record(NIGHT + day, register=f"r{day}"), "p1") for day in range(8)]
    found = groups(*rows)
    for event in set(found):
        days = [day for day, e in enumerate(found) if e == event]
        assert max(days) - min(days) <= LONGEST_EVENT
    assert len(set(found)) >= 3


def test_one_register_never_dates_one_night_twice() -> None:
    rows = [(record(), "p1"), (record(NIGHT + 1, register="south"), "p1"), (record(NIGHT + 1), "p1")]
    found = groups(*rows)
    assert found[0] != found[2]


RECORD = st.tuples(
    st.builds(
        record,
        st.one_of(st.none(), st.integers(NIGHT, NIGHT + 3)),
        register=st.sampled_from(["north", "south", "west"]),
        category=st.sampled_from(["domestic_disturbance", "simple_violence", "restraining_order", "note"]),
        address_id=st.sampled_from([None, HOME["address_id"], NEXT_DOOR["address_id"], "9000|a|1"]),
        access_id=st.just("9000|a|1"),
        journal_number=st.sampled_from([None, "1", "2"]),
        journal_reference=st.sampled_from([None, None, "1", "2"]),
        sealed=st.booleans(),
    ),
    st.lists(st.sampled_from(["p1", "p2", "q1", "r1"]), max_size=3, unique=True).map(" ".join),
)


@given(st.lists(RECORD, max_size=7))
def test_laws_of_joining(rows: list[tuple[dict[str, Any], str]]) -> None:
    found = join(*rows)
    assert len(found) == len(rows)
    for (one, (event, reason)), (other, (another, _)) in combinations(zip([r for r, _ in rows], found, strict=True), 2):
        if event != another:
            continue
        assert "note" not in (one["category"], other["category"])
        assert one["sealed"] == other["sealed"]
        if one["occurred"] and other["occurred"] and reason == "same_night":
            assert abs(one["occurred"] - other["occurred"]) <= LONGEST_EVENT
    events = [event for event, _ in found]
    assert all((events.count(event) == 1) == (reason == "single") for event, reason in found)


@given(st.lists(RECORD, max_size=7), st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[dict[str, Any], str]], seed: int) -> None:
    named = {f"i{i}": who.split() for i, (_, who) in enumerate(rows)}
    given_rows = [{"incident_id": f"i{i}"} | r for i, (r, _) in enumerate(rows)]
    straight = join_events(incidents(*given_rows), involvements(named), PEOPLE)
    random.Random(seed).shuffle(given_rows)  # noqa: S311
    turned = join_events(incidents(*given_rows), involvements(dict(reversed(named.items()))), PEOPLE)
    assert straight.equals(turned)


def test_the_event_is_named_after_its_smallest_record() -> None:
    alone = join((record(), "p1"))
    both = join((record(), "p1"), (record(register="south"), "p1"))
    assert alone[0][0] == both[0][0] == both[1][0]
    assert alone[0][0].startswith("V")
