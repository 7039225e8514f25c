"""The snapshot on disk: same graph, same bytes; published whole; damage is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings

from graph.errors import SnapshotError, UnknownPersonError
from graph.model import NODES, RELATIONSHIPS, GraphTables
from graph.snapshot import Snapshot, write_snapshot
from tests.graph.test_history import opened
from tests.graph.towns import numbered_town, towns


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def shuffled(tables: GraphTables) -> GraphTables:
    """The same rows backwards, in chunks of two, and with something else under the nulls."""
    found: GraphTables = {}
    for name, table in tables.items():
        turned = table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64()))
        columns = []
        for column in turned.columns:
            if pa.types.is_date32(column.type) and column.null_count:
                garbage = pc.fill_null(column.cast(pa.int32()), 77).combine_chunks()
                mask = pc.is_null(column).combine_chunks().to_numpy(zero_copy_only=False)
                columns.append(pa.array(garbage.to_numpy(), mask=mask).cast(column.type))
            else:
                columns.append(column)
        again = pa.table(columns, schema=table.schema)
        found[name] = pa.Table.from_batches(again.to_batches(max_chunksize=2), schema=table.schema)
    return found


@settings(max_examples=15)
@given(towns())
def test_the_same_graph_gives_the_same_bytes(tmp_path_factory: pytest.TempPathFactory, tables: GraphTables) -> None:
    folder = tmp_path_factory.mktemp("twice")
    write_snapshot(tables, folder / "one")
    write_snapshot(shuffled(tables), folder / "two")
    assert contents(folder / "one") == contents(folder / "two")


@settings(max_examples=15)
@given(towns())
def test_adjacency_is_the_table_seen_from_both_ends(tables: GraphTables) -> None:
    with opened(tables) as snapshot:
        for name, shape in RELATIONSHIPS.items():
            pairs = sorted(zip(tables[name]["start_id"].to_pylist(), tables[name]["end_id"].to_pylist(), strict=True))
            for direction, here, there in (("out", shape.start, shape.end), ("in", shape.end, shape.start)):
                found = [
                    (snapshot.id_of(here, code), snapshot.id_of(there, row[0]))
                    for code in range(tables[here].num_rows)
                    for row in snapshot.rows(direction, name, code)
                ]
                assert sorted(found if direction == "out" else [(b, a) for a, b in found]) == pairs


def test_ids_are_found_by_binary_search_and_others_are_not() -> None:
    with opened(numbered_town(2)) as snapshot:
        for label, node in NODES.items():
            ids = snapshot.table(label)[node.table.key[0]].to_pylist()
            assert [snapshot.find(label, one) for one in ids] == list(range(len(ids)))
            strange = ["", "\U0010ffff", *(one + "\x00" for one in ids), *(one[:-1] for one in ids)]
            assert [snapshot.find(label, one) for one in strange if one not in ids] == [None] * len(
                [one for one in strange if one not in ids]
            )


def test_a_record_leads_to_its_person(tmp_path: Path) -> None:
    write_snapshot(numbered_town(1), tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    assert snapshot.person_of_record("cpr:p03") == "p03"
    with pytest.raises(UnknownPersonError, match="nothing:1"):
        snapshot.person_of_record("nothing:1")


def test_a_snapshot_is_replaced_whole_and_an_open_one_stays(tmp_path: Path) -> None:
    write_snapshot(numbered_town(1), tmp_path / "s")
    before = Snapshot.open(tmp_path / "s")
    events = before.table("Incident").num_rows
    write_snapshot(numbered_town(8), tmp_path / "s")
    after = Snapshot.open(tmp_path / "s")
    assert after.content != before.content
    assert before.table("Incident").num_rows == events
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    after.verify()


def test_a_graph_with_a_loose_end_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    tables = numbered_town(1)
    tables["Person"] = tables["Person"].slice(1)
    with pytest.raises(SnapshotError, match="not in the graph"):
        write_snapshot(tables, tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SnapshotError, match="cannot write the snapshot"):
        write_snapshot(numbered_town(1), tmp_path / "file" / "s")


def test_no_snapshot_another_version_and_damage_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no snapshot here"):
        Snapshot.open(tmp_path / "s")
    write_snapshot(numbered_town(1), tmp_path / "s")
    table = tmp_path / "s" / "tables" / "Person.arrow"
    whole = table.read_bytes()
    table.write_bytes(whole[:-8])
    with pytest.raises(SnapshotError, match=r"Person\.arrow is missing or cut short"):
        Snapshot.open(tmp_path / "s")
    table.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    with pytest.raises(SnapshotError, match="has changed"):
        Snapshot.open(tmp_path / "s").verify()
    manifest = tmp_path / "s" / "manifest.json"
    manifest.write_text(json.dumps({"version": 999}))
    with pytest.raises(SnapshotError, match="version"):
        Snapshot.open(tmp_path / "s")
    manifest.write_text("{")
    with pytest.raises(SnapshotError, match="damaged"):
        Snapshot.open(tmp_path / "s")
