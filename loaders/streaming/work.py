"""One load under way: its sections, the rows that wait, and what has been decided about them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from linkage.tables import CANONICAL, TEXT
from linkage.vocabulary import Protection
from loaders.building import FIRST
from loaders.duplicates import SECTION, whole
from loaders.mapping.model import Key, Section
from loaders.parsed_addresses import ParsedAddresses
from loaders.refusals import Refusals
from loaders.sources import ORIGIN
from loaders.streaming.layout import ORDER, REFERENCES, Layout, Numbered
from loaders.streaming.rowsets import Mask, Origins, RowSet
from loaders.streaming.runs import Runs, Spill
from loaders.streaming.scratch import Scratch

PROBE = pa.schema([pa.field("key", TEXT), pa.field(ORIGIN, pa.int64()), pa.field(SECTION, pa.int32())])
"""A reference to another table: the id that must exist there, and the row that names it."""

_PROBED = {"relations": ("other_record",), "involvements": ("record_id",)}
"""References that are not what their table is ordered by, and so are looked up apart."""


class Work:
    """Rows and verdicts of one load."""

    def __init__(self, sections: Sequence[Numbered], log: Refusals, scratch: Scratch) -> None:
        self.sections, self.log, self.scratch = list(sections), log, scratch
        self.spill = Spill(scratch)
        self.layouts = {t: Layout(t, sections) for t in ORDER}
        self.runs = {t: self.spill.runs(t, CANONICAL[t].key[0], self.layouts[t].travelling) for t in ORDER}
        self.probes = {
            (t, field): self.spill.runs(f"{t}-{field}", "key", PROBE) for t in _PROBED for field in _PROBED[t]
        }
        self.addresses = ParsedAddresses()
        self.special = False
        """Whether any row states special protection."""
        self._dropped: dict[tuple[str, Key], RowSet] = defaultdict(RowSet)
        self._missing: dict[tuple[int, str], RowSet] = defaultdict(RowSet)
        self._lock = threading.Lock()

    def section(self, number: int) -> Section:
        """The section of this number."""
        return self.sections[number].section

    def take(self, numbered: Numbered, rows: pa.Table) -> None:
        """Keep the rows that a section made of a batch."""
        table = numbered.section.table
        if not len(rows):
            return
        rows = rows.append_column(SECTION, pa.array(np.full(len(rows), numbered.number, dtype=np.int32)))
        self.spill.add(self.runs[table], self.layouts[table].pack(rows))
        for field in _PROBED.get(table, ()):
            probe = pa.table([rows.column(field), rows.column(ORIGIN), rows.column(SECTION)], schema=PROBE)
            if probe.column("key").null_count:
                probe = probe.filter(probe.column("key").is_valid())
            self.spill.add(self.probes[table, field], probe)
        if table == "protections":
            self.special = self.special or Protection.SPECIAL.value in rows.column("kind").unique().to_pylist()

    def drop(self, table: str, key: Key, origins: Origins) -> None:
        """Let later tables hang nothing on these rows' record under this key."""
        with self._lock:
            rows = self._dropped[table, key]
        rows.add(origins)

    def dropped(self, table: str, keys: Sequence[Key], origins: Origins) -> Mask:
        """Which of the rows have, by a table before this one, lost their record under one of the keys."""
        gone = np.zeros(len(origins), dtype=np.bool_)
        if table in FIRST or table not in ORDER:
            return gone
        for earlier in ORDER[: ORDER.index(table)]:
            for key in keys:
                rows = self._dropped.get((earlier, key))
                if rows is not None:
                    gone |= rows.contains(origins)
        return gone

    def lose(self, number: int, field: str, origins: Origins) -> None:
        """Note rows of a section whose reference in a field leads nowhere."""
        with self._lock:
            rows = self._missing[number, field]
        rows.add(origins)

    def lost(self, number: int, field: str, origins: Origins) -> Mask:
        """Which rows of a section refer in a field to something that is not there."""
        rows = self._missing.get((number, field))
        return np.zeros(len(origins), dtype=np.bool_) if rows is None else rows.contains(origins)

    def references_to(self, target: str) -> Iterator[tuple[str, Runs, str]]:
        """References to look up in a table: field, rows, and the column of the ids (which orders the rows)."""
        key = CANONICAL[target].key[0]
        for (_, field), runs in self.probes.items():
            if target == "persons":
                yield field, runs, "key"
        for table, fields in REFERENCES.items():
            if table != "residences" and CANONICAL[table].key[0] == key and key in fields:
                yield key, self.runs[table], key


def by_section(rows: pa.Table) -> Iterator[tuple[int, Mask | slice]]:
    """The numbers of the sections that rows came from, and which rows."""
    numbers = whole(rows, SECTION).to_numpy()
    present = np.unique(numbers)
    if len(present) == 1:
        yield int(present[0]), slice(None)
        return
    for number in present:
        yield int(number), numbers == number
