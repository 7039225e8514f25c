"""GEXF 1.3, as Gephi reads it: typed attributes, parallel edges by kind, and when each thing holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from graph.exchange.attributes import (
    Attribute,
    Days,
    edge_attributes,
    edge_days,
    edge_id,
    edge_values,
    legal,
    node_attributes,
    node_days,
    node_id,
    node_label,
    node_values,
)
from graph.exchange.selection import Selection
from graph.walk import Edge, Key, Node

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" version="1.3">
"""
_GRAPH = '<graph defaultedgetype="directed" mode="dynamic" timeformat="date" timerepresentation="interval">\n'


def gexf(selection: Selection, *, about: str) -> Iterator[str]:
    """The selection as GEXF, piece by piece; intervals are inclusive there, so each ends a day earlier.

    Args:
        selection: What to write; it is read once.
        about: What the file is and where it comes from, for its head.
    """
    yield f"{_HEAD}<meta><creator>kintrace</creator><description>{escape(legal(about))}</description></meta>\n"
    yield _GRAPH
    for class_, declared in (("node", node_attributes()), ("edge", edge_attributes())):
        yield from _declaration(class_, declared)
    incidents: dict[Key, dt.date] = {}
    yield "<nodes>\n"
    for node in selection.nodes:
        if node.key.label == "Incident":
            incidents[node.key] = node.properties["date"]
        yield _node(node)
    yield "</nodes>\n<edges>\n"
    for edge in selection.edges:
        yield _edge(edge, edge_days(edge, incidents))
    yield "</edges>\n</graph>\n</gexf>\n"


def _declaration(class_: str, declared: tuple[Attribute, ...]) -> Iterator[str]:
    yield f'<attributes class="{class_}" mode="static">\n'
    for one in declared:
        yield f'<attribute id="{one.name}" title="{one.name}" type="{one.type}"/>\n'
    yield "</attributes>\n"


def _node(node: Node) -> str:
    head = f"<node id={quoteattr(node_id(node.key))} label={quoteattr(node_label(node))}{_time(node_days(node))}>"
    return f"{head}{_attvalues(node_values(node))}</node>\n"


def _edge(edge: Edge, days: Days) -> str:
    ends = f"source={quoteattr(node_id(edge.start))} target={quoteattr(node_id(edge.end))}"
    head = f'<edge id="{edge_id(edge)}" {ends} kind="{edge.type}" label="{edge.type}"{_time(days)}>'
    return f"{head}{_attvalues(edge_values(edge))}</edge>\n"


def _time(days: Days) -> str:
    first = f' start="{days.first}"' if days.first else ""
    return first + (f' end="{days.last}"' if days.last else "")


def _attvalues(values: Iterator[tuple[str, str]]) -> str:
    told = "".join(f'<attvalue for="{name}" value={quoteattr(value)}/>' for name, value in values)
    return f"<attvalues>{told}</attvalues>"
