"""A real Neo4j Community server of one's own: up, down, status.

It runs as a program of its own, on the loopback interface only, under a random password that only
the file's owner can read. Everything it keeps is in one home folder; deleting that forgets it.
"""

from __future__ import annotations

import json
import secrets
import string
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import neo4j
from neo4j.exceptions import AuthError, DriverError
from neo4j.exceptions import Neo4jError as ServerError

from graph.errors import Neo4jError
from graph.neo4j import process
from graph.neo4j.connection import Connection, silence_driver
from graph.neo4j.jars import jar_folder, resolve_jars
from graph.neo4j.java import GET_JAVA, GET_MAVEN, Java, find_java, find_maven, require_java
from graph.neo4j.settings import ENTRY_POINT, FREE_PORT, USER, VERSION, ServerSettings, configuration, default_cache

STOP_SECONDS = 120.0
OVERHEAD_MB = 256
"""What the Java process takes beyond heap and page cache."""

_FIRST_PASSWORD = "neo4j"  # noqa: S105 (the vendor's well-known one, replaced at the first start)
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Running:
    """What the state file says of a started server."""

    pid: int
    mark: str
    bolt_port: int
    http_port: int
    java: int


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a server runs, and where; ``log`` is the file to read when it does not."""

    running: bool
    uri: str | None
    http: str | None
    pid: int | None
    java: int | None
    password_file: Path
    log: Path


PORT_SECONDS = 5.0
"""How long a port may still be held by a server that has just ended."""


class Server:
    """A local server with its home folder.

    ``environ`` is where Java, Maven and the cache folder are looked for: the caller's environment.
    """

    def __init__(self, home: Path, environ: Mapping[str, str], *, settings: ServerSettings | None = None) -> None:
        self.home = home.absolute()
        self.settings = settings or ServerSettings()
        self._environ = environ
        self.password_file = self.home / "password"
        self._state_file = self.home / "server.json"
        self._log = self.home / "logs" / "neo4j.log"

    def up(self) -> Connection:
        """Start the server if it does not run, and give the way in.

        Raises:
            Neo4jError: No Java, no jars and no way to get them, a busy port, too little memory, a
                server that ends or does not answer in time (with the last lines of its log).
        """
        self._prepare_home()
        with process.file_lock(self.home / "lock"):
            running = self._running()
            if running is None:
                running = self._start()
            return self._connection(running.bolt_port)

    def down(self) -> bool:
        """Stop the server and wait until it has ended; False when none was running.

        Raises:
            Neo4jError: It still runs after :data:`STOP_SECONDS`.
        """
        if not self.home.is_dir():
            return False
        with process.file_lock(self.home / "lock"):
            running = self._running()
            if running is not None and not process.stop(running.pid, running.mark, STOP_SECONDS):
                problem = f"Neo4j (process {running.pid}) has not stopped after {STOP_SECONDS:.0f} s"
                raise Neo4jError(problem, where=str(self.home), hint=f"see {self._log}")
            self._state_file.unlink(missing_ok=True)
            return running is not None

    def status(self) -> Status:
        """What runs now; a state file left by a server that died counts as nothing."""
        running = self._running()
        return Status(
            running=running is not None,
            uri=f"bolt://{process.LOOPBACK}:{running.bolt_port}" if running else None,
            http=f"http://{process.LOOPBACK}:{running.http_port}" if running else None,
            pid=running.pid if running else None,
            java=running.java if running else None,
            password_file=self.password_file,
            log=self._log,
        )

    def connection(self) -> Connection:
        """The way into the running server.

        Raises:
            Neo4jError: It does not run.
        """
        running = self._running()
        if running is None:
            raise Neo4jError("Neo4j is not running", where=str(self.home), hint="start it with `kintrace neo4j up`")
        return self._connection(running.bolt_port)

    def _connection(self, bolt_port: int) -> Connection:
        return Connection(f"bolt://{process.LOOPBACK}:{bolt_port}", USER, self.password_file)

    def _prepare_home(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name in ("conf", "data", "logs", "import", "plugins", "run"):
                (self.home / name).mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            problem = f"the server's home cannot be made: {error.strerror}"
            raise Neo4jError(problem, where=str(self.home)) from error

    def _running(self) -> Running | None:
        """The live server of this home; None when the state file is missing, broken or stale."""
        try:
            running = Running(**json.loads(self._state_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return running if process.is_alive(running.pid, running.mark) else None

    def _start(self) -> Running:
        java = require_java(self.settings.java) if self.settings.java else find_java(self._environ)
        jars = resolve_jars(default_cache(self._environ), self._environ)
        bolt, http = self._ports()
        self._check_memory()
        text = configuration(bolt, http, self.settings)
        process.write_private(self.home / "conf" / "neo4j.conf", text)
        logged = self._log.stat().st_size if self._log.exists() else 0
        pid = self._launch(java, jars)
        running = Running(pid, process.birth_mark(pid), bolt, http, java.major)
        process.write_private(self._state_file, json.dumps(asdict(running)))
        try:
            self._wait_until_ready(running, logged)
            self._claim(self._connection(bolt))
        except BaseException:
            # Also on Ctrl-C: a half-started server nobody knows the password of must not stay.
            if not process.stop(pid, running.mark, 30.0):
                process.kill(pid, running.mark)
            self._state_file.unlink(missing_ok=True)
            raise
        return running

    def _launch(self, java: Java, jars: Path) -> int:
        """Start Java; nothing on its command line or in its environment is secret."""
        heap = self.settings.heap_mb
        command = [
            str(java.program),
            f"-Xms{min(heap, 256)}m",
            f"-Xmx{heap}m",
            "-cp",
            f"{jars}/*",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            ENTRY_POINT,
            f"--home-dir={self.home}",
            f"--config-dir={self.home / 'conf'}",
        ]
        kept = {name: self._environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ") if name in self._environ}
        try:
            return process.start_detached(command, kept, self.home / "logs" / "console.log")
        except OSError as error:
            raise Neo4jError(f"Java cannot be started: {error.strerror}", where=str(java.program)) from error

    def _ports(self) -> tuple[int, int]:
        spare = iter(process.free_ports(2))
        chosen = []
        for name, port in (("Bolt", self.settings.bolt_port), ("HTTP", self.settings.http_port)):
            if port != FREE_PORT and not process.port_becomes_free(port, PORT_SECONDS):
                problem = f"port {port} ({name}) is already in use by another program"
                raise Neo4jError(problem, where=process.LOOPBACK, hint="stop that program, or choose another port")
            chosen.append(next(spare) if port == FREE_PORT else port)
        return chosen[0], chosen[1]

    def _check_memory(self) -> None:
        wanted = self.settings.heap_mb + self.settings.page_cache_mb + OVERHEAD_MB
        free = process.available_memory_mb()
        if free is not None and free < wanted:
            problem = f"Neo4j would need {wanted} MB of memory and {free} MB are available"
            raise Neo4jError(problem, hint="close other programs, or set a smaller heap and page cache")

    def _wait_until_ready(self, running: Running, logged: int) -> None:
        """Return once the log says started; its first ``logged`` bytes are of earlier starts."""
        end = time.monotonic() + self.settings.start_seconds
        while b"INFO  Started." not in self._log_bytes(logged):
            if not process.is_alive(running.pid, running.mark):
                raise Neo4jError(f"Neo4j ended while starting; {self._last_lines(logged)}", where=str(self._log))
            if time.monotonic() > end:
                problem = f"Neo4j did not start within {self.settings.start_seconds:.0f} s; {self._last_lines(logged)}"
                raise Neo4jError(problem, where=str(self._log))
            time.sleep(0.1)

    def _log_bytes(self, skip: int) -> bytes:
        try:
            with self._log.open("rb") as log:
                log.seek(skip)
                return log.read()
        except OSError:
            return b""

    def _last_lines(self, skip: int) -> str:
        """The end of the server's log, or of its console where the log says nothing."""
        lines = self._log_bytes(skip).decode(errors="replace").splitlines()
        console = self.home / "logs" / "console.log"
        if len(lines) < 2 and console.exists():
            lines = console.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line.strip() for line in lines]
        shown = [line for line in told if line and not line.startswith(("at ", "... "))][-6:]
        return "its log ends: " + " | ".join(shown) if shown else "its log is empty"

    def _claim(self, connection: Connection) -> None:
        """Make sure the password in the file is the server's; at the first start, set it.

        The file is written before the server is told, so that a stop between the two locks nobody out.
        """
        if not self.password_file.exists():
            new = "".join(secrets.choice(_ALPHABET) for _ in range(32))
            process.write_private(self.password_file, new + "\n")
        secret = connection.password()
        silence_driver()
        try:
            if not _accepts(connection, secret):
                _change_password(connection, secret)
        except AuthError as error:
            hint = "put the right password back, or delete the server's home to start afresh"
            raise Neo4jError(
                "the password file is not this server's", where=str(self.password_file), hint=hint
            ) from error
        except (DriverError, ServerError) as error:
            raise Neo4jError("Neo4j started but does not let us in", where=connection.uri) from error


def _accepts(connection: Connection, secret: str) -> bool:
    """Whether the server takes this password."""
    with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.user, secret)) as driver:
        try:
            driver.verify_authentication()
            driver.execute_query("RETURN 1", database_=connection.database)
        except AuthError:
            return False
    return True


def _change_password(connection: Connection, secret: str) -> None:
    auth = (connection.user, _FIRST_PASSWORD)
    with neo4j.GraphDatabase.driver(connection.uri, auth=auth) as driver, driver.session(database="system") as session:
        session.run("ALTER CURRENT USER SET PASSWORD FROM $old TO $new", old=_FIRST_PASSWORD, new=secret).consume()


def missing_parts(environ: Mapping[str, str], *, fetch: bool = True) -> list[str]:
    """What a server lacks on this machine, each with the command that gets it; empty when it can start.

    With ``fetch`` the jars are fetched where only they are missing, so that an empty answer is a promise.
    """
    missing: list[str] = []
    try:
        find_java(environ)
    except Neo4jError:
        missing.append(f"Java 17 or 21 for Neo4j: {GET_JAVA}")
    if jar_folder(default_cache(environ)).is_dir():
        return missing
    if find_maven(environ) is None:
        missing.append(f"Maven, which fetches Neo4j {VERSION} once: {GET_MAVEN}")
    if fetch and not missing:
        try:
            resolve_jars(default_cache(environ), environ)
        except Neo4jError as error:
            missing.append(f"Neo4j {VERSION}: {error}")
    return missing
