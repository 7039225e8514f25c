"""Address text and structured parts, in the ways they are written."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.addresses import PARTS, city_key, normalise_parts, parse_texts, street_key
from linkage.geography import postcodes

with (Path(__file__).parent / "addresses.csv").open(encoding="utf-8", newline="") as file:
    SPELLINGS = list(csv.DictReader(file, delimiter="|"))


def test_the_table_of_spellings_is_a_broad_one() -> None:
    assert len({row["text"] for row in SPELLINGS}) >= 120


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda row: row["text"])
def test_every_spelling_is_read(row: dict[str, str]) -> None:
    expected = {name: value or None for name, value in row.items() if name != "text"}
    assert parse_texts(pa.array([row["text"]]))[0].as_py() == expected


def test_blank_and_missing_texts_say_nothing() -> None:
    parsed = parse_texts(pa.chunked_array([pa.array([None, "", "  "]), pa.array(["Torvet 1"])]))
    assert len(parsed) == 4
    assert pc.struct_field(parsed, "street").to_pylist() == [None, None, None, "Torvet"]
    assert parsed.type == PARTS
    assert parse_texts(pa.array([], pa.string())).to_pylist() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gl. Kongevej", "GAMMEL KONGEVEJ"),
        ("Sct. Knuds Allé", "Sankt Knuds Alle"),
        ("Aagade", "Ågade"),
        ("Nr. Farimagsgade", "Nørre Farimagsgade"),
        ("Vesterbrog.", "Vesterbrogade"),
        ("Strandv.", "Strandvej"),
        ("H.C. Andersens Boulevard", "HC Andersens Blvd."),
        ("Skole gade", "Skolegade"),
        ("Christian X's Vej", "Christian Xs Vej"),
        ("Ndr. Frihavnsgade", "Nordre Frihavnsgade"),
        ("Møllegade", "Moellegade"),
    ],
)
def test_streets_written_differently_meet(one: str, other: str) -> None:
    assert street_key(one) == street_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vestergade", "Vestervej"), ("Nørregade", "Søndergade"), ("Skovborg", "Skovborgade"), ("Elmevej", "Egevej")],
)
def test_different_streets_stay_apart(one: str, other: str) -> None:
    assert street_key(one) != street_key(other)


def test_towns_meet_too() -> None:
    assert city_key("Kbh. V") == city_key("København V") != city_key("København K")
    assert city_key("Ålborg") == city_key("Aalborg")


STRUCTURED = [
    ({"house_number": "012B"}, {"house_number": "12b"}),
    ({"house_number": "12 B"}, {"house_number": "12b"}),
    ({"house_number": "007"}, {"house_number": "7"}),
    ({"floor": "03", "door": "TV"}, {"floor": "3", "door": "tv"}),
    ({"floor": "ST", "door": "0004"}, {"floor": "st", "door": "4"}),
    ({"floor": "KL", "door": " th. "}, {"floor": "kl", "door": "th"}),
    ({"floor": "2. sal", "door": "venstre"}, {"floor": "2", "door": "tv"}),
    ({"floor": "stuen"}, {"floor": "st"}),
    ({"floor": "00"}, {}),
    ({"postcode": "800"}, {"postcode": "0800"}),
    ({"postcode": "DK-9000", "city": " Aalborg  "}, {"postcode": "9000", "city": "Aalborg"}),
    ({"street": ""}, {}),
]


@pytest.mark.parametrize(("given_", "expected"), STRUCTURED)
def test_structured_parts_take_the_form_of_parsed_text(given_: dict[str, str], expected: dict[str, str]) -> None:
    normal = normalise_parts(pa.array([given_]))[0].as_py()
    assert {k: v for k, v in normal.items() if v is not None} == expected


TEXT = st.one_of(st.none(), st.text(max_size=12), st.text("012 stvkKlLTVhHdDK.,-B", max_size=8))


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(PARTS.names, TEXT)), min_size=1, max_size=4))
def test_normalising_twice_changes_nothing(rows: list[dict[str, str | None]]) -> None:
    once = normalise_parts(pa.array(rows, PARTS))
    assert normalise_parts(once).equals(once)


@given(st.text(max_size=40))
def test_no_text_is_too_strange_to_read(text: str) -> None:
    parsed = parse_texts(pa.array([text]))
    assert normalise_parts(parsed).type == PARTS
    assert len(parsed) == 1


STREETS = ["Vesterbrogade", "Gl. Kongevej", "Nørre Allé", "Sankt Knuds Vej", "10. Februar Vej", "Åboulevarden"]
TOWNS = [(r["postcode"], r["name"]) for r in postcodes().to_pylist() if r["name"].isalpha()][:300]
FLOORS = {"st": ["st.", "stuen", "st", "ST."], "kl": ["kl.", "kld"], "3": ["3.", "3. sal", "03", "3 sal"]}
DOORS = {"tv": ["tv", "t.v.", "TV.", "venstre"], "th": ["th", "th.", "til højre"], "mf": ["mf.", "midtfor"]}


@given(st.data())
def test_what_is_written_is_read_back(data: st.DataObject) -> None:
    draw = data.draw
    street, (postcode, city) = draw(st.sampled_from(STREETS)), draw(st.sampled_from(TOWNS))
    number = draw(st.from_regex(r"[1-9][0-9]{0,2}[a-h]?", fullmatch=True))
    floor = draw(st.sampled_from([None, *FLOORS]))
    door = draw(st.sampled_from([None, *DOORS]))
    comma = draw(st.sampled_from([", ", ",", " "]))
    unit = [draw(st.sampled_from(FLOORS[floor]))] if floor else []
    unit += [draw(st.sampled_from(DOORS[door]))] if door else []
    text = comma.join([f"{street} {number}", *([" ".join(unit)] if unit else []), f"{postcode} {city}"])
    assert parse_texts(pa.array([text]))[0].as_py() == {
        "street": street,
        "house_number": number,
        "floor": floor,
        "door": door,
        "locality": None,
        "postcode": postcode,
        "city": city,
    }
