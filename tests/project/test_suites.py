"""Suites that a machine cannot run are named, with the command that gets them, or fail where required."""

from __future__ import annotations

import pytest

from tests import conftest
from tests.project.tree import ROOT

TESTS = """
    import pytest

    @pytest.fixture
    def server():
        raise RuntimeError("the fixture of a suite that cannot run was started")

    def test_plain():
        assert 1 + 1 == 2

    @pytest.mark.neo4j
    def test_server(server):
        assert server
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with this one's conftest, a plain test and one that needs a server without Java."""
    monkeypatch.delenv("KINTRACE_REQUIRE", raising=False)
    stub = 'SUITES["neo4j"] = Suite("a real server", lambda: ["Java: apt-get install java"])'
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8") + "\n\n" + stub)
    pytester.makepyfile(TESTS)
    return pytester


def test_a_suite_that_lacks_something_is_left_out_and_named(suite: pytest.Pytester) -> None:
    result = suite.runpytest()
    result.assert_outcomes(passed=1, deselected=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        ["left out: neo4j (a real server)", "*lacks Java: apt-get install java", "*pytest -m neo4j", "*1 passed*"]
    )
    assert "1 passed" in result.outlines[-1]


@pytest.mark.parametrize("asked", ["all", "neo4j", "recordlinkage, neo4j"])
def test_a_required_suite_that_lacks_something_fails(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("KINTRACE_REQUIRE", asked)
    result = suite.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*suite neo4j is required and lacks Java: apt-get install java*"])
    result.stdout.no_fnmatch_line("*the fixture of a suite that cannot run was started*")


def test_requiring_another_suite_leaves_this_one_out(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINTRACE_REQUIRE", "recordlinkage")
    suite.runpytest().assert_outcomes(passed=1, deselected=1)


def test_nothing_is_said_of_suites_that_were_not_asked_for(suite: pytest.Pytester) -> None:
    result = suite.runpytest("-m", "not neo4j")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.no_fnmatch_line("*left out*")


def test_a_misspelt_suite_is_an_error(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile("import pytest\n\n@pytest.mark.neo4k\ndef test_server():\n    assert 1 + 1 == 2\n")
    result = pytester.runpytest("--strict-markers")
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_a_missing_package_is_named_with_the_command_that_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert conftest.SUITES["recordlinkage"].missing() == []
    monkeypatch.setattr(conftest, "find_spec", lambda name: None)
    assert conftest.SUITES["recordlinkage"].missing() == [
        "recordlinkage, pandas, sklearn: .venv/bin/python -m pip install -e '.[recordlinkage]'"
    ]
