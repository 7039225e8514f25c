"""A long-lived process of our own: started apart from us, found again by its pid, stopped and waited for."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from graph.errors import Neo4jError

LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.1


def start_detached(command: list[str], environ: Mapping[str, str], output: Path) -> int:
    """Start a program in a session of its own, so that Ctrl-C here does not reach it; gives its pid.

    Both output streams are appended to ``output``; standard input is empty.

    Raises:
        OSError: The program cannot be started.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    # Python's own signal mask and handlers must not be inherited, or SIGTERM may never reach the program.
    defaults = [signal.SIGTERM, signal.SIGINT, signal.SIGPIPE]
    return os.posix_spawn(
        command[0], command, dict(environ), file_actions=streams, setsid=True, setsigmask=[], setsigdef=defaults
    )


def birth_mark(pid: int) -> str:
    """The moment a process began, as the kernel counts it; empty when no such process runs.

    A pid is used again for another process sooner or later; pid and birth mark together are not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The second field is the program's name in brackets and may hold blanks and brackets itself.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def is_alive(pid: int, mark: str) -> bool:
    """Whether the process with this birth mark runs.

    An empty mark is that of a process that had ended before anybody could look: it does not run.
    """
    return bool(mark) and birth_mark(pid) == mark


def stop(pid: int, mark: str, seconds: float) -> bool:
    """Ask a process to end and wait for it; False when it still runs after ``seconds``."""
    _send(pid, mark, signal.SIGTERM)
    return wait_until_gone(pid, mark, seconds)


def kill(pid: int, mark: str) -> None:
    """End a process at once."""
    _send(pid, mark, signal.SIGKILL)
    wait_until_gone(pid, mark, 10.0)


def _send(pid: int, mark: str, number: signal.Signals) -> None:
    if is_alive(pid, mark):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_until_gone(pid: int, mark: str, seconds: float) -> bool:
    """Whether the process with this birth mark, which was started here, ends within ``seconds``."""
    end = time.monotonic() + seconds
    while is_alive(pid, mark):
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    # A child that has ended stays a zombie until its parent waits for it; often we are not the parent.
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return True


LISTENING_PORTS = range(15_000, 32_000)


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def port_becomes_free(port: int, seconds: float) -> bool:
    """Whether a server can listen on the port now or within ``seconds``.

    A server that was killed is gone before the system has closed its sockets: that takes a moment.
    """
    end = time.monotonic() + seconds
    while not port_is_free(port):
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on at this moment, all different.

    They lie below the range from which systems draw the ports of outgoing connections: a server that is
    down for a moment would else find its port taken by somebody's connection, even by its own client's.
    """
    found: list[int] = []
    for port in random.SystemRandom().sample(LISTENING_PORTS, 500):
        if len(found) < count and port_is_free(port):
            found.append(port)
    if len(found) < count:
        raise Neo4jError("no free port was found", where=LOOPBACK, hint="name one")
    return found


def available_memory_mb() -> int | None:
    """Memory a new process could take, by the machine and by its control group; None where neither says."""
    limits = [limit for limit in (_machine_memory_mb(), _group_memory_mb()) if limit is not None]
    return min(limits, default=None)


def _machine_memory_mb() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _group_memory_mb() -> int | None:
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = (group / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return (int(limit) - int(used)) // 2**20 if limit.isdigit() and used.isdigit() else None


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold a file lock; the kernel lets go of it when the process ends, however it ends."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_private(path: Path, text: str) -> None:
    """Put a whole file in place at once, readable by its owner alone."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(scratch, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(handle, 0o600)
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    scratch.rename(path)
