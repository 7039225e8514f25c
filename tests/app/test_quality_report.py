"""The report on registers: what it tells, what it never tells, and in what form."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kintrace.pipeline import Run, current_run, list_runs
from kintrace.pipeline.runs import write_json, write_tables
from kintrace.views.registers.month_chart import month_chart
from kintrace.views.registers.page import register_page
from kintrace.views.registers.report import as_document, build_report
from kintrace.views.registers.wording import Wording
from kintrace.views.registers.words import REASONS, TEXTS
from loaders import load, read_mapping
from tests.app.ask import answer, ask
from tests.app.hidden_places import EAST, NORTH, Country, choose_protected, hide
from tests.app.station import GIVEN, SURNAMES, draw, make_station, rebuild_station, station_rows
from tests.app.worlds import copy_world

LANGUAGES = ("en", "da")


class Page(HTMLParser):
    """The parts of a page that these tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good run, and after it one that is held back: fewer numbers, unknown roles, a day that never was."""
    folder = make_station(tmp_path_factory.mktemp("report") / "world")
    rows = station_rows()
    for number, row in enumerate(rows):
        row["Foedselsdato"] = "01-01-1970" if number % 10 == 0 else row["Foedselsdato"]
        if number % 9 == 0:
            row["Identtype"], row["Ident"] = "ENR", "120555ABCD"
    draw(folder, rows)
    rebuild_station(folder)
    for number, row in enumerate(rows):
        row["Ident"] = row["Ident"] if number % 3 else ""
        row["Rolle"] = row["Rolle"] if number % 2 else "Q7"
        row["Gerningsdato"] = "31-02-2025" if number in (4, 40) else row["Gerningsdato"]
    draw(folder, rows)
    assert ask("rebuild", folder).exit_code == 3
    return folder


@pytest.fixture(scope="module")
def held(station: Path) -> Run:
    return list_runs(station / "runs")[0]


def test_the_report_counts_what_came_in(station: Path) -> None:
    report = build_report(current_run(station / "runs"))
    (register,) = report.registers
    assert (register.read, register.used, register.refused_rows, register.repeated) == (180, 180, 0, 0)
    uses = {one.type: one for one in register.identifiers}
    assert (uses["ENR"].mentions, uses["ENR"].numbers, uses["ENR"].reused) == (20, 1, 1)
    assert uses["ENR"].placeholder
    assert not uses["CPR"].placeholder
    assert register.checked_numbers == 0
    assert register.births == 180
    assert 18 <= register.new_year_births <= 30
    assert str(register.extract) == "2025-12-31"
    assert register.age == 1
    assert register.entries.basis == "known_from"
    assert sum(count for _, count in register.entries.months) == 90
    assert report.against is None
    assert report.changes == ()


def test_modulus_11_is_a_hint_on_numbers_that_could_carry_it(tmp_path: Path) -> None:
    folder = make_station(tmp_path / "world")
    numbers = ("070761-4285", "0707614285", "0707614286")
    draw(folder, [{**row, "Ident": numbers[i % 3]} for i, row in enumerate(station_rows())])
    run = _loaded(folder, tmp_path / "runs" / "run-0001")
    (register,) = build_report(run).registers
    assert (register.checked_numbers, register.failing_numbers) == (2, 1)
    assert "50.0% of 2 CPR numbers fail modulus 11" in answer("registers", "report", run.path, "--register", "station")


def test_what_has_changed_notably_is_told_in_plain_words(held: Run) -> None:
    told = answer("registers", "report", held.path)
    assert "station: persons.identifiers: filled, from 100% to 66.7%" in told
    assert "station: involvements.role: valid where filled, from 100% to 50.0%" in told
    assert "cases: 180 rows became" not in told
    assert "Held back: 2 expectations are broken" in told
    assert re.search(r"station +station\.csv +Gerningsdato +not a date as declared +2 +5, 41", told)


def test_runs_of_choice_are_compared(station: Path, held: Run) -> None:
    first = current_run(station / "runs")
    for against in (first.name, str(first.path), str(station)):
        assert f"Compared with {first.name}." in answer("registers", "report", held.path, "--against", against)
    assert "Nothing has changed notably." in answer("registers", "report", first.path, "--against", first.name)
    assert ask("registers", "report", held.path, "--against", "run-0099").exit_code == 2
    assert ask("registers", "report", held.path, "--register", "nobody").exit_code == 2


def test_the_report_as_json_holds_the_same(held: Run) -> None:
    told = json.loads(answer("registers", "report", held.path, "--json"))
    assert told["registers"][0]["register"] == "station"
    assert {one["key"] for one in told["judgement"]["findings"] if one["state"] == "broken"} == {
        "persons.identifiers.change",
        "unknown.role",
    }
    assert told["against"] == "run-0001"


def test_small_counts_of_persons_are_not_shown(held: Run) -> None:
    document = as_document(build_report(held))
    months = [count for _, count in document["registers"][0]["entries"]["months"]]
    codes = [one["count"] for one in document["registers"][0]["codes"]]
    assert all(count is None or count >= 5 for count in (*months, *codes))
    assert [Wording().some(n) for n in (0, 1, 4, 5)] == ["0", "under 5", "under 5", "5"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_value_of_a_person_is_in_any_form_of_the_report(held: Run, language: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    shown = answer("registers", "report", held.path, "--register", "station", "--language", language)
    shown += answer("registers", "report", held.path, "--json")
    answer("registers", "report", held.path, "--html", page, "--language", language)
    shown += page.read_text("utf-8")
    rows = station_rows()
    values = {*GIVEN, *SURNAMES, "120555ABCD", "Q7"} | {row["Ident"] for row in rows} | {"Storegade", "Lillegade"}
    values |= {row["Ident"].replace("-", "") for row in rows} | {row["Journalnr"] for row in rows}
    assert not [value for value in values if re.search(rf"\b{re.escape(value)}\b", shown)]


def test_a_page_that_cannot_be_written_is_told_in_one_line(held: Run, tmp_path: Path) -> None:
    told = ask("registers", "report", held.path, "--html", tmp_path / "nowhere" / "report.html")
    assert told.exit_code == 1
    assert "cannot be written" in told.output
    assert not isinstance(told.exception, OSError)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone_and_can_be_read_by_keyboard_and_ear(held: Run, language: str) -> None:
    text = register_page(build_report(held), Wording(language))
    page = Page(text)
    assert page.all("html")[0]["lang"] == language
    assert not re.search(r"https?://|@import|url\(|<script|<link|<img", text)
    assert not [a for _, a in page.tags if a.get("src") or not (a.get("href") or "#").startswith("#")]
    targets = {a["id"] for _, a in page.tags if "id" in a}
    assert {(a["href"] or "")[1:] for a in page.all("a")} <= targets
    assert len(page.all("h1")) == 1
    assert len(page.all("caption")) == len(page.all("table")) >= 7
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))
    assert all(a.get("aria-label") or a.get("aria-hidden") for a in page.all("svg"))
    assert "&lt;b&gt;1&lt;/b&gt;" in text
    assert not page.all("b")


def test_the_page_says_who_accepted_what(tmp_path: Path) -> None:
    folder = make_station(tmp_path / "world")
    rebuild_station(folder)
    draw(folder, station_rows()[:60])
    answer("rebuild", folder, "--accept", "station", "--reason", "only <half> the year")
    report = build_report(current_run(folder / "runs"))
    words = Page(register_page(report, Wording("da"))).words
    assert "Accepteret af" in words
    assert "only <half> the year" in words
    assert report.state("station") == "accepted"


def test_both_languages_say_the_same_things() -> None:
    for key, (english, danish) in TEXTS.items():
        fields = [sorted(re.findall(r"{\w+}", text)) for text in (english, danish)]
        assert fields[0] == fields[1], key
    assert all(REASONS.values())


def test_a_month_without_rows_is_a_gap_and_a_long_row_of_months_is_cut() -> None:
    chart = month_chart([("1990-01", 9), ("2025-01", 40), ("2025-03", 2)], Wording())
    assert chart is not None
    assert [bar.label for bar in chart.bars] == ["2025-01: 40", "2025-03: under 5"]
    assert chart.cut
    assert month_chart([], Wording()) is None


def test_a_run_without_its_load_stage_is_refused_in_a_line(tmp_path: Path) -> None:
    run = tmp_path / "run-0001"
    run.mkdir()
    write_json(run / "timings.json", {"stages": {}})
    refused = ask("registers", "report", run)
    assert refused.exit_code == 1
    assert "no register of this run was loaded" in refused.output
    (run / "load").mkdir()
    assert "cannot be read" in ask("registers", "report", run).output


def _loaded(world: Path, run: Path) -> Run:
    """A run that has got as far as its load stage."""
    folder = run / "load"
    folder.mkdir(parents=True)
    mappings = world.rglob("*.toml") if not (world / "mappings").is_dir() else (world / "mappings").glob("*.toml")
    paths = sorted(path for path in mappings if path.name != "kintrace.toml")
    write_tables(folder, load([read_mapping(path) for path in paths]).tables)
    write_json(run / "timings.json", {"stages": {}})
    return Run(run)


def test_where_protected_persons_hide_shows_in_no_report(country: Path, tmp_path: Path) -> None:
    protected = choose_protected(Country(country), 5)
    told = []
    for hiding in (NORTH, EAST):
        runs = tmp_path / hiding.street / "runs"
        before = _loaded(country, runs / "run-0001")
        world = copy_world(country, tmp_path / hiding.street / "world")
        changed = Country(world)
        assert hide(changed, protected, hiding)
        changed.write()
        run = _loaded(world, runs / "run-0002")
        report = build_report(run, Path(before.name))
        pages = [register_page(report, Wording(language)) for language in LANGUAGES]
        told.append([*pages, answer("registers", "report", run.path, "--against", before.name, "--json")])
        assert "protected" in pages[0]
        assert report.notable or report.changes
    assert told[0] == told[1]
