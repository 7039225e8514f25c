"""Laws of who is who that hold on any registers, however alike the people in them are."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.intervals import LAST_DAY
from linkage.partition import partition_hash
from linkage.people import People, PeopleSettings, resolve_people
from linkage.people.explain import why_by_comparison, why_from_pairs
from linkage.weights import Model
from tests.people.registers import Said, tables, town

SETTINGS = PeopleSettings(random_pairs=5_000)
TOWN = town(40)

HOMES = [("Alikevej", "1"), ("Alikevej", "3"), ("Toftvej", "9")]
BORN = [dt.date(1980, 5, 1), dt.date(1980, 1, 5), dt.date(2005, 5, 1)]

names = st.sampled_from(["Jens", "Jens Peter", "Jans", "J", "Hansen"])
surnames = st.sampled_from(["Hansen", "Hanson", "Jens"])
numbers = st.sampled_from([None, "0185801234", "0185801243", "0585802222"])


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[Said], list[tuple[str, str]]]:
    """People who are hard to tell apart, some registered, and incidents that list some of them together."""
    mentions = []
    for n in range(draw(st.integers(2, 12))):
        register = draw(st.sampled_from(["cpr", "north", "south"]))
        born = draw(st.sampled_from([None, *BORN]))
        start = dt.date(2006, 1, 1) if register == "cpr" else dt.date(2021, 1, 1) + dt.timedelta(days=n)
        end = LAST_DAY if register == "cpr" else start + dt.timedelta(days=1)
        homes = [(draw(st.sampled_from(HOMES)), start, end)] if draw(st.booleans()) else []
        said = Said(
            f"{register}:x{n}", draw(names), draw(surnames), born, draw(st.sampled_from([None, "M"])), draw(numbers)
        )
        mentions.append(Said(said.record_id, said.given, said.surname, born, said.sex, said.number, homes=homes))
    reports = [m.record_id for m in mentions if m.register != "cpr"]
    listed = st.tuples(st.sampled_from(["i", "j"]), st.sampled_from(reports)) if reports else st.nothing()
    return mentions, sorted(set(draw(st.lists(listed, max_size=6 if reports else 0))))


def resolve(mentions: Sequence[Said], parties: Sequence[tuple[str, str]] = ()) -> People:
    return resolve_people(tables(mentions, parties), SETTINGS, report=lambda text: None)


def members(people: People) -> dict[str, list[str]]:
    found = defaultdict(list)
    for row in people.partition.to_pylist():
        found[row["cluster"]].append(row["record_id"])
    return found


@settings(max_examples=25)
@given(crowds(), st.randoms(use_true_random=False))
def test_constraints_hold_and_order_does_not_matter(
    crowd: tuple[list[Said], list[tuple[str, str]]], shuffle: random.Random
) -> None:
    mentions, parties = crowd
    people = resolve([*TOWN, *mentions], parties)
    parts = members(people)
    assert sorted(record for part in parts.values() for record in part) == sorted(
        m.record_id for m in [*TOWN, *mentions]
    )
    assert all(name == min(part) for name, part in parts.items())
    for part in parts.values():
        assert sum(record.startswith("cpr:") for record in part) <= 1
        together = Counter(incident for incident, record in parties if record in part)
        assert all(count == 1 for count in together.values())
    other = [*TOWN, *mentions]
    shuffle.shuffle(other)
    again = resolve(other, list(reversed(parties)))
    assert again.partition.equals(people.partition)
    assert again.pairs.equals(people.pairs)
    assert again.model == people.model


def test_merges_lead_to_the_partition() -> None:
    people = resolve(TOWN)
    label = {record: record for record in people.partition.column("record_id").to_pylist()}
    for merge in people.merges.to_pylist():
        low, high = sorted((label[merge["left"]], label[merge["right"]]))
        label = {record: low if now == high else now for record, now in label.items()}
    replayed = pa.table({"record_id": list(label), "entity_id": list(label.values())})
    assert partition_hash(replayed) == partition_hash(people.partition.rename_columns(["record_id", "entity_id"]))


def test_a_saved_model_says_the_same_of_a_pair() -> None:
    people = resolve(TOWN)
    saved = json.loads(json.dumps(people.model))
    assert Model.from_dict(saved["registered"]).to_dict() == people.model["registered"]
    kept = why_from_pairs(people.pairs, saved, "north:0004", "cpr:0004")
    now = why_by_comparison(tables(TOWN), saved, "north:0004", "cpr:0004")
    assert kept is not None
    bits = {reason.comparison: (reason.level, reason.bits) for reason in kept.reasons}
    lost = bits.pop("competition")[1]
    assert set(bits) == {reason.comparison for reason in now.reasons}
    for reason in now.reasons:
        level, stored = bits[reason.comparison]
        assert reason.level == level
        assert reason.bits == pytest.approx(stored, abs=2e-3)
    assert now.match_weight + lost == pytest.approx(kept.match_weight, abs=1e-2)


def test_everything_sealed_about_a_home_leaves_the_weights_as_they_were_without_it() -> None:
    home = [(("Skjulevej", "4"), dt.date(2010, 1, 1), LAST_DAY)]
    report = Said("north:x", "Oluf", "Vestergård", dt.date(1980, 5, 1))
    with_home = Said("cpr:x", "Oluf", "Vestergård", dt.date(1980, 5, 1), homes=home, sealed=True)
    without = Said("cpr:x", "Oluf", "Vestergård", dt.date(1980, 5, 1))
    one, other = (resolve([*TOWN, registered, report]) for registered in (with_home, without))
    assert one.pairs.equals(other.pairs)
    assert one.partition.equals(other.partition)
    assert one.model == other.model
