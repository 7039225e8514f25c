"""Scores of one linkage, in a process of its own: ``python -m benchmarks.scoring TABLE CLUSTERS ACROSS [PAIRS]``.

The labels are read here and nowhere else. A record that an engine left out is a cluster of its own. Where the
engine tells its pairs and their probabilities, those whose records ended in one cluster are held against
the labels too: of the links stated at .99 or more, how many are right.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.calibration import pair_reliability
from linkage.evaluation import Score, score_partition


def _rounded(score: Score) -> dict[str, Any]:
    figures = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    bounds = {"precision": score.precision_interval, "recall": score.recall_interval, "f1": score.f1_interval}
    intervals = {f"{name}_interval": [round(bound, 4) for bound in pair] for name, pair in bounds.items()}
    return {name: round(value, 4) for name, value in figures.items()} | intervals


def score_clusters(table: pa.Table, clusters: pa.Table, *, across: bool, resamples: int = 200) -> dict[str, Any]:
    """Pairwise and B-cubed scores of clusters (``rec_id``, ``cluster``) against ``ent_id``."""
    ids = table.column("rec_id").cast(pa.string())
    order = pc.index_in(ids, clusters.column("rec_id").cast(pa.string()))
    found = pc.binary_join_element_wise("c", clusters.column("cluster").cast(pa.string()).take(order), ":")
    alone = pc.binary_join_element_wise("r", ids, ":")
    source = table.column("source") if across else None
    scores = score_partition(pc.coalesce(found, alone), table.column("ent_id"), source, resamples=resamples)
    pairwise = scores.cross_source if across and scores.cross_source is not None else scores.pairwise
    return {
        "pairwise": _rounded(pairwise),
        "bcubed": _rounded(scores.bcubed),
        "clusters": scores.entities,
        "true_clusters": scores.true_entities,
        "largest": scores.largest,
    }


def main() -> None:
    """Print the scores as JSON."""
    table = pq.read_table(sys.argv[1], columns=["rec_id", "ent_id", "source"])
    clusters = pq.read_table(sys.argv[2], columns=["rec_id", "cluster"])
    resamples = 200 if table.num_rows <= 200_000 else 50
    found = score_clusters(table, clusters, across=sys.argv[3] == "across", resamples=resamples)
    if len(sys.argv) > 4:
        pairs = pq.read_table(sys.argv[4])
        labels = pa.table({"record_id": table.column("rec_id"), "person": table.column("ent_id")})
        entities = clusters.rename_columns(["record_id", "entity_id"])
        found["calibration"] = pair_reliability(pairs, labels, entities).to_json()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
