"""The mapping guide's own examples work, and no bytes whatever break the reader."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders import LoaderError, load, read_mapping, shipped_mappings
from loaders.mapping.words import TABLES
from tests.loaders.test_bad_files import GOOD, loaded
from tests.loaders.world import rows_of

GUIDE = Path(__file__).parents[2] / "docs" / "mappings.md"
EXAMPLE = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[0]
ROWS = (
    "Sag;Part;Fornavn;Efternavn;Født;Køn;Nummer;Nummertype;Adresse;Gerningsdato;Anmeldt;Oprettet;Art;Sted;Rolle\n"
    "12;1;Åse;Bech;01-02-1980;K;;;Nygade 4, 9000 Aalborg;;03-03-2020;04-03-2020;vold;;S\n"
    "12;2;Bo;Lund;1975;M;;;;;03-03-2020;04-03-2020;vold;;F\n"
)


def test_the_full_example_loads(tmp_path: Path) -> None:
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "vestby-1.csv").write_text(ROWS, encoding="cp1252")
    (tmp_path / "vestby.toml").write_text(EXAMPLE, encoding="utf-8")
    canonical = load([read_mapping(tmp_path / "vestby.toml")])
    persons = [(p["record_id"], p["sex"], p["birth_precision"]) for p in rows_of(canonical, "persons")]
    assert persons == [("vestby:12/1", "F", "day"), ("vestby:12/2", "M", "year")]
    assert [p["role"] for p in rows_of(canonical, "involvements")] == ["CHARGED", "INJURED"]
    assert not rows_of(canonical, "refused")


@pytest.mark.parametrize("word", [*shipped_mappings(), *{f for t in TABLES.values() for f in t.fields}])
def test_every_field_and_shipped_mapping_is_in_the_guide(word: str) -> None:
    assert re.search(rf"\b{word}\b", GUIDE.read_text(encoding="utf-8"))


lines = st.lists(st.sampled_from([b'"', b";", b"\n", b"\r", b"\0", b"\xff", "ø".encode(), b"x", b"1980-01-31", b" "]))


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(st.binary(max_size=200), lines.map(b"".join)), st.booleans(), st.sampled_from(["utf-8", "windows-1252"])
)
def test_any_bytes_give_tables_or_an_error_with_a_place(noise: bytes, header: bool, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = (GOOD.encode() if header else b"") + noise
        outcome = read_or_told(Path(folder), content, encoding)
    assert outcome.startswith("m.csv") or int(outcome) >= header


def read_or_told(folder: Path, content: bytes, encoding: str) -> str:
    """How many rows were read or refused, or the error's message."""
    try:
        tables = loaded(folder, content, encoding=encoding).tables
    except LoaderError as error:
        return str(error)
    return str(tables["persons"].num_rows + tables["refused"].num_rows)
