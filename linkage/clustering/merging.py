"""One share of an agglomeration: its records, their links and the evidence behind them, merged in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from linkage.clustering import kernels, slots
from linkage.clustering.kernels import Record
from linkage.clustering.parting import Flags, Integers, Parted, Share
from linkage.clustering.slots import Clusters, Floats, Links, Sums
from linkage.comparison.protocol import Agreements, Index
from linkage.ordering import pair_keys
from linkage.parallel import in_order
from linkage.weights.score import Evidence, PairScorer

MOST_PAIRS = 4096
"""Pairs compared between two clusters at most: more would not change a mean."""
_AT_ONCE = 1 << 14
"""Links whose evidence is held at once."""

State: TypeAlias = tuple[Clusters, Links, Sums, Record]


@dataclass(frozen=True, slots=True)
class Outset:
    """What all shares start from; arrays are per link, but ``group``, which is per record."""

    scorer: PairScorer
    agreements: Agreements
    rows: Integers
    """Where each link stands in the agreements."""
    lifted: Flags
    """Links judged to be one person: no conflict of theirs counts."""
    barred: Flags
    """Links judged to be two."""
    group: Integers | None
    same: tuple[Index, Index] | None
    heights: Floats
    """What :func:`link_heights` found, once it has."""

    def evidence(self, links: Integers) -> tuple[Evidence, Flags]:
        """Evidence of some links, and which of them must not merge."""
        found = self.scorer.evidence(self.agreements[self.rows[links]])
        return found, (found.conflict & ~self.lifted[links]) | self.barred[links]


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a share."""

    cluster: Integers
    """Smallest record of the cluster of each record of the share."""
    left: Integers
    right: Integers
    height: Floats
    """Merges in their order; see :class:`linkage.clustering.Merge`."""
    forced: int
    """Merges, the first ones, that judgements alone made."""
    contradicted: Integers
    """Numbers of the judged pairs that a constraint forbade."""
    compared: int
    rounds: int


def link_heights(outset: Outset, *, threads: int) -> Floats:
    """log2 odds of every link while its records are alone; minus infinity for those that must not merge."""
    scorer, links = outset.scorer, np.arange(len(outset.rows), dtype=np.int64)

    def look(part: Integers) -> Floats:
        evidence, hard = outset.evidence(part)
        heights = slots.heights(_sums(evidence, scorer))
        heights[hard] = -np.inf
        return np.asarray(heights)

    parts = [links[start : start + _AT_ONCE] for start in range(0, len(links), _AT_ONCE)]
    return np.concatenate([np.empty(0), *in_order(look, parts, threads=threads)])


def merge_share(parted: Parted, share: Share, outset: Outset, *, by_size: Floats, cut: float) -> Merged:
    """Merge the links of one share, best first, until none is left above the cut."""
    records = parted.records[share.records]
    state = _start(parted, share, outset)
    clusters, links, sums, record = state
    forced, contradicted = _forced(records, outset.same, state)
    ends = parted.ends - share.links.start
    ends = ends[np.searchsorted(ends, 1) : np.searchsorted(ends, len(links.one), side="right")]
    work, bounds = np.arange(len(links.one), dtype=np.int64), (cut, MOST_PAIRS, by_size)
    component = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    compared, at_first, rounds = None, 0, 1
    known = pair_keys(links.one, links.other)
    while len(work := kernels.merge_known(work, ends, bounds, clusters, links, sums, record)):
        if compared is None:
            compared = KnownPairs(known)
            at_first = compared.size
        left, right, wanting = kernels.unseen_pairs(work, MOST_PAIRS, compared.table, clusters, links)
        found = outset.scorer.score(records[left], records[right])
        kernels.add_pairs(wanting, (found.match, found.household, found.known, found.conflict), links, sums)
        compared.add(pair_keys(left, right))
        ends = np.append(np.flatnonzero(np.diff(component[work])) + 1, len(work))
        rounds += 1
    done = int(record.done[0])
    left, right = records[record.left[:done]], records[record.right[:done]]
    further = 0 if compared is None else compared.size - at_first
    above = records[_labels(clusters.above)]
    return Merged(above, left, right, record.height[:done], forced, contradicted, further, rounds)


def _sums(evidence: Evidence, scorer: PairScorer) -> Sums:
    columns = scorer.columns
    kinds = columns.comparison, columns.start, columns.prior, columns.kin, columns.match
    return Sums(evidence.match, evidence.known.astype(np.int32), evidence.household, *kinds, scorer.model.prior)


def _start(parted: Parted, share: Share, outset: Outset) -> State:
    """Every record a cluster of its own, every known pair a slot."""
    records = parted.records[share.records]
    n, pairs, none = len(records), share.links.stop - share.links.start, np.int64(-1)
    rows = np.arange(n, dtype=np.int64)
    codes = np.full(n, none)
    if outset.group is not None:
        # Codes of the share alone, so that their scratch is no larger than the share.
        values, codes = np.unique(outset.group[records], return_inverse=True)
        codes = np.where(values[codes] < 0, none, codes)
    scratch = np.full(int(codes.max(initial=-1)) + 1, none)
    clusters = Clusters(rows.copy(), np.full(n, none), rows.copy(), np.ones(n, dtype=np.int64), codes, scratch)
    order = parted.order[share.links]
    evidence, hard = outset.evidence(order)
    one, other = (side[share.links] - share.records.start for side in (parted.left, parted.right))
    alive, seen, stamp = np.ones(pairs, dtype=np.bool_), np.ones(pairs, dtype=np.int64), np.zeros(pairs, dtype=np.int64)
    nexts = np.full(pairs, none), np.full(pairs, none)
    heads = np.full(n, none), np.full(n, none)
    links = Links(one, other, *nexts, *heads, alive, hard, seen, stamp, outset.heights[order])
    slots.hang_all(links)
    steps = rows.copy(), rows.copy(), np.empty(n)
    once = np.zeros(1, dtype=np.int64)
    record = Record(*steps, np.full(n, np.inf), once, np.zeros(n, dtype=np.bool_))
    return clusters, links, _sums(evidence, outset.scorer), record


def _forced(records: Integers, same: tuple[Index, Index] | None, state: State) -> tuple[int, Integers]:
    """Merge what judgements say is one person; how many merges, and the judgements that were forbidden."""
    if same is None:
        return 0, np.empty(0, dtype=np.int64)
    place = np.argsort(records)
    ordered = records[place]
    found = np.minimum(np.searchsorted(ordered, same[0]), len(ordered) - 1)
    here = np.flatnonzero(ordered[found] == same[0])
    left = place[found[here]]
    right = place[np.searchsorted(ordered, same[1][here])]
    forbidden = kernels.force(left, right, *state)
    return int(state[3].done[0]), here[forbidden]


def _labels(above: Integers) -> Integers:
    """The smallest record of each record's cluster."""
    while not np.array_equal(higher := above[above], above):
        above = higher
    return above


class KnownPairs:
    """The set of compared pairs, for compiled code."""

    def __init__(self, pairs: Integers) -> None:
        self.table = np.zeros(1024, dtype=np.uint64)
        self.size = 0
        self.add(pairs)

    def add(self, pairs: Integers) -> None:
        """Enter packed pairs; the table stays at most half full."""
        self.size += len(pairs)
        if 2 * self.size > len(self.table):
            old = (self.table[self.table > 0] - np.uint64(1)).astype(np.int64)
            self.table = np.zeros(1 << int(4 * self.size).bit_length(), dtype=np.uint64)
            kernels.remember(self.table, old)
        kernels.remember(self.table, pairs)
