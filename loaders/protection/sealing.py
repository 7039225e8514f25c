"""Special address protection, applied once, before anything is written.

A sealed row keeps what happened, when and to whom, and loses everything that tells where: address,
municipality, district, register, journal numbers and the keys made from them. Its ids are digests of
what is left, so two worlds that differ only in a sealed location are the same bytes afterwards.

Only the rows of protected persons, of those who live with them and of their incidents are ever looked
at in memory; the rest of a table may lie on disk, and is told what changes by :class:`Change`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkage.intervals import Interval, intersection, to_date, to_days
from linkage.tables import PLACE, PROTECTED_REGISTER, TEXT
from linkage.vocabulary import IdentifierType, RelationKind
from loaders.building import STATED
from loaders.protection.recognition import Spans, outside, special_spans
from loaders.protection.rows import Rows, TableRows
from loaders.sources import ORIGIN

Tables = Mapping[str, Rows]
Row = dict[str, Any]

_PERSON = (
    *("given", "middle", "surname", "earlier_surnames", "birth_date", "birth_precision", "sex", "deceased"),
    *("identifiers", "known_from", "known_to"),
)
_INCIDENT = ["category", "code", "occurred", "reported", "status", "outcome", "verified", "known_from", "known_to"]
_PART = ["role", "stated_role", "outcome", "known_from", "known_to"]
_SPELL = ["record_id", "valid_from", "valid_to", "uncertainty", "known_from", "known_to"]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one table: some rows go, sealed ones (and what is left of others) come."""

    column: str
    ids: frozenset[str]
    """Rows with these values go."""
    come: pa.Table
    kind: str | None = None
    """Only rows of this ``kind`` go, where it is stated."""
    journals: frozenset[str] = frozenset()
    """No incident refers to these journal numbers any more."""

    def staying(self, rows: pa.Table) -> pa.Table:
        """The rows that stay."""
        if self.ids:
            gone = pc.is_in(rows.column(self.column), value_set=pa.array(sorted(self.ids), TEXT))
            if self.kind is not None:
                gone = pc.and_(gone, pc.equal(rows.column("kind"), self.kind))
            rows = rows.filter(pc.invert(gone)) if pc.any(gone).as_py() else rows
        return _seal_references(rows, self.journals) if self.journals else rows


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing changes in which table, and what was sealed: ids as they were, and origins of residences."""

    changes: dict[str, Change] = field(default_factory=dict)
    records: frozenset[str] = frozenset()
    incidents: frozenset[str] = frozenset()
    residence_origins: frozenset[int] = frozenset()


def _digest(parts: Iterable[object]) -> str:
    text = "\x1f".join("\x00" if p is None else str(p) for p in parts)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _names(contents: dict[str, str]) -> dict[str, str]:
    """A sealed id for each id: the digest of its content, and its rank among equal contents."""
    seen: Counter[str] = Counter()
    names = {}
    for old, content in sorted(contents.items(), key=lambda item: (item[1], item[0])):
        names[old] = f"{PROTECTED_REGISTER}:{content}" + (f"-{seen[content]}" if seen[content] else "")
        seen[content] += 1
    return names


def _rows(table: Rows, column: str, ids: Iterable[str]) -> list[Row]:
    rows: list[Row] = table.find(column, ids).to_pylist()
    return rows


def _change(table: Rows, column: str, ids: Iterable[str], come: list[Row], **more: Any) -> Change:
    return Change(column, frozenset(ids), pa.Table.from_pylist(come, schema=table.schema), **more)


def _seal_row(row: Row, source_row: str, latest: dt.date) -> Row:
    """The row without its provenance and place. A date that only the extract gave becomes the latest extract's."""
    hidden: Row = {
        "register": PROTECTED_REGISTER,
        "extract": PROTECTED_REGISTER,
        "district": None,
        "source_row": source_row,
        "sealed": True,
    }
    if not row.get(STATED, True):
        hidden["known_from"] = latest
    return {**row, **{f.name: None for f in PLACE if f.name in row}, **hidden}


def _dated(row: Row) -> dt.date | None:
    day: dt.date | None = row["occurred"] or row["reported"]
    return day


def _sealed_incidents(tables: Tables, spans: Spans) -> dict[str, Row]:
    """Incidents with a part for somebody in a special interval; an undated one might be, so it is."""
    parts = _rows(tables["involvements"], "record_id", spans)
    incidents = {
        r["incident_id"]: r for r in _rows(tables["incidents"], "incident_id", {p["incident_id"] for p in parts})
    }
    sealed = {}
    for part in parts:
        row = incidents[part["incident_id"]]
        day = _dated(row)
        if day is None or any(to_days(day) in span for span in spans[part["record_id"]]):
            sealed[row["incident_id"]] = row
    return sealed


@dataclass(frozen=True, slots=True)
class _Case:
    """The sealed incidents with their parts and mentions, and the new ids of both."""

    incidents: dict[str, Row]
    parts: list[Row]
    persons: dict[str, Row]
    incident_ids: dict[str, str]
    record_ids: dict[str, str]


def _case(tables: Tables, incidents: dict[str, Row], latest: dt.date) -> _Case:
    """New ids from content: incidents by what and who, mentions by who and in which incidents."""
    incidents = {i: _seal_row(r, "", latest) for i, r in incidents.items()}
    parts = [_seal_row(r, "", latest) for r in _rows(tables["involvements"], "incident_id", incidents)]
    persons = {r["record_id"]: r for r in _rows(tables["persons"], "record_id", {p["record_id"] for p in parts})}
    persons = {i: _seal_row(_without_local(r), "", latest) for i, r in persons.items()}
    who = {i: _digest(r[c] for c in _PERSON) for i, r in persons.items()}
    played: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        played[part["incident_id"]].append(_digest([who[part["record_id"]], *(part[c] for c in _PART)]))
    what = {i: _digest([*(r[c] for c in _INCIDENT), *sorted(played[i])]) for i, r in incidents.items()}
    incident_ids = _names(what)
    roles: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        roles[part["record_id"]].append(_digest([incident_ids[part["incident_id"]], *(part[c] for c in _PART)]))
    record_ids = _names({i: _digest([who[i], *sorted(roles[i])]) for i in persons})
    return _Case(incidents, parts, persons, incident_ids, record_ids)


def _without_local(row: Row) -> Row:
    """A register's own person key would name the register."""
    kept = [i for i in row["identifiers"] if i["type"] != IdentifierType.LOCAL.value]
    return {**row, "identifiers": kept}


def _seal_residences(tables: Tables, spans: Spans, case: _Case) -> tuple[Change, set[int], set[str]]:
    """Spells split at interval borders; addresses stated in a sealed incident or interval are gone.

    A stated address is nothing but a location, so no row is left of it: not even whether there was one.
    """
    table = tables["residences"]
    free = {
        p["record_id"]
        for p in _rows(tables["involvements"], "record_id", case.record_ids)
        if p["incident_id"] not in case.incidents
    }
    days: dict[str, set[dt.date | None]] = defaultdict(set)
    for part in case.parts:
        incident = case.incidents[part["incident_id"]]
        days[part["record_id"]] |= {incident["occurred"], incident["reported"]}
    touched = spans.keys() | case.record_ids.keys()
    kept: list[Row] = []
    sealed: list[Row] = []
    origins: set[int] = set()
    for row in _rows(table, "record_id", touched):
        record = row["record_id"]
        stay = Interval(to_days(row["valid_from"]), to_days(row["valid_to"]))
        hidden = intersection([stay], spans.get(record, []))
        if row["uncertainty"] == "registered":
            kept += [_cut(row, piece) for piece in outside(stay, hidden)]
            sealed += [_cut(row, piece) for piece in hidden]
            origins |= {row[ORIGIN]} if hidden else set()
            continue
        in_case = record in case.record_ids and (record not in free or row["valid_from"] in days[record])
        if in_case or any(stay.start in span for span in spans.get(record, [])):
            origins.add(row[ORIGIN])
        else:
            kept.append(row)
    named = _names({str(n): _digest(r[c] for c in _SPELL) for n, r in enumerate(sealed)})
    kept += [_seal_row({**r, STATED: True}, named[str(n)], dt.date.max) for n, r in enumerate(sealed)]
    return _change(table, "record_id", touched, kept), origins, {r["record_id"] for r in kept}


def _cut(row: Row, piece: Interval) -> Row:
    return {**row, "valid_from": to_date(piece.start), "valid_to": to_date(piece.end)}


def _seal_care(relations: Rows, spans: Spans) -> Change:
    """Foster care in a child's special interval is gone: with whom it is placed says where it lives."""
    care = RelationKind.FOSTER_PARENT.value
    kept = [
        _cut(row, piece)
        for row in _rows(relations, "record_id", spans)
        if row["kind"] == care
        for stay in (Interval(to_days(row["valid_from"]), to_days(row["valid_to"])),)
        for piece in outside(stay, intersection([stay], spans[row["record_id"]]))
    ]
    return _change(relations, "record_id", spans, kept, kind=care)


def _still_named(tables: Tables, case: _Case, residing: set[str]) -> set[str]:
    """Mentions of sealed incidents that something unsealed still hangs on: they stay beside their sealed copy."""
    records = case.record_ids
    named = {
        p["record_id"]
        for p in _rows(tables["involvements"], "record_id", records)
        if p["incident_id"] not in case.incidents
    }
    for table, column in (("relations", "record_id"), ("relations", "other_record"), ("protections", "record_id")):
        named |= {r[column] for r in _rows(tables[table], column, records)}
    return named | (residing & records.keys())


def _seal_references(incidents: pa.Table, journals: frozenset[str]) -> pa.Table:
    """Incidents of which none points to a sealed journal number."""
    column = incidents.column("journal_reference").combine_chunks()
    points = pc.is_in(column, value_set=pa.array(sorted(journals), TEXT))
    index = incidents.column_names.index("journal_reference")
    cleared = pc.if_else(points, pa.scalar(None, TEXT), column)
    return incidents.set_column(index, incidents.schema.field(index), cleared)


def seal_rows(tables: Tables, latest: dt.date) -> Sealed:
    """How canonical rows (with hidden columns) are sealed; ``latest`` is the last extract date of the load."""
    special = special_spans(tables, latest)
    if not special.events:
        return Sealed()
    case = _case(tables, _sealed_incidents(tables, special.events), latest)
    residences, origins, residing = _seal_residences(tables, special.stays, case)
    staying = _still_named(tables, case, residing)
    gone = case.record_ids.keys() - staying
    persons = [{**r, "record_id": n, "source_row": n} for i, r in case.persons.items() for n in [case.record_ids[i]]]
    incidents = [
        {**r, "incident_id": n, "source_row": n, "journal_number": None, "journal_reference": None}
        for i, r in case.incidents.items()
        for n in [case.incident_ids[i]]
    ]
    parts = []
    for part in case.parts:
        ids = {"incident_id": case.incident_ids[part["incident_id"]], "record_id": case.record_ids[part["record_id"]]}
        source_row = f"{PROTECTED_REGISTER}:{_digest([*ids.values(), part['role']])}"
        parts.append({**part, **ids, "source_row": source_row})
    journals = {r["journal_number"] for r in _rows(tables["incidents"], "incident_id", case.incidents)} - {None}
    sealed = frozenset(case.incidents)
    changes = {
        "persons": _change(tables["persons"], "record_id", gone, persons),
        "incidents": _change(tables["incidents"], "incident_id", sealed, incidents, journals=frozenset(journals)),
        "involvements": _change(tables["involvements"], "incident_id", sealed, parts),
        "residences": residences,
        "relations": _seal_care(tables["relations"], special.stays),
    }
    return Sealed(changes, frozenset(gone), sealed, frozenset(origins))


def seal(canonical: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The canonical tables with every location in a special interval sealed; see the module.

    ``load`` has done this to what it returns. Counts of ``refused`` and ``quality`` are left as they are.
    """
    extracts = {t for n in ("persons", "incidents") for t in canonical[n].column("extract").unique().to_pylist()}
    dates = [dt.date.fromisoformat(t) for t in extracts if t != PROTECTED_REGISTER]
    hidden = {
        name: table.append_column(ORIGIN, pa.array(range(len(table)), pa.int64()))
        for name, table in canonical.items()
        if name in ("persons", "residences", "relations", "incidents", "involvements", "protections")
    }
    rows = {name: TableRows(table) for name, table in hidden.items()}
    done = seal_rows(rows, max(dates, default=dt.date.max)).changes
    changed = {n: pa.concat_tables([c.staying(hidden[n]), c.come]).combine_chunks() for n, c in done.items()}
    return {**canonical, **{n: t.drop_columns([ORIGIN]) for n, t in changed.items()}}
