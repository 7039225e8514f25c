"""Index, compare, ECM classifier and connected components of ``recordlinkage`` on our standard fields.

It is what an analyst gets who follows that package's documentation: blocking on single fields and a
sorted neighbourhood on the names, one similarity per field, its unsupervised classifier. It shares the
cleaning with :func:`linkage.link.link_table`, so that a difference is one of method.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.clustering.components import components
from linkage.errors import LinkageError
from linkage.kinds import Kind, Kinds, column_kinds
from linkage.link import Linkage, LinkReport, LinkSettings
from linkage.partition import name_entities
from linkage.standardise import Fields, standardise
from linkage.weights import probabilities

MOST_RECORDS = 50_000
"""Records that this engine takes; beyond, its pairs do not fit into memory."""

_BLOCKED = frozenset({Kind.SURNAME, Kind.GIVEN_NAME, Kind.POSTCODE, Kind.IDENTIFIER, Kind.EMAIL, Kind.PHONE})
_EXACT = frozenset({Kind.SEX, Kind.REGION, Kind.CATEGORY, Kind.HOUSE_NUMBER, Kind.POSTCODE})
_SIMILAR = 0.85
"""Jaro-Winkler similarity from which a text counts as agreeing, as in the package's own examples."""


def _package() -> Any:
    try:
        with _quiet():
            import recordlinkage
    except ImportError as error:
        raise LinkageError(
            "the recordlinkage engine is not installed",
            where="engine recordlinkage",
            hint="pip install 'kintrace[recordlinkage]'",
        ) from error
    return recordlinkage


@contextmanager
def _quiet() -> Iterator[None]:
    """The package speaks through warnings of its dependencies; none is the caller's to act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _frame(fields: Fields) -> Any:
    """Standard fields as the data frame that the package reads, one column per field."""
    import pandas as pd

    columns = {field.name: field.columns[0].dictionary_decode().to_pandas() for field in fields.texts}
    if fields.birth is not None:
        birth = fields.birth
        whole = np.where(birth.known(), birth.year * 10000 + birth.month * 100 + birth.day, 0)
        text = pd.Series(whole).astype(str).where(whole > 0, None)
        columns["birth_date"] = text
    return pd.DataFrame(columns, dtype=object)


def _indexed(package: Any, frame: Any, fields: Fields) -> Any:
    """Candidate pairs: blocks on single fields; names also by sorted neighbourhood."""
    indexer = package.Index()
    blocked = [field.name for field in fields.texts if field.kind in _BLOCKED]
    for name in [*blocked, *(["birth_date"] if fields.birth is not None else [])] or list(frame.columns):
        indexer.block(name)
    for field in fields.texts:
        if field.kind is Kind.SURNAME:
            indexer.sortedneighbourhood(field.name, window=9)
    return indexer.index(frame)


def _compared(package: Any, frame: Any, fields: Fields, pairs: Any) -> Any:
    """One agreement (0 or 1) per field and pair."""
    compare = package.Compare()
    for field in fields.texts:
        if field.kind in _EXACT:
            compare.exact(field.name, field.name, label=field.name)
        else:
            compare.string(field.name, field.name, method="jarowinkler", threshold=_SIMILAR, label=field.name)
    if fields.birth is not None:
        compare.string("birth_date", "birth_date", method="damerau_levenshtein", threshold=0.85, label="birth_date")
    return compare.compute(pairs, frame)


def link_with_recordlinkage(table: pa.Table, kinds: Kinds, settings: LinkSettings | None = None) -> Linkage:
    """Link a table as :func:`linkage.link.link_table` does, but with ``recordlinkage``.

    Of the settings, ``cut`` and ``floor`` apply: the log2 odds at which pairs are linked, and listed.

    Returns:
        A linkage whose ``match_weight`` is the log2 odds of the package's probability.

    Raises:
        LinkageError: The package is missing, there are more than 50,000 records, or the table cannot be
            linked as asked.
    """
    package = _package()
    if table.num_rows > MOST_RECORDS:
        raise LinkageError(
            f"{table.num_rows:,} records are too many",
            where="engine recordlinkage",
            hint=f"at most {MOST_RECORDS:,}; use the default engine",
        )
    fields = standardise(table, column_kinds(kinds, table.column_names))
    with _quiet():
        frame = _frame(fields)
        pairs = _indexed(package, frame, fields)
        agreement = _compared(package, frame, fields, pairs)
        varying = agreement.loc[:, agreement.nunique() > 1]
        classifier = package.ECMClassifier()
        said = list(fields.warnings)
        if len(agreement) < 2 or varying.shape[1] == 0:
            said.append("nothing to tell matches from non-matches by: no pair is linked")
            probability = np.zeros(len(agreement))
        else:
            classifier.fit(varying)
            probability = np.asarray(classifier.prob(varying), dtype=np.float64)
    left = np.asarray(pairs.get_level_values(0), dtype=np.int64)
    right = np.asarray(pairs.get_level_values(1), dtype=np.int64)
    bounded = np.clip(probability, 1e-12, 1 - 1e-12)
    scored = _Scored(
        np.minimum(left, right), np.maximum(left, right), np.log2(bounded) - np.log2(1 - bounded), agreement
    )
    return _linkage(fields, scored, settings or LinkSettings(), said)


@dataclass(frozen=True, slots=True)
class _Scored:
    """Compared pairs: rows, log2 odds, and the agreement of every field as a data frame."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]
    agreement: Any


def _listed(ids: pa.Array, scored: _Scored, floor: float) -> pa.Table:
    """Pairs at or above ``floor`` in the shape of :attr:`linkage.link.Linkage.pairs`."""
    levels = pa.StructArray.from_arrays(
        [pa.array((1 - scored.agreement[name].to_numpy()).astype(np.uint8)) for name in scored.agreement.columns],
        names=[str(name) for name in scored.agreement.columns],
    )
    table = pa.table(
        {
            "left": ids.take(pa.array(scored.left)),
            "right": ids.take(pa.array(scored.right)),
            "match_weight": scored.weight,
            "probability": probabilities(scored.weight),
            "levels": levels,
        }
    )
    return table.filter(pa.array(scored.weight >= floor)).sort_by([("left", "ascending"), ("right", "ascending")])


def _linkage(fields: Fields, scored: _Scored, settings: LinkSettings, said: list[str]) -> Linkage:
    """Connected components of the matched pairs, in the shape of every linkage."""
    matched = scored.weight >= settings.cut
    cluster = components(scored.left[matched], scored.right[matched], len(fields))
    ids = fields.record_ids
    empty = pa.table({"left": pa.array([], pa.string()), "right": pa.array([], pa.string()), "height": np.empty(0)})
    sizes = np.bincount(cluster)
    return Linkage(
        entities=name_entities(pa.table({"record_id": ids, "cluster": ids.take(pa.array(cluster))})).entities,
        pairs=_listed(ids, scored, settings.floor),
        merges=empty,
        model={"engine": "recordlinkage", "comparisons": [str(name) for name in scored.agreement.columns]},
        report=LinkReport(len(ids), int((sizes > 0).sum()), int(sizes.max()), len(scored.left), 0, tuple(said)),
    )
