"""Tables in which nobody, or hardly anybody, stands twice: the rarest class must not drift to what is common."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from linkage.link import link_table
from linkage.weights.space import LEAST_EXACT, bounded_levels

KINDS = [
    ("id", "record_id"),
    ("given", "given_name"),
    ("surname", "surname"),
    ("born", "birth_date"),
    ("sex", "sex"),
    ("town", "city"),
]
GIVEN = {"f": ["Anna", "Karen", "Mette", "Lone", "Ida", "Ruth"], "m": ["Erik", "Jens", "Ole", "Bent", "Asger", "Viggo"]}
SURNAMES = [a + b for a in ("Holm", "Lund", "Dal", "Skov", "Vang") for b in ("", "gaard", "sen", "bjerg", "kær", "by")]
TOWNS = ["Aarhus", "Vejle", "Ribe", "Skive", "Odder", "Thisted"]


def people(size: int, again: int, seed: int) -> pa.Table:
    """So many persons of a few names, and so many of them a second time."""
    draw = np.random.default_rng(seed)
    rows = []
    for i in range(size):
        sex = "fm"[draw.integers(2)]
        born = np.datetime64("1940-01-01") + int(draw.integers(0, 25_000))
        given = GIVEN[sex][draw.integers(6)]
        rows.append((f"a{i:04d}", given, SURNAMES[draw.integers(30)], str(born), sex, TOWNS[draw.integers(6)]))
    rows += [("b" + row[0][1:], *row[1:]) for row in rows[:again]]
    return pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=[name for name, _ in KINDS])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_namesakes_of_one_sex_are_not_taken_for_persons_where_nobody_stands_twice(seed: int) -> None:
    found = link_table(people(900, 0, seed), KINDS)
    assert found.report.entities >= 897
    assert found.warnings


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_few_who_stand_twice_are_found_among_many_namesakes(seed: int) -> None:
    found = link_table(people(900, 6, seed), KINDS)
    entity = dict(zip(*(found.entities.column(c).to_pylist() for c in ("record_id", "entity_id")), strict=True))
    assert all(entity[f"a{i:04d}"] == entity[f"b{i:04d}"] for i in range(6))
    assert found.report.entities >= 897


def test_levels_of_matches_are_drawn_up_to_exact_agreement_only_where_it_is_too_rare() -> None:
    healthy = np.array([0.8, 0.1, 0.1, 1.0])
    assert bounded_levels(healthy, 3) is healthy
    drawn = bounded_levels(np.array([0.0, 0.25, 0.75, 1.0]), 3)
    assert drawn[0] == LEAST_EXACT
    assert drawn[:3].sum() == pytest.approx(1.0)
    assert drawn[3] == 1.0
