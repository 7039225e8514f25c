"""Address text and structured parts, in the ways they are written."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.addresses import PARTS, city_key, normalise_parts, parse_texts, street_key, text_kinds
from linkage.addresses.grammar import parse
from linkage.addresses.plain import plain_parts
from linkage.addresses.tidying import tidy
from linkage.geography import postcodes

with (Path(__file__).parent / "addresses.csv").open(encoding="utf-8", newline="") as file:
    SPELLINGS = list(csv.DictReader(file, delimiter="|"))


def test_the_table_of_spellings_is_a_broad_one() -> None:
    assert len({row["text"] for row in SPELLINGS}) >= 400


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda row: row["text"])
def test_every_spelling_is_read(row: dict[str, str]) -> None:
    expected = {name: row[name] or None for name in PARTS.names}
    assert parse_texts(pa.array([row["text"]]))[0].as_py() == expected
    kind = {"kind": row["kind"] or "address", "care_of": row["care_of"] == "x"}
    assert text_kinds(pa.array([row["text"]])).to_pylist() == [kind]


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
        ("Kgs. Nytorv", "Kongens Nytorv"),
        ("Skt. Knuds Vej", "Sankt Knuds Vej"),
        ("Gamle Kongevej", "Gl. Kongevej"),
        ("H/F Solvang", "Haveforeningen Solvang"),
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


# -------------------------------------------------------------------------------------------- laws of reading

HOUSES = st.from_regex(r"[1-9][0-9]{0,2}[a-hj-z]?", fullmatch=True)
UNITS = {
    ("st", "tv"): ["st. tv.", "st tv", "stuen til venstre", "st.tv", "sttv", "stueplan, tv", "ST. TV", "stue tv"],
    ("kl", None): ["kl.", "kld.", "kælderen", "i kælderen", "KL"],
    ("k2", None): ["k2", "K2", "k 2"],
    ("3", "mf"): ["3. mf", "3 mf.", "3. sal midtfor", "tredje sal, m.f.", "3mf", "03. midt for", "3.sal, mf"],
    ("2", "4"): ["2. 4", "2. sal dør 4", "2., dør nr. 4", "2. sal, lejl. 4", "2. -4", "2, 0004", "2. nr. 4"],
    ("1", "a"): ["1. a", "1. sal, dør A", "1., A"],
    ("1", None): ["1.", "1. sal", "1 sal", "1sal", "første sal", "1 s.", "på 1. sal", "etage 1"],
    (None, "7"): ["dør 7", "lejl. 7", "lejlighed nr. 7", "værelse 7"],
    (None, None): [""],
}
HOLDERS = ["", "c/o Per Jensen, ", "v/ Jensen, ", "Villa Solhøj, ", "Bopæl: "]


@given(st.data())
def test_every_order_and_spelling_of_the_same_parts_reads_the_same(data: st.DataObject) -> None:
    draw = data.draw
    street, (postcode, city) = draw(st.sampled_from(STREETS)), draw(st.sampled_from(TOWNS))
    number, (floor, door) = draw(HOUSES), draw(st.sampled_from(sorted(UNITS, key=str)))
    unit = draw(st.sampled_from(UNITS[floor, door]))
    letter = draw(st.sampled_from(["", " "])) if number[-1].isalpha() else ""
    spelt = f"{street} {number[:-1]}{letter}{number[-1]}"
    home = f"{spelt}, {unit}" if unit else spelt
    town = draw(st.sampled_from([f"{postcode} {city}", f"DK-{postcode} {city.upper()}", f"{postcode}, {city}"]))
    text = draw(st.sampled_from([f"{home}, {town}", f"{postcode} {city}, {home}", f"{home}, {town}, Danmark"]))
    text = draw(st.sampled_from(HOLDERS)) + text if text.startswith(street) else text
    read = parse_texts(pa.array([text]))[0].as_py()
    stated = {"street": street, "house_number": number, "floor": floor, "door": door, "locality": None}
    assert {k: read[k] for k in stated} == stated
    assert (read["postcode"], city_key(read["city"])) == (postcode, city_key(city))


@given(st.sampled_from([row["text"] for row in SPELLINGS]), st.integers(0, 60))
def test_case_and_blanks_do_not_matter(text: str, at: int) -> None:
    where = [i for i, c in enumerate(text) if c == " "]
    wide = text[: where[at % len(where)]] + "\t\u00a0 " + text[where[at % len(where)] :] if where else text
    one, other = (parse_texts(pa.array([t]))[0].as_py() for t in (text, wide))
    assert one == other
    loud = parse_texts(pa.array([text.upper()]))[0].as_py()
    assert [_folded(v) for v in loud.values()] == [_folded(v) for v in one.values()]


def _folded(value: str | None) -> str | None:
    return city_key(value) if value else value


@given(st.lists(st.sampled_from([row["text"] for row in SPELLINGS]), min_size=1, max_size=40))
def test_the_column_reads_as_the_single_text_does(texts: list[str]) -> None:
    assert parse_texts(pa.array(texts)).to_pylist() == [parse(t)._asdict() for t in texts]


PIECES = st.sampled_from(
    [
        *("Vesterbrogade", "Gl.", "St.", "H.C.", "vej", "V.", "Å", "2.", "10.", "'s", "Vester Hassing"),
        *("nr.", "12", "3", "b", "i", "S", "st", "kl", "k1", "1.", "tv", "th", "m.f.", "sal", "dør"),
        *("c/o", "Jensen", "hos", ",", ".", "-", "/", "(", ")", "8000", "1620", "DK-9000"),
        *("Aalborg", "København V", "Kbh", "Danmark", "Sverige", "postboks", "ukendt"),
    ]
)


@given(st.lists(PIECES, max_size=9), st.sampled_from([" ", "", ", "]))
def test_plain_texts_and_the_grammar_agree(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    columns, plain = plain_parts(pa.array([text]))
    if plain[0]:
        assert {name: values[0].as_py() for name, values in columns.items()} == parse(text)._asdict()
    assert parse(text) == parse(tidy(text))


HOSTILE = ["a" * 50_000, ", " * 30_000, "1 " * 30_000, "st. " * 20_000, "c/o " * 20_000, "(" * 50_000, "8000 " * 20_000]
HOSTILE += ["Vej 1" + "-" * 50_000, "Vej 1, " + "1. " * 20_000, " " * 99_999, "\u200b" * 50_000, "a." * 30_000]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    begin = time.process_time()
    parse_texts(pa.array([text]))
    street_key(text)
    assert time.process_time() - begin < 1.0
