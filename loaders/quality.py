"""What became of every row and value: the tables ``refused`` and ``quality``, and a summary per register.

Sealed rows are counted under the register "protected", and rows are numbered without them: otherwise
a number or a count would tell in which file a protected person's record stands.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import CANONICAL, PLACE, PROTECTED_REGISTER, QUALITY, REFUSED, TEXT
from loaders.duplicates import codes_of, joined, whole
from loaders.protection.sealing import Sealed
from loaders.refusals import FileSpan, Origins, Refusals
from loaders.sources import ORIGIN

Tables = dict[str, pa.Table]
Mask = npt.NDArray[np.bool_]

SOURCE_TABLE = "source"
"""In ``quality``, the rows of a register's files: per file role the rows read, well-formed, used and distinct."""

_PROVENANCE = ("register", "district", "extract", "source_row", "known_from", "known_to", "sealed")
_LOCATION = (*tuple(f.name for f in PLACE), "district", "journal_number", "journal_reference")


@dataclass(slots=True)
class Ledger:
    """The log of a load, its files, and the source rows of every person and incident before any collapsed."""

    log: Refusals
    files: list[FileSpan]
    members: list[Tables]


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """How a register's rows fared."""

    register: str
    read: int
    used: int
    refused: int
    duplicates: int


def _sealed_origins(sealed: Sealed, ledger: Ledger) -> Origins:
    """Source rows whose record or incident was sealed."""
    found = [np.empty(0, dtype=np.int64)]
    for members in ledger.members:
        for table, column, ids in (
            ("persons", "record_id", sealed.records),
            ("incidents", "incident_id", sealed.incidents),
            ("involvements", "incident_id", sealed.incidents),
        ):
            rows = members[table]
            hit = pc.is_in(rows.column(column), value_set=pa.array(sorted(ids), TEXT))
            found.append(rows.filter(hit).column(ORIGIN).to_numpy())
    return np.unique(np.concatenate(found))


def _placed(origins: Origins, files: list[FileSpan]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Position of each origin's file, and its row there."""
    firsts = np.array([f.first for f in files], dtype=np.int64)
    # Files without rows share their first origin with the next file; the last of them owns it.
    at = np.searchsorted(firsts, origins, side="left") - 1
    return at, origins - firsts[at]


def _refused_table(log: pa.Table, hidden: Mask, ledger: Ledger, sealed: Origins) -> pa.Table:
    """The log as the canonical table: one row per source row and column."""
    origins = log.column("origin").to_numpy()
    at, rows = _placed(origins, ledger.files)
    firsts = np.array([f.first for f in ledger.files], dtype=np.int64)
    before = np.searchsorted(sealed, origins, side="left") - np.searchsorted(sealed, firsts[at], side="right")
    rows = rows - before
    registers = pa.array([f.register for f in ledger.files], TEXT).take(pa.array(at))
    names = pa.array([f.name for f in ledger.files], TEXT).take(pa.array(at))
    cover = pa.array(hidden)
    stated = pc.if_else(cover, whole(log, "field"), whole(log, "column"))
    table = pa.table(
        {
            "register": pc.if_else(cover, pa.scalar(PROTECTED_REGISTER, TEXT), registers),
            "file": pc.if_else(cover, pa.scalar(PROTECTED_REGISTER, TEXT), names),
            "row": pa.array(np.where(hidden, 0, rows)),
            "column": stated,
            "reason": whole(log, "reason"),
        }
    )
    open_rows = (
        table.filter(pc.invert(cover)).group_by(["register", "file", "row", "column"]).aggregate([("reason", "min")])
    )
    open_rows = open_rows.rename_columns({"reason_min": "reason"}).select(table.column_names)
    closed = table.filter(cover).sort_by([("column", "ascending"), ("reason", "ascending")])
    numbers = pa.array(np.arange(1, len(closed) + 1, dtype=np.int64))
    closed = closed.set_column(2, "row", numbers)
    return pa.concat_tables([open_rows.cast(REFUSED.schema), closed.cast(REFUSED.schema)])


def _column_quality(table: str, rows: pa.Table, invalid: dict[tuple[str, str, str], int]) -> list[dict[str, object]]:
    """Rows, filled, valid and distinct of every content column of one table, per register."""
    found: list[dict[str, object]] = []
    for register in sorted(rows.column("register").unique().to_pylist()):
        own = rows.filter(pc.equal(rows.column("register"), register)).combine_chunks()
        for name in CANONICAL[table].schema.names:
            if name in _PROVENANCE:
                continue
            column = whole(own, name)
            listed = pa.types.is_list(column.type)
            valid = pc.greater(pc.list_value_length(column), 0) if listed else pc.is_valid(column)
            good = int(pc.sum(pc.fill_null(valid, False), min_count=0).as_py())
            distinct = codes_of(joined(own.filter(pc.fill_null(valid, False)), [name]))[1] if good else 0
            bad = invalid.get((register, table, name), 0)
            kept = name in ("role", "category", "identifiers", "other_identifier")
            found.append(
                {
                    "register": register,
                    "table": table,
                    "column": name,
                    "rows": len(own),
                    "filled": good if kept else good + bad,
                    "valid": max(good - bad, 0) if kept else good,
                    "distinct": distinct,
                }
            )
    return found


def _source_quality(log: pa.Table, ledger: Ledger, sealed: Origins, surviving: Mask) -> list[dict[str, object]]:
    """Rows read, well-formed, used whole and distinct, per register and file role; sealed ones apart."""
    origins = log.column("origin").to_numpy()
    fatal = log.column("fatal").to_numpy(zero_copy_only=False)
    whole_row = pc.equal(log.column("table"), "").to_numpy(zero_copy_only=False)
    malformed = np.setdiff1d(origins[fatal & whole_row], sealed)
    lost = np.setdiff1d(origins[fatal], sealed)
    repeated = np.concatenate([np.empty(0, dtype=np.int64), *ledger.log.duplicates])
    repeated = np.setdiff1d(np.unique(repeated[~surviving[repeated]]), np.concatenate([sealed, lost]))
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in ledger.files:
        total = counts[one.register, one.role]
        total[0] += one.rows - _between(sealed, one)
        for position, gone in enumerate((malformed, lost, repeated), start=1):
            total[position] += _between(gone, one)
    if len(sealed):
        counts[PROTECTED_REGISTER, "rows"] = [len(sealed), 0, 0, 0]
    return [
        {
            "register": register,
            "table": SOURCE_TABLE,
            "column": role,
            "rows": read,
            "filled": read - bad,
            "valid": read - gone,
            "distinct": read - gone - twice,
        }
        for (register, role), (read, bad, gone, twice) in sorted(counts.items())
    ]


def _between(origins: Origins, span: FileSpan) -> int:
    ends = np.searchsorted(origins, [span.first, span.first + span.rows], side="right")
    return int(ends[1] - ends[0])


def final_tables(sealed: Sealed, ledger: Ledger) -> Tables:
    """The canonical tables without hidden columns, with ``refused`` and ``quality``."""
    log = ledger.log.as_table()
    origins = log.column("origin").to_numpy()
    gone = _sealed_origins(sealed, ledger)
    of_residence = pc.equal(log.column("table"), "residences").to_numpy(zero_copy_only=False)
    stays = np.isin(origins, np.array(sorted(sealed.residence_origins), dtype=np.int64)) & of_residence
    hidden = np.isin(origins, gone) | stays
    place = pc.is_in(log.column("field"), value_set=pa.array(("", *_LOCATION), TEXT)).to_numpy(zero_copy_only=False)
    keep = ~(hidden & (place | of_residence))
    log, hidden = log.filter(pa.array(keep)), hidden[keep]
    tables = {n: t.select(CANONICAL[n].schema.names) for n, t in sealed.tables.items()}
    surviving = np.zeros(ledger.files[-1].first + ledger.files[-1].rows + 1, dtype=np.bool_)
    for rows in sealed.tables.values():
        surviving[rows.column(ORIGIN).to_numpy()] = True
    quality = _source_quality(log, ledger, gone, surviving)
    invalid = _invalid(log, hidden, ledger)
    for name, rows in tables.items():
        quality += _column_quality(name, rows, invalid)
    tables["refused"] = _refused_table(log, hidden, ledger, gone)
    tables["quality"] = pa.Table.from_pylist(quality, schema=QUALITY.schema)
    return tables


def _invalid(log: pa.Table, hidden: Mask, ledger: Ledger) -> dict[tuple[str, str, str], int]:
    """How many values of each register, table and field were stated but not readable."""
    at, _ = _placed(log.column("origin").to_numpy(), ledger.files)
    registers = pa.array([f.register for f in ledger.files], TEXT).take(pa.array(at))
    names = pc.if_else(pa.array(hidden), pa.scalar(PROTECTED_REGISTER, TEXT), registers)
    values = pa.table({"register": names, "table": whole(log, "table"), "field": whole(log, "field")})
    values = values.filter(pc.invert(log.column("fatal")))
    counted = values.group_by(["register", "table", "field"]).aggregate([([], "count_all")])
    return {(r["register"], r["table"], r["field"]): r["count_all"] for r in counted.to_pylist()}


def summarise(quality: pa.Table) -> tuple[RegisterCounts, ...]:
    """Rows read, used, refused and repeated of each register, from a ``quality`` table; by name.

    The rows of special protection stand under the register ``protected``.
    """
    source = quality.filter(pc.equal(quality.column("table"), SOURCE_TABLE))
    totals = ("rows", "valid", "distinct")
    counted = source.group_by("register").aggregate([(c, "sum") for c in totals]).sort_by("register")
    return tuple(
        RegisterCounts(
            register=row["register"],
            read=row["rows_sum"],
            used=row["valid_sum"],
            refused=row["rows_sum"] - row["valid_sum"],
            duplicates=row["valid_sum"] - row["distinct_sum"],
        )
        for row in counted.to_pylist()
    )
