"""Who stands beside whom: kin as evidence of who a party is, and what entries of one day say of each other."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.collective import Bonds, co_residents, learn_shares, read_parties, registered_stays, registered_ties
from linkage.collective.moves import FEWEST_PAIRS, learn_affinity, rare_name_pairs
from linkage.collective.ties import CHILD, HOME, NONE, PARENT, PARTNER, SIBLING, TIES, expand, offsets_of
from linkage.intervals import LAST_DAY
from linkage.people import People, PeopleSettings, resolve_people
from linkage.people.explain import why_from_pairs
from linkage.tables import RELATIONS
from tests.people.registers import SURNAMES, Said, tables, town

SETTINGS = PeopleSettings(random_pairs=20_000)
FAMILIES, TAUGHT = 40, 30
TOWN = town(60)


def number(born: dt.date, serial: int) -> str:
    return f"{born:%d}{born.month + 80}{born:%y}{serial}"


def family(i: int) -> list[Said]:
    """A mother, her child and a notification of both; from `TAUGHT` on it has the mother by a common name alone."""
    home = ((f"{SURNAMES[i % 11]}gade", str(1 + i)), dt.date(2010, 1, 1), LAST_DAY)
    born, came = dt.date(1975, 1, 1) + dt.timedelta(days=97 * i), dt.date(2010, 1, 1) + dt.timedelta(days=31 * i)
    common = i >= TAUGHT
    name = ("Maria", "Jensen") if common else (f"Rosa{chr(97 + i % 26)}", f"Pil{SURNAMES[i % 11].lower()}")
    mother = Said(f"cpr:m{i:02d}", *name, born, "F", number(born, 3000 + i), homes=[home])
    child = Said(f"cpr:c{i:02d}", f"Viggo{chr(97 + i % 26)}", "Storm", came, "M", number(came, 5000 + i), homes=[home])
    told = dataclasses.replace(child, record_id=f"north:c{i:02d}", homes=())
    beside = Said(f"north:m{i:02d}", *name, number=None if common else mother.number)
    return [mother, child, told, beside]


PEOPLE = [*TOWN, *(said for i in range(FAMILIES) for said in family(i))]
NOTICES = [(f"n{i:02d}", f"north:{who}{i:02d}") for i in range(FAMILIES) for who in "cm"]


def relations(rows: list[tuple[str, str, str]]) -> pa.Table:
    """Relations person, kind, other that hold for ever."""
    provenance: dict[str, object] = {
        "register": "cpr",
        "district": None,
        "extract": "test",
        "known_from": dt.date(2020, 1, 1),
        "known_to": LAST_DAY,
        "sealed": False,
    }
    return pa.Table.from_pylist(
        [
            {"record_id": p, "kind": k, "other_record": o, "other_identifier": None, "source_row": f"{p}{k}{o}"}
            | {"valid_from": dt.date(2000, 1, 1), "valid_to": LAST_DAY}
            | provenance
            for p, k, o in rows
        ],
        schema=RELATIONS.schema,
    )


MOTHERS = relations([(f"cpr:c{i:02d}", "parent", f"cpr:m{i:02d}") for i in range(FAMILIES)])


def by_number(rows: pa.Table, numbers: dict[str, str]) -> pa.Table:
    """The same relations with the other end named by its number alone."""
    named = [
        row | {"other_record": None, "other_identifier": {"type": "CPR", "value": numbers[row["other_record"]]}}
        for row in rows.to_pylist()
    ]
    return pa.Table.from_pylist(named, schema=RELATIONS.schema)


def resolve(settings: PeopleSettings = SETTINGS, **changed: pa.Table) -> People:
    given_tables = tables(PEOPLE, NOTICES) | {"relations": MOTHERS} | changed
    return resolve_people(given_tables, settings, report=lambda text: None)


def parts(people: People) -> dict[str, str]:
    ids, cluster = (people.partition.column(name).to_pylist() for name in ("record_id", "cluster"))
    return dict(zip(ids, cluster, strict=True))


def mothers_found(people: People) -> list[bool]:
    found = parts(people)
    return [found[f"north:m{i:02d}"] == found[f"cpr:m{i:02d}"] for i in range(TAUGHT, FAMILIES)]


@pytest.fixture(scope="module")
def resolved() -> People:
    return resolve()


def test_a_mother_named_alone_is_the_mother_of_the_child_beside_her(resolved: People) -> None:
    assert all(mothers_found(resolved))


def test_without_kin_her_namesakes_leave_it_open() -> None:
    assert not any(mothers_found(resolve(dataclasses.replace(SETTINGS, kin=False))))


def test_without_relations_nothing_is_made_of_the_names() -> None:
    strangers = resolve(relations=relations([]), residences=tables(PEOPLE)["residences"].slice(0, 0))
    assert not any(mothers_found(strangers))


def test_the_explanation_names_the_kin(resolved: People) -> None:
    last = f"{FAMILIES - 1:02d}"
    why = why_from_pairs(resolved.pairs, resolved.model, f"north:m{last}", f"cpr:m{last}")
    assert why is not None
    [reason] = [r for r in why.reasons if r.comparison == "kin"]
    assert reason.level == "parent of"
    assert reason.bits > 0
    assert why.prior_bits + sum(r.bits for r in why.reasons) + why.household_bits == pytest.approx(why.match_weight)


def test_what_was_learned_of_kin_stands_in_the_model(resolved: People) -> None:
    [row] = resolved.model["kin"]["role_pairs"]
    assert row["pairs"] == 2 * TAUGHT
    assert row["shares"]["parent of"] == row["shares"]["child of"] == 0.5
    assert row["bits"]["parent of"] > 0 > row["bits"]["nobody's kin"]


def test_the_order_of_the_registers_changes_nothing(resolved: People) -> None:
    turned = {n: t.take(pa.array(range(t.num_rows - 1, -1, -1))) for n, t in tables(PEOPLE, NOTICES).items()}
    again = resolve(**turned, relations=MOTHERS.take(pa.array(range(FAMILIES - 1, -1, -1))))
    assert parts(again) == parts(resolved)


def test_ties_follow_from_relations() -> None:
    ids = pa.array(["a", "b", "c", "d"])
    stated = relations([("a", "parent", "c"), ("b", "parent", "c"), ("c", "spouse", "d"), ("a", "custody", "d")])
    place, other, tie = registered_ties(stated, ids, np.ones(4, bool)).of(np.arange(4))
    assert list(zip(place.tolist(), other.tolist(), tie.tolist(), strict=True)) == [
        (0, 1, SIBLING),
        (0, 2, PARENT),
        (1, 0, SIBLING),
        (1, 2, PARENT),
        (2, 0, CHILD),
        (2, 1, CHILD),
        (2, 3, PARTNER),
        (3, 2, PARTNER),
    ]


def test_ties_of_the_unregistered_are_left_out() -> None:
    stated = relations([("a", "parent", "b")])
    ties = registered_ties(stated, pa.array(["a", "b"]), np.array([True, False]))
    assert len(ties.other) == 0


def test_those_who_lived_there_then_or_nearly_share_the_home() -> None:
    offsets = np.array([0, 1, 2, 3])
    home, start, end = np.array([7, 7, 7]), np.array([0, 90, 500]), np.array([100, 200, 600])
    stays = registered_stays((offsets, home, start, end), np.ones(3, bool))
    place, mate = co_residents(stays, np.array([0, 0]), np.array([80, 10]), slack=20)
    assert (place.tolist(), mate.tolist()) == ([0], [1])


def test_shares_are_learned_from_proved_parties_alone() -> None:
    ids = pa.array(["c", "m", "x", "y"])
    said = tables([Said(f"{r}:1", "A", "B") for r in "xy"], [("i", "x:1"), ("i", "y:1")])["involvements"]
    parties = read_parties(said.set_column(1, "record_id", pa.array(["x", "y"])), None, ids)
    ties = registered_ties(relations([("c", "parent", "m")]), ids, np.array([True, True, False, False]))
    empty = np.zeros(0, np.int64)
    stays = registered_stays((np.zeros(5, np.int64), empty, empty, empty), np.array([True, True, False, False]))
    bonds, owner = Bonds(ties, stays), np.array([-1, -1, 0, 1])
    assert learn_shares(parties, owner, np.zeros(4, bool), bonds=bonds, population=2) is None
    shares = learn_shares(parties, owner, owner >= 0, bonds=bonds, population=2)
    assert shares is not None
    assert shares.counts.reshape(-1, len(TIES)).sum(axis=0).tolist() == [1, 1, 0, 0, 0, 0]
    assert (PARENT, CHILD, HOME, NONE) == (0, 1, 4, 5)


@given(st.lists(st.integers(0, 4), max_size=12), st.lists(st.integers(0, 4), max_size=6))
def test_expanding_ranges_lists_every_entry(keys: list[int], asked: list[int]) -> None:
    column = np.array(sorted(keys), np.int64)
    place, at = expand(offsets_of(column, 5), np.array(asked, np.int64))
    listed = [(p, i) for p, key in enumerate(asked) for i, k in enumerate(sorted(keys)) if k == key]
    assert list(zip(place.tolist(), at.tolist(), strict=True)) == listed


def test_a_rare_name_gives_its_bearer_away_and_a_common_one_does_not() -> None:
    given_codes = np.array([0] * 400 + [1, 1])
    surnames = np.array([0] * 400 + [1, 1])
    left, right = rare_name_pairs(given_codes, surnames)
    assert (left.tolist(), right.tolist()) == ([400], [401])


def test_moves_between_two_places_speak_for_more_such_moves() -> None:
    rounds = FEWEST_PAIRS // 6 + 1
    left, right = np.tile([0, 1, 2, 3, 4, 5], rounds), np.tile([1, 2, 0, 4, 5, 3], rounds)
    affinity = learn_affinity(left, right, 7)
    assert affinity is not None
    near, far, unknown, never = affinity.between(np.array([1, 0, -1, 6]), np.array([0, 3, 0, 0]))
    assert near > 0 > far
    assert np.isnan([unknown, never]).all()
    assert learn_affinity(left[: FEWEST_PAIRS - 1], right[: FEWEST_PAIRS - 1], 7) is None


def test_a_register_that_names_parents_by_number_says_as_much_as_one_that_names_their_records(resolved: People) -> None:
    numbers = {said.record_id: said.number for said in PEOPLE if said.number}
    assert parts(resolve(relations=by_number(MOTHERS, numbers))) == parts(resolved)


def test_children_of_one_foster_parent_are_no_siblings() -> None:
    ids = pa.array(["cpr:a", "cpr:b", "cpr:p"])
    for kind, siblings in (("parent", True), ("foster_parent", False)):
        ties = registered_ties(relations([("cpr:a", kind, "cpr:p"), ("cpr:b", kind, "cpr:p")]), ids, np.ones(3, bool))
        _, other, tie = ties.of(np.array([0]))
        assert (SIBLING in tie.tolist()) is siblings
        assert (2, PARENT) in zip(other.tolist(), tie.tolist(), strict=True)
