"""Shared residence and foster care as the population feed states them, and what protection hides of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from linkage.tables import CANONICAL
from tests.loaders.world import World, rows_of

HOMES = {"Kommunekode": "0851", "Vejnavn": "Nygade", "Husnummer": "9", "Postnummer": "9000", "Postdistrikt": "Aalborg"}


def world(second_home: str = "Nygade") -> World:
    """A child with two homes from one day on, later placed with somebody."""
    made = World()
    made.person("1", "Ane", "Holm", "2015-01-01")
    made.person("2", "Pia", "Pleje", "1970-01-01", cpr="0181701234")
    made.lives("1", "Åvej", "0851", "2018-01-01")
    shared = {**HOMES, "Vejnavn": second_home}
    made.feed["deltbopael"].append({"PersonId": "1", **shared, "GyldigFra": "2018-01-01", "GyldigTil": "2020-01-01"})
    placed = {"PlejeforaelderPersonId": "2", "PlejeforaelderPersonnummer": "0181701234"}
    made.feed["anbringelse"].append({"PersonId": "1", **placed, "GyldigFra": "2021-01-01", "GyldigTil": "2024-01-01"})
    return made


def test_a_second_address_of_the_same_day_is_a_stay_of_its_own(tmp_path: Path) -> None:
    found = rows_of(world().load(tmp_path), "residences", record_id="cpr:1")
    assert [(r["street"], r["uncertainty"], r["valid_to"]) for r in found] == [
        ("Åvej", "registered", dt.date(9999, 12, 31)),
        ("Nygade", "registered", dt.date(2020, 1, 1)),
    ]
    assert len({r["source_row"] for r in found}) == 2


def test_a_placement_is_a_relation(tmp_path: Path) -> None:
    (row,) = rows_of(world().load(tmp_path), "relations", kind="foster_parent")
    assert (row["record_id"], row["other_record"]) == ("cpr:1", "cpr:2")
    assert row["other_identifier"] == {"type": "CPR", "value": "0181701234"}
    assert (row["valid_from"], row["valid_to"]) == (dt.date(2021, 1, 1), dt.date(2024, 1, 1))


def test_protection_hides_both_homes_and_with_whom_the_child_is_placed(tmp_path: Path) -> None:
    loads = []
    for street, carer, folder in (("Nygade", "2", "a"), ("Skjulestien", "3", "b")):
        made = world(street)
        made.person("3", "Per", "Pleje", "1971-01-01", cpr="0181711235")
        number = "0181701234" if carer == "2" else "0181711235"
        placed = {"PlejeforaelderPersonId": carer, "PlejeforaelderPersonnummer": number}
        made.feed["anbringelse"][0] |= {**placed, "GyldigFra": "2019-06-01"}
        made.feed["beskyttelse"].append({"PersonId": "1", "Beskyttelsestype": "saerlig", "GyldigFra": "2018-01-01"})
        loads.append(made.load(tmp_path / folder).tables)
    one, other = loads
    assert all(one[name].equals(other[name]) for name in CANONICAL)
    assert [r["street"] for r in one["residences"].to_pylist()] == [None, None]


def test_care_before_the_protection_stays_known(tmp_path: Path) -> None:
    made = world()
    made.feed["beskyttelse"].append({"PersonId": "1", "Beskyttelsestype": "saerlig", "GyldigFra": "2022-01-01"})
    (row,) = rows_of(made.load(tmp_path), "relations", kind="foster_parent")
    assert (row["valid_from"], row["valid_to"]) == (dt.date(2021, 1, 1), dt.date(2022, 1, 1))
