"""Washing: which registered address a stated one is held to mean, and how sure that is."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
import pytest

from linkage.addresses import HubRules, Washed, parse_texts, wash_tables
from linkage.intervals import FIRST_DAY
from tests.places.rows import incidents, residences

AALBORG = {"postcode": "9000", "city": "Aalborg", "municipality": "0851"}
VODSKOV = {"postcode": "9310", "city": "Vodskov", "municipality": "0851"}
AARHUS = {"postcode": "8000", "city": "Aarhus C", "municipality": "0751"}


def home(street: str, number: str, floor: str | None = None, door: str | None = None, **more: Any) -> dict[str, Any]:
    return {"street": street, "house_number": number, "floor": floor, "door": door} | (more or AALBORG)


FLATS = [home("Nørregade", "4B", f, d) for f in ("ST", "01", "02") for d in ("TV", "TH")]
REGISTERED = [
    *FLATS,
    home("Danmarksgade", "7"),
    home("Skolevej", "3", **VODSKOV),
    home("Skolevej", "3", **AALBORG),
    home("Kirkevej", "5", **VODSKOV),
    home("Kirkevej", "5", **AARHUS),
    home("Strandvejen", "8", "01", **AALBORG),
    home("Strandvejen", "8", "02", **AALBORG),
    home("Elmebakken", "1"),
    home("Elmebanken", "1"),
]


def stated(text: str, **more: Any) -> dict[str, Any]:
    return {k: v for k, v in parse_texts(pa.array([text]))[0].as_py().items() if v} | more


def wash(*texts: str, **more: Any) -> Washed:
    return wash_tables(residences(*REGISTERED), incidents(*(stated(t, **more) for t in texts)))


def place(text: str, **more: Any) -> tuple[str | None, str | None, str | None]:
    row = wash(text, **more).incidents.to_pylist()[0]
    return row["address_id"], row["access_id"], row["grade"]


FLAT = "9000|noerregade|4b|1|tv"
DOOR = "9000|noerregade|4b"
SPELT = [
    ("Nørregade 4B, 1. tv., 9000 Aalborg", FLAT, "A"),
    ("NØRREGADE 4 b 1tv 9000 aalborg", FLAT, "A"),
    ("Nørregade 4B, 1. tv., 9000", FLAT, "A"),
    ("Noerregade 4B, 1. tv., 9000 Ålborg", FLAT, "A"),
    ("Nørreg. 4B, 1. tv., 9000 Aalborg", FLAT, "A"),
    ("Nørregade 4B, 1. tv., 9000 Vejgaard", FLAT, "B"),
    ("Nøregade 4B, 1. tv., 9000 Aalborg", FLAT, "B"),
    ("Nørergade 4B, 1. tv., 9000 Aalborg", FLAT, "B"),
    ("Nørregade 4B, 1. tv., Aalborg", FLAT, "B"),
    ("Nørregade 4B 1 tv", "-|noerregade|4b|1|tv", "C"),
    ("Nørregade 4B, 1. tv., 9310 Aalborg", FLAT, "C"),
    ("Nørregade 4B, 9000 Aalborg", DOOR, "A"),
    ("Nøregade 4B, 9000 Aalborg", DOOR, "B"),
    ("Nørregade 4B, 1., 9000 Aalborg", DOOR, "C"),
    ("Nørregade 4B, 5. tv, 9000 Aalborg", "9000|noerregade|4b|5|tv", "C"),
    ("Strandvejen 8, 1. tv, 9000 Aalborg", "9000|strandvejen|8|1|", "C"),
    ("Danmarksgade 7, 9000 Aalborg", "9000|danmarksgade|7", "A"),
    ("Danmarksgade 7, st., 9000 Aalborg", "9000|danmarksgade|7", "C"),
    ("Danmarksgade 9, 9000 Aalborg", "9000|danmarksgade|9", "C"),
    ("Skolevej 3, 9310 Vodskov", "9310|skolevej|3", "A"),
    ("Skolevej 3, Vodskov", "9310|skolevej|3", "B"),
    ("Skolevej 3", "-|skolevej|3", "C"),
    ("Kirkevej 5, Aarhus", "8000|kirkevej|5", "B"),
    ("Elmebakke 1, 9000 Aalborg", "9000|elmebakken|1", "B"),
    ("Elmebatken 1, 9000 Aalborg", "9000|elmebatken|1", "C"),
    ("Banegården, 9000 Aalborg", "9000|banegaarden|", "C"),
]


@pytest.mark.parametrize(("text", "address", "grade"), SPELT)
def test_a_stated_address_finds_the_registered_one(text: str, address: str, grade: str) -> None:
    found = place(text)
    assert (found[0], found[2]) == (address, grade)


def test_without_postcode_and_town_the_register_s_own_district_helps_a_little() -> None:
    assert place("Nørregade 4B 1 tv", district="Nordjyllands Politi")[::2] == (FLAT, "C")
    assert place("Nørregade 4B 1 tv", district="Østjyllands Politi")[0] != FLAT
    assert place("Skolevej 3", district="Nordjyllands Politi")[0] == "-|skolevej|3"


def test_registered_parts_in_any_form_and_text_meet_at_one_id() -> None:
    washed = wash("Nørregade 4B, 1. tv., 9000 Aalborg")
    assert FLAT in washed.residences["address_id"].to_pylist()
    assert set(washed.residences["grade"].to_pylist()) == {"A"}
    by_id = {r["address_id"]: r for r in washed.addresses.to_pylist()}
    assert by_id[FLAT]["municipality"] == "0851"
    assert by_id[FLAT]["district"] == "Nordjyllands Politi"
    assert (by_id[FLAT]["floor"], by_id[FLAT]["door"]) == ("1", "tv")


def test_which_ids_name_one_home() -> None:
    rows = wash(
        "Nørregade 4B, 9000 Aalborg", "Nørregade 4B, 5. tv, 9000 Aalborg", "Ågade 1, 9000 Aalborg"
    ).addresses.to_pylist()
    home_ids = {r["address_id"]: r["unit"] for r in rows}
    assert home_ids[FLAT]
    assert not home_ids[DOOR], "the building has several homes"
    assert home_ids["9000|danmarksgade|7"], "a house of its own"
    assert home_ids["9000|strandvejen|8|1|"], "a whole floor"
    assert home_ids["9000|noerregade|4b|5|tv"], "floor and door"
    assert not home_ids["9000|aagade|1"], "nobody is registered there, so nothing is known of the building"
    assert {r["access_id"] for r in rows if r["street"] == "Nørregade"} == {DOOR}


def test_a_floor_shared_by_two_homes_is_none() -> None:
    people = residences(home("Torvet", "1", "1"), home("Torvet", "1", "1", "tv"), home("Torvet", "2", None, "4"))
    rows = wash_tables(people, incidents()).addresses.to_pylist()
    assert {r["address_id"]: r["unit"] for r in rows} == {
        "9000|torvet|1|1|": False,
        "9000|torvet|1|1|tv": True,
        "9000|torvet|2||4": True,
    }


def test_one_street_name_in_two_municipalities_of_a_postcode_is_two_streets() -> None:
    here, there = ({"postcode": "9280", "city": "Storvorde", "municipality": m} for m in ("0851", "0846"))
    washed = wash_tables(
        residences(home("Engvej", "1", **here), home("Engvej", "1", **there), home("Engvej", "2", **there)),
        incidents(stated("Engvej 1, 9280 Storvorde"), stated("Engvej 2, 9280 Storvorde")),
    )
    assert washed.residences["address_id"].to_pylist() == [
        "9280k0851|engvej|1",
        "9280k0846|engvej|1",
        "9280k0846|engvej|2",
    ]
    found = washed.incidents.to_pylist()
    assert (found[0]["address_id"], found[0]["grade"]) == ("9280|engvej|1", "C"), "either may be meant"
    assert (found[1]["address_id"], found[1]["grade"]) == ("9280k0846|engvej|2", "A")


def test_a_municipality_of_before_the_reform_makes_no_second_street() -> None:
    codes = ("0851", "0837")
    people = [home("Engvej", "1", postcode="9280", city="Storvorde", municipality=m) for m in codes]
    assert len(set(wash_tables(residences(*people), incidents()).residences["address_id"].to_pylist())) == 1


def test_sealed_rows_stay_without_place() -> None:
    washed = wash_tables(
        residences(*REGISTERED, {"sealed": True, "register": "protected"}),
        incidents({"sealed": True, "register": "protected"}),
    )
    for table in (washed.residences, washed.incidents):
        row = table.to_pylist()[-1]
        assert [row[c] for c in ("address_id", "access_id", "grade", "street")] == [None] * 4
    assert None not in washed.addresses["address_id"].to_pylist()


def test_what_is_stated_never_changes_what_is_registered() -> None:
    alone = wash_tables(residences(*REGISTERED), incidents())
    beside = wash("Nørregade 4B, 5. tv, 9000 Aalborg", "Danmarksgade 7, kl., 9000 Aalborg")
    assert alone.residences.equals(beside.residences)
    kept = {r["address_id"]: r for r in beside.addresses.to_pylist()}
    assert all(kept[r["address_id"]] == r for r in alone.addresses.to_pylist())


def test_a_register_of_bare_house_numbers_is_its_own_authority() -> None:
    entries = [{"street": s, "house_number": n, "uncertainty": "from_only"} for s, n in (("Adelgade", "64"),) * 2]
    washed = wash_tables(
        residences(*entries, {"street": "Adelg.", "house_number": "64", "uncertainty": "stated"}), incidents()
    )
    assert set(washed.residences["address_id"].to_pylist()) == {"-|adelgade|64"}
    assert washed.addresses["unit"].to_pylist() == [False], "no floors are written, so no home is named"


def test_only_texts_are_their_own_authority() -> None:
    washed = wash_tables(residences(), incidents(stated("Nørregade 4B, 1. tv., 9000 Aalborg")))
    assert washed.incidents["address_id"].to_pylist() == [FLAT]


def test_empty_tables_wash() -> None:
    washed = wash_tables(residences(), incidents())
    assert [t.num_rows for t in washed] == [0, 0, 0, 0]


def test_the_order_of_rows_does_not_matter() -> None:
    texts = [stated(t) for t, _, _ in SPELT]
    straight = wash_tables(residences(*REGISTERED), incidents(*texts))
    mixed = list(range(len(texts)))
    random.Random(7).shuffle(mixed)  # noqa: S311
    turned = wash_tables(
        residences(*reversed(REGISTERED)), incidents(*({"incident_id": f"i{i}"} | texts[i] for i in mixed))
    )
    assert straight.addresses.equals(turned.addresses)
    columns = ["incident_id", "address_id", "access_id", "grade"]
    again = turned.incidents.select(columns).sort_by("incident_id")
    assert straight.incidents.select(columns).sort_by("incident_id").equals(again)


# ------------------------------------------------------------------------------------------------ hubs


def _hubs(*people: dict[str, Any], rules: HubRules | None = None) -> set[str]:
    washed = wash_tables(residences(*people), incidents(), hubs=rules or HubRules())
    return {r["address_id"] for r in washed.addresses.to_pylist() if r["hub"]}


def test_a_crowd_is_a_hub_and_a_large_family_is_not() -> None:
    family = [home("Engvej", "1") | {"valid_from": 0, "valid_to": 900} for _ in range(9)]
    college = [home("Campusvej", "2") | {"valid_from": 0, "valid_to": 900} for _ in range(13)]
    assert _hubs(*family, *college) == {"9000|campusvej|2"}
    assert _hubs(*family, *college, rules=HubRules(most_persons=13)) == set()


def test_a_crowd_over_time_is_none() -> None:
    tenants = [home("Engvej", "1") | {"valid_from": 900 * i, "valid_to": 900 * (i + 1)} for i in range(30)]
    assert _hubs(*tenants) == set()


def test_two_registers_that_know_one_family_make_no_crowd() -> None:
    people = [home("Engvej", "1") | {"register": r} for r in ("cpr", "old") for _ in range(8)]
    assert _hubs(*people) == set()


def test_coming_and_going_is_a_hub() -> None:
    guests = [home("Havnevej", "3") | {"valid_from": 60 * i, "valid_to": 60 * i + 90} for i in range(20)]
    assert _hubs(*guests) == {"9000|havnevej|3"}


@pytest.mark.parametrize("street", ["Krisecenter Nord", "Kollegiet Campus", "Forsorgshjemmet Svenstrup"])
def test_an_institution_is_known_by_its_name(street: str) -> None:
    assert len(_hubs(home(street, "1"))) == 1


@pytest.mark.parametrize("street", ["Hospitalsvej", "Kollegiebakken", "Kasernegade", "Sygehusparken"])
def test_a_street_called_after_an_institution_is_none(street: str) -> None:
    assert _hubs(home(street, "1")) == set()


def test_an_open_start_is_no_arrival() -> None:
    people = [home("Engvej", "1") | {"valid_from": FIRST_DAY, "valid_to": 100 + i} for i in range(12)]
    assert _hubs(*people) == set()
