"""A road register on its way from file to washed address."""

from __future__ import annotations

from pathlib import Path

from linkage.addresses import wash_tables
from linkage.intervals import FIRST_DAY, LAST_DAY
from loaders import load
from loaders.mapping import read_mapping

MAPPING = """
extends = "cpr"

[register]
name = "cpr"
synthetic = true
extract_date = 2025-12-31

[register.files]
person = "person.csv"
navn = "navn.csv"
personnummer = "personnummer.csv"
adresse = "adresse.csv"
vej = "vej.csv"
"""
FILES = {
    "person": """
PersonId;Koen;Foedselsdato;FoedselsdatoUsikkerhed;Status;Statusdato
1;K;1980-01-01;;01;
2;M;1981-01-01;;01;
""",
    "navn": """
PersonId;Fornavne;Mellemnavn;Efternavn;GyldigFra;GyldigTil
1;Anna;;Holm;;
2;Jens;;Holm;;
""",
    "personnummer": """
PersonId;Personnummer;GyldigFra;GyldigTil
""",
    "adresse": """
PersonId;Kommunekode;Vejkode;Vejnavn;Husnummer;Etage;Sidedoer;Postnummer;Postdistrikt;GyldigFra;GyldigTil
1;837;0007;Bækvej;12;;;9280;Storvorde;2001-01-01;2012-01-01
2;0851;5200;Åvænget;12;;;9280;Storvorde;2012-01-01;
""",
    "vej": """
Kommunekode;Vejkode;Vejnavn;Postnummer;GyldigFra;GyldigTil
837;0007;Bækvej;9280;;2007-01-01
0851;5200;Bækvej;9280;2007-01-01;2010-01-01
0851;5200;Åvænget;9280;2010-01-01;
0851;5201;;9280;;
""",
}


def test_an_old_name_under_an_old_code_leads_to_the_same_home(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8")
    path = tmp_path / "cpr.toml"
    path.write_text(MAPPING, encoding="utf-8")
    tables = load([read_mapping(path)]).tables
    streets = tables["streets"].to_pylist()
    assert [(s["street_id"], s["municipality"], s["street"]) for s in streets] == [
        ("cpr:0851/5200", "0851", "Bækvej"),
        ("cpr:0851/5200", "0851", "Åvænget"),
        ("cpr:837/0007", "0837", "Bækvej"),
    ]
    assert (streets[2]["valid_from"], streets[1]["valid_to"]) == (FIRST_DAY, LAST_DAY)
    refused = [(r["file"], r["row"], r["reason"]) for r in tables["refused"].to_pylist()]
    assert refused == [("vej.csv", 4, "a street without a name")]
    washed = wash_tables(tables["residences"], tables["incidents"], streets=tables["streets"])
    assert set(washed.residences["address_id"].to_pylist()) == {"9280|aavaenget|12"}
    assert washed.addresses.select(["street", "municipality", "unit"]).to_pylist() == [
        {"street": "Åvænget", "municipality": "0851", "unit": True}
    ]
