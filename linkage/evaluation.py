"""Quality of a partition against the truth: pairs, records, and how sure the figures are.

Scores are those of the final clusters. Pairs that blocking missed count as missed, and pairs that only
transitive closure made count as made, because that is what a user of the entities gets. The intervals
are bootstraps over true persons, since the records of one person are not independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.errors import LinkageError

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Column: TypeAlias = pa.Array | pa.ChunkedArray


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 with bootstrap intervals."""

    precision: float
    recall: float
    f1: float
    precision_interval: tuple[float, float]
    recall_interval: tuple[float, float]
    f1_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PartitionScores:
    """All scores of one partition."""

    pairwise: Score
    """Over pairs of records."""
    cross_source: Score | None
    """Over pairs of records of different sources; None with fewer than two."""
    bcubed: Score
    """Mean over records of the precision and recall of each record's own cluster."""
    records: int
    entities: int
    true_entities: int
    largest: int


@dataclass(frozen=True, slots=True)
class _Counts:
    """Found, predicted and true amounts per true person."""

    found: Floats
    predicted: Floats
    true: Floats
    found_true: Floats
    """Numerator of recall, where it differs from that of precision."""


def _codes(column: Column) -> Integers:
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if flat.null_count:
        raise LinkageError(f"{flat.null_count} labels are missing", where="evaluation", hint="label every record")
    return np.asarray(pc.dictionary_encode(flat).indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _cells(one: Integers, other: Integers) -> tuple[Integers, Integers, Floats]:
    """Distinct combinations of two codes and their sizes."""
    width = int(other.max(initial=0)) + 1
    keys, sizes = np.unique(one * width + other, return_counts=True)
    return keys // width, keys % width, sizes.astype(np.float64)


def _sums(codes: Integers, weights: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(codes, weights=weights, minlength=size), dtype=np.float64)


def _pair_counts(entity: Integers, person: Integers) -> _Counts:
    """Pairs by true person; a wrong pair is laid half on each of its persons."""
    of_entity, of_person, size = _cells(entity, person)
    entity_size = np.bincount(entity).astype(np.float64)
    people = int(person.max(initial=0)) + 1
    found = _sums(of_person, size * (size - 1) / 2, people)
    wrong = _sums(of_person, size * (entity_size[of_entity] - size) / 2, people)
    person_size = np.bincount(person, minlength=people).astype(np.float64)
    return _Counts(found, found + wrong, person_size * (person_size - 1) / 2, found)


def _without(all_pairs: _Counts, same_source: _Counts) -> _Counts:
    return _Counts(
        all_pairs.found - same_source.found,
        all_pairs.predicted - same_source.predicted,
        all_pairs.true - same_source.true,
        all_pairs.found - same_source.found,
    )


def _record_counts(entity: Integers, person: Integers) -> _Counts:
    """B-cubed amounts by true person."""
    of_entity, of_person, size = _cells(entity, person)
    entity_size, person_size = np.bincount(entity).astype(np.float64), np.bincount(person).astype(np.float64)
    people = len(person_size)
    precise = _sums(of_person, size**2 / entity_size[of_entity], people)
    complete = _sums(of_person, size**2 / person_size[of_person], people)
    return _Counts(precise, person_size, person_size, complete)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _figures(counts: _Counts, weights: Floats) -> tuple[float, float, float]:
    precision = _ratio(float(weights @ counts.found), float(weights @ counts.predicted))
    recall = _ratio(float(weights @ counts.found_true), float(weights @ counts.true))
    return precision, recall, _ratio(2 * precision * recall, precision + recall)


def _score(counts: _Counts, *, resamples: int, seed: int) -> Score:
    people = len(counts.true)
    whole = _figures(counts, np.ones(people))
    draw = np.random.Generator(np.random.PCG64(seed))
    drawn = np.array(
        [
            _figures(counts, np.bincount(draw.integers(0, people, people), minlength=people).astype(np.float64))
            for _ in range(resamples)
        ]
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0) if resamples else (np.array(whole), np.array(whole))
    intervals = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    return Score(*whole, *intervals)


def score_partition(
    entity: Column, person: Column, source: Column | None = None, *, resamples: int = 200, seed: int = 1
) -> PartitionScores:
    """Score entities against true persons, one element per record.

    Args:
        entity: Entity of each record.
        person: True person of each record.
        source: Source of each record, for the score over pairs across sources.
        resamples: Bootstrap samples behind the 95 % intervals; 0 leaves them out.
        seed: Seed of the bootstrap.

    Raises:
        LinkageError: A label is missing, or the columns differ in length or are empty.

    >>> scores = score_partition(pa.array(["x", "x", "y"]), pa.array([1, 1, 1]))
    >>> scores.pairwise.precision, round(scores.pairwise.recall, 2), round(scores.bcubed.recall, 2)
    (1.0, 0.33, 0.56)
    """
    if not len(entity) == len(person) == (len(person) if source is None else len(source)) or not len(entity):
        raise LinkageError("columns are empty or differ in length", where="evaluation", hint="one label per record")
    entities, people = _codes(entity), _codes(person)
    pairs = _pair_counts(entities, people)
    across = None
    if source is not None and (sources := _codes(source)).any():
        across = _score(_without(pairs, _within_sources(entities, people, sources)), resamples=resamples, seed=seed)
    sizes = np.bincount(entities)
    return PartitionScores(
        pairwise=_score(pairs, resamples=resamples, seed=seed),
        cross_source=across,
        bcubed=_score(_record_counts(entities, people), resamples=resamples, seed=seed),
        records=len(entities),
        entities=len(sizes),
        true_entities=int(people.max()) + 1,
        largest=int(sizes.max()),
    )


def _within_sources(entities: Integers, people: Integers, sources: Integers) -> _Counts:
    """Pairs of one source by true person.

    Only combinations that occur get a number: sources may be as many as records.
    """
    width = int(sources.max()) + 1
    entity_parts = _renumbered(entities * width + sources)[1]
    known, person_parts = _renumbered(people * width + sources)
    counts = _pair_counts(entity_parts, person_parts)
    person, size = known // width, int(people.max()) + 1
    amounts = (counts.found, counts.predicted, counts.true, counts.found_true)
    return _Counts(*(_sums(person, amount, size) for amount in amounts))


def _renumbered(codes: Integers) -> tuple[Integers, Integers]:
    """The distinct codes in order, and each code's place among them."""
    known, places = np.unique(codes, return_inverse=True)
    return known, np.asarray(places, dtype=np.int64)
