"""Exports read back with networkx say what a walk says, and nothing more."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph.exchange import Selection, family_selection, gexf, graphml, neighbourhood_selection, scope_selection
from graph.exchange.attributes import edge_attributes, node_attributes
from graph.grant import demo_grant
from graph.history import family_history
from graph.model import NODES, RELATIONSHIPS
from graph.neighbourhood import neighbourhood
from graph.snapshot import Snapshot
from graph.walk import TYPES, Edge, Key, Node
from kintrace.pipeline import Run
from linkage.intervals import FIRST_DAY, LAST_DAY
from tests.app.ask import answer, ask

TODAY = dt.date(2026, 1, 1)
AS_OF = dt.date(2025, 12, 31)


@pytest.fixture(scope="module")
def snapshot(run: Run) -> Snapshot:
    return Snapshot.open(run.stage("snapshot") / "store")


@pytest.fixture(scope="module")
def child(snapshot: Snapshot) -> str:
    """A child with a history."""
    ids, held = (snapshot.column("Person", name).to_pylist() for name in ("person_id", "held"))
    asked = (str(one) for one, whole in zip(ids, held, strict=True) if whole)
    return next(c for c in asked if family_history(snapshot, c, AS_OF, demo_grant(), today=TODAY).entries)


@pytest.mark.parametrize("suffix", ["graphml", "gexf"])
@pytest.mark.parametrize("hops", [0, 1, 2])
def test_a_neighbourhood_reads_back_as_it_was_walked(
    run: Run, snapshot: Snapshot, child: str, tmp_path: Path, suffix: str, hops: int
) -> None:
    file = tmp_path / f"around.{suffix}"
    answer("export", child, "--to", file, "--hops", str(hops), run=run)
    found = neighbourhood(snapshot, child, hops=hops, grant=demo_grant(), today=TODAY)
    expected = found.to_networkx()
    read = _read(file)
    assert set(read.nodes) == set(expected.nodes)
    assert _edges(read, "relationship") == _edges(expected, "type")
    for node, stated in expected.nodes(data=True):
        kept = {name: value for name, value in stated.items() if name not in ("hops", "kind", "label")}
        assert kept.items() <= read.nodes[node].items()


def _edges(graph: Any, kind: str) -> list[tuple[str, str, str, str, str]]:
    return sorted(
        (start, end, stated[kind], stated.get("valid_from", ""), stated.get("role", ""))
        for start, end, stated in graph.edges(data=True)
    )


def _read(file: Path) -> Any:
    return nx.read_gexf(file) if file.suffix == ".gexf" else nx.read_graphml(file, force_multigraph=True)


@pytest.mark.parametrize("suffix", ["graphml", "gexf"])
def test_a_family_holds_its_members_events_and_addresses(
    run: Run, snapshot: Snapshot, child: str, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"family.{suffix}"
    answer("export", child, "--family", "--to", file, run=run)
    history = family_history(snapshot, child, AS_OF, demo_grant(), today=TODAY)
    read = _read(file)
    of_type = {kind: {node for node, stated in read.nodes(data=True) if stated["node_type"] == kind} for kind in NODES}
    assert of_type["Person"] == {f"Person:{m.person_id}" for m in history.members}
    assert of_type["Incident"] == {f"Incident:{e.event_id}" for e in history.entries}
    assert of_type["Address"] == {f"Address:{s.address_id}" for s in history.stays}
    assert {read.nodes[f"Person:{m.person_id}"]["rule"] for m in history.members} == {m.rule for m in history.members}
    assert all(read.nodes[f"Incident:{e.event_id}"]["klass"] == e.klass for e in history.entries)
    parts = {(p.person_id, e.event_id, p.role) for e in history.entries for p in e.parts}
    involved = {
        (start.partition(":")[2], end.partition(":")[2], stated["role"])
        for start, end, stated in read.edges(data=True)
        if stated["relationship"] == "INVOLVED_IN"
    }
    assert parts <= involved


def test_everything_in_scope_leaves_once(run: Run, snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "all.gexf"
    answer("export", "--all", "--to", file, run=run)
    root = ET.parse(file).getroot()  # noqa: S314
    space = "{http://gexf.net/1.3}"
    nodes, edges = root.findall(f".//{space}node"), root.findall(f".//{space}edge")
    assert len({node.get("id") for node in nodes}) == len(nodes)
    assert len(nodes) == sum(snapshot.counts[label] for label in ("Person", "Household", "Address", "Incident"))
    ids = {node.get("id") for node in nodes}
    assert all(edge.get("source") in ids and edge.get("target") in ids for edge in edges)
    kinds = {edge.get("kind") for edge in edges}
    assert kinds <= set(TYPES)
    assert {"CHILD_OF", "LIVED_AT", "INVOLVED_IN"} <= kinds


def test_everybody_at_once_is_for_synthetic_registers_only(run: Run, tmp_path: Path) -> None:
    selection = scope_selection(Snapshot.open(run.stage("snapshot") / "store"), grant=demo_grant(), today=TODAY)
    assert len(selection.persons) == len(set(selection.persons)) > 0
    assert ask("export", "--to", tmp_path / "x.gexf", run=run).exit_code == 2
    assert ask("export", "E1", "--all", "--to", tmp_path / "x.gexf", run=run).exit_code == 2
    assert ask("export", "E1", "--to", tmp_path / "x.txt", run=run).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_whoever_leaves_is_in_the_log_and_the_file_is_private(run: Run, child: str, tmp_path: Path) -> None:
    file = tmp_path / "around.gexf"
    answer("export", child, "--to", file, run=run)
    logged = json.loads((run.path.parent / "lookups.jsonl").read_text("utf-8").splitlines()[-1])
    left = {node.partition(":")[2] for node in _read(file).nodes if node.startswith("Person:")}
    assert logged["action"] == "export"
    assert set(logged["persons"]) == left
    assert file.stat().st_mode & 0o777 == 0o600
    assert "DEMO" in file.read_text("utf-8")


def test_the_same_selection_gives_the_same_bytes(snapshot: Snapshot, child: str) -> None:
    history = family_history(snapshot, child, AS_OF, demo_grant(), today=TODAY)
    for write in (gexf, graphml):
        texts = {
            "".join(write(family_selection(snapshot, history, grant=demo_grant(), today=TODAY), about="x"))
            for _ in range(2)
        }
        assert len(texts) == 1


def test_a_sealed_address_says_nothing_but_that_it_is_protected(snapshot: Snapshot) -> None:
    sealed = [i for i, one in enumerate(snapshot.column("LIVED_AT", "sealed").to_pylist()) if one]
    assert sealed
    person = snapshot.value("LIVED_AT", "start_id", sealed[0])
    grant = demo_grant()
    selection = neighbourhood_selection(snapshot, person, hops=1, grant=grant, today=TODAY)
    text = "".join(gexf(selection, about="x"))
    hidden = re.findall(r'<node id="Address:protected:[^>]*>.*?</node>', text)
    assert hidden
    for one in hidden:
        assert 'label="protected"' in one
        assert not re.search(r'for="(district|municipality|postcode|access_id)"', one)
    for edge in re.findall(r'<edge [^>]*target="Address:protected:[^>]*>.*?</edge>', text):
        assert 'for="register" value="protected"' in edge


def test_every_column_has_one_type_and_every_name_is_free() -> None:
    for attributes in (node_attributes(), edge_attributes()):
        names = [one.name for one in attributes]
        assert len(names) == len(set(names))
        assert not {"label", "kind", "id", "source", "target", "weight"} & set(names)
    types: dict[str, set[str]] = {}
    tables = [NODES[label].table for label in ("Person", "Household", "Address", "Incident")]
    for table in [*tables, *(RELATIONSHIPS[type_].table for type_ in TYPES)]:
        for field in table.schema:
            types.setdefault(field.name, set()).add(str(field.type))
    assert not {name: found for name, found in types.items() if len(found) > 1}


def _person(**stated: Any) -> Node:
    return Node(Key("Person", "E1"), 0, {"name": "Ib", "birth_date": None, "deceased": None, **stated})


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (FIRST_DAY, LAST_DAY, (None, None)),
        (dt.date(2020, 1, 1), LAST_DAY, ("2020-01-01", None)),
        (dt.date(2020, 1, 1), dt.date(2020, 2, 1), ("2020-01-01", "2020-01-31")),
        (dt.date(2020, 1, 1), dt.date(2020, 1, 1), ("2020-01-01", "2020-01-01")),
        (FIRST_DAY, dt.date(2020, 2, 1), (None, "2020-01-31")),
    ],
)
def test_spells_are_inclusive_and_never_end_before_they_begin(
    start: dt.date, end: dt.date, expected: tuple[str | None, str | None]
) -> None:
    edge = Edge("LIVED_AT", Key("Person", "E1"), Key("Address", "A"), 0, {"valid_from": start, "valid_to": end})
    text = "".join(gexf(Selection([], [edge], ()), about=""))
    found = ET.fromstring(text).find(".//{http://gexf.net/1.3}edge")  # noqa: S314
    assert found is not None
    assert (found.get("start"), found.get("end")) == expected


@pytest.mark.parametrize("name", ["<b>&\"'", "ليلى", "Ib\x00\x0b\ud800\uffff", "a\n\tb", "𠮷" * 3000])
def test_any_name_leaves_a_file_that_can_be_read(name: str, tmp_path: Path) -> None:
    for write, suffix in ((gexf, "gexf"), (graphml, "graphml")):
        file = tmp_path / f"x.{suffix}"
        file.write_text("".join(write(Selection([_person(name=name)], [], ("E1",)), about=name)), "utf-8")
        assert list(_read(file).nodes) == ["Person:E1"]
