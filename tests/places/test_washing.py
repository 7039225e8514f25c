"""What washing did with each stated address, and why: a golden table, and laws that hold for any town."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.addresses import Reason, Washed, parse_texts, wash_tables
from linkage.geography import former_municipalities, municipalities, municipality_today
from linkage.intervals import FIRST_DAY, LAST_DAY
from tests.places.rows import incidents, residences, streets

AALBORG = {"postcode": "9000", "city": "Aalborg", "municipality": "0851"}
VODSKOV = {"postcode": "9310", "city": "Vodskov", "municipality": "0851"}
AARHUS = {"postcode": "8000", "city": "Aarhus C", "municipality": "0751"}
STORVORDE = {"postcode": "9280", "city": "Storvorde", "municipality": "0851"}


def home(street: str, number: str, floor: str | None = None, door: str | None = None, **more: Any) -> dict[str, Any]:
    return {"street": street, "house_number": number, "floor": floor, "door": door} | (more or AALBORG)


REGISTERED = [
    *(home("Nørregade", "4B", f, d) for f in ("ST", "01", "02") for d in ("TV", "TH")),
    home("Danmarksgade", "7"),
    home("Skolevej", "3", **VODSKOV),
    home("Skolevej", "3", **AALBORG),
    home("Kirkevej", "5", **VODSKOV, locality="Vester Hassing"),
    home("Kirkevej", "5", **AARHUS),
    home("Strandvejen", "8", "01"),
    home("Strandvejen", "8", "02"),
    home("Kronprinsesse Katrines Vej", "6"),
    home("H.C. Andersens Vej", "2"),
    home("Sankt Knuds Plads", "1"),
    home("Rådhuspladsen", "1"),
    home("Elmebakken", "1"),
    home("Elmebanken", "1"),
    home("Ny Vestergade", "9", "01", "TV"),
    home("Ny Vestergade", "9", "02", "TV"),
    home("Torvet", "2", "01", "0003"),
    home("Åvænget", "12", **STORVORDE),
    home("Engvej", "11", **(STORVORDE | {"municipality": "0837"})),
]
SWAP = dt.date(2010, 1, 1)
REFORM, EARLIER = dt.date(2007, 1, 1), dt.date(2005, 1, 1)


def called(
    code: str, street: str, postcode: str, start: dt.date = FIRST_DAY, end: dt.date = LAST_DAY
) -> dict[str, Any]:
    """One name of the street with this municipality and street code."""
    municipality, street_code = code.split("/")
    place = {"municipality": municipality, "street_code": street_code, "postcode": postcode}
    return place | {"street": street, "valid_from": start, "valid_to": end}


NAMES = streets(
    called("0851/0100", "Slagterstræde", "9000", end=SWAP),
    called("0851/0100", "Ny Vestergade", "9000", start=SWAP),
    called("0851/0101", "Danmarksgade", "9000"),
    called("0837/0007", "Bækvej", "9280", end=EARLIER),
    called("0837/0007", "Skolevej", "9280", start=EARLIER, end=REFORM),
    called("0851/5200", "Skolevej", "9280", start=REFORM, end=SWAP),
    called("0851/5200", "Åvænget", "9280", start=SWAP),
)


def stated(text: str, **more: Any) -> dict[str, Any]:
    return {k: v for k, v in parse_texts(pa.array([text]))[0].as_py().items() if v} | more


def wash(*texts: str, **more: Any) -> Washed:
    return wash_tables(residences(*REGISTERED), incidents(*(stated(t, **more) for t in texts)), streets=NAMES)


def outcome(text: str, **more: Any) -> tuple[str | None, str | None, set[str], bool | None]:
    """Address, grade, reasons and whether a home was reached."""
    washed = wash(text, **more)
    row = washed.incidents.to_pylist()[0]
    told = [w for w in washed.washed.to_pylist() if not w["registered"]]
    if row["address_id"] is None:
        assert told == []
        return None, None, set(), None
    assert [(w["address_id"], w["grade"], w["rows"]) for w in told] == [(row["address_id"], row["grade"], 1)]
    return row["address_id"], row["grade"], set(told[0]["reasons"]), told[0]["unit"]


with (Path(__file__).parent / "washing.csv").open(encoding="utf-8", newline="") as file:
    OUTCOMES = list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("row", OUTCOMES, ids=lambda row: row["text"])
def test_every_outcome_is_as_the_table_says(row: dict[str, str]) -> None:
    address, grade, reasons, unit = outcome(row["text"])
    assert (address or "", grade or "") == (row["address_id"], row["grade"])
    assert reasons == set(row["reasons"].split())
    assert {True: "yes", False: "no", None: ""}[unit] == row["unit"]


def test_the_table_of_outcomes_shows_every_reason() -> None:
    shown = {reason for row in OUTCOMES for reason in row["reasons"].split()}
    assert shown | {"district_only", "former_municipality"} == {r.value for r in Reason}


# -------------------------------------------------------------------------------------------- streets over time


def test_a_name_that_wandered_is_read_by_its_day() -> None:
    wandering = streets(
        called("0851/0001", "Havnegade", "9000", end=SWAP),
        called("0851/0001", "Brogade", "9000", start=SWAP),
        called("0851/0002", "Kajgade", "9000", end=SWAP),
        called("0851/0002", "Havnegade", "9000", start=SWAP),
    )
    texts = [stated("Havnegade 1, 9000 Aalborg", occurred=d) for d in (dt.date(2009, 1, 1), dt.date(2011, 1, 1))]
    washed = wash_tables(
        residences(home("Havnegade", "1") | {"valid_from": dt.date(2012, 1, 1)}, home("Brogade", "1")),
        incidents(*texts),
        streets=wandering,
    )
    assert washed.incidents["address_id"].to_pylist() == ["9000|brogade|1", "9000|havnegade|1"]


def test_one_home_has_one_address_whatever_its_street_was_called() -> None:
    washed = wash_tables(
        residences(home("Slagterstræde", "9", "01", "TV"), home("Ny Vestergade", "9", "01", "TV")),
        incidents(),
        streets=NAMES,
    )
    assert set(washed.residences["address_id"].to_pylist()) == {"9000|nyvestergade|9|1|tv"}
    assert [(r["street"], r["unit"]) for r in washed.addresses.to_pylist()] == [("Ny Vestergade", True)]


def test_streets_of_a_former_municipality_are_those_that_took_them_over() -> None:
    people = [home("Bækvej", "12", **(STORVORDE | {"municipality": "0837"})), home("Åvænget", "12", **STORVORDE)]
    washed = wash_tables(residences(*people), incidents(), streets=NAMES)
    assert set(washed.residences["address_id"].to_pylist()) == {"9280|aavaenget|12"}
    assert set(washed.addresses["municipality"].to_pylist()) == {"0851"}


def test_a_former_code_beside_another_municipality_of_the_postcode_tells_the_streets_apart() -> None:
    here, there = (STORVORDE | {"municipality": m} for m in ("0837", "0846"))
    washed = wash_tables(residences(home("Engvej", "1", **here), home("Engvej", "1", **there)), incidents())
    assert sorted(washed.residences["address_id"].to_pylist()) == ["9280k0846|engvej|1", "9280k0851|engvej|1"]


def test_without_a_street_register_names_stay_as_they_are_written() -> None:
    washed = wash_tables(residences(*REGISTERED), incidents(stated("Slagterstræde 9, 1. tv, 9000 Aalborg")))
    assert washed.incidents["grade"].to_pylist() == ["C"]


def test_the_district_of_the_register_is_named_as_the_reason() -> None:
    address, grade, reasons, _ = outcome("Nørregade 4B 1 tv", district="Nordjyllands Politi")
    assert (address, grade, reasons) == ("9000|noerregade|4b|1|tv", "C", {"district_only"})


def test_an_old_municipality_code_is_named_as_a_reason() -> None:
    row = {"street": "Engvej", "house_number": "11", "postcode": "9280", "municipality": "0837"}
    told = wash_tables(residences(*REGISTERED), incidents(row)).washed.to_pylist()
    assert [set(w["reasons"]) for w in told if not w["registered"]] == [{"former_municipality"}]


def test_former_municipalities_lead_to_those_of_today() -> None:
    today = set(municipalities()["municipality"].to_pylist())
    rows = former_municipalities().to_pylist()
    assert len(rows) == 224
    assert not today & {r["municipality"] for r in rows}
    assert {s for r in rows for s in r["successors"]} < today
    divided = {r["name"] for r in rows if len(r["successors"]) > 1}
    assert len(divided) == 13
    assert "Aalestrup" in divided
    assert all(
        municipality_today(r["municipality"], None) == r["successors"][0] for r in rows if len(r["successors"]) == 1
    )


# --------------------------------------------------------------------------------------------------- laws

NUMBERS = st.sampled_from(["1", "2", "2a", "12"])
FLOORS = st.sampled_from([None, "st", "1", "2"])
DOORS = st.sampled_from([None, "tv", "th", "1"])
STREET = st.sampled_from("Nørregade,Norregade,Nørrevej,Kongevej,Gl. Kongevej,Kongev.,Nørreg.,N. Gade".split(","))  # noqa: SIM905
TOWN = st.sampled_from([{"postcode": "9000"}, {"postcode": "9000", "city": "Aalborg"}, {"city": "Aalborg"}, {}])
HOME = st.builds(home, STREET, NUMBERS, FLOORS, DOORS)
STATED = st.builds(lambda place, town: {k: v for k, v in place.items() if k not in AALBORG} | town, HOME, TOWN)


@settings(max_examples=60, deadline=None)
@given(st.lists(HOME, max_size=12), st.lists(STATED, min_size=1, max_size=12))
def test_no_grade_of_a_or_b_leads_to_another_door_than_the_one_stated(people: list[Any], told: list[Any]) -> None:
    washed = wash_tables(residences(*people), incidents(*told))
    by_id = {r["address_id"]: r for r in washed.addresses.to_pylist()}
    for row in washed.incidents.to_pylist():
        found = by_id[row["address_id"]]
        if row["grade"] == "C":
            continue
        assert (found["house_number"], found["floor"], found["door"]) == (
            row["house_number"],
            row["floor"],
            row["door"],
        )
        assert row["postcode"] in (None, found["postcode"])
    assert sum(washed.washed["rows"].to_pylist()) == len(people) + len(told)


@settings(max_examples=30, deadline=None)
@given(st.lists(HOME, min_size=1, max_size=12))
def test_washing_the_washed_changes_nothing(people: list[Any]) -> None:
    once = wash_tables(residences(*people), incidents(*people))
    assert set(once.incidents["grade"].to_pylist()) == {"A"}
    assert once.incidents["address_id"].to_pylist() == once.residences["address_id"].to_pylist()
    again = wash_tables(once.residences, once.incidents)
    assert again.residences.equals(once.residences)
    assert again.washed.equals(once.washed)
