"""Every published traversal has a twin in Cypher, and both give the same rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest

from graph.grant import Grant, demo_grant
from graph.history.answer import family_history, history_rows
from graph.neo4j import open_reader
from graph.traversal import earlier_districts, focus_persons
from tests.neo4j.conftest import Twins

pytestmark = pytest.mark.neo4j

TODAY = dt.date(2026, 1, 1)
RIGHT = dataclasses.replace(demo_grant(), own_roles_of_children=True)
DAYS = [dt.date(2018, 1, 1) + dt.timedelta(n) for n in range(2200)] + [dt.date(2020, 2, 29)] * 200


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One question: about a child or an event, in whose belief, with which rights."""

    key: str
    as_of: dt.date
    known_at: dt.date | None
    grant: Grant


def questions(keys: list[str], seed: int) -> list[Asked]:
    """One question for each key, on a random day, with and without a day of belief and the separate right."""
    draw = random.Random(seed)  # noqa: S311
    return [
        Asked(key, draw.choice(DAYS), draw.choice([None, None, draw.choice(DAYS)]), draw.choice([demo_grant(), RIGHT]))
        for key in keys
    ]


def children(twins: Twins) -> list[str]:
    """The two persons of each town who are children in 2020."""
    people: list[str] = twins.tables["Person"].column("person_id").to_pylist()
    return [person for person in people if person.endswith((".p00", ".p01"))]


def flat(rows: tuple[Any, ...]) -> list[list[Any]]:
    """Rows of frozen values as JSON has them."""
    return [[v.isoformat() if isinstance(v, dt.date) else v for v in dataclasses.astuple(row)] for row in rows]


def test_family_histories_are_the_same_rows(twins: Twins) -> None:
    seen: Counter[str] = Counter()
    asked_about = questions(children(twins), seed=1)
    assert len(asked_about) >= 500
    with open_reader(twins.connection) as reader:
        for asked in asked_about:
            history = family_history(
                twins.snapshot, asked.key, asked.as_of, asked.grant, today=TODAY, known_at=asked.known_at
            )
            expected = flat(history_rows(history))
            parameters = {"child": asked.key, "as_of": asked.as_of, "known_at": asked.known_at}
            found = reader.query("family_history", parameters, asked.grant, today=TODAY)
            assert found.rows == expected, asked
            seen.update(f"{row[1]}{row[5]}" for row in expected)
    # Every class and every rule takes part, or the comparison says nothing.
    assert min(seen[kind] for kind in ("Aa", "Ab", "Ac", "Ad", "Ae", "Bb", "Be", "CNone")) >= 2, seen


def test_focus_persons_are_the_same_rows(twins: Twins) -> None:
    seen: Counter[str] = Counter()
    events: list[str] = twins.tables["Incident"].column("event_id").to_pylist()[::4]
    with open_reader(twins.connection) as reader:
        for asked in questions(events, seed=2):
            expected = flat(focus_persons(twins.snapshot, asked.key, asked.grant, today=TODAY, known_at=asked.known_at))
            parameters = {"event": asked.key, "known_at": asked.known_at}
            assert reader.query("focus_persons", parameters, asked.grant, today=TODAY).rows == expected, asked
            seen.update(row[2] for row in expected)
    reasons = ("involved", "child_at_place", "child_of_involved", "parent", "adult_in_household")
    assert min(seen[reason] for reason in reasons) > 10, seen


def test_earlier_districts_are_the_same_rows(twins: Twins) -> None:
    rows = 0
    with open_reader(twins.connection) as reader:
        for asked in questions(children(twins), seed=3):
            stays = earlier_districts(
                twins.snapshot, asked.key, asked.as_of, asked.grant, today=TODAY, known_at=asked.known_at
            )
            parameters = {"child": asked.key, "as_of": asked.as_of, "known_at": asked.known_at}
            found = reader.query("earlier_districts", parameters, asked.grant, today=TODAY)
            assert found.rows == flat(stays), asked
            rows += len(stays)
    assert rows > 50
