"""The named queries of ``graph/queries/``: text, purpose and parameters of each.

A query file begins with a header of comment lines ``// key: value`` (``purpose``, ``parameters``,
``cost``, ``example``), a value running on in lines that are indented further. ``parameters`` lists
``$name type`` by commas, with ``optional`` after those that may be left out (they are then null).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graph.errors import Neo4jError

KEYS = ("purpose", "parameters", "cost", "example")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query."""

    name: str
    type: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Query:
    """One named query."""

    name: str
    text: str
    purpose: str
    parameters: tuple[Parameter, ...]
    cost: str
    example: str

    def bind(self, values: Mapping[str, Any], *, own_roles: bool) -> dict[str, Any]:
        """The parameters to run with, each of its declared type; dates may come as ISO text.

        ``own_roles`` is bound from the grant where the query knows it, and never taken from ``values``.

        Raises:
            Neo4jError: A parameter is missing, unknown or of the wrong type.
        """
        declared = {p.name: p for p in self.parameters if p.name != "own_roles"}
        unknown = sorted(set(values) - set(declared))
        missing = sorted(n for n, p in declared.items() if not p.optional and values.get(n) is None)
        where = f"query {self.name}"
        if unknown or missing:
            problem = f"unknown parameters: {', '.join(unknown)}" if unknown else f"needs: {', '.join(missing)}"
            raise Neo4jError(problem, where=where, hint=f"parameters: {', '.join(declared)}")
        bound = {name: _typed(values.get(name), p, where) for name, p in declared.items()}
        if any(p.name == "own_roles" for p in self.parameters):
            bound["own_roles"] = own_roles
        return bound


def query(name: str) -> Query:
    """The query of this name.

    Raises:
        Neo4jError: There is none, with the names there are.
    """
    known = catalogue()
    if name not in known:
        raise Neo4jError(f"no query is called {name}", hint=f"there are: {', '.join(known)}")
    return known[name]


@cache
def catalogue() -> Mapping[str, Query]:
    """Every query by name, in order of names."""
    found = (entry for entry in files("graph").joinpath("queries").iterdir() if entry.name.endswith(".cypher"))
    read = (parse(entry.name.removesuffix(".cypher"), entry.read_text(encoding="utf-8")) for entry in found)
    return {one.name: one for one in sorted(read, key=lambda q: q.name)}


def parse(name: str, text: str) -> Query:
    """A query from its file's text.

    Raises:
        Neo4jError: The header lacks a key or declares a parameter that cannot be read.
    """
    header = _header(text)
    lacking = [key for key in KEYS if not header.get(key)]
    if lacking:
        raise Neo4jError(f"the header lacks {', '.join(lacking)}", where=f"query {name}")
    parameters = tuple(_parameter(part.strip(), name) for part in header["parameters"].split(","))
    return Query(name, text, header["purpose"], parameters, header["cost"], header["example"])


def used_parameters(text: str) -> set[str]:
    """Names of the parameters that a statement uses outside its comment lines.

    >>> sorted(used_parameters("MATCH (p {id: $child}) WHERE p.x < $as_of RETURN p"))
    ['as_of', 'child']
    """
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    return set(re.findall(r"\$(\w+)", code))


def _header(text: str) -> dict[str, str]:
    """Key to value of the leading comment lines."""
    values: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        content = line.removeprefix("//")
        start = re.match(r" (\w+): (.*)", content)
        if start:
            key = start.group(1)
            values[key] = start.group(2).strip()
        elif key:
            values[key] = f"{values[key]} {content.strip()}".strip()
    return values


def _parameter(declared: str, name: str) -> Parameter:
    found = re.fullmatch(r"\$(\w+) (text|date|flag|number)( optional)?", declared)
    if not found:
        raise Neo4jError(f"cannot read the parameter '{declared}'", where=f"query {name}")
    return Parameter(found.group(1), found.group(2), found.group(3) is not None)


def _typed(value: Any, parameter: Parameter, where: str) -> Any:
    if value is None:
        return None
    if parameter.type == "date" and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise Neo4jError(f"{parameter.name} is no date", where=where, hint="YYYY-MM-DD") from error
    kinds: dict[str, type] = {"text": str, "date": dt.date, "flag": bool, "number": int}
    if not isinstance(value, kinds[parameter.type]):
        raise Neo4jError(f"{parameter.name} must be a {parameter.type}", where=where)
    return value
