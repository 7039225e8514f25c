"""Judgements in the resolution of registers: whom they tie to whom, and whom they keep apart.

A group that holds registered persons *is* that person (the first of them stands for all): its mentions
belong there whatever the model says. A group of mentions alone is one mention to the registered pass: it
goes where the best of its members goes, or nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.clustering import Clustering, Constraints
from linkage.comparison import Index
from linkage.judged import (
    Judged,
    Rows,
    against_evidence,
    against_rules,
    constraints,
    contradictions_table,
    read_judged,
)
from linkage.judgements import JUDGEMENTS, Verdict, check_judgements
from linkage.ordering import pair_keys
from linkage.people.mentions import Mentions
from linkage.weights import PairScorer

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

JUDGED_WEIGHT = 60.0
"""Match weight in bits that a link is stated with where a judgement decided it: certainty, in finite terms."""


@dataclass(frozen=True, slots=True)
class JudgedPeople:
    """Judgements about mentions, some of which are registered persons."""

    rows: Judged
    person: Ints
    """The registered person that stands for each row's group, -1 for none. An untouched registered person is its
    own."""

    @property
    def decided(self) -> Flags:
        """Rows that a judgement ties to a registered person other than themselves."""
        return np.asarray((self.person >= 0) & (self.person != np.arange(len(self.person))))

    def settle(self, owner: Ints, weight: Floats) -> None:
        """Give each group one owner: its own registered person, else the best that any member has (in place)."""
        rows = np.flatnonzero(self.decided)
        owner[rows], weight[rows] = self.person[rows], np.inf
        group = self.rows.group
        members = np.flatnonzero((np.bincount(group, minlength=len(group))[group] > 1) & (self.person < 0))
        best = members[np.lexsort((-owner[members], weight[members], owner[members] >= 0, group[members]))]
        # The last of each group has the highest weight, so it is what stays.
        of_group = np.full(len(group), -1, np.int64)
        of_group[group[best]] = best
        chosen = of_group[group[members]]
        owner[members], weight[members] = owner[chosen], weight[chosen]

    def part(self, owner: Ints, weight: Floats) -> Ints:
        """Rows that go without their owner, because a judgement keeps them from another that fits it better."""
        apart = self.rows.apart
        one, other = apart >> 32, apart & 0xFFFFFFFF
        clash = np.flatnonzero((one < other) & (owner[one] == owner[other]) & (owner[one] >= 0))
        gone: set[int] = set()
        for place in clash.tolist():
            left, right = int(one[place]), int(other[place])
            if not gone & {left, right}:
                gone.add(left if weight[left] < weight[right] else right)
        return self.whole(np.array(sorted(gone), np.int64))

    def whole(self, rows: Ints) -> Ints:
        """All rows of the groups that `rows` are in, but not those that a judgement ties to a person."""
        if not len(rows):
            return rows
        group = self.rows.group
        return np.flatnonzero(np.isin(group, group[rows]) & (self.person < 0))

    def bounds(self, rest: Flags, parties: tuple[Index, Index] | None) -> Constraints:
        """What clustering the rows in `rest` must respect; `parties` are pairs that a rule holds apart."""
        within = replace(self.rows, same=_inside(self.rows.same, rest), different=_inside(self.rows.different, rest))
        return constraints(within, parties)

    def attest(self, anchor: Ints, weight: Floats, joined: Flags) -> None:
        """Make the other record of a *same* judgement the one that a row is sure by (in place).

        `joined` says of which judgements; where a row has several, the other record that comes first counts.
        """
        left, right = self.rows.same.left[joined], self.rows.same.right[joined]
        rows, others = np.append(left, right), np.append(right, left)
        order = np.argsort(-others, kind="stable")
        anchor[rows[order]], weight[rows[order]] = others[order], np.inf


def _inside(rows: Rows, rest: Flags) -> Rows:
    kept = rest[rows.left] & rest[rows.right]
    return Rows(rows.left[kept], rows.right[kept], rows.number[kept])


def judged_people(
    mentions: Mentions, ledger: pa.Table | None, *, parties: tuple[Index, Index] | None = None
) -> JudgedPeople:
    """What a ledger says about mentions; nothing without one.

    `parties` are pairs of mentions that one incident record lists as two parties.

    Raises:
        LinkageError: The ledger is none.
    """
    checked = JUDGEMENTS.empty_table() if ledger is None else check_judgements(ledger)
    rows = read_judged(checked, mentions.record_ids, apart=parties)
    registered = np.flatnonzero(mentions.registered)[::-1]
    of_group = np.full(len(mentions), -1, np.int64)
    of_group[rows.group[registered]] = registered  # in falling order, so that the smallest row stays
    return JudgedPeople(rows, of_group[rows.group])


def people_contradictions(
    mentions: Mentions,
    judged: JudgedPeople,
    scorers: Sequence[PairScorer | None],
    *,
    clustering: Clustering | None,
    bounds: Constraints,
    parties: tuple[Index, Index] | None,
) -> pa.Table:
    """What the ledger itself, rules (two parties, one register) and the models say against judgements.

    Args:
        mentions: All mentions.
        judged: The judgements about them.
        scorers: Of pairs with one registered person, then of pairs with none; None where a pass was not made.
        clustering: Of the mentions without a registered person.
        bounds: What it had to respect.
        parties: Pairs of mentions that one incident record lists as two parties.
    """
    rows, ids = judged.rows, mentions.record_ids
    found = list(rows.contradicted)
    if not len(rows):
        return contradictions_table(found)
    aside = np.empty(0, np.int64)
    if clustering is not None and bounds.same is not None and len(clustering.contradicted):
        pairs = bounds.same[0][clustering.contradicted], bounds.same[1][clustering.contradicted]
        aside = np.flatnonzero(np.isin(pair_keys(rows.same.left, rows.same.right), pair_keys(*pairs)))
        found += against_rules(rows.same, aside.tolist(), "rule", ids=ids)
    lifted = _one_register(mentions, rows.same)
    if parties is not None:
        lifted |= np.isin(pair_keys(rows.same.left, rows.same.right), pair_keys(*parties))
    lifted[aside] = False
    found += against_rules(rows.same, np.flatnonzero(lifted).tolist(), "rule_lifted", ids=ids)
    for verdict, stated in ((Verdict.SAME, rows.same), (Verdict.DIFFERENT, rows.different)):
        weights = _weights(mentions, scorers, stated)
        found += against_evidence(stated, verdict, weights=weights, ids=ids)
    return contradictions_table(found)


def _one_register(mentions: Mentions, rows: Rows) -> Flags:
    """Which judgements are about two records of one register that holds each person once."""
    both = mentions.registered[rows.left] & mentions.registered[rows.right]
    return np.asarray(both & (mentions.register[rows.left] == mentions.register[rows.right]))


def _weights(mentions: Mentions, scorers: Sequence[PairScorer | None], rows: Rows) -> Floats:
    """Match weight of judged pairs by the model of their pass, NaN where there is none."""
    weights = np.full(len(rows.left), np.nan)
    sides = mentions.registered[rows.left].astype(int) + mentions.registered[rows.right]
    for registered, scorer in zip((1, 0), scorers, strict=True):
        asked = np.flatnonzero(sides == registered)
        if scorer is not None and len(asked):
            evidence = scorer.score(rows.left[asked], rows.right[asked])
            weights[asked] = scorer.weights(evidence)
    return weights
