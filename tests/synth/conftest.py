"""Small worlds that several tests look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loaders.synth import Noise, SynthReport, SynthSettings, make_denmark


@dataclass(frozen=True)
class World:
    """A made world on disk."""

    path: Path
    report: SynthReport

    def truth(self, name: str) -> pa.Table:
        return pq.read_table(self.path / "truth" / f"{name}.parquet")

    def report_lives(self) -> dict[str, int]:
        """Counts of what was planted in lives, from the manifest."""
        told: dict[str, int] = json.loads((self.path / "truth/manifest.json").read_text(encoding="utf-8"))["lives"]
        return told

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the truth, whose tables stand under their names."""
        with duckdb.connect() as connection:
            for path in sorted((self.path / "truth").glob("*.parquet")):
                connection.register(path.stem, pq.read_table(path))
            return connection.execute(sql).fetchall()


def make(path: Path, *, persons: int, noise: Noise = Noise.TYPICAL, seed: int = 7, years: int = 12) -> World:
    settings = SynthSettings(persons=persons, years=years, seed=seed, noise=noise)
    return World(path, make_denmark(path, settings))


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Eight thousand persons, typical noise: large enough for rates."""
    return make(tmp_path_factory.mktemp("synth") / "town", persons=8000)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Fifteen thousand persons, typical noise: large enough for what is rare."""
    return make(tmp_path_factory.mktemp("synth") / "county", persons=15000, seed=11)


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Six hundred persons, typical noise: small enough for slow oracles."""
    return make(tmp_path_factory.mktemp("synth") / "village", persons=600, seed=3)
