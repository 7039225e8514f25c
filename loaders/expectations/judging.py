"""Whether a register's extract keeps what its mapping expects of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from loaders.expectations.values import ColumnFill, RegisterMeasures, RoleRows, share
from loaders.mapping.model import Expectation, Expectations

KEPT, BROKEN, NOT_JUDGED = "kept", "broken", "not_judged"

NO_RUN_BEFORE = "no_run_before"
FEW_ROWS = "few_rows"
NOTHING_STATED = "nothing_stated"


@dataclass(frozen=True, slots=True)
class Finding:
    """What an expectation met: its limit, what was found, and what the run before had.

    ``unit`` says what the three numbers are: ``rows``, ``values``, a share that must be at ``least`` or at
    ``most`` the limit, ``change`` (the limit is the share by which rows may change, the others are rows),
    ``points`` (likewise for a share), ``days``, or a ``day`` (its ordinal; no limit).
    """

    register: str
    key: str
    """As the mapping writes it, such as ``rows.cases.change``."""
    state: str
    """``kept``, ``broken``, or ``not_judged`` for the reason in ``why``."""
    unit: str
    limit: float
    found: float | None = None
    before: float | None = None
    why: str = ""


def state_of(findings: Iterable[Finding]) -> str:
    """``broken`` where any is, else ``kept``; ``not_judged`` where nothing was.

    >>> state_of([])
    'not_judged'
    """
    states = {one.state for one in findings}
    return next((state for state in (BROKEN, KEPT) if state in states), NOT_JUDGED)


def judge(expectations: Expectations, now: RegisterMeasures, before: RegisterMeasures | None) -> tuple[Finding, ...]:
    """Every expectation of a register held against its extract, in the order of their keys.

    ``before`` is the register in the published run, None where it was not there: what compares with it
    is then not judged, and says so.
    """
    case = _Case(now, before, expectations.judged_from)
    return tuple(_JUDGES.get(one.key[0], _column)(case, one) for one in expectations.stated)


@dataclass(frozen=True, slots=True)
class _Case:
    now: RegisterMeasures
    before: RegisterMeasures | None
    judged_from: int

    def finding(
        self, of: Expectation, unit: str, *, good: bool, found: float | None, before: float | None = None
    ) -> Finding:
        """A judgement."""
        state = KEPT if good else BROKEN
        return Finding(self.now.register, ".".join(of.key), state, unit, of.limit, found, before)

    def unjudged(self, of: Expectation, unit: str, why: str, *, found: float | None = None) -> Finding:
        """No judgement, and why not."""
        return Finding(self.now.register, ".".join(of.key), NOT_JUDGED, unit, of.limit, found, None, why)

    def few(self, *rows: int) -> bool:
        """Whether there are too few rows to speak of shares."""
        return max(rows) < self.judged_from

    def vanished(self, rows: int) -> bool:
        """Whether a table is empty though the register's files are not: then it fills nothing."""
        return rows == 0 and not self.few(self.now.read)


def _rows(case: _Case, of: Expectation) -> Finding:
    _, name, which = of.key
    read = case.now.role(name).read
    earlier = case.before.role(name).read if case.before else None
    if which == "min":
        return case.finding(of, "rows", good=read >= of.limit, found=read, before=earlier)
    if which == "max":
        return case.finding(of, "rows", good=read <= of.limit, found=read, before=earlier)
    if earlier is None:
        return case.unjudged(of, "change", NO_RUN_BEFORE, found=read)
    if case.few(read, earlier):
        return case.unjudged(of, "change", FEW_ROWS, found=read)
    return case.finding(of, "change", good=abs(read - earlier) <= of.limit * earlier, found=read, before=earlier)


def _share_of_rows(part: Callable[[RoleRows], int], whole: Callable[[RoleRows], int]) -> _Judge:
    def judged(case: _Case, of: Expectation) -> Finding:
        now = case.now.role(of.key[1])
        before = case.before.role(of.key[1]) if case.before else None
        rows = whole(now)
        found = share(part(now), rows)
        earlier = share(part(before), whole(before)) if before else None
        if case.few(rows) or found is None:
            return case.unjudged(of, "most", FEW_ROWS, found=found)
        return case.finding(of, "most", good=found <= of.limit, found=found, before=earlier)

    return judged


def _unknown(case: _Case, of: Expectation) -> Finding:
    """Codes that no map knows: filled, but not valid."""
    table = {"role": "involvements", "category": "incidents"}[of.key[1]]
    now = case.now.fill(table, of.key[1])
    found = _invalid(now)
    earlier = _invalid(case.before.fill(table, of.key[1])) if case.before else None
    if case.few(now.rows) or found is None:
        return case.unjudged(of, "most", FEW_ROWS, found=found)
    return case.finding(of, "most", good=found <= of.limit, found=found, before=earlier)


def _invalid(fill: ColumnFill) -> float | None:
    return share(fill.filled - fill.valid, fill.filled)


def _identifiers(case: _Case, of: Expectation) -> Finding:
    now, rows = _stating(case.now, of.key[1]), case.now.mentions
    if case.vanished(rows):
        now, rows = 0.0, case.now.read
    earlier = _stating(case.before, of.key[1]) if case.before else None
    if case.few(rows) or now is None:
        return case.unjudged(of, "least", FEW_ROWS, found=now)
    return case.finding(of, "least", good=now >= of.limit, found=now, before=earlier)


def _stating(measures: RegisterMeasures, kind: str) -> float | None:
    return share(sum(one.mentions for one in measures.identifiers if one.type == kind), measures.mentions)


def _newest(case: _Case, of: Expectation) -> Finding:
    """Days from the newest entry to the extract."""
    days = case.now.age
    if days is None:
        return case.unjudged(of, "days", NOTHING_STATED)
    if case.few(case.now.entries.last_year):
        return case.unjudged(of, "days", FEW_ROWS, found=days)
    before = case.before.age if case.before else None
    return case.finding(of, "days", good=days <= of.limit, found=days, before=before)


def _older(case: _Case, of: Expectation) -> Finding:
    """An extract drawn before the one that is published."""
    now = case.now.extract.toordinal() if case.now.extract else None
    if case.before is None or case.before.extract is None:
        return case.unjudged(of, "day", NO_RUN_BEFORE, found=now)
    if now is None:
        return case.unjudged(of, "day", NOTHING_STATED)
    before = case.before.extract.toordinal()
    return case.finding(of, "day", good=now >= before, found=now, before=before)


def _column(case: _Case, of: Expectation) -> Finding:
    table, column, which = of.key
    now = case.now.fill(table, column)
    before = case.before.fill(table, column) if case.before else None
    vanished = case.vanished(now.rows)
    few = case.few(now.rows) and not vanished
    if which == "distinct":
        if few:
            return case.unjudged(of, "values", FEW_ROWS, found=now.distinct)
        earlier = before.distinct if before else None
        return case.finding(of, "values", good=now.distinct >= of.limit, found=now.distinct, before=earlier)
    measured = ColumnFill.valid_share if which == "valid" else ColumnFill.filled_share
    found = 0.0 if vanished else measured(now)
    was = measured(before) if before else None
    unit = "points" if which == "change" else "least"
    if which == "change" and was is None:
        return case.unjudged(of, unit, NO_RUN_BEFORE, found=found)
    if found is None or few or (which == "change" and before is not None and case.few(before.rows)):
        return case.unjudged(of, unit, FEW_ROWS, found=found)
    good = found >= of.limit if was is None or which != "change" else abs(found - was) <= of.limit
    return case.finding(of, unit, good=good, found=found, before=was)


_Judge = Callable[[_Case, Expectation], Finding]

_JUDGES: dict[str, _Judge] = {
    "rows": _rows,
    "refused": _share_of_rows(lambda one: one.refused, lambda one: one.read),
    "repeated": _share_of_rows(lambda one: one.repeated, lambda one: one.used),
    "unknown": _unknown,
    "identifiers": _identifiers,
    "newest_entry_within": _newest,
    "older_extract": _older,
}
"""By the first word of the key; every other one is a table."""
