"""A made world is like the country that statistics describe, and what measures it measures right."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import denmark
from benchmarks.denmark_page import Row
from tests.synth.conftest import World

MAIN = (
    "moves_per_100",
    "moves_within",
    "movers_18_24",
    "moves_at_15",
    "moves_at_24",
    "moves_at_35",
    "persons_per_home",
    "homes_of_one",
    "homes_of_two",
    "homes_with_children",
    "both_parents",
    "with_mother",
    "under_18",
    "over_65",
    "births_per_1000",
    "deaths_per_1000",
    "fertility",
    "divorces_per_1000",
    "emigrants_per_1000",
    "immigrants_per_1000",
    "surname_top_5",
    "surname_top_20",
    "surname_sen",
    "foster_per_1000",
    "incidents_per_100",
    "parties_per_incident",
    "violence_per_1000",
)
"""Rows of which there is enough to count in 15,000 persons."""


@pytest.fixture(scope="module")
def rows(county: World) -> dict[str, Row]:
    """Every row of the comparison, measured in a world of 15,000."""
    compared, _ = denmark.compare(county.path)
    return {row.measure: row for row in compared}


@pytest.fixture(scope="module")
def figures(village: World) -> dict[str, float | None]:
    """Every measure of a world of 600."""
    measured, _ = denmark.measure(village.path)
    return measured


def test_a_small_world_is_like_the_country(rows: dict[str, Row]) -> None:
    off = {m: rows[m].value for m in MAIN if rows[m].verdict(slack=0.15) != "inside"}
    assert not off


def test_errors_come_about_as_asked_for(rows: dict[str, Row]) -> None:
    noise = [row for row in rows.values() if row.measure.startswith("noise_")]
    assert len(noise) >= 10
    assert not [row.measure for row in noise if row.verdict(slack=0.2) != "inside"]


def test_every_row_is_measured_and_every_measure_has_a_row(
    figures: dict[str, float | None], rows: dict[str, Row]
) -> None:
    stated = {m for m in rows if not m.startswith("noise_")}
    assert stated == set(figures)
    assert not [m for m in stated if rows[m].value is None]


def test_a_tolerance_has_both_ends_and_encloses_what_is_published() -> None:
    stated = tomllib.loads((denmark.HERE / "denmark.toml").read_text(encoding="utf-8"))["row"]
    assert len({row["measure"] for row in stated}) == len(stated)
    for row in stated:
        assert ("low" in row) == ("high" in row), row["measure"]
        assert row["source"] or row["kind"] == "assumption", row["measure"]
        if "low" in row:
            numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", row["published"])]
            assert numbers, row["measure"]
            assert all(row["low"] <= n <= row["high"] for n in numbers), row["measure"]


def test_moves_are_counted_as_one_would_by_hand(village: World, figures: dict[str, float | None]) -> None:
    manifest_end = dt.date(2025, 12, 31)
    begin = manifest_end.replace(year=manifest_end.year - 12)
    stays = defaultdict(list)
    for person, address, town, start, end in village.ask(
        "SELECT person, address, municipality, valid_from, valid_to FROM stays WHERE NOT secondary"
    ):
        stays[person].append((start, end, address, town))
    days = moves = within = 0
    for spells in stays.values():
        spells.sort()
        for start, end, _, _ in spells:
            days += max(0, (min(end, manifest_end + dt.timedelta(1)) - max(start, begin)).days)
        for before, after in pairwise(spells):
            if before[1] == after[0] > begin and before[2] != after[2]:
                moves += 1
                within += before[3] == after[3]
    assert figures["moves_per_100"] == pytest.approx(100 * moves * 365.25 / days)
    assert figures["moves_within"] == pytest.approx(100 * within / moves)


def test_the_page_and_its_pictures_are_written_and_a_broken_tolerance_is_told(
    village: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    monkeypatch.setattr("sys.argv", ["denmark", str(village.path), "--markdown", "--page", str(page)])
    answer = denmark.main()
    outside = capsys.readouterr().out.splitlines()[-1]
    text = page.read_text(encoding="utf-8")
    assert answer == (0 if outside.startswith("0 of") else 1)
    pictures = re.findall(r"\]\((pictures/[^)]+)\)", text)
    assert len(pictures) == 4
    assert all((tmp_path / name).read_text(encoding="utf-8").startswith("<svg") for name in pictures)
    assert text.count("**outside**") == int(outside.split()[0])


def test_the_page_in_the_documentation_has_every_row() -> None:
    text = denmark.PAGE.read_text(encoding="utf-8")
    stated = tomllib.loads((denmark.HERE / "denmark.toml").read_text(encoding="utf-8"))["row"]
    assert not [row["label"] for row in stated if f"| {row['label']} |" not in text]
    assert "python -m benchmarks.denmark WORLD --markdown" in text
