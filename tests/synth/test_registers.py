"""The registers are written as the offices would write them: encodings, fields, and errors at the published rates."""

from __future__ import annotations

import gzip
import re
import tomllib
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from loaders import Canonical, load, read_mapping
from loaders.synth.address_text import NOBODY_HOME
from loaders.synth.country import Country
from loaders.synth.error_rates import RATE_TABLE, rates
from loaders.synth.mentions import Mentioned, Office, People
from loaders.synth.places import Places
from loaders.synth.settings import Noise
from loaders.synth.sloppiness import Sloppiness
from loaders.synth.stated_numbers import health_texts, replacement_texts
from tests.synth.conftest import World, make
from tests.synth.extracts import Row, before_changeover, day, feed, key, police

REAL_CPR = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d-?\d{4}(?!\d)")


@pytest.fixture(scope="module")
def cases(town: World) -> list[Row]:
    return police(town)


@pytest.fixture(scope="module")
def canonical(town: World) -> Canonical:
    return load([read_mapping(p) for p in sorted((town.path / "mappings").glob("*.toml"))])


@pytest.fixture(scope="module")
def mentions(cases: list[Row]) -> list[Row]:
    return [row for row in cases if row["Loebenr"]]


def share(rows: list[Row], among: list[Row]) -> float:
    return len(rows) / len(among)


def test_districts_differ_in_encoding_and_some_are_compressed(town: World) -> None:
    mappings = [tomllib.loads(p.read_text("utf-8"))["register"] for p in (town.path / "mappings").glob("polsas-*.toml")]
    assert {m["encoding"] for m in mappings} == {"utf-8", "windows-1252"}
    assert {Path(m["files"]["cases"]).suffix for m in mappings} == {".csv", ".gz"}
    assert len({m["district"] for m in mappings}) == 12


def test_danish_letters_survive_every_encoding(cases: list[Row]) -> None:
    text = "".join(row["Efternavn"] + row["Gerningssted"] for row in cases)
    assert set("æøåÆØ") <= set(text)
    assert "\ufffd" not in text
    assert "Ã" not in text


def test_no_number_could_be_a_real_one(town: World) -> None:
    for path in sorted(town.path.glob("registers/**/*")):
        if path.is_file():
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            text = data.decode("windows-1252", errors="replace")
            assert not REAL_CPR.search(text), path.name


def test_synthetic_numbers_follow_sex_and_century(town: World) -> None:
    persons = {r["PersonId"]: r for r in feed(town, "person")}
    numbers = feed(town, "personnummer")
    assert len({r["Personnummer"] for r in numbers}) == len(numbers) >= len(persons)
    for row in (r for r in numbers if not r["GyldigTil"]):
        number, person = row["Personnummer"], persons[row["PersonId"]]
        year, month, born = person["Foedselsdato"].split("-")
        assert number[:6] == f"{born}{int(month) + 80}{year[2:]}"
        assert (int(number[9]) % 2 == 1) == (person["Koen"] == "M")
        assert (number[6] in "0123") == (year < "2000")


def test_identifiers_are_missing_at_the_published_rates(town: World, mentions: list[Row]) -> None:
    typical = rates(Noise.TYPICAL)
    without = [r for r in mentions if r["Identtype"] != "PNR"]
    neither = [r for r in without if not r["Foedselsdato"]]
    assert share(without, mentions) == pytest.approx(typical["police_no_cpr"], abs=0.01)
    assert share(neither, mentions) == pytest.approx(typical["police_no_cpr_no_birth"], abs=0.01)
    role = dict(town.ask("select incident_id || ' ' || person, role from incident_records join roles using (event)"))
    person = dict(town.ask("select record_id, person from records"))
    children = [r for r in mentions if role[f"{key(r).rpartition('/')[0]} {person[key(r)]}"] == "CHILD_PRESENT"]
    unknown = [r for r in children if r["Identtype"] != "PNR"]
    assert share(unknown, children) == pytest.approx(typical["child_no_cpr"], abs=0.08)
    assert share([r for r in unknown if not r["Foedselsdato"]], children) == pytest.approx(
        typical["child_no_cpr_no_birth"], abs=0.06
    )
    assert share([r for r in mentions if r["Identtype"] == "ENR"], mentions) == pytest.approx(
        typical["placeholder"], abs=0.01
    )


def test_placeholders_are_used_for_several_persons(town: World, cases: list[Row]) -> None:
    person = dict(town.ask("select record_id, person from records"))
    holders: dict[str, set[str]] = {}
    for row in cases:
        if row["Identtype"] == "ENR":
            holders.setdefault(row["Ident"], set()).add(person[key(row)])
    assert max(len(p) for p in holders.values()) > 1


def test_every_form_of_number_is_told_from_a_cpr_number(canonical: Canonical, cases: list[Row]) -> None:
    """Also a placeholder of four digits, which only its stated type tells from one."""
    known = {r["record_id"]: r["identifiers"] for r in canonical.tables["persons"].to_pylist()}
    stated = {"ENR": {"ENR"}, "D-eCPR": {"D-eCPR"}, "X-eCPR": {"X-eCPR"}, "ERSTATNING": {"REPLACEMENT"}}
    # of somebody born in 2000 it begins like the number kept for associations
    stated["UNR"] = {"UNR", "UNIDENTIFIED", "ASSOCIATION"}
    seen = set()
    for row in cases:
        if row["Identtype"] in stated and key(row) in known:
            ((kind,),) = ({i["type"]} for i in known[key(row)])
            assert kind in stated[row["Identtype"]]
            seen.add(row["Identtype"])
    assert seen == set(stated)
    assert any(r["Identtype"] == "ENR" and r["Ident"].replace("-", "").isdigit() for r in cases)


def office_of(persons: list[int], clerks: list[int]) -> Office:
    """Everybody born on one day, mentioned in the districts of three health regions."""
    districts = ("Nordjyllands Politi", "Fyns Politi", "Østjyllands Politi")
    born = {"birth": np.full(9, 3000), "male": np.zeros(9, dtype=bool)}
    country = Mock(spec=Country, places=Mock(spec=Places, districts=districts))
    country.__getitem__ = lambda _, name: born[name]
    who = Mentioned(np.array(persons), np.full(len(persons), 17000), np.array(clerks))
    return Office(
        Mock(spec=People, country=country), who, rates(Noise.CLEAN), Mock(spec=Sloppiness), np.random.default_rng(1)
    )


def test_regional_numbers_collide_and_national_ones_do_not() -> None:
    office = office_of([3, 5, 3, 7], [0, 8, 1, 9])
    north, south, again, second = health_texts(office, np.arange(4), national=False)
    assert north == south == again != second
    one, other, same, third = health_texts(office, np.arange(4), national=True)
    assert one == same
    assert len({one, other, third}) == 3


def test_a_district_gives_each_person_one_replacement_number() -> None:
    first, other, again, elsewhere = replacement_texts(office_of([3, 5, 3, 3], [0, 1, 2, 16]), np.arange(4))
    assert first == again != other
    assert elsewhere in {first, other}


def test_wrong_values_come_at_the_published_rates(town: World, mentions: list[Row]) -> None:
    """Counted from the written files against the population feed, not from the makers' own report."""
    typical = rates(Noise.TYPICAL)
    numbers: dict[str, set[str]] = {}
    for r in feed(town, "personnummer"):
        numbers.setdefault(r["PersonId"], set()).add(r["Personnummer"])
    born = {r["PersonId"]: r["Foedselsdato"] for r in feed(town, "person")}
    true = dict(town.ask("select record_id, person from records"))
    person_id = {p: r.removeprefix("cpr:") for r, p in true.items() if r.startswith("cpr:")}
    stated = [(r, person_id[true[key(r)]]) for r in mentions]
    cpr = [r["Ident"].replace("-", "") not in numbers[p] for r, p in stated if r["Identtype"] == "PNR"]
    dates = [day(r["Foedselsdato"]) != born[p] for r, p in stated if r["Foedselsdato"]]
    assert np.mean(cpr) == pytest.approx(typical["cpr_wrong"], abs=0.004)
    assert np.mean(dates) == pytest.approx(typical["birth_wrong"], abs=0.006)


def test_realised_rates_are_the_published_ones(town: World) -> None:
    typical, realised = rates(Noise.TYPICAL), town.report.rates
    for name in ("name_wrong", "address_no_unit", "address_missing", "placeholder", "birth_wrong", "cpr_wrong"):
        assert realised[name] == pytest.approx(typical[name], abs=0.003), name


def test_errors_of_one_record_come_together(town: World, mentions: list[Row]) -> None:
    """In records of two, a missing number of one makes a missing number of the other more likely."""
    minors = {p for (p,) in town.ask("select person from persons where birth_date > date '1998-01-01'")}
    person = dict(town.ask("select record_id, person from records"))
    by_case: dict[str, list[bool]] = {}
    for row in mentions:
        if person[key(row)] not in minors:
            by_case.setdefault(row["Journalnr"], []).append(row["Identtype"] != "PNR")
    pairs = np.array([c[:2] for c in by_case.values() if len(c) >= 2], dtype=float)
    assert np.corrcoef(pairs.T)[0, 1] > 0.1


def test_one_district_writes_names_in_capitals_and_others_mostly_do_not(mentions: list[Row]) -> None:
    shouted = [r for r in mentions if r["register"] == "polsas-midt-og-vestjylland"]
    others = [r for r in mentions if r["register"] != "polsas-midt-og-vestjylland" and len(r["Efternavn"]) > 2]
    assert all(r["Efternavn"].isupper() for r in shouted)
    assert 0 < np.mean([r["Efternavn"].isupper() for r in others]) < 0.05


def test_addresses_are_written_in_many_ways(mentions: list[Row]) -> None:
    texts = [r["Bopael"] for r in mentions]
    flats = [t for t in texts if re.search(r"\b(tv|th|mf)\b|\d(tv|th|mf)\b", t.lower())]
    shapes = {re.sub(r"[a-zæøåé]+", "a", re.sub(r"\d+", "0", t.lower())) for t in flats}
    assert len(shapes) > 8
    assert any(t.isupper() for t in flats)
    assert any(t.islower() for t in flats)
    for odd in (r"\d\. sal til venstre", r"stuen til højre", r"^c/o ", r"DK-\d{4}", r"^uden fast bopæl$", r"\d/t[hv]"):
        assert any(re.search(odd, t) for t in texts), odd
    no_postcode = [t for t in texts if t and t not in NOBODY_HOME and not re.search(r"\d{4}", t)]
    assert len(no_postcode) / len(texts) == pytest.approx(rates(Noise.TYPICAL)["address_no_postcode"], abs=0.01)


def test_an_earlier_street_name_is_written_until_the_renaming_and_beyond(town: World, cases: list[Row]) -> None:
    streets = feed(town, "vej")
    ended = {r["Vejnavn"]: r["GyldigTil"] for r in streets if r["GyldigTil"]}
    present = {r["Vejnavn"] for r in streets if not r["GyldigTil"]}
    gone = {name: until for name, until in ended.items() if name not in present}
    written = [
        (day(r["Gerningsdato"] or r["Anmeldtdato"]), gone[found[1]])
        for r in cases
        for text in (r["Gerningssted"], r["Bopael"])
        if (found := re.match(r"(\D+?) \d", text)) and found[1] in gone
    ]
    before = np.mean([told < until for told, until in written])
    assert 0.7 < before < 1


def test_rates_grow_with_the_level_of_noise() -> None:
    assert all(rate.clean <= rate.typical <= rate.harsh for rate in RATE_TABLE)


def test_without_noise_every_address_is_whole_and_every_case_stands(tmp_path: Path) -> None:
    clean = make(tmp_path / "clean", persons=1500, noise=Noise.CLEAN)
    cases = police(clean) + before_changeover(clean)
    assert all(re.search(r"\d{4}", r["Bopael"]) for r in cases if r["Loebenr"])
    assert {r["Identtype"] for r in police(clean) if r["Loebenr"]} <= {"PNR", ""}
    whole = {r["Journalnr"] for r in cases}
    assert {r["Referencenr"] for r in cases} - {""} <= whole
