"""Names that are known to be variants of each other: spellings, short forms, transliterations.

The tables are facts shipped with the package (`linkage/data/names/README.md` names their sources). A
spelling or a transliteration is the same name written otherwise; a short form is a name of its own that
many bearers of the long one go by, and so weaker evidence.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.names.folding import fold

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SHORT_FORM = "short form"


@dataclass(frozen=True, slots=True)
class Variants:
    """Groups of names that may stand for each other."""

    names: pa.Array
    """Folded names, sorted."""
    groups: Codes
    """Shape (names, most groups of a name): the groups that each name stands in, -1 where there are no more."""
    short: Flags
    """By group: whether it holds short forms rather than spellings."""

    def of(self, words: pa.Array) -> Codes:
        """Groups of each folded word, shape (words, most groups), -1 where there are no more."""
        row = pc.fill_null(pc.index_in(words, value_set=self.names), -1).to_numpy(zero_copy_only=False)
        return np.asarray(np.where(row[:, None] < 0, -1, self.groups[row.astype(np.int64)]), dtype=np.int64)

    def related(self, left: pa.Array, right: pa.Array) -> tuple[Flags, Flags]:
        """Pairs of folded words that are one name in two spellings, and pairs of which one is a short form.

        >>> names = given_variants()
        >>> spelt, short = names.related(pa.array(["karl", "lis", "bo"]), pa.array(["carl", "elisabeth", "ib"]))
        >>> spelt.tolist(), short.tolist()
        ([True, False, False], [False, True, False])
        """
        spelt, short = np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)
        one, two = self.of(left), self.of(right)
        rows = np.flatnonzero((one[:, 0] >= 0) & (two[:, 0] >= 0))
        for i in range(one.shape[1]):
            for j in range(two.shape[1]):
                same = rows[(one[rows, i] >= 0) & (one[rows, i] == two[rows, j])]
                is_short = self.short[one[same, i]]
                short[same[is_short]] = True
                spelt[same[~is_short]] = True
        return spelt, short & ~spelt


def _pairs_of_long_and_short(names: list[str]) -> list[list[str]]:
    """Hans and Jens are both short for Johannes, and are not each other."""
    return [[names[0], short] for short in names[1:]]


def _group(rows: Iterable[tuple[str, str]]) -> Variants:
    """Variants from rows of a kind and names parted by blanks; of short forms the first name is the long one."""
    groups: dict[str, list[int]] = {}
    short: list[bool] = []
    for kind, line in rows:
        names = list(dict.fromkeys(fold(pa.array(line.split())).to_pylist()))
        for members in _pairs_of_long_and_short(names) if kind == SHORT_FORM else [names]:
            for name in members:
                groups.setdefault(name, []).append(len(short))
            short.append(kind == SHORT_FORM)
    ordered = sorted(groups)
    table = np.full((len(ordered), max(map(len, groups.values()), default=1)), -1, np.int64)
    for row, name in enumerate(ordered):
        table[row, : len(groups[name])] = groups[name]
    return Variants(pa.array(ordered, pa.string()), table, np.array(short, np.bool_))


def _read(name: str) -> Variants:
    text = resources.files("linkage").joinpath("data", "names", name).read_text(encoding="utf-8")
    return _group((row["kind"], row["names"]) for row in csv.DictReader(text.splitlines()))


@cache
def given_variants() -> Variants:
    """Variants of given names."""
    return _read("given_variants.csv")


@cache
def surname_variants() -> Variants:
    """Variants of surnames."""
    return _read("surname_variants.csv")
