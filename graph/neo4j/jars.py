"""The server's jars, fetched once from Maven Central into a cache folder.

The server is a separate program under its own licence (GPLv3): it is fetched by whoever runs it and
never part of this package.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from graph.errors import Neo4jError
from graph.neo4j.java import GET_MAVEN, Java, find_java, find_maven
from graph.neo4j.process import file_lock
from graph.neo4j.settings import VERSION

COPY_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
"""Pinned, so that two machines ask for the same thing."""

FETCH_SECONDS = 900

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kintrace</groupId><artifactId>neo4j-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{version}</version></dependency>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{version}</version></dependency>
  </dependencies>
</project>
"""


def jar_folder(cache: Path, version: str = VERSION) -> Path:
    """Where the jars of a version lie; the folder exists only when it is whole."""
    return cache / f"neo4j-{version}" / "lib"


def resolve_jars(cache: Path, environ: Mapping[str, str], version: str = VERSION) -> Path:
    """The folder of jars, fetched first where the cache does not hold it.

    Two processes that ask at once fetch once; a fetch that is interrupted leaves nothing behind
    that looks whole, because the folder is moved into place last.

    Raises:
        Neo4jError: There is no Java or Maven, or Maven could not fetch (its last lines are in the message).
    """
    folder = jar_folder(cache, version)
    if folder.is_dir():
        return folder
    java, maven = find_java(environ), find_maven(environ)
    if maven is None:
        problem = f"Maven is needed once, to fetch Neo4j {version}, and no mvn is on the PATH"
        raise Neo4jError(problem, hint=GET_MAVEN)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with file_lock(folder.parent / "fetch.lock"):
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetch-") as scratch:
                _fetch(maven, java, Path(scratch), environ, version=version)
                (Path(scratch) / "lib").rename(folder)
    return folder


def _fetch(maven: Path, java: Java, scratch: Path, environ: Mapping[str, str], *, version: str) -> None:
    """Let Maven copy every jar into ``scratch/lib``."""
    pom = scratch / "pom.xml"
    pom.write_text(_POM.format(version=version), encoding="utf-8")
    command = [str(maven), "-B", "-q", "-f", str(pom), COPY_DEPENDENCIES, "-DincludeScope=runtime"]
    surroundings = {**environ, "JAVA_HOME": str(java.home)}
    try:
        done = subprocess.run(  # noqa: S603
            [*command, f"-DoutputDirectory={scratch / 'lib'}"],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        problem = f"Maven did not fetch Neo4j {version} within {FETCH_SECONDS} s"
        raise Neo4jError(problem, hint="check the network, then try again") from error
    if done.returncode != 0 or not any((scratch / "lib").glob("neo4j-kernel-*.jar")):
        raise Neo4jError(
            f"Maven could not fetch Neo4j {version}: {_complaint(done.stdout + done.stderr)}",
            hint="check the network and ~/.m2/settings.xml, then try again",
        )


def _complaint(output: str) -> str:
    """The first error of a Maven run, without colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    errors = [line.removeprefix("[ERROR]").strip() for line in plain.splitlines() if line.startswith("[ERROR]")]
    return next((line for line in errors if line), "it gave no reason")[:500]
