"""The printed family history: where everything stands, what it says, and what it never says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html.parser
import json
import re
import time
from pathlib import Path

import pytest

from graph.history import FamilyHistory
from kintrace.pipeline import Run
from kintrace.views.history_page import history_page
from tests.app.ask import answer, ask
from tests.app.families import COVER, GROUNDS, crowded_family, entry, member, part, small_family, stay


class _Page(html.parser.HTMLParser):
    """Ids, links and text of a page; fails on an element that is not closed."""

    VOID = frozenset({"meta", "br", "link", "img", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = dict(attrs)
        self.ids += [stated["id"] or ""] if "id" in stated else []
        self.links += [(stated["href"] or "")[1:]] if stated.get("href", "").startswith("#") else []  # type: ignore[union-attr]
        self.outside += [name for name in stated if name in ("src", "srcset", "style") or name.startswith("on")]
        self.outside += [stated["href"] or ""] if not (stated.get("href") or "#").startswith("#") else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def page_of(history: FamilyHistory, language: str = "en") -> str:
    return history_page(history, GROUNDS, COVER, language="da" if language == "da" else "en")


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_page_is_whole_and_asks_for_nothing(language: str) -> None:
    text = page_of(small_family(), language)
    page = _Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids)
    assert not page.outside
    assert not re.findall(r"(?:https?:)?//(?!www\.w3\.org)\w", re.sub(r"<script>.*</script>", "", text, flags=re.S))
    assert f'<html lang="{language}">' in text


def test_every_mark_leads_to_its_row_and_back() -> None:
    text = page_of(small_family())
    for number in range(1, 6):
        assert f'id="mark-{number}" href="#fact-{number}"' in text
        assert f'<tr id="fact-{number}">' in text
        assert f'<a href="#mark-{number}"' in text
    assert 'id="mark-n1" href="#notice-1"' in text
    assert '<a href="#mark-n1"' in text


def test_marks_stand_in_the_document_by_date() -> None:
    dates = re.findall(r'aria-label="n?\d+: (\d{4}-\d\d-\d\d)', page_of(small_family()))
    assert len(dates) == 6
    assert dates == sorted(dates)


def test_the_page_says_who_asked_and_why() -> None:
    text = _Page(page_of(small_family())).text
    for stated in (COVER.case, COVER.purpose, COVER.legal_basis, COVER.holder, COVER.build, "2025-12-31", "2026-01-05"):
        assert str(stated) in text


def test_facts_come_with_role_outcome_link_and_sources() -> None:
    text = _Page(page_of(small_family())).text
    for stated in ("charged", "98.7%", "J-V2", "row-V2", "rec-V2-E4", "polsas-Fyns Politi", "Dom", "unverified"):
        assert stated in text
    assert "before the family: \u2068Karen\u2069 suspect" in text
    assert "nobody of the family named" in text


def test_a_sealed_spell_tells_no_place() -> None:
    text = page_of(small_family())
    assert "Protected address" in text
    assert re.search(r"<td>protected address</td><td>protected</td>", text)
    assert "protected:E1" not in text
    where = re.search(r'<tr id="fact-4">.*?</tr>', text, flags=re.S)
    assert where
    assert where.group().count("<td>protected</td>") == 2
    assert "journal number protected" in where.group()


def test_what_the_present_district_alone_would_have_seen() -> None:
    text = _Page(page_of(small_family())).text
    assert "4 events in classes A and C" in text
    assert "(Københavns Politi) hold 1 of them: no. 5." in text
    hidden = dataclasses.replace(small_family(), stays=(stay("E1", "", None, "2021-01-01", sealed=True),))
    assert "where the child lives now is protected" in _Page(page_of(hidden)).text


def test_members_say_how_we_know_them() -> None:
    text = _Page(page_of(small_family())).text
    assert "parent, stated by cpr, 2015-05-01 –" in text
    assert "has the same parent \u2068Karen Holm\u2069, stated by cpr" in text
    assert "same registered home as the child, 2018-09-01 –" in text


def test_possible_members_and_notices_stand_apart() -> None:
    text = _Page(page_of(small_family())).text
    facts, _, rest = text.partition("Notifications and notes: never events")
    assert "Per Dahl" in rest
    assert "Per Dahl" not in facts
    assert "municipal notification" in rest


def test_names_cannot_break_out() -> None:
    text = page_of(small_family())
    assert "Bo &lt;b&gt;Krogh&lt;/b&gt;" in text
    assert re.search("<bdi[^>]*>ليلى حسن</bdi>", text)
    nasty = dataclasses.replace(COVER, case='</style><script>alert(1)</script>"\n} x', purpose="\x00\ud800 ok")
    hostile = history_page(small_family(), GROUNDS, nasty, language="en")
    assert "<script>alert" not in hostile
    assert hostile.count("</style>") == 1
    assert hostile.encode()


def test_a_name_of_ten_thousand_letters_is_cut_on_the_picture_and_told_in_full_once() -> None:
    name = "Æ" * 10_000
    small = small_family()
    first = dataclasses.replace(small.members[0], name=name)
    text = page_of(dataclasses.replace(small, members=(first, *small.members[1:])))
    assert text.count(name) == 1
    assert "Æ…" in text


def test_two_members_of_one_name_are_told_apart() -> None:
    twins = (
        member("E1", "a", "Ida Holm", "2015-05-01", ("2015-05-01", "2026-01-01")),
        member("E2", "c", "Ida Dahl", "2016-05-01", ("2016-05-01", "2026-01-01")),
        member("E3", "c", "Ida Dahl", "2016-05-01", ("2016-05-01", "2026-01-01")),
    )
    text = page_of(dataclasses.replace(small_family(), members=twins, entries=(), stays=(), concerns=()))
    assert all(name in text for name in ("Ida 2015", "Ida 2016", "Ida 2016 (2)"))


def test_a_partner_is_shown_only_while_of_the_family() -> None:
    row = re.search(r'<tr><th scope="row"><bdi>Bo</bdi>.*?</tr>', page_of(small_family()))
    assert row
    assert "2019-01-01" in row.group()
    assert "2020-01-01" in row.group()
    assert "2024" not in row.group()


def test_nothing_counts_up_or_judges() -> None:
    for language in ("en", "da"):
        text = _Page(page_of(small_family(), language)).text.lower()
        assert not re.search(r"\b(score|risk|risiko|rank\w*|danger\w*|farlig\w*)\b", text)


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert page_of(small_family()) == page_of(small_family())
    crowd = {page_of(crowded_family(members=12, events=40, addresses=9, seed=3)) for _ in range(2)}
    assert len(crowd) == 1


def test_a_crowded_family_is_made_at_once_and_printed_in_parts() -> None:
    crowd = crowded_family(members=40, events=300, addresses=25, seed=1)
    page_of(crowd)
    began = time.perf_counter()
    text = page_of(crowd)
    assert time.perf_counter() - began < 2  # 0.3 s on an idle core; a test run is not one
    assert text.count('class="sheet"') > 3
    assert len(re.findall(r'<tr id="fact-\d+"', text)) == 300
    _Page(text)


def test_a_child_without_a_history_gets_a_page_that_says_so() -> None:
    nobody = FamilyHistory("E1", dt.date(2025, 1, 1), None, demo=False, focal=False)
    text = _Page(page_of(nobody)).text
    assert "Nothing is shown" in text
    assert "DEMO" not in text


def test_an_event_stands_in_the_lane_of_the_home_in_which_it_happened() -> None:
    text = page_of(small_family())
    place_of = {key: float(y) for key, y in re.findall(r'id="mark-(\d)"[^>]* data-y="([\d.]+)"', text)}
    lanes = re.findall(r"<g><title>([^<]*)</title><path class=\"rule\" d=\"M0 ([\d.]+)H", text)
    ends = [(float(y), name) for name, y in lanes]
    lane_of = {key: next(name for end, name in ends if y < end) for key, y in place_of.items()}
    assert lane_of["2"] == lane_of["3"] == "Ringvej 1, 9000 By"
    assert lane_of["4"] == "Protected address"
    assert lane_of["1"] == lane_of["5"] == "Other places"


def test_dates_before_and_after_everything_are_fine() -> None:
    odd = (
        stay("E1", "Havnegade", "Fyns Politi", "0001-01-01", "2026-01-01"),
        stay("E1", "Skovvej", "Fyns Politi", "2015-05-01", "2015-05-01"),
    )
    events = (entry("V1", "1950-01-01", part("E2", "INJURED", "V1")),)
    text = page_of(dataclasses.replace(small_family(), stays=odd, entries=events))
    _Page(text)
    assert "Skovvej 1, 9000 By" in text


def test_the_command_writes_a_page_for_its_owner_alone_and_logs_it(run: Run, tmp_path: Path) -> None:
    child = _a_child(run)
    file = tmp_path / "page.html"
    assert answer("family", child, "--html", file, "--language", "da", run=run) == f"Family history in {file}\n"
    text = file.read_text("utf-8")
    assert child in text
    assert "DEMO" in text
    assert file.stat().st_mode & 0o777 == 0o600
    logged = [json.loads(line) for line in (run.path.parent / "lookups.jsonl").read_text("utf-8").splitlines()]
    assert any(one["action"] == "family page" and one["persons"] == [child] for one in logged)
    answer("family", child, "--html", tmp_path / "again.html", "--language", "da", run=run)
    assert (tmp_path / "again.html").read_text("utf-8") == text


def test_the_page_tells_what_the_answer_tells(run: Run, tmp_path: Path) -> None:
    child = _a_child(run)
    told = json.loads(answer("family", child, "--json", "--html", tmp_path / "page.html", run=run))
    text = (tmp_path / "page.html").read_text("utf-8")
    assert len(re.findall(r'<tr id="fact-\d+"', text)) == len(told["entries"])
    for one in told["entries"]:
        assert all(record["source_row"] in text for record in one["records"])
        assert all(part["record_id"] in text for part in one["parts"])
    assert all(f'<span class="mono soft">{one["person_id"]}</span>' in text for one in told["members"])


def test_a_place_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    result = ask("family", _a_child(run), "--html", tmp_path / "none" / "page.html", run=run)
    assert result.exit_code == 1
    assert "page.html: cannot be written: No such file or directory" in result.output
    assert not list(tmp_path.iterdir())


def _a_child(run: Run) -> str:
    """A child with a history, found by its birth date in the graph."""
    persons = run.read("graph", "Person").to_pylist()
    young = [p["person_id"] for p in persons if p["held"] and p["birth_date"] and p["birth_date"] > dt.date(2010, 1, 1)]
    for child in sorted(young):
        if json.loads(answer("family", child, "--json", run=run))["entries"]:
            return str(child)
    raise AssertionError("no child with a history in this run")
