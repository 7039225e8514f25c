"""Mentions of persons that are easily confused, counted by hand on one family, and shown on a run.

Ada and Bo are twins, Ida is nobody's sister. The register holds all three; four mentions tell of Ada, two of Bo
and one of Ida.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from kintrace.evaluation.hard_cases import GROUPS, hard_cases
from kintrace.evaluation.truth import Truth
from kintrace.pipeline import Run
from kintrace.pipeline.runs import write_tables
from kintrace.views.reliability import reliability_svg
from linkage.calibration import reliability
from tests.app.ask import answer

PLANTED = ("immigrant", "renumbered", "twin", "namesake_parent", "namesake_neighbour", "transliterated")
MENTIONS = {"a1": "ada", "a2": "ada", "a3": "ada", "a4": "ada", "b1": "bo", "b2": "bo", "i1": "ida"}
REGISTERED = {f"cpr:{person}": person for person in ("ada", "bo", "ida")}


@pytest.fixture
def told(tmp_path: Path) -> tuple[Run, Truth]:
    everyone = {**REGISTERED, **MENTIONS}
    register = ["cpr" if record in REGISTERED else "fyn" for record in everyone]
    load = {
        "persons": pa.table({"record_id": list(everyone), "register": register, "surname": ["Holm"] * len(everyone)}),
        "registers": pa.table({"register": ["cpr", "fyn"], "one_record_per_person": [True, False]}),
        "involvements": pa.table({"record_id": [m for m in MENTIONS if m != "b2"]}),
    }
    (tmp_path / "load").mkdir()
    write_tables(tmp_path / "load", load)
    people = ["ada", "bo", "ida"]
    flags = {flag: [flag == "twin" and p != "ida" for p in people] for flag in PLANTED}
    born = [dt.date(2010, 1, 1), dt.date(2010, 1, 1), dt.date(1980, 1, 1)]
    truth = {
        "records": pa.table({"record_id": list(everyone), "person": list(everyone.values())}),
        "persons": pa.table({"person": people, "birth_date": born, "sex": ["F", "M", "F"], **flags}),
        "relations": pa.table({"person": ["ada", "bo"], "other": ["mo", "mo"], "kind": ["parent", "parent"]}),
        "stays": pa.table(
            {
                "person": ["ada", "ada", "bo", "ida"],
                "district": ["Fyn", "Nordjylland", "Fyn", "Fyn"],
                "hub": [False] * 4,
                "secondary": [False, False, False, False],
            }
        ),
    }
    return Run(tmp_path), Truth(truth, {"as_of": "2025-12-31", "noise": "typical"})


def counted(told: tuple[Run, Truth], **placed: str) -> dict[str, dict[str, Any]]:
    """Groups by name when each mention stands where it is placed, else with its own person."""
    where = {**REGISTERED, **MENTIONS, **placed}
    entities = pa.table({"record_id": list(where), "entity_id": [f"E-{person}" for person in where.values()]})
    return {row["group"]: row for row in hard_cases(*told, entities)}


def test_with_everybody_in_place_nothing_is_wrong(told: tuple[Run, Truth]) -> None:
    groups = counted(told)
    assert list(groups) == list(GROUPS)
    for row in groups.values():
        assert row["recall"]["share"] in (1.0, None)
        assert row["precision"]["share"] in (1.0, None)
        assert row["wrong_per_10000"] in (0.0, None)
    assert groups["twin"]["persons"] == groups["sibling"]["persons"] == 2
    assert groups["moved between districts"]["mentions"] == 4
    assert groups["stayed in one district"]["mentions"] == 3
    assert (groups["under 18"]["persons"], groups["40 to 64"]["persons"]) == (2, 1)


def test_a_mention_with_the_twin_costs_both_their_group(told: tuple[Run, Truth]) -> None:
    twin = counted(told, b1="ada")["twin"]
    assert (twin["recall"]["right"], twin["recall"]["n"]) == (5, 6)
    assert (twin["precision"]["right"], twin["precision"]["n"]) == (5, 6)
    assert (twin["wrong"]["right"], twin["wrong"]["n"]) == (1, 5)
    low, high = twin["recall"]["interval"]
    assert low < 5 / 6 < high


def test_a_stranger_s_mention_costs_precision_of_those_it_reaches_and_recall_of_its_own(
    told: tuple[Run, Truth],
) -> None:
    groups = counted(told, i1="bo")
    assert (groups["twin"]["recall"]["share"], groups["twin"]["precision"]["n"]) == (1.0, 7)
    assert groups["twin"]["precision"]["right"] == 6
    assert groups["40 to 64"]["recall"]["share"] == 0.0
    assert groups["40 to 64"]["precision"]["share"] is None


def test_a_mention_left_alone_is_missed_and_wrong_nowhere(told: tuple[Run, Truth]) -> None:
    twin = counted(told, a1="nobody")["twin"]
    assert twin["recall"]["right"] == 5
    assert twin["precision"]["share"] == 1.0
    assert twin["wrong_per_10000"] == 0.0


def test_an_evaluation_tells_groups_and_calibration_and_writes_a_page(country: Path, run: Run, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.html"
    words = ("evaluate", run.path, "--truth", country / "truth")
    scored = json.loads(answer(*words, "--json", "--html", page))
    assert [row["group"] for row in scored["hard_cases"]] == list(GROUPS)
    everybody = scored["hard_cases"][0]
    assert everybody["precision"]["share"] > 0.98
    assert everybody["wrong_per_10000"] == pytest.approx(scored["attachments_wrong"], abs=0.01)
    links = scored["calibration"]["links"]
    assert links["sure"]["share"] >= 0.99
    assert sum(one["n"] for one in links["bins"]) == links["n"] > 100
    text = page.read_text("utf-8")
    assert page.stat().st_mode & 0o077 == 0
    assert text.count("<circle") == len(links["bins"])
    assert "moved between districts" in text
    assert not re.search(r"(src|href)=\"(?!#)", text)
    assert "links stated at 0.99 or more" in answer(*words)


def test_a_diagram_puts_what_is_reliable_on_the_diagonal() -> None:
    import numpy as np

    stated = np.repeat([0.5, 0.9], 1000)
    right = np.r_[np.arange(1000) < 500, np.arange(1000) < 900]
    drawn = str(reliability_svg(reliability(stated, right).to_json(), "<links>"))
    points = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)
    assert len(points) == 2
    assert all(float(x) + float(y) == pytest.approx(420, abs=0.1) for x, y in points)
    assert "&lt;links&gt;" in drawn
