"""A mapping: how one register's files become canonical tables.

Declarative and small: which file plays which role, and for each canonical table which column fills
which field, through which value map and date format. Values only; :mod:`loaders.mapping` reads them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

ROW_NUMBER = "@row"
"""Stands in a key for the number of the row in its file, where a register has no key of its own."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A row counts only where the column holds one of the values; without values, anything at all."""

    column: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one field's value comes from and what is done to it."""

    columns: tuple[str, ...] = ()
    how: str = "first"
    """``first`` filled column, ``join`` of the filled ones, ``parts`` year, month, day; ``constant``."""
    separator: str = " "
    constant: str | None = None
    map: tuple[tuple[str, str], ...] | None = None
    otherwise: str | None = None
    """What a value missing from the map becomes."""
    default: str | None = None
    """What an empty value becomes."""
    formats: tuple[str, ...] = ()
    add_days: int = 0
    when: tuple[Condition, ...] = ()

    def reads(self) -> tuple[str, ...]:
        """Every column the cell looks at."""
        return (*self.columns, *(c.column for c in self.when))


@dataclass(frozen=True, slots=True)
class Key:
    """Columns whose values, joined by ``/``, name a record within its register."""

    columns: tuple[str, ...]
    suffix: str = ""
    how: str = "join"
    """``join`` of all columns, or the ``first`` filled one."""

    def reads(self) -> tuple[str, ...]:
        """Every column the key looks at."""
        return tuple(c for c in self.columns if c != ROW_NUMBER)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A column of personal identifiers and what the register says of their type."""

    column: str
    type_column: str | None = None
    stated: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Every column the identifier looks at."""
        return (self.column, self.type_column) if self.type_column else (self.column,)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Fields of a person that stand in another file, joined by the person key.

    ``current`` takes one row per person (the open one, else the latest), otherwise all rows count.
    """

    role: str
    key: str
    current: bool
    cells: dict[str, Cell]
    identifiers: tuple[Identifier, ...] = ()
    valid_from: Cell | None = None
    valid_to: Cell | None = None

    def reads(self) -> tuple[str, ...]:
        """Every column looked at in the joined file."""
        cells = [*self.cells.values(), *(c for c in (self.valid_from, self.valid_to) if c)]
        return (self.key, *(n for c in cells for n in c.reads()), *(n for i in self.identifiers for n in i.reads()))


@dataclass(frozen=True, slots=True)
class Section:
    """How the rows of one file role become rows of one canonical table."""

    table: str
    name: str
    role: str
    when: tuple[Condition, ...]
    keys: dict[str, Key]
    cells: dict[str, Cell]
    identifiers: tuple[Identifier, ...] = ()
    row_key: Key | None = None
    varying: tuple[str, ...] = ()
    """Fields in which the rows of one incident may differ without that being reported."""
    person_key: str = ""
    gathered: tuple[Gathered, ...] = ()

    def reads(self) -> tuple[str, ...]:
        """Every column looked at in the section's own file, sorted."""
        parts: list[Key | Cell | Identifier] = [*self.keys.values(), *self.cells.values(), *self.identifiers]
        names = {n for p in parts for n in p.reads()} | {c.column for c in self.when}
        names |= set(self.row_key.reads()) if self.row_key else set()
        return tuple(sorted(names | ({self.person_key} if self.person_key else set())))


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that every extract must keep: the key as ``[expectations]`` states it, and its limit."""

    key: tuple[str, ...]
    limit: float


@dataclass(frozen=True, slots=True)
class Expectations:
    """What an extract must keep to be used without somebody accepting it; see :mod:`loaders.expectations`."""

    stated: tuple[Expectation, ...] = ()
    judged_from: int = 100
    """Shares and changes of fewer rows than this are not judged."""


@dataclass(frozen=True, slots=True)
class Database:
    """One table or query of a database; the password is never part of a mapping."""

    url: str | None = None
    url_env: str | None = None
    """Environment variable that holds the whole URL."""
    password_env: str | None = None
    table: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How the files of one role are written, where their content does not tell."""

    encoding: str | None = None
    """This role's own encoding; by default the register's."""
    delimiter: str | None = None
    header_row: int = 1
    """Line that names the columns, counted from 1 as an editor counts; 0 where nothing does."""
    sheet: str | None = None
    member: str | None = None
    """Pattern of the files to read from a zip archive."""
    schema: str | None = None
    """Schema of the FollowTheMoney entities to read; by default named like the role."""
    separator: str | None = None
    """Joins the values of a property that has several; by default the first one counts."""
    follow_links: bool = False
    """Whether a link may lead out of its folder."""
    database: Database | None = None
    frame: bool = False
    """Whether the rows are handed to the loader as a data frame."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """One register: what it is, where its files are, how they are written, what they mean."""

    path: Path
    name: str
    synthetic: bool
    files: dict[str, tuple[Path, ...]]
    """Files of each role: paths or patterns, relative ones already beside their mapping; none for a database."""
    sections: tuple[Section, ...]
    title: str | None = None
    district: str | None = None
    legal_basis: str | None = None
    retention: str | None = None
    one_record_per_person: bool = False
    extract_date: dt.date | None = None
    encoding: str = "utf-8"
    delimiter: str = ";"
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    optional_columns: tuple[str, ...] = ()
    """Columns that files may lack, or ``*`` for any."""
    most_rows: int | None = None
    """Rows to read of each file, for a look at a register; by default all. No mapping file states it."""
    forms: dict[str, Form] = field(default_factory=dict)
    """How the files of each role are written."""
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    """File and line where each column is first named, for messages about the register's files."""
    expectations: Expectations = field(default_factory=Expectations)
    """What an extract must keep; says nothing about how it is read."""

    def columns(self, role: str) -> tuple[str, ...]:
        """Every column that must stand in the files of a role, sorted."""
        own = {n for s in self.sections if s.role == role for n in s.reads()}
        joined = {n for s in self.sections for g in s.gathered if g.role == role for n in g.reads()}
        return tuple(sorted(own | joined))

    def may_lack(self, role: str) -> frozenset[str]:
        """Columns of a role that its files may lack; they then read as empty."""
        return frozenset(c for c in self.columns(role) if {c, "*"} & set(self.optional_columns))
