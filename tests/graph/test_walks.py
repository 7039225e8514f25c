"""Neighbourhoods and paths equal networkx's; hubs, avoided nodes, days and rights are respected."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import GrantError, UnknownPersonError
from graph.grant import Grant, demo_grant
from graph.model import RELATIONSHIPS, GraphTables
from graph.neighbourhood import neighbourhood
from graph.paths import paths
from graph.walk import TYPES, Key, Lens
from tests.graph.test_history import RIGHT, TODAY, opened
from tests.graph.towns import days_of_question, numbered_town, towns

OWN = {"SUSPECT", "CHARGED", "CONVICTED", "RESTRAINED"}
NEWEST = dt.date(9999, 12, 30)


def whole_graph(tables: GraphTables, as_of: dt.date | None, *, with_right: bool) -> nx.Graph[Key]:
    """Every step there is, by its definition, without any shared code."""
    dates = {row["event_id"]: row["date"] for row in tables["Incident"].to_pylist()}
    adults = {row["person_id"]: row["adult_from"] for row in tables["Person"].to_pylist()}
    made: nx.Graph[Key] = nx.Graph()
    for type_ in TYPES:
        shape = RELATIONSHIPS[type_]
        for row in tables[type_].to_pylist():
            if is_there(type_, row, as_of, dates, adults, with_right=with_right):
                made.add_edge(Key(shape.start, row["start_id"]), Key(shape.end, row["end_id"]))
    return made


def is_there(
    type_: str, row: dict[str, Any], as_of: dt.date | None, dates: Any, adults: Any, *, with_right: bool
) -> bool:
    if not row.get("known_from", NEWEST) <= NEWEST < row.get("known_to", dt.date.max):
        return False
    if as_of is not None and "valid_from" in row and not row["valid_from"] <= as_of < row["valid_to"]:
        return False
    if type_ == "CHILD_OF":
        return bool(row["hidden_from"] == dt.date.max if as_of is None else as_of < row["hidden_from"])
    if type_ == "INVOLVED_IN":
        adult = adults[row["start_id"]]
        if not with_right and row["role"] in OWN and adult is not None and dates[row["end_id"]] < adult:
            return False
    event = {"INVOLVED_IN": "end_id", "OCCURRED_AT": "start_id"}.get(type_)
    return as_of is None or event is None or dates[row[event]] <= as_of


def hubs(tables: GraphTables) -> set[Key]:
    return {Key("Address", row["address_id"]) for row in tables["Address"].to_pylist() if row["hub"]}


def distances(graph: nx.Graph[Key], start: Key, closed: set[Key], hops: int) -> dict[Key, int]:
    """Distances where closed nodes are reached, never passed."""
    found = {start: 0}
    open_part = graph.subgraph([n for n in graph if n not in closed]) if start in graph else nx.Graph()
    if start in open_part:
        found.update(nx.single_source_shortest_path_length(open_part, start))
    for node in closed & set(graph):
        near = [found[n] + 1 for n in graph.neighbors(node) if n in found and n not in closed]
        if near:
            found[node] = min(near)
    return {node: hop for node, hop in found.items() if hop <= hops}


@settings(max_examples=30)
@given(towns(), st.none() | days_of_question(), st.integers(0, 4), st.booleans())
def test_a_neighbourhood_is_what_networkx_reaches(
    tables: GraphTables, as_of: dt.date | None, hops: int, with_right: bool
) -> None:
    graph = whole_graph(tables, as_of, with_right=with_right)
    grant = RIGHT if with_right else demo_grant()
    with opened(tables) as snapshot:
        for person in tables["Person"]["person_id"].to_pylist()[:3]:
            found = neighbourhood(snapshot, person, hops=hops, grant=grant, today=TODAY, lens=Lens(as_of=as_of))
            expected = distances(graph, Key("Person", person), hubs(tables), hops)
            assert {node.key: node.hops for node in found.nodes} == expected
            inside = graph.subgraph(expected).edges
            assert {frozenset((e.start, e.end)) for e in found.edges} == {frozenset(e) for e in inside}
            assert found.to_networkx().number_of_nodes() == len(expected)


@settings(max_examples=30)
@given(towns(), st.none() | days_of_question(), st.integers(0, 6))
def test_paths_are_all_the_shortest_ones_of_networkx(tables: GraphTables, as_of: dt.date | None, max_hops: int) -> None:
    graph = whole_graph(tables, as_of, with_right=False)
    graph.remove_nodes_from(hubs(tables))
    people = tables["Person"]["person_id"].to_pylist()[:4]
    graph.add_nodes_from(Key("Person", person) for person in people)
    with opened(tables) as snapshot:
        for ends in itertools.combinations(people, 2):
            lens = Lens(as_of=as_of)
            found = paths(snapshot, ends, max_hops=max_hops, grant=demo_grant(), today=TODAY, lens=lens)
            first, last = (Key("Person", end) for end in ends)
            expected = list(nx.all_shortest_paths(graph, first, last)) if nx.has_path(graph, first, last) else []
            short = [tuple(way) for way in expected if len(way) - 1 <= max_hops]
            assert [path.nodes for path in found] == sorted(short)
            assert all(edges for path in found for edges in path.edges)


@pytest.mark.parametrize("number", [3, 4, 5])
def test_a_path_goes_around_what_is_to_be_avoided(number: int) -> None:
    with opened(numbered_town(number)) as snapshot:
        middles = 0
        for ends in itertools.combinations(snapshot.table("Person")["person_id"].to_pylist(), 2):
            ways = paths(snapshot, ends, max_hops=6, grant=demo_grant(), today=TODAY)
            avoid = frozenset({node for way in ways for node in way.nodes[1:-1]})
            around = paths(snapshot, ends, max_hops=6, grant=demo_grant(), today=TODAY, lens=Lens(avoid=avoid))
            assert not {node for way in around for node in way.nodes} & avoid
            middles += len(avoid)
        assert middles


def test_a_neighbourhood_can_be_written_as_graphml(tmp_path: Path) -> None:
    with opened(numbered_town(3)) as snapshot:
        made = neighbourhood(snapshot, "p00", hops=3, grant=demo_grant(), today=TODAY).to_networkx()
    nx.write_graphml(made, tmp_path / "town.graphml")
    assert set(nx.read_graphml(tmp_path / "town.graphml")) == set(made)


def test_a_neighbourhood_ends_at_its_limit_and_says_so() -> None:
    with opened(numbered_town(3)) as snapshot:
        found = neighbourhood(snapshot, "p00", hops=4, grant=demo_grant(), today=TODAY, lens=Lens(most=3))
    assert (len(found.nodes), found.cut) == (3, True)


def test_walks_need_a_grant_and_somebody_to_start_from() -> None:
    expired = Grant("case-1", "test", "none", "tester", dt.date(2020, 1, 1))
    with opened(numbered_town(3)) as snapshot:
        with pytest.raises(GrantError):
            neighbourhood(snapshot, "p00", hops=1, grant=expired, today=TODAY)
        with pytest.raises(GrantError):
            paths(snapshot, ("p00", "p01"), max_hops=1, grant=expired, today=TODAY)
        with pytest.raises(UnknownPersonError):
            paths(snapshot, ("p00", "p99"), max_hops=1, grant=demo_grant(), today=TODAY)
