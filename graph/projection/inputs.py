"""What a projection reads, and whom its result may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import pyarrow as pa

from graph.errors import ScopeError
from linkage.errors import TableError
from linkage.tables import CANONICAL, RESOLUTION

Tables = dict[str, pa.Table]


CANONICAL_READ = ("registers", "persons", "incidents", "involvements", "protections")
"""Canonical tables that a projection reads; incidents as washed."""
RESOLUTION_READ = (
    "addresses", "entities", "links", "episodes", "coresidence", "kin", "partners", "households", "events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProjectionInput:
    """The tables that a graph is made of, by name, as :mod:`linkage.tables` declares them.

    Tables that a projection does not read may be there or not.
    """

    canonical: Mapping[str, pa.Table]
    """At least registers, persons, incidents (washed), involvements, protections."""
    resolution: Mapping[str, pa.Table]
    """addresses, entities, links, episodes, coresidence, kin, partners, households, events."""

    def checked(self) -> Tables:
        """The tables that are read, each checked against its declared shape.

        Raises:
            TableError: One is missing or not as declared.
        """
        shapes = {**CANONICAL, **RESOLUTION}
        found: Tables = {}
        for given, names in ((self.canonical, CANONICAL_READ), (self.resolution, RESOLUTION_READ)):
            for name in names:
                if name not in given:
                    raise TableError("the table is missing", where=f"table {name}", hint="run the stage that writes it")
                found[name] = shapes[name].check(given[name])
        return found


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a graph may hold: the families of incidents, or everybody on a stated legal basis.

    >>> Scope.INCIDENT.everybody, Scope.all("a statute that allows it").everybody
    (False, True)
    """

    kind: Literal["incident", "all"]
    legal_basis: str = ""

    INCIDENT: ClassVar[Scope]
    """Children with an event that counts, their families, and the persons involved in those events."""

    def __post_init__(self) -> None:
        """Refuse the whole population without a legal basis."""
        if self.kind not in ("incident", "all"):
            raise ScopeError(f"unknown scope {self.kind!r}", hint='use "incident" or "all"')
        if self.kind == "all" and not self.legal_basis.strip():
            raise ScopeError('scope "all" states no legal basis', hint="name it, or use the scope of incidents")

    @classmethod
    def all(cls, legal_basis: str) -> Scope:
        """Everybody in the registers.

        Raises:
            ScopeError: No legal basis is stated.
        """
        return cls("all", legal_basis)

    @property
    def everybody(self) -> bool:
        """Whether nobody is left out."""
        return self.kind == "all"


Scope.INCIDENT = Scope("incident")
