"""Why each member stands in a family: the relations and the shared homes that the rules were met by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.grant import Grant
from graph.history.members import Question, Row, believed, question
from graph.history.values import FamilyHistory
from graph.snapshot import Snapshot
from graph.snapshot.layout import EXTRA, EXTRA2, OTHER, PARENT_KINDS, ROW, VALID_FROM, VALID_TO
from linkage.intervals import to_date


@dataclass(frozen=True, slots=True, order=True)
class Ground:
    """One relation or one shared home that makes a person a member."""

    kind: str
    """``birth``, ``parent``, ``adoptive_parent``, ``sibling``, ``spouse``, ``partner``, ``step`` or ``home``."""
    valid_from: dt.date
    valid_to: dt.date
    through: str | None = None
    """The parent or partner whom the relation leads through."""
    register: str | None = None
    """Where the relation is stated; a shared home follows from stays, which have their own."""


def grounds_of(
    snapshot: Snapshot, history: FamilyHistory, grant: Grant, *, today: dt.date
) -> Mapping[str, tuple[Ground, ...]]:
    """The grounds of each member by person id, sorted; intervals as registered, cut at the horizon.

    Raises:
        GrantError: The grant is incomplete or has run out.
    """
    grant.check(today)
    asked = question(history.as_of, history.known_at)
    search = _Search(snapshot, asked, {m.person_id: m.rule for m in history.members})
    return {m.person_id: tuple(sorted(set(search.of(m.person_id, m.rule, history)))) for m in history.members}


@dataclass(frozen=True, slots=True)
class _Search:
    snapshot: Snapshot
    asked: Question
    rules: Mapping[str, str]

    def of(self, person_id: str, rule: str, history: FamilyHistory) -> Iterable[Ground]:
        """What the rule found about the person."""
        person, child = self.snapshot.person(person_id), self.snapshot.person(history.child)
        if rule == "a":
            yield from (Ground("birth", *span) for span in history.members[0].intervals)
        elif rule == "b":
            for row in self._parents(child):
                if row[OTHER] == person:
                    yield self._ground(str(self.snapshot.value("CHILD_OF", "kind", row[ROW])), "CHILD_OF", row)
        elif rule == "c":
            yield from self._through("sibling", "CHILD_OF", self._parents(person), "b")
        else:
            yield from self._partners(person)
            yield from self._through("step", "CHILD_OF", self._parents(person), "d")
            yield from self._homes(child, person)

    def _parents(self, person: int) -> list[Row]:
        rows = believed(self.snapshot.rows("out", "CHILD_OF", person), self.asked.known_at)
        return [r for r in rows if r[EXTRA] < PARENT_KINDS and self.asked.as_of < r[EXTRA2] and self._begun(r)]

    def _begun(self, row: Row) -> bool:
        return row[VALID_FROM] < min(row[VALID_TO], self.asked.horizon)

    def _partners(self, person: int) -> Iterable[Ground]:
        rows = self.snapshot.rows("out", "PARTNER_OF", person) + self.snapshot.rows("in", "PARTNER_OF", person)
        for row in believed(rows, self.asked.known_at):
            kind = str(self.snapshot.value("PARTNER_OF", "kind", row[ROW]))
            if self._begun(row):
                yield from self._through(kind, "PARTNER_OF", [row], "b")

    def _through(self, kind: str, type_: str, rows: Iterable[Row], rule: str) -> Iterable[Ground]:
        """Relations whose other end stands under the rule."""
        for row in rows:
            other = self.snapshot.id_of("Person", row[OTHER])
            if self.rules.get(other) == rule:
                yield self._ground(kind, type_, row, other)

    def _homes(self, child: int, person: int) -> Iterable[Ground]:
        rows = self.snapshot.rows("out", "LIVED_WITH", child) + self.snapshot.rows("in", "LIVED_WITH", child)
        for row in believed(rows, self.asked.known_at):
            if row[OTHER] == person and row[EXTRA] and self._begun(row):
                yield Ground("home", to_date(row[VALID_FROM]), to_date(min(row[VALID_TO], self.asked.horizon)))

    def _ground(self, kind: str, type_: str, row: Row, through: str | None = None) -> Ground:
        end = min(row[VALID_TO], self.asked.horizon)
        register = str(self.snapshot.value(type_, "register", row[ROW]))
        return Ground(kind, to_date(row[VALID_FROM]), to_date(end), through, register)
