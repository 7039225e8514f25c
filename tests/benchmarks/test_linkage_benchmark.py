"""The command that measures linkage beside its peers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks import linkage
from benchmarks.linkage_runs import Engine, check_engine
from benchmarks.measure import Stopwatch, peak_mb
from benchmarks.scoring import score_clusters
from benchmarks.set_names import ACROSS_SOURCES, SETS, SPLINK_VARIANTS
from benchmarks.sets import KINDS
from tests.project.tree import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "BENCH_DATA"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_set_is_linked_trained_and_with_the_saved_model(tmp_path: Path) -> None:
    report, cache = tmp_path / "rows.json", tmp_path / "cache"
    sizes = ["--set", "names_dates", "--records", "800", "--cold", "--cache", str(cache)]
    done = run("linkage", *sizes, "--json", str(report))
    assert done.returncode == 0, done.stderr
    rows = json.loads(report.read_text("utf-8"))["rows"]
    assert [row["mode"] for row in rows] == ["train", "saved"]
    assert all(row["pairwise"]["f1"] > 0.8 and row["seconds"] > 0 and row["peak_mb"] > 0 for row in rows)
    assert {"import", "read", "standardise", "cluster", "write"} <= set(rows[0]["stages"])
    assert "train" not in rows[1]["stages"]
    assert set(rows[0]["stages_peak_mb"]) == set(rows[0]["stages"])
    assert max(rows[0]["stages_peak_mb"].values()) <= rows[0]["peak_mb"]
    assert "| names_dates |" in done.stdout


def test_what_cannot_be_measured_is_said_before_anything_runs(tmp_path: Path) -> None:
    missing = run("linkage", "--set", "historical_50k", "--data", str(tmp_path), "--cache", str(tmp_path / "cache"))
    assert "no historical_50k.parquet" in missing.stderr
    assert "Traceback" not in missing.stderr
    assert "no such peer: zingg" in run("linkage", "--set", "febrl1", "--peers", "zingg").stderr
    assert "usage: python -m benchmarks" in run("everything").stderr


def test_a_peer_that_is_not_installed_is_named_with_what_to_install() -> None:
    with pytest.raises(SystemExit, match=r"nosuchlinker is not installed .*: get it"):
        _check_unknown()


def _check_unknown() -> None:
    from benchmarks import linkage_runs

    linkage_runs._HOW_TO_INSTALL["nosuchlinker"] = "get it"
    try:
        check_engine(Engine("nosuchlinker", "default", sys.executable))
    finally:
        del linkage_runs._HOW_TO_INSTALL["nosuchlinker"]


def test_every_set_has_kinds_and_settings_for_its_peer() -> None:
    assert set(KINDS) == set(SETS) == set(SPLINK_VARIANTS)
    assert set(SETS) >= ACROSS_SOURCES


def test_a_peer_runs_its_variants_or_the_one_asked_for() -> None:
    options = linkage.Options(("splink", "recordlinkage"), "other", 1, 1, saved=True, warm=True)
    titles = [engine.title for engine in linkage.engines_for("persons_1m", options)]
    assert titles == ["kintrace", "splink lean", "splink fast", "recordlinkage"]
    one = linkage.Options(("splink:fast",), "other", 1, 1, saved=True, warm=True)
    assert [engine.title for engine in linkage.engines_for("persons_1m", one)] == ["kintrace", "splink fast"]


def test_repeats_become_one_row_of_medians() -> None:
    base = {"set": "s", "records": 1, "engine": "e", "mode": "train", "threshold": "0", "pairwise": {}}
    rows = [
        base | {"repeat": i, "seconds": float(s), "cpu_seconds": 1.0, "peak_mb": 5} for i, s in enumerate((9, 2, 3))
    ]
    merged = linkage.merged(rows)
    assert len(merged) == 1
    assert (merged[0]["seconds"], merged[0]["seconds_all"]) == (3.0, [9.0, 2.0, 3.0])


def test_a_record_that_an_engine_left_out_is_alone() -> None:
    table = pa.table({"rec_id": ["a", "b", "c"], "ent_id": ["1", "1", "2"], "source": ["x", "y", "x"]})
    clusters = pa.table({"rec_id": ["a", "b"], "cluster": ["k", "k"]})
    scores = score_clusters(table, clusters, across=False, resamples=0)
    assert (scores["pairwise"]["f1"], scores["clusters"], scores["largest"]) == (1.0, 2, 2)
    alone = score_clusters(table, clusters.slice(0, 1), across=False, resamples=0)
    assert (alone["pairwise"]["recall"], alone["clusters"]) == (0.0, 3)


def test_a_stage_inside_another_counts_once() -> None:
    watch = Stopwatch()
    with watch.stage("outer"):
        before = dict(watch.seconds)
        with watch.stage("inner"):
            sum(range(200_000))
    assert before == {}
    assert 0 <= watch.seconds["outer"] < watch.seconds["inner"]
    assert peak_mb() > 0
