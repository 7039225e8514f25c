"""What each comparison of mentions says, level by level."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from linkage.comparison import NULL_LEVEL
from linkage.intervals import LAST_DAY
from linkage.names import given_variants
from linkage.people import claims, name_sets
from linkage.people.comparisons import SWAPPED, NumberComparison, ResidenceComparison, people_comparisons
from linkage.people.mentions import build_mentions
from tests.people.registers import Said, tables

HOME, NEIGHBOUR, ELSEWHERE = ("Holmvej", "3"), ("Holmvej", "5"), ("Toftvej", "9")
BORN = dt.date(1980, 5, 17)


def day(text: str) -> tuple[dt.date, dt.date]:
    start = dt.date.fromisoformat(text)
    return start, start + dt.timedelta(days=1)


def level(name: str, one: Said, other: Said) -> int:
    given = tables([one, other])
    mentions = build_mentions(given["persons"], given["residences"], given["addresses"], given["registers"])
    comparison = next(c for c in people_comparisons(mentions) if c.name == name)
    pair = comparison.compare(np.array([0]), np.array([1])).levels
    back = comparison.compare(np.array([1]), np.array([0])).levels
    assert pair[0] == back[0]
    return int(pair[0])


@pytest.mark.parametrize(
    ("place", "when", "expected"),
    [
        (HOME, "2015-06-01", claims.UNIT_THEN),
        (HOME, "2020-01-20", claims.UNIT_THEN),  # three weeks after moving out: moves are reported late
        (HOME, "2023-06-01", claims.SAME_PLACE_OTHER_TIME),
        (NEIGHBOUR, "2015-06-01", claims.STREET_THEN),
        (ELSEWHERE, "2015-06-01", claims.POSTCODE_THEN),
        (ELSEWHERE, "2023-06-01", claims.ELSEWHERE_EVER),
    ],
)
def test_a_reports_address_is_held_against_where_the_person_lived_then(
    place: tuple[str, str], when: str, expected: int
) -> None:
    registered = Said("cpr:1", "Eva", "Holm", homes=[(HOME, dt.date(2010, 1, 1), dt.date(2020, 1, 1))])
    report = Said("north:1", "Eva", "Holm", homes=[(place, *day(when))])
    assert level("residence", registered, report) == expected


def test_a_sealed_stay_is_no_evidence() -> None:
    registered = Said("cpr:1", "Eva", "Holm", homes=[(HOME, dt.date(2010, 1, 1), LAST_DAY)], sealed=True)
    report = Said("north:1", "Eva", "Holm", homes=[(HOME, *day("2015-06-01"))])
    assert level("residence", registered, report) == NULL_LEVEL


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Jens Peter", "Jens Peter", name_sets.WHOLE),
        ("Jens Peter", "Peter", name_sets.SHARED),
        ("Søren", "Soeren", name_sets.WHOLE),
        ("Kristian", "Christian", name_sets.CLOSE),
        ("Mohammed", "Muhamed", name_sets.CLOSE),
        ("Elisabeth", "Lis", name_sets.ALIKE),
        ("Kirsten", "Kirstn", name_sets.CLOSE),
        ("Mette", "M", name_sets.INITIAL),
        ("Mette", "Bo", name_sets.OTHER),
    ],
)
def test_given_names_agree_by_their_best_pair(one: str, other: str, expected: int) -> None:
    assert level("given", Said("cpr:1", one, "Holm"), Said("north:1", other, "Holm")) == expected


def test_an_earlier_surname_is_a_name_in_common() -> None:
    now = Said("cpr:1", "Eva", "Lund", earlier=("Holm",))
    assert level("surname", now, Said("north:1", "Eva", "Holm")) == name_sets.SHARED


@pytest.mark.parametrize("other", ["Bülow", "von Bülow", "Bülow von", "BÜLOW"])
def test_a_particle_makes_no_other_surname(other: str) -> None:
    assert level("surname", Said("cpr:1", "Otto", "von Bülow"), Said("north:1", "Otto", other)) == name_sets.WHOLE


def test_given_name_and_surname_in_each_others_place_are_swapped() -> None:
    right, wrong = Said("cpr:1", "Eva", "Holm"), Said("north:1", "Holm", "Eva")
    assert level("given", right, wrong) == SWAPPED
    assert level("surname", right, wrong) == SWAPPED


@pytest.mark.parametrize(
    ("other", "expected"),
    [(1785801234, 0), (1785801235, NULL_LEVEL), (1785801243, NULL_LEVEL), (2411759876, 1), (-1, NULL_LEVEL)],
    ids=["same", "one digit", "two exchanged", "another person", "none"],
)
def test_a_number_a_slip_apart_says_nothing(other: int, expected: int) -> None:
    comparison = NumberComparison(np.array([[1785801234], [other]]))
    assert comparison.compare(np.array([0]), np.array([1])).levels.tolist() == [expected]


def test_placeholder_numbers_are_never_compared() -> None:
    one = Said("north:1", "Eva", "Holm", number="170580AAAA", number_type="ENR")
    other = Said("south:1", "Ida", "Lund", number="170580AAAA", number_type="ENR")
    given = tables([one, other])
    mentions = build_mentions(given["persons"], given["residences"], given["addresses"], given["registers"])
    assert (mentions.numbers == -1).all()
    assert "number" not in [c.name for c in people_comparisons(mentions)]


def test_levels_have_names_up_to_the_last() -> None:
    assert len(ResidenceComparison.level_names) == claims.ELSEWHERE_EVER + 1
    assert ResidenceComparison.level_names[claims.UNIT_THEN] == "same home then"


def test_mentions_without_any_name_have_no_set() -> None:
    sets = name_sets.build_sets(pa.array(["eva", None, ""]), given_variants())
    assert sets.of_mention.tolist() == [0, -1, -1]


words = st.text("abcdeé ", min_size=1, max_size=9).map(str.strip).filter(bool)


@given(words, words)
def test_spellings_are_graded_as_rapidfuzz_measures_them(one: str, other: str) -> None:
    sets = name_sets.build_sets(pa.array([one, other]), given_variants())
    found = int(name_sets.compare_sets(sets, np.array([0]), np.array([1]))[0][0])
    similar = JaroWinkler.similarity(one, other)
    short = min(len(one), len(other))
    assume(min(abs(similar - limit) for limit in (0.8, 0.92)) > 1e-6)
    expected = name_sets.ALIKE if similar >= 0.8 else name_sets.OTHER
    expected = name_sets.INITIAL if one.startswith(other) or other.startswith(one) else expected
    close = short >= 3 and (similar >= 0.92 or OSA.distance(one, other) <= 1)
    expected = name_sets.CLOSE if close else expected
    assert found == (name_sets.WHOLE if one == other else expected)


@given(st.integers(10**9, 10**10 - 1), st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_a_slip_in_a_number_says_nothing(number: int, place: int, digit: int, swap: bool) -> None:
    digits = f"{number:010d}"
    slipped = digits[:place] + str(digit) + digits[place + 1 :]
    if swap and place < 9:
        slipped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    found = NumberComparison(np.array([[number, -1], [int(slipped), -1]])).compare(np.array([0]), np.array([1]))
    assert found.levels[0] == (0 if slipped == digits else NULL_LEVEL)
