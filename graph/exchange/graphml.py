"""GraphML, as yEd, Cytoscape, Gephi and networkx read it: declared, typed keys and one element per fact."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from graph.exchange.attributes import (
    Attribute,
    edge_attributes,
    edge_id,
    edge_values,
    legal,
    node_attributes,
    node_id,
    node_label,
    node_values,
)
from graph.exchange.selection import Selection
from graph.walk import Edge, Node

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
_LABEL = Attribute("label", "string")
_ABOUT = Attribute("about", "string")


def graphml(selection: Selection, *, about: str) -> Iterator[str]:
    """The selection as GraphML, piece by piece; dates are ISO text, for GraphML has no type for them.

    Args:
        selection: What to write; it is read once.
        about: What the file is and where it comes from, as an attribute of the graph.
    """
    yield _HEAD
    yield from _keys("graph", (_ABOUT,))
    yield from _keys("node", (_LABEL, *node_attributes()))
    yield from _keys("edge", (_LABEL, *edge_attributes()))
    yield '<graph id="kintrace" edgedefault="directed">\n' + _data("graph", [(_ABOUT.name, legal(about))]) + "\n"
    for node in selection.nodes:
        yield _node(node)
    for edge in selection.edges:
        yield _edge(edge)
    yield "</graph>\n</graphml>\n"


def _keys(class_: str, declared: tuple[Attribute, ...]) -> Iterator[str]:
    for one in declared:
        yield f'<key id="{class_}_{one.name}" for="{class_}" attr.name="{one.name}" attr.type="{one.type}"/>\n'


def _node(node: Node) -> str:
    values = [(_LABEL.name, node_label(node)), *node_values(node)]
    return f"<node id={quoteattr(node_id(node.key))}>{_data('node', values)}</node>\n"


def _edge(edge: Edge) -> str:
    ends = f"source={quoteattr(node_id(edge.start))} target={quoteattr(node_id(edge.end))}"
    values = [(_LABEL.name, edge.type), *edge_values(edge)]
    return f'<edge id="{edge_id(edge)}" {ends}>{_data("edge", values)}</edge>\n'


def _data(class_: str, values: list[tuple[str, str]]) -> str:
    return "".join(f'<data key="{class_}_{name}">{escape(value)}</data>' for name, value in values)
