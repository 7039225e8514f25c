"""True histories once more, by brute force over sets of days, straight from the rules of the architecture page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from linkage.vocabulary import COUNTED_ROLES, ONLOOKER_ROLES, OWN_ROLES

Row = dict[str, Any]
Days = set[int]
Line = tuple[str, str, str, str | None, str | None]


def adult_on(birth: dt.date) -> int:
    """The 18th birthday as an ordinal."""
    try:
        return birth.replace(year=birth.year + 18).toordinal()
    except ValueError:
        return dt.date(birth.year + 18, 3, 1).toordinal()


def home(stay: Row) -> bool:
    """Whether a stay tells for certain where somebody lives."""
    return bool(stay["unit"] and not stay["hub"] and not stay["sealed"])


def runs(days: Days) -> list[list[int]]:
    found: list[list[int]] = []
    for day in sorted(days):
        if found and found[-1][-1] == day - 1:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def long_enough(days: Days) -> Days:
    return {day for run in runs(days) if len(run) >= 30 for day in run}


@dataclass
class Oracle:
    """The truth's tables as rows, asked child by child."""

    tables: dict[str, pa.Table]
    as_of: dt.date
    persons: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = {name: table.to_pylist() for name, table in self.tables.items()}
        self.persons = {r["person"]: r for r in rows["persons"]}
        couples = ("spouse", "partner")
        self.couples: list[Row] = [r for r in rows["relations"] if r["kind"] in couples]
        self.parents_of: dict[str, list[Row]] = {}
        for row in rows["relations"]:
            if row["kind"] in ("parent", "adoptive_parent"):
                self.parents_of.setdefault(row["person"], []).append(row)
        self.events: list[Row] = [e for e in rows["events"] if e["counts"] and e["date"] <= self.as_of]
        self.roles: dict[str, list[Row]] = {}
        for role in rows["roles"]:
            self.roles.setdefault(role["event"], []).append(role)
        self.care: dict[str, list[Row]] = {}
        for row in rows["relations"]:
            if row["kind"] == "foster_parent":
                self.care.setdefault(row["person"], []).append(row)
        self.stays: dict[str, list[Row]] = {}
        self.at: dict[str, list[Row]] = {}
        for stay in rows["stays"]:
            self.stays.setdefault(stay["person"], []).append(stay)
            self.at.setdefault(stay["address"], []).append(stay)

    def span(self, row: Row, first: dt.date) -> Days:
        """Days of an interval from ``first`` to the day asked about."""
        start = max(row["valid_from"], first).toordinal()
        return set(range(start, min(row["valid_to"].toordinal(), self.as_of.toordinal() + 1)))

    def begun(self, row: Row) -> bool:
        """Whether an interval holds any day up to the day asked about."""
        return bool(row["valid_from"] <= self.as_of and row["valid_from"] < row["valid_to"])

    def children(self) -> list[str]:
        today = self.as_of.toordinal()
        return sorted(
            p
            for p, row in self.persons.items()
            if row["birth_date"] <= self.as_of
            and adult_on(row["birth_date"]) > today
            and (row["deceased"] is None or row["deceased"] >= self.as_of)
        )

    def parental(self, child: str) -> list[Row]:
        """Parent relations that are shown."""
        mine = self.parents_of.get(child, [])
        adopted = any(r["kind"] == "adoptive_parent" and r["valid_from"] <= self.as_of for r in mine)
        return [r for r in mine if not (adopted and r["kind"] == "parent" and r["valid_to"] <= self.as_of)]

    def hidden(self, child: str) -> set[str]:
        every = {r["other"] for r in self.parents_of.get(child, [])}
        return every - {r["other"] for r in self.parental(child)}

    def living(self, person: str) -> Days:
        row = self.persons[person]
        end = self.as_of.toordinal() + 1 if row["deceased"] is None else row["deceased"].toordinal()
        return set(range(row["birth_date"].toordinal(), min(end, self.as_of.toordinal() + 1)))

    def dead(self, person: str) -> Days:
        died = self.persons[person]["deceased"]
        return set(range(self.as_of.toordinal() + 1 if died is None else died.toordinal(), self.as_of.toordinal() + 1))

    def cared(self, person: str, address: str) -> Days:
        """Days before 18 on which a person and somebody it is placed with both live at an address (rule 9b)."""
        born, days = self.persons[person]["birth_date"], Days()
        young = set(range(born.toordinal(), adult_on(born)))
        for row in self.care.get(person, []):
            here = [
                {d for s in self.stays.get(who, []) if s["address"] == address and home(s) for d in self.span(s, born)}
                for who in (person, row["other"])
            ]
            days |= here[0] & here[1] & self.span(row, born) & young
        return days

    def certain(self, child: str) -> dict[str, Days]:
        """Days of certain co-residence with each other person."""
        birth, shared = self.persons[child]["birth_date"], dict[str, Days]()
        for mine in self.stays.get(child, []):
            for other in self.at[mine["address"]]:
                if home(mine) and home(other) and other["person"] != child:
                    days = self.span(mine, birth) & self.span(other, birth)
                    days -= self.cared(child, mine["address"]) | self.cared(other["person"], mine["address"])
                    shared.setdefault(other["person"], set()).update(days)
        return shared

    def family(self, child: str) -> dict[str, tuple[str, Days]]:
        """Members with the rule they stand under and their days."""
        birth = self.persons[child]["birth_date"]
        shared, hidden, own = self.certain(child), self.hidden(child), self.parental(child)
        days = set(range(birth.toordinal(), self.as_of.toordinal() + 1))
        found: dict[str, tuple[str, Days]] = {child: ("a", days)}

        def enter(rule: str, person: str, when: Days) -> None:
            if person not in hidden and when and (person not in found or found[person][0] == rule):
                found[person] = (rule, when | (found[person][1] if person in found else set()))

        for row in own:
            enter("b", row["other"], self.span(row, birth) - self.dead(row["other"]))
        for sibling in sorted(self.parents_of.keys() - {child}):
            for theirs in self.parental(sibling):
                for mine in own:
                    if mine["other"] == theirs["other"]:
                        both = self.span(mine, birth) & self.span(theirs, birth) & self.living(sibling)
                        enter("c", sibling, both)
        parents = [p for p, (rule, _) in found.items() if rule == "b"]
        for row in self.couples:
            for parent, partner in ((row["person"], row["other"]), (row["other"], row["person"])):
                if parent in parents and partner in shared and self.begun(row):
                    joint = shared[partner] & self.span(row, birth)
                    enter("d", partner, joint if row["kind"] == "spouse" else long_enough(shared[partner]))
        partners = {p for p, (rule, _) in found.items() if rule == "d"}
        for person, when in sorted(shared.items()):
            grown = adult_on(self.persons[person]["birth_date"])
            step = any(r["other"] in partners and self.begun(r) for r in self.parental(person))
            enter("e", person, long_enough(when if step else {d for d in when if d >= grown}))
        return found

    def sealed(self, event: Row) -> bool:
        return any(
            stay["sealed"] and stay["valid_from"] <= event["date"] < stay["valid_to"]
            for role in self.roles.get(event["event"], [])
            for stay in self.stays.get(role["person"], [])
        )

    def at_home(self, child: str, event: Row) -> bool:
        return not self.sealed(event) and any(
            s["address"] == event["place"]
            and s["unit"]
            and not s["hub"]
            and not s["sealed"]
            and max(s["valid_from"], self.persons[child]["birth_date"]) <= event["date"] < s["valid_to"]
            for s in self.stays.get(child, [])
        )

    def history(self, child: str) -> set[Line]:
        """(child, event, class, person, role) for everything that belongs to the child's history."""
        members, lines = self.family(child), set[Line]()
        try:
            long_ago = self.as_of.replace(year=self.as_of.year - 10)
        except ValueError:
            long_ago = dt.date(self.as_of.year - 10, 3, 1)
        for event in self.events:
            day, home = event["date"].toordinal(), self.at_home(child, event)
            parts = [
                (r["person"], r["role"])
                for r in self.roles.get(event["event"], [])
                if r["person"] in members
                and not (r["role"] in OWN_ROLES and adult_on(self.persons[r["person"]]["birth_date"]) > day)
            ]
            inside = [(p, r) for p, r in parts if day in members[p][1] and r in COUNTED_ROLES | ONLOOKER_ROLES]
            counted = {
                (p, r) for p, r in inside if r in COUNTED_ROLES or home or any(other != p for other, _ in inside)
            }
            before = {
                (p, r)
                for p, r in parts
                if r in OWN_ROLES
                and members[p][0] in "bde"
                and day not in members[p][1]
                and day < runs(members[p][1])[-1][0]
                and event["date"] >= long_ago
            }
            klass, chosen = ("A", counted) if counted else ("B", before)
            lines |= {(child, event["event"], klass, p, r) for p, r in chosen}
            if not chosen and home and event["domestic"]:
                lines.add((child, event["event"], "C", None, None))
        return lines
