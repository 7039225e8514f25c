"""Imports run downwards only, and never in a circle."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import networkx as nx
import pytest

from tests.project.tree import PACKAGES, ROOT, modules, parse, place


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    first, *others = PACKAGES
    return grimp.build_graph(first, *others, cache_dir=None)


def test_layers_hold_because_the_ground_must_serve_every_storey() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_contracts_count_imports_made_for_types_alone() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert settings["root_packages"] == list(PACKAGES)
    assert not settings.get("exclude_type_checking_imports", False)
    assert not any(contract.get("ignore_imports") for contract in settings["contracts"])


def test_no_import_cycles_because_one_part_must_be_readable_without_the_other(imports: grimp.ImportGraph) -> None:
    edges = ((one, other) for one in imports.modules for other in imports.find_modules_directly_imported_by(one))
    knots = [sorted(knot) for knot in nx.strongly_connected_components(nx.DiGraph(edges)) if len(knot) > 1]
    assert not knots


def test_tests_stay_out_of_the_product(imports: grimp.ImportGraph) -> None:
    foreign = [
        place(path)
        for path in modules()
        if path.name == "conftest.py" or path.name.startswith("test_") or "pytest" in _imported(path)
    ]
    assert not foreign
    assert set(PACKAGES) <= imports.modules


def _imported(path: Path) -> set[str]:
    """Top-level packages that a module imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
