"""One small station's case register, drawn again and again, sometimes badly."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from kintrace.pipeline import Run
from kintrace.pipeline.hold_back import Acceptance
from kintrace.pipeline.rebuild import rebuild
from kintrace.settings import read_settings
from tests.app.registers import RegisterFile, Row
from tests.app.worlds import Notes

EXTRACT = dt.date(2025, 12, 31)
CASES = 90
"""Two parties each: more rows than the hundred from which shares are judged."""

GIVEN = ("Anna", "Bo", "Carl", "Dorte", "Erik", "Freja", "Gert", "Hanne", "Ivan", "Jytte", "Karl")
SURNAMES = (
    "Aagaard",
    "Berg",
    "Dahl",
    "Elkjær",
    "Friis",
    "Gram",
    "Holm",
    "Iversen",
    "Juhl",
    "Krogh",
    "Lund",
    "Munk",
    "Nør",
)
ROLES = ("SIG", "FOU", "VID", "BARN")
COLUMNS = [
    "Journalnr",
    "Referencenr",
    "Kategori",
    "Gerningskode",
    "Gerningsdato",
    "Anmeldtdato",
    "Gerningssted",
    "Sagsstatus",
    "Afgoerelse",
    "Loebenr",
    "Rolle",
    "Identtype",
    "Ident",
    "Efternavn",
    "Fornavn",
    "Foedselsdato",
    "Koen",
    "Bopael",
    "Optaget",
    "Tilbagekaldt",
]
MAPPING = """extends = "polsas"
[register]
name = "station"
title = "Station <b>1</b>"
district = "Fyns Politi"
synthetic = true
extract_date = {extract}
[register.files]
cases = "station*.csv"
"""
SETTINGS = """[run]
as_of = 2025-12-31
registers = ["station.toml"]
synthetic = true
"""


def station_rows(cases: int = CASES) -> list[Row]:
    """Two parties per case, one case every fourth day up to the extract."""
    rows = []
    for case in range(cases):
        day = EXTRACT - dt.timedelta(days=1 + 4 * (case % CASES))
        for party in range(2):
            who = 7 * case + 3 * party
            born = dt.date(1960 + who % 40, 1 + who % 12, 1 + who % 28)
            number = f"{born.day:02}{born.month + 80:02}{born.year % 100:02}-{who % 1000:04}"
            values = {
                "Journalnr": f"J{case:05}",
                "Kategori": ("husspektakler", "vold", "trusler")[case % 3],
                "Gerningsdato": f"{day:%d-%m-%Y}",
                "Anmeldtdato": f"{day:%d-%m-%Y}",
                "Gerningssted": f"Storegade {1 + case % 30}, 5000 Odense C",
                "Loebenr": str(party + 1),
                "Rolle": ROLES[who % 4],
                "Identtype": "PNR",
                "Ident": number,
                "Efternavn": SURNAMES[who % 13],
                "Fornavn": GIVEN[who % 11],
                "Foedselsdato": f"{born:%d-%m-%Y}",
                "Koen": "KM"[who % 2],
                "Bopael": f"Lillegade {1 + who % 40}, 5000 Odense C",
                "Optaget": f"{day:%d-%m-%Y}",
            }
            rows.append({column: values.get(column, "") for column in COLUMNS})
    return rows


def make_station(folder: Path) -> Path:
    """A world of this register alone."""
    folder.mkdir(parents=True)
    (folder / "kintrace.toml").write_text(SETTINGS, "utf-8")
    (folder / "station.toml").write_text(MAPPING.format(extract=EXTRACT), "utf-8")
    draw(folder, station_rows())
    return folder


def draw(folder: Path, rows: list[Row], name: str = "station.csv") -> None:
    """Write an extract."""
    RegisterFile(folder / name, "utf-8", "\n", list(COLUMNS), rows).write()


def copy_with_runs(folder: Path, to: Path) -> Path:
    """The world with its runs and what they published."""
    shutil.copytree(folder, to, symlinks=True)
    return to


def rebuild_station(folder: Path, *acceptances: Acceptance, notes: Notes | None = None) -> Run:
    return rebuild(read_settings(folder), notes or Notes(), acceptances=acceptances)


def change_mapping(folder: Path, pattern: str, replacement: str) -> None:
    """Rewrite a line of the mapping."""
    path = folder / "station.toml"
    text, found = re.subn(pattern, replacement, path.read_text("utf-8"))
    assert found
    path.write_text(text, "utf-8")


def _truncated(folder: Path) -> None:
    draw(folder, station_rows()[-70:])


def _half_the_numbers_gone(folder: Path) -> None:
    draw(folder, [{**r, "Ident": "" if i % 2 else r["Ident"]} for i, r in enumerate(station_rows())])


def _shifted(folder: Path) -> None:
    """Every value from the surname on stands one column too far to the right."""
    at = COLUMNS.index("Efternavn")
    rows = []
    for row in station_rows():
        values = [row[column] for column in COLUMNS]
        rows.append(dict(zip(COLUMNS, [*values[:at], "", *values[at:-1]], strict=True)))
    draw(folder, rows)


def _ten_times(folder: Path) -> None:
    draw(folder, station_rows(10 * CASES))


def _another_districts_codes(folder: Path) -> None:
    draw(folder, [{**r, "Rolle": f"Q{i % 9}"} for i, r in enumerate(station_rows())])


def _twice(folder: Path) -> None:
    draw(folder, station_rows(), "station-again.csv")


def _older(folder: Path) -> None:
    change_mapping(folder, r"extract_date = .*", "extract_date = 2025-11-30")


Tampering = Callable[[Path], None]
TAMPERINGS: dict[str, tuple[Tampering, set[str]]] = {
    "truncated": (_truncated, {"rows.cases.change"}),
    "half the numbers gone": (_half_the_numbers_gone, {"persons.identifiers.change"}),
    "a column shifted": (
        _shifted,
        {"persons.birth_date.valid", "persons.surname.filled", "persons.surname.distinct"},
    ),
    "ten times the size": (_ten_times, {"rows.cases.change"}),
    "another district's codes": (_another_districts_codes, {"unknown.role"}),
    "the same extract twice": (_twice, {"rows.cases.change", "repeated.cases"}),
    "older than the last": (_older, {"older_extract"}),
}
"""What may happen to an extract, and what it breaks."""
