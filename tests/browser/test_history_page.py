"""The family history in a real browser: seen, printed, walked by keyboard, read by assistive technology."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python") if find_spec("axe_playwright_python") else Path()
Scheme = Literal["light", "dark"]
Open = Callable[..., Any]
FOCUSED = "document.activeElement.id || document.activeElement.getAttribute('href') || document.activeElement.className"


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens a page; fails where the page asked for anything or complained of anything."""
    complaints: list[str] = []
    contexts = []

    def look(
        address: str, *, width: int = 1280, scheme: Literal["light", "dark"] = "light", script: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if request.url != address else None)
        page.goto(address)
        return page

    yield look
    for context in contexts:
        context.close()
    assert not complaints


@pytest.mark.parametrize(
    ("kind", "scheme"),
    [("small_page", "light"), ("small_page", "dark"), ("danish_page", "light"), ("long_page", "dark")],
)
def test_axe_finds_nothing_to_mend(opened: Open, request: pytest.FixtureRequest, kind: str, scheme: Scheme) -> None:
    page = opened(request.getfixturevalue(kind), scheme=scheme)
    page.evaluate(
        AXE.joinpath("axe.min.js").read_text("utf-8")
    )  # as a debugger does: the page's own policy lets no script in
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    assert not [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found["violations"]]
    assert len(found["passes"]) > 20


def test_tab_goes_through_the_marks_by_date_and_shows_where_it_is(opened: Open, small_page: str) -> None:
    page = opened(small_page)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "#facts"  # the skip link
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Tab")
    walked = []
    for _ in range(6):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(FOCUSED))
        ring = "getComputedStyle(document.activeElement.querySelector('.hit')).stroke"
        assert page.evaluate(ring) not in ("none", "rgba(0, 0, 0, 0)")
    assert walked == ["mark-1", "mark-2", "mark-3", "mark-n1", "mark-4", "mark-5"]


def test_arrow_keys_go_from_mark_to_mark(opened: Open, small_page: str) -> None:
    page = opened(small_page)
    page.locator("#mark-2").focus()
    for key, expected in (
        ("ArrowRight", "mark-3"),
        ("ArrowLeft", "mark-2"),
        ("End", "mark-5"),
        ("Home", "mark-1"),
        ("ArrowLeft", "mark-1"),
        ("ArrowDown", "mark-2"),
        ("ArrowUp", "mark-1"),
    ):
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == expected


def test_enter_leads_to_the_row_and_its_number_back(opened: Open, small_page: str) -> None:
    page = opened(small_page)
    page.locator("#mark-2").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#fact-2"
    assert page.locator("#fact-2").bounding_box()["y"] < 900
    page.locator("#fact-2 a").click()
    assert page.evaluate("location.hash") == "#mark-2"


def test_everything_is_there_without_script(opened: Open, small_page: str) -> None:
    page = opened(small_page, script=False)
    assert page.locator("a.mark").count() == 6
    assert page.locator("table").count() == 5
    page.locator("#mark-2").click()
    assert page.url.endswith("#fact-2")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", ["small_page", "crowded_page"])
def test_a_narrow_screen_scrolls_the_picture_and_never_the_page(
    opened: Open, request: pytest.FixtureRequest, kind: str, width: int
) -> None:
    page = opened(request.getfixturevalue(kind), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    names = page.locator("svg.names").first
    page.evaluate("document.querySelector('.chart').scrollLeft = 400")
    box = names.bounding_box()
    assert box["x"] >= 0  # the addresses stay in sight
    assert box["width"] > 100


def test_text_on_the_picture_stays_in_its_room(opened: Open, crowded_page: str) -> None:
    page = opened(crowded_page)
    over = page.evaluate("""() => {
        const names = document.querySelector('svg.names').getBoundingClientRect();
        const plot = document.querySelector('.whole svg.plot').getBoundingClientRect();
        const wide = (text, room) => text.getBoundingClientRect().right > room.right + 2;
        return [
            ...Array.from(document.querySelectorAll('svg.names text')).filter((t) => wide(t, names)),
            ...Array.from(document.querySelectorAll('.whole svg.plot text')).filter((t) => wide(t, plot)),
        ].map((text) => text.textContent);
    }""")
    assert not over


def test_labels_of_marks_do_not_lie_on_each_other(opened: Open, crowded_page: str) -> None:
    page = opened(crowded_page)
    boxes = page.evaluate("""() => Array.from(document.querySelectorAll('.whole a.mark')).map((mark) => {
        const texts = Array.from(mark.querySelectorAll('text')).map((t) => t.getBoundingClientRect());
        return [Math.min(...texts.map((b) => b.left)), Math.max(...texts.map((b) => b.right)),
                Math.min(...texts.map((b) => b.top)) + 2, Math.max(...texts.map((b) => b.bottom)) - 2];
    })""")
    met = [
        (one, other)
        for at, one in enumerate(boxes)
        for other in boxes[:at]
        if one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
    ]
    assert not met


@pytest.mark.parametrize(("kind", "sheets"), [("small_page", False), ("long_page", True)])
def test_it_prints_on_a4_across_with_the_case_on_every_page(
    opened: Open, request: pytest.FixtureRequest, tmp_path: Path, kind: str, *, sheets: bool
) -> None:
    page = opened(request.getfixturevalue(kind), scheme="dark")
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), prefer_css_page_size=True, print_background=True)
    told = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told)
    assert size
    assert (round(float(size[1])), round(float(size[2]))) == (842, 595)
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    assert all("K-2026-7" in one and "run-0001-ab" in one for one in pages)
    assert f"page {len(pages)} / {len(pages)}" in pages[-1]
    if sheets:
        assert sum("Vej " in one and "2014" in one for one in pages) > 1
    else:
        assert "Ringvej" in pages[0]


def test_a_printed_page_is_light_whatever_the_screen_is(opened: Open, small_page: str) -> None:
    page = opened(small_page, scheme="dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.emulate_media(media="print")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (dark, light) == ("rgb(18, 24, 30)", "rgb(255, 255, 255)")
