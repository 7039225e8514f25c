"""Opens a snapshot: nothing is read before it is asked for, and then only mapped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.errors import SnapshotError, UnknownPersonError
from graph.model import NODES, RELATIONSHIPS
from graph.snapshot.layout import VERSION

Ints = npt.NDArray[np.int32]
Adjacency = tuple[npt.NDArray[np.int64], Ints]


class Snapshot:
    """A graph on disk, immutable, with ids and integer codes (:mod:`graph.snapshot.layout`).

    Opening reads the manifest alone. Files stay mapped while the object lives, so a reader keeps its
    snapshot when another one is published in its place. Reading what it holds about persons is done by
    functions that take a ``Grant``; the object itself is plumbing for them.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest
        self._tables: dict[str, pa.Table] = {}
        self._columns: dict[tuple[str, str], pa.Array] = {}
        self._adjacency: dict[tuple[str, str], Adjacency] = {}
        self._nodes: dict[str, Ints] = {}

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """The snapshot in ``folder``.

        Raises:
            SnapshotError: There is none, it is of another version, or files are missing or cut short.
        """
        where, hint = str(folder), "rebuild and publish again"
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise SnapshotError("there is no snapshot here", where=where, hint=hint) from error
        except ValueError as error:
            raise SnapshotError("the manifest is damaged", where=where, hint=hint) from error
        if not isinstance(manifest, dict) or manifest.get("version") != VERSION:
            raise SnapshotError(f"the snapshot is not of version {VERSION}", where=where, hint=hint)
        for name, entry in manifest["files"].items():
            path = folder / name
            if not path.is_file() or path.stat().st_size != entry["bytes"]:
                raise SnapshotError(f"{name} is missing or cut short", where=where, hint=hint)
        return cls(folder, manifest)

    @property
    def content(self) -> str:
        """Digest of everything in the snapshot: equal graphs have equal ones."""
        return str(self.manifest["content"])

    @property
    def counts(self) -> dict[str, int]:
        """Rows by label and type."""
        return dict(self.manifest["counts"])

    def verify(self) -> None:
        """Read every file and compare its digest.

        Raises:
            SnapshotError: A file is not the one that was written.
        """
        for name, entry in self.manifest["files"].items():
            with (self.folder / name).open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != entry["sha256"]:
                    raise SnapshotError(f"{name} has changed since it was written", where=str(self.folder))

    def table(self, name: str) -> pa.Table:
        """A node or relationship table, mapped."""
        if name not in self._tables:
            source = pa.memory_map(str(self.folder / "tables" / f"{name}.arrow"))
            self._tables[name] = pa.ipc.open_file(source).read_all()
        return self._tables[name]

    def column(self, table: str, name: str) -> pa.Array:
        """One column of a table as a single array."""
        key = (table, name)
        if key not in self._columns:
            column = self.table(table).column(name)
            self._columns[key] = column.chunk(0) if column.num_chunks else pa.array([], column.type)
        return self._columns[key]

    def value(self, table: str, name: str, row: int) -> Any:
        """One cell as a Python value, ``None`` for a null."""
        return self.column(table, name)[row].as_py()

    def nodes(self, label: str) -> Ints:
        """The integer columns of ``Person``, ``Incident`` or ``Mention``."""
        if label not in self._nodes:
            self._nodes[label] = self._map(f"nodes/{label}.npy")
        return self._nodes[label]

    def adjacency(self, direction: str, type_: str) -> Adjacency:
        """Offsets and rows of a relationship type, ``direction`` being ``out`` or ``in``."""
        key = (direction, type_)
        if key not in self._adjacency:
            offsets = self._map(f"{direction}/{type_}.offsets.npy")
            self._adjacency[key] = (offsets, self._map(f"{direction}/{type_}.npy"))
        return self._adjacency[key]

    def rows(self, direction: str, type_: str, code: int) -> list[list[int]]:
        """Adjacency rows of one node, as lists of integers."""
        offsets, rows = self.adjacency(direction, type_)
        found: list[list[int]] = rows[offsets[code] : offsets[code + 1]].tolist()
        return found

    def find(self, label: str, key: str) -> int | None:
        """Code of the node with this id, by binary search; ``None`` if there is none."""
        ids = self.column(label, self.id_column(label))
        low, high = 0, len(ids)
        while low < high:
            middle = (low + high) // 2
            if ids[middle].as_py() < key:
                low = middle + 1
            else:
                high = middle
        return low if low < len(ids) and ids[low].as_py() == key else None

    def id_of(self, label: str, code: int) -> str:
        """Id of the node with this code."""
        return str(self.value(label, self.id_column(label), code))

    def person(self, person_id: str) -> int:
        """Code of a person.

        Raises:
            UnknownPersonError: Nobody here has this id.
        """
        code = self.find("Person", person_id)
        if code is None:
            raise UnknownPersonError(
                f"no person {person_id!r} in this snapshot", hint="search by name, or the person is outside the scope"
            )
        return code

    def person_of_record(self, record_id: str) -> str:
        """Id of the person that a mention belongs to.

        Raises:
            UnknownPersonError: No mention here has this id.
        """
        row = self.find("Mention", record_id)
        if row is None:
            raise UnknownPersonError(f"no record {record_id!r} in this snapshot", hint="it is outside the scope")
        return self.id_of("Person", int(self.nodes("Mention")[row]))

    @staticmethod
    def id_column(label: str) -> str:
        """Name of the column that holds the ids of a label."""
        return str(NODES[label].table.schema.names[0])

    @staticmethod
    def ends(type_: str) -> tuple[str, str]:
        """Labels at the start and the end of a relationship type."""
        return RELATIONSHIPS[type_].start, RELATIONSHIPS[type_].end

    def _map(self, name: str) -> npt.NDArray[Any]:
        # A plain view: slicing numpy's memmap class costs ten times as much.
        return np.asarray(np.load(self.folder / name, mmap_mode="r", allow_pickle=False))
