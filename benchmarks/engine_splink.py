"""One linkage by Splink 5 in a process of its own: ``python -m benchmarks.engine_splink JOB.json``.

Runs in whatever environment has Splink; asks nothing of this project but the settings beside it. Clusters
at the first threshold are inside the measured time, those at further thresholds are not.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from benchmarks.measure import Stopwatch, write_report


def _tables(db: Any, connection: Any, job: dict[str, Any], settings: Any) -> Any:
    """The set as Splink takes it: one table, or one per source."""
    hidden = "exclude (ent_id, source)"
    columns = settings.columns.replace("*", f"* {hidden}", 1)

    rows = connection.read_parquet(job["table"])
    if not settings.link_only:
        rows.project(columns).create("people")
        return db.register("people")
    found = []
    for i, (source,) in enumerate(rows.project("source").distinct().order("source").fetchall()):
        rows.filter(f"source = '{source}'").project(columns).create(f"source_{i}")
        found.append(db.register(f"source_{i}", dataset_display_name=f"source_{i}"))
    return found


def _train(linker: Any, settings: Any, seed: int, watch: Stopwatch) -> None:
    training = linker.training
    with watch.stage("train: prior"):
        training.estimate_probability_two_random_records_match(settings.certain, recall=settings.certain_recall)
    with watch.stage("train: u"):
        training.estimate_u_using_random_sampling(max_pairs=settings.u_pairs, seed=seed)
    with watch.stage("train: EM"):
        for rule in settings.passes:
            training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=settings.plain_em
            )


def _write_clusters(linker: Any, pairs: Any, threshold: float, out: Path) -> None:
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    frame = clusters.query_sql("select rec_id, cast(cluster_id as varchar) as cluster from {this}")
    frame.to_parquet(str(out / f"clusters@{threshold}.parquet"), overwrite=True)


def main() -> None:
    """Read, train or load, predict, cluster, write."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    out, watch = Path(job["out"]), Stopwatch()
    with watch.stage("import"):
        import duckdb
        from splink import DuckDBAPI, Linker, SettingsCreator

        from benchmarks.splink_settings import SPLINK
    settings = SPLINK[job["set"]](job["variant"])
    with watch.stage("read"):
        connection = duckdb.connect()
        connection.execute(f"set threads = {os.cpu_count() or 1}")
        tables = _tables(DuckDBAPI(connection=connection), connection, job, settings)
        asked: Any = job["model_in"] or SettingsCreator(
            unique_id_column_name="rec_id",
            link_type="link_only" if settings.link_only else "dedupe_only",
            blocking_rules_to_generate_predictions=settings.blocking,
            comparisons=settings.comparisons,
            retain_matching_columns=False,
        )
        linker = Linker(tables, asked)
    if not job["model_in"]:
        _train(linker, settings, job["seed"], watch)
    with watch.stage("predict"):
        pairs = linker.inference.predict(threshold_match_probability=0.05)
    with watch.stage("cluster and write"):
        _write_clusters(linker, pairs, settings.thresholds[0], out)
    write_report(out, watch, thresholds=settings.thresholds, warnings=[])
    linker.misc.save_model_to_json(str(out / "model.json"), overwrite=True)
    for threshold in settings.thresholds[1:]:
        _write_clusters(linker, pairs, threshold, out)


if __name__ == "__main__":
    main()
