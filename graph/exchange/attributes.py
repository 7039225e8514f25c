"""What every exported node and relationship states: names and types from the model, values as text.

Both formats share this. Attribute names are those of :mod:`graph.model`, save the few that desktop
tools keep for themselves; a value's type is its column's, never guessed from what is in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from graph.exchange.selection import LABELS
from graph.model import NODES, RELATIONSHIPS
from graph.walk import TYPES, Edge, Key, Node
from linkage.intervals import FIRST_DAY, LAST_DAY
from linkage.tables import TEXT

RENAMED = {"label": "address_label", "kind": "relation_kind"}
"""``label`` and ``kind`` mean something of their own in GEXF and in Gephi, Cytoscape and yEd."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Attribute:
    """A typed attribute; ``type`` is one of string, boolean, long and double, which both formats know."""

    name: str
    type: str


@cache
def node_attributes() -> tuple[Attribute, ...]:
    """Attributes of nodes, in the order in which they are declared and written."""
    own = [pa.field("node_type", TEXT), pa.field("rule", TEXT), pa.field("klass", TEXT)]
    return _declared([*own, *(f for label in LABELS for f in list(NODES[label].table.schema)[1:])])


@cache
def edge_attributes() -> tuple[Attribute, ...]:
    """Attributes of relationships."""
    own = [pa.field("relationship", TEXT)]
    return _declared([*own, *(f for type_ in TYPES for f in list(RELATIONSHIPS[type_].table.schema)[2:])])


def _declared(fields: list[pa.Field]) -> tuple[Attribute, ...]:
    types: dict[str, str] = {}
    for field in fields:
        types.setdefault(RENAMED.get(field.name, field.name), _type(field.type))
    return tuple(Attribute(name, type_) for name, type_ in types.items())


def _type(arrow: pa.DataType) -> str:
    if pa.types.is_boolean(arrow):
        return "boolean"
    if pa.types.is_integer(arrow):
        return "long"
    return "double" if pa.types.is_floating(arrow) else "string"


def node_values(node: Node) -> Iterator[tuple[str, str]]:
    """Name and value of everything known of a node."""
    yield from _values(node_attributes(), {"node_type": node.key.label, **node.properties})


def edge_values(edge: Edge) -> Iterator[tuple[str, str]]:
    """Name and value of everything known of a relationship."""
    yield from _values(edge_attributes(), {"relationship": edge.type, **edge.properties})


def _values(attributes: tuple[Attribute, ...], stated: dict[str, object]) -> Iterator[tuple[str, str]]:
    renamed = {RENAMED.get(name, name): value for name, value in stated.items()}
    for one in attributes:
        value = renamed.get(one.name)
        if value is not None:
            yield one.name, legal(_text(value))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def legal(text: str) -> str:
    r"""A text without what XML cannot hold: such characters become a visible sign.

    >>> legal("Ib\x00 Holm")
    'Ib� Holm'
    """
    return _ILLEGAL.sub("\ufffd", text)


def node_id(key: Key) -> str:
    """How a node is named in a file."""
    return legal(f"{key.label}:{key.id}")


def edge_id(edge: Edge) -> str:
    """How a relationship is named; parallel ones differ."""
    return f"{edge.type}:{edge.row}"


def node_label(node: Node) -> str:
    """What a tool writes beside a node: a name, an address, a kind of incident and its date."""
    stated = node.properties
    if node.key.label == "Incident":
        found = f"{stated['category']} {stated['date']}"
    else:
        found = str(stated.get("name") or stated.get("label") or node.key.label)
    return _BLANKS.sub(" ", legal(found)).strip()


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day on which something holds, both included; ``None`` is open."""

    first: dt.date | None
    last: dt.date | None


def node_days(node: Node) -> Days:
    """A person's life, an incident's day, the time of a household."""
    stated = node.properties
    if node.key.label == "Incident":
        return Days(stated["date"], stated["date"])
    if node.key.label == "Person":
        return _ordered(stated["birth_date"], stated["deceased"])
    return _half_open(stated)


def edge_days(edge: Edge, incidents: dict[Key, dt.date]) -> Days:
    """The time of a relationship; that of an incident is the incident's day."""
    if edge.type in ("INVOLVED_IN", "OCCURRED_AT"):
        day = incidents.get(edge.end if edge.type == "INVOLVED_IN" else edge.start)
        return Days(day, day)
    return _half_open(edge.properties)


def _half_open(stated: dict[str, object]) -> Days:
    start, end = stated.get("valid_from"), stated.get("valid_to")
    first = start if isinstance(start, dt.date) and start != FIRST_DAY else None
    last = end - dt.timedelta(1) if isinstance(end, dt.date) and FIRST_DAY < end < LAST_DAY else None
    return _ordered(first, last)


def _ordered(first: dt.date | None, last: dt.date | None) -> Days:
    """An interval that ends before it begins holds on its first day only; tools refuse such a one."""
    return Days(first, first) if first and last and last < first else Days(first, last)
