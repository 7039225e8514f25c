"""Bytes nobody meant: every reader and parser gives rows or a refusal, whatever a file holds.

The same targets are fuzzed for hours, guided by coverage, by ``python -m benchmarks.fuzz_readers``.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz_targets import COLUMNS, TARGETS, outcome

PIECES = st.one_of(
    st.binary(max_size=8),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from([b'"', b"\n", b"\r", b"\0", b";", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b", b"PK\3\4", b"PAR1"]),
    st.sampled_from(
        [b"<", b">", b"</c>", b"<v>", b"&#0;", b"&amp;", b"<!DOCTYPE x>", b'r="A1"', b'{"', b"}", b"[", b"]"]
    ),
    st.sampled_from([name.encode() for name in COLUMNS]),
    st.integers(0, 2**64 - 1).map(lambda number: str(number).encode()),
)
EDIT = st.tuples(st.floats(0, 1), st.sampled_from(["cut", "insert", "replace", "repeat"]), st.integers(1, 40), PIECES)


def edited(content: bytes, edits: list[tuple[float, str, int, bytes]]) -> bytes:
    for place, how, length, piece in edits:
        at = int(place * len(content))
        end = at + length
        if how == "cut":
            content = content[:at] + content[end:]
        elif how == "insert":
            content = content[:at] + piece + content[at:]
        elif how == "replace":
            content = content[:at] + piece + content[at + len(piece) :]
        else:
            content = content[:end] + content[at:end] * 3 + content[end:]
    return content


def examples(name: str) -> st.SearchStrategy[bytes]:
    seeds = st.sampled_from(TARGETS[name].seeds)
    return st.one_of(st.builds(edited, seeds, st.lists(EDIT, max_size=6)), st.binary(max_size=200))


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"parquet"}))
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_give_rows_or_a_refusal(name: str, data: Any) -> None:
    assert outcome(TARGETS[name], data.draw(examples(name))) in {"read", "refused"}


@given(content=examples("parquet"))
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_after_the_mark_of_parquet_give_rows_or_a_refusal(content: bytes) -> None:
    assert outcome(TARGETS["parquet"], content) in {"read", "refused"}


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_the_fuzzer_starts_from_is_taken_in(name: str) -> None:
    outcomes = [outcome(TARGETS[name], seed) for seed in TARGETS[name].seeds]
    assert set(outcomes) <= {"read", "refused"}
    assert "read" in outcomes or name == "mapping"
