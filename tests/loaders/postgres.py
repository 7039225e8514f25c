"""A PostgreSQL server for one test run: made in a temporary folder, reached through a socket, thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "only-for-tests"  # noqa: S105


def server_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, the newest version's if there are several."""
    debian = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    folders = sorted(debian, key=lambda p: int(p.parent.name) if p.parent.name.isdigit() else 0)
    return folders[-1] if folders else Path(on_path).parent if on_path else None


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    socket: Path

    def url(self, user: str = "owner", *, driver: str = "+psycopg") -> str:
        """The URL of its database, without a password."""
        return f"postgresql{driver}://{user}@/postgres?host={self.socket}"


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server as an unprivileged user, which PostgreSQL insists on, and stop it at the end."""
    programs = server_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="kintrace-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        log = (folder / "log").open("ab")
        with log:
            subprocess.run(command, check=True, user=user, cwd=folder, stdout=log, stderr=log, timeout=120)

    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    run("initdb", "-U", "owner", "-A", "scram-sha-256", "--pwfile", str(folder / "password"), "-N", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    run("pg_ctl", "-w", "-o", options, "start")
    try:
        yield Server(folder)
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)
