"""Files as they must not be: a message that names file, row and fix, or one row refused and the rest read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loaders import Canonical, RegisterError, load, read_mapping, summarise
from tests.loaders.world import refusals

MAPPING = """\
[register]
name = "club"
synthetic = true
extract_date = 2024-05-01
encoding = "utf-8"
[register.files]
members = "{file}"
[maps.sex]
f = "F"
[persons.member]
from = "members"
record_id = "no"
given = "given"
surname = "name"
birth_date = "born"
sex = {{ column = "sex", map = "sex" }}
"""
HEADER = "no;given;name;born;sex\n"


def loaded(folder: Path, content: bytes, *, encoding: str = "utf-8", file: str = "m.csv") -> Canonical:
    (folder / file).write_bytes(content)
    mapping = folder / "club.toml"
    mapping.write_text(MAPPING.format(file=file).replace('"utf-8"', f'"{encoding}"'))
    return load([read_mapping(mapping)])


def names(canonical: Canonical) -> list[tuple[str, str | None]]:
    persons = canonical.tables["persons"]
    return list(zip(persons["source_row"].to_pylist(), persons["surname"].to_pylist(), strict=True))


GOOD = HEADER + "1;Åse;Møller;1980-01-31;f\n2;Bo;Lund;;\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (GOOD.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + GOOD.encode(), "utf-8"),
        (GOOD.encode("cp1252"), "windows-1252"),
        (GOOD.encode("latin-1"), "latin-1"),
        (GOOD.replace("\n", "\r\n").encode(), "utf-8"),
        (GOOD.replace("\n", "\n\n").encode(), "utf-8"),
        (GOOD.rstrip("\n").encode(), "utf-8"),
        (gzip.compress(GOOD.encode()), "utf-8"),
        (GOOD.encode("utf-16"), "utf-8"),
        (GOOD.replace("Møller", '"Møller"').encode(), "utf-8"),
        (GOOD.replace("Møller", "Mo\u0308ller").replace("ö", "ø").replace("o\u0308", "ø").encode(), "utf-8"),
        (GOOD.replace("Møller", " Mø\u200blle\u00adr\u0007 ").encode(), "utf-8"),
    ],
)
def test_every_way_to_write_one_file_gives_the_same_rows(tmp_path: Path, content: bytes, encoding: str) -> None:
    canonical = loaded(tmp_path, content, encoding=encoding)
    assert names(canonical) == [("1", "Møller"), ("2", "Lund")]
    assert refusals(canonical) == []


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    canonical = loaded(tmp_path, (HEADER + "1;A\u030ase;Mu\u0308ller;;\n").encode())
    assert names(canonical) == [("1", "Müller")]
    assert canonical.tables["persons"]["given"].to_pylist() == ["Åse"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("3;Ib;Dam;1990-01-01", None),
        ("3;Ib;Dam;1990-01-01;f;more", None),
        ("3;Ib;D\0am;1990-01-01;f", "name"),
        ("3;Ib;" + "x" * 70_000 + ";1990-01-01;f", "name"),
        ("3;Ib;" + "x" * 1_100_000 + ";1990-01-01;f", None),
        ("3;Ib;" + "x" * 9_000_000 + ";1990-01-01;f", None),
        ('3;Ib;"Dam;1990-01-01;f', None),
        (";Ib;Dam;1990-01-01;f", "no"),
    ],
)
def test_a_bad_row_is_refused_and_the_others_are_read(tmp_path: Path, row: str, column: str | None) -> None:
    canonical = loaded(tmp_path, (GOOD + row + "\n4;Eva;Holm;;\n").encode())
    assert names(canonical) == [("1", "Møller"), ("2", "Lund"), ("4", "Holm")]
    assert refusals(canonical) == [("m.csv", 3, column)]
    (counts,) = summarise(canonical.tables["quality"])
    assert (counts.read, counts.used, counts.refused) == (4, 3, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "latin-1"])
@pytest.mark.parametrize("letter", ["x", "ø"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_an_endless_field_costs_only_its_row(tmp_path: Path, encoding: str, letter: str, quote: str) -> None:
    row = f"3;Ib;{quote}{letter * 30_000_000}{quote};1990-01-01;f\n"
    canonical = loaded(tmp_path, (GOOD + row + "4;Eva;Sørup;;\n").encode(encoding), encoding=encoding)
    assert names(canonical) == [("1", "Møller"), ("2", "Lund"), ("4", "Sørup")]
    assert refusals(canonical) == [("m.csv", 3, None)]
    assert canonical.tables["refused"]["reason"].to_pylist() == ["a line longer than 1 MiB"]


def test_a_row_in_another_encoding_is_refused_by_itself(tmp_path: Path) -> None:
    rows = "".join(f"{n};Åse;Møller;;\n" for n in range(200)).encode()
    canonical = loaded(tmp_path, HEADER.encode() + rows + "x;Bo;Sørensen;;\n".encode("cp1252"))
    assert len(names(canonical)) == 200
    assert refusals(canonical) == [("m.csv", 201, "name")]


def test_quoted_line_breaks_are_values(tmp_path: Path) -> None:
    rows = '3;Ib;"Dam\nBech; ""x""";;\n4;Eva;Holm;;\n'
    canonical = loaded(tmp_path, (GOOD + rows).encode())
    assert names(canonical)[2:] == [("3", 'Dam Bech; "x"'), ("4", "Holm")]
    assert refusals(canonical) == []


def test_a_stray_quote_swallows_no_other_row(tmp_path: Path) -> None:
    rows = '3;Ib;"Dam;;\n4;Eva;Holm;;\n5;Kaj;"Bech;;\n6;Liv;Dahl;;\n7;Per;5" rør;;\n'
    canonical = loaded(tmp_path, (GOOD + rows).encode())
    assert [n for n, _ in names(canonical)] == ["1", "2", "4", "6", "7"]
    assert [r for _, r, _ in refusals(canonical)] == [3, 5]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("3;Ib;Dam;1990-02-31;f", "born"),
        ("3;Ib;Dam;31-01-1990;f", "born"),
        ("3;Ib;Dam;1900-01-00;f", "born"),
        ("3;Ib;Dam;2031-01-01;f", "born"),
        ("3;Ib;Dam;;q", "sex"),
    ],
)
def test_a_bad_value_becomes_null_and_the_row_stays(tmp_path: Path, row: str, column: str) -> None:
    canonical = loaded(tmp_path, (GOOD + row + "\n").encode())
    person = canonical.tables["persons"].to_pylist()[2]
    assert (person["surname"], person["birth_date"] if column == "born" else person["sex"]) == ("Dam", None)
    assert refusals(canonical) == [("m.csv", 3, column)]
    field = {"born": "birth_date"}.get(column, column)
    quality = next(q for q in canonical.tables["quality"].to_pylist() if q["column"] == field)
    assert (quality["rows"], quality["filled"], quality["valid"]) == (3, 2, 1)


def test_a_key_used_twice_is_refused_and_a_repeated_row_is_counted(tmp_path: Path) -> None:
    canonical = loaded(tmp_path, (GOOD + "2;Bo;Lund;;\n1;Xenia;Ødis;;f\n").encode())
    assert names(canonical)[0][0] == "1"
    assert len(names(canonical)) == 2
    assert [c for _, _, c in refusals(canonical)] == ["no"]
    (counts,) = summarise(canonical.tables["quality"])
    assert (counts.read, counts.refused, counts.duplicates) == (4, 1, 1)


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        (b"", "utf-8", "empty"),
        (b" \n\n", "utf-8", "empty"),
        (GOOD.encode("cp1252"), "utf-8", 'row 1: the file is not utf-8 (set encoding = "windows-1252"'),
        (GOOD.encode(), "windows-1252", 'set encoding = "utf-8"'),
        (GOOD.encode("utf-16-le"), "utf-8", "UTF-16"),
        (GOOD.replace("name", "nmae", 1).encode(), "utf-8", "column name: no such column (did you mean 'nmae'?"),
        (GOOD.replace("given", "name", 1).encode(), "utf-8", "column given: no such column"),
        (GOOD.replace("given", "born", 1).replace("sex", "given", 1).encode(), "utf-8", "stands there twice"),
        (GOOD.replace(";", ",").encode(), "utf-8", "the delimiter looks like ','"),
        (gzip.compress(GOOD.encode() * 500)[:-30], "utf-8", "gzip file is truncated"),
        (b"\x1f\x8b" + b"x" * 50, "utf-8", "gzip file is truncated or damaged"),
        (b"PAR1" + b"x" * 50, "utf-8", "Parquet file is empty or damaged"),
    ],
)
def test_a_file_wrong_as_a_whole_is_told_with_the_fix(tmp_path: Path, content: bytes, encoding: str, says: str) -> None:
    with pytest.raises(RegisterError) as caught:
        loaded(tmp_path, content, encoding=encoding)
    assert str(caught.value).startswith("m.csv")
    assert says in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "club.toml").write_text(MAPPING.format(file="none*.csv"))
    with pytest.raises(RegisterError, match="no such file"):
        load([read_mapping(tmp_path / "club.toml")])


def test_a_register_without_rows_is_none_the_worse(tmp_path: Path) -> None:
    canonical = loaded(tmp_path, HEADER.encode())
    assert names(canonical) == []
    assert summarise(canonical.tables["quality"])[0].read == 0


def test_messages_hold_no_values(tmp_path: Path) -> None:
    canonical = loaded(tmp_path, (GOOD + "3;Ib;Hemmelig;1990-02-31;f\n3;Ib;Andet;;f\n;Skjult;;;\n").encode())
    told = str(canonical.tables["refused"].to_pylist())
    assert not any(word in told for word in ("Hemmelig", "Andet", "Skjult", "1990-02-31"))


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    import datetime as dt

    table = pa.table(
        {
            "no": pa.array([1.0, 2.0]),
            "given": ["Åse", "Bo"],
            "name": pa.array(["Møller", "Lund"]).dictionary_encode(),
            "born": pa.array([dt.date(1980, 1, 31), None]),
            "sex": ["f", ""],
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    parquet = loaded(tmp_path, (tmp_path / "x.parquet").read_bytes(), file="m.parquet")
    csv = loaded(tmp_path, GOOD.encode())
    assert parquet.tables["persons"].equals(csv.tables["persons"])


def test_a_file_larger_than_a_block_keeps_its_row_numbers(tmp_path: Path) -> None:
    rows = [f"{n};Åse;{'x' * 60};1980-01-31;f\n" for n in range(1, 120_001)]
    for bad in (50, 60_000, 119_999):
        rows[bad - 1] = "too;short\n"
    canonical = loaded(tmp_path, (HEADER + "".join(rows) + "z;Bo;Q;1980-99-31;f\n").encode())
    assert [r for _, r, _ in refusals(canonical)] == [50, 60_000, 119_999, 120_001]
    assert canonical.tables["persons"].num_rows == 119_998
