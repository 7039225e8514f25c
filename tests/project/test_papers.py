"""What is written beside the code keeps its form, so that it can be found and trusted."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest

from kintrace.cli.reference import command_reference
from tests.project.tree import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_when_why_what_and_what_follows(path: object) -> None:
    text = ROOT.joinpath("docs", "decisions", str(path)).read_text(encoding="utf-8")
    number = int(text[2:6])
    assert re.match(
        rf"# {number:04d} \S.*\n\nDate: \d{{4}}-\d\d-\d\d\. Status: (accepted|superseded by \d{{4}})\.\n", text
    )
    assert re.findall(r"^## (.+)$", text, flags=re.M) == ["Context", "Decision", "Consequences"]


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.M)


def test_make_lists_its_targets() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = ["help", "demo", "test", "lint", "docs", "format", "clean"]
    assert re.findall(r"^  make (\w+)", listed, flags=re.M) == targets


def test_the_command_reference_is_what_the_commands_say() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == command_reference()


def test_every_page_and_decision_has_its_place_on_the_site() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert pages == set(re.findall(r": ([\w-]+\.md)$", nav, flags=re.M))
    listed = re.findall(r"\(decisions/(.+?)\)", (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8"))
    assert listed == [path.name for path in DECISIONS]


def test_links_between_documents_lead_somewhere() -> None:
    dead = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert not dead
