"""What a column of an unknown register can be, and how sure a guess is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; most are fields of a mapping's sections, the last ones are left unread."""

    RECORD_ID = "record_id"
    CASE_ID = "case_id"
    JOURNAL_NUMBER = "journal_number"
    JOURNAL_REFERENCE = "journal_reference"
    PARTY_NUMBER = "party_number"
    CPR = "cpr"
    IDENTIFIER = "identifier"
    IDENTIFIER_TYPE = "identifier_type"
    NAME = "name"
    GIVEN = "given"
    MIDDLE = "middle"
    SURNAME = "surname"
    EARLIER_SURNAME = "earlier_surname"
    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    BIRTH_MONTH = "birth_month"
    BIRTH_DAY = "birth_day"
    SEX = "sex"
    DECEASED = "deceased"
    ADDRESS = "address"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    FLOOR = "floor"
    DOOR = "door"
    LOCALITY = "locality"
    POSTCODE = "postcode"
    CITY = "city"
    MUNICIPALITY = "municipality"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    OCCURRED = "occurred"
    REPORTED = "reported"
    KNOWN_FROM = "known_from"
    CATEGORY = "category"
    CODE = "code"
    ROLE = "role"
    STATUS = "status"
    OUTCOME = "outcome"
    PLACE = "place"
    DISTRICT = "district"
    MOTHER = "mother"
    FATHER = "father"
    PARENT = "parent"
    EMAIL = "email"
    PHONE = "phone"
    AGE = "age"
    NOTE = "note"
    COORDINATE = "coordinate"
    COUNTRY = "country"
    HOUSEHOLD = "household"


DATES = frozenset(
    {
        *(Kind.BIRTH_DATE, Kind.DECEASED, Kind.VALID_FROM, Kind.VALID_TO),
        *(Kind.OCCURRED, Kind.REPORTED, Kind.KNOWN_FROM),
    }
)
NAMES = frozenset({Kind.NAME, Kind.GIVEN, Kind.SURNAME})
ADDRESS_PARTS = (Kind.STREET, Kind.HOUSE_NUMBER, Kind.FLOOR, Kind.DOOR, Kind.LOCALITY, Kind.POSTCODE, Kind.CITY)
RELATIVES = (Kind.MOTHER, Kind.FATHER, Kind.PARENT)
NUMBERS = frozenset({Kind.CPR, *RELATIVES})

UNREAD: dict[Kind, str] = {
    Kind.EMAIL: "e-mail addresses have no place in the canonical tables",
    Kind.PHONE: "telephone numbers have no place in the canonical tables",
    Kind.AGE: "an age without its day tells no birth date",
    Kind.NOTE: "free text is never read",
    Kind.COORDINATE: "places are known by address, not by coordinates",
    Kind.COUNTRY: "countries, states and regions have no field",
    Kind.HOUSEHOLD: "households are found from addresses, not from numbers",
}
"""Kinds that no field takes, and why."""

SURE, LIKELY, GUESSED = 0.8, 0.6, 0.4
"""From which score a guess is called sure, likely or a guess; below, the column is not read."""


def sureness(score: float) -> str:
    """A score in words.

    >>> sureness(0.9), sureness(0.5), sureness(0.1)
    ('sure', 'a guess', 'no idea')
    """
    return "sure" if score >= SURE else "likely" if score >= LIKELY else "a guess" if score >= GUESSED else "no idea"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What one column was taken for."""

    column: str
    kind: Kind | None
    score: float
    why: str
    """In words, without a value of the register."""
    formats: tuple[str, ...] = ()
    """Of dates, the formats that fit, the most frequent first."""
    ambiguous: bool = False
    """Whether day and month of the dates could be the other way round."""
    alternatives: tuple[Kind, ...] = ()
    """Other kinds that are nearly as likely."""

    @property
    def sure(self) -> str:
        """How sure, in words."""
        return sureness(self.score) if self.kind else "–"

    def read(self) -> bool:
        """Whether the mapping reads the column."""
        return self.kind is not None and self.kind not in UNREAD
