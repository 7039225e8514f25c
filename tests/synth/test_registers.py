"""The registers are written as the offices would write them: encodings, fields, and errors at the published rates."""

from __future__ import annotations

import csv
import gzip
import io
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from loaders.synth.parameters import RATE_TABLE, rates, world
from loaders.synth.settings import Noise
from tests.synth.conftest import World

REAL_CPR = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d-?\d{4}(?!\d)")
Row = dict[str, str]


def read(world_: World, mapping: str) -> list[Row]:
    """All rows of a single-file register, decoded as its mapping says."""
    path = world_.path / "mappings" / f"{mapping}.toml"
    register = tomllib.loads(path.read_text(encoding="utf-8"))["register"]
    (name,) = register["files"].values()
    data = (path.parent / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode(register["encoding"])
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def feed(world_: World, name: str) -> list[Row]:
    """All rows of a file of the population feed."""
    text = (world_.path / f"registers/cpr/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def police(world_: World) -> list[Row]:
    names = sorted(p.stem for p in (world_.path / "mappings").glob("polsas-*.toml"))
    return [row for name in names for row in read(world_, name)]


@pytest.fixture(scope="module")
def cases(town: World) -> list[Row]:
    return police(town)


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
    assert len({r["Personnummer"] for r in numbers}) == len(numbers) == len(persons)
    for row in numbers:
        number, person = row["Personnummer"], persons[row["PersonId"]]
        year, month, day = person["Foedselsdato"].split("-")
        assert number[:6] == f"{day}{int(month) + 80}{year[2:]}"
        assert (int(number[9]) % 2 == 1) == (person["Koen"] == "M")
        assert (number[6] in "0123") == (year < "2000")


def test_identifiers_are_missing_at_the_published_rates(mentions: list[Row]) -> None:
    typical = rates(Noise.TYPICAL)
    without = [r for r in mentions if r["Identtype"] != "PNR"]
    neither = [r for r in without if not r["Foedselsdato"]]
    assert share(without, mentions) == pytest.approx(typical["police_no_cpr"], abs=0.01)
    assert share(neither, mentions) == pytest.approx(typical["police_no_cpr_no_birth"], abs=0.01)
    children = [r for r in mentions if r["Rolle"] == "BARN"]
    unknown = [r for r in children if r["Identtype"] != "PNR"]
    assert share(unknown, children) == pytest.approx(typical["child_no_cpr"], abs=0.08)
    assert share([r for r in unknown if not r["Foedselsdato"]], children) == pytest.approx(
        typical["child_no_cpr_no_birth"], abs=0.06
    )
    assert share([r for r in mentions if r["Identtype"] == "ENR"], mentions) == pytest.approx(
        typical["placeholder"], abs=0.01
    )


def test_placeholders_are_used_for_several_persons(town: World, cases: list[Row]) -> None:
    known = dict(town.ask("select record_id, person from records"))
    by_suffix = {r.split(":", 1)[1]: p for r, p in known.items() if r.startswith("polsas-")}
    holders: dict[str, set[str]] = {}
    for row in cases:
        if row["Identtype"] == "ENR":
            holders.setdefault(row["Ident"], set()).add(by_suffix[f"{row['Journalnr']}/{row['Loebenr']}"])
    assert max(len(p) for p in holders.values()) > 1


def test_wrong_values_come_at_the_published_rates(town: World, mentions: list[Row]) -> None:
    """Counted from the written files against the population feed, not from the makers' own report."""
    typical = rates(Noise.TYPICAL)
    number = {r["PersonId"]: r["Personnummer"] for r in feed(town, "personnummer")}
    born = {r["PersonId"]: r["Foedselsdato"] for r in feed(town, "person")}
    true = dict(town.ask("select record_id, person from records"))
    person_id = {p: r.removeprefix("cpr:") for r, p in true.items() if r.startswith("cpr:")}
    who = {r.split(":", 1)[1]: person_id[p] for r, p in true.items() if r.startswith("polsas-")}
    stated = [(r, who[f"{r['Journalnr']}/{r['Loebenr']}"]) for r in mentions]
    cpr = [r["Ident"].replace("-", "") != number[p] for r, p in stated if r["Identtype"] == "PNR"]
    dates = ["-".join(reversed(r["Foedselsdato"].split("-"))) != born[p] for r, p in stated if r["Foedselsdato"]]
    assert np.mean(cpr) == pytest.approx(typical["cpr_wrong"], abs=0.004)
    assert np.mean(dates) == pytest.approx(typical["birth_wrong"], abs=0.006)


def test_realised_rates_are_the_published_ones(town: World) -> None:
    typical, realised = rates(Noise.TYPICAL), town.report.rates
    for name in ("name_wrong", "address_no_unit", "address_missing", "placeholder", "birth_wrong", "cpr_wrong"):
        assert realised[name] == pytest.approx(typical[name], abs=0.003), name


def test_errors_of_one_record_come_together(mentions: list[Row]) -> None:
    """In records of two, a missing number of one makes a missing number of the other more likely."""
    by_case: dict[str, list[bool]] = {}
    for row in mentions:
        if row["Rolle"] != "BARN":
            by_case.setdefault(row["Journalnr"], []).append(row["Identtype"] != "PNR")
    pairs = np.array([c[:2] for c in by_case.values() if len(c) >= 2], dtype=float)
    assert np.corrcoef(pairs.T)[0, 1] > 0.1


def test_second_records_refer_to_the_first(town: World, cases: list[Row]) -> None:
    event = dict(town.ask("select incident_id, event from incident_records where event like 'e%'"))
    number = {i.split(":", 1)[1]: e for i, e in event.items()}
    referring = {(r["Journalnr"], r["Referencenr"]) for r in cases if r["Referencenr"]}
    assert all(number[a] == number[b] for a, b in referring)
    extra = len(event) - len(set(event.values()))
    assert len(referring) / extra == pytest.approx(world("second_record_refers"), abs=0.05)


def test_records_are_entered_after_they_are_reported(cases: list[Row]) -> None:
    for row in cases:
        reported, entered = ("-".join(reversed(row[c].split("-"))) for c in ("Anmeldtdato", "Optaget"))
        assert reported <= entered <= "2025-12-31"


def test_some_records_are_withdrawn_and_their_events_do_not_count(town: World, cases: list[Row]) -> None:
    withdrawn = {r["Journalnr"] for r in cases if r["Tilbagekaldt"]}
    assert withdrawn
    counts = dict(
        town.ask("select split_part(incident_id, ':', 2), counts from incident_records join events using (event)")
    )
    gone = {j for j, c in counts.items() if not c and "-U" not in j}
    assert gone == withdrawn


def test_addresses_are_written_in_many_ways(mentions: list[Row]) -> None:
    flats = [r["Bopael"] for r in mentions if re.search(r"\b(tv|th|mf)\b|\d(tv|th|mf)\b", r["Bopael"].lower())]
    shapes = {re.sub(r"[a-zæøåé]+", "a", re.sub(r"\d+", "0", a.lower())) for a in flats}
    assert len(shapes) > 8
    assert any(a.isupper() for a in flats)
    assert any(a.islower() for a in flats)


def test_rates_grow_with_the_level_of_noise() -> None:
    assert all(rate.clean <= rate.typical <= rate.harsh for rate in RATE_TABLE)
