"""Tables and queries of a database, streamed in a transaction that can only read.

The statement is the mapping author's own. The password comes from the environment and appears nowhere:
what a driver says of a failure may quote addresses and values, so only the kind of the failure is told.
"""

from __future__ import annotations

import os
import sqlite3
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from loaders.errors import RegisterError
from loaders.mapping.file import nearest
from loaders.mapping.model import Database
from loaders.readers.batches import Batch, Wanted, find_columns
from loaders.readers.finding import strays
from loaders.readers.frames import with_odd
from loaders.readers.plain import texts_of
from loaders.regular import RegisterFile

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult, Engine

_ROWS_PER_BATCH = 8_192
_SECONDS = 900
"""A database that gives no row for so long is taken to hang."""
_SQLITE = ("PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")
_READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
"""What is said first, so that nothing can be written; SQLite's file is opened for reading only."""
_INSTALL = 'pip install "kintrace[sql]"'


def _environment(name: str, wanted: Wanted) -> str:
    value = os.environ.get(name, "")
    if not value:
        problem = f"the environment variable {name} is not set"
        raise RegisterError(problem, where=wanted.name, hint="set it for this process only")
    return value


def _url(database: Database, wanted: Wanted) -> URL:
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        raise RegisterError("reading databases needs SQLAlchemy", where=wanted.name, hint=_INSTALL) from None
    stated = database.url or _environment(database.url_env or "", wanted)
    try:
        url = make_url(stated)
    except (ArgumentError, ValueError):
        hint = 'like "postgresql+psycopg://user@host/db" or "sqlite:///cases.db"'
        raise RegisterError("the database's URL cannot be read", where=wanted.name, hint=hint) from None
    return url.set(password=_environment(database.password_env, wanted)) if database.password_env else url


def _sqlite_file(url: URL, wanted: Wanted) -> Path:
    """The database's file, which must be a plain one and is never created."""
    path = Path(url.database or "")
    if not wanted.form.follow_links and strays(path, path.parent):
        hint = "name the file itself, or state follow_links = true for the role"
        raise RegisterError("a link leads out of its folder", where=wanted.name, hint=hint)
    with RegisterFile(path, wanted.name) as file:
        if file.handle.read(16) != b"SQLite format 3\0":
            raise RegisterError("is no SQLite database", where=wanted.name, hint="check its url")
    return path


class _Deadline:
    """When a database counts as hanging; put off with every batch."""

    def __init__(self) -> None:
        self.put_off()

    def put_off(self) -> None:
        self.at = time.monotonic() + _SECONDS

    def passed(self) -> bool:
        return time.monotonic() > self.at


def _sqlite(path: Path, deadline: _Deadline) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        # Read-only holds for this file; ATTACH would make another one, wherever the process stands.
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        for statement in _SQLITE:
            connection.execute(statement)
        connection.set_progress_handler(deadline.passed, 1_000_000)
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _engine(url: URL, wanted: Wanted, deadline: _Deadline) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    if url.get_backend_name() == "sqlite":
        return _sqlite(_sqlite_file(url, wanted), deadline)
    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (NoSuchModuleError, ArgumentError, TypeError):
        hint = 'like "postgresql+psycopg://user@host/db"'
        raise RegisterError("no such kind of database", where=wanted.name, hint=hint) from None
    except ImportError as error:
        hint = _INSTALL if url.get_backend_name() == "postgresql" else f"pip install {error.name or 'its driver'}"
        raise RegisterError("the database's driver is missing", where=wanted.name, hint=hint) from None


@contextmanager
def _connected(wanted: Wanted, database: Database, deadline: _Deadline) -> Iterator[Connection]:
    """A connection in a transaction that reads only and is never committed."""
    url = _url(database, wanted)
    from sqlalchemy import func, select
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    engine = _engine(url, wanted, deadline)
    step = "cannot connect to the database"
    try:
        with engine.connect() as plain:
            step = "the database refuses the statement"
            if engine.dialect.name == "postgresql":
                plain.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
            if engine.dialect.name in _READ_ONLY:
                plain.exec_driver_sql(_READ_ONLY[engine.dialect.name])
            if engine.dialect.name == "postgresql":
                limit = f"{_SECONDS}s"
                plain.execute(select(func.set_config("statement_timeout", limit, True)))
            connection = plain.execution_options(
                stream_results=True, max_row_buffer=_ROWS_PER_BATCH, no_parameters=True
            )
            yield connection
            connection.rollback()
    except DBAPIError as error:
        kind = type(error.orig).__name__
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        told = f"{step} ({kind}, {state})" if state else f"{step} ({kind})"
        raise RegisterError(told, where=wanted.name, hint=_hint(database, step)) from None
    except (SQLAlchemyError, sqlite3.Error) as error:
        told = f"{step} ({type(error).__name__})"
        raise RegisterError(told, where=wanted.name, hint=_hint(database, step)) from None
    finally:
        engine.dispose()


def _hint(database: Database, step: str) -> str:
    if step.startswith("cannot"):
        return "check url, network and password"
    return "try the query in a client of the database" if database.query else "may the account read the table?"


def _of_table(connection: Connection, table: str, wanted: Wanted) -> CursorResult[Any]:
    """The wanted columns of a table in the order of its key, so that rows keep their numbers."""
    from sqlalchemy import column, inspect, select
    from sqlalchemy import table as named
    from sqlalchemy.exc import NoSuchTableError

    schema, _, name = table.rpartition(".")
    inspector = inspect(connection)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Types that SQLAlchemy does not know are read as they come.
        try:
            columns = [c["name"] for c in inspector.get_columns(name, schema=schema or None)]
            key = inspector.get_pk_constraint(name, schema=schema or None).get("constrained_columns") or []
        except NoSuchTableError:
            known = [
                *inspector.get_table_names(schema=schema or None),
                *inspector.get_view_names(schema=schema or None),
            ]
            hint = nearest(name, known) or "check table and schema"
            raise RegisterError("no such table", where=f"{wanted.name}, table {table}", hint=hint) from None
    find_columns(columns, wanted)
    target = named(name, *(column(c) for c in columns), schema=schema or None)
    statement = select(*(target.c[c] for c in wanted.columns)).order_by(*(target.c[c] for c in key))
    return connection.execution_options(no_parameters=False).execute(statement)


def read_database(wanted: Wanted) -> Iterator[Batch]:
    """The wanted columns of a table or query, batch by batch; rows are numbered as they come, from 1.

    Raises:
        RegisterError: The database cannot be reached or refuses the statement, or a column is missing.
    """
    database = wanted.form.database or Database()
    deadline = _Deadline()
    with _connected(wanted, database, deadline) as connection:
        if database.query:
            result = connection.exec_driver_sql(database.query)
            positions = find_columns(list(result.keys()), wanted)
        else:
            result = _of_table(connection, database.table or "", wanted)
            positions = list(range(len(wanted.columns)))
        done = 0
        while rows := result.fetchmany(_ROWS_PER_BATCH):
            values = list(zip(*rows, strict=True))
            read = [texts_of(values[p]) for p in positions]
            table = pa.table([column for column, _ in read], names=list(wanted.columns))
            numbers = np.arange(done + 1, done + len(rows) + 1, dtype=np.int64)
            done += len(rows)
            yield with_odd(table, numbers, [(n, odd) for n, (_, odd) in zip(wanted.columns, read, strict=True)])
            deadline.put_off()
