"""Sizes and forms of modules and functions."""

from __future__ import annotations

import ast
import sys
from itertools import chain
from pathlib import Path

from tests.project.tree import PACKAGES, ROOT, Function, decorators, functions, modules, parse, place

MODULE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 6
POSITIONAL = 4
"""Two is the aim; a formula or a kernel of four values is still read at a glance."""

COMMAND_LINE = {"command", "group", "njit", "jit", "guvectorize", "vectorize", "callback"}
"""Decorators whose functions take what a command line or a compiled kernel gives them."""


def test_no_module_holds_two_ideas() -> None:
    sizes = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PACKAGES, "tests")}
    assert not {name: lines for name, lines in sizes.items() if lines > MODULE_LINES}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{place(path, node.lineno)} {node.name}": lines
        for path in modules(*PACKAGES, "tests")
        for node in functions(path)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert not long


def test_no_module_shadows_the_standard_library() -> None:
    names = {place(path): path.stem for path in modules()} | {
        place(path.parent): path.parent.name for path in modules() if path.name == "__init__.py"
    }
    assert not {name for name, stem in names.items() if stem in sys.stdlib_module_names}


def test_no_module_is_named_after_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common", "tools"}
    assert not [place(path) for path in modules() if empty & {path.stem, path.parent.name}]


def test_calls_can_be_read_because_functions_take_few_parameters_and_name_the_later_ones() -> None:
    crowded = [
        f"{place(path, node.lineno)} {node.name}"
        for path in modules()
        for node in functions(path)
        if not decorators(node) & COMMAND_LINE and _crowded(node)
    ]
    assert not crowded


def _crowded(node: Function) -> bool:
    positional = [a for a in chain(node.args.posonlyargs, node.args.args) if a.arg not in {"self", "cls"}]
    public = not node.name.startswith("_")
    return (public and len(positional) > POSITIONAL) or len(positional) + len(node.args.kwonlyargs) > PARAMETERS


def test_no_bare_switches_because_a_lone_true_says_nothing_at_the_call() -> None:
    switches = [
        f"{place(path, node.lineno)} {node.name}({argument.arg})"
        for path in modules()
        for node in functions(path)
        if not decorators(node) & COMMAND_LINE and not _is_operator(node)
        for argument in chain(node.args.posonlyargs, node.args.args)
        if isinstance(argument.annotation, ast.Name) and argument.annotation.id == "bool"
    ]
    assert not switches


def _is_operator(node: Function) -> bool:
    return node.name.startswith("__") and node.name.endswith("__")


def test_nothing_is_left_for_later() -> None:
    found = [finding for path in modules(*PACKAGES, "tests") for finding in _placeholders(path)]
    assert not found


def _placeholders(path: Path) -> list[str]:
    """Unwritten code, swallowed errors, skipped tests and checks that check nothing."""
    return [
        place(path, node.lineno)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.stmt | ast.excepthandler)
        and (_swallows(node) or _is_unwritten(node) or _checks_nothing(node) or _skips(node))
    ]


def _swallows(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    everything = node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
    )
    return everything and all(isinstance(step, ast.Pass) for step in node.body)


def _is_unwritten(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.unparse(node.exc)


def _checks_nothing(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)


def _skips(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func) in {"pytest.skip", "pytest.importorskip", "pytest.xfail"}
    return isinstance(node, Function) and bool(decorators(node) & {"skip", "skipif", "xfail"})


def test_packages_are_typed_for_those_who_import_them() -> None:
    assert all((ROOT / package / "py.typed").is_file() for package in PACKAGES)
