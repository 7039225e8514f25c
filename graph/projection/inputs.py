"""What a projection reads, and whom its result may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Literal

import pyarrow as pa

from graph.errors import ScopeError
from linkage.tables import CANONICAL, RESOLUTION


@dataclass(frozen=True, slots=True)
class ProjectionInput:
    """The tables that a graph is made of, each as :mod:`linkage.tables` declares it."""

    registers: pa.Table
    persons: pa.Table
    incidents: pa.Table
    involvements: pa.Table
    protections: pa.Table
    addresses: pa.Table
    entities: pa.Table
    links: pa.Table
    episodes: pa.Table
    coresidence: pa.Table
    kin: pa.Table
    partners: pa.Table
    households: pa.Table
    events: pa.Table

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> ProjectionInput:
        """The input out of all tables of a run by name; others among them are left alone.

        Raises:
            KeyError: One is missing.
        """
        return cls(**{field.name: tables[field.name] for field in fields(cls)})

    def tables(self) -> dict[str, pa.Table]:
        """The tables by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def checked(self) -> ProjectionInput:
        """The same, each table checked against its declared shape.

        Raises:
            TableError: On the first that is not as declared.
        """
        shapes = {**CANONICAL, **RESOLUTION}
        return ProjectionInput(**{name: shapes[name].check(table) for name, table in self.tables().items()})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a graph may hold: the families of incidents, or everybody on a stated legal basis.

    >>> Scope.INCIDENT.everybody, Scope.all("a statute that allows it").everybody
    (False, True)
    """

    name: Literal["incident", "all"]
    legal_basis: str = ""

    INCIDENT: ClassVar[Scope]
    """Children with an event that counts, their families, and the persons involved in those events."""

    def __post_init__(self) -> None:
        """Refuse the whole population without a legal basis."""
        if self.name not in ("incident", "all"):
            raise ScopeError(f"unknown scope {self.name!r}", hint='use "incident" or "all"')
        if self.name == "all" and not self.legal_basis.strip():
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
        return self.name == "all"


Scope.INCIDENT = Scope("incident")
