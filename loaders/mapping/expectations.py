"""Checked reading of ``[expectations]``: what an extract must keep to be used unseen.

Every expectation becomes a key and a limit, so that judging, reporting and documenting speak of it by
the words that the mapping uses. A role called ``*`` stands for every role that has files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from linkage.vocabulary import IdentifierType
from loaders.mapping.cells import Table
from loaders.mapping.file import Document, meant
from loaders.mapping.model import Expectation, Expectations, Section
from loaders.mapping.words import FALLBACKS, PLACE_PARTS, TABLES

EVERY_ROLE = "*"
ROWS = ("min", "max", "change")
COLUMN = ("filled", "valid", "distinct", "change")

_NOT_MEASURED = ("name", "address", "known_from", "known_to", "district")
_WORDS = ("judged_from", "newest_entry_within", "older_extract", "omit")
_BY_ROLE = ("rows", "refused", "repeated")


def measured_columns(table: str) -> tuple[str, ...]:
    """Columns of a canonical table that a load counts as filled, valid and distinct.

    >>> measured_columns("protections")
    ('record_id', 'kind', 'valid_from', 'valid_to')
    """
    return tuple(f for f in TABLES[table].fields if f not in _NOT_MEASURED)


def read_expectations(
    document: Document, files: dict[str, tuple[Path, ...]], sections: Iterable[Section]
) -> Expectations:
    """The expectations that a mapping states; none where it has no ``[expectations]``, or omits them.

    Raises:
        MappingError: An unknown key, role, column or code, or a limit that nothing can keep; with file and line.
    """
    table = Table(document, ("expectations",))
    table.only((*_WORDS, *_BY_ROLE, "unknown", "identifiers", *TABLES))
    if _omitted(table):
        return Expectations()
    roles = _Roles(files, _named_roles(document))
    stated = [*_rows(table, roles), *_shares(table, roles), *_single(table)]
    of_tables = [name for name in TABLES if name in table.values]
    filled = _filled(sections)
    for name in of_tables:
        stated += _columns(table.table(name), name, filled.get(name))
    found = tuple(sorted(stated, key=lambda one: one.key))
    if "judged_from" not in table.values:
        return Expectations(found)
    return Expectations(found, int(_number(table, "judged_from", whole=True)))


class _Roles:
    """Which file roles a mapping has files for, and which it names at all."""

    def __init__(self, files: Iterable[str], named: Iterable[str]) -> None:
        self.there = sorted(files)
        self.named = {*self.there, *named}

    def of(self, table: Table) -> Iterator[tuple[str, list[str]]]:
        """Each key of the table, with the roles that it speaks of; ``*`` first, so that others win over it."""
        for role in sorted(table.values, key=lambda one: (one != EVERY_ROLE, one)):
            if role != EVERY_ROLE and role not in self.named:
                raise table.error(role, f"no file has the role {role!r}", hint=meant(role, self.there))
            yield role, self.there if role == EVERY_ROLE else [r for r in (role,) if r in self.there]


def _named_roles(document: Document) -> set[str]:
    """Roles that sections read, also those whose files are left out."""
    named = set()
    for kind in TABLES:
        for section in Table(document, (kind,)).values.values():
            if isinstance(section, dict):
                named |= {section.get("from"), *section.get("current", {}), *section.get("every", {})}
    return {one for one in named if isinstance(one, str)}


def _omitted(table: Table) -> bool:
    return "omit" in table.values and table.typed("omit", bool) is True


def _limits(table: Table, key: str, example: str) -> Table:
    """The inline table of limits under a key."""
    if not isinstance(table.values[key], dict):
        raise table.error(key, "must be a table of limits", hint=f"like {example}")
    return table.table(key)


def _number(table: Table, key: str, *, whole: bool = False, most: float | None = None) -> float:
    """A number of 0 or more; a share where ``most`` is 1."""
    value: Any = table.values[key]
    kinds = (int,) if whole else (int, float)
    what = "a whole number" if whole else "a share between 0 and 1" if most == 1 else "a number"
    if not isinstance(value, kinds) or isinstance(value, bool) or value < 0 or (most is not None and value > most):
        raise table.error(key, f"must be {what}", hint="like 14" if whole else "like 0.9")
    return value


def _rows(table: Table, roles: _Roles) -> list[Expectation]:
    """``rows.ROLE = { min, max, change }``."""
    if "rows" not in table.values:
        return []
    found: dict[tuple[str, ...], float] = {}
    inner = table.table("rows")
    for role, meant_roles in roles.of(inner):
        limits = _limits(inner, role, "{ min = 1000, change = 0.5 }")
        limits.only((*ROWS, "omit"))
        gone = _omitted(limits)
        for one in meant_roles:
            if gone:
                found = {key: limit for key, limit in found.items() if key[1] != one}
            else:
                found |= {("rows", one, k): _row_limit(limits, k) for k in ROWS if k in limits.values}
        low, high = (limits.values.get(k) for k in ("min", "max"))
        if low is not None and high is not None and low > high:
            raise limits.error("max", "is less than min")
    return [Expectation(key, limit) for key, limit in found.items()]


def _row_limit(limits: Table, key: str) -> float:
    return _number(limits, key, whole=key != "change")


def _shares(table: Table, roles: _Roles) -> list[Expectation]:
    """``refused.ROLE``, ``repeated.ROLE``, ``unknown.CODE`` and ``identifiers.TYPE``, each a share."""
    found: dict[tuple[str, ...], float] = {}
    for word in ("refused", "repeated"):
        if word in table.values:
            inner = table.table(word)
            for role, meant_roles in roles.of(inner):
                found |= {(word, one): _number(inner, role, most=1) for one in meant_roles}
    for word, known in (("unknown", tuple(FALLBACKS)), ("identifiers", tuple(IdentifierType))):
        if word in table.values:
            inner = table.table(word)
            inner.only(known)
            found |= {(word, one): _number(inner, one, most=1) for one in inner.values}
    return [Expectation(key, limit) for key, limit in found.items()]


def _single(table: Table) -> list[Expectation]:
    found = []
    if table.values.get("newest_entry_within", False) is not False:
        days = _number(table, "newest_entry_within", whole=True)
        found.append(Expectation(("newest_entry_within",), days))
    # The other value says what holds without the key, so that an extending mapping can take the expectation back.
    if "older_extract" in table.values and table.typed("older_extract", bool) is False:
        found.append(Expectation(("older_extract",), 0))
    return found


def _columns(table: Table, name: str, filled: set[str] | None) -> list[Expectation]:
    """``TABLE.COLUMN = { filled, valid, distinct, change }``."""
    table.only(measured_columns(name))
    found = []
    for column in table.values:
        limits = _limits(table, column, "{ filled = 0.9 }")
        limits.only((*COLUMN, "omit"))
        if _omitted(limits):
            continue
        if filled is not None and column not in filled:
            raise table.error(column, f"no section of {name} fills it", hint="fill it, or omit = true")
        for key in COLUMN:
            if key in limits.values:
                limit = _number(limits, key, whole=key == "distinct", most=None if key == "distinct" else 1)
                found.append(Expectation((name, column, key), limit))
    return found


def _filled(sections: Iterable[Section]) -> dict[str, set[str]]:
    """Columns that something fills, of every table that has a section."""
    found: dict[str, set[str]] = {}
    for section in sections:
        names = {*section.keys, *section.cells}
        for one in section.gathered:
            names |= {*one.cells, *(("identifiers",) if one.identifiers else ())}
        names |= {"identifiers", "other_identifier"} if section.identifiers else set()
        names |= set(PLACE_PARTS) if "address" in names else set()
        names |= {"given", "surname", "earlier_surnames"} if "name" in names else set()
        names |= {"birth_precision"} if "birth_date" in names else set()
        names |= {"valid_to"} if "valid_from" in names else set()
        found.setdefault(section.table, set()).update(names)
    return found
