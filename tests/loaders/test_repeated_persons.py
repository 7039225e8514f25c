"""A person whose row stands twice in the person file keeps what the other files say of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from loaders import Canonical, summarise
from tests.loaders.world import World, refusals

CPR = "0102801235"


def _world() -> World:
    world = World()
    world.person("p1", "Åse", "Møller", "1980-02-01", cpr=CPR)
    world.person("p2", "Bo", "Lund", "1975-03-04", sex="M", cpr="0403751237")
    earlier = {"PersonId": "p1", "Fornavne": "Åse", "Efternavn": "Holm"}
    world.feed["navn"].append({**earlier, "GyldigFra": "1980-02-01", "GyldigTil": "2001-01-01"})
    return world


def _person(canonical: Canonical, number: str) -> dict[str, object]:
    (row,) = [r for r in canonical.tables["persons"].to_pylist() if r["source_row"] == number]
    return {k: row[k] for k in ("given", "surname", "birth_date", "identifiers", "earlier_surnames")}


def test_a_repeated_row_collapses_and_loses_nothing(tmp_path: Path) -> None:
    once = _world().load(tmp_path / "once")
    world = _world()
    world.feed["person"].append(world.feed["person"][0])
    twice = world.load(tmp_path / "twice")
    assert twice.tables["persons"].equals(once.tables["persons"])
    person = _person(twice, "p1")
    assert (person["given"], person["surname"], person["earlier_surnames"]) == ("Åse", "Møller", ["Holm"])
    assert [i["value"] for i in person["identifiers"]] == [CPR]  # type: ignore[attr-defined]
    assert refusals(twice) == []
    (counts,) = summarise(twice.tables["quality"])
    assert counts.duplicates == 1


def test_a_row_with_another_birth_date_is_refused_and_the_person_loses_nothing(tmp_path: Path) -> None:
    once = _person(_world().load(tmp_path / "once"), "p1")
    for number, born in enumerate(("1970-02-01", "1990-02-01")):
        world = _world()
        world.feed["person"].append({**world.feed["person"][0], "Foedselsdato": born})
        canonical = world.load(tmp_path / str(number))
        person = _person(canonical, "p1")
        assert person["birth_date"] in (dt.date(1980, 2, 1), dt.date.fromisoformat(born))
        assert {**person, "birth_date": once["birth_date"]} == once
        assert [file for file, _, _ in refusals(canonical)] == ["person.csv"]
