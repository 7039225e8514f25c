"""Who is who among mentions: links to registered persons, competition, constraints, and what order may not change."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.errors import LinkageError
from linkage.intervals import LAST_DAY
from linkage.partition import name_entities, partition_hash
from linkage.people import People, PeopleSettings, resolve_people
from linkage.people.explain import why_by_comparison, why_from_pairs
from tests.people.registers import Said, tables, town

SETTINGS = PeopleSettings(random_pairs=20_000)
HOME = ("Fremvej", "7")
SEEN = (HOME, dt.date(2021, 6, 1), dt.date(2021, 6, 2))
TOWN = town(150)


def resolve(mentions: Sequence[Said], parties: Sequence[tuple[str, str]] = ()) -> People:
    return resolve_people(tables(mentions, parties), SETTINGS, report=lambda text: None)


def parts(people: People) -> dict[str, str]:
    ids, cluster = (people.partition.column(name).to_pylist() for name in ("record_id", "cluster"))
    return dict(zip(ids, cluster, strict=True))


def resident(record: str, given: str, born: str) -> Said:
    birth = dt.date.fromisoformat(born)
    return Said(record, given, "Vestergård", birth, homes=[(HOME, birth, LAST_DAY)])


def test_reports_reach_the_registered_person() -> None:
    found = parts(resolve(TOWN))
    reports = [m for m in found if m.startswith("north")]
    right = [m for m in reports if found[m] == m.replace("north", "cpr")]
    alone = [m for m in reports if found[m] == m]
    assert len(right) >= 0.9 * len(reports)
    assert len(right) + len(alone) == len(reports)


def test_a_report_that_fits_father_and_son_alike_is_given_to_neither() -> None:
    father, son = resident("cpr:f", "Oluf", "1960-02-01"), resident("cpr:s", "Oluf", "1995-07-09")
    report = Said("north:x", "Oluf", "Vestergård", homes=[SEEN])
    found = parts(resolve([*TOWN, father, son, report]))
    assert found["north:x"] == "north:x"
    assert found["cpr:f"] != found["cpr:s"]


def test_a_birth_date_decides_between_father_and_son() -> None:
    father, son = resident("cpr:f", "Oluf", "1960-02-01"), resident("cpr:s", "Oluf", "1995-07-09")
    report = Said("north:x", "Oluf", "Vestergård", dt.date(1995, 7, 9), homes=[SEEN])
    found = parts(resolve([*TOWN, father, son, report]))
    assert found["north:x"] == found["cpr:s"] == "cpr:s"


def test_without_a_rival_name_and_home_are_enough() -> None:
    report = Said("north:x", "Oluf", "Vestergård", homes=[SEEN])
    found = parts(resolve([*TOWN, resident("cpr:f", "Oluf", "1960-02-01"), report]))
    assert found["north:x"] == "cpr:f"


def test_two_parties_of_one_incident_are_two_persons() -> None:
    person = resident("cpr:f", "Oluf", "1960-02-01")
    one = Said("north:x", "Oluf", "Vestergård", dt.date(1960, 2, 1), homes=[SEEN])
    other = dataclasses.replace(one, record_id="north:y")
    together = parts(resolve([*TOWN, person, one, other], [("i", "north:x"), ("i", "north:y")]))
    assert together["north:x"] != together["north:y"]
    apart = parts(resolve([*TOWN, person, one, other], [("i", "north:x"), ("j", "north:y")]))
    assert apart["north:x"] == apart["north:y"] == "cpr:f"


def test_reports_of_somebody_unregistered_meet_each_other() -> None:
    stranger = Said("north:x", "Zdravko", "Petković", dt.date(1979, 4, 30), homes=[SEEN])
    again = dataclasses.replace(stranger, record_id="south:x")
    extra = [
        dataclasses.replace(m, record_id=m.record_id.replace("north", "south")) for m in TOWN if "north" in m.record_id
    ]
    found = parts(resolve([*TOWN, *extra, stranger, again]))
    assert found["south:x"] == found["north:x"] == "north:x"


def test_one_placeholder_on_two_persons_links_nobody() -> None:
    one = Said("north:x", "Ulf", "Nord", number="300251MPSH", number_type="UNR")
    other = Said("south:x", "Mia", "Syd", number="300251MPSH", number_type="UNR")
    found = parts(resolve([*TOWN, one, other]))
    assert found["north:x"] != found["south:x"]


def test_no_mention_at_all_is_refused() -> None:
    empty = {name: table.slice(0, 0) for name, table in tables(TOWN).items()}
    with pytest.raises(LinkageError, match="no mention to resolve"):
        resolve_people(empty, SETTINGS, report=lambda text: None)


@settings(max_examples=5)
@given(st.integers(0, 2**32))
def test_order_of_arrival_does_not_matter(seed: int) -> None:
    shuffled = list(TOWN)
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    names = [name_entities(resolve(mentions).partition).entities for mentions in (TOWN, shuffled)]
    assert partition_hash(names[0]) == partition_hash(names[1])
    assert names[0].equals(names[1])


def test_links_say_how_sure_each_place_is() -> None:
    people = resolve(TOWN)
    links = people.links(name_entities(people.partition).entities)
    rows = {row["record_id"]: row for row in links.to_pylist()}
    assert rows["cpr:0003"]["anchor_id"] is None
    assert rows["cpr:0003"]["probability"] == 1.0
    assert rows["north:0004"]["anchor_id"] == "cpr:0004"
    assert rows["north:0004"]["probability"] > 0.99
    assert links.num_rows == people.partition.num_rows


@pytest.mark.parametrize(("left", "right"), [("north:0004", "cpr:0004"), ("cpr:0004", "north:0004")])
def test_the_reasons_add_up_to_the_weight(left: str, right: str) -> None:
    people = resolve(TOWN)
    why = why_from_pairs(people.pairs, people.model, left, right)
    assert why is not None
    bits = why.prior_bits + sum(r.bits for r in why.reasons) + why.household_bits
    assert bits == pytest.approx(why.match_weight, abs=1e-6)
    assert why.household_bits < 1e-6
    assert why.match_weight > 10


def test_two_mentions_that_never_met_are_compared_when_asked() -> None:
    people = resolve(TOWN)
    assert why_from_pairs(people.pairs, people.model, "north:0001", "cpr:0077") is None
    why = why_by_comparison(tables(TOWN), people.model, "north:0001", "cpr:0077")
    assert not why.candidates
    assert why.match_weight < -10
    with pytest.raises(LinkageError, match="no mention has this record id"):
        why_by_comparison(tables(TOWN), people.model, "north:0001", "cpr:none")


def test_pairs_are_listed_with_their_levels() -> None:
    pairs = resolve(TOWN).pairs
    assert set(pairs.column("stage").unique().to_pylist()) <= {"registered", "free"}
    assert pa.types.is_struct(pairs.schema.field("levels").type)
    assert {f.name for f in pairs.schema.field("levels").type} >= {"given", "surname", "residence", "birth_date"}
