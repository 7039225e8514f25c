"""A register that nobody has described: drafted, tried and rebuilt with nothing but what the tool says."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest
import xlsxwriter

from kintrace.pipeline import current_run
from loaders import load, read_mapping
from loaders.guessing import Kind, Layout, Source, guess_register
from tests.app.ask import answer, ask

TITLES = [
    *("Sagsnummer", "Part nr.", "Borgerens navn", "Pers.nr.", "Fødselsdag", "Kønskode", "Bopæl"),
    *("Hændelsestype", "Gernings dato", "Rolle i sag", "Tlf.", "Bemærkninger"),
]
NAMES = [("Jensen, Anne", "K"), ("Lund, Peter", "M"), ("Østergaard, Søren", "M"), ("Nielsen, Kirsten", "K")]
KINDS = ["Husspektakler", "Vold", "Trusler", "Nabostrid"]
ROLES = ["SIG", "FOU", "VID", "XQ"]


def odd_rows(count: int = 60) -> list[list[str]]:
    """Parties in cases as an office of its own habits writes them; nobody in it exists."""
    rows = []
    for n in range(count):
        name, sex = NAMES[n % 4]
        year, month, day = 1950 + n, n % 12 + 1, n % 28 + 1
        number = f"{day:02}{month + 80:02}{year % 100:02}-{4 if year > 1999 else 1}{n:03}"
        rows.append(
            [
                *(
                    str(1000 + n // 2),
                    str(n % 2 + 1),
                    name,
                    number if n % 3 else "",
                    f"{day:02}.{month:02}.{year}",
                    sex,
                ),
                f"Nørregade {n % 30 + 1}, {('st. th', '1. tv')[n % 2]}, 9000 Aalborg",
                *(KINDS[n // 2 % 4], f"{n // 2 % 28 + 1:02}.0{n // 2 % 9 + 1}.2021", ROLES[n // 4 % 4]),
                *(f"9812{n:04}", "Anmelder har ringet to gange og vil ringe igen i morgen"),
            ]
        )
    return rows


def write(path: Path, rows: list[list[str]], *, encoding: str = "utf-8", delimiter: str = ";") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Windows-1252, parted by bars, a line of text above the titles."""
    rows = [["Udtræk af sager"], TITLES, *odd_rows()]
    return write(tmp_path / "Sagsliste Østby.csv", rows, encoding="cp1252", delimiter="|")


def test_a_stranger_gets_from_an_odd_file_to_a_run_without_editing_anything(odd: Path, tmp_path: Path) -> None:
    mapping, config = tmp_path / "mapping.toml", tmp_path / "kintrace.toml"
    said = answer("registers", "guess", odd, "--out", mapping, "--config", config)
    assert f"kintrace registers check {mapping}"[:40] in said.replace("\n", " ")
    checked = json.loads(answer("registers", "check", mapping, "--json"))
    assert checked["usable"]
    assert checked["tables"] == {"persons": 60, "residences": 60, "incidents": 30, "involvements": 60}
    assert json.loads(answer("rebuild", config, "--json"))["state"] == "published"
    persons = current_run(tmp_path / "runs").read("load", "persons").to_pylist()
    one = next(p for p in persons if p["record_id"] == "sagsliste-oestby:1000/2")
    assert (one["given"], one["surname"], one["sex"], one["birth_date"].isoformat()) == (
        *("Peter", "Lund", "M", "1951-02-02"),
    )
    assert one["identifiers"] == [{"type": "CPR", "value": "0282511001"}]


def test_every_line_of_a_draft_says_why_and_none_shows_a_value(odd: Path) -> None:
    shown = ask("registers", "guess", odd)
    assert shown.exit_code == 0
    text = shown.stdout
    assert tomllib.loads(text)["register"]["encoding"] == "windows-1252"
    stated = [line for line in text.splitlines() if line.startswith(("name =", "given", "birth_date", "identifiers"))]
    assert all("  # " in line for line in stated)
    assert '# not read: "Tlf." because' in text
    assert '# "XQ" = ""' in text
    for row in odd_rows():
        for value in (row[2], row[3], row[6], row[10], row[11]):
            assert not value or value not in shown.output


def test_files_are_told_apart_by_content_not_by_name(odd: Path, tmp_path: Path) -> None:
    utf16 = write(tmp_path / "a.txt", [TITLES, *odd_rows()], encoding="utf-16", delimiter="\t")
    bare = write(tmp_path / "b.txt", odd_rows())
    found = [guess_register(Source(path)) for path in (odd, utf16, bare)]
    assert [(g.sample.encoding, g.sample.delimiter, g.sample.header_row) for g in found] == [
        ("windows-1252", "|", 2),
        ("utf-16", "\t", 1),
        ("utf-8", ";", 0),
    ]
    assert [g.layout for g in found] == [Layout.PARTIES, Layout.PARTIES, Layout.PERSONS]
    assert {k: found[2].of(k) for k in (Kind.CPR, Kind.NAME, Kind.ADDRESS)} == {
        Kind.CPR: "column 4",
        Kind.NAME: "column 3",
        Kind.ADDRESS: "column 7",
    }


def test_a_file_without_titles_can_be_loaded_as_drafted(tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.csv", odd_rows())
    answer("registers", "guess", bare, "--out", tmp_path / "bare.toml")
    assert json.loads(answer("registers", "check", tmp_path / "bare.toml", "--json"))["usable"]
    persons = load([read_mapping(tmp_path / "bare.toml")]).tables["persons"].to_pylist()
    assert {p["surname"] for p in persons} == {"Jensen", "Lund", "Østergaard", "Nielsen"}


def test_two_lines_of_titles_give_the_second(tmp_path: Path) -> None:
    groups = ["Person", "", "", "", "Bopæl"]
    rows = [["1", "Anne", "Jensen", "01-02-1980", "Nygade 4, 9000 Aalborg"]] * 5
    path = write(tmp_path / "two.csv", [groups, ["Id", "Fornavn", "Efternavn", "Fødselsdato", "Adresse"], *rows])
    found = guess_register(Source(path))
    assert found.sample.header_row == 2
    assert {found.of(k) for k in (Kind.GIVEN, Kind.SURNAME, Kind.ADDRESS)} == {"Fornavn", "Efternavn", "Adresse"}


def test_american_and_danish_dates_are_told_apart_and_doubt_is_told(tmp_path: Path) -> None:
    def drafted(days: list[str]) -> tuple[tuple[str, ...], bool]:
        path = write(tmp_path / "d.csv", [["Name", "DOB"], *([f"John Smith {n}", day] for n, day in enumerate(days))])
        one = guess_register(Source(path)).guess_of(Kind.BIRTH_DATE)
        assert one is not None
        return one.formats, one.ambiguous

    assert drafted(["04/25/1970", "01/02/1980"]) == (("%m/%d/%Y",), False)
    assert drafted(["25/04/1970", "01/02/1980"]) == (("%d/%m/%Y",), False)
    assert drafted(["05/04/1970", "01/02/1980"])[1]


def test_a_list_of_edges_is_told_to_be_none_of_ours(tmp_path: Path) -> None:
    path = write(tmp_path / "edges.csv", [["from_id", "to_id", "weight"], ["1", "2", "0.5"], ["2", "3", "0.25"]])
    refused = ask("registers", "guess", path)
    assert refused.exit_code == 1
    assert "no mapping can be drafted" in refused.stderr
    assert not refused.stdout


def test_nothing_is_written_over(odd: Path, tmp_path: Path) -> None:
    (tmp_path / "there.toml").write_text("mine", encoding="utf-8")
    refused = ask("registers", "guess", odd, "--out", tmp_path / "there.toml")
    assert refused.exit_code == 2 or "exists already" in refused.stderr
    assert (tmp_path / "there.toml").read_text("utf-8") == "mine"


def test_a_trial_names_every_mistake_and_missing_column_at_once(tmp_path: Path) -> None:
    write(tmp_path / "p.csv", [["Id", "Navnet"], ["1", "Anne Jensen"]])
    text = (
        '[register]\nname = "p"\nsynthetic = true\n[register.files]\nrows = "p.csv"\n'
        '[persons.a]\nfrom = "rows"\nrecord_id = "Id"\nsurnam = "X"\n[persons.b]\nfrom = "row"\nrecord_id = "Id"\n'
    )
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    tried = ask("registers", "check", tmp_path / "p.toml")
    assert tried.exit_code == 1
    assert "did you mean 'surname'?" in tried.stdout
    assert "no file has the role 'row'" in tried.stdout
    good = text.replace("surnam =", "surname =").split("[persons.b]")[0] + 'given = "Y"\n'
    (tmp_path / "p.toml").write_text(good, encoding="utf-8")
    tried = ask("registers", "check", tmp_path / "p.toml")
    assert tried.exit_code == 1
    assert "column X" in tried.stdout
    assert "column Y" in tried.stdout


def test_a_trial_says_what_would_mend_codes_and_dates(odd: Path, tmp_path: Path) -> None:
    answer("registers", "guess", odd, "--out", tmp_path / "m.toml")
    text = (tmp_path / "m.toml").read_text("utf-8").replace('["%d.%m.%Y"]', '["%Y-%m-%d"]')
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    tried = json.loads(answer("registers", "check", tmp_path / "m.toml", "--json"))
    assert {d["column"]: d["formats"] for d in tried["dates"]}["Fødselsdag"] == ["%d.%m.%Y"]
    assert [(u["column"], u["lines"]) for u in tried["unknown"]] == [
        ("Hændelsestype", '"Nabostrid" = "other"'),
        ("Rolle i sag", '"XQ" = "OTHER"'),
    ]
    danish = answer("registers", "check", tmp_path / "m.toml", "--language", "da")
    assert "Disse formater læser" in danish


def test_a_trial_reads_only_the_first_rows(odd: Path, tmp_path: Path) -> None:
    answer("registers", "guess", odd, "--out", tmp_path / "m.toml")
    tried = json.loads(answer("registers", "check", tmp_path / "m.toml", "--rows", "7", "--json"))
    assert tried["tables"]["persons"] == 7
    assert [(f["rows"], f["whole"]) for f in tried["files"]] == [(7, False)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (bytes(range(32)) * 400, "no text"),
        (b"id;navn\n", "no rows"),
        (b";".join(b"c%d" % n for n in range(5000)) + b"\n" + b";".join([b"1"] * 5000), "too many"),
        (b"id;navn\n1;" + b"x" * 3_000_000, "no rows"),
    ],
    ids=["empty", "binary", "titles only", "5000 columns", "endless line"],
)
def test_what_is_no_register_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    refused = ask("registers", "guess", tmp_path / "bad.csv")
    assert refused.exit_code == 1
    assert reason in refused.stderr


def workbook(path: Path, *rows: tuple[str, ...]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def test_a_workbook_of_few_rows_is_guessed(tmp_path: Path) -> None:
    rows = ("Fornavn", "Efternavn", "Fødselsdato"), ("Bo", "Holm", "2001-02-03"), ("Ib", "Lund", "1999-12-31")
    found = guess_register(Source(workbook(tmp_path / "few.xlsx", *rows)))
    assert [one.kind for one in found.columns] == [Kind.GIVEN, Kind.SURNAME, Kind.BIRTH_DATE]
    assert len(found.sample.table) == 2


@pytest.mark.parametrize("rows", [3, 30])
def test_values_above_all_others_in_a_workbook_are_not_taken_for_titles(tmp_path: Path, rows: int) -> None:
    people = [(f"Zbigniewa{n}", f"Krzysztofska{n}", f"{n % 28 + 1:02}8{n % 9 + 1}70-1{n:03}") for n in range(rows)]
    told = ask("registers", "guess", workbook(tmp_path / "bare.xlsx", *people))
    assert told.exit_code == 1
    assert "names no columns" in told.output
    assert not [value for person in people for value in person if value in told.output]
