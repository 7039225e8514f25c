"""Where a protected person hides shows in no file of a run and in no answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from kintrace.pipeline import Run
from tests.app.ask import answer
from tests.app.hidden_places import EAST, NORTH, Country, Protected, choose_protected, hide
from tests.app.worlds import copy_world, differing, rebuilt

PROTECTED = 12

BAD = {"Kategori": "andet", "Gerningsdato": "31-02-2020", "Anmeldtdato": "01-03-2020", "Loebenr": "1", "Rolle": "SIG"}
"""A row with a cell that is refused, before or behind those that move: its number must not tell."""


class Worlds(NamedTuple):
    """Two runs whose registers differ in sealed places alone."""

    north: Run
    east: Run
    protected: list[Protected]
    moved: int


@pytest.fixture(scope="module")
def worlds(country: Path, tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    protected = choose_protected(Country(country), PROTECTED)
    runs, moved = [], []
    for hiding in (NORTH, EAST):
        path = copy_world(country, tmp_path_factory.mktemp("hidden") / "world")
        changed = Country(path)
        for file in changed.police:
            file.rows.append({**BAD, "Journalnr": f"bad-{file.path.stem}"})
        moved.append(hide(changed, protected, hiding))
        changed.write()
        runs.append(rebuilt(path))
    assert moved[0] == moved[1]
    return Worlds(runs[0], runs[1], protected, moved[0])


def texts(run: Run) -> Iterator[tuple[str, str]]:
    """Every file of a run in small letters, tables column by column."""
    for path in sorted(p for p in run.path.rglob("*") if p.is_file()):
        name = str(path.relative_to(run.path))
        if path.suffix == ".parquet":
            for column, values in pq.read_table(path).to_pydict().items():
                yield f"{name} {column}", json.dumps(values, ensure_ascii=False, default=str).lower()
        else:
            yield name, path.read_bytes().decode("utf-8", errors="replace").lower()


def entities(worlds: Worlds) -> list[str]:
    table = worlds.north.read("resolve", "entities")
    records = [f"cpr:{one.person}" for one in worlds.protected]
    found = table.filter(pc.is_in(table.column("record_id"), value_set=pa.array(records)))
    return sorted(found.column("entity_id").to_pylist())


def test_the_two_worlds_differ_in_many_records(worlds: Worlds) -> None:
    assert worlds.moved >= 15
    assert worlds.north.timings()["fingerprint"] != worlds.east.timings()["fingerprint"]
    sealed = worlds.north.read("load", "incidents")
    assert pc.sum(sealed.column("sealed")).as_py() >= 15
    assert pc.sum(worlds.north.read("load", "residences").column("sealed")).as_py() >= PROTECTED


def test_every_file_of_the_run_is_the_same_bytes(worlds: Worlds) -> None:
    assert not differing(worlds.north, worlds.east)


def test_no_file_holds_a_hiding_place_or_a_sealed_journal_number(worlds: Worlds) -> None:
    for run, hiding in ((worlds.north, NORTH), (worlds.east, EAST)):
        told = [(where, word) for where, text in texts(run) for word in hiding.words() if word in text]
        assert not told


def test_the_search_for_hiding_places_would_find_one(run: Run) -> None:
    streets = {street for street in run.read("wash", "addresses").column("street").to_pylist() if street}
    street = sorted(streets, key=len)[-1].lower()
    assert [where for where, text in texts(run) if street in text]


def test_every_answer_about_protected_persons_is_the_same(worlds: Worlds) -> None:
    snapshot_persons = set(worlds.north.read("graph", "Person").column("person_id").to_pylist())
    asked = [one for one in entities(worlds) if one in snapshot_persons]
    assert asked
    sealed = 0
    for person in asked:
        north, east = (answer("person", person, "--json", run=run) for run in (worlds.north, worlds.east))
        assert north == east
        sealed += "protected" in north
    assert sealed == len(asked)


def test_every_family_and_every_search_answers_the_same(worlds: Worlds) -> None:
    persons = worlds.north.read("graph", "Person")
    held = persons.filter(persons.column("held")).column("person_id").to_pylist()
    assert len(held) > 20
    for child in held:
        assert answer("family", child, "--json", run=worlds.north) == answer("family", child, "--json", run=worlds.east)
    for name in ("Jensen", "Nielsen", "Anna"):
        assert answer("search", name, "--json", run=worlds.north) == answer("search", name, "--json", run=worlds.east)


def test_a_sealed_event_of_a_family_keeps_day_kind_and_role(worlds: Worlds) -> None:
    persons = worlds.north.read("graph", "Person")
    held = persons.filter(persons.column("held")).column("person_id").to_pylist()
    stories = [json.loads(answer("family", child, "--json", run=worlds.north)) for child in held]
    sealed = [entry for story in stories for entry in story["entries"] if entry["sealed"]]
    assert sealed
    for entry in sealed:
        assert entry["district"] is None
        assert entry["date"]
        assert entry["category"]
        assert all(part["role"] for part in entry["parts"])
        assert all(r["register"] == "protected" and r["journal_number"] is None for r in entry["records"])


RECOGNISED_LATER = """
select distinct i.journal_number from incidents i
join involvements v using (incident_id) join entities e on e.record_id = v.record_id
join (select n.entity_id, p.valid_from, p.valid_to from protections p join entities n using (record_id)
      where p.kind = 'special') t
  on t.entity_id = e.entity_id and coalesce(i.occurred, i.reported) >= t.valid_from
 and coalesce(i.occurred, i.reported) < t.valid_to
where not i.sealed order by 1
"""
"""Cases of protected persons whom no number and no exact name gave away, so that only linkage knew them."""


def test_what_only_linkage_recognised_is_sealed_in_the_graph_and_its_snapshot(worlds: Worlds) -> None:
    run = worlds.north
    with duckdb.connect() as db:
        for name in ("incidents", "involvements", "protections"):
            db.register(name, run.read("load", name))
        db.register("entities", run.read("resolve", "entities"))
        journals = [row[0].lower() for row in db.execute(RECOGNISED_LATER).fetchall()]
    assert journals
    shown = [(where, text) for where, text in texts(run) if where.startswith(("graph/", "snapshot/"))]
    assert shown
    assert not [(where, journal) for where, text in shown for journal in journals if journal in text]
