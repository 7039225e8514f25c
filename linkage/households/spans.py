"""Intervals of many groups at once, in both times: when it held and when we believed it.

The column twin of :func:`linkage.intervals.union`: rows of one group that touch become one, and the
one is believed exactly while all the rows it stands on are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.intervals import FIRST, LAST
from linkage.ordering import distinct

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Parallel arrays: a group number, a half-open interval of days, and the days it was believed."""

    group: Ints
    start: Ints
    end: Ints
    known_from: Ints
    known_to: Ints

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Spans:
        """The chosen rows."""
        return Spans(self.group[rows], self.start[rows], self.end[rows], self.known_from[rows], self.known_to[rows])


def days(table: pa.Table, name: str) -> Ints:
    """A date column as days since 1970-01-01."""
    return np.asarray(table.column(name).combine_chunks().cast(pa.int32()).to_numpy(), dtype=np.int64)


def dates(values: Ints) -> pa.Array:
    """Days since 1970-01-01 as a date column."""
    return pa.array(values.astype(np.int32)).cast(pa.date32())


def since_first(days_: Ints) -> Ints:
    """Days counted from the first day there is, so that none is negative."""
    return days_ - FIRST


def merge(spans: Spans) -> Spans:
    """The maximal intervals of each group, separately for each stretch of belief; sorted.

    Where the beliefs of a group's rows differ, its time of belief is cut wherever one of them begins
    or ends, each piece is merged from the rows believed in it, and pieces that agree are joined again.
    So a correction learnt later changes what is believed from then on and nothing before.
    """
    spans = spans.take((spans.end > spans.start) & (spans.known_to > spans.known_from))
    if not len(spans.group):
        return spans
    cut_group, cut_day = _cuts(spans)
    pieces, source = _pieces(spans, _key(cut_group, cut_day))
    order = np.lexsort((spans.end[source], spans.start[source], pieces))
    pieces, source = pieces[order], source[order]
    first = _first_of_run(pieces, spans.start[source], spans.end[source])
    begin = np.flatnonzero(first)
    merged = Spans(
        group=spans.group[source][begin],
        start=spans.start[source][begin],
        end=np.maximum.reduceat(spans.end[source], begin),
        known_from=cut_day[pieces[begin]],
        known_to=cut_day[pieces[begin] + 1],
    )
    return _rejoin(merged)


def _cuts(spans: Spans) -> tuple[Ints, Ints]:
    """Every group's distinct days on which a belief begins or ends: group and day, sorted."""
    group = np.concatenate([spans.group, spans.group])
    day = np.concatenate([spans.known_from, spans.known_to])
    keys = distinct(_key(group, day))
    return keys // _SPAN, keys % _SPAN + FIRST


_SPAN = LAST - FIRST + 1


def _key(group: Ints, day: Ints) -> Ints:
    return group * _SPAN + (day - FIRST)


def _pieces(spans: Spans, keys: Ints) -> tuple[Ints, Ints]:
    """For every row and piece of belief it covers: the piece (its first cut) and the row."""
    begin = np.searchsorted(keys, _key(spans.group, spans.known_from))
    count = np.searchsorted(keys, _key(spans.group, spans.known_to)) - begin
    source = np.repeat(np.arange(len(spans.group)), count)
    offset = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    return begin[source] + offset, source


def _first_of_run(group: Ints, start: Ints, end: Ints) -> npt.NDArray[np.bool_]:
    """Which rows, sorted by group and start, begin a new interval instead of touching the ones before."""
    reach = running_maximum(group, end)
    first = np.ones(len(group), dtype=np.bool_)
    first[1:] = (group[1:] != group[:-1]) | (start[1:] > reach[:-1])
    return first


def running_maximum(group: Ints, values: Ints) -> Ints:
    """The largest value so far within each run of equal groups."""
    run = np.cumsum(np.concatenate([[0], (group[1:] != group[:-1]).astype(np.int64)]))
    lifted = run * (2 * _SPAN) + (values - FIRST)
    return np.asarray(np.maximum.accumulate(lifted) - run * (2 * _SPAN) + FIRST, dtype=np.int64)


def _rejoin(spans: Spans) -> Spans:
    """Join rows that say the same over adjacent stretches of belief; sort by group, start, end, belief."""
    spans = spans.take(np.lexsort((spans.known_from, spans.end, spans.start, spans.group)))
    same = (
        (spans.group[1:] == spans.group[:-1])
        & (spans.start[1:] == spans.start[:-1])
        & (spans.end[1:] == spans.end[:-1])
        & (spans.known_from[1:] == spans.known_to[:-1])
    )
    begin = np.flatnonzero(np.concatenate([[True], ~same]))
    last = np.append(begin[1:], len(spans.group)) - 1
    return Spans(
        spans.group[begin], spans.start[begin], spans.end[begin], spans.known_from[begin], spans.known_to[last]
    )
