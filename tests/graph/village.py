"""Canonical and resolution tables of a small place, row by row: what a projection reads."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from graph.projection import ProjectionInput
from linkage.intervals import FIRST_DAY, LAST_DAY
from linkage.tables import CANONICAL, RESOLUTION

Row = dict[str, Any]
KNOWN = {"known_from": FIRST_DAY, "known_to": LAST_DAY}
SHAPES = {**CANONICAL, **RESOLUTION}


def day(text: str) -> dt.date:
    """A date from ISO text."""
    return dt.date.fromisoformat(text)


class Village:
    """Rows under construction; every method adds to the tables that one fact touches."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in SHAPES}
        for register, district, whole in (("cpr", None, True), ("north", "D01", False), ("south", "D02", False)):
            self.add("registers", register=register, district=district, one_record_per_person=whole, synthetic=True)

    def add(self, table: str, /, **row: Any) -> None:
        """One more row; columns not given are null."""
        self.rows[table].append(row)

    def inputs(self) -> ProjectionInput:
        """The tables."""
        made = {name: pa.Table.from_pylist(self.rows[name], schema=shape.schema) for name, shape in SHAPES.items()}
        return ProjectionInput(
            {name: made[name] for name in CANONICAL},
            {name: made[name] for name in RESOLUTION},
        )

    def mention(self, record: str, entity: str, name: str, born: str | None = None, **more: Any) -> None:
        """A mention and whose it is."""
        given, _, surname = name.partition(" ")
        row: Row = {
            "given": given,
            "surname": surname or None,
            "earlier_surnames": [],
            "identifiers": [],
            "birth_date": day(born) if born else None,
            "birth_precision": "day" if born else None,
            "register": "cpr",
            "extract": "x",
            "source_row": record,
            "sealed": False,
            **KNOWN,
            **more,
        }
        self.add("persons", record_id=record, **row)
        self.add("entities", record_id=record, entity_id=entity)
        self.add("links", record_id=record, entity_id=entity, match_weight=20.0, probability=0.999)

    def address(self, address: str, district: str, *, unit: bool = True, hub: bool = False) -> None:
        """An address."""
        self.add(
            "addresses",
            address_id=address,
            access_id=address,
            street=f"Vej {address}",
            house_number="1",
            postcode="1000",
            city="By",
            district=district,
            unit=unit,
            hub=hub,
        )

    def stay(self, entity: str, address: str | None, valid_from: str, valid_to: str, *, sealed: bool = False) -> None:
        """A registered stay, sealed where it has no address."""
        self.add(
            "episodes",
            entity_id=entity,
            address_id=address,
            access_id=address,
            valid_from=day(valid_from),
            valid_to=day(valid_to),
            unit=not sealed,
            hub=False,
            record_id=f"cpr:{entity}",
            register="protected" if sealed else "cpr",
            sealed=sealed,
            **KNOWN,
        )

    def together(self, left: str, right: str, valid_from: str, valid_to: str) -> None:
        """Certain time under one roof."""
        left, right = sorted((left, right))
        span = {"valid_from": day(valid_from), "valid_to": day(valid_to)}
        self.add("coresidence", left_entity=left, right_entity=right, certain=True, **span, **KNOWN)

    def kin(
        self, child: str, parent: str, kind: str, valid_from: str, valid_to: str = "9999-12-31", **more: Any
    ) -> None:
        """A parent in law or holder of custody."""
        span = {"valid_from": day(valid_from), "valid_to": day(valid_to)}
        self.add(
            "kin", child_entity=child, parent_entity=parent, kind=kind, register="cpr", **span, **{**KNOWN, **more}
        )

    def incident(self, incident: str, event: str, date: str | None, category: str, **more: Any) -> None:
        """One register's record of an event."""
        row: Row = {
            "journal_number": f"J-{incident}",
            "occurred": day(date) if date else None,
            "verified": True,
            "register": "north",
            "district": "D01",
            "extract": "x",
            "source_row": incident,
            "sealed": False,
            **KNOWN,
            **more,
        }
        self.add("incidents", incident_id=incident, category=category, **row)
        self.add("events", incident_id=incident, event_id=event, reason="single")

    def part(self, incident: str, record: str, role: str, **more: Any) -> None:
        """A mention's part in an incident."""
        row: Row = {"register": "north", "district": "D01", "extract": "x", "source_row": record, "sealed": False}
        self.add("involvements", incident_id=incident, record_id=record, role=role, **{**row, **KNOWN, **more})


def family_village(*, place: str = "a1", register: str = "north", district: str = "D01") -> Village:
    """A mother, a father and their child, a case of violence at home, and people next door without any.

    ``place``, ``register`` and ``district`` say where the case was, so that a test can move it.
    """
    made = Village()
    for address, lies_in in (("a1", "D01"), ("a2", "D02"), ("a3", "D01")):
        made.address(address, lies_in)
    for entity, name, born in (
        ("mother", "Mette Holm", "1985-03-01"),
        ("father", "Frank Holm", "1983-07-09"),
        ("child", "Clara Holm", "2012-02-29"),
        ("neighbour", "Niels Vind", "1970-01-01"),
        ("neighbours_child", "Nora Vind", "2011-01-01"),
    ):
        made.mention(f"cpr:{entity}", entity, name, born)
        address = "a3" if entity.startswith("neighbour") else "a1"
        made.stay(entity, address, "2012-03-01", "9999-12-31")
    for parent in ("mother", "father"):
        made.kin("child", parent, "parent", "2012-02-29")
        made.together("child", parent, "2012-03-01", "9999-12-31")
    made.together("father", "mother", "2012-03-01", "9999-12-31")
    made.kin("neighbours_child", "neighbour", "parent", "2011-01-01")
    origin = {"register": register, "district": district}
    made.incident(
        f"{register}:1", f"event:{register}:1", "2018-05-05", "simple_violence", **origin, address_id=place, grade="A"
    )
    for entity, name, role in (("mother", "Mete Holm", "INJURED"), ("father", "Frank Hol", "CHARGED")):
        made.mention(f"{register}:1/{entity}", entity, name, None, **origin)
        made.part(f"{register}:1", f"{register}:1/{entity}", role, **origin)
    return made
