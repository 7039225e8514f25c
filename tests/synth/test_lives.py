"""Lives that are hard to follow: children of two homes, foster children, adoptions, borders crossed, new numbers."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from linkage.intervals import to_days
from loaders import load, read_mapping
from loaders.synth import AS_OF, Noise, SynthSettings
from loaders.synth.life import simulate
from loaders.synth.parameters import world
from loaders.synth.personal_numbers import cpr_history
from loaders.synth.sampling import streams
from loaders.synth.sealed_stays import cut_stays
from loaders.synth.spells import Spells
from tests.synth.conftest import World, make

Row = dict[str, str]
NOW = f"date '{AS_OF}'"


def feed(world_: World, name: str) -> list[Row]:
    with (world_.path / f"registers/cpr/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def numbers_to_persons(world_: World) -> dict[str, str]:
    """True person by PersonId."""
    rows = world_.ask("select record_id, person from records where record_id like 'cpr:%'")
    return {record.removeprefix("cpr:"): person for record, person in rows}


# ------------------------------------------------------------------------------------------- across the border


def test_who_is_abroad_has_no_home_and_is_told_by_status(county: World) -> None:
    true = numbers_to_persons(county)
    status = {true[r["PersonId"]]: r["Status"] for r in feed(county, "person")}
    homeless = county.ask(f"""
        select person from persons where deceased is null
            and person not in (select person from stays where valid_to > {NOW} and not secondary)""")
    assert {p for (p,) in homeless} == {p for p, s in status.items() if s == "80"}
    assert len(homeless) > 200


def test_nobody_abroad_has_a_part_in_an_incident(county: World) -> None:
    """A record may misdate a night by some days, so only those farther from every stay are counted."""
    ((away, parts),) = county.ask("""
        select count(*) filter (not exists (
            select 1 from stays s where s.person = r.person
                and e.date between s.valid_from - interval 4 day and s.valid_to + interval 4 day)), count(*)
        from roles r join events e using (event) where event like 'e%'""")
    assert parts > 1000
    assert away == 0


def test_children_travel_with_an_adult(county: World) -> None:
    ((alone, left),) = county.ask(f"""
        with gone as (
            select person, birth_date, max(valid_to) as day from stays join persons using (person)
            where deceased is null and not secondary group by all having day < {NOW})
        select count(*) filter (not exists (
            select 1 from gone a where a.day = g.day and a.birth_date <= g.day - interval 18 year)), count(*)
        from gone g where g.birth_date > g.day - interval 17 year""")
    assert left > 20
    assert alone == 0


def test_emigrants_return_and_immigrants_arrive_as_often_as_published(county: World) -> None:
    lives = county.report_lives()
    per_year = 15000 * 12
    assert lives["emigrations"] / per_year == pytest.approx(world("emigration_per_year"), abs=0.002)
    arrivals = lives["returns"] + lives["immigrants"]
    assert arrivals / per_year == pytest.approx(world("immigration_per_year"), abs=0.002)
    assert lives["returns"] > 100


def test_immigrants_wait_for_their_number_and_bring_their_own_parents_only(county: World) -> None:
    true = numbers_to_persons(county)
    first_stay = dict(county.ask("select person, min(valid_from) from stays group by person"))
    immigrants = {p for (p,) in county.ask("select person from persons where immigrant")}
    waits = []
    for row in feed(county, "personnummer"):
        person = true[row["PersonId"]]
        if person in immigrants:
            waits.append((dt.date.fromisoformat(row["GyldigFra"]) - first_stay[person]).days)
    assert min(waits) >= 0
    assert np.mean(waits) > 10
    ((foreign,),) = county.ask("""
        select count(*) from relations r join persons c using (person) join persons p on p.person = r.other
        where r.kind = 'parent' and c.immigrant and not p.immigrant""")
    assert foreign == 0


# --------------------------------------------------------------------------------------------------- new numbers


def test_new_numbers_follow_the_old_ones(county: World) -> None:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in feed(county, "personnummer"):
        held[row["PersonId"]].append(row)
    several = [rows for rows in held.values() if len(rows) > 1]
    assert len(several) == sum(n for k, n in county.report_lives().items() if k.startswith("new_numbers"))
    assert len(several) > 10
    for rows in held.values():
        assert [a["GyldigTil"] for a in rows[:-1]] == [b["GyldigFra"] for b in rows[1:]]
        assert rows[-1]["GyldigTil"] == ""
        assert all(a["Personnummer"] != b["Personnummer"] for a, b in pairwise(rows))


def test_an_office_can_ask_for_the_number_of_a_day() -> None:
    settings = SynthSettings(persons=3000, years=6, seed=2, noise=Noise.CLEAN)
    country, _ = simulate(settings, streams(2), progress=lambda _: None)
    everyone = np.arange(country.size)
    country.renumbered.add(everyone[:50], np.full(50, country.end - 100), np.arange(50) % 3)
    numbers = cpr_history(country, np.random.default_rng(1))
    before = numbers.on(everyone[:50], np.full(50, country.end - 101))
    after = numbers.on(everyone[:50], np.full(50, country.end - 100))
    assert (before != after).all()
    assert (after == numbers.current(everyone[:50])).all()
    assert (numbers.birth_on(everyone, np.full(len(everyone), country.end)) == country["birth"]).all()
    changed = numbers.male_on(everyone[:50], np.full(50, country.end - 101)) != country["male"][:50]
    assert changed.tolist() == [n % 3 == 1 for n in range(50)]
    immigrant = np.flatnonzero(country["number_from"] > country["came"])[:20]
    assert (numbers.on(immigrant, country["came"][immigrant]) == "").all()
    assert len(set(numbers.spells.columns["text"])) == len(numbers.spells.person)


# ------------------------------------------------------------------------------------------- adoption, foster care


def test_adoption_ends_what_it_replaces(county: World) -> None:
    adopted = county.ask("""
        select a.person, count(distinct a.other), any_value(a.valid_from),
               list(distinct p.valid_to) filter (p.valid_to < date '9999-12-31'),
               count(distinct p.other) filter (p.valid_to = date '9999-12-31')
        from relations a left join relations p on p.person = a.person and p.kind = 'parent'
        where a.kind = 'adoptive_parent' group by a.person""")
    assert {n for _, n, *_ in adopted} == {1, 2}
    for _, adopters, day, ended, kept in adopted:
        assert ended is None or ended == [day]
        assert kept == (0 if adopters == 2 else 1)
    lives = county.report_lives()
    assert len(adopted) == lives["adoptions_by_strangers"] + lives["adoptions_by_step_parents"]


def test_the_product_reads_what_the_truth_says_of_kin(county: World) -> None:
    mapping = read_mapping(county.path / "mappings" / "cpr.toml")
    relations = (
        load([mapping]).tables["relations"].select(["record_id", "other_record", "kind", "valid_from", "valid_to"])
    )
    true = {f"cpr:{number}": person for number, person in numbers_to_persons(county).items()}
    sealed = {p for (p,) in county.ask("select distinct person from stays where sealed")}
    kinds = ("adoptive_parent", "foster_parent")
    read = {
        (true[r["record_id"]], true[r["other_record"]], *(r[c] for c in ("kind", "valid_from", "valid_to")))
        for r in relations.to_pylist()
        if r["kind"] in kinds and r["other_record"] and true[r["record_id"]] not in sealed
    }
    told = set(county.ask(f"select * from relations where kind in {kinds}"))
    told = {r for r in told if r[0] not in sealed}
    assert {r[2] for r in read} == set(kinds)
    assert read <= told
    assert len(read) > 0.9 * len(told)


def test_foster_children_are_registered_with_their_foster_family(county: World) -> None:
    ((days, together, placements),) = county.ask("""
        with care as (select * from relations where kind = 'foster_parent'),
        joint as (
            select sum(greatest(0, date_diff('day', greatest(a.valid_from, b.valid_from, c.valid_from),
                                             least(a.valid_to, b.valid_to, c.valid_to)))) as n
            from care c join stays a on a.person = c.person and not a.secondary
                        join stays b on b.person = c.other and b.address = a.address)
        select sum(date_diff('day', valid_from, valid_to)), (select n from joint), count(*) from care""")
    assert placements > 30
    assert together > 0.97 * days


def test_foster_parents_are_no_parents_and_care_ends_at_eighteen(county: World) -> None:
    odd = county.ask("""
        select 1 from relations f join persons c using (person) where f.kind = 'foster_parent' and (
            exists (select 1 from relations p where p.person = f.person and p.other = f.other
                    and p.kind in ('parent', 'adoptive_parent'))
            or (f.valid_to < date '9999-12-31' and f.valid_to > c.birth_date + interval 18 year + interval 1 day))""")
    assert odd == []


# ------------------------------------------------------------------------------------------------- shared residence


def test_a_second_home_is_the_other_parents(county: World) -> None:
    seconds = county.ask("select count(*) from stays where secondary")[0][0]
    assert seconds > 50
    astray = county.ask("""
        select 1 from stays s join persons c using (person) where s.secondary and (
            s.valid_from < date '2019-04-01'
            or (s.valid_to < date '9999-12-31' and s.valid_to > c.birth_date + interval 18 year + interval 1 day)
            or not exists (select 1 from stays o where o.person = s.person and not o.secondary
                           and o.address <> s.address and o.valid_from <= s.valid_from and o.valid_to > s.valid_from)
            or not exists (
                select 1 from relations r join stays p on p.person = r.other where r.person = s.person
                    and r.kind in ('parent', 'adoptive_parent') and p.address = s.address
                    and p.valid_from <= s.valid_from and p.valid_to > s.valid_from))""")
    assert astray == []
    assert len(feed(county, "deltbopael")) == county.report_lives()["second_homes"]


def test_children_are_hurt_at_their_second_home_too(county: World) -> None:
    ((there,),) = county.ask("""
        select count(*) from roles r join events e using (event) join stays s on s.person = r.person and s.secondary
        where s.address = e.place and e.date >= s.valid_from and e.date < s.valid_to""")
    assert there > 0


# --------------------------------------------------------------------------------------------- hubs, protection


def test_hubs_hold_what_they_should(county: World) -> None:
    share, most = county.ask(f"""
        select count(*) filter (hub) / count(*) from stays where not secondary and valid_to > {NOW}
        union all select max(n) from (select count(*) as n from stays where hub and valid_to > {NOW} group by address)
    """)
    assert 0.006 < share[0] < 0.035
    assert most[0] < 200


def test_ordinary_protection_lasts_a_year_and_special_protection_varies(county: World) -> None:
    spells: dict[str, list[int]] = {"ordinaer": [], "saerlig": []}
    for row in feed(county, "beskyttelse"):
        if row["GyldigTil"]:
            days = dt.date.fromisoformat(row["GyldigTil"]) - dt.date.fromisoformat(row["GyldigFra"])
            spells[row["Beskyttelsestype"]].append(days.days)
    assert np.mean(np.array(spells["ordinaer"]) == 365) > 0.4
    assert len(spells["saerlig"]) < 0.1 * len(spells["ordinaer"])
    assert np.std(spells["saerlig"]) > 100


def test_every_stay_of_a_child_is_sealed_while_it_lives_with_a_protected_person() -> None:
    """The child's second home tells where to find it, too."""
    day = to_days(dt.date(2020, 1, 1))
    stays = Spells(
        np.array([0, 1, 2, 1]),
        np.array([day, day, day, day + 10]),
        np.array([day + 100, day + 100, day + 100, day + 90]),
        {"unit": np.array([5, 5, 7, 7])},
    )
    protections = Spells(np.array([0]), np.array([day + 20]), np.array([day + 30]), {"special": np.array([True])})
    birth = np.array([day - 12000, day - 2000, day - 12000])
    row, start, end, hidden = cut_stays(stays, protections, birth)
    pieces = {
        (r, a - day, b - day, h) for r, a, b, h in zip(*(c.tolist() for c in (row, start, end, hidden)), strict=True)
    }
    assert {p for p in pieces if p[3]} == {(0, 20, 30, True), (1, 20, 30, True), (3, 20, 30, True)}
    assert {p for p in pieces if not p[3]} == {
        (0, 0, 20, False), (0, 30, 100, False), (1, 0, 20, False), (1, 30, 100, False), (2, 0, 100, False),
        (3, 10, 20, False), (3, 30, 90, False),
    }  # fmt: skip


# --------------------------------------------------------------------------------------------------------- streets


def test_a_renamed_street_keeps_its_code_and_old_rows_their_name(county: World) -> None:
    names: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in feed(county, "vej"):
        names[row["Kommunekode"], row["Vejkode"]].append(row)
    renamed = {k: rows for k, rows in names.items() if len(rows) > 1}
    assert renamed
    for old, new in renamed.values():
        assert old["Vejnavn"] != new["Vejnavn"]
        assert old["GyldigFra"] == new["GyldigTil"] == ""
        assert old["GyldigTil"] == new["GyldigFra"] > "2013-12-31"
    written: set[str] = set()
    for row in feed(county, "adresse"):
        one = names[row["Kommunekode"], row["Vejkode"]]
        before = len(one) > 1 and row["GyldigFra"] < one[0]["GyldigTil"]
        assert row["Vejnavn"] == one[0 if before or len(one) == 1 else 1]["Vejnavn"]
        written |= {"old"} if before else set()
        written |= {"village"} if row["SupplerendeBynavn"] else set()
    assert written == {"old", "village"}


# ------------------------------------------------------------------------------------------------------ small worlds


@pytest.mark.parametrize(("persons", "years"), [(100, 1), (200, 3), (2000, 3), (150, 40)])
def test_small_and_long_worlds_are_whole(persons: int, years: int, tmp_path: Path) -> None:
    made = make(tmp_path / "out", persons=persons, years=years, seed=5)
    for name in ("deltbopael", "anbringelse", "vej"):
        header = (made.path / f"registers/cpr/{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert header.startswith(("PersonId;", "Kommunekode;"))
    assert made.ask("select count(*) from stays where valid_to <= valid_from") == [(0,)]
