"""Linking a table of persons, from columns and kinds to entities."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.errors import LinkageError
from linkage.evaluation import score_partition
from linkage.link import LinkSettings, link_table
from linkage.partition import partition_hash
from linkage.tables import ENTITIES
from linkage.weights import Model

GIVEN = ["Mette", "Søren", "Anne", "Lars", "Ida", "Peter", "Freja", "Ole", "Karen", "Jens", "Signe", "Bent"]
SURNAME = ["Holm", "Dal", "Jensen", "Nygaard", "Kjær", "Lund", "Bang", "Friis", "Toft", "Krogh", "Juhl", "Storm"]
KINDS = {
    "record_id": ["id"],
    "given_name": ["given"],
    "surname": ["surname"],
    "birth_date": ["born"],
    "street": ["street"],
    "city": ["city"],
}


def _spoilt(text: str, draw: np.random.Generator) -> str | None:
    """A value as a register may hold it: missing or short of a letter now and then."""
    chance = draw.random()
    if chance < 0.06:
        return None
    if chance < 0.12 and len(text) > 3:
        at = int(draw.integers(1, len(text) - 1))
        return text[:at] + text[at + 1 :]
    return text


def town(persons: int, seed: int) -> tuple[pa.Table, pa.Array]:
    """Families of up to four, each person in one to three records with errors, and the true person."""
    draw = np.random.Generator(np.random.PCG64(seed))
    rows: list[dict[str, Any]] = []
    truth: list[int] = []
    for person in range(persons):
        family = np.random.Generator(np.random.PCG64([seed, person // 4]))
        surname = SURNAME[family.integers(12)] + ["", "sen", "strup"][family.integers(3)]
        home = f"{SURNAME[family.integers(12)]}vej {family.integers(1, 200)}"
        city = f"By {family.integers(20)}"
        given = GIVEN[(person + draw.integers(3) * 4) % 12]
        born = f"{draw.integers(1930, 2015)}-{draw.integers(1, 13):02d}-{draw.integers(1, 29):02d}"
        for _ in range(draw.integers(1, 4)):
            values = (given, surname, born, home, city)
            row = dict(
                zip(("given", "surname", "born", "street", "city"), (_spoilt(v, draw) for v in values), strict=True)
            )
            rows.append({"id": f"{draw.integers(1 << 60):019d}"} | row)
            truth.append(person)
    return pa.Table.from_pylist(rows), pa.array(truth)


@pytest.fixture(scope="module")
def people() -> tuple[pa.Table, pa.Array]:
    return town(300, seed=11)


def test_persons_are_found_among_their_families(people: tuple[pa.Table, pa.Array]) -> None:
    table, truth = people
    found = link_table(table, KINDS)
    ENTITIES.check(found.entities)
    entity = found.entities.column("entity_id").take(pc.index_in(table["id"], found.entities.column("record_id")))
    scores = score_partition(entity, truth, resamples=0)
    assert scores.pairwise.precision > 0.97
    assert scores.pairwise.recall > 0.93
    assert found.report.records == table.num_rows
    assert found.report.entities == scores.entities


def test_shuffled_rows_and_a_second_run_give_the_same_bytes(people: tuple[pa.Table, pa.Array]) -> None:
    table, _ = people
    order = np.random.Generator(np.random.PCG64(1)).permutation(table.num_rows)
    first, second = link_table(table, KINDS), link_table(table.take(pa.array(order)), KINDS)
    assert first.entities.equals(second.entities)
    assert first.pairs.equals(second.pairs)
    assert first.merges.equals(second.merges)
    assert first.model_json() == second.model_json()


def test_blocking_finds_what_comparing_all_pairs_finds(people: tuple[pa.Table, pa.Array]) -> None:
    table, truth = people
    blocked = link_table(table, KINDS, LinkSettings(all_pairs_up_to=0))
    ids = blocked.entities.column("record_id")
    person = truth.take(pc.index_in(ids, pc.cast(table["id"], pa.string())).combine_chunks())
    assert score_partition(blocked.entities.column("entity_id"), person, resamples=0).pairwise.f1 > 0.95
    assert blocked.report.candidates < table.num_rows * (table.num_rows - 1) / 8
    assert sum(rule["unique"] for rule in blocked.model["blocking"]) <= blocked.report.candidates


def test_pairs_tell_weight_probability_and_levels(people: tuple[pa.Table, pa.Array]) -> None:
    found = link_table(people[0], KINDS)
    pairs = found.pairs
    assert pairs.column("levels").type == pa.struct(
        [(name, pa.uint8()) for name in ("given", "surname", "birth_date", "street", "city")]
    )
    weight = pairs.column("match_weight").to_numpy()
    assert (weight >= -6).all()
    assert np.allclose(pairs.column("probability").to_numpy(), 1 / (1 + 2.0**-weight))
    assert pc.all(pc.less(pairs.column("left"), pairs.column("right"))).as_py()


def test_a_saved_model_links_without_training(people: tuple[pa.Table, pa.Array]) -> None:
    table, _ = people
    found = link_table(table, KINDS)
    again = link_table(table, KINDS, LinkSettings(model=Model.from_dict(json.loads(found.model_json()))))
    assert partition_hash(again.entities) == partition_hash(found.entities)
    with pytest.raises(LinkageError, match="other columns"):
        link_table(
            table, {"record_id": ["id"], "surname": ["surname"]}, LinkSettings(model=Model.from_dict(found.model))
        )


def test_a_merge_list_leads_from_records_to_entities(people: tuple[pa.Table, pa.Array]) -> None:
    found = link_table(people[0], KINDS)
    assert found.merges.num_rows == found.report.records - found.report.entities
    assert pc.min(found.merges.column("height")).as_py() >= 0


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(*(st.one_of(st.none(), st.text(max_size=6)) for _ in range(3))), min_size=1, max_size=12))
def test_any_table_gives_a_partition_or_says_why_not(rows: list[tuple[str | None, ...]]) -> None:
    given, surname, born = (list(column) for column in zip(*rows, strict=True))
    table = pa.table(
        {
            "id": [str(i) for i in range(len(rows))],
            "given": pa.array(given, pa.string()),
            "surname": pa.array(surname, pa.string()),
            "born": pa.array(born, pa.string()),
        }
    )
    kinds = {k: v for k, v in KINDS.items() if v[0] in table.column_names}
    # One column that always tells records apart, so that there is something to compare.
    table = table.append_column("key", pa.array([f"{i}{i}" for i in range(len(rows))]))
    assert link_table(table, kinds | {"text": ["key"]}).entities.num_rows == len(rows)


@pytest.mark.parametrize("kinds", [{"surname": ["name"]}, {"birth_date": ["born"]}, {"full_name": ["name"]}])
def test_one_record_is_one_entity_with_a_model_of_numbers(kinds: dict[str, list[str]]) -> None:
    table = pa.table({"id": ["a"], "name": ["Ida Holm"], "born": ["1980-04-03"]})
    found = link_table(table, kinds | {"record_id": ["id"]})
    assert found.entities.num_rows == found.report.entities == 1
    json.loads(found.model_json(), parse_constant=lambda text: pytest.fail(f"{text} in the model"))
    assert not any("converge" in warning for warning in found.warnings)


def test_a_table_without_values_is_refused() -> None:
    table = pa.table({"id": ["a"], "name": pa.array([None], pa.string())})
    with pytest.raises(LinkageError, match="tells records apart"):
        link_table(table, {"record_id": ["id"], "surname": ["name"]})


def test_persons_whose_names_are_crosswise_alike_stay_apart() -> None:
    given = [
        "Anna",
        "Peter",
        "Jens",
        "Karen",
        "Mette",
        "Lars",
        "Ole",
        "Niels",
        "Hans",
        "Kirsten",
        "Ida",
        "Emma",
        "Noah",
    ]
    surname = ["Jensen", "Nielsen", "Hansen", "Dahl", "Holm", "Juhl", "Toft", "Bech", "Krogh", "Skov"]
    draw = np.random.Generator(np.random.PCG64(2))
    people = [
        (
            given[draw.integers(len(given))],
            surname[draw.integers(len(surname))],
            f"{draw.integers(1940, 2010)}-{draw.integers(1, 13):02d}-{draw.integers(1, 29):02d}",
        )
        for _ in range(400)
    ]
    rows = [(f"{i:03d}-{k}", *one) for i, one in enumerate(people) for k in (0, 1)]
    table = pa.table(dict(zip(("id", "given", "surname", "born"), map(list, zip(*rows, strict=True)), strict=True)))
    found = link_table(table, {kind: KINDS[kind] for kind in ("record_id", "given_name", "surname", "birth_date")})
    truth = pc.utf8_slice_codeunits(found.entities.column("record_id"), 0, 3)
    scores = score_partition(found.entities.column("entity_id"), truth, resamples=0)
    assert scores.pairwise.precision > 0.99
    assert scores.pairwise.recall > 0.99


def test_equal_rows_by_the_thousand_are_no_hang_and_no_giant_cluster() -> None:
    n = 60_000
    table = pa.table(
        {
            "id": [f"{i:06d}" for i in range(n)],
            "given": ["Jens"] * (n - 2) + ["Bo", "Ib"],
            "surname": ["Jensen"] * (n - 2) + ["Holm", "Dal"],
        }
    )
    started = time.monotonic()
    found = link_table(table, {"record_id": ["id"], "given_name": ["given"], "surname": ["surname"]})
    assert time.monotonic() - started < 60
    assert found.report.largest < 100
    assert any("no plausible match" in w or "not well separated" in w for w in found.report.warnings)


def test_strangers_stay_alone_and_the_report_says_so() -> None:
    n = 300
    table = pa.table(
        {
            "id": [f"{i:03d}" for i in range(n)],
            "given": [chr(97 + i % 26) * 5 + chr(97 + i // 26) * 4 for i in range(n)],
            "born": [f"{1900 + i % 100}-{i % 12 + 1:02d}-{(i * 7) % 28 + 1:02d}" for i in range(n)],
        }
    )
    found = link_table(table, {"record_id": ["id"], "given_name": ["given"], "birth_date": ["born"]})
    assert found.report.entities > 0.98 * n


def test_names_of_ten_thousand_characters_and_other_scripts_are_linked() -> None:
    names = ["иван петров" * 900, "иван петров" * 900, "李 小龙", "李 小龙", "محمد علي", "x" * 10_000]
    table = pa.table(
        {
            "id": [f"{i:02d}" for i in range(60)],
            "name": names * 10,
            "born": [f"19{i % 50 + 10}-01-{i % 28 + 1:02d}" for i in range(60)],
        }
    )
    found = link_table(table, {"record_id": ["id"], "full_name": ["name"], "birth_date": ["born"]})
    assert found.report.records == 60


def test_a_million_equal_rows_are_linked_in_seconds() -> None:
    n = 1_000_000
    same = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int32)), ["Jensen"])
    given = pa.DictionaryArray.from_arrays(pa.array((np.arange(n) == 7).astype(np.int32)), ["Jens", "Bo"])
    table = pa.table({"id": pa.array(np.arange(n)).cast(pa.string()), "given": given, "surname": same})
    started = time.monotonic()
    found = link_table(table, {"record_id": ["id"], "given_name": ["given"], "surname": ["surname"]})
    assert time.monotonic() - started < 120
    assert found.report.largest < 100
    assert any("one value only" in warning for warning in found.warnings)


def test_a_sample_of_the_records_trains_and_chooses_rules_for_all(people: tuple[pa.Table, pa.Array]) -> None:
    table, truth = town(1500, seed=4)
    sampled = LinkSettings(sampled_above=0, all_pairs_up_to=0, sampled_records=600)
    found = link_table(table, KINDS, sampled)
    entity = found.entities.column("entity_id").take(pc.index_in(table["id"], found.entities.column("record_id")))
    assert score_partition(entity, truth, resamples=0).pairwise.f1 > 0.9
    assert 0.5 < found.model["lost"]["recall"] <= 1.0
    again = link_table(table, KINDS, LinkSettings(sampled_above=0, all_pairs_up_to=0, sampled_records=600, threads=1))
    assert again.entities.equals(found.entities)
    assert again.model_json() == found.model_json()
