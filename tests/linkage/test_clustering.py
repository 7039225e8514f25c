"""Agglomeration against a slow reference, and its laws: a partition, whatever the order, within the rules."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.clustering import Clustering, Constraints, Limits, ScoredPairs, agglomerate, components
from linkage.comparison import NULL_LEVEL, Agreement, Index, compare_all
from linkage.weights import ComparisonModel, Model, PairScorer

LEVELS = ("exact", "near", "different")


class Drawn:
    """Levels drawn at random, the same for (i, j) and (j, i)."""

    level_names = LEVELS
    frequency_weights = (0.0, 0.0, 0.0)

    def __init__(self, name: str, table: npt.NDArray[np.uint8], *, shared: bool, conflicts: frozenset[int]) -> None:
        self.name, self.table, self.shared, self.conflicts = name, table, shared, conflicts

    def compare(self, left: Index, right: Index) -> Agreement:
        return Agreement(self.table[np.minimum(left, right), np.maximum(left, right)])


def world(seed: int, n: int, *, conflicts: frozenset[int] = frozenset()) -> PairScorer:
    """Random agreement between ``n`` records, leaning on true groups of three."""
    draw = np.random.Generator(np.random.PCG64(seed))
    tables = []
    for _ in range(3):
        table = draw.choice([0, 1, 2, NULL_LEVEL], size=(n, n), p=[0.15, 0.1, 0.65, 0.1]).astype(np.uint8)
        same = np.arange(n)[:, None] // 3 == np.arange(n)[None, :] // 3
        table[same & (draw.random((n, n)) < 0.7)] = 0
        tables.append(table)
    m, u, h = np.array([0.7, 0.2, 0.1]), np.array([0.05, 0.05, 0.9]), np.array([0.6, 0.1, 0.3])
    kinds = [("a", False), ("b", True), ("c", False)]
    stated = [
        Drawn(k, t, shared=s, conflicts=conflicts if k == "c" else frozenset())
        for (k, s), t in zip(kinds, tables, strict=True)
    ]
    parts = tuple(ComparisonModel(k, s, LEVELS, (0.0,) * 3, m, u, h if s else u) for k, s in kinds)
    return PairScorer(stated, Model(parts, 0.1, 0.05))


def candidates(scorer: PairScorer, n: int, *, every: int = 1) -> ScoredPairs:
    left, right = (side[::every].astype(np.int64) for side in np.triu_indices(n, 1))
    agreements = compare_all(scorer.comparisons, left, right)
    return ScoredPairs(left, right, agreements, scorer.weigh(agreements))


def reference(scorer: PairScorer, n: int) -> list[frozenset[int]]:
    """The definition, spelled out: merge the pair of clusters with the highest mean evidence until it is below 0."""
    left, right = (side.astype(np.int64) for side in np.triu_indices(n, 1))
    evidence = scorer.score(left, right)
    at = {pair: i for i, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True))}
    clusters = [frozenset({i}) for i in range(n)]

    def height(a: frozenset[int], b: frozenset[int]) -> float:
        rows = [at[min(i, j), max(i, j)] for i in a for j in b]
        total, house = scorer.model.prior, scorer.model.household_prior
        for k in range(3):
            known = [row for row in rows if evidence.known[row, k]]
            if known:
                total += float(evidence.match[known, k].mean())
                if k in scorer.shared:
                    house += float(evidence.household[known, 0].mean())
        return float(total - np.log2(1 + 2.0**house))

    def conflict(a: frozenset[int], b: frozenset[int]) -> bool:
        return any(evidence.conflict[at[min(i, j), max(i, j)]] for i in a for j in b)

    while True:
        options: list[tuple[float, int, int]] = []
        named = {min(c): c for c in clusters}
        for x, y in combinations(sorted(named), 2):
            if not conflict(named[x], named[y]):
                options.append((-round(height(named[x], named[y]), 9), x, y))
        best = min(options, default=(1.0, 0, 0))
        if best[0] > 0:
            return sorted(clusters, key=min)
        joined = [named[best[1]], named[best[2]]]
        clusters = [c for c in clusters if c not in joined] + [joined[0] | joined[1]]


def parts(found: Clustering) -> list[frozenset[int]]:
    labels = found.cluster.tolist()
    assert all(labels[label] == label <= i for i, label in enumerate(labels))
    return sorted((frozenset(i for i, x in enumerate(labels) if x == label) for label in set(labels)), key=min)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_equals_the_reference(seed: int, forbidding: bool) -> None:
    scorer = world(seed, 12, conflicts=frozenset({1}) if forbidding else frozenset())
    found = agglomerate(candidates(scorer, 12), scorer, 12, limits=Limits(floor=-1000.0))
    assert parts(found) == reference(scorer, 12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_pairs_nobody_proposed_are_compared_before_they_matter(seed: int) -> None:
    scorer = world(seed, 15)
    pairs = candidates(scorer, 15, every=2)
    found = agglomerate(pairs, scorer, 15)
    for part in parts(found):
        joined: nx.Graph[int] = nx.Graph()
        joined.add_nodes_from(part)
        strong = pairs.weights >= -6
        joined.add_edges_from(
            (a, b)
            for a, b in zip(pairs.left[strong].tolist(), pairs.right[strong].tolist(), strict=True)
            if {a, b} <= part
        )
        assert nx.is_connected(joined)
    assert parts(found) == parts(agglomerate(pairs, scorer, 15))
    assert (found.merges.height >= 0).all()
    assert len(found.merges.left) == 15 - len(parts(found))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(-1, 3), min_size=12, max_size=12))
def test_records_of_one_group_stay_apart(seed: int, groups: list[int]) -> None:
    scorer = world(seed, 12)
    found = agglomerate(candidates(scorer, 12), scorer, 12, constraints=Constraints(group=np.array(groups)))
    for part in parts(found):
        held = [groups[i] for i in part if groups[i] >= 0]
        assert len(held) == len(set(held))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=6))
def test_judgements_hold_and_contradictions_are_told(seed: int, judged: set[tuple[int, int]]) -> None:
    pairs = sorted({(min(p), max(p)) for p in judged if p[0] != p[1]})
    same, different = pairs[::2], pairs[1::2]
    scorer = world(seed, 12)
    constraints = Constraints(same=columns(same), different=columns(different))
    found = agglomerate(candidates(scorer, 12, every=3), scorer, 12, constraints=constraints)
    labels = found.cluster
    told = set(found.contradicted.tolist())
    for number, (a, b) in enumerate(same):
        assert (labels[a] == labels[b]) or number in told
    for a, b in different:
        assert labels[a] != labels[b]
    together = nx.Graph(same)
    if not any(a in together and b in together and nx.has_path(together, a, b) for a, b in different):
        assert not told


def columns(pairs: list[tuple[int, int]]) -> tuple[Index, Index]:
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def test_a_chain_does_not_become_one_cluster() -> None:
    n = 200
    table = np.full((n, n), 2, dtype=np.uint8)
    table[np.arange(n - 1), np.arange(1, n)] = 0
    m, u = np.array([0.9, 0.05, 0.05]), np.array([0.01, 0.01, 0.98])
    drawn = [Drawn(k, table, shared=False, conflicts=frozenset()) for k in "ab"]
    scorer = PairScorer(
        drawn, Model(tuple(ComparisonModel(k, False, LEVELS, (0.0,) * 3, m, u, u) for k in "ab"), 0.01, 0)
    )
    left, right = np.arange(n - 1), np.arange(1, n)
    agreements = compare_all(drawn, left, right)
    found = agglomerate(ScoredPairs(left, right, agreements, scorer.weigh(agreements)), scorer, n)
    assert max(len(part) for part in parts(found)) <= 3
    assert found.compared > 0


def test_nothing_to_join() -> None:
    scorer = world(1, 3)
    empty = np.empty(0, dtype=np.int64)
    agreements = compare_all(scorer.comparisons, empty, empty)
    found = agglomerate(ScoredPairs(empty, empty, agreements, np.empty(0)), scorer, 3)
    assert found.cluster.tolist() == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15))
def test_components_equal_networkx(edges: list[tuple[int, int]]) -> None:
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(10))
    labels = components(*columns(edges), 10)
    expected = {i: min(part) for part in nx.connected_components(graph) for i in part}
    assert labels.tolist() == [expected[i] for i in range(10)]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("by_size", [False, True])
def test_shares_of_the_work_change_nothing(seed: int, by_size: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = world(seed, 60)
    pairs, limits = candidates(scorer, 60), Limits(floor=3.0, threads=2)
    whole = agglomerate(pairs, scorer, 60, limits=limits, by_size=by_size)
    monkeypatch.setattr("linkage.clustering.parting._SHARE", 1)
    shared = agglomerate(pairs, scorer, 60, limits=limits, by_size=by_size)
    assert len(set(whole.cluster.tolist())) < 60
    assert shared.cluster.tolist() == whole.cluster.tolist()
    assert shared.merges.height.tolist() == whole.merges.height.tolist()
