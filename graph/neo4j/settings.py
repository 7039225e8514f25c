"""What a local Neo4j server is started with; every value an argument, nothing read from the surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = "5.26.19"
"""The release that is pinned and tested: the long-term support line, which runs on Java 17 or 21."""

ENTRY_POINT = "org.neo4j.server.CommunityEntryPoint"

USER = "neo4j"
"""The one user of Community edition."""

FREE_PORT = 0
"""Stands for "any free port", chosen when the server starts."""

TRANSACTION_MB = 256
"""What one statement may take of the heap: more than a batch of a publish, less than would end the server."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Ports, memory and patience of a local server.

    ``heap_mb`` and ``page_cache_mb`` bound what it may take; both together must be free when it
    starts. ``java`` overrides the search for a Java.
    """

    bolt_port: int = 7687
    http_port: int = 7474
    heap_mb: int = 1024
    page_cache_mb: int = 512
    start_seconds: float = 120.0
    java: Path | None = None


def default_cache(environ: Mapping[str, str]) -> Path:
    """Folder of everything that can be fetched again: ``$XDG_CACHE_HOME/kintrace``.

    >>> default_cache({"HOME": "/home/ann"}).as_posix()
    '/home/ann/.cache/kintrace'
    >>> default_cache({"HOME": "/home/ann", "XDG_CACHE_HOME": "/scratch"}).as_posix()
    '/scratch/kintrace'
    """
    base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or str(Path.home())) / ".cache")
    return Path(base) / "kintrace"


def configuration(bolt_port: int, http_port: int, settings: ServerSettings) -> str:
    """The text of ``neo4j.conf``: loopback only, silent to the outside, no file or network reading by Cypher.

    The query log stays off because statements and parameters can hold personal data.
    """
    lines = {
        "server.default_listen_address": "127.0.0.1",
        "server.default_advertised_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{bolt_port}",
        "server.bolt.advertised_address": f"127.0.0.1:{bolt_port}",
        "server.http.listen_address": f"127.0.0.1:{http_port}",
        "server.http.advertised_address": f"127.0.0.1:{http_port}",
        "server.https.enabled": "false",
        "server.memory.pagecache.size": f"{settings.page_cache_mb}m",
        "db.memory.transaction.max": f"{TRANSACTION_MB}m",
        "dbms.usage_report.enabled": "false",
        "dbms.security.auth_enabled": "true",
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
        "db.logs.query.enabled": "OFF",
        "db.logs.query.parameter_logging_enabled": "false",
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.retention_policy": "256M size",
        # Stopping waits twice for this long after the last connection has gone.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())
