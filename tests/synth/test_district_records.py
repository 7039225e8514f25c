"""What becomes of a case: second records, references, corrections, withdrawals, and a register that is replaced."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pytest

from linkage.intervals import LAST_DAY
from loaders import Canonical, load, read_mapping
from loaders.synth.error_rates import rates
from loaders.synth.journals import journal_numbers
from loaders.synth.parameters import world
from loaders.synth.police import HANDED_OVER
from loaders.synth.settings import Noise
from tests.synth.conftest import World
from tests.synth.extracts import Row, before_changeover, day, events_of, police, true_roles


@pytest.fixture(scope="module")
def cases(town: World) -> list[Row]:
    return police(town)


@pytest.fixture(scope="module")
def older(town: World) -> list[Row]:
    return before_changeover(town)


@pytest.fixture(scope="module")
def canonical(town: World) -> Canonical:
    return load([read_mapping(p) for p in sorted((town.path / "mappings").glob("*.toml"))])


def test_references_lead_to_the_same_event_or_are_misspelt(town: World, cases: list[Row], older: list[Row]) -> None:
    event = events_of(town)
    named: dict[str, set[str]] = {}
    for incident, true in event.items():
        named.setdefault(incident.split(":", 1)[1], set()).add(true)
    referring = {(f"{r['register']}:{r['Journalnr']}", r["Referencenr"]) for r in cases + older if r["Referencenr"]}
    whole = [(i, n) for i, n in referring if n in named]
    right = [event[i] in named[n] for i, n in whole]
    typical = rates(Noise.TYPICAL)
    assert len(whole) / len(referring) == pytest.approx(
        1 - typical["reference_short"] - typical["reference_plain"] - typical["reference_wrong"], abs=0.08
    )
    assert np.mean(right) > 0.98
    assert any(re.fullmatch(r"\d{4}-\d{5}-\d{5}", n) for _, n in referring)


def test_second_records_refer_to_the_first(town: World, cases: list[Row], older: list[Row]) -> None:
    event = events_of(town)
    numbers = {i: i.split(":", 1)[1] for i in event}
    extra = len(set(numbers.values())) - len(set(event.values()))
    referring = {r["Journalnr"] for r in cases + older if r["Referencenr"]}
    corrected = rates(Noise.TYPICAL)["corrected"] * len(set(event.values()))
    assert (len(referring) - corrected) / (extra - corrected) == pytest.approx(world("second_record_refers"), abs=0.05)


def test_records_are_entered_after_they_are_reported(cases: list[Row]) -> None:
    waits = []
    for row in cases:
        reported, entered = day(row["Anmeldtdato"]), day(row["Optaget"])
        assert reported <= entered <= "2025-12-31"
        waits.append((dt.date.fromisoformat(entered) - dt.date.fromisoformat(reported)).days)
    assert np.mean(np.array(waits) > 90) == pytest.approx(rates(Noise.TYPICAL)["entered_very_late"], abs=0.01)


def test_events_without_a_standing_record_do_not_count(town: World, cases: list[Row], older: list[Row]) -> None:
    event, counts = events_of(town), dict(town.ask("select event, counts from events"))
    standing = {event[f"{r['register']}:{r['Journalnr']}"] for r in cases + older if not r["Tilbagekaldt"]}
    assert {e for e in event.values() if counts[e]} == standing
    assert standing < set(event.values())


def test_an_event_is_dated_by_its_standing_records(town: World, cases: list[Row], older: list[Row]) -> None:
    event, date = events_of(town), dict(town.ask("select event, date from events"))
    stated: dict[str, list[str]] = {}
    reported: dict[str, list[str]] = {}
    for row in cases + older:
        if not row["Tilbagekaldt"]:
            true = event[f"{row['register']}:{row['Journalnr']}"]
            stated.setdefault(true, []).extend([day(row["Gerningsdato"])] if row["Gerningsdato"] else [])
            reported.setdefault(true, []).append(day(row["Anmeldtdato"]))
    assert all(str(date[e]) == min(stated[e] or reported[e]) for e in reported)


def test_a_wrong_record_is_withdrawn_when_its_correction_is_entered(town: World, cases: list[Row]) -> None:
    event = events_of(town)
    entered = {(event[f"{r['register']}:{r['Journalnr']}"], r["Optaget"]) for r in cases}
    gone = {(event[f"{r['register']}:{r['Journalnr']}"], r["Tilbagekaldt"]) for r in cases if r["Tilbagekaldt"]}
    assert len(gone & entered) >= 10


def test_cases_are_handed_over_to_another_district(cases: list[Row]) -> None:
    sent = {r["Journalnr"]: r["register"] for r in cases if r["Sagsstatus"] == HANDED_OVER}
    taken = [(sent[r["Referencenr"]], r["register"]) for r in cases if r["Referencenr"] in sent]
    assert sent
    assert any(sender != receiver for sender, receiver in taken)


def test_a_register_that_was_replaced_ends_where_the_new_one_begins(cases: list[Row], older: list[Row]) -> None:
    for name, begin in (("polsas-fyn", "2019-01-01"), ("polsas-nordsjaelland", "2021-07-01")):
        old = [r for r in older if r["register"] == f"{name}-gammel"]
        new = [r for r in cases if r["register"] == name]
        assert max(day(r["Optaget"]) for r in old) < begin <= min(day(r["Optaget"]) for r in new)
        assert all("." in r["Optaget"] for r in old)


def test_some_cases_are_taken_over_as_they_were(town: World, cases: list[Row], older: list[Row]) -> None:
    """The same number, the same people in the same words, and one event in the truth."""
    event = events_of(town)
    text = {(r["register"], r["Journalnr"], r["Loebenr"]): r["Efternavn"] for r in cases}
    both = [r for r in older if (r["register"].removesuffix("-gammel"), r["Journalnr"], r["Loebenr"]) in text]
    same = [
        r
        for r in both
        if event[f"{r['register']}:{r['Journalnr']}"]
        == event.get(f"{r['register'].removesuffix('-gammel')}:{r['Journalnr']}")
    ]
    assert same
    for row in same:
        assert text[(row["register"].removesuffix("-gammel"), row["Journalnr"], row["Loebenr"])] == row["Efternavn"]


def test_a_new_register_counts_anew_so_that_a_number_is_given_twice() -> None:
    days = np.array([18700, 18800, 18900])  # in 2021, the last two in the register that replaced the first one
    kind, district = np.array(["drugs"] * 3, dtype=object), np.full(3, 7)
    old, first, second = journal_numbers(district, np.array([13, 7, 7]), kind=kind, reported=days)
    assert old == first != second


def test_every_code_of_every_district_is_read_as_what_it_means(town: World, canonical: Canonical) -> None:
    who, true = dict(town.ask("select record_id, person from records")), true_roles(town)
    parts = [r for r in canonical.tables["involvements"].to_pylist() if r["register"].startswith("polsas-")]
    standing = [r for r in parts if r["known_to"] == LAST_DAY]
    assert all(true[r["incident_id"], who[r["record_id"]]] == r["role"] for r in standing)
    assert len({r["stated_role"] for r in standing}) > 20
    sexes = {r["record_id"]: r["sex"] for r in canonical.tables["persons"].to_pylist()}
    assert None not in {sexes[r["record_id"]] for r in standing}


def test_a_case_put_right_is_read_in_both_versions_and_counts_in_the_last(town: World, canonical: Canonical) -> None:
    who, true = dict(town.ask("select record_id, person from records")), true_roles(town)
    versions: dict[str, list[dict[str, Any]]] = {}
    for part in canonical.tables["involvements"].to_pylist():
        if part["register"].startswith("polsas-"):
            versions.setdefault(part["record_id"], []).append(part)
    amended = [sorted(v, key=lambda r: r["known_from"]) for v in versions.values() if len(v) > 1]
    assert len(amended) >= 10
    for before, after in amended:
        right = true[after["incident_id"], who[after["record_id"]]]
        assert before["known_to"] == after["known_from"]
        assert (before["role"] != right) & (after["role"] == right)
