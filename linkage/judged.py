"""What standing judgements demand of a partition of records.

*same* is transitive: the records it joins are one *group*. *different* holds between whole groups, so it
blocks every path that would join its two records. Where the two collide, *different* wins, for a false
link costs more than a missed one, and of the *same* judgements the later ones: they knew more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.clustering import Clustering, Constraints
from linkage.judgements import CONTRADICTING_BITS, CONTRADICTIONS, Verdict, standing
from linkage.ordering import distinct, pair_keys
from linkage.weights import PairScorer

Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float64]

APPLIED = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("left", pa.string(), nullable=False),
        pa.field("right", pa.string(), nullable=False),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("judged_at", pa.string()),
    ]
)
"""The judgements that bound a partition, by number. Who judged and why stays in the ledger."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Judgements of one verdict by row number."""

    left: Ints
    right: Ints
    number: Ints

    @property
    def pairs(self) -> tuple[Ints, Ints] | None:
        """Both ends, None where there is no judgement."""
        return (self.left, self.right) if len(self.left) else None


@dataclass(frozen=True, slots=True)
class Judged:
    """Judgements about the rows of one table."""

    same: Rows
    """Those that apply, the latest first."""
    different: Rows
    group: Ints
    """The smallest row of each row's group; itself where nobody joined it to another."""
    apart: Ints
    """Keys of the pairs of groups that must stay apart, sorted."""
    touched: Flags
    """Rows in a group that must stay apart from another."""
    applied: pa.Table
    """The same by record id, schema :data:`APPLIED`."""
    contradicted: tuple[dict[str, Any], ...] = field(default=())
    """Rows of :data:`linkage.judgements.CONTRADICTIONS` that the ledger gives by itself or with rules alone."""

    def __len__(self) -> int:
        return len(self.same.left) + len(self.different.left)

    def forbids(self, left: Ints, right: Ints) -> Flags:
        """Which pairs of rows are judged, directly or through others, to be two persons."""
        found = np.zeros(len(left), np.bool_)
        if len(self.apart):
            asked = np.flatnonzero(self.touched[left] & self.touched[right])
            found[asked] = np.isin(pair_keys(self.group[left[asked]], self.group[right[asked]]), self.apart)
        return found

    def confirms(self, left: Ints, right: Ints) -> Flags:
        """Which pairs of rows are judged to be one person, each pair by a judgement of its own."""
        if not len(self.same.left):
            return np.zeros(len(left), np.bool_)
        return np.isin(pair_keys(left, right), pair_keys(self.same.left, self.same.right))


def read_judged(judgements: pa.Table, record_ids: pa.Array, *, apart: tuple[Ints, Ints] | None = None) -> Judged:
    """What a checked ledger says about the records `record_ids`, in their order.

    Args:
        judgements: The ledger.
        record_ids: Id of each row.
        apart: Pairs of rows that a rule holds apart. *same* judgements do not join them through third
            records; of those that would, the earliest is set aside.
    """
    stands = standing(judgements)
    ends = {c: pc.fill_null(pc.index_in(stands.column(c), value_set=record_ids), -1) for c in ("left", "right")}
    rows = stands.append_column("left_row", ends["left"]).append_column("right_row", ends["right"])
    listed = rows.to_pylist()
    absent = [_absent(one) for one in listed if min(one["left_row"], one["right_row"]) < 0]
    present = [one for one in listed if min(one["left_row"], one["right_row"]) >= 0]
    different = [one for one in present if one["verdict"] == Verdict.DIFFERENT]
    alike = [one for one in reversed(present) if one["verdict"] == Verdict.SAME]
    parted = ((one["left_row"], one["right_row"], one["number"]) for one in different)
    groups = _Groups((*_ruled(_rows(alike), apart), *parted))
    same, aside = [], []
    for one in alike:
        held = groups.join(one["left_row"], one["right_row"])
        if held is None:
            same.append(one)
        elif held == _A_RULE:
            aside.append(contradiction(one, "rule", _SET_ASIDE))
        else:
            aside.append(contradiction(one, "judgement", f"held apart by judgement {held}; set aside"))
    group = groups.labels(len(record_ids))
    held_apart = _rows(different)
    sides = group[held_apart.left], group[held_apart.right]
    touched = np.zeros(len(record_ids), np.bool_)
    touched[np.isin(group, np.concatenate(sides))] = True
    both = distinct(pair_keys(*sides))
    return Judged(_rows(same), held_apart, group, both, touched, _applied([*same, *different]), (*aside, *absent))


_A_RULE = 0
"""Stands for a rule where judgements have their numbers, which count from 1."""
_SET_ASIDE = "a rule holds the two apart; set aside"


def _ruled(same: Rows, apart: tuple[Ints, Ints] | None) -> list[tuple[int, int, int]]:
    """Pairs that a rule holds apart, of rows that `same` names; without those that it joins themselves."""
    if apart is None:
        return []
    named = np.append(same.left, same.right)
    within = np.isin(apart[0], named) & np.isin(apart[1], named)
    low, high = np.minimum(*apart)[within], np.maximum(*apart)[within]
    held = ~np.isin(pair_keys(low, high), pair_keys(same.left, same.right))
    return [(one, other, _A_RULE) for one, other in zip(low[held].tolist(), high[held].tolist(), strict=True)]


def _rows(judged: Sequence[dict[str, Any]]) -> Rows:
    columns = (np.array([one[c] for one in judged], np.int64) for c in ("left_row", "right_row", "number"))
    return Rows(*columns)


def _applied(judged: Sequence[dict[str, Any]]) -> pa.Table:
    rows = [{name: one[name] for name in APPLIED.names} for one in judged]
    return pa.Table.from_pylist(rows, schema=APPLIED).sort_by("number")


def _absent(one: dict[str, Any]) -> dict[str, Any]:
    sides = [side for side in ("left", "right") if one[f"{side}_row"] < 0]
    hidden = dict.fromkeys(sides)
    told = f"no such record: {' and '.join(sides)}; without effect"
    return contradiction({**one, **hidden}, "no_record", told)


def contradiction(one: dict[str, Any], what: str, detail: str) -> dict[str, Any]:
    """A row of :data:`linkage.judgements.CONTRADICTIONS` about a judgement."""
    return {name: one[name] for name in ("left", "right", "verdict", "number")} | {"what": what, "detail": detail}


class _Groups:
    """Groups of rows joined by *same*, and the groups each must stay apart from (with the judgement's number)."""

    def __init__(self, apart: Iterable[tuple[int, int, int]]) -> None:
        self.above: dict[int, int] = {}
        self.foes: dict[int, dict[int, int]] = {}
        for left, right, number in apart:
            self.foes.setdefault(left, {})[right] = number
            self.foes.setdefault(right, {})[left] = number

    def root(self, row: int) -> int:
        while (higher := self.above.get(row, row)) != row:
            self.above[row] = self.above.get(higher, higher)
            row = higher
        return row

    def join(self, left: int, right: int) -> int | None:
        """Join two groups, or say which judgement holds them apart."""
        one, other = sorted((self.root(left), self.root(right)))
        if one == other:
            return None
        held = self.foes.get(one, {}).get(other)
        if held is not None:
            return held
        self.above[other] = one
        for foe, number in self.foes.pop(other, {}).items():
            del self.foes[foe][other]
            self.foes[foe].setdefault(one, number)
            self.foes.setdefault(one, {}).setdefault(foe, number)
        return None

    def labels(self, n: int) -> Ints:
        group = np.arange(n, dtype=np.int64)
        for row in sorted(self.above):
            group[row] = self.root(row)
        return group


def constraints(judged: Judged, apart: tuple[Ints, Ints] | None = None) -> Constraints:
    """What a clustering must respect.

    Args:
        judged: Judgements about the rows that are clustered.
        apart: Pairs that a rule holds apart. A judgement that the very two are one person lifts the rule
            for them: whoever made it has seen them both.
    """
    lefts, rights = [judged.different.left], [judged.different.right]
    if apart is not None:
        held = ~judged.confirms(*apart)
        lefts.append(apart[0][held])
        rights.append(apart[1][held])
    different = np.concatenate(lefts), np.concatenate(rights)
    return Constraints(same=judged.same.pairs, different=different if len(different[0]) else None)


def contradictions(judged: Judged, clustering: Clustering, scorer: PairScorer, *, ids: pa.Array) -> pa.Table:
    """What the ledger itself, rules and the model say against the judgements behind a clustering."""
    found = list(judged.contradicted)
    aside = set(clustering.contradicted.tolist())
    for verdict, rows in ((Verdict.SAME, judged.same), (Verdict.DIFFERENT, judged.different)):
        if not len(rows.left):
            continue
        evidence = scorer.score(rows.left, rows.right)
        weights = scorer.weights(evidence)
        found += against_evidence(rows, verdict, weights=weights, ids=ids)
        if verdict is Verdict.SAME:
            lifted = np.setdiff1d(np.flatnonzero(evidence.conflict), clustering.contradicted)
            found += against_rules(rows, sorted(aside), "rule", ids=ids)
            found += against_rules(rows, lifted.tolist(), "rule_lifted", ids=ids)
    return contradictions_table(found)


def against_rules(rows: Rows, places: Sequence[int], what: str, *, ids: pa.Array) -> list[dict[str, Any]]:
    """The *same* judgements at `places` as contradictions of the kind `what`, ``rule`` or ``rule_lifted``."""
    detail = _SET_ASIDE if what == "rule" else "a rule would hold the two apart; lifted"
    return [contradiction(_named(rows, i, Verdict.SAME, ids=ids), what, detail) for i in places]


def against_evidence(rows: Rows, verdict: Verdict, *, weights: Floats, ids: pa.Array) -> list[dict[str, Any]]:
    """Judgements that the model speaks against by :data:`CONTRADICTING_BITS` or more.

    Args:
        rows: Judgements of one verdict.
        verdict: That verdict.
        weights: Match weight of each judged pair in bits, NaN where it is unknown.
        ids: Record id of each row.
    """
    against = weights if verdict is Verdict.DIFFERENT else -weights
    strong = np.flatnonzero(np.nan_to_num(against, nan=0.0) >= CONTRADICTING_BITS)
    return [
        contradiction(_named(rows, i, verdict, ids=ids), "evidence", f"the evidence is {weights[i]:+.1f} bits")
        for i in strong.tolist()
    ]


def _named(rows: Rows, place: int, verdict: Verdict, *, ids: pa.Array) -> dict[str, Any]:
    """One judgement by record id."""
    ends = sorted((ids[int(rows.left[place])].as_py(), ids[int(rows.right[place])].as_py()))
    return {"left": ends[0], "right": ends[1], "verdict": str(verdict), "number": int(rows.number[place])}


def contradictions_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Contradictions in the order of judgements."""
    order = [("number", "ascending"), ("what", "ascending")]
    return pa.Table.from_pylist(list(rows), schema=CONTRADICTIONS).sort_by(order)


_TOLD = {
    "judgement": "set aside, as others say different",
    "rule": "set aside, as a rule holds the two apart",
    "rule_lifted": "lifting a rule that would hold the two apart",
    "evidence": f"held against {CONTRADICTING_BITS:.0f} bits of evidence or more",
    "no_record": "about a record that is not here",
}


def summary(judged: Judged) -> str:
    """How many judgements hold, in a line for a log."""
    return f"judgements: {len(judged.same.left):,} same and {len(judged.different.left):,} different hold"


def warnings(contradicted: pa.Table) -> list[str]:
    """Contradictions as lines for a log: counts alone, no record ids."""
    counts = pc.value_counts(contradicted.column("what")).to_pylist()
    found = {one["values"]: one["counts"] for one in counts}
    return [f"judgements: {found[what]:,} {text}" for what, text in _TOLD.items() if what in found]
