"""What the shipped mappings make of each register."""

from __future__ import annotations

import datetime as dt
import gzip
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.tables import CANONICAL
from loaders import Canonical, MappingError, load, read_mapping, summarise
from tests.loaders.world import Row, World, case, refusals, rows_of

OPEN = dt.date(9999, 12, 31)


def town() -> World:
    world = World()
    world.person("1", "Anna", "Jensen", "1985-05-01", cpr="018585-1234")
    world.person("2", "Lille", "Jensen", "2012-05-01", cpr="018512-4321")
    world.person("3", "Bo", "Lund", "1980-02-01", sex="M")
    world.feed["navn"][0]["GyldigFra"] = "2010-01-01"
    for name, start, end in (("Dam", "1985-05-01", "2005-01-01"), ("Bech", "2005-01-01", "2010-01-01")):
        world.feed["navn"].append(
            {"PersonId": "1", "Fornavne": "Anna", "Efternavn": name, "GyldigFra": start, "GyldigTil": end}
        )
    world.feed["personnummer"].append({"PersonId": "1", "Personnummer": "0185851111", "GyldigTil": "1999-01-01"})
    world.lives("1", "Nygade", "851", "2005-01-01")
    world.cases["nord"] = [
        case("J1", "1", Ident="060649AAAA", Identtype="ENR", Gerningssted="Nygade 4, st. tv, 9000 Aalborg"),
        case("J1", "2", Rolle="FOU", Fornavn="Anna", Bopael="Åvej 9, 2. th, 5000 Odense C"),
        case("J2", "", Rolle="", Fornavn="", Efternavn="", Koen="", Foedselsdato="", Kategori="undersøgelsessag"),
    ]
    return world


def test_a_feed_gives_one_person_per_id_with_all_names_and_numbers(tmp_path: Path) -> None:
    (anna,) = rows_of(town().load(tmp_path), "persons", record_id="cpr:1")
    assert (anna["given"], anna["surname"], anna["earlier_surnames"]) == ("Anna", "Jensen", ["Bech", "Dam"])
    assert anna["identifiers"] == [
        {"type": "CPR", "value": "0185851111"},
        {"type": "CPR", "value": "0185851234"},
    ]
    assert (anna["birth_date"], anna["birth_precision"], anna["sex"]) == (dt.date(1985, 5, 1), "day", "F")
    assert anna["known_from"] == dt.date(2026, 1, 1)


def test_the_latest_name_stands_where_none_is_open(tmp_path: Path) -> None:
    world = town()
    world.feed["navn"][0]["GyldigTil"] = "2012-01-01"
    (anna,) = rows_of(world.load(tmp_path), "persons", record_id="cpr:1")
    assert (anna["surname"], anna["earlier_surnames"]) == ("Jensen", ["Bech", "Dam"])


def test_the_dead_are_those_of_status_90(tmp_path: Path) -> None:
    world = town()
    world.feed["person"][0] |= {"Status": "90", "Statusdato": "2020-02-02"}
    world.feed["person"][1] |= {"Status": "80", "Statusdato": "2020-02-02"}
    canonical = world.load(tmp_path)
    assert [p["deceased"] for p in rows_of(canonical, "persons", register="cpr")] == [dt.date(2020, 2, 2), None, None]


@pytest.mark.parametrize(
    ("role", "row", "expected"),
    [
        ("foraelder", {"ForaelderPersonId": "1", "Rolle": "mor"}, ("parent", "cpr:1", None)),
        ("foraelder", {"ForaelderPersonId": "1", "Rolle": "adoptiv"}, ("adoptive_parent", "cpr:1", None)),
        ("foraelder", {"ForaelderPersonnummer": "018585-1234", "Rolle": "far"}, ("parent", None, "0185851234")),
        ("foraeldremyndighed", {"IndehaverPersonId": "3"}, ("custody", "cpr:3", None)),
        ("civilstand", {"AegtefaellePersonId": "3", "Civilstand": "P"}, ("spouse", "cpr:3", None)),
    ],
)
def test_relations_name_the_other_by_record_or_number(
    tmp_path: Path, role: str, row: Row, expected: tuple[str, str | None, str | None]
) -> None:
    world = town()
    world.feed[role].append({"PersonId": "2", "GyldigFra": "2012-05-01", **row})
    (relation,) = rows_of(world.load(tmp_path), "relations")
    number = relation["other_identifier"]
    assert (relation["kind"], relation["other_record"], number and dict(number)["value"]) == expected  # type: ignore[call-overload]
    assert (relation["record_id"], relation["valid_to"]) == ("cpr:2", OPEN)


def test_two_parents_known_by_number_alone_are_two(tmp_path: Path) -> None:
    world = town()
    for number in ("018585-1234", "018280-1111"):
        world.feed["foraelder"].append(
            {"PersonId": "2", "ForaelderPersonnummer": number, "Rolle": "far", "GyldigFra": "2012-05-01"}
        )
    assert len(rows_of(world.load(tmp_path), "relations")) == 2


@pytest.mark.parametrize(
    ("role", "row"),
    [
        ("foraelder", {"PersonId": "2", "Rolle": "mor"}),
        ("foraelder", {"PersonId": "2", "ForaelderPersonId": "99", "Rolle": "mor"}),
        ("foraelder", {"PersonId": "2", "ForaelderPersonId": "1", "Rolle": "onkel"}),
        ("foraelder", {"PersonId": "77", "ForaelderPersonId": "1", "Rolle": "mor"}),
        ("adresse", {"PersonId": "77", "Vejnavn": "Nygade", "GyldigFra": "2001-01-01"}),
        ("adresse", {"PersonId": "2", "Vejnavn": "Nygade", "GyldigFra": "2001-02-30"}),
        ("adresse", {"PersonId": "2", "GyldigFra": "2001-01-02", "GyldigTil": "2001-01-01"}),
        ("beskyttelse", {"PersonId": "2", "Beskyttelsestype": "hemmelig", "GyldigFra": "2001-01-02"}),
        ("personnummer", {"PersonId": "77", "Personnummer": "0185851111"}),
    ],
)
def test_rows_without_meaning_are_refused(tmp_path: Path, role: str, row: Row) -> None:
    world = town()
    world.feed[role].append(row)
    canonical = world.load(tmp_path)
    position = len(world.feed[role])
    assert [(f, r) for f, r, _ in refusals(canonical)] == [(f"{role}.csv", position)]
    counts = {c.register: c.refused for c in summarise(canonical.tables["quality"])}
    assert counts == {"cpr": 1, "nord": 0}


def test_a_civil_state_that_is_no_relation_is_no_refusal(tmp_path: Path) -> None:
    world = town()
    world.feed["civilstand"].append({"PersonId": "1", "Civilstand": "F", "GyldigFra": "2012-05-01"})
    canonical = world.load(tmp_path)
    assert (rows_of(canonical, "relations"), refusals(canonical)) == ([], [])


def test_a_case_register_gives_mentions_incidents_and_parts(tmp_path: Path) -> None:
    canonical = town().load(tmp_path)
    bo, anna = rows_of(canonical, "persons", register="nord")
    assert (bo["record_id"], anna["record_id"]) == ("nord:J1/1", "nord:J1/2")
    assert bo["identifiers"] == [{"type": "ENR", "value": "060649AAAA"}]
    assert (bo["known_from"], bo["known_to"], bo["district"]) == (dt.date(2020, 3, 7), OPEN, "nord")
    one, two = rows_of(canonical, "incidents")
    assert (one["incident_id"], one["category"], one["verified"]) == ("nord:J1", "domestic_disturbance", True)
    assert (one["street"], one["house_number"], one["floor"], one["door"]) == ("Nygade", "4", "st", "tv")
    assert (two["category"], two["verified"]) == ("investigation_number", False)
    parts = [(p["record_id"], p["role"], p["stated_role"]) for p in rows_of(canonical, "involvements")]
    assert parts == [("nord:J1/1", "CHARGED", "SIG"), ("nord:J1/2", "INJURED", "FOU")]
    (stay,) = rows_of(canonical, "residences", uncertainty="stated")
    assert (stay["record_id"], stay["valid_from"], stay["valid_to"]) == (
        "nord:J1/2",
        dt.date(2020, 3, 5),
        dt.date(2020, 3, 6),
    )
    assert refusals(canonical) == []


@pytest.mark.parametrize(
    ("values", "column"),
    [({"Rolle": "XYZ"}, "Rolle"), ({"Kategori": "ukendt"}, "Kategori"), ({"Ident": "1234"}, "Ident")],
)
def test_an_unknown_code_is_kept_visibly_as_other(tmp_path: Path, values: Row, column: str) -> None:
    world = World(cases={"nord": [case("J1", **values)]})
    canonical = world.load(tmp_path)
    assert refusals(canonical) == [("nord.csv", 1, column)]
    (part,), (incident,) = rows_of(canonical, "involvements"), rows_of(canonical, "incidents")
    assert part["role"] == ("OTHER" if column == "Rolle" else "CHARGED")
    assert incident["category"] == ("other" if column == "Kategori" else "domestic_disturbance")
    quality = {q["column"]: q for q in rows_of(canonical, "quality", register="nord") if q["table"] != "source"}
    name = {"Rolle": "role", "Kategori": "category", "Ident": "identifiers"}[column]
    assert (quality[name]["filled"], quality[name]["valid"]) == (1, 0)


def test_a_reported_date_stands_in_for_an_unreadable_one(tmp_path: Path) -> None:
    world = World(cases={"nord": [case("J1", Gerningsdato="31-02-2020", Bopael="Åvej 9, 5000 Odense C")]})
    canonical = world.load(tmp_path)
    (incident,), (stay,) = rows_of(canonical, "incidents"), rows_of(canonical, "residences")
    assert (incident["occurred"], stay["valid_from"]) == (None, dt.date(2020, 3, 6))


def test_belief_runs_from_entry_or_extract_to_withdrawal(tmp_path: Path) -> None:
    world = World(cases={"nord": [case("J1", Optaget="", Tilbagekaldt="01-02-2021")]})
    (person,) = rows_of(world.load(tmp_path), "persons")
    assert (person["known_from"], person["known_to"]) == (dt.date(2026, 1, 1), dt.date(2021, 2, 1))


def test_one_party_in_two_roles_is_one_mention(tmp_path: Path) -> None:
    world = World(cases={"nord": [case("J1", Rolle="SIG"), case("J1", Rolle="FOU")]})
    canonical = world.load(tmp_path)
    assert len(rows_of(canonical, "persons")) == 1
    assert [p["role"] for p in rows_of(canonical, "involvements")] == ["CHARGED", "INJURED"]
    (counts,) = summarise(canonical.tables["quality"])
    assert (counts.refused, counts.duplicates) == (0, 0)


def test_a_party_number_used_twice_hangs_no_role_on_the_wrong_person(tmp_path: Path) -> None:
    world = World(cases={"nord": [case("J1", Rolle="FOU", Fornavn="Eva"), case("J1", Rolle="SIG", Fornavn="Bo")]})
    canonical = world.load(tmp_path)
    (person,), (part,) = rows_of(canonical, "persons"), rows_of(canonical, "involvements")
    assert (person["given"], part["role"]) in {("Eva", "INJURED"), ("Bo", "CHARGED")}
    assert len(refusals(canonical)) == 1


def test_a_journal_number_used_for_another_case_brings_nobody_into_the_first(tmp_path: Path) -> None:
    rows = [case("J1", "1"), case("J1", "2", Gerningsdato="09-09-2021", Optaget="10-09-2021", Fornavn="Eva")]
    canonical = World(cases={"nord": rows}).load(tmp_path)
    (incident,), (part,) = rows_of(canonical, "incidents"), rows_of(canonical, "involvements")
    assert (incident["occurred"], part["record_id"]) == (dt.date(2020, 3, 5), "nord:J1/1")
    assert refusals(canonical) == [("nord.csv", 2, "Journalnr")]


def test_a_notification_is_about_the_child(tmp_path: Path) -> None:
    row = {"Sagsnr": "9", "Modtaget": "2018-01-01", "BarnCpr": "018512-4321", "BarnFornavn": "Lille"}
    more = {"BarnEfternavn": "Jensen", "BarnAdresse": "Åvej 9, 5000 Odense C", "Kommunekode": "61"}
    world = World(notifications={"und": [{**row, **more, "ForaelderEfternavn": "Jensen"}, {**row, "Sagsnr": "10"}]})
    canonical = world.load(tmp_path)
    (incident,) = rows_of(canonical, "incidents", incident_id="und:9")
    assert (incident["category"], incident["reported"]) == ("municipal_notification", dt.date(2018, 1, 1))
    parts = [(p["record_id"], p["role"]) for p in rows_of(canonical, "involvements", incident_id="und:9")]
    assert parts == [("und:9/barn", "SUBJECT_OF_NOTIFICATION"), ("und:9/foraelder", "OTHER")]
    (stay,) = rows_of(canonical, "residences")
    assert (stay["municipality"], stay["street"]) == ("0061", "Åvej")


def test_synthetic_numbers_are_numbers_only_in_synthetic_registers(tmp_path: Path) -> None:
    (path,) = World(cases={"nord": [case("J1", Identtype="PNR", Ident="018585-1234")]}).write(tmp_path)

    def kinds() -> list[object]:
        (person,) = rows_of(load([read_mapping(path)]), "persons")
        return [i["type"] for i in person["identifiers"]]  # type: ignore[attr-defined]

    assert kinds() == ["CPR"]
    path.write_text(path.read_text().replace("synthetic = true", "synthetic = false"))
    assert kinds() != ["CPR"]


def test_row_number_keys_and_dates_from_parts(tmp_path: Path) -> None:
    text = "person_id,firstnames,lastname,gender,street,number,day,month,year\n"
    rows = '7,"Oluf Ib",Bech,1,"Niels Juels Gade",23,1,11,1895\n7,Ane,Dam,2,Gade,,0,11,1895\n7,X,Y,3,Gade,1,,,\n'
    (tmp_path / "1895.csv.gz").write_bytes(gzip.compress((text + rows).encode()))
    path = tmp_path / "c.toml"
    path.write_text(
        'extends = "copenhagen"\n[register]\nname = "copenhagen-1895"\nextract_date = 1895-12-31\n'
        '[register.files]\nentries = "1895.csv.gz"\n'
    )
    canonical = load([read_mapping(path)])
    persons = [(p["record_id"], p["given"], p["sex"], p["birth_date"]) for p in rows_of(canonical, "persons")]
    assert persons == [
        ("copenhagen-1895:1", "Oluf Ib", "M", None),
        ("copenhagen-1895:2", "Ane", "F", None),
        ("copenhagen-1895:3", "X", None, None),
    ]
    (stay,) = rows_of(canonical, "residences")
    assert (stay["street"], stay["valid_from"], stay["uncertainty"]) == (
        "Niels Juels Gade",
        dt.date(1895, 11, 1),
        "from_only",
    )
    assert "person_id" not in canonical.tables["quality"]["column"].to_pylist()


def test_the_extract_date_may_be_given_at_loading(tmp_path: Path) -> None:
    (path,) = World(cases={"nord": [case("J1", Optaget="")]}).write(tmp_path)
    path.write_text(path.read_text().replace("extract_date = 2026-01-01\n", ""))
    mapping = read_mapping(path)
    with pytest.raises(MappingError, match="extract_date"):
        load([mapping])
    (person,) = rows_of(load([mapping], as_loaded=dt.date(2024, 1, 2)), "persons")
    assert (person["known_from"], person["extract"]) == (dt.date(2024, 1, 2), "2024-01-02")


def test_progress_counts_every_row(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    world = town()
    mappings = [read_mapping(p) for p in world.write(tmp_path)]
    canonical = load(mappings, progress=lambda name, rows: seen.append((name, rows)))
    read = {c.register: c.read for c in summarise(canonical.tables["quality"])}
    assert {name: sum(r for n, r in seen if n == name) for name, _ in seen} == read


def busy(seed: int) -> World:
    """A town with repeated, conflicting and broken rows."""
    world = town()
    cases = world.cases["nord"]
    cases += [case("J1", "2", Rolle="FOU", Fornavn="Eva"), case("J3", Gerningsdato="x"), case("J3", "1", Rolle="FOU")]
    cases += [case("J4"), case("J4", "2", Gerningsdato="01-01-2019"), case("J4", "3", Sagsstatus="lukket"), case("J4")]
    world.feed["adresse"] += [{**world.feed["adresse"][0], "Vejnavn": v} for v in ("Nygade", "Torvet")]
    chance = random.Random(seed)  # noqa: S311 - an order to try, no secret
    for rows in (*world.feed.values(), *world.cases.values()):
        chance.shuffle(rows)
    return world


def facts(canonical: Canonical) -> dict[str, object]:
    """Every table; of ``refused`` how often, because row numbers do follow the file."""
    tables: dict[str, object] = {n: t.to_pylist() for n, t in canonical.tables.items() if n != "refused"}
    refused = canonical.tables["refused"].to_pylist()
    return {**tables, "refused": sorted((r["file"], str(r["column"]), r["reason"]) for r in refused)}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_load_does_not_depend_on_the_order_of_rows_or_mappings(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    straight = busy(0).load(tmp_path_factory.mktemp("a"))
    paths = busy(seed).write(tmp_path_factory.mktemp("b"))
    shuffled = load([read_mapping(p) for p in reversed(paths)])
    assert facts(shuffled) == facts(straight)


def test_every_table_is_there_and_sorted_by_its_key(tmp_path: Path) -> None:
    canonical = town().load(tmp_path)
    assert list(canonical.tables) == list(CANONICAL)
    for name, shape in CANONICAL.items():
        table = canonical.tables[name]
        assert shape.check(table).equals(table)
        keys = table.select(list(shape.key)).to_pylist()
        ordered = sorted(keys, key=lambda row: [(v is None, v) for v in row.values()])
        assert keys == ordered
