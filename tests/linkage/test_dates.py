"""Birth dates: what is read, and how the order of day and month is inferred."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.dates import BirthDates, from_date32, parse_birth_dates


def parts(dates: BirthDates) -> list[tuple[int, int, int]]:
    return list(zip(dates.year.tolist(), dates.month.tolist(), dates.day.tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-04-03", (1980, 4, 3)),
        ("1980-04-03T00:00:00", (1980, 4, 3)),
        ("1980-04-03 12:00", (1980, 4, 3)),
        ("1980/4/3", (1980, 4, 3)),
        ("03-04-1980", (1980, 4, 3)),
        ("3.4.1980", (1980, 4, 3)),
        ("03/04-80", (1980, 4, 3)),
        ("03-04-05", (2005, 4, 3)),
        ("03-04-00", (2000, 4, 3)),
        ("19800403", (1980, 4, 3)),
        ("03041980", (1980, 4, 3)),
        ("030480", (1980, 4, 3)),
        ("1980", (1980, 0, 0)),
        ("1980-04", (1980, 4, 0)),
        ("4/1980", (1980, 4, 0)),
        ("3. april 1980", (1980, 4, 3)),
        ("3 Apr 1980", (1980, 4, 3)),
        ("April 3, 1980", (1980, 4, 3)),
        ("12 maj 1980", (1980, 5, 12)),
        ("1980-00-00", (1980, 0, 0)),
        ("0000-00-00", (0, 0, 0)),
        ("", (0, 0, 0)),
        ("x", (0, 0, 0)),
        (None, (0, 0, 0)),
        ("9" * 10_000, (0, 0, 0)),
    ],
)
def test_layouts(text: str | None, expected: tuple[int, int, int]) -> None:
    assert parts(parse_birth_dates(pa.array([text], pa.string()))) == [expected]


def test_order_is_inferred_for_each_source_and_follows_the_column_where_a_source_is_silent() -> None:
    values = pa.array(["04/25/1980", "03/04/1980", "25-04-1980", "03-04-1980", "03-04-1981"])
    source = pa.array(["us", "us", "dk", "dk", "quiet"])
    assert parse_birth_dates(values, source).month.tolist() == [4, 3, 4, 4, 4]


def test_eight_digits_follow_their_majority() -> None:
    assert parts(parse_birth_dates(pa.array(["25041980", "20011980"])))[1] == (1980, 1, 20)


def test_a_misprinted_month_is_kept_for_comparison() -> None:
    dates = parse_birth_dates(pa.array(["19801303", "19800413", "19800414"]))
    assert parts(dates)[0] == (1980, 13, 3)
    assert dates.to_date32()[0].as_py() is None


def test_only_real_days_become_dates() -> None:
    dates = parse_birth_dates(pa.array(["1981-02-29", "1980-02-29", "1980-13-01", "1980", None, "1850-01-31"]))
    assert dates.to_date32().to_pylist() == [None, dt.date(1980, 2, 29), None, None, None, dt.date(1850, 1, 31)]
    assert dates.known().tolist() == [True, True, True, True, False, True]


@given(st.lists(st.one_of(st.none(), st.dates(dt.date(1000, 1, 1))), max_size=20))
def test_dates_survive_the_way_through_parts_and_text(days: list[dt.date | None]) -> None:
    column = pa.array(days, pa.date32())
    assert from_date32(column).to_date32().to_pylist() == days
    assert parse_birth_dates(column.cast(pa.string())).to_date32().to_pylist() == days
    assert parse_birth_dates(column.cast(pa.timestamp("us"))).to_date32().to_pylist() == days


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_text_is_read_without_error(texts: list[str]) -> None:
    assert len(parse_birth_dates(pa.array(texts, pa.string())).year) == len(texts)
