"""A saved model meets new data: other order of columns, columns without values, other columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from linkage.comparison import Agreement, Index
from linkage.errors import LinkageError
from linkage.kinds import ColumnKind, Kind
from linkage.saved_models import fit_model
from linkage.weights import ComparisonModel, Model
from linkage.weights.model import PairClass

LEVELS = ("exact", "different")
KINDS = [ColumnKind("id", Kind.RECORD_ID), ColumnKind("name", Kind.SURNAME), ColumnKind("born", Kind.BIRTH_DATE)]


@dataclass(frozen=True)
class Compared:
    """A comparison as far as a model must fit it."""

    name: str
    level_names: tuple[str, ...] = LEVELS
    shared: bool = False
    conflicts: frozenset[int] = frozenset()
    frequency_weights: tuple[float, ...] = (0.0, 0.0)

    def compare(self, left: Index, right: Index) -> Agreement:
        return Agreement(np.zeros(len(left), np.uint8))


def trained(*names: str) -> Model:
    """A model in which every number tells its comparison."""
    shares = {name: np.array([0.1 * (i + 1), 1 - 0.1 * (i + 1)]) for i, name in enumerate(names)}
    parts = tuple(ComparisonModel(n, False, LEVELS, (0.0, 0.0), s, s, s) for n, s in shares.items())
    place = PairClass("place", match=False, share=0.01, levels=tuple(shares.values()))
    return replace(Model(parts, 0.01, 0.0), classes=(place,))


def test_columns_may_stand_in_another_order() -> None:
    model = trained("name", "birth_date", "town")
    kinds = [*KINDS, ColumnKind("town", Kind.CITY)]
    found = fit_model(model, [Compared("town"), Compared("name"), Compared("birth_date")], kinds)
    assert [one.name for one in found.comparisons] == ["town", "name", "birth_date"]
    for one, levels in zip(found.comparisons, found.classes[0].levels, strict=True):
        assert levels is not None
        assert levels.tolist() == one.m.tolist()


def test_a_column_that_has_a_kind_and_no_values_is_left_out() -> None:
    found = fit_model(trained("name", "birth_date"), [Compared("name")], KINDS)
    assert [one.name for one in found.comparisons] == ["name"]
    assert len(found.classes[0].levels) == 1


@pytest.mark.parametrize(
    ("names", "compared", "said"),
    [
        (("name", "town"), [Compared("name")], "it needs town"),
        (("name",), [Compared("name"), Compared("birth_date")], "it does not know birth_date"),
        (("name",), [Compared("name", ("exact", "near", "different"))], "other levels of name"),
        (("name",), [Compared("name", ("exact", "another"))], "other levels of name"),
    ],
)
def test_a_model_of_something_else_is_refused(names: tuple[str, ...], compared: list[Compared], said: str) -> None:
    with pytest.raises(LinkageError, match=said):
        fit_model(trained(*names), compared, KINDS)


@pytest.mark.parametrize(
    "damage",
    [
        {"match_share": 0.0},
        {"match_share": 1.5},
        {"match_share": float("nan")},
        {"household_share": -0.1},
        {"classes": (PairClass("moved", match=True, share=0.5, levels=(None, None)),)},
        {"classes": (PairClass("place", match=False, share=0.01, levels=(None,)),)},
        {"classes": (PairClass("place", match=False, share=0.01, levels=(np.ones(3) / 3, None)),)},
    ],
)
def test_a_model_whose_numbers_are_no_probabilities_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(LinkageError, match="no probabilities"):
        fit_model(replace(trained("name", "town"), **damage), [Compared("name"), Compared("town")], KINDS)
