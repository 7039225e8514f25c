"""The shipped mappings of foreign layouts load small files of those layouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loaders import Canonical, load, read_mapping

POLE = """extends = "pole"
[register]
name = "pole"
synthetic = true
extract_date = 2017-12-31
[register.files]
person = "nodes.Person.csv"
crime = "nodes.Crime.csv"
party = "relationships.PARTY_TO.csv"
family = "relationships.FAMILY_REL.csv"
"""
POLE_FILES = {
    "nodes.Person.csv": (
        ":ID,surname,nhs_no,name,age,:LABEL\n1,Ash,111-11-1111,Ann,,Person\n2,Ash,222-22-2222,Ben,9,Person\n"
    ),
    "nodes.Crime.csv": (
        ":ID,date,id,type,last_outcome,note,charge,:LABEL\n"
        "7,24/08/2017,abc,Drugs,Under investigation,,,Crime\n8,03/08/2017,abd,Robbery,,,,Crime\n"
    ),
    "relationships.PARTY_TO.csv": ":START_ID,:END_ID,:TYPE\n1,7,PARTY_TO\n",
    "relationships.FAMILY_REL.csv": ":START_ID,:END_ID,:TYPE,rel_type\n1,2,FAMILY_REL,PARENT\n",
    "homes.csv": (
        ":START_ID,address,postcode,city\n1,178 Polding Street,WN3 4NL,Wigan\n2,178 Polding Street,WN3 4NL,Wigan\n"
    ),
}


def rows_of(canonical: Canonical, table: str) -> list[dict[str, Any]]:
    return list(canonical.tables[table].to_pylist())


def loaded(folder: Path, mapping: str, files: dict[str, str]) -> Canonical:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "m.toml").write_text(mapping, encoding="utf-8")
    return load([read_mapping(folder / "m.toml")])


def test_the_pole_example_gives_persons_crimes_and_families(tmp_path: Path) -> None:
    canonical = loaded(tmp_path, POLE, POLE_FILES)
    assert [(p["given"], p["surname"], p["identifiers"][0]["type"]) for p in rows_of(canonical, "persons")] == [
        ("Ann", "Ash", "LOCAL"),
        ("Ben", "Ash", "LOCAL"),
    ]
    assert [(i["category"], i["occurred"].isoformat()) for i in rows_of(canonical, "incidents")] == [
        ("drugs", "2017-08-24"),
        ("other", "2017-08-03"),
    ]
    assert [(r["record_id"], r["kind"], r["other_record"]) for r in rows_of(canonical, "relations")] == [
        ("pole:2", "parent", "pole:1")
    ]
    assert [(i["record_id"], i["role"]) for i in rows_of(canonical, "involvements")] == [("pole:1", "OTHER")]
    assert not rows_of(canonical, "refused")


def test_addresses_of_the_pole_example_come_from_a_joined_file(tmp_path: Path) -> None:
    canonical = loaded(tmp_path, POLE + 'homes = "homes.csv"\n', POLE_FILES)
    assert len(rows_of(canonical, "residences")) == 2
    assert not rows_of(canonical, "refused")


PERSONS = """extends = "persons"
[register]
name = "people"
synthetic = true
extract_date = 2025-01-31
[register.files]
persons = "p.csv"
"""


@pytest.mark.parametrize(
    "text",
    [
        (
            "id;given_name;surname;birth_date;sex;cpr;street;house_number;postcode;city;valid_from\n"
            "1;Åse;Bech;1980-02-01;female;018280-1000;Nygade;4;9000;Aalborg;2020-05-01\n"
        ),
        (
            "PersonId;Navn;Fødselsdato;Køn;Personnummer;Adresse;Tilflyttet\n"
            "1;Bech, Åse;01-02-1980;kvinde;018280-1000;Nygade 4, 9000 Aalborg;01-05-2020\n"
        ),
        (
            "person_id;name;date_of_birth;gender;cpr;address;valid_from\n"
            "1;Åse Bech;01/02/1980;F;018280-1000;Nygade 4, 9000 Aalborg;2020-05-01\n"
        ),
    ],
    ids=["english parts", "danish", "english whole"],
)
def test_a_table_of_persons_is_read_under_many_titles(tmp_path: Path, text: str) -> None:
    canonical = loaded(tmp_path, PERSONS, {"p.csv": text})
    (person,) = rows_of(canonical, "persons")
    assert (person["record_id"], person["given"], person["surname"], person["sex"]) == ("people:1", "Åse", "Bech", "F")
    assert (person["birth_date"].isoformat(), person["identifiers"][0]["type"]) == ("1980-02-01", "CPR")
    (home,) = rows_of(canonical, "residences")
    assert (home["street"], home["house_number"], home["postcode"]) == ("Nygade", "4", "9000")
    assert home["valid_from"].isoformat() == "2020-05-01"


def test_a_table_without_any_key_is_named_by_its_rows(tmp_path: Path) -> None:
    canonical = loaded(tmp_path, PERSONS, {"p.csv": "Fornavn;Efternavn\nAnne;Jensen\nBo;Lund\n"})
    assert [p["record_id"] for p in rows_of(canonical, "persons")] == ["people:1", "people:2"]


def test_a_table_without_any_known_title_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such column"):
        loaded(tmp_path, PERSONS, {"p.csv": "a;b\n1;2\n"})


def test_whole_names_fill_only_what_is_not_stated_apart(tmp_path: Path) -> None:
    text = "id;name;surname\n1;Anne Marie Holm f. Lund;\n2;HANSEN Jens;\n3;Ida Holm;Bech\n4;;\n"
    canonical = loaded(tmp_path, PERSONS, {"p.csv": text})
    assert [(p["given"], p["surname"], p["earlier_surnames"]) for p in rows_of(canonical, "persons")] == [
        ("Anne Marie", "Holm", ["Lund"]),
        ("Jens", "HANSEN", []),
        ("Ida", "Bech", []),
        (None, None, []),
    ]
