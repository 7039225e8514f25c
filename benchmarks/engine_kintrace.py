"""One linkage by kintrace in a process of its own: ``python -m benchmarks.engine_kintrace JOB.json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.measure import Stopwatch, write_report

_STAGES = {
    "standardise": "standardise",
    "field_comparisons": "prepare",
    "key_ladders": "block",
    "propose_rules": "block",
    "sample_options": "block",
    "choose_options": "block",
    "candidate_pairs": "block",
    "all_pairs": "block",
    "lost_matches": "block",
    "compare_all": "compare",
    "random_pairs": "train",
    "estimate": "train",
    "agglomerate": "cluster",
    "pairs_table": "results",
    "name_clusters": "results",
    "name_entities": "results",
}
"""Functions that linking calls, and the stage that their time is put down to."""


def main() -> None:
    """Read, link, write clusters and the model."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    out, watch = Path(job["out"]), Stopwatch()
    with watch.stage("import"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        import linkage.candidates
        import linkage.link
        from linkage.link import LinkSettings, link_table
        from linkage.weights import Model
    for function, stage in _STAGES.items():
        watch.watch(linkage.link, function, stage)
        watch.watch(linkage.candidates, function, stage)
    with watch.stage("read"):
        columns = [
            column for named in job["kinds"].values() for column in ([named] if isinstance(named, str) else named)
        ]
        # Linking lets go of the table as soon as it has read the values, unless somebody else holds it.
        tables = [pq.read_table(job["table"], columns=columns)]
        pa.default_memory_pool().release_unused()
        model = None
        if job["model_in"]:
            model = Model.from_dict(json.loads(Path(job["model_in"]).read_text("utf-8")))
    with watch.stage("weigh and the rest"):
        found = link_table(tables.pop(), job["kinds"], LinkSettings(seed=job["seed"], model=model))
    with watch.stage("write"):
        pq.write_table(found.entities.rename_columns(["rec_id", "cluster"]), out / "clusters@0.parquet")
        (out / "model.json").write_text(found.model_json(), "utf-8")
    report = found.report
    told = {"lost": found.model["lost"]} if "lost" in found.model else {}
    write_report(out, watch, candidates=report.candidates, warnings=list(report.warnings), **told)
    pq.write_table(found.pairs.select(["left", "right", "probability"]), out / "pairs.parquet")


if __name__ == "__main__":
    main()
