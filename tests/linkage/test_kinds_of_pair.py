"""Households that move, relatives of one name, neighbours: kinds of pair that are told apart without labels."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.clustering import Limits, ScoredPairs, agglomerate
from linkage.comparison import NULL_LEVEL, Agreement, Agreements, Index, compare_all, field_comparisons
from linkage.comparison.implied import IMPLIED
from linkage.evaluation import score_partition
from linkage.kinds import column_kinds
from linkage.link import link_table
from linkage.settings import LinkSettings
from linkage.standardise import standardise
from linkage.weights import ComparisonModel, Model, PairKnowledge, PairScorer, estimate
from linkage.weights.model import PairClass

KINDS = {
    "record_id": ["id"],
    "source": ["wave"],
    "given_name": ["given"],
    "surname": ["surname"],
    "sex": ["sex"],
    "birth_date": ["born"],
    "street": ["street"],
    "house_number": ["number"],
    "postcode": ["postcode"],
    "city": ["city"],
}
_SYLLABLES = ("ka", "ri", "so", "me", "lu", "ta", "ne", "vi", "bo", "da", "gu", "hi")


def _word(code: int) -> str:
    return "".join(_SYLLABLES[code // 12**i % 12] for i in range(3))


def waves(households: int, *, seen_again: float, seed: int) -> tuple[pa.Table, pa.Array]:
    """Two counts of families, the second of some of them; a third of those have moved."""
    draw = np.random.Generator(np.random.PCG64(seed))
    rows, truth, person = [], [], 0

    def home() -> dict[str, str]:
        town = int(draw.integers(8))
        street, number = _word(int(draw.integers(300))), int(draw.integers(1, 90))
        return {"street": street, "number": str(number), "postcode": f"{town}{street[0]}", "city": _word(1000 + town)}

    for _ in range(households):
        surname, first = _word(int(draw.integers(700))), home()
        again = draw.random() < seen_again
        second = home() if draw.random() < 0.33 else first
        for _ in range(int(draw.integers(1, 6))):
            code = int(draw.integers(150))
            born = f"{draw.integers(1930, 2010)}-{draw.integers(1, 13):02d}-{draw.integers(1, 29):02d}"
            own = {"given": _word(code), "surname": surname, "sex": "mf"[code % 2], "born": born}
            for wave, place in [("1", first), ("2", second)][: 2 if again else 1]:
                given_name = own["given"][:-1] if draw.random() < 0.05 else own["given"]
                rows.append(
                    {"id": f"{draw.integers(1 << 60):019d}", "wave": wave} | own | place | {"given": given_name}
                )
                truth.append(person)
            person += 1
    return pa.Table.from_pylist(rows), pa.array(truth)


@pytest.mark.parametrize(("households", "seen_again", "least"), [(900, 0.04, 0.85), (400, 0.9, 0.97)])
def test_families_seen_again_are_told_from_families(households: int, seen_again: float, least: float) -> None:
    table, truth = waves(households, seen_again=seen_again, seed=5)
    found = link_table(table, KINDS)
    order = pa.compute.index_in(table.column("id"), found.entities.column("record_id"))
    scores = score_partition(found.entities.column("entity_id").take(order), truth, resamples=0).pairwise
    assert scores.precision >= least
    assert scores.recall >= least


def test_where_a_source_holds_a_person_once_no_two_of_its_records_are_joined() -> None:
    table, _ = waves(200, seen_again=0.9, seed=3)
    twice = table.slice(0, 20).set_column(0, "id", pa.array([f"again {i}" for i in range(20)]))
    found = link_table(pa.concat_tables([table, twice]), KINDS, LinkSettings(one_per_source=True))
    source = dict(zip(table["id"].to_pylist(), table["wave"].to_pylist(), strict=True))
    source |= dict(zip(twice["id"].to_pylist(), twice["wave"].to_pylist(), strict=True))
    held = [(row["entity_id"], source[row["record_id"]]) for row in found.entities.to_pylist()]
    assert len(held) == len(set(held))
    assert found.report.entities < len(held)


@dataclass(frozen=True)
class Stated:
    """A comparison whose levels are given, pair (i, j) having level ``table[i, j]``."""

    name: str
    shared: bool
    table: npt.NDArray[np.uint8]
    level_names: tuple[str, ...] = ("exact", "different")
    frequency_weights: tuple[float, ...] = (1.0, 0.0)
    conflicts: frozenset[int] = frozenset()

    def compare(self, left: Index, right: Index) -> Agreement:
        return Agreement(self.table[left, right], np.full(len(left), -4.0))


def placed_model() -> Model:
    """A given name, a birth date, and two fields of a place, of which movers share none."""
    m, u, h = np.array([0.9, 0.1]), np.array([0.01, 0.99]), np.array([0.8, 0.2])
    names = ("exact", "different")
    personal = [ComparisonModel(n, False, names, (1.0, 0.0), m, u, u, kin=0.03) for n in ("given", "birth")]
    place = [ComparisonModel(n, True, names, (1.0, 0.0), m, u, h) for n in ("street", "city")]
    area, moved = (None, None, u, np.array([0.9, 0.1])), (None, None, u, u)
    classes = PairClass("same area", False, 0.05, area), PairClass("one person, moved", True, 3e-4, moved)
    return Model((*personal, *place), 1e-3, 0.01, classes)


def placed_scorer(levels: npt.NDArray[np.uint8]) -> PairScorer:
    """Scorer of two records with these levels."""
    tables = [np.full((2, 2), level, dtype=np.uint8) for level in levels]
    named = zip(("given", "birth", "street", "city"), (False, False, True, True), tables, strict=True)
    return PairScorer([Stated(name, shared, table) for name, shared, table in named], placed_model())


@given(st.lists(st.sampled_from([0, 1, NULL_LEVEL]), min_size=4, max_size=4))
def test_pairs_weigh_the_same_by_formula_by_evidence_and_in_a_cluster(levels: list[int]) -> None:
    scorer, model = placed_scorer(np.array(levels, dtype=np.uint8)), placed_model()
    left, right = np.array([0]), np.array([1])
    agreements = compare_all(scorer.comparisons, left, right)

    def odds(kind: list[npt.NDArray[np.float64]], *, personal: bool) -> float:
        total = 1.0
        for k, (table, level) in enumerate(zip(kind, levels, strict=True)):
            if level != NULL_LEVEL and (personal or k >= 2):
                rare = min(1.0, max(0.0, np.log2(table[level] / 0.01) / 3)) if level == 0 else 0.0
                total *= table[level] / model.comparisons[k].u[level] * 2.0 ** (rare * (np.log2(0.01) + 4.0))
        return total

    m = [c.m for c in model.comparisons]
    moved, area = ([*m[:2], *(x for x in c.levels if x is not None)] for c in reversed(model.classes))
    own = [odds([m[k] if k == i else model.comparisons[i].u for i in range(4)], personal=False) for k in range(2)]
    assert own == [pytest.approx(odds([model.comparisons[i].u for i in range(4)], personal=False))] * 2
    kin = 1.0 + sum(0.03 * _one(m[k], levels[k]) for k in range(2))
    home = odds([c.h for c in model.comparisons], personal=False) * kin
    same = 7e-4 * odds(m, personal=True) + 3e-4 * odds(moved, personal=True)
    expected = np.log2(same / 0.999 / (1.0 + 0.01 * home + 0.05 * odds(area, personal=False)))
    weight = scorer.weigh(agreements)
    assert weight == pytest.approx([expected])
    assert scorer.weights(scorer.score(left, right)) == pytest.approx(weight)
    clustering = agglomerate(ScoredPairs(left, right, agreements, weight), scorer, 2, limits=Limits(-99.0, -99.0))
    assert clustering.merges.height == pytest.approx(weight)


def _one(m: npt.NDArray[np.float64], level: int) -> float:
    """How much likelier a personal agreement is for one person; relatives have only agreements in common."""
    return float(m[0] / 0.01 * 2.0 ** (np.log2(0.01) + 4.0)) if level == 0 else 0.0


def test_models_with_further_kinds_survive_storage() -> None:
    model = placed_model()
    again = Model.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.to_dict() == model.to_dict()
    assert replace(again, classes=()).prior > again.prior


def test_the_sex_that_a_name_implies_is_no_evidence() -> None:
    table = pa.table({"id": list("abc"), "given": ["ida", "ida", "eva"], "sex": ["f", "f", "f"], "town": list("xyz")})
    kinds = {"record_id": ["id"], "given_name": ["given"], "sex": ["sex"], "city": ["town"]}
    men = pa.table({"id": ["d"], "given": ["ole"], "sex": ["m"], "town": ["x"]})
    fields = standardise(pa.concat_tables([table, men]), column_kinds(kinds, table.column_names))
    sex = next(c for c in field_comparisons(fields) if c.name == "sex")
    assert sex.compare(np.array([0, 0, 0]), np.array([1, 2, 3])).levels.tolist() == [IMPLIED, 0, 4]
    trained = estimate([sex], np.array([[IMPLIED], [0], [4]], np.uint8), np.array([[4], [0], [IMPLIED]], np.uint8), n=4)
    assert trained.comparisons[0].match_bits()[IMPLIED] == 0.0
    assert trained.comparisons[0].m.sum() == pytest.approx(1.0)


def test_judged_pairs_teach_the_model() -> None:
    table = np.zeros((0, 0), dtype=np.uint8)
    comparisons = [Stated("given", False, table), Stated("birth", False, table), Stated("street", True, table)]
    draw = np.random.Generator(np.random.PCG64(2))
    strangers = (draw.random((20_000, 3)) > 0.01).astype(np.uint8)
    found = np.concatenate([np.zeros((300, 3), np.uint8), strangers[:500]])
    moved = np.tile(np.array([[0, 0, 1]], np.uint8), (200, 1))
    unjudged = estimate(comparisons, found, strangers, n=500)
    taught = estimate(comparisons, found, strangers, n=500, known=PairKnowledge(same=moved))
    assert taught.comparisons[2].m[1] > unjudged.comparisons[2].m[1] + 0.2
    weights = [
        PairScorer(comparisons, model).weigh(Agreements(moved[:1], np.full((1, 3), np.nan, np.float32)))[0]
        for model in (unjudged, taught)
    ]
    assert weights[1] > weights[0] + 2.0
