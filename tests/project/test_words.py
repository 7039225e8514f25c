"""The project speaks of itself only, and of nothing that one machine or one company knows."""

from __future__ import annotations

import re

import pytest

from tests.project.tree import place, texts

# A class of one letter keeps each pattern from finding itself.
BANNED = {
    "a path of one machine": r"/[w]ork/|/[r]oot/",
    "a registry's host: the user's own settings say where packages come from": (
        r"[p]ypi\.org|[p]ythonhosted\.org|[r]egistry\.npmjs|[r]epo1?\.maven\.|[c]rates\.io|[d]eb\.debian\.org"
    ),
    "how the text was made": r"(?i)\b[A]I[- ](generated|written|assisted)|[l]anguage model|\b[C]hatGPT\b|\b[C]laude\b",
    "work left for later": r"\b(?:[T]ODO|[F]IXME|[X]XX)\b",
}


@pytest.mark.parametrize("reason", sorted(BANNED))
def test_no_text_holds(reason: str) -> None:
    pattern = re.compile(BANNED[reason])
    found = [
        f"{place(path, number)} {match.group()}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert not found


def test_the_patterns_find_what_they_are_for() -> None:
    samples = ("see /w" + "ork/x", "from py" + "pi.org", "AI" + "-generated text", "TO" + "DO: later")
    assert [any(re.search(p, sample) for p in BANNED.values()) for sample in samples] == [True] * len(samples)


def test_every_text_is_utf8_without_stray_whitespace() -> None:
    untidy = [
        place(path, number)
        for path in texts()
        if path.suffix in {".py", ".md", ".toml", ".cypher"}
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if line != line.rstrip() or "\t" in line
    ]
    assert not untidy
