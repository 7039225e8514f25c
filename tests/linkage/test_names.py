"""Names: what folds together, and which spellings share a blocking key."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.names import (
    first_token,
    fold,
    given_variants,
    last_token,
    spelling_key,
    split_names,
    surname_variants,
    tokens,
    without_particles,
)
from linkage.names.ascii import FOLDED, cleaned, one_word, undoubled
from linkage.names.folding import _folded
from linkage.people import name_sets


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


GOLDEN = Path(__file__).parent / "names"


def golden(name: str, delimiter: str = ",") -> list[tuple[str, ...]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as stream:
        return [tuple(row.values()) for row in csv.DictReader(stream, delimiter=delimiter)]


def levels(left: str, right: str, kind: str) -> int:
    variants = given_variants() if kind == "given" else surname_variants()
    words = without_particles(fold(pa.array([left, right])))
    sets = name_sets.build_sets(words, variants)
    return int(name_sets.compare_sets(sets, np.array([0]), np.array([1]))[0][0])


def keys(name: str, kind: str) -> set[object]:
    variants = given_variants() if kind == "given" else surname_variants()
    word = last_token(without_particles(fold(pa.array([name]))))
    return {spelling_key(word)[0].as_py(), *(g for g in variants.of(word)[0].tolist() if g >= 0)}


@pytest.mark.parametrize(("left", "right", "kind"), golden("same.csv"))
def test_two_spellings_of_a_name_meet_and_are_nearly_the_same(left: str, right: str, kind: str) -> None:
    assert levels(left, right, kind) <= name_sets.CLOSE
    assert keys(left, kind) & keys(right, kind)


@pytest.mark.parametrize(("left", "right"), golden("short_forms.csv"))
def test_a_short_form_meets_the_name_and_is_weaker_evidence(left: str, right: str) -> None:
    assert name_sets.CLOSE < levels(left, right, "given") <= name_sets.ALIKE
    assert keys(left, "given") & keys(right, "given")


@pytest.mark.parametrize(("left", "right", "kind"), golden("apart.csv"))
def test_names_of_two_persons_are_no_variants_of_each_other(left: str, right: str, kind: str) -> None:
    variants = given_variants() if kind == "given" else surname_variants()
    one, two = (variants.of(fold(pa.array([name])))[0] for name in (left, right))
    assert not set(one[one >= 0].tolist()) & set(two[two >= 0].tolist())


@pytest.mark.parametrize(("text", "given_name", "surname", "earlier"), golden("split.csv", "|"))
def test_a_whole_name_is_taken_apart(text: str, given_name: str, surname: str, earlier: str) -> None:
    found = split_names(pa.array([text]))[0].as_py()
    assert found == {"given": given_name or None, "surname": surname or None, "earlier": earlier or None}


@given(st.text(max_size=60))
def test_any_text_is_taken_apart_without_losing_its_words_but_titles(text: str) -> None:
    found = split_names(pa.array([text, None]))
    assert found[1].as_py() == {"given": None, "surname": None, "earlier": None} or not found[1].is_valid
    words = {word for part in found[0].as_py().values() if part for word in part.split()}
    assert words <= set(re.sub(r"[\"“”„()\[\];:/\\,]+", " ", text).split())


def test_every_variant_is_a_single_folded_word_and_stands_once_in_its_group() -> None:
    for variants in (given_variants(), surname_variants()):
        assert fold(variants.names).equals(variants.names)
        assert not any(" " in name for name in variants.names.to_pylist())
        sizes = np.bincount(variants.groups[variants.groups >= 0], minlength=len(variants.short))
        assert (sizes >= 2).all()


@given(st.lists(st.text(max_size=12), max_size=6))
def test_the_quick_way_for_plain_texts_is_the_general_way(texts: list[str]) -> None:
    values = pa.array(texts, pa.string())
    assert cleaned(values, FOLDED, _folded).to_pylist() == _folded(values).to_pylist()


@given(st.lists(st.text(alphabet="abæ Ж", max_size=8), max_size=5))
def test_one_word_is_the_first_or_the_last(texts: list[str]) -> None:
    values = pa.array(texts, pa.string())
    assert one_word(values, last=False).to_pylist() == [text.split(" ")[0] for text in texts]
    assert one_word(values, last=True).to_pylist() == [text.split(" ")[-1] for text in texts]


@given(st.lists(st.text("aabnnll åи"), max_size=6))
def test_runs_of_a_letter_become_one_of_it(texts: list[str]) -> None:
    expected = [re.sub("(b|n|l)\\1+", r"\1", text) for text in texts]
    assert undoubled(pa.array(texts, pa.string()), "bnl").to_pylist() == expected
