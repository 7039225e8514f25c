"""The made sets are what their names promise, and the same for a seed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks import persons_1m
from benchmarks.corruption import day_and_month_exchanged, typing_error, wrong_digit
from benchmarks.made_sets import MADE, MADE_KINDS
from linkage.kinds import column_kinds
from linkage.link import link_table


def pairs(table: pa.Table) -> int:
    sizes = np.asarray(pc.value_counts(table.column("ent_id")).field("counts"))
    return int((sizes * (sizes - 1) // 2).sum())


def shared(table: pa.Table, column: str, *, of_one_person: bool) -> float:
    """Share of neighbouring records, sorted by person, whose stated values agree."""
    rows = table.sort_by([("ent_id", "ascending"), ("rec_id", "ascending")])
    person, value = (np.array(rows.column(name).to_pylist(), dtype=object) for name in ("ent_id", column))
    chosen = (person[1:] == person[:-1]) == of_one_person
    stated = np.array([a is not None and b is not None for a, b in zip(value[1:], value[:-1], strict=True)])
    return float((value[1:] == value[:-1])[chosen & stated].mean())


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_made_set_can_be_linked_by_its_kinds_and_repeats_with_its_seed(name: str) -> None:
    table = MADE[name](600, 3)
    assert table.equals(MADE[name](600, 3))
    assert not table.equals(MADE[name](600, 4))
    assert abs(table.num_rows - 600) <= 120
    assert len(pc.unique(table.column("rec_id"))) == table.num_rows
    assert "ent_id" not in [one.column for one in column_kinds(MADE_KINDS[name], table.column_names)]
    assert link_table(table, MADE_KINDS[name]).report.records == table.num_rows


def test_names_are_short_and_stand_beside_dates_alone() -> None:
    table = MADE["names_dates"](2000, 1)
    assert set(table.column_names) == {"rec_id", "ent_id", "source", "given_name", "surname", "birth_date"}
    lengths = np.array([len(name) for name in table.column("surname").to_pylist() if name])
    assert np.median(lengths) <= 6


def test_a_census_sees_persons_again_in_other_waves_and_often_elsewhere() -> None:
    table = MADE["census"](3000, 1)
    waves = pa.table({"person": table.column("ent_id"), "wave": table.column("source")})
    assert waves.group_by(["person", "wave"]).aggregate([([], "count_all")]).num_rows == table.num_rows
    assert 0.5 < shared(table, "street", of_one_person=True) < 0.8
    assert pairs(table) > table.num_rows * 0.7


def test_a_census_of_ages_states_years_and_no_dates() -> None:
    table = MADE["census_ages"](600, 1)
    assert "birth_date" not in table.column_names
    assert 0.3 < shared(table, "birth_year", of_one_person=True) < 0.7


def test_benefit_records_repeat_and_most_are_copies() -> None:
    table = MADE["benefits"](3000, 1)
    assert pairs(table) > table.num_rows
    assert shared(table, "given_name", of_one_person=True) > 0.85


def test_numbers_are_missing_cut_or_wrong() -> None:
    numbers = MADE["partial_ids"](3000, 1).column("number")
    known = [number for number in numbers.to_pylist() if number]
    assert 0.35 < numbers.null_count / len(numbers) < 0.45
    assert 0.1 < sum(len(number) == 4 for number in known) / len(known) < 0.25


def test_sparse_families_hold_many_families_and_few_pairs() -> None:
    table = MADE["sparse_families"](3000, 1)
    assert pairs(table) < table.num_rows / 20
    homes = pa.table({"home": pc.binary_join_element_wise(*(table.column(c) for c in ("street", "postcode")), " ")})
    assert len(pc.unique(homes.column("home"))) < table.num_rows * 0.6


def test_the_scale_set_has_its_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    names = np.array([f"Name{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(400)], dtype=object)
    monkeypatch.setattr(persons_1m, "_frequencies", lambda file: (names, np.full(400, 1 / 400)))
    table = persons_1m.persons_1m(5000, 1)
    assert table.num_rows == 5000
    assert len(pc.unique(table.column("ent_id"))) == 4000
    assert table.equals(persons_1m.persons_1m(5000, 1))
    for name, share in persons_1m.GAPS.items():
        assert table.column(name).null_count / 5000 == pytest.approx(share, abs=0.025)


def test_errors_are_errors() -> None:
    rng = np.random.default_rng(1)
    assert all(typing_error("kirsten", rng) != "kirsten" for _ in range(200))
    assert all(wrong_digit("4711", rng) != "4711" for _ in range(50))
    assert wrong_digit("none", rng) == "none"
    assert day_and_month_exchanged("1990", rng) == "1990"
