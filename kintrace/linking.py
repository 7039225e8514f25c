"""Linking files: what `kintrace link` reads besides the table, and the folder that it writes."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kintrace.errors import LinkFileError
from kintrace.pipeline.runs import write_json, write_tables
from linkage.calibration import pair_reliability
from linkage.errors import LinkageError
from linkage.evaluation import Score, score_partition
from linkage.kinds import ColumnKind, Kind
from linkage.link import Linkage
from linkage.tables import ENTITIES
from linkage.weights import Model

MODEL, ENTITY_FILE = "model.json", "entities.parquet"


def read_model(path: Path) -> Model:
    """The model of an earlier linkage: its `model.json`, or the folder that holds it.

    Raises:
        LinkFileError: The file is missing or no model.
    """
    path = path / MODEL if path.is_dir() else path
    try:
        stored = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise LinkFileError("no such model", where=str(path), hint="the model.json of an earlier --out") from None
    except OSError as error:
        raise LinkFileError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except ValueError:
        raise LinkFileError("no model: the file is no JSON", where=str(path)) from None
    if not isinstance(stored, Mapping):
        raise LinkFileError("no model: the file is no JSON object", where=str(path))
    try:
        return Model.from_dict(stored)
    except (LinkageError, ValueError) as error:
        problem = error.problem if isinstance(error, LinkageError) else "its numbers cannot be read"
        raise LinkFileError(f"no model: {problem}", where=str(path), hint="train it again: leave --model out") from None


def read_previous(path: Path) -> pa.Table:
    """The id map of an earlier linkage: its `entities.parquet`, or the folder that holds it.

    Raises:
        LinkFileError: The file is missing or no id map.
    """
    path = path / ENTITY_FILE if path.is_dir() else path
    hint = "the entities.parquet of an earlier --out"
    try:
        table = pq.read_table(path)
    except FileNotFoundError:
        raise LinkFileError("no such id map", where=str(path), hint=hint) from None
    except OSError as error:
        raise LinkFileError(f"cannot be read: {error.strerror or 'damaged'}", where=str(path), hint=hint) from None
    except pa.ArrowInvalid:
        raise LinkFileError("no id map: the file is no Parquet", where=str(path), hint=hint) from None
    missing = [name for name in ENTITIES.schema.names if name not in table.column_names]
    if missing:
        raise LinkFileError(f"no id map: it lacks {', '.join(missing)}", where=str(path), hint=hint)
    ids = table.column("record_id")
    if any(table.column(name).null_count for name in ENTITIES.schema.names) or len(pc.unique(ids)) != len(ids):
        raise LinkFileError("no id map: ids are missing, or record ids repeat", where=str(path), hint=hint)
    return table.select(ENTITIES.schema.names)


def write_linkage(out: Path, linkage: Linkage) -> None:
    """Write a linkage into a folder: each file whole or not at all, the entities last.

    Raises:
        LinkFileError: The folder cannot be made.
    """
    try:
        out.mkdir(0o700, parents=True, exist_ok=True)  # who is who is for its owner alone
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
    except OSError as error:
        raise LinkFileError(f"cannot be made: {error.strerror}", where=str(out), hint="name another --out") from None
    try:
        tables = {"pairs": linkage.pairs, "merges": linkage.merges, "aliases": linkage.aliases}
        write_tables(draft, {**tables, "contradictions": linkage.contradictions, "entities": linkage.entities})
        write_json(draft / MODEL, linkage.model)
        for file in sorted(draft.iterdir(), key=lambda file: (file.name == ENTITY_FILE, file.name)):
            file.replace(out / file.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def check_truth(table: pa.Table, kinds: list[ColumnKind], column: str) -> None:
    """Refuse a column of true persons that is missing or takes part in the linkage.

    Raises:
        LinkageError: There is no such column, or it has a kind.
    """
    if column not in table.column_names:
        hint = f"columns are {', '.join(table.column_names)}"
        raise LinkageError("no such column", where=f"--truth {column}", hint=hint)
    if any(one.column == column for one in kinds):
        hint = "the truth is for scoring alone: give it no --kind"
        raise LinkageError("the column takes part in the linkage", where=f"--truth {column}", hint=hint)


def scores(linkage: Linkage, table: pa.Table, kinds: list[ColumnKind], column: str) -> dict[str, Any]:
    """How right a linkage is by a column of true persons, with intervals and the reliability of its links.

    Raises:
        LinkageError: A record has no true person.
    """
    key = next(one.column for one in kinds if one.kind is Kind.RECORD_ID)
    labels = pa.table({"record_id": table.column(key).cast(pa.string()), "person": table.column(column)})
    rows = pc.index_in(linkage.entities.column("record_id"), value_set=labels.column("record_id").combine_chunks())
    person = labels.column("person").take(rows)
    found = score_partition(linkage.entities.column("entity_id"), person)
    return {
        "pairwise": _figures(found.pairwise),
        "bcubed": _figures(found.bcubed),
        "true_entities": found.true_entities,
        "calibration": pair_reliability(linkage.pairs, labels, linkage.entities).to_json(),
    }


def _figures(score: Score) -> dict[str, Any]:
    names = ("precision", "recall", "f1")
    values = {name: round(float(getattr(score, name)), 5) for name in names}
    spans = {name: [round(x, 5) for x in getattr(score, f"{name}_interval")] for name in names}
    return {**values, "interval": spans}
