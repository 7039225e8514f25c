"""Which suites this machine can run, and how the others are named instead of forgotten.

A test that needs more than Python packages from the default install carries a marker. Where what it
needs is missing, it is left out, and the closing summary names the suite and the command that gets
it. ``KINTRACE_REQUIRE=all`` (or a list such as ``neo4j,recordlinkage``) turns leaving out into failing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import pytest
from hypothesis import settings

settings.register_profile("project", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("project")


@dataclass(frozen=True, slots=True)
class Suite:
    """An optional suite: what it is, and what it lacks on this machine, each thing with the command that gets it."""

    title: str
    missing: Callable[[], list[str]]


def _neo4j_missing() -> list[str]:
    from graph.neo4j.server import missing_parts

    return missing_parts(os.environ)


def _recordlinkage_missing() -> list[str]:
    absent = [name for name in ("recordlinkage", "pandas", "sklearn") if find_spec(name) is None]
    return [f"{', '.join(absent)}: .venv/bin/python -m pip install -e '.[recordlinkage]'"] if absent else []


def _sql_missing() -> list[str]:
    absent = [name for name in ("sqlalchemy", "psycopg") if find_spec(name) is None]
    return [f"{', '.join(absent)}: .venv/bin/python -m pip install -e '.[sql]'"] if absent else []


def _postgres_missing() -> list[str]:
    from tests.loaders.postgres import server_programs

    server = [] if server_programs() else ["a PostgreSQL server: apt-get install postgresql"]
    return [*_sql_missing(), *server]


def _browser_missing() -> list[str]:
    from tests.browser.chromium import chromium

    absent = [name for name in ("playwright", "axe_playwright_python") if find_spec(name) is None]
    gaps = [f"{', '.join(absent)}: .venv/bin/python -m pip install --group dev"] if absent else []
    gaps += [] if chromium() else ["Chromium: apt-get install chromium"]
    return gaps + ([] if shutil.which("pdftotext") else ["pdftotext: apt-get install poppler-utils"])


SUITES: dict[str, Suite] = {
    "browser": Suite("a real browser", _browser_missing),
    "neo4j": Suite("a real Neo4j server", _neo4j_missing),
    "postgres": Suite("a real PostgreSQL server", _postgres_missing),
    "recordlinkage": Suite("recordlinkage as baseline and oracle", _recordlinkage_missing),
    "sql": Suite("registers in databases", _sql_missing),
}
"""Every optional suite by its marker."""

LEFT_OUT = pytest.StashKey[dict[str, list[str]]]()


def _required(marker: str) -> bool:
    asked = {name.strip() for name in os.environ.get("KINTRACE_REQUIRE", "").split(",")}
    return bool(asked & {marker, "all"})


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, so that a misspelt one is an error."""
    for marker, suite in SUITES.items():
        config.addinivalue_line("markers", f"{marker}: needs {suite.title}")
    config.stash[LEFT_OUT] = {}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of suites that lack something; after ``-k`` and ``-m`` have chosen."""
    wanted = {marker for marker in SUITES for item in items if item.get_closest_marker(marker)}
    left_out = {marker: gaps for marker in sorted(wanted) if (gaps := SUITES[marker].missing())}
    config.stash[LEFT_OUT] = left_out
    dropped = [item for item in items if any(item.get_closest_marker(m) and not _required(m) for m in left_out)]
    if dropped:
        gone = set(dropped)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=dropped)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose suite is required and cannot run, before its fixtures start."""
    for marker, gaps in item.config.stash[LEFT_OUT].items():
        if item.get_closest_marker(marker):
            pytest.fail(f"suite {marker} is required and lacks {'; '.join(gaps)}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name every suite that was left out, with the command that gets it."""
    left_out = config.stash[LEFT_OUT]
    if left_out:
        terminalreporter.section("suites left out")
    for marker, gaps in left_out.items():
        terminalreporter.write_line(f"left out: {marker} ({SUITES[marker].title})")
        for gap in gaps:
            terminalreporter.write_line(f"  lacks {gap}")
        terminalreporter.write_line(f"  then:  .venv/bin/python -m pytest -m {marker}")
