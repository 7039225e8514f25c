"""What a reader sees when registers hold strange things."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from graph.grant import demo_grant
from graph.search import Hit
from kintrace.pipeline import Run
from kintrace.views.console import console
from kintrace.views.person import render_hits
from linkage.intervals import LAST_DAY
from tests.app.ask import answer


@pytest.mark.parametrize("name", ["[/b]Klaus", "[bold]Ida[/bold]", "Bo :smiley: Holm", "[link=x]Eva"])
def test_a_name_is_shown_as_it_is_stated(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    hit = Hit("E1", name, None, why="stated", score=1.0, record_id="north:1", protected=False)
    console().print(render_hits([hit], demo=False))
    assert name in capsys.readouterr().out


def test_a_synthetic_answer_is_marked_also_under_a_case(run: Run) -> None:
    stated = ("--case", "C-1", "--purpose", "training", "--legal-basis", "none")
    assert "DEMO" in answer("search", "Jensen", *stated, run=run)


def test_a_grant_on_synthetic_registers_marks_answers() -> None:
    grant = dataclasses.replace(demo_grant(), case="C-1", synthetic=True, valid_until=LAST_DAY)
    assert grant.demo
    assert not dataclasses.replace(grant, synthetic=False).demo
    grant.check(dt.date(2026, 1, 1))
