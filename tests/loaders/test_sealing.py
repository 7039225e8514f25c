"""Special protection: nothing that leaves the loader tells where a protected person was."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.tables import CANONICAL, PLACE
from loaders import Canonical, load, read_mapping, seal
from tests.loaders.world import Row, World, case, rows_of

DISTRICTS = ("fyn", "nord")


@dataclass(frozen=True)
class Location:
    """Everything about a sealed spell and record that tells where."""

    street: str
    code: str
    place: str
    home: str
    district: int
    position: int
    journal: str
    town: int
    notification: str


locations = st.builds(
    Location,
    street=st.sampled_from(["Nygade", "Åvej", "", "Skjulestien"]),
    code=st.sampled_from(["851", "0101", "x", ""]),
    place=st.sampled_from(["", "Nygade 4, 9000 Aalborg", "Åvej 9, 2. tv, 5000 Odense C", "???"]),
    home=st.sampled_from(["", "Nygade 4, 9000 Aalborg", "c/o Bo, Åvej 9, 5000 Odense C"]),
    district=st.integers(0, 1),
    position=st.integers(0, 5),
    journal=st.sampled_from(["5100-1", "5200-1", "5100-7"]),
    town=st.integers(0, 1),
    notification=st.sampled_from(["a1", "b7"]),
)


@dataclass(frozen=True)
class Scene:
    """What both worlds share: dates, roles, and what is wrong with the rows of others."""

    until: str
    entered: str
    known_by: str
    role: str
    others: int
    bad_dates: frozenset[int]


scenes = st.builds(
    Scene,
    until=st.sampled_from(["", "2021-06-01", "2030-01-01"]),
    entered=st.sampled_from(["", "09-03-2020"]),
    known_by=st.sampled_from(["number", "name"]),
    role=st.sampled_from(["SIG", "FOU", "??"]),
    others=st.integers(0, 5),
    bad_dates=st.frozensets(st.integers(0, 5)),
)


def cast(world: World) -> None:
    """The people: a protected mother, her child, a father elsewhere, a neighbour."""
    world.person("1", "Anna Mia", "Jensen", "1985-05-01", cpr="018585-1234")
    world.person("2", "Lille", "Jensen", "2012-05-01", cpr="018512-4321")
    world.person("3", "Bo", "Jensen", "1980-02-01", sex="M", cpr="018280-1111")
    world.person("4", "Kaj", "Lund", "1979-02-01", sex="M")
    for number in ("1", "2", "3"):
        world.lives(number, "Gammelgade", "851", "2012-05-01", "2019-06-01" if number != "3" else "")
    world.lives("4", "Nygade", "851", "2001-01-01")


def told(scene: Scene, where: Location) -> World:
    """The world of a scene with its sealed locations filled in."""
    world = World(extracts={"fyn": "2025-01-01", "nord": "2025-06-01"})
    cast(world)
    world.feed["beskyttelse"].append(
        {"PersonId": "1", "Beskyttelsestype": "saerlig", "GyldigFra": "2019-06-01", "GyldigTil": scene.until}
    )
    for number in ("1", "2"):
        place = {"Kommunekode": where.code, "Vejnavn": where.street, "Husnummer": "4"}
        world.feed["adresse"].append(
            {"PersonId": number, **place, "GyldigFra": "2019-06-01", "GyldigTil": "2020-12-01"}
        )
    sealed = _sealed_rows(scene, where)
    for position, name in enumerate(DISTRICTS):
        rows = [_other(name, n, scene, where) for n in range(scene.others)]
        at = min(where.position, len(rows)) if position == where.district else 0
        world.cases[name] = rows[:at] + sealed + rows[at:] if position == where.district else rows
    notice = {
        "Sagsnr": where.notification,
        "Modtaget": "2020-04-01",
        "Kommunekode": where.code,
        "BarnCpr": "018512-4321",
        "BarnFornavn": "Lille",
        "BarnEfternavn": "Jensen",
        "BarnAdresse": where.home,
    }
    for position, name in enumerate(("und-a", "und-b")):
        world.notifications[name] = [notice] if position == where.town else []
    return world


def _sealed_rows(scene: Scene, where: Location) -> list[Row]:
    common = {"Gerningssted": where.place, "Optaget": scene.entered}
    number = {"Identtype": "PNR", "Ident": "0185851234"} if scene.known_by == "number" else {}
    mother = {"Fornavn": "ANNA Mia", "Efternavn": "jensen", "Foedselsdato": "01-05-1985", "Koen": "K"}
    return [
        case(where.journal, "1", Rolle=scene.role, **common, **number, **mother, Bopael=where.home),
        case(where.journal, "2", Rolle="SIG", **common, Bopael=where.home),
        case(where.journal, "3", Rolle="VID", **common, Fornavn="Ib", Foedselsdato="99-99-1970"),
    ]


def _other(district: str, number: int, scene: Scene, where: Location) -> Row:
    born = "31-02-1980" if number in scene.bad_dates else "01-02-1980"
    return case(
        f"{district}-{number}",
        Fornavn=f"Per{number}",
        Foedselsdato=born,
        Referencenr=where.journal if number == 2 else "",
        Gerningssted="Torvet 1, 9000 Aalborg",
    )


def as_bytes(canonical: Canonical, folder: Path) -> dict[str, bytes]:
    result = {}
    for name, table in canonical.tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(table, path)
        result[name] = path.read_bytes()
    return result


@settings(max_examples=25, deadline=None)
@given(scenes, locations, locations)
def test_two_worlds_that_differ_in_a_sealed_location_are_the_same_bytes(
    scene: Scene, left: Location, right: Location
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one = as_bytes(told(scene, left).load(Path(folder) / "one"), Path(folder))
        other = as_bytes(told(scene, right).load(Path(folder) / "other"), Path(folder))
    assert one == other


def scene(**changes: object) -> Scene:
    values = {"until": "", "entered": "", "known_by": "number", "role": "FOU", "others": 3, "bad_dates": frozenset({1})}
    return Scene(**{**values, **changes})  # type: ignore[arg-type]


HERE = Location("Skjulestien", "851", "Nygade 4, 9000 Aalborg", "Åvej 9, 5000 Odense C", 1, 1, "5100-1", 0, "a1")


def test_what_happened_stays_and_where_is_gone(tmp_path: Path) -> None:
    canonical = told(scene(), HERE).load(tmp_path)
    assert "Skjulestien" not in str([t.to_pylist() for t in canonical.tables.values()])
    (incident,) = rows_of(canonical, "incidents", sealed=True, category="domestic_disturbance")
    assert incident["occurred"] == dt.date(2020, 3, 5)
    assert [incident[f.name] for f in PLACE] == [None] * len(PLACE)
    assert (incident["register"], incident["district"], incident["journal_number"]) == ("protected", None, None)
    parts = rows_of(canonical, "involvements", incident_id=incident["incident_id"])
    assert sorted(str(p["role"]) for p in parts) == ["CHARGED", "INJURED", "WITNESS"]
    mentions = {p["record_id"] for p in parts}
    persons = [p for p in rows_of(canonical, "persons", sealed=True) if p["record_id"] in mentions]
    assert {(p["given"], p["register"]) for p in persons} == {
        ("ANNA Mia", "protected"),
        ("Bo", "protected"),
        ("Ib", "protected"),
    }
    assert all(r["journal_reference"] is None for r in rows_of(canonical, "incidents"))
    assert not rows_of(canonical, "residences", uncertainty="stated", sealed=True)


def test_the_date_of_the_latest_extract_stands_for_an_unstated_entry(tmp_path: Path) -> None:
    canonical = told(scene(), HERE).load(tmp_path)
    (incident,) = rows_of(canonical, "incidents", sealed=True, category="domestic_disturbance")
    assert incident["known_from"] == dt.date(2026, 1, 1)
    stated = told(scene(entered="09-03-2020"), HERE).load(tmp_path)
    (incident,) = rows_of(stated, "incidents", sealed=True, category="domestic_disturbance")
    assert incident["known_from"] == dt.date(2020, 3, 9)


def test_earlier_and_other_peoples_addresses_stay(tmp_path: Path) -> None:
    canonical = told(scene(), HERE).load(tmp_path)
    seen = {(r["record_id"], r["street"]) for r in rows_of(canonical, "residences", uncertainty="registered")}
    assert seen == {
        ("cpr:1", "Gammelgade"),
        ("cpr:2", "Gammelgade"),
        ("cpr:3", "Gammelgade"),
        ("cpr:4", "Nygade"),
        ("cpr:1", None),
        ("cpr:2", None),
    }


def test_a_spell_is_split_at_the_borders_of_the_interval(tmp_path: Path) -> None:
    world = World()
    cast(world)
    world.feed["beskyttelse"].append(
        {"PersonId": "3", "Beskyttelsestype": "saerlig", "GyldigFra": "2015-01-01", "GyldigTil": "2016-01-01"}
    )
    canonical = world.load(tmp_path)
    stays = [(r["valid_from"], r["valid_to"], r["street"]) for r in rows_of(canonical, "residences", record_id="cpr:3")]
    assert stays == [
        (dt.date(2012, 5, 1), dt.date(2015, 1, 1), "Gammelgade"),
        (dt.date(2015, 1, 1), dt.date(2016, 1, 1), None),
        (dt.date(2016, 1, 1), dt.date(9999, 12, 31), "Gammelgade"),
    ]
    child = [(r["valid_from"], r["sealed"]) for r in rows_of(canonical, "residences", record_id="cpr:2")]
    assert (dt.date(2015, 1, 1), True) in child
    mother = [r["sealed"] for r in rows_of(canonical, "residences", record_id="cpr:1")]
    assert mother == [False]


def test_a_childs_coming_of_age_does_not_show_the_shared_address(tmp_path: Path) -> None:
    world = World()
    cast(world)
    world.lives("1", "Skjulvej", "101", "2020-01-01")
    world.lives("2", "Skjulvej", "101", "2020-01-01")
    world.feed["beskyttelse"].append({"PersonId": "1", "Beskyttelsestype": "saerlig", "GyldigFra": "2020-01-01"})
    canonical = world.load(tmp_path)
    assert "Skjulvej" not in str(canonical.tables["residences"].to_pylist())


def test_a_protection_that_ends_after_the_extract_has_not_ended(tmp_path: Path) -> None:
    world = World()
    cast(world)
    world.lives("1", "Skjulvej", "101", "2020-01-01")
    world.feed["beskyttelse"].append(
        {"PersonId": "1", "Beskyttelsestype": "saerlig", "GyldigFra": "2020-01-01", "GyldigTil": "2027-01-01"}
    )
    assert "Skjulvej" not in str(world.load(tmp_path).tables["residences"].to_pylist())


def test_ordinary_protection_seals_nothing(tmp_path: Path) -> None:
    world = World()
    cast(world)
    world.feed["beskyttelse"].append({"PersonId": "1", "Beskyttelsestype": "ordinaer", "GyldigFra": "2010-01-01"})
    canonical = world.load(tmp_path)
    assert not any(rows_of(canonical, t, sealed=True) for t in ("persons", "residences", "incidents"))


def test_incidents_outside_the_interval_stay_whole(tmp_path: Path) -> None:
    canonical = told(scene(until="2020-03-01"), HERE).load(tmp_path)
    (incident,) = rows_of(canonical, "incidents", journal_number="5100-1")
    assert (incident["street"], incident["register"]) == ("Nygade", "nord")


def test_counts_of_sealed_rows_stand_under_protected(tmp_path: Path) -> None:
    canonical = told(scene(role="??"), HERE).load(tmp_path)
    refused = [(r["register"], r["file"], r["row"], r["column"]) for r in rows_of(canonical, "refused")]
    assert ("protected", "protected", 1, "birth_date") in refused
    assert ("protected", "protected", 2, "role") in refused
    assert ("nord", "nord.csv", 2, "Foedselsdato") in refused
    (source,) = rows_of(canonical, "quality", register="protected", table="source")
    assert source["rows"] == 4


def test_sealing_sealed_tables_changes_nothing(tmp_path: Path) -> None:
    canonical = told(scene(), HERE).load(tmp_path)
    again = seal(canonical.tables)
    for name in ("persons", "residences", "incidents", "involvements"):
        order = [(c, "ascending") for c in CANONICAL[name].key]
        assert again[name].sort_by(order).to_pylist() == canonical.tables[name].to_pylist()


KEYED = """\
[register]
name = "keyed"
district = "Hidden"
synthetic = true
extract_date = 2025-01-01
[register.files]
people = "people.csv"
parts = "parts.csv"
[persons.one]
from = "people"
record_id = "key"
given = "given"
surname = "surname"
identifiers = "number"
[incidents.one]
from = "parts"
incident_id = "case"
category = "kind"
occurred = "day"
address = "place"
[involvements.one]
from = "parts"
incident_id = "case"
record_id = "key"
role = "role"
[residences.one]
from = "parts"
record_id = "key"
row_key = ["case", "key"]
uncertainty = { constant = "stated" }
address = "place"
valid_from = "day"
"""


def test_a_register_with_person_keys_shows_the_earlier_case_and_seals_the_later(tmp_path: Path) -> None:
    world = World()
    cast(world)
    world.feed["beskyttelse"].append({"PersonId": "1", "Beskyttelsestype": "saerlig", "GyldigFra": "2019-06-01"})
    mappings = world.write(tmp_path)
    (tmp_path / "people.csv").write_text("key;given;surname;number\n7;Anna;Jensen;0185851234\n8;Per;Dam;\n")
    early, late = "2015-01-01;threats;Torvet 1, 9000 Aalborg", "2020-01-01;threats;Skjulvej 4, 9000 Aalborg"
    parts = [f"A;7;INJURED;{early}", f"A;8;CHARGED;{early}", f"B;7;INJURED;{late}", f"B;8;CHARGED;{late}"]
    (tmp_path / "parts.csv").write_text("\n".join(["case;key;role;day;kind;place", *parts, ""]))
    (tmp_path / "keyed.toml").write_text(KEYED)
    canonical = load([read_mapping(p) for p in [*mappings, tmp_path / "keyed.toml"]])
    assert "Skjulvej" not in str([t.to_pylist() for t in canonical.tables.values()])
    shown = [(p["incident_id"], p["record_id"]) for p in rows_of(canonical, "involvements", sealed=False)]
    assert shown == [("keyed:A", "keyed:7"), ("keyed:A", "keyed:8")]
    hidden = rows_of(canonical, "involvements", sealed=True)
    assert [p["role"] for p in hidden if str(p["record_id"]).startswith("protected:")] in (
        ["CHARGED", "INJURED"],
        ["INJURED", "CHARGED"],
    )
    stays = rows_of(canonical, "residences", uncertainty="stated")
    assert [(r["record_id"], r["street"]) for r in stays] == [("keyed:7", "Torvet"), ("keyed:8", "Torvet")]
