"""One order of rows for every graph table, so that the same graph always gives the same bytes."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from graph.model import NODES, RELATIONSHIPS, GraphTables, check_graph


def in_order(tables: GraphTables) -> GraphTables:
    """The tables checked, each sorted by its key and then by its other columns.

    Text sorts by its UTF-8 bytes, which for Python strings is the order of code points; nulls come
    last. A relationship's key may repeat (two stays at one address), so the rest decides.

    Raises:
        TableError: A table is not as :mod:`graph.model` declares it.
    """
    checked = check_graph(tables)
    return {name: _sorted(checked[name]) for name in [*NODES, *RELATIONSHIPS]}


def _sorted(table: pa.Table) -> pa.Table:
    table = table.combine_chunks()
    keys = [(name, "ascending") for name in table.column_names]
    return table.take(pc.sort_indices(table, sort_keys=keys))
