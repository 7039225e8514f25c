"""The same registers give the same bytes, and the same persons in whatever order they arrive."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from graph.snapshot import Snapshot
from kintrace.pipeline import Run, current_run, list_runs
from linkage.partition import partition_hash
from tests.app.registers import register_files
from tests.app.worlds import command, copy_world, differing, files_of, rebuilt


def test_a_second_rebuild_of_the_same_registers_gives_the_same_bytes(country: Path, run: Run, tmp_path: Path) -> None:
    again = rebuilt(copy_world(country, tmp_path / "again"))
    assert not differing(run, again)
    assert len(files_of(run)) > 40
    assert set(files_of(run)) >= {"manifest.json", "resolve/model.json", "load/persons.parquet"}


def test_rebuilding_beside_the_published_run_keeps_every_id_and_every_byte(
    hamlet: Path, hamlet_run: Run, tmp_path: Path
) -> None:
    world = copy_world(hamlet, tmp_path / "world")
    for seed in ("1", "2"):
        done = command("rebuild", world, PYTHONHASHSEED=seed, NUMBA_NUM_THREADS=seed)
        assert done.returncode == 0, done.stderr
    newest, first = list_runs(world / "runs")
    assert (newest.name, first.name) == ("run-0002", "run-0001")
    assert newest.published
    assert not first.published
    assert not differing(hamlet_run, first)
    assert not differing(hamlet_run, newest)


def test_rows_in_another_order_are_the_same_persons(country: Path, run: Run, tmp_path: Path) -> None:
    world = copy_world(country, tmp_path / "world")
    order = np.random.default_rng(11)
    for folder in sorted((world / "registers").iterdir()):
        for file in register_files(folder):
            file.rows = [file.rows[i] for i in order.permutation(len(file.rows))]
            file.write()
    other = rebuilt(world)
    assert partition_hash(other.read("resolve", "entities")) == partition_hash(run.read("resolve", "entities"))
    assert other.read("events", "events").equals(run.read("events", "events"))
    assert other.read("graph", "LIVED_WITH").equals(run.read("graph", "LIVED_WITH"))


def test_the_names_and_order_of_mapping_files_do_not_matter(hamlet: Path, hamlet_run: Run, tmp_path: Path) -> None:
    world = copy_world(hamlet, tmp_path / "world")
    mappings = sorted((world / "mappings").iterdir())
    for number, path in enumerate(reversed(mappings)):
        path.rename(path.with_name(f"{number:02}.toml"))
    assert not differing(hamlet_run, rebuilt(world))


def test_another_seed_in_the_settings_is_another_run_and_says_so(hamlet: Path, hamlet_run: Run, tmp_path: Path) -> None:
    world = copy_world(hamlet, tmp_path / "world")
    config = world / "kintrace.toml"
    config.write_text(re.sub(r"seed = \d+", "seed = 2", config.read_text("utf-8")), "utf-8")
    other = rebuilt(world)
    assert other.manifest()["settings"]["seed"] == 2
    assert hamlet_run.manifest()["settings"]["seed"] == 1
    assert "load/persons.parquet" not in differing(hamlet_run, other)


def test_a_published_run_can_be_asked(run: Run) -> None:
    snapshot = Snapshot.open(run.stage("snapshot") / "store")
    assert snapshot.table("Person").num_rows == run.manifest()["counts"]["persons_in_scope"] > 100
    assert current_run(run.path.parent) == run
