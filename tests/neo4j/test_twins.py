"""Every published traversal has a twin in Cypher, and both give the same rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Any

import pytest

from graph.grant import Grant, demo_grant
from graph.history.answer import family_history, history_rows
from graph.neo4j import open_reader
from tests.neo4j.conftest import Twins

pytestmark = pytest.mark.neo4j

TODAY = dt.date(2026, 1, 1)
RIGHT = dataclasses.replace(demo_grant(), own_roles_of_children=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One question about a family."""

    child: str
    as_of: dt.date
    known_at: dt.date | None
    grant: Grant


def questions(twins: Twins, seed: int) -> list[Asked]:
    """Two children of each town, on random days, with and without a day of belief and the separate right."""
    draw = random.Random(seed)
    days = [dt.date(2018, 1, 1) + dt.timedelta(n) for n in range(2200)] + [dt.date(2020, 2, 29)] * 200
    people: list[str] = twins.tables["Person"].column("person_id").to_pylist()
    children = [person for person in people if person.endswith((".p00", ".p01"))]
    return [
        Asked(
            child,
            draw.choice(days),
            draw.choice([None, None, draw.choice(days)]),
            draw.choice([demo_grant(), RIGHT]),
        )
        for child in children
    ]


def iso(row: Any) -> list[Any]:
    """A row's values as JSON has them."""
    return [v.isoformat() if isinstance(v, dt.date) else v for v in row]


def test_family_histories_are_the_same_rows(twins: Twins) -> None:
    rows = {"A": 0, "B": 0, "C": 0}
    with open_reader(twins.connection) as reader:
        for asked in questions(twins, seed=1):
            history = family_history(
                twins.snapshot, asked.child, asked.as_of, asked.grant, today=TODAY, known_at=asked.known_at
            )
            expected = [iso(dataclasses.astuple(row)) for row in history_rows(history)]
            found = reader.query(
                "family_history",
                {"child": asked.child, "as_of": asked.as_of, "known_at": asked.known_at},
                asked.grant,
                today=TODAY,
            )
            assert found.rows == expected, asked
            for row in expected:
                rows[row[1]] += 1
    # The comparison must not be about empty answers.
    assert all(count > 50 for count in rows.values()), rows
