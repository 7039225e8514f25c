"""What the values of a column say about what it holds: shares of values that fit, never a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses import parse_texts
from linkage.identifiers import classify_identifiers
from linkage.tables import TEXT
from linkage.vocabulary import IdentifierType
from loaders.guessing.kinds import Kind
from loaders.guessing.reference import (
    IDENTIFIER_WORDS,
    NUMBERED_SEXES,
    SEXES,
    known_postcodes,
    known_word,
    municipality_codes,
    name_words,
    town_names,
)
from loaders.guessing.titles import fold

_JUDGED = 600
"""Different values by which a column is judged."""
_STREET = re.compile(
    r"(?:vej|gade|alle|straede|plads|torv|boulevard|stien|parken|vaenget|toften|bakken|haven|"
    r"strasse|street|road|avenue|lane|drive|place|court|crescent|close|gata|gaten|gatan|vegen|veien)$"
)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.\w+$")
_PHONE = re.compile(r"^(?:\+|00)?\d[\d \-()/]{6,17}$")
_DECIMAL = re.compile(r"^-?\d{1,3}\.\d{3,}$")
_NUMBER = re.compile(r"^-?\d+(?:[.,]\d+)?$")
_HOUSE = re.compile(r"^\d{1,4} ?[A-Za-z]?$")
_FLOOR = re.compile(r"^(?:st|kl|ki|stuen|kld|\d{1,2})\.?$", re.IGNORECASE)
_DOOR = re.compile(r"^(?:tv|th|mf|\d{1,4}|[a-z]\d{0,2})\.?$", re.IGNORECASE)
_JOURNAL = re.compile(r"^(?=.*\d.*\d)[\dA-Za-zÆØÅæøå]+(?:[-/._ ][\dA-Za-z]+)+$")
_YEAR = re.compile(r"^(?:1[89]|20)\d\d$")
_WORD = re.compile(r"^[^\d@]*[^\W\d_]{2}[^\d@]*$")


@dataclass(frozen=True)
class Column:
    """A column's values, each different one once, and what is true of them."""

    title: str
    values: pa.Array

    @cached_property
    def filled(self) -> int:
        """Rows in which something stands."""
        return int(len(self.values) - self.values.null_count)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Different values and how often each stands there."""
        return {v["values"]: v["counts"] for v in pc.value_counts(self.values.drop_null()).to_pylist()}

    @cached_property
    def sample(self) -> list[str]:
        """Different values to judge by, from all over the column."""
        distinct = list(self.counts)
        return distinct[:: max(1, len(distinct) // _JUDGED)][:_JUDGED]

    @cached_property
    def folded(self) -> list[str]:
        """The sample, folded."""
        return [fold(v) for v in self.sample]

    @property
    def unique(self) -> bool:
        """Whether no value stands there twice."""
        return self.filled > 1 and len(self.counts) == self.filled

    def share(self, fits: Callable[[str], object]) -> float:
        """Share of the sample that fits."""
        return sum(1 for v in self.sample if fits(v)) / len(self.sample) if self.sample else 0.0

    def folded_share(self, fits: Callable[[str], object]) -> float:
        """Share of the folded sample that fits."""
        return sum(1 for v in self.folded if fits(v)) / len(self.folded) if self.folded else 0.0

    @cached_property
    def identifier_types(self) -> dict[str, float]:
        """Share of the sample by type of identifier, invented numbers counted as what they imitate."""
        typed = classify_identifiers(pa.array(self.sample, TEXT), None, synthetic=True)
        types = [t["type"] for t in typed.to_pylist() if t]
        return {t: types.count(t) / len(types) for t in set(types)}

    @cached_property
    def invented(self) -> float:
        """Share of the sample that are invented CPR numbers, with month + 80."""
        typed = classify_identifiers(pa.array(self.sample, TEXT), None, synthetic=False).to_pylist()
        real = sum(1 for t in typed if t and t["type"] == IdentifierType.CPR) / len(typed) if typed else 0.0
        return self.identifier_types.get(IdentifierType.CPR, 0.0) - real

    @cached_property
    def address_parts(self) -> dict[str, float]:
        """Share of the sample in which a Danish address states each part."""
        parts = parse_texts(pa.array(self.sample, TEXT))
        count = max(len(self.sample), 1)
        return {n: (len(parts) - pc.struct_field(parts, n).null_count) / count for n in ("street", "house_number")}

    @cached_property
    def words(self) -> float:
        """Mean number of words."""
        return sum(len(v.split()) for v in self.sample) / len(self.sample) if self.sample else 0.0


def _given(text: str) -> bool:
    words = re.split(r"[ .-]+", text)
    return words[0] in name_words()[0]


def _surname(text: str) -> bool:
    last = re.split(r"[ -]+", text)[-1]
    return last in name_words()[1] or (len(last) > 5 and last.endswith("sen"))


def _whole_name(text: str) -> bool:
    before, comma, after = text.partition(",")
    if comma:
        return _surname(before.strip()) or _given(after.strip())
    words = text.split()
    known = (_given(words[0]) or _given(words[-1])) and (_surname(words[-1]) or _surname(words[0])) if words else False
    return len(words) > 1 and known


def _identified(column: Column) -> float:
    """Share of forms of personal numbers; a column of placeholders alone is none."""
    types = column.identifier_types
    cpr = types.get(IdentifierType.CPR, 0.0)
    known = sum(share for kind, share in types.items() if kind != IdentifierType.UNKNOWN)
    return known if cpr > 0.2 else 0.0


def _addresses(column: Column) -> float:
    """Street and number in one text; also of other countries, where the number comes first."""
    if column.words < 2:
        return 0.0
    danish = min(column.address_parts.values())
    return max(danish, column.share(re.compile(r"^\d{1,5}[A-Za-z]? \w+ \w+").match))


def _few(column: Column) -> bool:
    return len(column.counts) <= max(60, column.filled // 50) and len(column.counts) < max(column.filled, 2)


def _codes(kind: str) -> Callable[[Column], float]:
    def fit(column: Column) -> float:
        known = sum(n for value, n in column.counts.items() if known_word(kind, value))
        return known / max(column.filled, 1)

    return fit


def _keys(column: Column) -> float:
    """Numbers and codes that name something: short, and no dates, names or texts."""
    short = column.share(lambda v: len(v) <= 40 and len(v.split()) <= 3)
    return short if column.unique else 0.5 * short


def _postcode_like(value: str) -> bool:
    return re.match(r"^(?:\d{4,5}|\d{5}-\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{3} \d{2})$", value) is not None


def _sexes(column: Column) -> float:
    known = [v for v in column.counts if fold(v) in SEXES]
    if known and len(column.counts) <= 6:
        return sum(column.counts[v] for v in known) / column.filled
    numbered = set(column.counts) <= {*NUMBERED_SEXES, "0", "9"}
    return 0.5 if numbered and column.counts else 0.0


STRICT: dict[Kind, Callable[[Column], float]] = {
    **dict.fromkeys((Kind.CPR, Kind.MOTHER, Kind.FATHER, Kind.PARENT), _identified),
    Kind.IDENTIFIER_TYPE: lambda c: c.folded_share(lambda v: re.sub(r"[^a-z]", "", v) in IDENTIFIER_WORDS),
    Kind.NAME: lambda c: c.folded_share(_whole_name),
    Kind.GIVEN: lambda c: c.folded_share(_given),
    Kind.MIDDLE: lambda c: c.folded_share(lambda v: _given(v) or _surname(v)),
    Kind.SURNAME: lambda c: c.folded_share(_surname),
    Kind.EARLIER_SURNAME: lambda c: c.folded_share(_surname),
    Kind.SEX: _sexes,
    Kind.ADDRESS: _addresses,
    Kind.PLACE: _addresses,
    Kind.STREET: lambda c: c.folded_share(_STREET.search),
    Kind.HOUSE_NUMBER: lambda c: c.share(_HOUSE.match),
    Kind.FLOOR: lambda c: c.share(_FLOOR.match),
    Kind.DOOR: lambda c: c.share(_DOOR.match),
    Kind.POSTCODE: lambda c: c.share(known_postcodes().__contains__),
    Kind.CITY: lambda c: c.folded_share(town_names().__contains__),
    Kind.MUNICIPALITY: lambda c: c.share(municipality_codes().__contains__),
    Kind.CATEGORY: _codes("category"),
    Kind.ROLE: _codes("role"),
    Kind.JOURNAL_NUMBER: lambda c: c.share(_JOURNAL.match),
    Kind.JOURNAL_REFERENCE: lambda c: c.share(_JOURNAL.match),
    Kind.EMAIL: lambda c: c.share(_EMAIL.match),
    Kind.PHONE: lambda c: c.share(_PHONE.match),
    Kind.COORDINATE: lambda c: c.share(_DECIMAL.match),
    Kind.AGE: lambda c: c.share(lambda v: v[:3].replace(".", "").isdigit() and float(v[:3]) < 120),
    Kind.BIRTH_YEAR: lambda c: c.share(_YEAR.match),
    Kind.BIRTH_MONTH: lambda c: c.share(lambda v: v.isdigit() and 1 <= int(v[:4]) <= 12),
    Kind.BIRTH_DAY: lambda c: c.share(lambda v: v.isdigit() and 1 <= int(v[:4]) <= 31),
    Kind.RECORD_ID: _keys,
    Kind.CASE_ID: _keys,
    Kind.IDENTIFIER: _keys,
    Kind.PARTY_NUMBER: lambda c: c.share(lambda v: v.isdigit() and int(v[:6]) < 10_000),
}
"""For kinds that values can speak for or against: the share of values that are known to be of it."""

_NAMING = (Kind.NAME, Kind.GIVEN, Kind.MIDDLE, Kind.SURNAME, Kind.EARLIER_SURNAME, Kind.STREET, Kind.CITY)
LOOSE: dict[Kind, Callable[[Column], float]] = {
    **dict.fromkeys((*_NAMING, Kind.LOCALITY), lambda c: c.share(_WORD.match)),
    Kind.POSTCODE: lambda c: c.share(_postcode_like),
    Kind.CATEGORY: lambda c: float(_few(c)),
    Kind.ROLE: lambda c: float(_few(c)),
    Kind.JOURNAL_NUMBER: _keys,
    Kind.JOURNAL_REFERENCE: _keys,
    Kind.COORDINATE: lambda c: c.share(_NUMBER.match),
    Kind.ADDRESS: lambda c: float(c.words >= 2),
    Kind.PLACE: lambda c: float(c.words >= 1),
}
"""Where a title names the kind: the share of values that could be of it, for all that is known."""
