"""What is measured of a register's extract: counts, shares and dates, never a value of a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from linkage.vocabulary import IdentifierType

PLACEHOLDERS = (
    IdentifierType.ENR,
    IdentifierType.UNR,
    IdentifierType.KNR,
    IdentifierType.UNIDENTIFIED,
    IdentifierType.ASSOCIATION,
)
"""Numbers that stand where no person's number was known."""


def share(part: int, whole: int) -> float | None:
    """A part of a whole, None where there is no whole.

    >>> share(1, 4), share(0, 0)
    (0.25, None)
    """
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class RoleRows:
    """Rows of the files of one role: read, well-formed, used whole, and said once."""

    role: str
    read: int
    well_formed: int
    used: int
    distinct: int

    @property
    def refused(self) -> int:
        """Rows that were lost, as a whole or for one of their tables."""
        return self.read - self.used

    @property
    def repeated(self) -> int:
        """Rows that said what another row had said."""
        return self.used - self.distinct


@dataclass(frozen=True, slots=True)
class ColumnFill:
    """How one canonical column is filled: ``valid`` is what could be read of what was stated."""

    table: str
    column: str
    rows: int
    filled: int
    valid: int
    distinct: int

    @property
    def name(self) -> str:
        """Such as ``persons.birth_date``."""
        return f"{self.table}.{self.column}"

    def filled_share(self) -> float | None:
        """Share of the rows that state something."""
        return share(self.filled, self.rows)

    def valid_share(self) -> float | None:
        """Share of what is stated that could be read."""
        return share(self.valid, self.filled)


@dataclass(frozen=True, slots=True)
class Refused:
    """What was refused for one reason in one column of one file."""

    file: str
    column: str | None
    reason: str
    count: int
    first_rows: tuple[int, ...]
    """Numbers of the first rows; empty where special protection hides them."""


@dataclass(frozen=True, slots=True)
class IdentifierUse:
    """Identifiers of one type: mentions that state one, different numbers, and those used for several persons."""

    type: str
    mentions: int
    numbers: int
    several_names: int
    several_births: int
    reused: int
    """Numbers used by mentions that state several names or several birth dates."""

    @property
    def placeholder(self) -> bool:
        """Whether such a number stands for a person nobody knew the number of."""
        return self.type in PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many rows say one word of a closed list."""

    table: str
    column: str
    code: str
    count: int
    rows: int
    """Rows of the table."""

    @property
    def name(self) -> str:
        """Such as ``involvements.role SUSPECT``."""
        return f"{self.table}.{self.column} {self.code}"


@dataclass(frozen=True, slots=True)
class Entries:
    """When the rows were entered, as far as the register says."""

    basis: str
    """``known_from`` where rows state when they were entered, else ``valid_from`` of stays, else empty."""
    newest: dt.date | None
    undated: int
    """Rows that are only known since the extract."""
    months: tuple[tuple[str, int], ...]
    """Rows per month, as ``2025-03``."""

    @property
    def last_year(self) -> int:
        """Rows of the twelve months up to the newest: a quiet register may pause without anything being wrong."""
        if self.newest is None:
            return 0
        start = f"{self.newest.year - 1:04}-{self.newest.month:02}"
        return sum(count for month, count in self.months if month > start)


@dataclass(frozen=True, slots=True)
class RegisterMeasures:
    """Everything that is told of one register's extract."""

    register: str
    title: str | None
    district: str | None
    synthetic: bool
    extract: dt.date | None
    roles: tuple[RoleRows, ...]
    columns: tuple[ColumnFill, ...]
    refused: tuple[Refused, ...]
    identifiers: tuple[IdentifierUse, ...]
    checked_numbers: int
    """Different CPR numbers that could carry a check digit; invented ones cannot."""
    failing_numbers: int
    """Those of them that fail modulus 11: a hint of a slip at most, for numbers since 2007 need not keep it."""
    births: int
    """Birth dates stated to the day."""
    new_year_births: int
    """Those of them on 1 January, which is often written where the day is not known."""
    codes: tuple[CodeCount, ...]
    entries: Entries

    @property
    def mentions(self) -> int:
        """Mentions of persons."""
        return next((c.rows for c in self.columns if c.table == "persons"), 0)

    @property
    def read(self) -> int:
        """Rows read from all files."""
        return sum(role.read for role in self.roles)

    @property
    def used(self) -> int:
        """Rows used whole."""
        return sum(role.used for role in self.roles)

    @property
    def repeated(self) -> int:
        """Rows that said what another row had said."""
        return sum(role.repeated for role in self.roles)

    @property
    def refused_rows(self) -> int:
        """Rows that were lost."""
        return self.read - self.used

    @property
    def age(self) -> int | None:
        """Days from the newest entry to the extract."""
        newest = self.entries.newest
        return None if self.extract is None or newest is None else (self.extract - newest).days

    def role(self, name: str) -> RoleRows:
        """The rows of one file role; none where it has no files."""
        return next((one for one in self.roles if one.role == name), RoleRows(name, 0, 0, 0, 0))

    def fill(self, table: str, column: str) -> ColumnFill:
        """One column; without rows where the table is empty."""
        found = (one for one in self.columns if (one.table, one.column) == (table, column))
        return next(found, ColumnFill(table, column, 0, 0, 0, 0))
