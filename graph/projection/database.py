"""An in-memory DuckDB that lends its joins to the projection; nothing is kept in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from linkage.tables import TableShape


class Database:
    """Arrow tables by name, and queries over them with Arrow results."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def add(self, name: str, table: pa.Table) -> None:
        """Make a table known under a name."""
        self._connection.register(name, table)

    def keep(self, name: str, sql: str) -> None:
        """Compute a query once and keep its result under a name."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def drop(self, name: str) -> None:
        """Empty a result that was kept, which frees its memory."""
        self.keep(name, "SELECT 1 AS nothing WHERE false")

    def arrow(self, sql: str) -> pa.Table:
        """The result of a query."""
        result: pa.Table = self._connection.sql(sql).to_arrow_table()
        return result

    def shaped(self, sql: str, shape: TableShape) -> pa.Table:
        """The result of a query, cast to a declared shape (columns matched by name).

        Raises:
            TableError: The result does not fit the shape.
        """
        found = self.arrow(sql)
        columns = [found.column(f.name).cast(f.type) for f in shape.schema if f.name in found.column_names]
        names = [f.name for f in shape.schema if f.name in found.column_names]
        return shape.check(pa.table(columns, names=names))


@contextmanager
def open_database(tables: Mapping[str, pa.Table]) -> Iterator[Database]:
    """A database that knows ``tables``, closed at the end."""
    connection = duckdb.connect(":memory:")
    try:
        database = Database(connection)
        for name, table in tables.items():
            database.add(name, table)
        yield database
    finally:
        connection.close()
