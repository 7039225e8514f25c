"""Matches are counted with the rarity of each pair's own values; dependent likeness is no evidence."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from linkage.link import link_table

SYLLABLES = [a + b for a in "bdfghklmnprst" for b in "aeiou"]


def _name(number: int) -> str:
    return SYLLABLES[number % 65] + SYLLABLES[number // 65 % 65] + SYLLABLES[number * 7 % 61]


def namesakes(persons: int, *, seed: int) -> pa.Table:
    """Names of very unequal frequency and a year of birth that is often one off; every third person is met twice."""
    draw = np.random.Generator(np.random.PCG64(seed))
    shares = 1.0 / (np.arange(150) + 1.0)
    shares /= shares.sum()
    given, surname = draw.choice(150, persons, p=shares), 200 + draw.choice(150, persons, p=shares)
    rows = np.concatenate([np.arange(persons), np.arange(0, persons, 3)])
    born = draw.integers(1930, 1999, persons)[rows] + draw.choice([-1, 0, 1], len(rows), p=[0.1, 0.8, 0.1])
    return pa.table(
        {
            "id": [f"r{i:05d}" for i in range(len(rows))],
            "person": rows,
            "given": [_name(int(g)) for g in given[rows]],
            "surname": [_name(int(s)) for s in surname[rows]],
            "sex": np.where(given[rows] % 2 == 0, "f", "m"),
            "year": born.astype(str),
        }
    )


KINDS = {"record_id": ["id"], "given_name": ["given"], "surname": ["surname"], "birth_year": ["year"]}


@pytest.mark.parametrize("kinds", [KINDS, KINDS | {"sex": ["sex"]}], ids=["names and years", "with sex"])
def test_namesakes_are_not_counted_as_matches(kinds: dict[str, list[str]]) -> None:
    table = namesakes(3_000, seed=3)
    found = link_table(table, kinds)
    expected = found.model["match_share"] * len(table) * (len(table) - 1) / 2
    assert expected == pytest.approx(1_000, rel=0.35)
    sizes = np.bincount(np.unique(found.entities.column("entity_id").to_pylist(), return_inverse=True)[1])
    assert sizes.max() <= 8
    birth = next(c for c in found.model["comparisons"] if c["name"] == "birth_date")
    assert sum(level["m"] for level in birth["levels"][:2]) > 0.9


def test_levels_stay_probabilities_where_one_attribute_implies_another() -> None:
    found = link_table(namesakes(600, seed=4), KINDS | {"sex": ["sex"]})
    for comparison in found.model["comparisons"]:
        assert sum(level["m"] for level in comparison["levels"]) == pytest.approx(1.0)


def test_a_table_without_matches_keeps_a_possible_share() -> None:
    ids = [f"{i:02d}" for i in range(20)]
    table = pa.table({"id": ids, "given": [_name(i * 31) for i in range(20)]})
    found = link_table(table, {"record_id": ["id"], "given_name": ["given"]})
    assert 0.0 < found.model["match_share"] < 0.01
    assert found.report.entities == 20


def test_numbered_mailboxes_of_one_surname_are_no_evidence() -> None:
    people = 120
    surname = [_name(300 + i % 12) for i in range(people)]
    table = pa.table(
        {
            "id": [f"r{i:04d}" for i in range(people)],
            "given": [_name(i * 37) for i in range(people)],
            "surname": surname,
            "mail": [f"{s}{i // 12}@mail.example" for i, s in enumerate(surname)],
        }
    )
    kinds = {"record_id": ["id"], "given_name": ["given"], "surname": ["surname"], "email": ["mail"]}
    assert link_table(table, kinds).report.entities == people


def test_matches_that_differ_in_what_is_a_persons_own_are_warned_of() -> None:
    draw = np.random.Generator(np.random.PCG64(5))
    rows = np.repeat(np.arange(300), 2)
    table = pa.table(
        {
            "id": [f"r{i:04d}" for i in range(600)],
            "given": [_name(int(g)) for g in (rows * 7) % 400],
            "surname": [_name(int(s)) for s in (rows * 11) % 397 + 500],
            "year": (1900 + draw.integers(0, 100, 600)).astype(str),
        }
    )
    assert any("mostly differ in birth_date" in text for text in link_table(table, KINDS).warnings)
