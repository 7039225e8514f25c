"""Person tables read without a mapping: what cannot be read is told with its place and the fix."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loaders.errors import RegisterError
from loaders.text_tables import read_text_table

GOOD = "no;given;name\n1;Åse;Møller\n2;Bo;Lund\n"


def _read(folder: Path, content: bytes) -> pa.Table:
    (folder / "m.csv").write_bytes(content)
    return read_text_table([folder / "m.csv"])


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_way_to_write_one_table_gives_the_same(tmp_path: Path, encoding: str, ends: str) -> None:
    table = _read(tmp_path, GOOD.replace("\n", ends).encode(encoding))
    assert table.to_pydict() == {"no": ["1", "2"], "given": ["Åse", "Bo"], "name": ["Møller", "Lund"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("\n", "\r"), "line 1: lines end in a carriage return only (export it again"),
        (GOOD.replace("\n", "\r", 1), "line 1: lines end in a carriage return only (export it again"),
        (GOOD + "3;Ib\n", "line 4: not a regular table: 2 columns instead of 3 (one header"),
        (GOOD + "\n\n3;Ib;Hemmelig;more\n", "line 6: not a regular table: 4 columns instead of 3"),
        (GOOD + '3;Ib;"Dam\nBech"\n4;Hemmelig\n', "line 6: not a regular table: 2 columns instead of 3"),
        (GOOD.replace("given", "name"), "line 1: columns 2 and 3 have the same name (give every column"),
        ("a;b;;\n1;2;;\n", "line 1: columns 3 and 4 have the same name"),
        ("", "the file is empty"),
        (GOOD + "3;I\0b;Hemmelig\n", "NUL byte in line 4"),
    ],
)
def test_an_irregular_table_is_told_with_line_and_fix(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RegisterError) as caught:
        _read(tmp_path, text.encode())
    assert str(caught.value).startswith(str(tmp_path / "m.csv"))
    assert says in str(caught.value)
    assert "Hemmelig" not in str(caught.value)


def test_a_headerless_table_is_told_without_its_values(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="columns 1 and 2 have the same name") as caught:
        _read(tmp_path, b"Hemmelig;Hemmelig\nA;B\n")
    assert "Hemmelig" not in str(caught.value)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(2), pa.dictionary(pa.int32(), pa.binary())])
def test_bytes_in_parquet_are_text_or_are_told_with_row_and_column(tmp_path: Path, kind: pa.DataType) -> None:
    file = tmp_path / "m.parquet"
    pq.write_table(pa.table({"no": [1, 2], "name": pa.array([b"Bo", "Åe".encode()[:2]]).cast(kind)}), file)
    assert read_text_table([file]).to_pydict() == {"no": ["1", "2"], "name": ["Bo", "Å"]}
    pq.write_table(pa.table({"no": [1, 2], "name": pa.array([b"Bo", b"\xc5e"]).cast(kind)}), file)
    with pytest.raises(RegisterError, match=r"m\.parquet, row 2, column name: a value is no UTF-8 text \(write"):
        read_text_table([file])


def test_text_in_parquet_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "m.parquet"
    lying = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xc5e"]).buffers())
    pq.write_table(pa.table({"name": lying}), file)
    with pytest.raises(RegisterError, match="row 1, column name: a value is no UTF-8 text"):
        read_text_table([file])


def test_parquet_with_equal_names_or_damage_is_told(tmp_path: Path) -> None:
    file = tmp_path / "m.parquet"
    pq.write_table(pa.table([pa.array(["a"]), pa.array(["b"])], names=["x", "x"]), file)
    with pytest.raises(RegisterError, match="columns 1 and 2 have the same name"):
        read_text_table([file])
    file.write_bytes(b"PAR1" + b"x" * 50)
    with pytest.raises(RegisterError, match="Parquet file is damaged"):
        read_text_table([file])
