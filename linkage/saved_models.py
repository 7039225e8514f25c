"""A model from an earlier linkage, fitted to the columns of new data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from linkage.comparison import Comparison
from linkage.errors import LinkageError
from linkage.kinds import ColumnKind, Kind
from linkage.weights import Model

_BIRTH = frozenset({Kind.BIRTH_DATE, Kind.BIRTH_YEAR, Kind.BIRTH_MONTH, Kind.BIRTH_DAY})


def fit_model(model: Model, comparisons: Sequence[Comparison], kinds: Sequence[ColumnKind]) -> Model:
    """The model with its comparisons in the order of `comparisons`.

    A column that has a kind and no values in the new data is no evidence there, so the model goes
    without it. Everything else must be as it was trained: names of columns, and levels.

    Raises:
        LinkageError: The model knows other columns or levels, or its numbers are no probabilities.
    """
    if not _sound(model):
        hint = "train it again: leave the model out"
        raise LinkageError("the model's numbers are no probabilities", where="model", hint=hint)
    trained = {one.name: one for one in model.comparisons}
    given = {one.name: one for one in comparisons}
    stated = {one.column for one in kinds} | ({"birth_date"} if any(one.kind in _BIRTH for one in kinds) else set())
    strange = [name for name in given if name not in trained]
    absent = [name for name in trained if name not in given and name.partition(":")[0] not in stated]
    if strange or absent:
        told = [f"it does not know {', '.join(strange)}"] * bool(strange) + [f"it needs {', '.join(absent)}"] * bool(
            absent
        )
        raise LinkageError("the model was trained on other columns", where="model", hint="; ".join(told))
    changed = [name for name, one in given.items() if tuple(one.level_names) != trained[name].level_names]
    if changed:
        hint = "give the columns the kinds they had, or train it again"
        raise LinkageError(f"the model has other levels of {', '.join(changed)}", where="model", hint=hint)
    places = [list(trained).index(name) for name in given]
    classes = tuple(replace(one, levels=tuple(one.levels[place] for place in places)) for one in model.classes)
    return replace(model, comparisons=tuple(trained[name] for name in given), classes=classes)


def _sound(model: Model) -> bool:
    """Whether shares and levels are such that every pair has a weight."""
    moved = sum(one.share for one in model.classes if one.match)
    shares = [model.match_share, 1.0 - model.match_share, model.match_share - moved, 1.0 - model.household_share]
    sizes = [len(one.level_names) for one in model.comparisons]
    levels = [part for one in model.comparisons for part in (one.m, one.u, one.h)]
    for one in model.classes:
        if len(one.levels) != len(sizes):
            return False
        stated = [(part, size) for part, size in zip(one.levels, sizes, strict=True) if part is not None]
        if any(len(part) != size for part, size in stated):
            return False
        levels += [part for part, _ in stated]
    numbers = np.concatenate([np.array(shares), *levels])
    may_be_none = [model.household_share, *(one.share for one in model.classes)]
    return bool(((numbers > 0) & (numbers <= 1)).all() and all(0 <= one <= 1 for one in may_be_none))
