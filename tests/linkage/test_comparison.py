"""Levels of agreement: compiled measures against rapidfuzz and recordlinkage, ladders by example."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from linkage.comparison import (
    LADDERS,
    NULL_LEVEL,
    BirthDateComparison,
    TextComparison,
    compare_all,
    encode,
    field_comparisons,
    stacked,
)
from linkage.comparison.kernels import hopeless, jaro_winkler, within_one, within_two
from linkage.dates import parse_birth_dates
from linkage.kinds import column_kinds
from linkage.standardise import standardise

WORDS = st.text(st.sampled_from("abcåж "), max_size=12)


def points(a: str, b: str) -> tuple[np.ndarray, int, int, int, int]:
    both = np.frombuffer((a + b).encode("utf-32-le"), dtype=np.uint32)
    return both, 0, len(a), len(a), len(a) + len(b)


@given(WORDS, WORDS)
def test_jaro_winkler_equals_rapidfuzz(a: str, b: str) -> None:
    expected = JaroWinkler.similarity(a, b) if a and b else 0.0
    assert jaro_winkler(*points(a, b)) == pytest.approx(expected)


@given(WORDS, WORDS)
def test_what_looks_hopeless_is(a: str, b: str) -> None:
    vocabulary, _ = encode([pa.array([a or "x", b or "y", "z"])])
    lengths = np.diff(vocabulary.offsets)
    if a != b and hopeless(lengths[0], lengths[1], vocabulary.letters[0], vocabulary.letters[1]):
        assert jaro_winkler(*points(a or "x", b or "y")) <= 0.7


@given(WORDS, WORDS)
def test_edit_bounds_equal_rapidfuzz(a: str, b: str) -> None:
    assert within_one(*points(a, b)) == (OSA.distance(a, b) <= 1)
    assert within_two(*points(a, b)) == (OSA.distance(a, b) <= 2)


@given(WORDS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 11), st.sampled_from("abz")), max_size=3))
def test_edit_bounds_equal_rapidfuzz_on_near_words(a: str, edits: list[tuple[int, int, str]]) -> None:
    letters = list(a)
    for kind, place, letter in edits:
        at = min(place, max(len(letters) - 1, 0))
        if kind == 0:
            letters.insert(at, letter)
        elif kind == 1 and letters:
            del letters[at]
        elif kind == 2 and letters:
            letters[at] = letter
        elif kind == 3 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    b = "".join(letters)
    assert within_one(*points(a, b)) == (OSA.distance(a, b) <= 1)
    assert within_two(*points(a, b)) == (OSA.distance(a, b) <= 2)


def level(ladder: str, a: str | None, b: str | None) -> int:
    vocabulary, codes = encode([pa.array([a, b], pa.string())])
    comparison = TextComparison("x", shared=False, ladder=LADDERS[ladder], vocabulary=vocabulary, codes=stacked(*codes))
    forth = comparison.compare(np.array([0]), np.array([1])).levels
    back = comparison.compare(np.array([1]), np.array([0])).levels
    assert forth.tolist() == back.tolist()
    return int(forth[0])


@pytest.mark.parametrize(
    ("ladder", "a", "b", "expected"),
    [
        ("name", "jensen", "jensen", 0),
        ("name", "jensen", "jenson", 1),
        ("name", "kristensen", "christensen", 3),
        ("name", "anne", "anne marie", 2),
        ("name", "bo", "bo christian", 2),
        ("name", "m", "mette", 2),
        ("name", "anne marie", "marie", 2),
        ("name", "holm nielsen", "dal nielsen", 2),
        ("name", "bo", "ib", 4),
        ("name", "hansen", "olsen", 4),
        ("name", "иван", "иван", 0),
        ("name", "иванов", "ивонов", 1),
        ("name", None, "hansen", NULL_LEVEL),
        ("name", None, None, NULL_LEVEL),
        ("number", "12", "12", 0),
        ("number", "12", "12A", 1),
        ("number", "6", "9", 4),
        ("digits", "12345678", "12345687", 1),
        ("digits", "12345678", "12354687", 2),
        ("digits", "12345678", "99945678", 4),
        ("digits", "1203801234", "1234", 3),
        ("digits", "1203801234", "120380", 3),
        ("digits", "1203801234", "234", 4),
        ("postcode", "8000", "8200", 1),
        ("postcode", "8041", "8052", 2),
        ("postcode", "TQ138DF", "TQ27AB", 3),
        ("postcode", "TQ138DF", "TQ138HU", 2),
        ("postcode", "TQ138DF", "EX46QR", 4),
        ("email", "bo@a.dk", "bo@a.dk", 0),
        ("email", "bo@a.dk", "bo@b.dk", 1),
        ("email", "bo@a.dk", "bo@mail.com", 2),
        ("email", "bo.holm1@a.dk", "bo.holm2@mail.com", 3),
        ("email", "bo.holm1@a.dk", "bo.holm2@a.dk", 3),
        ("email", "bo.holm@a.dk", "bo.hulm@a.dk", 1),
        ("email", "bo@a.dk", "ib@mail.com", 4),
    ],
)
def test_ladders(ladder: str, a: str | None, b: str | None, expected: int) -> None:
    assert level(ladder, a, b) == expected


@given(WORDS, WORDS, st.sampled_from(sorted(LADDERS)))
def test_levels_are_symmetric_and_zero_means_equal(a: str, b: str, ladder: str) -> None:
    assert (level(ladder, a, b) == 0) == (a == b)


def test_values_of_any_length_are_compared() -> None:
    long = "a" * 10_000
    assert level("name", long, long) == 0
    assert level("name", long, long + "b") == 1
    assert level("name", long, "b") == 4


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("1980-04-03", "1980-04-03", 0),
        ("1980-04-03", "1980-03-04", 1),
        ("1980-04-03", "1980-04-08", 1),
        ("1980-04-03", "1908-04-03", 1),
        ("1980-04-13", "1980-04-28", 2),
        ("1980-04-13", "1992-04-13", 2),
        ("1980-04-13", "1980-11-25", 3),
        ("1980-04-13", "1971-11-25", 4),
        ("1980", "1980-11-25", 3),
        ("1980-11", "1980-11-25", 2),
        ("1980", "1981", 1),
        ("1980", "1983", 3),
        ("1980", "1984", 4),
        ("1980", "1980", 0),
        ("1980", None, NULL_LEVEL),
    ],
)
def test_date_levels(a: str | None, b: str | None, expected: int) -> None:
    comparison = BirthDateComparison(parse_birth_dates(pa.array([a, b, "1970-12-31"], pa.string())))
    assert comparison.compare(np.array([0, 1]), np.array([1, 0])).levels.tolist() == [expected, expected]


def fields_of(**columns: list[str | None]) -> tuple[object, ...]:
    table = pa.table({"id": [str(i) for i in range(len(next(iter(columns.values()))))], **columns})
    kinds = {"record_id": ["id"], "given_name": ["given"], "surname": [n for n in columns if n.startswith("sur")]}
    return field_comparisons(standardise(table, column_kinds(kinds, table.column_names)))


def test_swapped_names_have_a_level_of_their_own() -> None:
    comparisons = fields_of(given=["Mette", "Holm", "Bo"], surname=["Holm", "Metta", "Dal"])
    found = compare_all(comparisons, np.array([0, 1, 0]), np.array([1, 0, 2]))  # type: ignore[arg-type]
    assert found.levels.tolist() == [[5, NULL_LEVEL], [5, NULL_LEVEL], [4, 4]]


def test_names_that_are_nearly_the_same_crosswise_are_not_swapped() -> None:
    comparisons = fields_of(given=["Niels", "Peter"], surname=["Petersen", "Nielsen"])
    found = compare_all(comparisons, np.array([0, 1]), np.array([1, 0]))  # type: ignore[arg-type]
    assert found.levels.tolist() == [[4, 4], [4, 4]]


def test_a_surname_that_agrees_is_no_swap_of_names() -> None:
    comparisons = fields_of(given=["Ida", "Holm"], surname=["Holm", "Ida"], surname_before=[None, "Holm"])
    found = compare_all(comparisons, np.array([0]), np.array([1]))  # type: ignore[arg-type]
    assert found.levels.tolist() == [[4, 0]]


def test_the_best_of_several_surnames_counts_with_its_own_frequency() -> None:
    comparisons = fields_of(
        given=["a", "b", "c", "d"], surname=["holm", "dal", "dal", "dal"], surname_before=[None, "holm", None, None]
    )
    found = compare_all(comparisons, np.array([0, 1]), np.array([1, 2]))  # type: ignore[arg-type]
    assert found.levels[:, 1].tolist() == [0, 0]
    assert found.rarity[:, 1].tolist() == pytest.approx([np.log2(2 / 4), np.log2(3 / 4)])


@pytest.mark.parametrize(("method", "threshold"), [("jarowinkler", 0.92)])
def test_similar_names_agree_with_recordlinkage(method: str, threshold: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage import Compare

        names = ["jensen", "jenson", "johansen", "hansen", "christensen", "kristensen", "mikkelsen", "michelsen"]
        frame = pd.DataFrame({"name": names})
        pairs = pd.MultiIndex.from_product([range(8), range(8)])
        theirs = Compare()
        theirs.string("name", "name", method=method, threshold=threshold)
        expected = theirs.compute(pairs, frame)[0].to_numpy()
    ours = np.array([jaro_winkler(*points(names[i], names[j])) >= threshold for i, j in pairs])
    assert ours.tolist() == (expected == 1.0).tolist()
