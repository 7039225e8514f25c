"""Made-up family histories: a small one in which every kind of thing happens, and crowded ones."""

from __future__ import annotations

import datetime as dt
import random

from graph.history import Concern, Entry, FamilyHistory, Ground, Member, Part, PossibleMember, Source, Stay
from kintrace.views.history_page import Cover
from linkage.vocabulary import EVENT_CATEGORIES

AS_OF = dt.date(2025, 12, 31)
HORIZON = dt.date(2026, 1, 1)
COVER = Cover(
    "K-2026-7", "notification of 2 January", "police act, section 2", "ibh", dt.date(2026, 1, 5), "run-0001-ab"
)
DISTRICTS = ("Nordjyllands Politi", "Fyns Politi", "Københavns Politi", "Bornholms Politi")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def member(person: str, rule: str, name: str | None, born: str, *spans: tuple[str, str]) -> Member:
    intervals = tuple((day(a), day(b)) for a, b in spans)
    return Member(person, name, day(born), None, "F", False, rule, intervals)


def stay(
    person: str, address: str, district: str | None, start: str, end: str = "2026-01-01", *, sealed: bool = False
) -> Stay:
    label = "protected" if sealed else f"{address} 1, 9000 By"
    register = "protected" if sealed else "cpr"
    key = f"protected:{person}" if sealed else address
    return Stay(person, key, label, district, day(start), day(end), not sealed, False, sealed, register)


def source(incident: str, district: str | None, *, sealed: bool = False, reason: str = "single") -> Source:
    register = "protected" if sealed else f"polsas-{district}"
    journal = None if sealed else f"J-{incident}"
    return Source(
        incident_id=incident,
        register=register,
        journal_number=journal,
        district=district,
        category="simple_violence",
        code=None,
        status="Afsluttet",
        outcome="Bøde",
        occurred=None,
        reported=None,
        verified=True,
        source_row=f"row-{incident}",
        reason=reason,
    )


def part(person: str, role: str, incident: str, *, rule: str = "b", probability: float = 0.9871) -> Part:
    return Part(
        person,
        role,
        None,
        "Dom",
        "polsas",
        f"J-{incident}",
        "1",
        f"rec-{incident}-{person}",
        incident,
        probability,
        rule,
    )


def entry(
    event: str,
    date: str,
    *parts: Part,
    klass: str = "A",
    category: str = "simple_violence",
    place: str | None = None,
    district: str | None = "Fyns Politi",
    verified: bool = True,
    sealed: bool = False,
) -> Entry:
    return Entry(
        event_id=event,
        date=day(date),
        category=category,
        klass=klass,
        district=None if sealed else district,
        place="protected" if sealed else place,
        verified=verified,
        sealed=sealed,
        parts=parts,
        records=(source(event, None if sealed else district, sealed=sealed),),
    )


def small_family() -> FamilyHistory:
    """A child who moved, a parent with a sealed time, a partner, a sibling with an Arabic name; classes A, B and C."""
    members = (
        member("E1", "a", "Ida Holm", "2015-05-01", ("2015-05-01", "2026-01-01")),
        member("E2", "b", "Karen Holm", "1985-02-03", ("2015-05-01", "2026-01-01")),
        member("E3", "c", "ليلى حسن", "2018-03-04", ("2018-03-04", "2026-01-01")),
        member("E4", "d", "Bo <b>Krogh</b>", "1980-01-01", ("2019-01-01", "2020-01-01")),
    )
    stays = (
        stay("E2", "Havnegade", DISTRICTS[0], "2012-01-01", "2018-06-01"),
        stay("E1", "Havnegade", DISTRICTS[0], "2015-05-01", "2018-06-01"),
        stay("E3", "Havnegade", DISTRICTS[0], "2018-03-04", "2018-06-01"),
        *(stay(person, "Ringvej", DISTRICTS[1], "2018-06-01", "2021-01-01") for person in ("E1", "E2", "E3")),
        stay("E4", "Ringvej", DISTRICTS[1], "2018-09-01", "2024-01-01"),
        *(stay(person, "", None, "2021-01-01", "2023-01-01", sealed=True) for person in ("E1", "E2", "E3")),
        *(stay(person, "Skovvej", DISTRICTS[2], "2023-01-01") for person in ("E1", "E2", "E3")),
    )
    home = "Ringvej 1, 9000 By"
    entries = (
        entry("V1", "2014-02-01", part("E2", "SUSPECT", "V1"), klass="B", category="drugs", district=DISTRICTS[0]),
        entry("V2", "2019-05-05", part("E4", "CHARGED", "V2", rule="d"), part("E2", "INJURED", "V2"), place=home),
        entry("V3", "2020-05-06", klass="C", category="domestic_disturbance", place=home),
        entry("V4", "2022-01-02", part("E2", "INJURED", "V4"), category="threats", sealed=True),
        entry("V5", "2024-03-04", part("E2", "WITNESS", "V5"), category="other", verified=False, district=DISTRICTS[2]),
    )
    concern = Concern(
        "N1", day("2020-07-01"), "municipal_notification", DISTRICTS[1], "E1", "SUBJECT_OF_NOTIFICATION", ()
    )
    return FamilyHistory(
        child="E1",
        as_of=AS_OF,
        known_at=None,
        demo=True,
        focal=True,
        members=members,
        entries=entries,
        possible=(PossibleMember("E9", "Per Dahl", ((day("2016-01-01"), day("2016-05-01")),)),),
        concerns=(concern,),
        stays=tuple(sorted(stays, key=lambda s: (s.valid_from, s.person_id))),
    )


GROUNDS = {
    "E1": (Ground("birth", day("2015-05-01"), HORIZON),),
    "E2": (Ground("parent", day("2015-05-01"), HORIZON, None, "cpr"),),
    "E3": (Ground("sibling", day("2018-03-04"), HORIZON, "E2", "cpr"),),
    "E4": (Ground("partner", day("2018-12-01"), HORIZON, "E2", "cpr"), Ground("home", day("2018-09-01"), HORIZON)),
}


def crowded_family(*, members: int, events: int, addresses: int, seed: int) -> FamilyHistory:
    """A child with as many relatives, homes and events as asked for, all over the country."""
    made = random.Random(seed)  # noqa: S311
    rules = ["a", "b", "b"] + [made.choice("ccde") for _ in range(members - 3)]
    people = []
    for at, rule in enumerate(rules):
        born = "2010-01-01" if rule == "a" else f"{made.randint(1965, 2009)}-06-15"
        start = f"{made.randint(2010, 2022)}-03-01" if rule in "cde" else "2010-01-01"
        name = made.choice(["Ida Holm", "Bo Krogh", "Muhammad Al-Sayed", "Anne-Marie Kjærsgaard", "X" * 80])
        people.append(member(f"E{at:03}", rule, name, born, (start, "2026-01-01")))
    homes = [(f"Vej {at}", DISTRICTS[at % len(DISTRICTS)]) for at in range(addresses)]
    stays = []
    for one in people:
        year = 2008
        while year < 2026:
            until = min(year + made.randint(1, 5), 2026)
            address, district = made.choice(homes)
            stays.append(stay(one.person_id, address, district, f"{year}-02-01", f"{until}-01-01"))
            year = until
    entries = [_event(made, at, people, homes) for at in range(events)]
    return FamilyHistory(
        child="E000",
        as_of=AS_OF,
        known_at=None,
        demo=True,
        focal=True,
        members=tuple(people),
        entries=tuple(sorted(entries, key=lambda e: (e.date, e.event_id))),
        stays=tuple(sorted(stays, key=lambda s: (s.valid_from, s.person_id))),
    )


def _event(made: random.Random, at: int, people: list[Member], homes: list[tuple[str, str]]) -> Entry:
    date = dt.date(2010, 1, 1) + dt.timedelta(made.randint(0, 5800))
    address, district = made.choice(homes)
    involved = made.sample(people, made.randint(1, min(3, len(people))))
    roles = ("SUSPECT", "INJURED", "WITNESS", "CHILD_PRESENT")
    return entry(
        f"V{at:03}",
        date.isoformat(),
        *(part(one.person_id, made.choice(roles), f"V{at:03}", rule=one.rule) for one in involved),
        klass="A",
        category=made.choice(sorted(EVENT_CATEGORIES)),
        place=f"{address} 1, 9000 By" if made.random() < 0.6 else None,
        district=district,
        verified=made.random() < 0.9,
    )
