"""Delimited text as offices export it: encodings, headers, odd characters, widths."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from loaders.errors import RegisterError
from tests.loaders.reading import COLUMNS, GOOD, HEADER, ROWS, read, read_bytes, wanted


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("order", ["le", "be"])
def test_utf16_is_known_by_its_mark_whatever_is_declared(tmp_path: Path, encoding: str, order: str) -> None:
    content = ("\ufeff" + GOOD).encode(f"utf-16-{order}")
    assert read_bytes(tmp_path, content, encoding=encoding).rows == ROWS
    assert read_bytes(tmp_path, gzip.compress(content), encoding=encoding).rows == ROWS


def test_utf16_across_blocks_keeps_every_letter(tmp_path: Path) -> None:
    rows = "".join(f"{n};Åse {'ø' * (n % 7)}😀;\n" for n in range(300_000))
    found = read_bytes(tmp_path, (HEADER + rows).encode("utf-16"))
    assert found.refused == []
    assert found.rows[-1] == ("299999", f"Åse {'ø' * (299_999 % 7)}😀", None)
    assert found.numbers == list(range(1, 300_001))


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        (GOOD.encode("utf-16-le"), "utf-8", "m.csv, row 1: the file is UTF-16 without a byte order mark"),
        (GOOD.encode("utf-16-be"), "utf-16", "m.csv, row 1: the file is UTF-16 without a byte order mark"),
        (("\ufeff" + GOOD).encode("utf-32-le"), "utf-8", "the file is UTF-32 (export it as UTF-8)"),
        (bytes(range(256)) + b"\0" * 200, "utf-8", "the file is no text"),
        (GOOD.encode(), "utf-16", 'the file is not UTF-16 (set encoding = "utf-8" in its mapping)'),
        (b"\xff\xfe", "utf-8", "the file is empty"),
        (b"\xef\xbb\xbf\n", "utf-8", "the file is empty"),
    ],
)
def test_other_ways_of_sixteen_bits_are_refused_with_the_reason(
    tmp_path: Path, content: bytes, encoding: str, says: str
) -> None:
    with pytest.raises(RegisterError) as caught:
        read_bytes(tmp_path, content, encoding=encoding)
    assert says in str(caught.value)


def test_half_a_character_in_utf16_costs_its_row_only(tmp_path: Path) -> None:
    content = (HEADER + "1;Bo;\n2;X;\n3;Ib;\n").encode("utf-16").replace("X".encode("utf-16-le"), b"\x00\xd8")
    found = read_bytes(tmp_path, content)
    assert [r[0] for r in found.rows] == ["1", "3"]
    assert found.refused == [(2, "bytes that are no text in the declared encoding", "name")]


def test_encodings_mixed_in_one_file_cost_the_foreign_rows_only(tmp_path: Path) -> None:
    rows = [f"{n};Sørensen;".encode("cp1252" if n % 50 == 0 else "utf-8") for n in range(1, 201)]
    found = read_bytes(tmp_path, HEADER.encode() + b"\n".join(rows))
    assert [row for row, _, _ in found.refused] == [50, 100, 150, 200]
    assert {name for _, name, _ in found.rows} == {"Sørensen"}


def test_the_header_may_stand_further_down(tmp_path: Path) -> None:
    content = f"Udtræk;;\n\n{GOOD}".encode()
    assert read_bytes(tmp_path, content, header_row=3).rows == ROWS
    assert read_bytes(tmp_path, content, header_row=3).numbers == [1, 2]


@pytest.mark.parametrize("above", ["Person;;Dato\n", "sep=;\n", "Udtræk\n\n2026\n"])
def test_a_header_that_stands_further_down_is_told(tmp_path: Path, above: str) -> None:
    line = above.count("\n") + 1
    with pytest.raises(RegisterError) as caught:
        read_bytes(tmp_path, (above + GOOD).encode())
    assert f"the columns are named in line {line}: state header_row = {line} for the role" in str(caught.value)
    assert read_bytes(tmp_path, (above + GOOD).encode(), header_row=line).rows == ROWS


def test_a_header_row_beyond_the_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="line 9 names none of the columns"):
        read_bytes(tmp_path, GOOD.encode(), header_row=9)


def test_the_header_of_a_file_joined_to_another_is_no_row(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, (GOOD + HEADER + '3;"a\nb";\nno;name;1\n' + HEADER).encode())
    assert [r[0] for r in found.rows] == ["1", "2", "3", "no"]
    assert [(row, reason) for row, reason, _ in found.refused] == [
        (3, "the header stands there again"),
        (6, "the header stands there again"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("علي بن أحمد", "علي بن أحمد"),
        ("\u202eעלי\u202c \u2066x\u2069", "עלי x"),
        ("a \u200b b", "a b"),
        ("A\u200b\u030a", "Å"),
        ("Å\x1b[31mse\x07", "Å[31mse"),
        ("\ufeffBo\u00ad", "Bo"),
        ("\t Bo\u2003Ib\u3000", "Bo Ib"),
        ("\u200e", None),
    ],
)
def test_letters_stay_and_what_cannot_be_seen_goes(tmp_path: Path, written: str, meant: str | None) -> None:
    assert read_bytes(tmp_path, f"{HEADER}1;{written};\n".encode()).rows == [("1", meant, None)]


@pytest.mark.parametrize("day", ["1900-01-00", "0000-00-00", "9999-12-31", "1900-02-29", "31/12/1899"])
def test_dates_are_text_to_the_reader(tmp_path: Path, day: str) -> None:
    assert read_bytes(tmp_path, f"{HEADER}1;Bo;{day}\n".encode()).rows == [("1", "Bo", day)]


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    names = [*COLUMNS, *(f"c{n}" for n in range(9_997))]
    rows = "".join(f"{n};Bo;" + ";" * 9_997 + "\n" for n in range(200))
    found = read_bytes(tmp_path, (";".join(names) + "\n" + rows).encode())
    assert len(found.rows) == 200
    assert found.rows[7] == ("7", "Bo", None)


def test_more_columns_than_any_sheet_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="more than 16384 columns"):
        read_bytes(tmp_path, (HEADER.strip() + ";x" * 20_000 + "\n").encode())


def test_a_role_may_have_its_own_encoding_and_delimiter(tmp_path: Path) -> None:
    from loaders import load, read_mapping

    (tmp_path / "a.csv").write_bytes(b"no,name\n1,M\xf8ller\n")
    (tmp_path / "a.toml").write_text(
        '[register]\nname = "a"\nsynthetic = true\nextract_date = 2024-01-01\n[register.files]\n'
        'p = { path = "a.csv", encoding = "latin-1", delimiter = "," }\n'
        '[persons.p]\nfrom = "p"\nrecord_id = "no"\nsurname = "name"\n'
    )
    assert load([read_mapping(tmp_path / "a.toml")]).tables["persons"]["surname"].to_pylist() == ["Møller"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><table>", "is XML or HTML (export it as CSV)"),
        (b'[{"no": 1}]', "is one JSON list (write one object per line)"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old or an encrypted workbook (save it as .xlsx"),
        (b"SQLite format 3\0", 'is an SQLite database (like cases = { url = "sqlite:///cases.db"'),
        (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive (unpack it"),
        (b"(\xb5/\xfd....", "is packed with Zstandard (unpack it"),
    ],
)
def test_what_is_no_register_is_told_for_what_it_is(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(RegisterError) as caught:
        read_bytes(tmp_path, content)
    assert says in str(caught.value)


def test_no_message_repeats_the_first_row_of_a_file_without_header(tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as caught:
        read_bytes(tmp_path, b"1;Hemmelig;1980-01-31\n2;Andet;\n")
    assert "Hemmelig" not in str(caught.value)
    assert "line 1 names none of the columns: is it the header?" in str(caught.value)


def test_a_file_is_read_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "m.xlsx").write_bytes(gzip.compress(GOOD.encode()))
    assert read(wanted(tmp_path / "m.xlsx")).rows == ROWS
