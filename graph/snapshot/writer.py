"""Writes a snapshot: sorted tables, integer codes, adjacency both ways; published by one rename."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graph.errors import SnapshotError
from graph.model import NODES, RELATIONSHIPS, GraphTables
from graph.order import in_order
from graph.snapshot.layout import COUNTS, DOMESTIC, EXTRAS, KINDS, NO_CODE, NO_DAY, ROLES, VERSION
from linkage.intervals import FIRST, LAST

Ints = npt.NDArray[np.int32]


def write_snapshot(tables: GraphTables, folder: Path) -> None:
    """Write the graph as a snapshot at ``folder``, replacing one that is there.

    The same rows give the same bytes, in whatever order and chunks they come. Everything is written
    beside the target first and renamed at the end: a reader sees the old snapshot or the new one.

    Raises:
        TableError: A table is not as declared.
        SnapshotError: A relationship names a node that is not there, or the folder cannot be written.
    """
    tables = in_order(tables)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
            _fill(tables, Path(scratch) / "draft")
            _publish(Path(scratch) / "draft", folder)
    except OSError as error:
        raise SnapshotError(
            f"cannot write the snapshot: {error.strerror or error}", where=str(folder), hint="check space and rights"
        ) from error


def _fill(tables: GraphTables, draft: Path) -> None:
    for part in ("tables", "nodes", "out", "in"):
        (draft / part).mkdir(parents=True)
    _write_tables(tables, draft / "tables")
    _write_nodes(tables, draft / "nodes")
    _write_adjacency(tables, draft)
    _write_manifest(tables, draft)


def _publish(draft: Path, folder: Path) -> None:
    if not folder.exists():
        draft.rename(folder)
        return
    aside = folder.with_name(f".{folder.name}.replaced-{os.getpid()}")
    folder.rename(aside)
    try:
        draft.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _write_tables(tables: GraphTables, folder: Path) -> None:
    for name, table in tables.items():
        plain = pa.table([_canonical(table.column(c)) for c in table.column_names], schema=table.schema)
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, plain.schema) as writer:
            for batch in plain.combine_chunks().to_batches():
                writer.write_batch(batch)


def _canonical(column: pa.ChunkedArray) -> pa.Array:
    """One array without anything under its nulls: what lies there may differ between equal columns."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    return array.take(pa.array(np.arange(len(array), dtype=np.int64)))


def days(column: pa.ChunkedArray) -> Ints:
    """A date column as days since 1970-01-01, nulls as :data:`NO_DAY`."""
    return np.asarray(column.cast(pa.int32()).fill_null(NO_DAY).to_numpy(), dtype=np.int32)


def _write_nodes(tables: GraphTables, folder: Path) -> None:
    person, incident, mention = tables["Person"], tables["Incident"], tables["Mention"]
    held = _flag(person["held"])
    dates = [days(person[c]) for c in ("birth_date", "deceased", "adult_from")]
    np.save(folder / "Person.npy", np.column_stack([*dates, held]).astype(np.int32))
    flags = COUNTS * _flag(incident["counts"]) + DOMESTIC * _flag(incident["domestic"])
    place = _codes(incident["place_id"], tables["Address"]["address_id"], where="Incident.place_id", nullable=True)
    np.save(folder / "Incident.npy", np.column_stack([days(incident["date"]), flags, place]).astype(np.int32))
    np.save(folder / "Mention.npy", _codes(mention["person_id"], person["person_id"], where="Mention.person_id"))


def _flag(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.int32()).to_numpy(), dtype=np.int32)


def _codes(column: pa.ChunkedArray, ids: pa.ChunkedArray, *, where: str, nullable: bool = False) -> Ints:
    found = pc.index_in(column, value_set=ids.combine_chunks())
    lost = pc.sum(pc.and_(found.is_null(), column.is_valid())).as_py() or 0
    if lost or (found.null_count and not nullable):
        raise SnapshotError(
            f"{lost} rows name a node that is not in the graph", where=where, hint="project the graph again"
        )
    return np.asarray(found.fill_null(NO_CODE).to_numpy(), dtype=np.int32)


def _write_adjacency(tables: GraphTables, folder: Path) -> None:
    for name, shape in RELATIONSHIPS.items():
        table = tables[name]
        ids = {label: tables[label].column(0) for label in (shape.start, shape.end)}
        start = _codes(table["start_id"], ids[shape.start], where=f"{name}.start_id")
        end = _codes(table["end_id"], ids[shape.end], where=f"{name}.end_id")
        rest = _rest(name, table)
        _save(folder / "out" / name, start, np.column_stack([end, *rest]), size=len(ids[shape.start]))
        _save(folder / "in" / name, end, np.column_stack([start, *rest]), size=len(ids[shape.end]))
    incident = tables["Incident"]
    place = _codes(incident["place_id"], tables["Address"]["address_id"], where="Incident.place_id", nullable=True)
    at = np.flatnonzero(place >= 0).astype(np.int32)
    _save(folder / "in" / "PLACE", place[at], at.reshape(-1, 1), size=tables["Address"].num_rows)


def _rest(name: str, table: pa.Table) -> list[Ints]:
    """All columns of an adjacency row but the first, as declared in the layout."""
    rows = table.num_rows
    columns = [np.arange(rows, dtype=np.int32)]
    for column, absent in (("valid_from", FIRST), ("valid_to", LAST), ("known_from", FIRST), ("known_to", LAST)):
        there = column in table.column_names
        columns.append(days(table[column]) if there else np.full(rows, absent, dtype=np.int32))
    for extra in EXTRAS.get(name, ()):
        columns.append(_extra(name, table, extra))
    return columns


def _extra(name: str, table: pa.Table, extra: str) -> Ints:
    if extra == "hidden_from":
        return days(table[extra])
    if extra == "home":
        home = pc.and_(table["unit"], pc.invert(pc.or_(table["hub"], table["sealed"])))
        return _flag(home)
    if extra == "certain":
        return _flag(table[extra])
    words = pa.chunked_array([pa.array(ROLES if extra == "role" else KINDS[name])])
    return _codes(table[extra], words, where=f"{name}.{extra}")


def _save(path: Path, by: Ints, rows: npt.NDArray[Any], *, size: int) -> None:
    order = np.argsort(by, kind="stable")
    offsets = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(by, minlength=size), out=offsets[1:])
    np.save(path.with_name(f"{path.name}.npy"), np.ascontiguousarray(rows[order], dtype=np.int32))
    np.save(path.with_name(f"{path.name}.offsets.npy"), offsets)


def _write_manifest(tables: GraphTables, folder: Path) -> None:
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        files[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": digest}
    content = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    manifest = {
        "version": VERSION,
        "content": content,
        "counts": {name: tables[name].num_rows for name in [*NODES, *RELATIONSHIPS]},
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
