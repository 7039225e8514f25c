"""The project's own files, as the house rules read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kintrace", "linkage", "graph", "loaders")
FOLDERS = (*PACKAGES, "tests", "docs", "benchmarks", "notebooks", ".ci")
TEXT_SUFFIXES = {"", ".py", ".md", ".toml", ".cypher", ".sql", ".html", ".css", ".js", ".sh", ".yml", ".yaml", ".ipynb"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    """Python files under the folders (all four packages when none is named), sorted."""
    found = (path for folder in folders or PACKAGES for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "__pycache__" not in path.parts)


def texts() -> list[Path]:
    """Every text file of the project, sorted; nothing that a tool or a demo run made."""
    nested = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    top = ROOT.iterdir()
    return sorted(
        path
        for path in (*top, *nested)
        if path.is_file() and path.suffix in TEXT_SUFFIXES and "__pycache__" not in path.parts and path.name != ".git"
    )


@cache
def parse(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a module, nested ones included."""
    return (node for node in ast.walk(parse(path)) if isinstance(node, Function))


def decorators(node: Function | ast.ClassDef) -> set[str]:
    """Names of a definition's decorators, without module and arguments."""
    return {name for decorator in node.decorator_list if (name := called_name(decorator))}


def called_name(node: ast.expr) -> str:
    """The last name of what is called or named: ``a.b.c(d)`` gives ``c``."""
    if isinstance(node, ast.Call):
        return called_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def place(path: Path, line: int | None = None) -> str:
    """How a finding is named: path inside the project, and line."""
    name = path.relative_to(ROOT).as_posix()
    return name if line is None else f"{name}:{line}"
