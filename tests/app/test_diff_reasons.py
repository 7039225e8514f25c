"""Why a line of a history changed: each reason from the least that shows it, and their order."""

from __future__ import annotations

import dataclasses
import datetime as dt

from kintrace.differences.evidence import Evidence, PartyFacts, RecordFacts, Shift
from kintrace.differences.reasons import Line, Telling, Told, reasons_of, shown_records

DAY = dt.date(2024, 5, 5)
NOTHING = Evidence({}, {}, {}, {}, {}, {}, frozenset(), frozenset(), frozenset(), frozenset())
STANDING = RecordFacts(True, True, True, True, "e1", "e1", True)
LINE = Line("north:1", False, DAY, "A", "father", "CHARGED", "north:1/1")
HOME = dataclasses.replace(LINE, klass="C", person=None, role=None, record=None)


def why(line: Line, evidence: Evidence, before: Telling | None = None, after: Telling | None = None) -> list[str]:
    return [r.why for r in reasons_of("child", [line], evidence, before=before or {}, after=after or {})]


def facts(record: RecordFacts) -> Evidence:
    return dataclasses.replace(NOTHING, records={"north:1": record})


def test_records_come_go_and_are_withdrawn() -> None:
    assert why(LINE, facts(RecordFacts(False, True, False, True, None, "e1", False))) == ["new record"]
    assert why(LINE, facts(RecordFacts(True, False, True, False, "e1", None, False))) == ["withdrawn record"]
    assert why(LINE, facts(RecordFacts(True, True, True, False, "e1", "e1", True))) == ["withdrawn record"]
    party = dataclasses.replace(NOTHING, parties={"north:1/1": PartyFacts(True, False, False)})
    assert why(LINE, party) == ["withdrawn record"]
    role = dataclasses.replace(NOTHING, parties={"north:1/1": PartyFacts(True, True, False)})
    assert why(LINE, role) == ["record corrected"]


def test_what_is_gone_of_a_protected_person_is_not_named() -> None:
    gone = facts(RecordFacts(True, False, True, False, "e1", None, False))
    hidden = dataclasses.replace(gone, protected=frozenset({"father"}))
    (reason,) = reasons_of("child", [LINE], hidden, before={}, after={})
    assert (reason.why, reason.about) == ("withdrawn or protected record", ())
    assert shown_records([LINE], hidden, "child") == ("protected",)
    assert shown_records([LINE], gone, "child") == ("north:1",)
    sealed = dataclasses.replace(LINE, event="protected 2024-05-05 threats", sealed=True, record=None)
    assert shown_records([sealed], NOTHING, "child") == ("protected",)
    assert why(sealed, NOTHING) == ["protected record"]


def test_records_joined_to_an_event_or_split_from_one() -> None:
    both = dataclasses.replace(LINE, event="north:1\x1fsouth:2")
    parted = [dataclasses.replace(LINE, event="north:1"), dataclasses.replace(LINE, event="south:2"), both]
    for before, after, said in ((("e1", "e2"), ("e1", "e1"), "joined"), (("e1", "e1"), ("e1", "e2"), "split")):
        records = {
            name: STANDING._replace(event_before=before[n], event_after=after[n])
            for n, name in enumerate(("north:1", "south:2"))
        }
        evidence = dataclasses.replace(NOTHING, records=records)
        (reason,) = reasons_of("child", parted, evidence, before={}, after={})
        assert said in reason.why
        assert reason.about == ("north:1", "south:2")


def test_mentions_move_with_or_without_their_person() -> None:
    for how, said in (("merge", "persons merged"), ("split", "person split"), ("moved", "moved mention")):
        shift = Shift("father", "uncle", how)
        assert why(LINE, dataclasses.replace(NOTHING, shifts={"north:1/1": shift})) == [said]


def test_a_place_is_corrected_by_the_register_or_washed_differently_by_us() -> None:
    def told(place: str | None) -> Telling:
        return {"north:1": Told((DAY,), place)}

    assert why(HOME, facts(STANDING), told("a1"), told("a2")) == ["address washed differently"]
    assert why(HOME, facts(STANDING._replace(same_place=False)), told("a1"), told(None)) == ["record corrected"]
    assert why(HOME, facts(STANDING._replace(same_place=False)), told("a1"), {}) == ["record corrected"]


def test_persons_come_to_a_family_by_relations_stays_and_dates() -> None:
    related = dataclasses.replace(NOTHING, relations={"father": {"child"}, "child": {"father"}})
    assert why(LINE, related) == ["relation changed"]
    of_the_child = dataclasses.replace(NOTHING, relations={"child": {"mother"}})
    assert why(LINE, of_the_child) == ["relation changed"]
    stay = dataclasses.replace(NOTHING, shared={"child": {"father"}})
    assert why(LINE, stay) == ["stay changed"]
    assert why(LINE, dataclasses.replace(stay, washed=frozenset({"child"}))) == ["address washed differently"]
    assert why(HOME, dataclasses.replace(NOTHING, stays=frozenset({"child"}))) == ["stay changed"]
    assert why(LINE, dataclasses.replace(NOTHING, dates=frozenset({"father"}))) == ["birth or death corrected"]
    merged = dataclasses.replace(NOTHING, shifted={"father": Shift("uncle", "father", "merge")})
    assert why(LINE, merged) == ["persons merged"]


def test_what_nothing_of_its_own_explains_hangs_on_another_member_or_is_said_to_be_unexplained() -> None:
    assert why(LINE, NOTHING) == ["another member's part changed"]
    assert why(HOME, NOTHING) == ["other"]


def test_the_first_cause_is_told_and_not_what_follows_from_it() -> None:
    new = facts(RecordFacts(False, True, False, True, None, "e1", False))
    both = dataclasses.replace(new, relations={"father": {"child"}})
    assert why(LINE, both) == ["new record"]
