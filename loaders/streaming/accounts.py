"""The log of refused rows read at the end: what it says of each register, and the table ``refused``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.tables import PLACE, PROTECTED_REGISTER, REFUSED, TEXT
from loaders.quality import Fates, Invalid
from loaders.refusals import STRETCH, FileSpan, Kind
from loaders.streaming.rowsets import Mask, Origins, RowSet
from loaders.streaming.work import Work

_LOCATION = (*tuple(f.name for f in PLACE), "district", "journal_number", "journal_reference")

Numbers = npt.NDArray[np.int32]


class Accounts:
    """Entries of the log that still hold, and those of sealed rows apart."""

    def __init__(self, work: Work, files: Sequence[FileSpan], sealed: Origins, stays: Origins) -> None:
        self._work, self._files = work, files
        self._sealed, self._stays = sealed, stays
        self._kinds = list(work.log.kinds)
        self.invalid: Invalid = defaultdict(int)
        malformed, lost = RowSet(), RowSet()
        self._closed: dict[tuple[str, str], int] = defaultdict(int)
        """How many entries of sealed rows there are, by field and reason."""
        for span in files:
            for first, last in self._told(span):
                origins, numbers, hidden = self._entries(first, last)
                self._count(span.register, numbers, hidden)
                origins, numbers = origins[~hidden], numbers[~hidden]
                malformed.add(origins[self._are(numbers, lambda k: k.fatal and not k.table)])
                lost.add(origins[self._are(numbers, lambda k: k.fatal)])
        self._malformed, self._lost = malformed, lost

    def _told(self, span: FileSpan) -> Iterator[tuple[int, int]]:
        """The rows of a file about which there are entries, some at a time."""
        for first, last in self._work.log.stretches():
            begin, end = max(first, span.first), min(last, span.first + span.rows)
            if begin < end:
                yield begin, end

    def _are(self, numbers: Numbers, what: object) -> Mask:
        assert callable(what)  # noqa: S101
        return np.array([what(k) for k in self._kinds], dtype=np.bool_)[numbers]

    def _entries(self, first: int, last: int) -> tuple[Origins, Numbers, Mask]:
        """Rows, kinds and whether the row is sealed; without what an earlier table or the sealing made void."""
        origins, numbers = self._work.log.between(first, last)
        void = np.zeros(len(origins), dtype=np.bool_)
        for number in np.unique(numbers):
            kind: Kind = self._kinds[number]
            if kind.keys:
                mine = numbers == number
                void[mine] = self._work.dropped(kind.table, kind.keys, origins[mine])
        residence = self._are(numbers, lambda k: k.table == "residences")
        place = self._are(numbers, lambda k: not k.field or k.field in _LOCATION)
        hidden = np.isin(origins, self._sealed) | (np.isin(origins, self._stays) & residence)
        keep = ~void & ~(hidden & (place | residence))
        return origins[keep], numbers[keep], hidden[keep]

    def _count(self, register: str, numbers: Numbers, hidden: Mask) -> None:
        size = len(self._kinds)
        for cover, counts in (
            (True, np.bincount(numbers[hidden], minlength=size)),
            (False, np.bincount(numbers[~hidden], minlength=size)),
        ):
            for number in np.flatnonzero(counts):
                kind, many = self._kinds[number], int(counts[number])
                if cover:
                    self._closed[kind.field, kind.reason] += many
                if not kind.fatal:
                    self.invalid[PROTECTED_REGISTER if cover else register, kind.table, kind.field] += many

    def fates(self, surviving: RowSet) -> Fates:
        """What became of the source rows that are not sealed; ``surviving`` are those with a canonical row."""
        sealed = RowSet()
        sealed.add(self._sealed)
        lost = self._lost.without(sealed)
        repeated = self._work.log.duplicates.without(surviving).without(sealed).without(lost)
        return Fates(self._malformed.without(sealed), lost, repeated)

    def refused(self) -> Iterator[pa.Table]:
        """The table ``refused`` in the order of its key: one row per source row and column."""
        groups: dict[tuple[str, str], list[FileSpan]] = defaultdict(list)
        for span in self._files:
            groups[span.register, span.name].append(span)
        for register, name in sorted([*groups, (PROTECTED_REGISTER, PROTECTED_REGISTER)]):
            if register == PROTECTED_REGISTER:
                yield self._sealed_entries()
            spans = groups.get((register, name), [])
            for first in range(0, max((s.rows for s in spans), default=0), STRETCH):
                found = self._of_rows(spans, first, first + STRETCH)
                if len(found):
                    yield _named(register, name, found)

    def _of_rows(self, spans: Sequence[FileSpan], first: int, last: int) -> pa.Table:
        """Row number, column and reason of what is told of the rows ``first + 1`` to ``last`` of some files."""
        rows, numbers = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int32)]
        for span in spans:
            end = span.first + span.rows
            inside = self._sealed[(self._sealed > span.first) & (self._sealed <= end)] - span.first
            begin, stop = (span.first + _before(inside, row) for row in (first, last))
            if begin >= end:
                continue
            origins, kinds, hidden = self._entries(begin, min(stop, end))
            own = origins[~hidden] - span.first
            rows.append(own - np.searchsorted(inside, own))
            numbers.append(kinds[~hidden])
        return _first_reasons(np.concatenate(rows), np.concatenate(numbers), self._kinds)

    def _sealed_entries(self) -> pa.Table:
        """What is told of sealed rows, without their numbers."""
        entries = sorted(self._closed.items())
        told = [one for one, many in entries for _ in range(many)]
        columns = [pa.array([column for column, _ in told], TEXT), pa.array([reason for _, reason in told], TEXT)]
        rows = pa.array(np.arange(1, len(told) + 1, dtype=np.int64))
        table = pa.table([rows, *columns], names=["row", "column", "reason"])
        return _named(PROTECTED_REGISTER, PROTECTED_REGISTER, table)


def _before(sealed: Origins, row: int) -> int:
    """The source row after which the numbers go beyond ``row``, when sealed rows are not numbered."""
    return row + int(np.searchsorted(sealed - np.arange(1, len(sealed) + 1), row, side="right")) if row else 0


def _first_reasons(rows: Origins, numbers: Numbers, kinds: Sequence[Kind]) -> pa.Table:
    """By row and column, the first of its reasons."""
    columns = sorted({k.column for k in kinds if k.column is not None})
    reasons = sorted({k.reason for k in kinds})
    of_column = np.array([len(columns) if k.column is None else columns.index(k.column) for k in kinds], dtype=np.int64)
    of_reason = np.array([reasons.index(k.reason) for k in kinds], dtype=np.int64)
    column, reason = of_column[numbers], of_reason[numbers]
    order = np.lexsort((reason, column, rows))
    rows, column, reason = rows[order], column[order], reason[order]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (column[1:] != column[:-1])
    return pa.table(
        {
            "row": pa.array(rows[first]),
            "column": pa.array([*columns, None], TEXT).take(pa.array(column[first])),
            "reason": pa.array(reasons, TEXT).take(pa.array(reason[first])),
        }
    )


def _named(register: str, name: str, table: pa.Table) -> pa.Table:
    columns = [pa.repeat(pa.scalar(register, TEXT), len(table)), pa.repeat(pa.scalar(name, TEXT), len(table))]
    return pa.table([*columns, *table.columns], schema=REFUSED.schema)
