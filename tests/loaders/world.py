"""A small world as register files: a population feed, police districts, notifications, and their mappings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from loaders import Canonical, load, read_mapping

Row = dict[str, str]

FEED = {
    "person": "PersonId Koen Foedselsdato FoedselsdatoUsikkerhed Status Statusdato",
    "personnummer": "PersonId Personnummer GyldigFra GyldigTil",
    "navn": "PersonId Fornavne Mellemnavn Efternavn GyldigFra GyldigTil",
    "adresse": (
        "PersonId Kommunekode Vejkode Vejnavn Husnummer Etage Sidedoer Postnummer Postdistrikt "
        "GyldigFra GyldigFraUsikker GyldigTil"
    ),
    "foraelder": "PersonId ForaelderPersonId ForaelderPersonnummer Rolle GyldigFra GyldigTil",
    "anbringelse": "PersonId PlejeforaelderPersonId PlejeforaelderPersonnummer GyldigFra GyldigTil",
    "deltbopael": (
        "PersonId Kommunekode Vejkode Vejnavn Husnummer Etage Sidedoer Postnummer Postdistrikt GyldigFra GyldigTil"
    ),
    "foraeldremyndighed": "PersonId IndehaverPersonId IndehaverPersonnummer GyldigFra GyldigTil",
    "civilstand": "PersonId AegtefaellePersonId AegtefaellePersonnummer Civilstand GyldigFra GyldigTil",
    "beskyttelse": "PersonId Beskyttelsestype GyldigFra GyldigTil",
}
CASES = (
    "Journalnr Referencenr Kategori Gerningskode Gerningsdato Anmeldtdato Gerningssted Sagsstatus Afgoerelse Loebenr "
    "Rolle Identtype Ident Efternavn Fornavn Foedselsdato Koen Bopael Optaget Tilbagekaldt"
)
NOTIFICATIONS = (
    "Sagsnr Modtaget Underretter Kommunekode BarnCpr BarnFornavn BarnEfternavn BarnFoedselsdato BarnKoen BarnAdresse "
    "ForaelderCpr ForaelderFornavn ForaelderEfternavn"
)


def csv_text(columns: str, rows: list[Row], delimiter: str = ";") -> str:
    """Rows as delimited text; every key must be a column."""
    names = columns.split()
    for row in rows:
        assert set(row) <= set(names), set(row) - set(names)
    lines = [delimiter.join(names), *(delimiter.join(row.get(n, "") for n in names) for row in rows)]
    return "\n".join(lines) + "\n"


@dataclass
class World:
    """Rows of every register, to be written below a folder."""

    feed: dict[str, list[Row]] = field(default_factory=lambda: {role: [] for role in FEED})
    cases: dict[str, list[Row]] = field(default_factory=dict)
    notifications: dict[str, list[Row]] = field(default_factory=dict)
    extracts: dict[str, str] = field(default_factory=dict)

    def person(self, number: str, given: str, surname: str, born: str, *, sex: str = "K", cpr: str = "") -> None:
        """One person of the feed with a name and perhaps a number."""
        self.feed["person"].append({"PersonId": number, "Koen": sex, "Foedselsdato": born, "Status": "1"})
        self.feed["navn"].append({"PersonId": number, "Fornavne": given, "Efternavn": surname, "GyldigFra": born})
        if cpr:
            self.feed["personnummer"].append({"PersonId": number, "Personnummer": cpr, "GyldigFra": born})

    def lives(self, number: str, street: str, code: str, start: str, end: str = "") -> None:
        """One registered stay."""
        place = {"Kommunekode": code, "Vejnavn": street, "Husnummer": "4", "Postnummer": "9000", "Postdistrikt": "By"}
        self.feed["adresse"].append({"PersonId": number, **place, "GyldigFra": start, "GyldigTil": end})

    def write(self, folder: Path) -> list[Path]:
        """Write everything and give the mappings."""
        folder.mkdir(parents=True, exist_ok=True)
        mappings = []
        if self.feed["person"]:
            files = []
            for role, rows in self.feed.items():
                (folder / f"{role}.csv").write_text(csv_text(FEED[role], rows), encoding="utf-8")
                files.append(f'{role} = "{role}.csv"')
            mappings.append(self._mapping(folder, "cpr", "cpr", files))
        for kind, registers, columns, role in (
            ("polsas", self.cases, CASES, "cases"),
            ("underretning", self.notifications, NOTIFICATIONS, "notifications"),
        ):
            for name, rows in registers.items():
                (folder / f"{name}.csv").write_text(csv_text(columns, rows), encoding="utf-8")
                mappings.append(self._mapping(folder, name, kind, [f'{role} = "{name}.csv"']))
        return mappings

    def _mapping(self, folder: Path, name: str, base: str, files: list[str]) -> Path:
        path = folder / f"{name}.toml"
        district = [] if name == "cpr" else [f'district = "{name}"']
        extract = self.extracts.get(name, "2026-01-01")
        text = [f'extends = "{base}"', "[register]", f'name = "{name}"', *district, "synthetic = true"]
        path.write_text("\n".join([*text, f"extract_date = {extract}", "[register.files]", *files, ""]))
        return path

    def load(self, folder: Path) -> Canonical:
        """Write and load."""
        return load([read_mapping(p) for p in self.write(folder)])


def case(journal: str, party: str = "1", **values: str) -> Row:
    """One row of a case register."""
    base = {
        "Journalnr": journal,
        "Kategori": "husspektakler",
        "Gerningsdato": "05-03-2020",
        "Anmeldtdato": "06-03-2020",
        "Loebenr": party,
        "Rolle": "SIG",
        "Efternavn": "Jensen",
        "Fornavn": "Bo",
        "Foedselsdato": "01-02-1980",
        "Koen": "M",
        "Optaget": "07-03-2020",
    }
    return {**base, **values}


def rows_of(canonical: Canonical, name: str, /, **equal: object) -> list[dict[str, object]]:
    """Rows of a table with these values."""
    found = canonical.tables[name].to_pylist()
    return [r for r in found if all(r[k] == v for k, v in equal.items())]


def refusals(canonical: Canonical) -> list[tuple[str, int, str | None]]:
    """File, row and column of everything refused."""
    return [(str(r["file"]), int(r["row"]), r["column"]) for r in canonical.tables["refused"].to_pylist()]
