"""Registers in a real PostgreSQL: types as text, a stream from the server, a transaction that cannot write."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loaders.errors import RegisterError
from loaders.mapping.model import Database
from loaders.readers import database, open_register_file
from tests.loaders.postgres import PASSWORD, Server, running_server
from tests.loaders.reading import COLUMNS, ROWS, Read, read, wanted

pytestmark = pytest.mark.postgres

WORLD = """
CREATE SCHEMA police;
CREATE TABLE police.members (no numeric(10,2) PRIMARY KEY, name text, born date);
INSERT INTO police.members VALUES (2, ' Lund ', NULL), (1, 'Møller', '1980-01-31');
CREATE TABLE kinds
    (no int PRIMARY KEY, stamp timestamptz, truth bool, amount numeric, id uuid, parts text[], raw bytea);
INSERT INTO kinds VALUES (1, '2024-01-31 22:30+00', true, 12.50, '00000000-0000-0000-0000-000000000001', NULL, 'Bo'),
                         (2, NULL, NULL, 3.00, NULL, '{a}', NULL);
CREATE TABLE large AS SELECT n AS no, repeat('x', 1000) AS name FROM generate_series(1, 60000) n;
CREATE SEQUENCE journal;
CREATE ROLE reader LOGIN PASSWORD 'only-for-tests';
GRANT USAGE ON SCHEMA police TO reader;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    import psycopg

    with running_server() as running:
        with psycopg.connect(running.url(driver=""), password=PASSWORD, autocommit=True) as connection:
            connection.execute(WORLD)
        yield running


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUB_PASSWORD", PASSWORD)
    monkeypatch.setenv("PGTZ", "UTC")


def named(server: Server, user: str, **stated: Any) -> Database:
    return Database(url=server.url(user), password_env="CLUB_PASSWORD", **stated)  # noqa: S106


def ask(server: Server, columns: tuple[str, ...] = COLUMNS, *, user: str = "owner", **stated: Any) -> Read:
    return read(wanted(Path("members"), columns, database=named(server, user, **stated)))


def test_a_table_and_a_query_read_like_the_csv(server: Server) -> None:
    assert ask(server, table="police.members").rows == ROWS
    query = "SELECT no, name, born FROM police.members WHERE name LIKE '%' AND ':x' <> '%s' ORDER BY no"
    assert ask(server, query=query).rows == ROWS


def test_every_plain_type_is_text_and_others_refuse_their_row(server: Server) -> None:
    found = ask(server, ("no", "stamp", "truth", "amount", "id", "raw"), table="kinds")
    assert found.rows == [
        ("1", "2024-01-31", "true", "12.50", "00000000-0000-0000-0000-000000000001", "Bo"),
        ("2", None, None, "3", None, None),
    ]
    assert ask(server, ("no", "parts"), table="kinds").refused == [(2, "no plain value", "parts")]


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"query": "WITH gone AS (DELETE FROM kinds RETURNING *) SELECT * FROM gone"}, "refuses the statement"),
        ({"query": "SELECT nextval('journal') AS no"}, "ReadOnlySqlTransaction, 25006"),
        ({"query": "SELECT 1; DROP TABLE kinds"}, "the database refuses the statement"),
        ({"query": "SELECT 1; COMMIT; DROP TABLE kinds"}, "the database refuses the statement"),
        ({"table": "kind"}, "no such table (did you mean 'kinds'?)"),
        ({"table": "police.kinds"}, "no such table"),
        ({"query": "SELECT 'Hemmelig'::int AS no"}, "InvalidTextRepresentation, 22P02"),
    ],
)
def test_what_would_write_or_is_wrong_is_refused(server: Server, stated: dict[str, Any], says: str) -> None:
    with pytest.raises(RegisterError) as caught:
        ask(server, **stated)
    assert says in str(caught.value)
    assert "Hemmelig" not in str(caught.value)
    assert len(ask(server, ("no",), table="kinds").rows) == 2


def test_rights_and_passwords_are_the_databases_own(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RegisterError, match=r"InsufficientPrivilege, 42501\) \(may the account read the table"):
        ask(server, user="reader", table="police.members")
    monkeypatch.setenv("CLUB_PASSWORD", "hemmelig")
    with pytest.raises(RegisterError, match="cannot connect to the database") as caught:
        ask(server, table="police.members")
    assert "hemmelig" not in str(caught.value)


def test_rows_stream_from_the_server(server: Server) -> None:
    stated = named(server, "owner", table="large")
    tracemalloc.start()
    rows = sum(len(b.rows) for b in open_register_file(wanted(Path("x"), ("no", "name"), database=stated)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 60_000
    assert peak < 40_000_000


def test_a_statement_without_end_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_SECONDS", 1)
    with pytest.raises(RegisterError, match="QueryCanceled"):
        ask(server, ("no",), query="SELECT 1 AS no FROM pg_sleep(60)")
