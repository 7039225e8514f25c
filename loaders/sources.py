"""All rows of one file role of a register, as text columns with their origins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.errors import RegisterError
from loaders.mapping.model import Mapping
from loaders.readers.batches import Batch, Wanted
from loaders.readers.columnar import read_parquet
from loaders.readers.delimited import empty_columns, read_delimited
from loaders.refusals import FileSpan, Origins, Refusals

Progress = Callable[[str, int], None]
"""Called with the register's name and the number of rows just read."""

ORIGIN = "#origin"
ISO_DAY = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of one role: text columns, each row's origin, and the files they came from."""

    table: pa.Table
    origins: Origins
    files: tuple[FileSpan, ...]
    formats: tuple[str, ...]
    """Date formats to try where a cell states none."""

    def where(self, mask: pa.Array) -> Source:
        """Only the rows where the mask is true."""
        keep = pc.fill_null(mask, False)
        if pc.all(keep, min_count=0).as_py():
            return self
        chosen = self.origins[keep.to_numpy(zero_copy_only=False)]
        return Source(self.table.filter(keep), chosen, self.files, self.formats)

    def row_names(self) -> pa.Array:
        """A text for each row that names it within the role: its number, after the file's name if there are several."""
        firsts = np.array([f.first for f in self.files], dtype=np.int64)
        at = np.searchsorted(firsts, self.origins, side="left") - 1
        numbers = pa.array(self.origins - firsts[at], pa.int64()).cast(pa.string())
        if len(self.files) < 2:
            return numbers
        names = pa.array([Path(f.name).name.split(".")[0] for f in self.files]).take(pa.array(at, pa.int64()))
        return pc.binary_join_element_wise(names, numbers, ".")


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def _pattern(stated: Path) -> Iterator[Path]:
    """Paths that a pattern names; the part before its first wildcard is a folder."""
    wild = next((i for i, part in enumerate(stated.parts) if set(part) & set("*?[")), None)
    if wild is not None:
        yield from Path(*stated.parts[:wild]).glob(str(Path(*stated.parts[wild:])))


def find_files(mapping: Mapping, role: str) -> list[Path]:
    """The files of a role, patterns resolved, each once, sorted.

    Raises:
        RegisterError: A path or pattern names no file.
    """
    found: set[Path] = set()
    for stated in mapping.files[role]:
        matches = [stated] if stated.is_file() else [p for p in _pattern(stated) if p.is_file()]
        if not matches:
            where = f"{stated.name} (files.{role} of register {mapping.name})"
            raise RegisterError("no such file", where=where, hint="check [register.files] in the mapping")
        found.update(matches)
    return sorted(found)


def _batches(mapping: Mapping, role: str, path: Path) -> Iterator[Batch]:
    wanted = Wanted(path, mapping.columns(role), mapping.encoding, mapping.delimiter, mapping.lines)
    return read_parquet(wanted) if _is_parquet(path) else read_delimited(wanted)


def read_role(mapping: Mapping, role: str, *, first: int, log: Refusals, progress: Progress | None = None) -> Source:
    """Every usable row of the role's files; the others go to the log.

    ``first`` is the last origin already in use.

    Raises:
        RegisterError: A file cannot be read as the mapping says.
    """
    tables: list[pa.Table] = [empty_columns(mapping.columns(role))]
    origins: list[Origins] = [np.empty(0, dtype=np.int64)]
    spans: list[FileSpan] = []
    paths = find_files(mapping, role)
    names = [p.name for p in paths]
    for path in paths:
        last = 0
        for batch in _batches(mapping, role, path):
            tables.append(batch.table)
            origins.append(batch.rows + first)
            last = max([last, *batch.rows[-1:], *(int(r.rows.max()) for r in batch.refused)])
            for refusal in batch.refused:
                log.add(refusal.rows + first, refusal.reason, column=refusal.column)
            if progress:
                progress(mapping.name, len(batch.rows) + sum(len(r.rows) for r in batch.refused))
        name = path.name if names.count(path.name) == 1 else f"{path.parent.name}/{path.name}"
        spans.append(FileSpan(first, int(last), mapping.name, role, name))
        first += int(last)
    formats = mapping.date_formats
    if any(_is_parquet(p) for p in paths) and ISO_DAY not in formats:
        formats = (*formats, ISO_DAY)
    table = pa.concat_tables(tables).combine_chunks()
    return Source(table, np.concatenate(origins), tuple(spans), formats)
