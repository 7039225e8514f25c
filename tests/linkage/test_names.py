"""Names: what folds together, and which spellings share a blocking key."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.names import first_token, fold, last_token, spelling_key, tokens


def folded(name: str | None) -> str | None:
    return str(found) if (found := fold(pa.array([name], pa.string()))[0].as_py()) is not None else None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Søren", "SOEREN"),
        ("Sören", "Søren"),
        ("Åse", "Aase"),
        ("A\u030ase", "Åse"),
        ("Ærø", "aeroe"),
        ("Hans-Peter", "hans peter"),
        ("O’Brien", "O'Brien"),
        ("José  Müller", "jose muller"),
        (" Jensen, ", "jensen"),
        ("Łukasz", "lukasz"),
    ],
)
def test_spellings_that_fold_together(left: str, right: str) -> None:
    assert folded(left) == folded(right) is not None


@pytest.mark.parametrize("name", ["", " ", "-", "Ukendt", "N/A", "nan", "Ukendt Ukendt", "nan, N/A", "N.N. None", None])
def test_words_for_nothing_are_null(name: str | None) -> None:
    assert folded(name) is None


@pytest.mark.parametrize("name", ["Nanna", "Nan Holm", "Ukendt Hansen", "Nullnan", "N A N"])
def test_a_word_that_is_a_name_keeps_the_whole(name: str) -> None:
    assert folded(name) == name.lower()


def key(name: str) -> str:
    return str(spelling_key(fold(pa.array([name])))[0].as_py())


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Kristensen", "Christensen"),
        ("Pedersen", "Petersen"),
        ("Mohammed", "Muhammad"),
        ("Mohamad", "Mohammed"),
        ("Carl", "Karl"),
        ("Sofie", "Sophie"),
        ("Thomas", "Tomas"),
        ("William", "Villiam"),
        ("Møller", "Möller"),
        ("Matthias", "Mathias"),
        ("Schmidt", "Smith"),
        ("Svendsen", "Svensen"),
        ("Philip", "Filip"),
        ("Zacharias", "Sakarias"),
        ("Kjeld", "Keld"),
    ],
)
def test_spellings_that_share_a_key(left: str, right: str) -> None:
    assert key(left) == key(right)


@pytest.mark.parametrize(
    ("left", "right"), [("Jensen", "Hansen"), ("Nielsen", "Larsen"), ("Anna", "Eva"), ("Kirsten", "Karen")]
)
def test_names_that_keep_apart(left: str, right: str) -> None:
    assert key(left) != key(right)


def test_tokens_first_and_last() -> None:
    names = fold(pa.array(["Anne Marie Holm", None]))
    assert tokens(names).to_pylist() == [["anne", "marie", "holm"], None]
    assert (first_token(names).to_pylist(), last_token(names).to_pylist()) == (["anne", None], ["holm", None])


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=20))
def test_folding_is_idempotent_and_keys_exist_for_every_name(names: list[str | None]) -> None:
    once = fold(pa.array(names, pa.string()))
    assert fold(once).to_pylist() == once.to_pylist()
    keys = spelling_key(first_token(once))
    assert keys.is_null().to_pylist() == once.is_null().to_pylist()
