"""The rows of one file role of a register, batch by batch, as text columns with their origins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Given
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.mapping.model import Mapping
from loaders.readers import open_register_file, role_parts
from loaders.readers.finding import find_files
from loaders.readers.opening import TYPED, Frames
from loaders.refusals import FileSpan, Kind, Refusals
from loaders.streaming.rowsets import Origins

Progress = Callable[[str, int], None]
"""Called with the register's name and the number of rows just read."""

__all__ = ["ISO_DAY", "ORIGIN", "Progress", "Reading", "Source", "find_files", "read_role"]

ORIGIN = "#origin"
ISO_DAY = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one role: text columns, each row's origin, and the files they came from."""

    table: pa.Table
    origins: Origins
    files: tuple[FileSpan, ...]
    """The files up to the one these rows stand in."""
    formats: tuple[str, ...]
    """Date formats to try where a cell states none."""
    several: bool = False
    """Whether the role has more than one file."""

    def where(self, mask: pa.Array) -> Source:
        """Only the rows where the mask is true."""
        keep = pc.fill_null(mask, False)
        if pc.all(keep, min_count=0).as_py():
            return self
        chosen = self.origins[keep.to_numpy(zero_copy_only=False)]
        return Source(self.table.filter(keep), chosen, self.files, self.formats, self.several)

    def row_names(self) -> pa.Array:
        """A text for each row that names it within the role: its number, after the file's name if there are several."""
        firsts = np.array([f.first for f in self.files], dtype=np.int64)
        at = np.searchsorted(firsts, self.origins, side="left") - 1
        numbers = pa.array(self.origins - firsts[at], pa.int64()).cast(pa.string())
        if not self.several:
            return numbers
        names = pa.array([Path(f.name).name.split(".")[0] for f in self.files]).take(pa.array(at, pa.int64()))
        return pc.binary_join_element_wise(names, numbers, ".")


@dataclass(frozen=True, slots=True)
class Reading:
    """What every role of a load is read with: the log, the files so far, frames and who is told."""

    log: Refusals
    files: list[FileSpan]
    """Grows by one for every file that has been read to its end."""
    frames: Given[str, Frames]
    """Data frames by register and role, in place of files."""
    progress: Progress | None = None

    def rows(self) -> int:
        """The last origin in use."""
        return self.files[-1].first + self.files[-1].rows if self.files else 0


def read_role(mapping: Mapping, role: str, reading: Reading) -> Iterator[Source]:
    """The usable rows of the role's files, batch by batch; the others go to the log.

    Raises:
        RegisterError: A file cannot be read as the mapping says.
    """
    parts = role_parts(mapping, role, reading.frames.get(mapping.name))
    formats = mapping.date_formats
    if any(part.kind in TYPED for part in parts) and ISO_DAY not in formats:
        formats = (*formats, ISO_DAY)
    begun: tuple[FileSpan, ...] = ()
    for part in parts:
        first, last = reading.rows(), 0
        begun = (*begun, FileSpan(first, 0, mapping.name, role, part.name))
        for batch in open_register_file(part):
            last = max([last, *batch.rows[-1:], *(int(r.rows.max()) for r in batch.refused if len(r.rows))])
            for refusal in batch.refused:
                reading.log.add(refusal.rows + first, Kind(refusal.reason, refusal.column))
            if reading.progress:
                reading.progress(mapping.name, len(batch.rows) + sum(len(r.rows) for r in batch.refused))
            yield Source(batch.table, batch.rows + first, begun, formats, len(parts) > 1)
        reading.files.append(FileSpan(first, int(last), mapping.name, role, part.name))
