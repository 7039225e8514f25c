"""What a trial of a mapping found: counts, row numbers and codes, never a value of a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from loaders.expectations import Finding


@dataclass(frozen=True, slots=True)
class FileFound:
    """One file of a role, and how much of it was read."""

    role: str
    name: str
    rows: int
    whole: bool
    """Whether these are all of its rows."""
    unusable: int
    """Rows that could not be read at all."""


@dataclass(frozen=True, slots=True)
class FieldFound:
    """How well the sample fills one canonical column."""

    table: str
    column: str
    rows: int
    filled: int
    valid: int
    distinct: int


@dataclass(frozen=True, slots=True)
class RefusalFound:
    """Rows or values that could not be used, for one reason."""

    file: str
    column: str | None
    reason: str
    count: int
    first_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnknownCodes:
    """Codes of a column that a map does not know, with the lines that would teach it."""

    map: str
    column: str
    kind: str
    rows: int
    """Rows with an unknown code."""
    codes: tuple[str, ...]
    """Those that are fit to be shown."""
    untold: int
    """Further different values."""
    lines: str
    """TOML to paste, with a guess at each word."""


@dataclass(frozen=True, slots=True)
class UnfitDates:
    """Dates that no stated format reads, and formats that would."""

    column: str
    rows: int
    formats: tuple[str, ...]
    """Formats that would read some of them."""
    fitting: float
    """Share of the unfit values that these read."""
    short_years: bool
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A key that stands in several rows of the sample."""

    section: str
    columns: tuple[str, ...]
    keys: int
    """Keys that stand in more than one row."""


@dataclass(frozen=True, slots=True)
class MappingCheck:
    """Everything a trial found; ``errors`` alone where the mapping or a file cannot be read."""

    mapping: str
    register: str = ""
    errors: tuple[str, ...] = ()
    files: tuple[FileFound, ...] = ()
    tables: dict[str, int] = field(default_factory=dict)
    """Rows of each canonical table that the sample gives."""
    sections: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Sections by table."""
    fields: tuple[FieldFound, ...] = ()
    refused: tuple[RefusalFound, ...] = ()
    unknown: tuple[UnknownCodes, ...] = ()
    dates: tuple[UnfitDates, ...] = ()
    repeated: tuple[RepeatedKey, ...] = ()
    linking: dict[str, int] = field(default_factory=dict)
    """Mentions by what they state: all, number, birth_date, name, address, name_and_birth."""
    missing: tuple[str, ...] = ()
    """What family histories would lack, by key of a text."""
    expectations: tuple[Finding, ...] = ()
    """Expectations that the sample breaks."""
    no_extract_date: bool = False

    @property
    def usable(self) -> bool:
        """Whether the register can be used as it is mapped: something comes of it, and most of its rows."""
        read = sum(f.rows for f in self.files)
        lost = sum(f.unusable for f in self.files)
        something = self.tables.get("persons", 0) + self.tables.get("incidents", 0) + self.tables.get("streets", 0)
        return not self.errors and something > 0 and (read == 0 or lost < read / 2)

    @property
    def sampled(self) -> bool:
        """Whether some file has more rows than were read."""
        return not all(f.whole for f in self.files)
