"""First pass: every batch of every file through the sections that read it, and to where its rows wait.

A person whose names or numbers stand in other files of the register cannot be built from a batch. The
rows of all those files wait, ordered by the person key, and persons are gathered one range of keys at
a time, by the same code that builds them from a batch.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT
from loaders.building import Register
from loaders.mapping.model import Mapping
from loaders.sources import ORIGIN, Reading, Source, read_role
from loaders.streaming.ahead import ahead
from loaders.streaming.layout import ORDER, Numbered
from loaders.streaming.runs import Runs, chunk, ranges
from loaders.streaming.work import Work
from loaders.tables_built import BUILDERS

_KEY = "#key"

Step = tuple[Mapping, str, Source | None]
"""A batch of a role of a register; without one, the register is read to its end."""


def _roles(mapping: Mapping) -> list[str]:
    return sorted({s.role for s in mapping.sections} | {g.role for s in mapping.sections for g in s.gathered})


def _batches(mappings: Sequence[Mapping], reading: Reading) -> Generator[Step, None, None]:
    """Every batch of every role; after each mapping's last, one without rows."""
    for mapping in mappings:
        for role in _roles(mapping):
            for source in read_role(mapping, role, reading):
                yield mapping, role, source
        yield mapping, "", None


@dataclass(slots=True)
class _Joined:
    """Rows that wait to be gathered: of one role, by one key."""

    role: str
    key: str
    """Empty for the file of the person section itself."""
    runs: Runs
    pattern: Source | None = None
    """A batch, for what all batches share."""


class _Gathering:
    """The rows of one person section and of the files it gathers from."""

    def __init__(self, work: Work, numbered: Numbered) -> None:
        self.numbered, self._work = numbered, work
        section = numbered.section
        wanted = {(section.role, ""): section.person_key}
        wanted |= {(g.role, g.key): g.key for g in section.gathered}
        self._joined = [_Joined(role, key, self._runs(numbered.mapping.columns(role))) for role, key in wanted]
        self._columns = wanted

    def _runs(self, columns: Sequence[str]) -> Runs:
        schema = pa.schema([pa.field(_KEY, TEXT), pa.field(ORIGIN, pa.int64()), *(pa.field(c, TEXT) for c in columns)])
        return self._work.spill.runs("gathered", _KEY, schema)

    def take(self, role: str, source: Source) -> None:
        for one in self._joined:
            if one.role != role:
                continue
            one.pattern = source
            key = pc.fill_null(chunk(source.table, self._columns[one.role, one.key]), "")
            columns = {_KEY: key, ORIGIN: pa.array(source.origins, pa.int64())}
            columns |= {c: source.table.column(c) for c in one.runs.schema.names[2:]}
            self._work.spill.add(one.runs, pa.table(columns, schema=one.runs.schema))

    def build(self) -> None:
        """Build the persons, range by range."""
        section, work = self.numbered.section, self._work
        all_runs = [one.runs for one in self._joined]
        work.spill.settle(all_runs)
        for bounds in ranges(all_runs, work.scratch.range):
            sources = {(one.role, one.key): _source(one, one.runs.between(bounds)) for one in self._joined}
            register = Register(self.numbered.mapping, self.numbered.extract, sources, work.log, work.addresses)
            work.take(self.numbered, BUILDERS[section.table](register, section))
            for key, origins in register.dropped.items():
                work.drop(section.table, key, np.concatenate(origins))
        for one in all_runs:
            one.forget()


def _source(joined: _Joined, rows: pa.Table) -> Source:
    """Rows of a range as they stood in their files."""
    rows = rows.sort_by(ORIGIN)
    names = [n for n in rows.column_names if n not in (_KEY, ORIGIN)]
    origins = np.asarray(chunk(rows, ORIGIN).to_numpy(), dtype=np.int64)
    like = joined.pattern
    if like is None:
        return Source(rows.select(names), origins, (), ())
    return Source(rows.select(names), origins, like.files, like.formats, like.several)


def read_all(mappings: Sequence[Mapping], reading: Reading, work: Work) -> None:
    """Read every file of every register and build what can be built.

    Raises:
        RegisterError: A file cannot be read as its mapping says.
    """
    gathering: list[_Gathering] = []
    own: list[Numbered] = []
    current: Mapping | None = None
    with ahead(_batches(mappings, reading)) as batches:
        for mapping, role, source in batches:
            if mapping is not current:
                current = mapping
                own = [n for n in work.sections if n.mapping is mapping]
                gathering = [_Gathering(work, n) for n in own if n.section.gathered]
            if source is None:
                for one in gathering:
                    one.build()
                continue
            for one in gathering:
                one.take(role, source)
            _build(work, own, role, source)
    work.spill.settle([*work.runs.values(), *work.probes.values()])


def _build(work: Work, own: Sequence[Numbered], role: str, source: Source) -> None:
    """Everything that sections without other files make of a batch."""
    mine = [n for n in own if n.section.role == role and not n.section.gathered]
    if not mine:
        return
    register = Register(mine[0].mapping, mine[0].extract, {(role, ""): source}, work.log, work.addresses)
    for table in ORDER:
        for numbered in mine:
            if numbered.section.table == table:
                work.take(numbered, BUILDERS[table](register, numbered.section))
