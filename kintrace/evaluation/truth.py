"""The truth beside a synthetic Denmark: what really happened, in the simulator's own ids."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kintrace.errors import TruthError

_TABLES = ("records", "incident_records", "persons", "relations", "events", "histories", "children", "stays")
_COLUMNS = {"stays": ["person", "district", "hub", "secondary"]}
"""Of the largest table, only what is asked for."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Tables of a truth folder (docs/architecture.md, "The synthetic truth") and its manifest."""

    tables: dict[str, pa.Table]
    manifest: dict[str, Any]

    @property
    def as_of(self) -> dt.date:
        """The day the true histories were computed for."""
        return dt.date.fromisoformat(self.manifest["as_of"])


def read_truth(folder: Path) -> Truth:
    """The truth in a folder, or in the `truth` folder of a synthetic Denmark.

    Raises:
        TruthError: Not a truth folder, or a table of it is missing or damaged.
    """
    folder = folder / "truth" if (folder / "truth").is_dir() else folder
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        tables = {name: pq.read_table(folder / f"{name}.parquet", columns=_COLUMNS.get(name)) for name in _TABLES}
    except (FileNotFoundError, ValueError, pa.ArrowInvalid) as error:
        raise TruthError(
            f"no readable truth: {type(error).__name__}", where=str(folder), hint="made by kintrace synth, in OUT/truth"
        ) from None
    return Truth(tables, manifest)
