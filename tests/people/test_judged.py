"""Judgements in the resolution of registers: forced and forbidden persons, through other mentions too."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.intervals import LAST_DAY
from linkage.partition import name_entities, partition_hash
from linkage.people import People, PeopleSettings, resolve_people
from tests.people.registers import Said, tables, town

SETTINGS = PeopleSettings(random_pairs=20_000)
HOME = ("Fremvej", "7")
SEEN = (HOME, dt.date(2021, 6, 1), dt.date(2021, 6, 2))
TOWN = town(90)
Stated = tuple[str, str, str]

OLD = Said("cpr:f", "Oluf", "Vestergård", dt.date(1960, 2, 1), homes=[(HOME, dt.date(1960, 2, 1), LAST_DAY)])
REPORT = Said("north:x", "Oluf", "Vestergård", dt.date(1960, 2, 1), homes=[SEEN])
AGAIN = dataclasses.replace(REPORT, record_id="north:y")
STRANGER = Said("north:s", "Zdravko", "Petković", dt.date(1979, 4, 30), homes=[(("Havnegade", "2"), *SEEN[1:])])
OTHER = Said("north:t", "Xenia", "Quist", dt.date(1991, 9, 3), homes=[(("Torvet", "11"), *SEEN[1:])])


def ledger(*rows: Stated) -> pa.Table:
    return pa.table(
        {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(("left", "right", "verdict"))}
    )


def resolve(
    mentions: Sequence[Said], *rows: Stated, parties: Sequence[tuple[str, str]] = (), said: list[str] | None = None
) -> People:
    given = tables([*TOWN, *mentions], parties) | {"judgements": ledger(*rows)}
    return resolve_people(given, SETTINGS, report=([] if said is None else said).append)


def parts(people: People) -> dict[str, str]:
    ids, cluster = (people.partition.column(name).to_pylist() for name in ("record_id", "cluster"))
    return dict(zip(ids, cluster, strict=True))


def whats(people: People) -> list[tuple[int, str]]:
    return [(one["number"], one["what"]) for one in people.contradictions.to_pylist()]


def test_same_puts_a_mention_with_a_registered_person_whatever_the_evidence() -> None:
    people = resolve([OLD, STRANGER], ("north:s", "cpr:f", "same"))
    assert parts(people)["north:s"] == "cpr:f"
    links = {row["record_id"]: row for row in people.links(name_entities(people.partition).entities).to_pylist()}
    assert links["north:s"]["anchor_id"] == "cpr:f"
    assert links["north:s"]["probability"] == 1.0
    assert whats(people) == [(1, "evidence")]


def test_different_keeps_a_mention_from_the_person_it_fits_best() -> None:
    found = parts(resolve([OLD, REPORT]))
    assert found["north:x"] == "cpr:f"
    assert parts(resolve([OLD, REPORT], ("cpr:f", "north:x", "different")))["north:x"] == "north:x"


def test_a_person_ruled_out_makes_room_for_the_namesake() -> None:
    son = dataclasses.replace(OLD, record_id="cpr:s", born=dt.date(1995, 7, 9))
    vague = dataclasses.replace(REPORT, born=None)
    assert parts(resolve([OLD, son, vague]))["north:x"] == "north:x"
    assert parts(resolve([OLD, son, vague], ("north:x", "cpr:f", "different")))["north:x"] == "cpr:s"


def test_a_mention_follows_the_one_it_is_judged_to_be() -> None:
    found = parts(resolve([OLD, REPORT, STRANGER], ("north:s", "north:x", "same")))
    assert found["north:s"] == found["north:x"] == "cpr:f"


def test_not_where_its_person_is_ruled_out_for_either_of_them() -> None:
    stated = [("north:s", "north:x", "same"), ("north:s", "cpr:f", "different")]
    found = parts(resolve([OLD, REPORT, STRANGER], *stated))
    assert found["north:s"] == found["north:x"] != found["cpr:f"]


def test_two_mentions_judged_different_do_not_share_the_person_that_fits_both() -> None:
    found = parts(resolve([OLD, REPORT, AGAIN]))
    assert found["north:x"] == found["north:y"] == "cpr:f"
    found = parts(resolve([OLD, REPORT, AGAIN], ("north:x", "north:y", "different")))
    assert found["north:x"] != found["north:y"]
    assert "cpr:f" in {found["north:x"], found["north:y"]}


def test_two_registered_records_of_one_person_are_joined_and_do_not_compete() -> None:
    again = dataclasses.replace(OLD, record_id="cpr:g")
    assert parts(resolve([OLD, again, REPORT]))["north:x"] == "north:x"
    people = resolve([OLD, again, REPORT], ("cpr:f", "cpr:g", "same"))
    found = parts(people)
    assert found["cpr:g"] == found["north:x"] == "cpr:f"
    assert whats(people) == [(1, "rule_lifted")]


def test_mentions_without_a_registered_person_are_joined_and_parted() -> None:
    found = parts(resolve([STRANGER, OTHER], ("north:s", "north:t", "same")))
    assert found["north:t"] == found["north:s"] == "north:s"
    twin = dataclasses.replace(STRANGER, record_id="north:u")
    assert parts(resolve([STRANGER, twin]))["north:u"] == "north:s"
    assert parts(resolve([STRANGER, twin], ("north:s", "north:u", "different")))["north:u"] == "north:u"


def test_two_parties_of_one_incident_may_be_judged_to_be_one_person_and_that_is_told() -> None:
    listed = [("i", "north:x"), ("i", "north:y")]
    people = resolve([OLD, REPORT, AGAIN], ("north:x", "north:y", "same"), parties=listed)
    found = parts(people)
    assert found["north:x"] == found["north:y"] == "cpr:f"
    assert whats(people) == [(1, "rule_lifted")]


@pytest.mark.parametrize("third", ["cpr:f", "north:s"])
def test_two_parties_are_not_joined_through_a_third_record_and_that_is_told(third: str) -> None:
    listed = [("i", "north:x"), ("i", "north:y")]
    stated = [("north:x", third, "same"), ("north:y", third, "same")]
    people = resolve([OLD, REPORT, AGAIN, STRANGER], *stated, parties=listed)
    found = parts(people)
    assert found["north:y"] == found[third] != found["north:x"]
    assert (1, "rule") in whats(people)
    assert people.judgements.column("number").to_pylist() == [2]


def test_the_rule_of_two_parties_holds_where_nothing_can_be_compared() -> None:
    nameless = [Said(f"north:{name}", "", "") for name in "abc"]
    given = tables(nameless, [("i", "north:a"), ("i", "north:c")])
    given["judgements"] = ledger(("north:a", "north:b", "same"), ("north:b", "north:c", "same"))
    people = resolve_people(given, SETTINGS, report=lambda text: None)
    assert parts(people) == {"north:a": "north:a", "north:b": "north:b", "north:c": "north:b"}
    assert whats(people) == [(1, "rule")]


def test_another_party_gives_way_to_the_one_that_a_judgement_ties_to_the_person() -> None:
    listed = [("i", "north:x"), ("i", "north:s")]
    found = parts(resolve([OLD, REPORT, STRANGER], ("north:s", "cpr:f", "same"), parties=listed))
    assert found["north:s"] == "cpr:f"
    assert found["north:x"] == "north:x"


def test_contradictions_and_missing_records_are_counted_in_the_log_without_ids() -> None:
    said: list[str] = []
    stated = [
        ("north:s", "cpr:f", "same"),
        ("north:s", "cpr:f", "unsure"),
        ("north:x", "cpr:f", "different"),
        ("north:x", "north:y", "same"),
        ("north:y", "cpr:f", "same"),
        ("north:x", "secret:1", "same"),
    ]
    people = resolve([OLD, REPORT, AGAIN, STRANGER], *stated, said=said)
    found = parts(people)
    assert found["north:y"] == "cpr:f"
    assert found["north:x"] != "cpr:f"
    assert {(4, "judgement"), (6, "no_record")} <= set(whats(people))
    assert people.judgements.column("number").to_pylist() == [3, 5]
    lines = [line for line in said if "judgements:" in line]
    assert lines[0] == "judgements: 1 same and 1 different hold"
    assert not any("north" in line or "secret" in line for line in lines)


def test_taking_judgements_back_restores_the_partition() -> None:
    mentions = [OLD, REPORT, STRANGER]
    plain = resolve(mentions)
    changed = resolve(mentions, ("north:s", "north:x", "same"))
    back = resolve(mentions, ("north:s", "north:x", "same"), ("north:s", "north:x", "unsure"))
    hashes = [partition_hash(name_entities(one.partition).entities) for one in (plain, changed, back)]
    assert hashes[0] != hashes[1]
    assert hashes[0] == hashes[2]


SOME = ["cpr:f", "cpr:g", "north:x", "north:y", "north:s", "north:t", "cpr:0001", "north:0001"]
stated_pairs = st.lists(
    st.tuples(st.sampled_from(SOME), st.sampled_from(SOME), st.sampled_from(["same", "different"])).filter(
        lambda one: one[0] != one[1]
    ),
    min_size=1,
    max_size=7,
)


@pytest.mark.parametrize("listed", [[], [("i", "north:x"), ("i", "north:y"), ("i", "north:0001")]])
@settings(max_examples=12, deadline=None)
@given(stated=stated_pairs)
def test_every_judgement_holds_or_is_told(listed: list[tuple[str, str]], stated: list[Stated]) -> None:
    twin = dataclasses.replace(OLD, record_id="cpr:g", given="Olaf")
    people = resolve([OLD, twin, REPORT, AGAIN, STRANGER, OTHER], *stated, parties=listed)
    found = parts(people)
    aside = {number for number, what in whats(people) if what in {"judgement", "rule"}}
    latest = {frozenset(row[:2]): (number, row) for number, row in enumerate(stated, 1)}
    for number, (left, right, verdict) in latest.values():
        together = found[left] == found[right]
        assert not together if verdict == "different" else (together or number in aside)
