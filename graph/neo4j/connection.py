"""Where a server is and how to log in: a value that names the password's file and never holds the password."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import neo4j
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, ServiceUnavailable, SessionExpired
from neo4j.exceptions import Neo4jError as ServerError

from graph.errors import Neo4jError

DATABASE = "neo4j"
"""The one user database of Community edition."""

_NOWHERE = logging.NullHandler()


@dataclass(frozen=True, slots=True)
class Connection:
    """A Neo4j server: ``uri`` as the driver takes it, the user, and the file that holds the password.

    A local server's connection comes from :meth:`graph.neo4j.Server.up`; a team's from its settings
    (``NEO4J_URI``, user, password file).
    """

    uri: str
    user: str
    password_file: Path
    database: str = DATABASE

    def password(self) -> str:
        """The password, read when it is used.

        Raises:
            Neo4jError: The file cannot be read or is empty.
        """
        try:
            secret = self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Neo4jError(
                "the password file of Neo4j cannot be read",
                where=str(self.password_file),
                hint="start the server with `kintrace neo4j up`, or name the right file",
            ) from error
        if not secret:
            raise Neo4jError("the password file of Neo4j is empty", where=str(self.password_file))
        return secret


@contextmanager
def open_driver(connection: Connection) -> Iterator[neo4j.Driver]:
    """A driver that has reached the server and logged in, closed afterwards.

    Raises:
        Neo4jError: The server does not answer, refuses the login, or the URI is malformed; and for
            whatever the server or the driver raises inside the ``with``.
    """
    with told_plainly(connection), _driver(connection) as driver:
        driver.verify_connectivity()
        yield driver


def silence_driver() -> None:
    """Keep the driver's log lines off the terminal: what goes wrong comes as an error that says what to do."""
    logger = logging.getLogger("neo4j")
    logger.addHandler(_NOWHERE)
    logger.propagate = False


def _driver(connection: Connection) -> neo4j.Driver:
    silence_driver()
    try:
        return neo4j.GraphDatabase.driver(
            connection.uri,
            auth=(connection.user, connection.password()),
            notifications_min_severity="OFF",
            connection_acquisition_timeout=30,
            max_transaction_retry_time=15,
        )
    except (ConfigurationError, ValueError) as error:
        hint = "for example bolt://127.0.0.1:7687"
        raise Neo4jError("this is no address of a Neo4j server", where=connection.uri, hint=hint) from error


@contextmanager
def told_plainly(connection: Connection) -> Iterator[None]:
    """Turn the driver's errors into a :class:`Neo4jError` that says what to do."""
    where = connection.uri
    try:
        yield
    except AuthError as error:
        hint = f"is {connection.password_file} this server's password file?"
        raise Neo4jError(f"Neo4j refused the login of user {connection.user}", where=where, hint=hint) from error
    except (ServiceUnavailable, SessionExpired) as error:
        hint = "is it running? `kintrace neo4j status`"
        raise Neo4jError("Neo4j does not answer, or the connection broke", where=where, hint=hint) from error
    except ServerError as error:
        raise Neo4jError(f"Neo4j gave {error.code}: {first_sentence(error)}", where=where) from error
    except DriverError as error:
        raise Neo4jError(f"the Neo4j driver gave up: {error}", where=where) from error


def first_sentence(error: ServerError) -> str:
    """What the server said, without its quotation of the statement, which may hold personal data."""
    message = " ".join(str(error.message or "").split())
    return message.split(' "', 1)[0][:400]
