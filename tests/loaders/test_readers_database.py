"""Tables and queries of databases: streamed, read only, and never with a password in sight."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from loaders import load, read_mapping
from loaders.errors import RegisterError
from loaders.mapping.model import Database
from loaders.readers import database, open_register_file
from loaders.readers.batches import Wanted
from tests.loaders.reading import COLUMNS, ROWS, Read, read, wanted

pytestmark = pytest.mark.sql

MAPPING = """\
[register]
name = "club"
synthetic = true
extract_date = 2024-05-01
date_formats = ["%d-%m-%Y"]
[register.files]
members = {stated}
[persons.member]
from = "members"
record_id = "no"
surname = "name"
birth_date = "born"
"""


@pytest.fixture
def club(tmp_path: Path) -> Path:
    file = tmp_path / "club.db"
    with sqlite3.connect(file) as connection:
        connection.execute('CREATE TABLE members (no INTEGER PRIMARY KEY, name TEXT, born DATE, "odd name;" BLOB)')
        connection.executemany(
            "INSERT INTO members VALUES (?, ?, ?, ?)",
            [(2, " Lund ", None, b"\xff"), (1, "Møller", "1980-01-31", b"Bo")],
        )
        endless = "WITH RECURSIVE n(no) AS (SELECT 1 UNION ALL SELECT no FROM n) SELECT * FROM n WHERE no > 1"
        connection.execute(f"CREATE VIEW endless AS {endless}")
    connection.close()
    return file


def ask(file: Path, columns: tuple[str, ...] = COLUMNS, **stated: Any) -> Read:
    return read(wanted(Path("members"), columns, database=Database(url=f"sqlite:///{file}", **stated)))


def test_a_table_reads_like_the_csv_in_the_order_of_its_key(club: Path) -> None:
    found = ask(club, table="members")
    assert found.rows == ROWS
    assert found.numbers == [1, 2]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM members ORDER BY no",
        "select no, name, born from members where name like '%' and ':x' <> '%s' order by no",
        "WITH m AS (SELECT * FROM members) SELECT name, no, born FROM m ORDER BY 2",
    ],
)
def test_a_query_is_run_as_it_stands(club: Path, query: str) -> None:
    assert ask(club, query=query).rows == ROWS


def test_odd_names_and_values_that_are_none(club: Path) -> None:
    found = ask(club, ("no", "odd name;"), table="members")
    assert found.rows == [("1", "Bo")]
    assert found.refused == [(2, "no plain value", "odd name;")]


def test_a_register_in_a_database_is_loaded_by_its_mapping(club: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(MAPPING.format(stated='{ url = "sqlite:///club.db", table = "members" }'))
    tables = load([read_mapping(file)]).tables
    assert tables["persons"]["surname"].to_pylist() == ["Møller", "Lund"]
    assert str(tables["persons"]["birth_date"][0]) == "1980-01-31"
    assert tables["refused"].num_rows == 0


def test_the_url_may_come_from_the_environment(club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = wanted(Path("members"), database=Database(url_env="CLUB_URL", table="members"))
    with pytest.raises(RegisterError, match="the environment variable CLUB_URL is not set"):
        read(asked)
    monkeypatch.setenv("CLUB_URL", f"sqlite:///{club}")
    assert read(asked).rows == ROWS


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"table": "member"}, "no such table (did you mean 'members'?)"),
        ({"query": "SELECT nothing FROM members"}, "the database refuses the statement (OperationalError"),
        ({"query": "SELECT no, name FROM members"}, "column born: no such column"),
        ({"query": "SELECT no, no, name, born FROM members"}, "the column stands there twice"),
        ({"query": "INSERT INTO members VALUES (3, 'x', null, null)"}, "refuses the statement"),
        ({"query": "SELECT 1; DELETE FROM members"}, "refuses the statement"),
        ({"query": "ATTACH DATABASE 'x.db' AS x"}, "refuses the statement"),
    ],
)
def test_what_cannot_be_read_is_told_without_the_url(
    club: Path, stated: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = club.read_bytes()
    monkeypatch.chdir(club.parent)  # where a statement that is carried out would leave its file
    with pytest.raises(RegisterError) as caught:
        ask(club, **stated)
    assert says in str(caught.value)
    assert str(club.parent) not in str(caught.value)
    assert club.read_bytes() == before
    assert sorted(p.name for p in club.parent.iterdir()) == ["club.db"]


def test_a_file_that_is_no_database_is_refused_and_none_is_made(tmp_path: Path) -> None:
    for content, says in (
        (None, "no such file"),
        (b"no;name", "is no SQLite database"),
        (b"", "is no SQLite database"),
    ):
        if content is not None:
            (tmp_path / "x.db").write_bytes(content)
        with pytest.raises(RegisterError, match=says):
            ask(tmp_path / "x.db", table="members")
        assert (tmp_path / "x.db").exists() == (content is not None)
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4_000)
    with pytest.raises(RegisterError, match=r"refuses the statement|cannot connect"):
        ask(tmp_path / "x.db", table="members")


def test_a_link_to_elsewhere_is_refused_unless_declared(club: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "club.db").symlink_to(club)
    stated = Database(url=f"sqlite:///{tmp_path}/here/club.db", table="members")
    with pytest.raises(RegisterError, match="a link leads out of its folder"):
        read(wanted(Path("members"), database=stated))
    assert read(wanted(Path("members"), database=stated, follow_links=True)).rows == ROWS


def test_a_view_without_end_is_given_up(club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_SECONDS", 1)
    start = time.monotonic()
    with pytest.raises(RegisterError, match="refuses the statement"):
        ask(club, ("no",), table="endless")
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+psycopg://user:hemmelig@127.0.0.1:1/x", "cannot connect to the database (OperationalError"),
        ("postgresql+psycopg://user:hemmelig@nowhere.invalid/x", "cannot connect to the database"),
        ("oracle+nodriver://user:hemmelig@host/x", "no such kind of database"),
        ("mysql+pymysql://user:hemmelig@127.0.0.1:1/x", "the database's driver is missing (pip install pymysql)"),
        ("user:hemmelig@host", "the database's URL cannot be read"),
        ("postgresql://user:hemmelig@host:port/x", "the database's URL cannot be read"),
    ],
)
def test_no_message_holds_a_password_or_a_host(monkeypatch: pytest.MonkeyPatch, url: str, says: str) -> None:
    monkeypatch.setenv("CLUB_URL", url)
    asked = wanted(Path("members"), database=Database(url_env="CLUB_URL", table="members"))
    with pytest.raises(RegisterError) as caught:
        read(asked)
    assert says in str(caught.value)
    assert not any(word in str(caught.value) for word in ("hemmelig", "127.0.0.1", "nowhere"))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_missing_packages_are_told_with_the_command(club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(RegisterError, match=r'reading databases needs SQLAlchemy \(pip install "kintrace\[sql\]"\)'):
        ask(club, table="members")


def test_a_large_table_comes_in_batches(tmp_path: Path) -> None:
    file = tmp_path / "big.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE members (no INTEGER PRIMARY KEY, name)")
        connection.executemany("INSERT INTO members VALUES (?, 'x')", ((n,) for n in range(50_001)))
    connection.close()
    asked = wanted(Path("x"), ("no", "name"), database=Database(url=f"sqlite:///{file}", table="members"))
    batches = list(open_register_file(asked))
    assert max(len(b.rows) for b in batches) <= 10_000
    assert batches[-1].rows[-1] == 50_001


def test_a_database_file_named_as_a_file_is_told(club: Path) -> None:
    with pytest.raises(RegisterError, match=r"is an SQLite database \(like cases = \{ url ="):
        read(Wanted(club, COLUMNS))
