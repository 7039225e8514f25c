"""Finds SQL and Cypher that is put together from text and values before it is run.

Text made of fixed parts alone is fine: literals, constants in capitals, names that only ever hold
fixed text. Anything else in it could be a value, and values are bound.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.project.tree import Function, called_name

RUNNERS = {"execute", "executemany", "execute_query", "execute_read", "execute_write", "run", "sql", "query"}


def built_statements(tree: ast.Module) -> Iterator[int]:
    """Lines where a statement holding something that is not fixed text is run.

    >>> list(built_statements(ast.parse("con.execute(f'select {x}')")))
    [1]
    >>> list(built_statements(ast.parse("con.execute('select ?', [x])")))
    []
    """
    held = _held(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and called_name(node) in RUNNERS:
            statement = next(iter(node.args), None)
            if statement is not None and _is_built(statement, held):
                yield node.lineno


def _held(tree: ast.Module) -> dict[str, list[ast.expr | None]]:
    """What each name of a module is ever given; None stands for what a caller or a loop gives."""
    held: dict[str, list[ast.expr | None]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                whole = isinstance(target, ast.Name)
                for name in _names(target):
                    held[name].append(node.value if whole else None)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            for name in _names(node.target):
                held[name].append(None)
        elif isinstance(node, Function):
            arguments = node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                held[argument.arg].append(None)
    return held


def _names(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _is_built(statement: ast.expr, held: dict[str, list[ast.expr | None]]) -> bool:
    """Whether the statement, or what its name was given, is composed text that is not fixed."""
    if isinstance(statement, ast.Name):
        given = [value for value in held.get(statement.id, []) if value is not None]
        return any(_is_composed(value) and not _is_fixed(value, held) for value in given)
    return _is_composed(statement) and not _is_fixed(statement, held)


def _is_composed(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.JoinedStr) or _is_format(node)


def _is_format(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "replace"}
    )


def _is_fixed(node: ast.expr, held: dict[str, list[ast.expr | None]], depth: int = 0) -> bool:
    """Whether an expression is made of literals and constants alone, however deep its names lead."""
    parts: list[ast.expr | None]
    if depth > 8:
        return False
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        if node.id.lstrip("_").isupper():
            return True
        parts = held.get(node.id, [None])
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_format(node):
        parts = [node.func.value, *node.args, *(keyword.value for keyword in node.keywords)]
    else:
        parts = [None]
    return all(part is not None and _is_fixed(part, held, depth + 1) for part in parts)
