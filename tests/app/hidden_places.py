"""Two countries that differ in nothing but where protected persons hide.

Made by rewriting register files, and by rules of its own: who is protected when, who is a child with
them, and which cases and notices are about them are read from the registers here, not asked of the
loader. What is theirs inside the protection moves to a hiding place: their stays, their cases into
another district's file under another journal number, their notices to another municipality's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from linkage.intervals import add_years
from tests.app.registers import RegisterFile, Row, register_files

FOREVER = dt.date(9999, 12, 31)
PLACE = ("Kommunekode", "Vejkode", "Vejnavn", "Husnummer", "Etage", "Sidedoer", "Postnummer", "Postdistrikt")


@dataclass(frozen=True)
class Hiding:
    """How one of the two worlds tells of the hiding places."""

    street: str
    municipality: str
    town: str
    journal: str
    """Begins every sealed journal number."""
    shift: int
    """Which district's file holds a sealed record."""
    last: bool
    """Whether sealed rows stand at the end of their file, in reverse, or at its head."""

    def spell(self, number: int) -> Row:
        postcode, city = self.town.split(" ", 1)
        values = (self.municipality, "9999", self.street, str(number), "2", "tv", postcode, city)
        return dict(zip(PLACE, values, strict=True))

    def text(self, number: int) -> str:
        return f"{self.street} {number}, 2. tv, {self.town}"

    def words(self) -> tuple[str, str]:
        """What no file of a run may hold, in small letters."""
        return self.street.lower(), self.journal.lower()


NORTH = Hiding("Skjulestræde", "0851", "9000 Aalborg", "NNORD-", 3, last=False)
EAST = Hiding("Hemmelighedsvej", "0400", "3700 Rønne", "OEST/", 8, last=True)

Span = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Protected:
    """A person in the population feed, and when special protection holds."""

    person: str
    start: dt.date
    end: dt.date


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    return dt.date(int(text[6:]), int(text[3:5]), int(text[:2])) if text[2] == "-" else dt.date.fromisoformat(text)


def _span(row: Row) -> Span:
    return _day(row["GyldigFra"]) or dt.date.min, _day(row["GyldigTil"]) or FOREVER


def _overlap(one: Span, other: Span) -> Span | None:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


@dataclass
class Country:
    """The register files of one world, to be rewritten."""

    path: Path

    def __post_init__(self) -> None:
        self.feed = {file.path.stem: file for file in register_files(self.path / "registers" / "cpr")}
        # A register that has changed its format keeps its first years in a file of another form: left as it is.
        police = register_files(self.path / "registers" / "politi")
        self.police = [file for file in police if "Journalnr" in file.columns]
        self.notices = register_files(self.path / "registers" / "underretning")
        self.born = {row["PersonId"]: _day(row["Foedselsdato"]) for row in self.feed["person"].rows}
        self.owner = {row["Personnummer"]: row["PersonId"] for row in self.feed["personnummer"].rows}

    def who(self, number: str) -> str | None:
        """Whose number a record states."""
        return self.owner.get(number.replace("-", ""))

    def write(self) -> None:
        for file in (*self.feed.values(), *self.police, *self.notices):
            file.write()


def choose_protected(country: Country, count: int) -> list[Protected]:
    """Persons with most cases, each from the day of the middle one; every second protection has ended."""
    days: dict[str, list[dt.date]] = defaultdict(list)
    for file in country.police:
        for row in file.rows:
            person, day = country.who(row["Ident"]), _day(row["Gerningsdato"])
            if person and day:
                days[person].append(day)
    chosen: list[Protected] = []
    homes: set[tuple[str, ...]] = set()
    for person in sorted(days, key=lambda one: (-len(days[one]), one)):
        own = {tuple(row[p] for p in PLACE) for row in country.feed["adresse"].rows if row["PersonId"] == person}
        if homes & own:
            continue
        homes |= own
        middle = sorted(days[person])[len(days[person]) // 2]
        end = middle + dt.timedelta(days=500) if len(chosen) % 2 else FOREVER
        chosen.append(Protected(person, middle, end))
        if len(chosen) == count:
            break
    return chosen


def hide(country: Country, protected: Iterable[Protected], hiding: Hiding) -> int:
    """Write the protections and move all that is theirs; returns the number of records moved."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for number, one in enumerate(protected, 1):
        end = "" if one.end == FOREVER else one.end.isoformat()
        country.feed["beskyttelse"].rows.append(
            {
                "PersonId": one.person,
                "Beskyttelsestype": "saerlig",
                "GyldigFra": one.start.isoformat(),
                "GyldigTil": end,
            }
        )
        for person, span in _move_home(country, one, hiding.spell(number)):
            spans[person].append(span)
        spans[one.person].append((one.start, one.end))
    return _move_cases(country, spans, hiding) + _move_notices(country, spans, hiding)


def _move_home(country: Country, one: Protected, place: Row) -> list[tuple[str, Span]]:
    """Move the person and the children with it; says which child was with it when, as a child."""
    files = [country.feed[name] for name in ("adresse", "deltbopael")]
    stays: dict[tuple[str, ...], list[Span]] = defaultdict(list)
    for row in (row for file in files for row in file.rows):
        span = _overlap(_span(row), (one.start, one.end))
        if row["PersonId"] == one.person and span:
            stays[tuple(row[p] for p in PLACE)].append(span)
    children: list[tuple[str, Span]] = []
    for file in files:
        file.rows = _moved_rows(country, one, file.rows, stays=stays, place=place, children=children)
    return children


def _moved_rows(
    country: Country,
    one: Protected,
    given: list[Row],
    *,
    stays: dict[tuple[str, ...], list[Span]],
    place: Row,
    children: list[tuple[str, Span]],
) -> list[Row]:
    """Stays with those of the protected person, and of children at the same address, at the hiding place."""
    rows: list[Row] = []
    for row in given:
        person, born = row["PersonId"], country.born[row["PersonId"]]
        if person == one.person:
            hidden = [_overlap(_span(row), (one.start, one.end))]
        else:
            hidden = [_overlap(_span(row), span) for span in stays[tuple(row[p] for p in PLACE)]]
            hidden = [span for span in hidden if span and born and span[0] < add_years(born, 18)]
            children += [(person, (s[0], min(s[1], add_years(born, 18)))) for s in hidden if s and born]
        rows += _cut(row, [span for span in hidden if span], place)
    return rows


def _cut(row: Row, hidden: list[Span], place: Row) -> list[Row]:
    """A spell in pieces, those inside `hidden` at the hiding place."""
    start, end = _span(row)
    rows = []
    for from_day, to_day in hidden:
        if start < from_day:
            rows.append({**row, "GyldigFra": start.isoformat(), "GyldigTil": from_day.isoformat()})
        until = "" if to_day == FOREVER else to_day.isoformat()
        rows.append({**row, **place, "GyldigFra": from_day.isoformat(), "GyldigTil": until})
        start = to_day
    if not rows:
        return [row]
    return rows if start >= end else [*rows, {**row, "GyldigFra": start.isoformat()}]


def _about(country: Country, rows: Iterable[Row], columns: tuple[str, ...], spans: dict[str, list[Span]]) -> bool:
    """Whether a record's rows name, by number, somebody protected on its day."""
    for row in rows:
        known = [span for column in columns for span in spans.get(country.who(row.get(column, "")) or "", [])]
        dates = (row.get(column, "") for column in ("Gerningsdato", "Anmeldtdato", "Modtaget"))
        day = next((_day(text) for text in dates if text), None) if known else None
        if known and (day is None or any(start <= day < end for start, end in known)):
            return True
    return False


def _move_cases(country: Country, spans: dict[str, list[Span]], hiding: Hiding) -> int:
    moved: list[tuple[int, list[Row]]] = []
    renamed: dict[str, str] = {}
    for position, file in enumerate(country.police):
        cases: dict[str, list[Row]] = defaultdict(list)
        for row in file.rows:
            cases[row["Journalnr"]].append(row)
        theirs = {journal for journal, rows in cases.items() if _about(country, rows, ("Ident",), spans)}
        file.rows = [row for row in file.rows if row["Journalnr"] not in theirs]
        for journal in sorted(theirs):
            renamed[journal] = f"{hiding.journal}{len(moved):05}"
            for row in cases[journal]:
                row.update(Journalnr=renamed[journal], Gerningssted=hiding.text(len(moved)))
                row["Bopael"] = row.get("Bopael", "") and hiding.text(len(moved))
            moved.append((position, cases[journal]))
    _put(country.police, moved, hiding)
    for file in country.police:
        for row in file.rows:
            row["Referencenr"] = renamed.get(row.get("Referencenr", ""), row.get("Referencenr", ""))
    return len(moved)


def _move_notices(country: Country, spans: dict[str, list[Span]], hiding: Hiding) -> int:
    moved: list[tuple[int, list[Row]]] = []
    for position, file in enumerate(country.notices):
        theirs = [row for row in file.rows if _about(country, [row], ("BarnCpr", "ForaelderCpr"), spans)]
        file.rows = [row for row in file.rows if row not in theirs]
        for row in theirs:
            row.update(Sagsnr=f"{hiding.journal}U{len(moved):04}", Kommunekode=hiding.municipality)
            row["BarnAdresse"] = row["BarnAdresse"] and hiding.text(len(moved))
            moved.append((position, [row]))
    _put(country.notices, moved, hiding)
    return len(moved)


def _put(files: list[RegisterFile], moved: list[tuple[int, list[Row]]], hiding: Hiding) -> None:
    """Records into the file that `shift` says, at its head or, in reverse, at its end."""
    for position, rows in moved:
        file = files[(position + hiding.shift) % len(files)]
        file.rows = [*file.rows, *reversed(rows)] if hiding.last else [*rows, *file.rows]
