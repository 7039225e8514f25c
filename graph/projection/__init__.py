"""Canonical and resolution tables in, the graph's node and relationship tables out."""

from __future__ import annotations

import pyarrow as pa

from graph.model import GraphTables
from graph.order import in_order
from graph.projection.database import open_database
from graph.projection.inputs import CANONICAL_READ, ProjectionInput, Scope, Tables
from graph.projection.nodes import node_tables
from graph.projection.relationships import DONE_WITH, relationship_tables
from graph.projection.scope import within_incidents
from graph.projection.sealing import seal_by_entity

__all__ = ["CANONICAL_READ", "ProjectionInput", "Scope", "project"]


def project(inputs: ProjectionInput, scope: Scope) -> GraphTables:
    """The graph of a resolution, sealed once more by entity and cut to the scope.

    Only addresses that a stay, a household or an incident names become nodes; incidents without any
    date, and stays whose address nobody could read, are left out. What several records of an event
    say differently is settled on the records of the newest belief.

    Args:
        inputs: Tables as :mod:`linkage.tables` declares them.
        scope: Whom the graph may hold.

    Returns:
        Every table of :mod:`graph.model`, checked and in order.

    Raises:
        TableError: An input is not as declared.
    """
    # Nothing is held longer than it is needed, if the caller lets its tables go: at a million persons each
    # generation of them takes gigabytes.
    sealed = seal_by_entity(inputs.checked())
    del inputs
    pa.default_memory_pool().release_unused()
    found = _whole(sealed)
    del sealed
    pa.default_memory_pool().release_unused()
    if not scope.everybody:
        found = within_incidents(found)
    return in_order(found)


def _whole(sealed: Tables) -> GraphTables:
    with open_database(sealed) as database:
        relationships = relationship_tables(database)
        for name in DONE_WITH:
            database.drop(name)
        return {**node_tables(database, relationships), **relationships}
