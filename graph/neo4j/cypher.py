"""Read-only Cypher over a published graph."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import neo4j
from neo4j.exceptions import ClientError, ServiceUnavailable, SessionExpired, TransientError
from neo4j.graph import Node, Relationship
from neo4j.graph import Path as GraphPath
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

from graph.errors import CypherRefusedError, Neo4jError
from graph.grant import Grant
from graph.neo4j.build import Build, read_build
from graph.neo4j.catalogue import query
from graph.neo4j.connection import Connection, first_sentence, open_driver, told_plainly
from graph.neo4j.guard import check_plan, check_words

ROW_LIMIT = 10_000
TIMEOUT_SECONDS = 30.0

_ACCESS_MODE = "Neo.ClientError.Statement.AccessMode"
_OUT_OF_MEMORY = ("OutOfMemoryError", "TransactionOutOfMemoryError")
_TIMED_OUT = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration")


@dataclass(frozen=True, slots=True)
class CypherResult:
    """An answer: columns, rows of JSON values, whether rows were cut off at the limit, and of which build."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool
    build: str

    def records(self) -> list[dict[str, Any]]:
        """Each row as a mapping from column to value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Reader:
    """Asks one server many times over one driver; made by :func:`open_reader`."""

    def __init__(self, driver: neo4j.Driver, connection: Connection, *, build: str | None = None) -> None:
        self._driver = driver
        self._connection = connection
        self._build = build

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any],
        grant: Grant,
        *,
        today: dt.date,
        limit: int = ROW_LIMIT,
        timeout: float = TIMEOUT_SECONDS,
    ) -> CypherResult:
        """Run a free statement, after making sure that it only reads.

        Raises:
            GrantError: The grant does not hold today.
            CypherRefusedError: The statement would write, call, load or steer anything.
            Neo4jError: No complete build, a malformed statement, a wrong parameter, a timeout.
        """
        grant.check(today)
        check_words(statement)
        self._explain(statement, parameters, timeout)
        return self._read(statement, parameters, limit=limit, timeout=timeout)

    def query(
        self,
        name: str,
        parameters: Mapping[str, Any],
        grant: Grant,
        *,
        today: dt.date,
        timeout: float = TIMEOUT_SECONDS,
    ) -> CypherResult:
        """Run a query of the catalogue by name; its rows are never cut off.

        The right to see a child's own roles comes from the grant: ``own_roles`` cannot be passed.

        Raises:
            GrantError: The grant does not hold today.
            Neo4jError: No such query, a parameter missing or unknown, no complete build, a timeout.
        """
        grant.check(today)
        asked = query(name)
        bound = asked.bind(parameters, own_roles=grant.own_roles_of_children)
        return self._read(asked.text, bound, limit=None, timeout=timeout)

    def _explain(self, statement: str, parameters: Mapping[str, Any], timeout: float) -> None:
        """Refuse what the server would not plan as reading."""
        with self._transaction(timeout) as transaction, _known_kinds():
            summary = transaction.run("EXPLAIN " + statement, dict(parameters)).consume()
        check_plan(summary.query_type, summary.plan)

    def _read(
        self, statement: str, parameters: Mapping[str, Any], *, limit: int | None, timeout: float
    ) -> CypherResult:
        with self._transaction(timeout) as transaction:
            before = self._expected_build(transaction)
            with _known_kinds():
                result = transaction.run(statement, dict(parameters))
            columns = list(result.keys())
            found = list(result) if limit is None else result.fetch(limit + 1)
            if limit is None or len(found) <= limit:
                self._check_same(transaction, before.id)
        truncated = limit is not None and len(found) > limit
        rows = [[to_json(value) for value in record.values()] for record in found[:limit]]
        return CypherResult(columns, rows, truncated, before.id)

    def _expected_build(self, transaction: neo4j.Transaction) -> Build:
        held = read_build(transaction)
        if self._build is not None and held.id != self._build:
            problem = f"Neo4j holds build {held.id}, not {self._build}"
            raise Neo4jError(problem, hint=f"publish it: kintrace publish {self._build} --to neo4j")
        return held

    def _check_same(self, transaction: neo4j.Transaction, build: str) -> None:
        if read_build(transaction).id != build:
            raise Neo4jError("the graph was published anew while this was read", hint="ask again")

    @contextmanager
    def _transaction(self, timeout: float) -> Iterator[neo4j.Transaction]:
        """A transaction that cannot write, ends itself after ``timeout`` seconds and is always rolled back."""
        # Told here and not only around the driver: a caller may catch the error and go on asking.
        with (
            told_plainly(self._connection),
            self._driver.session(database=self._connection.database, default_access_mode=neo4j.READ_ACCESS) as session,
        ):
            try:
                with session.begin_transaction(timeout=timeout) as transaction:
                    yield transaction
                    transaction.rollback()
            except ClientError as error:
                code = error.code or ""
                if code == _ACCESS_MODE:
                    raise CypherRefusedError("the statement is a write", hint="this gate only reads") from error
                if code.endswith(_TIMED_OUT):
                    hint = "narrow the statement, or allow it more time"
                    raise Neo4jError(f"the statement was stopped after {timeout:g} s", hint=hint) from error
                raise Neo4jError(f"Neo4j refused the statement: {first_sentence(error)}") from error
            except TransientError as error:
                if not (error.code or "").endswith(_OUT_OF_MEMORY):
                    raise
                hint = "let it aggregate, or return fewer and smaller values"
                raise Neo4jError("the statement was stopped: it takes too much memory", hint=hint) from error
            except (ServiceUnavailable, SessionExpired) as error:
                hint = "is Neo4j running (`kintrace neo4j status`)? if so, the answer was too large: return less"
                raise Neo4jError("the connection broke while the statement ran", hint=hint) from error


@contextmanager
def open_reader(connection: Connection, *, build: str | None = None) -> Iterator[Reader]:
    """A reader over one driver, for as long as the ``with`` lasts.

    With ``build``, it answers from that build alone: a grant is given for one run, and must not open
    whatever else the server happens to hold.

    Raises:
        Neo4jError: The server cannot be reached.
    """
    with open_driver(connection) as driver:
        yield Reader(driver, connection, build=build)


def run_cypher(
    connection: Connection,
    statement: str,
    parameters: Mapping[str, Any],
    grant: Grant,
    *,
    today: dt.date,
    limit: int = ROW_LIMIT,
) -> CypherResult:
    """One free statement over a connection of its own, under the usual timeout; see :meth:`Reader.run`."""
    with open_reader(connection) as reader:
        return reader.run(statement, parameters, grant, today=today, limit=limit)


@contextmanager
def _known_kinds() -> Iterator[None]:
    """Say plainly that a parameter cannot be sent."""
    try:
        yield
    except (TypeError, ValueError, OverflowError) as error:
        hint = "text, whole and real numbers, flags, dates, lists and mappings of them"
        raise Neo4jError("a parameter is of a kind that Neo4j does not know", hint=hint) from error


def to_json(value: Any) -> Any:
    """A value of the driver as JSON knows it: dates as ISO text, nodes as label and properties.

    >>> to_json({"day": Date(2020, 2, 29), "n": [1, float("nan")]})
    {'day': '2020-02-29', 'n': [1, None]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    for kinds, convert in _CONVERSIONS:
        if isinstance(value, kinds):
            return convert(value)
    return str(value)


def _node(node: Any) -> dict[str, Any]:
    return {"labels": sorted(node.labels), "properties": _mapping(dict(node))}


def _relationship(relationship: Any) -> dict[str, Any]:
    return {"type": relationship.type, "properties": _mapping(dict(relationship))}


def _path(path: Any) -> dict[str, Any]:
    return {"nodes": [_node(n) for n in path.nodes], "relationships": [_relationship(r) for r in path.relationships]}


def _mapping(value: Any) -> dict[str, Any]:
    return {str(key): to_json(value[key]) for key in sorted(value)}


_CONVERSIONS: list[tuple[type | tuple[type, ...], Callable[[Any], Any]]] = [
    ((Date, DateTime, Time, Duration), lambda value: value.iso_format()),
    ((dt.date, dt.time), lambda value: value.isoformat()),
    (Node, _node),
    (Relationship, _relationship),
    (GraphPath, _path),
    (dict, _mapping),
    (Point, lambda value: [float(part) for part in value]),
    ((list, tuple), lambda value: [to_json(one) for one in value]),
    ((bytes, bytearray), lambda value: bytes(value).hex()),
]
