"""Worlds that many tests look at: one to ask, one to break."""

from __future__ import annotations

from pathlib import Path

import pytest

from kintrace.pipeline import Run
from tests.app.worlds import make_world, rebuilt


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen hundred persons over eight years; some under special protection."""
    return make_world(tmp_path_factory.mktemp("app") / "country", persons=1500, years=8, seed=5)


@pytest.fixture(scope="session")
def run(country: Path) -> Run:
    """The country's first and published run. Tests may look, and may not change it."""
    return rebuilt(country)


@pytest.fixture(scope="session")
def hamlet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four hundred persons over six years, without a run: to be copied and rebuilt again and again."""
    return make_world(tmp_path_factory.mktemp("app") / "hamlet", persons=400, years=6, seed=5)


@pytest.fixture(scope="session")
def hamlet_run(hamlet: Path) -> Run:
    """What an undisturbed rebuild makes of the hamlet."""
    return rebuilt(hamlet)
