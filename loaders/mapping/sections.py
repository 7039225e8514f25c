"""Checked reading of one section: the rows of one file role that become rows of one table."""

from __future__ import annotations

from pathlib import Path

from loaders.mapping.cells import Maps, Table, read_cell, read_conditions, read_identifiers, read_key
from loaders.mapping.file import meant
from loaders.mapping.model import ROW_NUMBER, Cell, Gathered, Identifier, Section
from loaders.mapping.words import GATHERED, TABLES

_OWN = ("from", "when", "row_key", "optional", "omit")
Files = dict[str, tuple[Path, ...]]


def _cells(table: Table, fields: dict[str, str], maps: Maps) -> dict[str, Cell]:
    plain = {f: k for f, k in fields.items() if k not in ("key", "identifiers") and f in table.values}
    return {f: read_cell(table, f, kind, maps) for f, kind in plain.items()}


def _gathered(table: Table, *, files: Files, maps: Maps) -> tuple[Gathered, ...]:
    """``[persons.NAME.current.ROLE]`` and ``[persons.NAME.every.ROLE]``."""
    found = []
    fields = {f: TABLES["persons"].fields[f] for f in GATHERED}
    for word in ("current", "every"):
        if word not in table.values:
            continue
        roles = table.table(word)
        for role in roles.values:
            inner = roles.table(role)
            inner.only(("key", "valid_from", "valid_to", "optional", *GATHERED))
            if role not in files:
                if inner.values.get("optional") is True:
                    continue
                raise inner.error("key", f"no file has the role {role!r}", hint=meant(role, files))
            if "key" not in inner.values:
                raise inner.error("key", "missing", hint="the column that names the person in this file")
            dates = {d: read_cell(inner, d, "date", maps) for d in ("valid_from", "valid_to") if d in inner.values}
            if word == "current" and "valid_to" not in dates:
                raise inner.error("valid_to", "missing", hint="without it no row is the current one")
            found.append(
                Gathered(
                    role=role,
                    key=inner.typed("key", str),
                    current=word == "current",
                    cells=_cells(inner, fields, maps),
                    identifiers=read_identifiers(inner, "identifiers") if "identifiers" in inner.values else (),
                    valid_from=dates.get("valid_from"),
                    valid_to=dates.get("valid_to"),
                )
            )
    return tuple(found)


def _role(table: Table, files: Files) -> str | None:
    """The section's file role, or None where the section is optional and has no file."""
    if "from" not in table.values:
        raise table.error("from", "missing", hint="the file role whose rows are read")
    role: str = table.typed("from", str)
    if role in files:
        return role
    if table.values.get("optional") is True:
        return None
    hint = meant(role, files) if files else "write [register.files]"
    raise table.error("from", f"no file has the role {role!r}", hint=hint)


def read_section(table: Table, kind: str, name: str, *, files: Files, maps: Maps) -> Section | None:
    """One section, or None where it is omitted or optional and without a file.

    Raises:
        MappingError: With file and line.
    """
    words = TABLES[kind]
    extra = ("person_key", "current", "every") if kind == "persons" else ("varying",) if kind == "incidents" else ()
    table.only((*_OWN, *extra, *words.fields))
    for flag in ("omit", "optional"):
        if flag in table.values:
            table.typed(flag, bool)
    if table.values.get("omit") is True:
        return None
    role = _role(table, files)
    if role is None:
        return None
    for required in words.required:
        if required not in table.values:
            raise table.error(required, "missing", hint=f"every section of {kind} needs it")
    gathered = _gathered(table, files=files, maps=maps) if kind == "persons" else ()
    if gathered and "person_key" not in table.values:
        raise table.error("person_key", "missing", hint="the column that joins the other files")
    _check_key_rows(table, words.fields)
    return Section(
        table=kind,
        name=name,
        role=role,
        when=read_conditions(table),
        keys={f: read_key(table, f) for f, k in words.fields.items() if k == "key" and f in table.values},
        cells=_cells(table, words.fields, maps),
        identifiers=_identifiers(table, words.fields),
        row_key=read_key(table, "row_key") if "row_key" in table.values else None,
        varying=_varying(table, words.fields),
        person_key=table.typed("person_key", str) if "person_key" in table.values else "",
        gathered=gathered,
    )


def _identifiers(table: Table, fields: dict[str, str]) -> tuple[Identifier, ...]:
    for name, kind in fields.items():
        if kind == "identifiers" and name in table.values:
            return read_identifiers(table, name)
    return ()


def _varying(table: Table, fields: dict[str, str]) -> tuple[str, ...]:
    if "varying" not in table.values:
        return ()
    names = table.texts("varying")
    for name in names:
        if name not in fields:
            raise table.error("varying", f"not a field: {name!r}", hint=meant(name, fields))
    return names


def _check_key_rows(table: Table, fields: dict[str, str]) -> None:
    """Other sections cannot name a record by the number of another file's row."""
    if "other_record" not in fields or "other_record" not in table.values:
        return
    if ROW_NUMBER in read_key(table, "other_record").columns:
        raise table.error("other_record", f"{ROW_NUMBER} names no other record", hint="name a column")
