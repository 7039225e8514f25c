"""The world is plausible: people, names, homes, moves and incidents, within stated tolerances."""

from __future__ import annotations

import numpy as np
import pytest

from loaders.synth import AS_OF
from loaders.synth.parameters import world
from loaders.synth.surnames import surname_weights, surnames
from tests.synth.conftest import World

PERSONS, YEARS = 8000, 12


def test_the_commonest_surnames_hold_their_share(town: World) -> None:
    assert surname_weights()[:20].sum() == pytest.approx(0.35, abs=0.005)
    common = set(surnames()[:20])
    lines = (town.path / "registers/cpr/navn.csv").read_text(encoding="utf-8").splitlines()[1:]
    current = [line.split(";")[3] for line in lines if line.endswith(";")]
    assert np.mean([name in common for name in current]) == pytest.approx(0.35, abs=0.035)
    assert len(set(current)) > 1500


def test_persons_move_as_often_and_as_far_as_danes(town: World) -> None:
    moves = f"""
        select municipality = before, district = district_before,
               date_diff('day', birth_date, valid_from) / 365.25 as age
        from (select *, lag(municipality) over w as before, lag(district) over w as district_before,
                     lag(address) over w as address_before, lag(valid_to) over w as until
              from stays where not secondary window w as (partition by person order by valid_from))
        join persons using (person)
        where until = valid_from and address <> address_before
          and valid_from >= (select max(date) from events) - interval {YEARS} year"""
    rows = town.ask(moves)
    ((lived,),) = town.ask(f"""
        with clock as (select max(date) as today, today - interval {YEARS} year as first from events)
        select sum(greatest(0, date_diff('day', greatest(valid_from, first), least(valid_to, today)))) / 365.25
        from stays, clock where not secondary""")
    assert len(rows) / lived == pytest.approx(world("moves_per_year"), abs=0.01)
    assert np.mean([same for same, _, _ in rows]) == pytest.approx(world("moves_within_municipality"), abs=0.03)
    ages = np.histogram([age for _, _, age in rows], bins=[0, 6, 12, 18, 25, 32, 40, 60, 100])[0]
    residents = [len(town.ask("select 1 from persons")) or 1]
    assert residents[0] > PERSONS
    assert ages.argmax() == 3


def test_spells_of_a_person_never_overlap_and_only_time_abroad_lies_between_them(town: World) -> None:
    ordered = """
        select valid_from, valid_to, lag(valid_to) over (partition by person order by valid_from) as before
        from stays where not secondary"""
    broken = f"select count(*) from ({ordered}) where before > valid_from or valid_to <= valid_from"
    assert town.ask(broken) == [(0,)]
    assert town.ask(f"select count(*) from ({ordered}) where before < valid_from") == [
        (town.report_lives()["returns"],)
    ]


def test_nobody_lives_before_birth_or_after_death(town: World) -> None:
    outside = """
        select count(*) from stays join persons using (person)
        where valid_from < birth_date or (deceased is not null and valid_to > deceased)"""
    assert town.ask(outside) == [(0,)]


def test_parents_are_of_an_age_to_be_parents(town: World) -> None:
    odd = """
        select count(*) from relations r join persons c on c.person = r.person join persons p on p.person = r.other
        where r.kind in ('parent', 'adoptive_parent')
            and date_diff('day', p.birth_date, c.birth_date) not between 15 * 365 and 75 * 365"""
    assert town.ask(odd) == [(0,)]


def test_nobody_is_married_twice_at_once(town: World) -> None:
    twice = """
        select count(*) from relations a join relations b on a.person = b.person and a.kind = 'spouse'
             and b.kind = 'spouse' and a.valid_from < b.valid_from and b.valid_from < a.valid_to"""
    assert town.ask(twice) == [(0,)]


def test_hardly_a_child_lives_without_an_adult(town: World) -> None:
    alone = f"""
        with now as (select * from stays
                     where valid_to > date '{AS_OF}' and valid_from <= date '{AS_OF}' and not secondary),
        kids as (select now.* from now join persons using (person)
                 where birth_date > date '{AS_OF}' - interval 18 year)
        select count(*) filter (not hub and not exists (
                   select 1 from now n join persons p on p.person = n.person
                   where n.address = kids.address and p.birth_date <= date '{AS_OF}' - interval 18 year)),
               count(*) from kids"""
    ((alone_count, children),) = town.ask(alone)
    assert children > 1000
    assert alone_count <= 0.002 * children


def test_most_children_live_with_both_parents(town: World) -> None:
    together = f"""
        with now as (select person, address from stays
                     where valid_to > date '{AS_OF}' and valid_from <= date '{AS_OF}' and not secondary)
        select avg((select count(*) from relations r join now p on p.person = r.other
                    where r.person = k.child and r.kind = 'parent' and p.address = c.address) / 2)
        from children k join now c on c.person = k.child"""
    ((share,),) = town.ask(together)
    assert 0.65 < share < 0.9


def test_twins_share_mother_and_birthday_and_differ_in_name(town: World) -> None:
    ((twins, births),) = town.ask("select count(*) filter (twin), count(*) from persons")
    assert twins > 20
    alone = """
        select count(*) from persons t where twin and not exists (
            select 1 from persons o join relations a on a.person = o.person and a.kind = 'parent'
                              join relations b on b.person = t.person and b.other = a.other and b.kind = 'parent'
            where o.twin and o.person <> t.person and o.birth_date = t.birth_date)"""
    ((lonely,),) = town.ask(alone)
    assert lonely <= 0.1 * twins
    assert twins < 0.05 * births


def test_likenesses_are_planted(town: World) -> None:
    counts = town.ask(
        "select count(*) filter (namesake_parent), count(*) filter (namesake_neighbour),"
        " avg(transliterated::int) from persons"
    )
    ((parents, neighbours, foreign),) = counts
    assert parents > 5
    assert neighbours > 5
    ((founders,),) = town.ask("select avg(transliterated::int) from persons where not immigrant")
    assert founders == pytest.approx(world("transliterated_family"), abs=0.03)
    assert founders < foreign < 0.2


def test_incidents_come_in_the_stated_number_and_cluster(town: World) -> None:
    ((rate,),) = town.ask(f"select count(*) * 100.0 / {PERSONS} / {YEARS} from events where event like 'e%'")
    assert rate == pytest.approx(world("incidents_per_100"), abs=0.5)
    ((parties,),) = town.ask(
        "select (select count(*) from roles where event like 'e%') / count(*) from events where event like 'e%'"
    )
    assert parties == pytest.approx(2.2, abs=0.3)
    per_home = town.ask("select count(*) as n from events where place is not null group by place order by n desc")
    tenth = sum(n for (n,) in per_home[: len(per_home) // 10])
    assert tenth / sum(n for (n,) in per_home) > 0.25


def test_orders_have_a_restrained_and_a_protected_party(town: World) -> None:
    one_sided = """
        select count(*) from events where category = 'restraining_order' and event in (select event from roles)
            and (event not in (select event from roles where role = 'RESTRAINED')
                 or event not in (select event from roles where role = 'PROTECTED'))"""
    assert town.ask(one_sided) == [(0,)]


def test_several_registers_write_one_night_down(town: World) -> None:
    extra = """
        select avg((same > 1)::int), avg((districts > 1)::int) from (
            select count(*) - count(distinct split_part(incident_id, ':', 1)) + 1 as same,
                   count(distinct split_part(incident_id, ':', 1)) as districts
            from incident_records where event like 'e%' group by event)"""
    ((same, other),) = town.ask(extra)
    assert same == pytest.approx(world("second_record"), abs=0.02)
    assert other == pytest.approx(world("other_district_record"), abs=0.015)


def test_special_protection_seals_the_person_and_her_children(county: World) -> None:
    ((sealed, children),) = county.ask(
        "select count(distinct person) filter (sealed), (select count(*) from children where protected) from stays"
    )
    assert sealed > children > 0
    ((hidden,),) = county.ask("select count(*) from histories where sealed")
    assert hidden > 0
