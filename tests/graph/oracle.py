"""The family's history once more, slowly: sets of days over the graph tables, no shared code.

Written from ``docs/architecture.md`` without a look at :mod:`graph.history`. Every interval is the set of its
days, from the child's birth to ``as_of``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from graph.model import GraphTables

Row = dict[str, Any]
Line = tuple[str, str, str, str, str, str, dt.date]

OWN = {"SUSPECT", "CHARGED", "CONVICTED", "RESTRAINED"}
COUNTED = OWN | {"INJURED", "PROTECTED", "CHILD_PRESENT"}
ONLOOKER = {"WITNESS", "REPORTER"}
IN_LAW = {"parent", "adoptive_parent"}


@dataclass
class Answer:
    """What the oracle says."""

    members: dict[str, tuple[str, list[int]]]
    possible: set[str]
    lines: list[Line]


class Oracle:
    """A graph as lists of rows, asked one question at a time."""

    def __init__(self, tables: GraphTables) -> None:
        self.rows: dict[str, list[Row]] = {name: table.to_pylist() for name, table in tables.items()}
        self.people = {row["person_id"]: row for row in self.rows["Person"]}

    def ask(self, child: str, as_of: dt.date, *, known_at: dt.date | None, with_right: bool) -> Answer:
        """Members with their days, possible members, and the lines of the history."""
        me = self.people[child]
        nothing = Answer({}, set(), [])
        if not me["held"] or me["birth_date"] is None or not me["birth_date"] <= as_of < me["adult_from"]:
            return nothing
        if me["deceased"] is not None and me["deceased"] < as_of:
            return nothing
        self.as_of = as_of
        self.belief = known_at or dt.date(9999, 12, 30)
        self.birth = me["birth_date"]
        members, possible = self.family(child)
        return Answer(members, possible, self.lines(child, members, with_right=with_right))

    def table(self, name: str) -> list[Row]:
        """Believed rows."""
        return [row for row in self.rows[name] if row["known_from"] <= self.belief < row["known_to"]]

    def days(self, row: Row) -> set[int]:
        """Days of a row from the child's birth to ``as_of``, as ordinals."""
        first = max(row["valid_from"], self.birth).toordinal()
        return set(range(first, min(row["valid_to"].toordinal(), self.as_of.toordinal() + 1)))

    def alive(self, person: str) -> set[int]:
        """Days on which a person is born and has not died, nulls bounding nothing."""
        row = self.people[person]
        first = max(row["birth_date"] or self.birth, self.birth).toordinal()
        last = self.as_of if row["deceased"] is None else min(self.as_of, row["deceased"] - dt.timedelta(1))
        return set(range(first, last.toordinal() + 1))

    def shown(self, person: str) -> list[Row]:
        """Parent relations of a person that no adoption hides."""
        return [
            row
            for row in self.table("CHILD_OF")
            if row["start_id"] == person and row["kind"] in IN_LAW and self.as_of < row["hidden_from"]
        ]

    def family(self, child: str) -> tuple[dict[str, tuple[str, list[int]]], set[str]]:
        """Persons with rule and days; possible ones."""
        shared: dict[bool, dict[str, set[int]]] = {True: {}, False: {}}
        for row in self.table("LIVED_WITH"):
            if child in (row["start_id"], row["end_id"]):
                other = row["end_id"] if row["start_id"] == child else row["start_id"]
                shared[row["certain"]].setdefault(other, set()).update(self.days(row))
        found: dict[str, tuple[str, list[int]]] = {}
        own = self.shown(child)
        kept = {row["end_id"] for row in own}
        hidden = {
            row["end_id"] for row in self.table("CHILD_OF") if row["start_id"] == child and row["kind"] in IN_LAW
        } - kept
        rules = [
            ("a", {child: self.alive(child) | {self.as_of.toordinal()}}),
            ("b", self.parents(own)),
            ("c", self.siblings(child, own)),
        ]
        for rule, days in rules:
            self.enter(found, rule, days, hidden if rule != "a" else set())
        parents = {person for person, (rule, _) in found.items() if rule == "b"}
        self.enter(found, "d", self.partners(parents, shared[True]), hidden)
        partners = {person for person, (rule, _) in found.items() if rule == "d"}
        self.enter(found, "e", self.others(partners, shared[True]), hidden)
        possible = {person for person, days in shared[False].items() if days} | self.carers(child)
        return found, possible - set(found) - hidden

    def carers(self, child: str) -> set[str]:
        """With whom the child was ever placed."""
        placed = [row for row in self.table("CHILD_OF") if row["kind"] == "foster_parent"]
        return {row["end_id"] for row in placed if row["start_id"] == child and self.days(row)}

    @staticmethod
    def enter(found: dict[str, tuple[str, list[int]]], rule: str, days: dict[str, set[int]], hidden: set[str]) -> None:
        """First rule first."""
        for person, when in days.items():
            if when and person not in found and person not in hidden:
                found[person] = (rule, sorted(when))

    def parents(self, own: list[Row]) -> dict[str, set[int]]:
        """(b)."""
        days: dict[str, set[int]] = {}
        for row in own:
            death = self.people[row["end_id"]]["deceased"]
            living = {day for day in self.days(row) if death is None or day < death.toordinal()}
            days.setdefault(row["end_id"], set()).update(living)
        return days

    def siblings(self, child: str, own: list[Row]) -> dict[str, set[int]]:
        """(c)."""
        days: dict[str, set[int]] = {}
        for sibling in self.people:
            for theirs in self.shown(sibling) if sibling != child else ():
                for mine in own:
                    if mine["end_id"] == theirs["end_id"]:
                        both = self.days(mine) & self.days(theirs) & self.alive(sibling)
                        days.setdefault(sibling, set()).update(both)
        return days

    def partners(self, parents: set[str], shared: dict[str, set[int]]) -> dict[str, set[int]]:
        """(d)."""
        days: dict[str, set[int]] = {}
        for row in self.table("PARTNER_OF"):
            for parent, other in ((row["start_id"], row["end_id"]), (row["end_id"], row["start_id"])):
                begun = row["valid_from"] < row["valid_to"] and row["valid_from"] <= self.as_of
                if parent not in parents or other not in shared or not begun:
                    continue
                together = shared[other] & self.days(row) if row["kind"] == "spouse" else long_runs(shared[other])
                days.setdefault(other, set()).update(together)
        return days

    def others(self, partners: set[str], shared: dict[str, set[int]]) -> dict[str, set[int]]:
        """(e)."""
        days: dict[str, set[int]] = {}
        for person, when in shared.items():
            adult = self.people[person]["adult_from"]
            step = any(
                row["end_id"] in partners and row["valid_from"] < row["valid_to"] and row["valid_from"] <= self.as_of
                for row in self.shown(person)
            )
            if adult is not None and not step:
                days[person] = long_runs({day for day in when if day >= adult.toordinal()})
            else:
                days[person] = long_runs(when)
        return days

    def lines(self, child: str, members: dict[str, tuple[str, list[int]]], *, with_right: bool) -> list[Line]:
        """Classes A, B and C."""
        lines: list[Line] = []
        recorded = {row["start_id"] for row in self.table("RECORDED_IN")}
        years = (self.as_of.year - 10, self.as_of.month, self.as_of.day)
        leap = years[1:] == (2, 29)
        since = dt.date(years[0], 3, 1) if leap else dt.date(*years)
        for event in self.rows["Incident"]:
            date = event["date"]
            if not event["counts"] or date > self.as_of or event["event_id"] not in recorded:
                continue
            parts = [part for part in self.parts(event, with_right=with_right) if part["start_id"] in members]
            inside = [part for part in parts if date.toordinal() in members[part["start_id"]][1]]
            home = self.at_home(child, event)
            first = [part for part in inside if self.counts_in_a(part, inside, home=home)]
            before = [
                part
                for part in parts
                if part not in inside
                and part["role"] in OWN
                and members[part["start_id"]][0] in "bde"
                and since <= date
                and date.toordinal() < last_start(members[part["start_id"]][1])
            ]
            klass, chosen = ("A", first) if first else ("B", before)
            for part in chosen:
                rule = members[part["start_id"]][0]
                line = (event["event_id"], klass, part["start_id"], part["role"], part["record_id"], rule, date)
                lines.append(line)
            if home and event["domestic"] and not chosen:
                lines.append((event["event_id"], "C", "", "", "", "", date))
        return sorted(set(lines))

    def parts(self, event: Row, *, with_right: bool) -> list[Row]:
        """Believed parts in an event that may be seen."""
        found = []
        for row in self.table("INVOLVED_IN"):
            adult = self.people[row["start_id"]]["adult_from"]
            minor = adult is not None and event["date"] < adult
            if row["end_id"] == event["event_id"] and (with_right or not (minor and row["role"] in OWN)):
                found.append(row)
        return found

    def at_home(self, child: str, event: Row) -> bool:
        """Whether the place is a certain unit where the child has a stay on the day."""
        return event["place_id"] is not None and any(
            row["start_id"] == child
            and row["end_id"] == event["place_id"]
            and row["unit"]
            and not row["hub"]
            and not row["sealed"]
            and event["date"].toordinal() in self.days(row)
            for row in self.table("LIVED_AT")
        )

    @staticmethod
    def counts_in_a(part: Row, inside: list[Row], *, home: bool) -> bool:
        """Counted roles do; onlookers with company, or at home."""
        if part["role"] in COUNTED:
            return True
        company = any(other["start_id"] != part["start_id"] and other["role"] in COUNTED | ONLOOKER for other in inside)
        return part["role"] in ONLOOKER and (home or company)


def runs(days: set[int]) -> list[list[int]]:
    """Days grouped into runs without a gap."""
    groups: list[list[int]] = []
    for day in sorted(days):
        if groups and groups[-1][-1] == day - 1:
            groups[-1].append(day)
        else:
            groups.append([day])
    return groups


def long_runs(days: set[int]) -> set[int]:
    """Days in runs of at least thirty."""
    return {day for run in runs(days) if len(run) >= 30 for day in run}


def last_start(days: list[int]) -> int:
    """First day of the last run."""
    return runs(set(days))[-1][0]
