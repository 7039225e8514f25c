"""A family's history equals an independent one; grants, unknown ids and sealing behave."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.errors import GrantError, UnknownPersonError
from graph.grant import Grant, demo_grant
from graph.history import FamilyHistory, HistoryRow, bulk_rows, family_history, history_rows
from graph.model import GraphTables
from graph.order import in_order
from graph.projection.scope import within_incidents
from graph.snapshot import Snapshot, write_snapshot
from tests.graph.oracle import Oracle
from tests.graph.towns import days_of_question, numbered_town, towns

TODAY = dt.date(2026, 11, 1)
RIGHT = Grant("case-1", "test", "none", "tester", dt.date(2099, 1, 1), own_roles_of_children=True)
many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def opened(tables: GraphTables) -> Iterator[Snapshot]:
    with tempfile.TemporaryDirectory() as folder:
        write_snapshot(tables, Path(folder) / "snapshot")
        yield Snapshot.open(Path(folder) / "snapshot")


def flat(rows: tuple[HistoryRow, ...]) -> list[tuple[str, str, str, str, str, str, dt.date]]:
    return [
        (r.event_id, r.klass, r.person_id or "", r.role or "", r.record_id or "", r.rule or "", r.date) for r in rows
    ]


def ask(snapshot: Snapshot, child: str, as_of: dt.date, grant: Grant, known_at: dt.date | None) -> FamilyHistory:
    return family_history(snapshot, child, as_of, grant, today=TODAY, known_at=known_at)


@many
@given(towns(), st.tuples(days_of_question(), days_of_question()), st.none() | days_of_question(), st.booleans())
@example(numbered_town(3), (dt.date(2021, 6, 1), dt.date(2024, 2, 29)), None, False)
def test_a_history_equals_the_independent_one(
    tables: GraphTables, days_asked: tuple[dt.date, dt.date], known_at: dt.date | None, with_right: bool
) -> None:
    oracle = Oracle(tables)
    grant = RIGHT if with_right else demo_grant()
    with opened(tables) as snapshot:
        for child, as_of in itertools.product(tables["Person"]["person_id"].to_pylist(), days_asked):
            answer = oracle.ask(child, as_of, known_at=known_at, with_right=with_right)
            history = ask(snapshot, child, as_of, grant, known_at)
            days = {
                m.person_id: (m.rule, [d for a, b in m.intervals for d in range(a.toordinal(), b.toordinal())])
                for m in history.members
            }
            assert days == answer.members
            assert {one.person_id for one in history.possible} == answer.possible
            assert flat(history_rows(history)) == answer.lines


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(towns(), days_of_question())
def test_bulk_rows_are_the_rows_of_each_history(tables: GraphTables, as_of: dt.date) -> None:
    children = tables["Person"]["person_id"].to_pylist()
    with opened(tables) as snapshot:
        table = bulk_rows(snapshot, children, as_of, demo_grant(), today=TODAY)
        expected = []
        for child in children:
            rows = history_rows(ask(snapshot, child, as_of, demo_grant(), None))
            expected += [(child, *line) for line in flat(rows)]
    columns = ("child_id", "event_id", "klass", "person_id", "role", "record_id", "rule", "date")
    found = {tuple("" if row[c] is None else row[c] for c in columns) for row in table.to_pylist()}
    assert found == set(expected)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(towns(), st.lists(days_of_question(), min_size=3, max_size=6), st.none() | days_of_question())
def test_the_scope_of_incidents_changes_no_answer(
    tables: GraphTables, days: list[dt.date], known_at: dt.date | None
) -> None:
    scoped = in_order(within_incidents(tables))
    inside = {row["person_id"]: row["held"] for row in scoped["Person"].to_pylist()}
    with opened(tables) as whole, opened(scoped) as part:
        for child in tables["Person"]["person_id"].to_pylist():
            for as_of in [*days, *tables["Incident"]["date"].to_pylist()]:
                expected = ask(whole, child, as_of, RIGHT, known_at)
                if inside.get(child):
                    assert ask(part, child, as_of, RIGHT, known_at) == expected
                else:
                    assert expected.entries == ()


def test_a_look_up_without_a_valid_grant_is_refused(tmp_path: Path) -> None:
    write_snapshot(numbered_town(1), tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    expired = Grant("case-1", "test", "none", "tester", dt.date(2020, 1, 1))
    nameless = Grant(" ", "test", "none", "tester", dt.date(2099, 1, 1))
    for grant in (expired, nameless):
        with pytest.raises(GrantError):
            family_history(snapshot, "p01", dt.date(2021, 1, 1), grant, today=TODAY)
        with pytest.raises(GrantError):
            bulk_rows(snapshot, ["p01"], dt.date(2021, 1, 1), grant, today=TODAY)


def test_an_unknown_person_is_named_in_the_error(tmp_path: Path) -> None:
    write_snapshot(numbered_town(1), tmp_path / "s")
    with pytest.raises(UnknownPersonError, match="p99"):
        family_history(Snapshot.open(tmp_path / "s"), "p99", dt.date(2021, 1, 1), demo_grant(), today=TODAY)


def test_an_answer_about_synthetic_persons_is_marked(tmp_path: Path) -> None:
    write_snapshot(numbered_town(1), tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    assert ask(snapshot, "p01", dt.date(2019, 1, 1), demo_grant(), None).demo
    assert not ask(snapshot, "p01", dt.date(2019, 1, 1), RIGHT, None).demo
