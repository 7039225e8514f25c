"""Stays, shared homes and households, each against the simplest program that could compute it."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from linkage.households import build_coresidence, build_episodes, build_households
from linkage.intervals import LAST_DAY, Interval, to_date, to_days, union
from linkage.tables import ADDRESSES, KIN
from tests.places.rows import Row, days_of, entities, episodes, residences, table

KNOWN = [0, 10, 20]


def stay(entity: str, address: str | None, start: int, end: int, **more: Any) -> dict[str, Any]:
    row = {"entity_id": entity, "address_id": address, "valid_from": start, "valid_to": end}
    return row | {"known_from": 0} | more


STAYS = st.lists(
    st.builds(
        lambda e, a, start, length, known: stay(e, a, start, start + length, known_from=known[0], known_to=known[1]),
        st.sampled_from("pqrs"),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 12),
        st.integers(1, 6),
        st.sampled_from([(0, 30), (0, 30), (0, 20), (10, 30)]),
    ),
    max_size=9,
)


# --------------------------------------------------------------------------------------- co-residence


def _believed(rows: list[dict[str, Any]], day: int) -> list[dict[str, Any]]:
    return [r for r in rows if to_days(r["known_from"]) <= day < to_days(r["known_to"])]


def _shared(stays: list[Row], day: int) -> dict[tuple[str, str], list[Interval]]:
    """Pairs and their maximal intervals, by looking at every pair of stays believed on a day."""
    believed = [s for s in stays if s["known_from"] <= day < s["known_to"]]
    found: dict[tuple[str, str], list[Interval]] = {}
    for one, other in combinations(believed, 2):
        left, right = sorted((one["entity_id"], other["entity_id"]))
        if left == right or one["address_id"] != other["address_id"]:
            continue
        both = Interval(one["valid_from"], one["valid_to"]) & Interval(other["valid_from"], other["valid_to"])
        found.setdefault((left, right), []).append(both)
    return {pair: merged for pair, shared in found.items() if (merged := union(shared))}


@given(STAYS)
def test_co_residence_is_what_comparing_all_pairs_finds_on_every_day_of_belief(stays: list[Row]) -> None:
    rows = build_coresidence(episodes(*stays)).to_pylist()
    for day in (5, 15, 25):
        found: dict[tuple[str, str], list[Interval]] = {}
        for row in _believed(rows, day):
            interval = Interval(to_days(row["valid_from"]), to_days(row["valid_to"]))
            found.setdefault((row["left_entity"], row["right_entity"]), []).append(interval)
        assert {pair: sorted(i) for pair, i in found.items()} == _shared(stays, day)


@given(STAYS, st.randoms(use_true_random=False))
def test_the_order_of_stays_does_not_matter(stays: list[Row], turn: Any) -> None:
    straight = episodes(*stays)
    turned = list(stays)
    turn.shuffle(turned)
    assert build_coresidence(straight).equals(build_coresidence(episodes(*turned)))
    assert build_households(straight).equals(build_households(episodes(*turned)))


def test_moving_on_together_does_not_interrupt() -> None:
    stays = [stay(e, a, s, s + 10) for e in "pq" for a, s in (("a", 0), ("b", 10))]
    (row,) = build_coresidence(episodes(*stays)).to_pylist()
    assert (row["valid_from"], row["valid_to"], row["certain"]) == (to_date(0), to_date(20), True)


def test_a_day_between_interrupts() -> None:
    stays = [stay(e, a, s, s + 10) for e in "pq" for a, s in (("a", 0), ("b", 11))]
    assert build_coresidence(episodes(*stays)).num_rows == 2


def test_hubs_and_unknown_units_make_it_possible_only_and_are_kept_apart() -> None:
    stays = [
        *(stay(e, "shelter", 0, 10, hub=True) for e in "pq"),
        *(stay(e, "home", 10, 20) for e in "pq"),
        *(stay(e, "house", 20, 30, unit=False) for e in "pq"),
    ]
    rows = build_coresidence(episodes(*stays)).to_pylist()
    assert [(to_days(r["valid_from"]), to_days(r["valid_to"]), r["certain"]) for r in rows] == [
        (0, 10, False),
        (10, 20, True),
        (20, 30, False),
    ]


def test_a_college_of_five_hundred_stays_small_and_families_in_it_are_found() -> None:
    stays = [stay(f"s{i:03}", "college", i, 2000, hub=True) for i in range(500)]
    stays += [stay(e, "college", 250, 2000, hub=True) for e in ("mother", "child")]
    shared = build_coresidence(episodes(*stays))
    assert shared.num_rows <= 502 * 12
    pairs = set(zip(shared["left_entity"].to_pylist(), shared["right_entity"].to_pylist(), strict=True))
    assert ("child", "mother") in pairs
    assert build_coresidence(episodes(*stays), most_together=1).num_rows <= 502


def test_sealed_stays_are_never_shared() -> None:
    stays = [stay(e, None, 0, 10, sealed=True, unit=False) for e in "pq"]
    assert build_coresidence(episodes(*stays)).num_rows == 0
    assert build_households(episodes(*stays)).num_rows == 0


def test_shared_days_are_believed_while_both_stays_are() -> None:
    stays = [stay("p", "a", 0, 9, known_from=5), stay("q", "a", 0, 9, known_from=7, known_to=20)]
    (row,) = build_coresidence(episodes(*stays)).to_pylist()
    assert (row["known_from"], row["known_to"]) == (to_date(7), to_date(20))


def placement(child: str, carer: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    row = {"child_entity": child, "parent_entity": carer, "kind": "foster_parent", "valid_from": start}
    return row | {"valid_to": end, "known_from": 0, "register": "cpr"} | more


PLACEMENTS = st.lists(
    st.builds(
        lambda pair, start, length, known: placement(
            pair[0], pair[1], start, start + length, known_from=known[0], known_to=known[1]
        ),
        st.sampled_from(["pq", "pr", "qp", "sr"]),
        st.integers(0, 12),
        st.integers(1, 9),
        st.sampled_from([(0, 30), (0, 20), (10, 30)]),
    ),
    max_size=3,
)


def _days_together(stays: list[Row], placements: list[Row], belief: int) -> dict[tuple[str, str, bool], set[int]]:
    """Day by day: who shares a unit with whom, and whether one of the two is placed with somebody there."""

    def holds(row: Row, day: int) -> bool:
        return bool(row["valid_from"] <= day < row["valid_to"] and row["known_from"] <= belief < row["known_to"])

    found: dict[tuple[str, str, bool], set[int]] = {}
    for day in range(30):
        here = [s for s in stays if holds(s, day)]
        with_whom = {(p["child_entity"], p["parent_entity"]) for p in placements if holds(p, day)}
        living = {(s["entity_id"], s["address_id"]) for s in here}
        placed = {(c, a) for c, carer in with_whom for who, a in living if who == carer and (c, a) in living}
        for one, other in combinations(sorted(living), 2):
            if one[0] != other[0] and one[1] == other[1]:
                certain = one not in placed and other not in placed
                found.setdefault((one[0], other[0], certain), set()).add(day)
    return found


@given(STAYS, PLACEMENTS)
def test_in_foster_care_whoever_a_child_lives_with_there_is_possible_only(
    stays: list[Row], placements: list[Row]
) -> None:
    rows = build_coresidence(episodes(*stays), table(KIN, placements)).to_pylist()
    for belief in (5, 15, 25):
        found: dict[tuple[str, str, bool], set[int]] = {}
        for row in _believed(rows, belief):
            days = set(range(to_days(row["valid_from"]), to_days(row["valid_to"])))
            kept = found.setdefault((row["left_entity"], row["right_entity"], row["certain"]), set())
            assert not kept & {min(days) - 1, *days}, "intervals are maximal"
            kept |= days
        assert found == _days_together(stays, placements, belief)


def test_a_placement_counts_where_the_foster_parent_lives_and_for_the_days_of_both() -> None:
    stays = [stay(e, "home", 0, 100) for e in ("carer", "guest")]
    stays += [stay("child", "home", 10, 60), stay("child", "school", 60, 80), stay("guest", "school", 60, 80)]
    kin = table(KIN, [placement("child", "carer", 20, 90)])
    rows = build_coresidence(episodes(*stays), kin).to_pylist()
    with_guest = [r for r in rows if (r["left_entity"], r["right_entity"]) == ("child", "guest")]
    assert [(to_days(r["valid_from"]), to_days(r["valid_to"]), r["certain"]) for r in with_guest] == [
        (10, 20, True),
        (20, 60, False),
        (60, 80, True),
    ]
    custody = table(KIN, [placement("child", "carer", 20, 90, kind="custody")])
    assert all(r["certain"] for r in build_coresidence(episodes(*stays), custody).to_pylist())


def test_a_second_home_beside_the_first_is_shared_like_the_first() -> None:
    stays = [stay("child", "mother's", 0, 100), stay("mother", "mother's", 0, 100)]
    stays += [stay("child", "father's", 30, 70), stay("father", "father's", 0, 100), stay("wife", "father's", 40, 100)]
    found = {
        (r["left_entity"], r["right_entity"]): (to_days(r["valid_from"]), to_days(r["valid_to"]))
        for r in build_coresidence(episodes(*stays)).to_pylist()
    }
    assert found[("child", "mother")] == (0, 100)
    assert found[("child", "father")] == (30, 70)
    assert found[("child", "wife")] == (40, 70)
    homes = {r["household_id"] for r in build_households(episodes(*stays)).to_pylist() if r["entity_id"] == "child"}
    assert len(homes) == 2


# ----------------------------------------------------------------------------------------- households


@given(STAYS)
def test_households_partition_the_days_that_persons_live_somewhere(stays: list[Row]) -> None:
    stays = [{**s, "known_from": 0, "known_to": 30} for s in stays]
    rows = build_households(episodes(*stays))
    lived = days_of(episodes(*stays), "entity_id", "address_id")
    assert days_of(rows, "entity_id", "address_id") == lived
    assert len(days_of(rows, "entity_id", "address_id", "household_id")) == len(lived)


@given(STAYS)
def test_a_household_is_everyone_linked_by_days_in_common(stays: list[Row]) -> None:
    rows = build_households(episodes(*stays)).to_pylist()
    for one, other in combinations(rows, 2):
        apart = one["address_id"] != other["address_id"]
        meet = max(one["valid_from"], other["valid_from"]) < min(one["valid_to"], other["valid_to"])
        if apart:
            assert one["household_id"] != other["household_id"]
        elif meet:
            assert one["household_id"] == other["household_id"]
    for household in {r["household_id"] for r in rows}:
        spans = [
            Interval(to_days(r["valid_from"]), to_days(r["valid_to"])) for r in rows if r["household_id"] == household
        ]
        whole = union(spans)
        assert len(whole) == 1, "somebody was there all the time"
        turnovers = {i.end for i in spans} & {i.start for i in spans}
        assert all(any(i.start < d < i.end for i in spans) for d in turnovers if whole[0].start < d < whole[0].end)


def test_a_household_goes_on_while_one_member_stays_and_ends_when_all_have_left() -> None:
    stays = [
        stay("p", "a", 0, 10),
        stay("q", "a", 5, 20),
        stay("r", "a", 20, 30),
        stay("s", "shelter", 0, 10, hub=True),
        stay("s", "house", 10, 20, unit=False),
    ]
    rows = build_households(episodes(*stays)).to_pylist()
    home = {r["entity_id"]: r["household_id"] for r in rows}
    assert set(home) == {"p", "q", "r"}
    assert home["p"] == home["q"] != home["r"]


def test_a_later_member_does_not_rename_a_household() -> None:
    before = build_households(episodes(stay("p", "a", 0, 10)))["household_id"].to_pylist()
    after = build_households(episodes(stay("p", "a", 0, 10), stay("q", "a", 4, 8)))["household_id"].to_pylist()
    assert set(before) == set(after)


# ------------------------------------------------------------------------------------------- episodes


def _addresses(*ids: str, **more: Any) -> pa.Table:
    return table(ADDRESSES, [{"address_id": i, "access_id": i} | more for i in ids])


def _episodes(*rows: Row, owner: dict[str, str]) -> list[dict[str, Any]]:
    found = {str(r["address_id"]) for r in rows if r.get("address_id")}
    built = build_episodes(residences(*rows), entities(owner), _addresses(*sorted(found)))
    return list(built.to_pylist())


def test_a_dated_entry_lasts_until_the_next_one() -> None:
    rows: list[Row] = [
        {"record_id": f"r{day}", "address_id": a, "valid_from": day, "uncertainty": "from_only"}
        for day, a in ((10, "a"), (20, "b"), (20, "c"), (35, "d"))
    ]
    found = _episodes(*rows, owner={f"r{day}": "p" for day in (10, 20, 35)})
    assert [(r["address_id"], r["valid_to"]) for r in found] == [
        ("a", to_date(20)),
        ("b", to_date(35)),
        ("c", to_date(35)),
        ("d", LAST_DAY),
    ]


def test_another_person_s_entry_ends_nothing() -> None:
    rows: list[Row] = [
        {"record_id": r, "address_id": "a", "valid_from": day, "uncertainty": "from_only"}
        for r, day in (("r1", 10), ("r2", 20))
    ]
    assert [r["valid_to"] for r in _episodes(*rows, owner={"r1": "p", "r2": "q"})] == [LAST_DAY, LAST_DAY]


def test_stated_addresses_and_strangers_are_no_stays() -> None:
    rows: list[Row] = [
        {"record_id": "r1", "address_id": "a", "valid_from": 1, "valid_to": 2, "uncertainty": "stated"},
        {"record_id": "r2", "address_id": "a"},
    ]
    assert _episodes(*rows, owner={"r1": "p"}) == []


def test_two_homes_at_once_are_two_stays() -> None:
    rows: list[Row] = [
        {"record_id": "r", "address_id": a, "valid_from": 10, "valid_to": 50, "source_row": f"r/{a}"} for a in "ab"
    ]
    assert [(r["address_id"], r["valid_to"]) for r in _episodes(*rows, owner={"r": "p"})] == [
        ("a", to_date(50)),
        ("b", to_date(50)),
    ]


def test_one_stay_in_two_registers_is_one() -> None:
    day = dt.date(2024, 1, 1)
    rows: list[Row] = [
        {"record_id": r, "address_id": "a", "valid_from": 1, "valid_to": 9, "register": r, "known_from": known}
        for r, known in (("y", day), ("x", day + dt.timedelta(30)))
    ]
    (found,) = _episodes(*rows, owner={"x": "p", "y": "p"})
    assert (found["record_id"], found["register"], found["known_from"]) == ("x", "x", day)


def test_an_address_tells_whether_it_is_a_home() -> None:
    places = pa.concat_tables([_addresses("a", unit=True), _addresses("b", unit=True, hub=True)])
    rows = [{"record_id": "r", "address_id": a, "valid_from": i, "valid_to": i + 1} for i, a in enumerate("ab")]
    rows.append({"record_id": "r", "sealed": True, "valid_from": 5, "valid_to": 6})
    found = build_episodes(residences(*rows), entities({"r": "p"}), places).to_pylist()
    assert [(r["unit"], r["hub"], r["sealed"]) for r in found] == [
        (True, False, False),
        (True, True, False),
        (False, False, True),
    ]
