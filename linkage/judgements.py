"""Judgements: what somebody who looked at two records has decided about them.

The ledger is append-only: nothing in it is ever changed, and the latest row of a pair counts. It names
records by the ids of their registers and never entities, so it means the same in every rebuild. *same*
and *different* bind the partition, *unsure* binds nothing, and so takes an earlier judgement back.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.errors import LinkageError


class Verdict(StrEnum):
    """What a judgement says of two records."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


JUDGEMENTS = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("left", pa.string(), nullable=False),
        pa.field("right", pa.string(), nullable=False),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("who", pa.string()),
        pa.field("judged_at", pa.string()),
        pa.field("why", pa.string()),
        pa.field("supersedes", pa.int64()),
    ]
)
"""A ledger, one row per judgement in the order in which they were made. ``number`` counts from 1;
``supersedes`` is the number of an earlier row about the same two records; ``judged_at`` is ISO text."""

CONTRADICTIONS = pa.schema(
    [
        pa.field("left", pa.string()),
        pa.field("right", pa.string()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("number", pa.int64(), nullable=False),
        pa.field("what", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
    ]
)
"""What speaks against a judgement. ``what`` is one of:

``judgement``  another judgement, so this one is set aside,
``rule``       a rule that holds two records apart, so this one is set aside,
``rule_lifted`` such a rule on the very pair, which the judgement has lifted,
``evidence``   the model, by at least :data:`CONTRADICTING_BITS`; the judgement holds,
``no_record``  a record id that is not among the records: null here, for it may be sealed by now.
"""

CONTRADICTING_BITS = 20.0
"""Evidence against a judgement from which it is worth a second look: odds of a million to one."""


def check_judgements(table: pa.Table, where: str = "judgements") -> pa.Table:
    """A ledger in the shape :data:`JUDGEMENTS`, from any table with ``left``, ``right`` and ``verdict``.

    Rows are numbered in their order; the other columns may be missing. `where` names the ledger in
    errors; they name rows and never record ids.

    Raises:
        LinkageError: A column or an id is missing, two ids are equal, a verdict is unknown, or a row
            supersedes one that is no earlier row about the same two records.

    >>> check_judgements(pa.table({"left": ["b"], "right": ["a"], "verdict": ["same"]})).column("number").to_pylist()
    [1]
    """
    missing = [name for name in ("left", "right", "verdict") if name not in table.column_names]
    if missing:
        raise LinkageError(f"missing columns: {', '.join(missing)}", where=where, hint="left, right and verdict")
    given = {name: _column(table, name, where) for name in JUDGEMENTS.names if name in table.column_names}
    given["number"] = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int64))
    for name in JUDGEMENTS.names:
        given.setdefault(name, pa.nulls(table.num_rows, JUDGEMENTS.field(name).type))
    found = pa.table({name: given[name] for name in JUDGEMENTS.names})
    _check_ids(found, where)
    _check_verdicts(found, where)
    _check_superseded(found, where)
    return found.cast(JUDGEMENTS)


def _column(table: pa.Table, name: str, where: str) -> pa.Array:
    wanted = JUDGEMENTS.field(name).type
    try:
        column = table.column(name).cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise LinkageError(f"column {name} is no {wanted}", where=where, hint="write it as in the manual") from None
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _first(wrong: pa.Array | pa.ChunkedArray) -> int | None:
    """Number of the first row that is wrong, counted from 1."""
    found = pc.index(wrong, pa.scalar(True)).as_py()
    return None if found < 0 else found + 1


def _check_ids(table: pa.Table, where: str) -> None:
    left, right = table.column("left"), table.column("right")
    for name, ids in (("left", left), ("right", right)):
        row = _first(pc.equal(pc.fill_null(pc.utf8_trim_whitespace(ids), ""), ""))
        if row is not None:
            raise LinkageError(f"the {name} record id is missing", where=f"{where}, row {row}", hint="name two records")
    row = _first(pc.equal(left, right))
    if row is not None:
        raise LinkageError("both record ids are the same", where=f"{where}, row {row}", hint="name two records")


def _check_verdicts(table: pa.Table, where: str) -> None:
    row = _first(pc.invert(pc.is_in(table.column("verdict"), value_set=pa.array([str(v) for v in Verdict]))))
    if row is not None:
        raise LinkageError("no such verdict", where=f"{where}, row {row}", hint="same, different or unsure")


def _check_superseded(table: pa.Table, where: str) -> None:
    stated = table.filter(pc.is_valid(table.column("supersedes")))
    low, high = _ends(table)
    pairs = list(zip(low.to_pylist(), high.to_pylist(), strict=True))
    for row, earlier in zip(*(stated.column(c).to_pylist() for c in ("number", "supersedes")), strict=True):
        if not 1 <= earlier < row or pairs[earlier - 1] != pairs[row - 1]:
            problem = f"supersedes row {earlier}, which is no earlier judgement of the same two records"
            raise LinkageError(problem, where=f"{where}, row {row}", hint="leave it out: the latest row counts anyway")


def _ends(table: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The smaller and the greater record id of each row."""
    left, right = table.column("left"), table.column("right")
    ordered = pc.less_equal(left, right)
    return pc.if_else(ordered, left, right), pc.if_else(ordered, right, left)


def standing(judgements: pa.Table) -> pa.Table:
    """The judgement that counts of each pair, ``left`` before ``right``, by number; *unsure* ones are left out.

    >>> ledger = {"left": ["a", "b"], "right": ["b", "a"], "verdict": ["same", "different"]}
    >>> standing(check_judgements(pa.table(ledger))).select(["number", "left", "verdict"]).to_pylist()
    [{'number': 2, 'left': 'a', 'verdict': 'different'}]
    """
    low, high = _ends(judgements)
    ordered = judgements.set_column(1, JUDGEMENTS.field("left"), low).set_column(2, JUDGEMENTS.field("right"), high)
    latest = ordered.group_by(["left", "right"], use_threads=False).aggregate([("number", "max")])
    numbers = latest.column("number_max").combine_chunks()
    binding = pc.not_equal(ordered.column("verdict"), str(Verdict.UNSURE))
    return ordered.filter(pc.and_(pc.is_in(ordered.column("number"), value_set=numbers), binding)).sort_by("number")
