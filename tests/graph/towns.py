"""Small random graphs with odd intervals: touching, overlapping, empty, unknown, open, disbelieved.

``town(random)`` makes one from a seeded source; :func:`towns` is the hypothesis strategy of them.
Dates come from a small pool and its near neighbours, so that borders meet often.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from graph.model import NODES, RELATIONSHIPS, GraphTables
from graph.order import in_order
from linkage.intervals import FIRST_DAY, LAST_DAY, add_years
from linkage.vocabulary import CATEGORIES, DOMESTIC_CATEGORIES, EVENT_CATEGORIES, Role

Row = dict[str, Any]
DISTRICTS = ["D01", "D02", "D03"]
REGISTERS = ["cpr", "polsas-D01", "polsas-D02", "protected"]
SOME_CATEGORIES = ["domestic_disturbance", "simple_violence", "shoplifting", "municipal_notification", "note"]
ADDRESSES = 6


@dataclass
class Town:
    """Rows under construction."""

    random: random.Random
    pool: list[dt.date]
    people: list[str]
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in [*NODES, *RELATIONSHIPS]})

    def day(self) -> dt.date:
        """A day of the pool or near one."""
        return self.random.choice(self.pool) + dt.timedelta(self.random.choice([0, 0, 0, 1, -1, 29, 30, 31, 200]))

    def span(self) -> Row:
        """A validity interval: mostly sound, sometimes open, unknown at the start, or empty."""
        one, two = self.day(), self.day()
        kind = self.random.random()
        if kind < 0.9:
            one, two = min(one, two), max(one, two)
        if kind < 0.3:
            two = LAST_DAY
        if kind > 0.85:
            one = FIRST_DAY
        return {"valid_from": one, "valid_to": two}

    def belief(self) -> Row:
        """A belief interval: mostly always, sometimes withdrawn or late."""
        kind = self.random.random()
        if kind < 0.8:
            return {"known_from": FIRST_DAY, "known_to": LAST_DAY}
        if kind < 0.9:
            return {"known_from": self.day(), "known_to": LAST_DAY}
        return {"known_from": FIRST_DAY, "known_to": self.day()}

    def two(self) -> tuple[str, str]:
        """Two different persons."""
        left, right = self.random.sample(self.people, 2)
        return left, right

    def sorted_two(self) -> tuple[str, str]:
        """Two different persons in order of their ids."""
        left, right = sorted(self.two())
        return left, right

    def add(self, table: str, /, **row: Any) -> None:
        """One more row."""
        self.rows[table].append(row)

    def tables(self) -> GraphTables:
        """The finished graph, checked and in order."""
        shapes = {**{k: n.table for k, n in NODES.items()}, **{k: r.table for k, r in RELATIONSHIPS.items()}}
        made = {name: pa.Table.from_pylist(self.rows[name], schema=shape.schema) for name, shape in shapes.items()}
        return in_order(made)


def numbered_town(number: int) -> GraphTables:
    """The same random town for the same number."""
    return town(random.Random(number))  # noqa: S311


def town(source: random.Random, *, people: int = 7, events: int = 8) -> GraphTables:
    """A random graph; the first two persons are always children in 2020, related or not."""
    start = dt.date(2018, 3, 1)
    pool = [start + dt.timedelta(source.randrange(0, 1500)) for _ in range(6)]
    made = Town(source, pool, [f"p{i:02d}" for i in range(people)])
    _places(made)
    _persons(made)
    _relations(made)
    _stays(made)
    for number in range(events):
        _event(made, f"e{number:02d}")
    return made.tables()


def towns() -> st.SearchStrategy[GraphTables]:
    """Random towns of 5 to 9 persons. Drawn by seed: drawing every choice apart reaches far fewer families."""
    return st.builds(
        lambda seed, people, events: town(random.Random(seed), people=people, events=events),  # noqa: S311
        st.integers(0, 2**32),
        st.integers(5, 9),
        st.integers(3, 12),
    )


def days_of_question() -> st.SearchStrategy[dt.date]:
    """Days on which to ask: all over the towns' time, leap days among them."""
    return st.one_of(
        st.dates(dt.date(2017, 1, 1), dt.date(2024, 12, 31)),
        st.sampled_from([dt.date(2020, 2, 29), dt.date(2024, 2, 29)]),
    )


def _places(made: Town) -> None:
    for district in DISTRICTS:
        made.add("District", district=district)
    for register in REGISTERS:
        keeper = register[-3:] if register.startswith("polsas") else None
        made.add("Register", register=register, title=register, district=keeper)
        if keeper:
            made.add("HELD_BY", start_id=register, end_id=keeper)
    for number in range(ADDRESSES):
        lies_in = DISTRICTS[number % 3] if number else None
        made.add(
            "Address",
            address_id=f"a{number}",
            access_id=f"x{number // 2}",
            label=f"Vej {number}",
            postcode="1000",
            municipality="0101",
            district=lies_in,
            unit=number != 4,
            hub=number == 5,
            sealed=False,
        )
        if lies_in:
            made.add("LIES_IN", start_id=f"a{number}", end_id=lies_in)


def _persons(made: Town) -> None:
    draw = made.random
    for number, person in enumerate(made.people):
        if number < 2 or draw.random() < 0.3:
            birth: dt.date | None = dt.date(2003, 1, 1) + dt.timedelta(draw.randrange(0, 5600))
            if draw.random() < 0.2:
                birth = dt.date(2004, 2, 29)
        else:
            birth = dt.date(1965, 1, 1) + dt.timedelta(draw.randrange(0, 14000)) if draw.random() < 0.85 else None
        deceased = made.day() if draw.random() < 0.15 else None
        adult_from = add_years(birth, 18) if birth else None
        name, sex = f"Navn {number % 4}", draw.choice(["F", "M", None])
        made.add(
            "Person",
            person_id=person,
            name=name,
            birth_date=birth,
            deceased=deceased,
            sex=sex,
            mentions=1,
            protected=False,
            adult_from=adult_from,
            held=draw.random() < 0.95,
        )
        _mention(made, f"cpr:{person}", person, "cpr", birth=birth)


def _mention(made: Town, record: str, person: str, register: str, *, birth: dt.date | None = None) -> None:
    belief = made.belief()
    district = register[-3:] if register.startswith("polsas") else None
    made.add(
        "Mention",
        record_id=record,
        person_id=person,
        name=f"Navn {person}",
        birth_date=birth,
        sex=None,
        register=register,
        district=district,
        extract="x",
        source_row=record,
        sealed=register == "protected",
        **belief,
    )
    probability = made.random.choice([0.9, 0.99, 1.0])
    made.add("REFERS_TO", start_id=record, end_id=person, match_weight=12.5, probability=probability, **belief)
    made.add("STATED_IN", start_id=record, end_id=register)


def _relations(made: Town) -> None:
    draw = made.random
    for _ in range(draw.randrange(0, 2 * len(made.people))):
        child, parent = made.two()
        if draw.random() < 0.6:
            child = draw.choice(made.people[:2])
            parent = draw.choice([p for p in made.people if p != child])
        span = made.span()
        kind = draw.choice(["parent", "parent", "parent", "adoptive_parent", "custody", "foster_parent"])
        hidden = draw.random() < 0.2 and kind == "parent"
        made.add(
            "CHILD_OF",
            start_id=child,
            end_id=parent,
            kind=kind,
            register="cpr",
            hidden_from=max(made.day(), span["valid_to"]) if hidden else LAST_DAY,
            **span,
            **made.belief(),
        )
    in_law = ("parent", "adoptive_parent")
    parents = sorted({row["end_id"] for row in made.rows["CHILD_OF"] if row["kind"] in in_law})
    for _ in range(draw.randrange(0, 2 * len(made.people))):
        left, right = made.sorted_two()
        if parents and draw.random() < 0.6:
            parent = draw.choice(parents)
            left, right = sorted([parent, draw.choice([p for p in made.people if p != parent])])
        kind = draw.choice(["spouse", "partner"])
        made.add("PARTNER_OF", start_id=left, end_id=right, kind=kind, register="cpr", **made.span(), **made.belief())
    for _ in range(draw.randrange(0, 4 * len(made.people))):
        left, right = made.sorted_two()
        certain = draw.random() < 0.8
        made.add("LIVED_WITH", start_id=left, end_id=right, certain=certain, **made.span(), **made.belief())


def _stays(made: Town) -> None:
    draw = made.random
    for number, person in enumerate(made.people):
        places = [draw.randrange(0, ADDRESSES) for _ in range(draw.randrange(0, 4))]
        # Shared residence: the last stay has a second one beside it, on the same days.
        places += [(places[-1] + 1) % 3] if places and draw.random() < 0.3 else []
        span = made.span()
        for position, place in enumerate(places):
            second = position and place == (places[position - 1] + 1) % 3
            span = span if second else made.span()
            made.add(
                "LIVED_AT",
                start_id=person,
                end_id=f"a{place}",
                unit=place != 4,
                hub=place == 5,
                sealed=False,
                record_id=f"cpr:{person}",
                register="cpr",
                **span,
                **made.belief(),
            )
        if number % 3 == 0:
            _sealed_stay(made, person)
    household = made.span()
    made.add("Household", household_id="h0", address_id="a1", **household)
    made.add("HOUSED_AT", start_id="h0", end_id="a1")
    made.add("MEMBER_OF", start_id=made.people[0], end_id="h0", **household, **made.belief())


def _sealed_stay(made: Town, person: str) -> None:
    span = made.span()
    address = f"protected:{person}:{span['valid_from'].isoformat()}"
    made.add("Address", address_id=address, label="protected", unit=False, hub=False, sealed=True)
    made.add(
        "LIVED_AT",
        start_id=person,
        end_id=address,
        unit=False,
        hub=False,
        sealed=True,
        record_id=f"cpr:{person}",
        register="protected",
        **span,
        **made.belief(),
    )


def _event(made: Town, event: str) -> None:
    draw = made.random
    category = draw.choice(SOME_CATEGORIES if draw.random() < 0.8 else sorted(CATEGORIES))
    date, place = made.day(), draw.choice([None, "a0", "a1", "a2", "a5"])
    sealed = draw.random() < 0.1
    place = None if sealed else place
    made.add(
        "Incident",
        event_id=event,
        date=date,
        category=category,
        domestic=category in DOMESTIC_CATEGORIES,
        counts=category in EVENT_CATEGORIES,
        district=None if sealed else draw.choice(DISTRICTS),
        place_id=place,
        place_label="protected" if sealed else place and f"Vej {place}",
        verified=draw.random() < 0.9,
        sealed=sealed,
    )
    if place:
        made.add("OCCURRED_AT", start_id=event, end_id=place, grade="A")
    for record in range(draw.choice([1, 1, 2])):
        _record(made, event, f"{event}:{record}", date=date, category=category, sealed=sealed)


def _record(made: Town, event: str, incident: str, *, date: dt.date, category: str, sealed: bool) -> None:
    draw = made.random
    register = "protected" if sealed else draw.choice(REGISTERS[1:3])
    belief = made.belief()
    made.add(
        "RECORDED_IN",
        start_id=event,
        end_id=register,
        incident_id=incident,
        journal_number=None if sealed else incident,
        category=category,
        occurred=date,
        reported=date,
        status="closed",
        district=None if sealed else register[-3:],
        source_row=incident,
        reason="single",
        verified=True,
        **belief,
    )
    for number in range(draw.randrange(0, 4)):
        person = draw.choice(made.people)
        mention = f"{incident}/{number}"
        _mention(made, mention, person, register)
        for role in draw.sample(list(Role), draw.choice([1, 1, 2])):
            made.add(
                "INVOLVED_IN",
                start_id=person,
                end_id=event,
                incident_id=incident,
                record_id=mention,
                role=role.value,
                stated_role=role.value[:3],
                register=register,
                probability=draw.choice([0.9, 0.99]),
                **(belief if draw.random() < 0.8 else made.belief()),
            )
