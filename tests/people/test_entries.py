"""Registers without a population: entries of one day, told apart by time, by moves and by how rare a name is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

import numpy as np
import pytest

from linkage.comparison import NULL_LEVEL
from linkage.people import People, PeopleSettings, resolve_people
from linkage.people.entries import TimeBetween, entry_comparisons
from linkage.people.explain import why_by_comparison, why_from_pairs
from linkage.people.full_names import full_names
from linkage.people.mentions import build_mentions
from tests.people.registers import NAMES, SURNAMES, Said, tables

SETTINGS = PeopleSettings(random_pairs=20_000)


def entry(record: str, given: str, surname: str, *, door: tuple[str, str], day: dt.date) -> Said:
    return Said(record, given, surname, homes=[(door, day, day + dt.timedelta(days=1))])


def sheets(persons: int) -> list[Said]:
    """Persons of common and of rare names, each with one to three entries within four years."""
    draw = random.Random(5)  # noqa: S311
    made = []
    for i in range(persons):
        common = i % 3 == 0
        name = ("Hans", "Hansen") if common else (f"{NAMES[i % 12]}{i // 12}", SURNAMES[i % 11])
        first = dt.date(1890, 1, 1) + dt.timedelta(days=draw.randrange(11_000))
        for k in range(1 + i % 3):
            door = (f"{SURNAMES[draw.randrange(11)]}gade", str(draw.randrange(40)))
            day = first + dt.timedelta(days=draw.randrange(1_400))
            made.append(entry(f"{'north' if k % 2 else 'south'}:{i:03d}{k}", *name, door=door, day=day))
    return made


SHEETS = sheets(300)


def resolve(settings: PeopleSettings) -> People:
    return resolve_people(tables(SHEETS), settings, report=lambda text: None)


def sizes(people: People) -> list[int]:
    clusters = people.partition.column("cluster").to_pylist()
    return sorted((clusters.count(c) for c in set(clusters)), reverse=True)


@pytest.fixture(scope="module")
def resolved() -> People:
    return resolve(SETTINGS)


def test_rare_names_meet_and_hans_hansen_is_left_apart(resolved: People) -> None:
    ids, clusters = (resolved.partition.column(c).to_pylist() for c in ("record_id", "cluster"))
    of = dict(zip(ids, clusters, strict=True))
    rare = [i for i in range(300) if i % 3 == 2]
    assert np.mean([of[f"south:{i:03d}0"] == of[f"north:{i:03d}1"] for i in rare]) > 0.9
    assert sizes(resolved)[0] <= 6


def test_values_in_the_rounds_expect_no_more_matches_than_patterns_alone(resolved: People) -> None:
    blind = resolve(dataclasses.replace(SETTINGS, rarity=False))
    assert resolved.model["free"]["match_share"] < blind.model["free"]["match_share"]


def test_an_explanation_by_comparison_equals_the_one_that_was_kept(resolved: People) -> None:
    row = resolved.pairs.sort_by([("match_weight", "descending")]).to_pylist()[0]
    kept = why_from_pairs(resolved.pairs, resolved.model, row["left"], row["right"])
    now = why_by_comparison(tables(SHEETS), resolved.model, row["left"], row["right"])
    assert kept is not None
    assert "time between" in {r.comparison for r in now.reasons}
    assert now.match_weight == pytest.approx(kept.match_weight)


def test_a_resolution_without_entries_as_evidence_can_be_explained() -> None:
    people = resolve(dataclasses.replace(SETTINGS, entries=False))
    row = people.pairs.to_pylist()[0]
    why = why_by_comparison(tables(SHEETS), people.model, row["left"], row["right"])
    assert "time between" not in {r.comparison for r in why.reasons}


def test_time_between_is_the_same_from_both_sides_and_says_nothing_of_one_entry_told_twice() -> None:
    door, day = ("Storgade", "3"), dt.date(1893, 5, 1)
    said = [
        entry("north:a", "Ane", "Holm", door=door, day=day),
        entry("north:b", "Ane", "Holm", door=door, day=day),
        entry("north:c", "Ane", "Holm", door=("Lillegade", "4"), day=day),
        entry("north:d", "Ane", "Holm", door=door, day=day + dt.timedelta(days=400)),
        Said("north:e", "Ane", "Holm"),
    ]
    made = tables(said)
    mentions = build_mentions(made["persons"], made["residences"], made["addresses"], made["registers"])
    [between] = entry_comparisons(mentions)
    assert isinstance(between, TimeBetween)
    left, right = np.array([0, 0, 0, 0]), np.array([1, 2, 3, 4])
    levels = between.compare(left, right).levels.tolist()
    assert levels == [NULL_LEVEL, 6, 1, NULL_LEVEL]
    assert between.compare(right, left).levels.tolist() == levels


def test_a_full_name_is_as_rare_as_it_is_among_the_others() -> None:
    said = [Said(f"north:{i}", "Hans", "Hansen") for i in range(40)]
    said += [Said(f"north:x{i}", "Zdravko", "Petković") for i in range(2)]
    said += [Said(f"north:y{i}", "Zdravko" if i else "Hans", "Hansen") for i in range(2)]
    made = tables(said)
    mentions = build_mentions(made["persons"], made["residences"], made["addresses"], made["registers"])
    [names] = full_names(mentions)
    at = {record: i for i, record in enumerate(mentions.record_ids.to_pylist())}
    rare, common, other = ("north:x0", "north:x1"), ("north:0", "north:1"), ("north:x0", "north:0")
    left, right = (np.array([at[pair[side]] for pair in (rare, common, other)]) for side in (0, 1))
    found = names.compare(left, right)
    assert found.levels.tolist() == [0, 0, NULL_LEVEL]
    assert found.rarity is not None
    assert -found.rarity[0] > -found.rarity[1] >= 0
