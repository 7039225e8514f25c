"""A real Chromium, started once; pages of made-up families on disk, opened as a user opens them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graph.history import FamilyHistory
from kintrace.views.history_page import history_page
from kintrace.views.history_page.words import Language
from tests.app.families import COVER, GROUNDS, crowded_family, small_family
from tests.browser.chromium import ARGUMENTS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the page of a family in which every kind of thing happens."""
    return _written(tmp_path_factory.mktemp("pages") / "small.html", small_family(), "en")


@pytest.fixture(scope="session")
def danish_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same in Danish."""
    return _written(tmp_path_factory.mktemp("pages") / "danish.html", small_family(), "da")


@pytest.fixture(scope="session")
def crowded_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the page of a family of twelve with sixty events at ten addresses."""
    crowd = crowded_family(members=12, events=60, addresses=10, seed=4)
    return _written(tmp_path_factory.mktemp("pages") / "crowded.html", crowd, "en")


@pytest.fixture(scope="session")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the page of a family of eight, long enough to be printed in parts."""
    crowd = crowded_family(members=8, events=24, addresses=8, seed=5)
    return _written(tmp_path_factory.mktemp("pages") / "long.html", crowd, "en")


def _written(file: Path, history: FamilyHistory, language: Language) -> str:
    file.write_text(history_page(history, GROUNDS, COVER, language=language), "utf-8")
    return file.as_uri()
