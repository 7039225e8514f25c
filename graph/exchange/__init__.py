"""Parts of the graph as files for desktop tools: GraphML and GEXF 1.3, with typed attributes and dates."""

from graph.exchange.gexf import gexf
from graph.exchange.graphml import graphml
from graph.exchange.selection import Selection, family_selection, neighbourhood_selection, scope_selection

__all__ = [
    "Selection",
    "family_selection",
    "gexf",
    "graphml",
    "neighbourhood_selection",
    "scope_selection",
]
