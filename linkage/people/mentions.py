"""The mentions of all registers in the form that blocking and comparisons read: one row per record id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.dates import BirthDates
from linkage.identifiers import LINKING_TYPES, REGISTER_TYPES
from linkage.names import fold, without_particles
from linkage.people.claims import Claims, build_claims
from linkage.people.name_sets import PART

Ints = npt.NDArray[np.int64]
MOST_NUMBERS = 3
_DAYS_OF_WRITING = 1
"""Days between a birth and its entry in which the entry is rather the day of writing."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """Every mention, sorted by record id."""

    record_ids: pa.Array
    given: pa.Array
    """Folded given names parted by `|`, the call name among them."""
    surnames: pa.Array
    """Folded current surname, then middle and earlier ones, parted by `|`."""
    birth: BirthDates
    sex: npt.NDArray[np.int8]
    numbers: Ints
    """Shape (mentions, MOST_NUMBERS): CPR numbers as integers, -1 for none."""
    claims: Claims
    register: Ints
    """Code of the register."""
    registered: npt.NDArray[np.bool_]
    """True in registers that declare one record per person."""

    def __len__(self) -> int:
        return len(self.record_ids)


def build_mentions(persons: pa.Table, residences: pa.Table, addresses: pa.Table, registers: pa.Table) -> Mentions:
    """Mentions from the canonical tables; sealed residences stay out."""
    persons = _by_record_id(persons.select(_READ))
    record_ids = persons.column("record_id").combine_chunks()
    unique = registers.filter(registers.column("one_record_per_person")).column("register").combine_chunks()
    register = persons.column("register").combine_chunks()
    return Mentions(
        record_ids=record_ids,
        given=pc.replace_substring(fold(persons.column("given")), " ", PART),
        surnames=_surnames(persons),
        birth=_birth_dates(persons, pc.is_in(register, value_set=unique)),
        sex=_sex(persons.column("sex")),
        numbers=_numbers(persons),
        claims=build_claims(residences, addresses, record_ids),
        register=pc.dictionary_encode(register).indices.to_numpy(zero_copy_only=False).astype(np.int64),
        registered=pc.is_in(register, value_set=unique).to_numpy(zero_copy_only=False),
    )


_READ = [
    *("record_id", "given", "middle", "surname", "earlier_surnames", "birth_date", "birth_precision", "sex"),
    *("identifiers", "register", "known_from"),
]


def _by_record_id(persons: pa.Table) -> pa.Table:
    """The table sorted, which registers loaded in order are already."""
    ids = persons.column("record_id").combine_chunks()
    if not pc.all(pc.less_equal(ids.slice(0, max(len(ids) - 1, 0)), ids.slice(1))).as_py():
        persons = persons.sort_by("record_id")
    return persons.combine_chunks()


def _surnames(persons: pa.Table) -> pa.Array:
    earlier = persons.column("earlier_surnames").combine_chunks()
    offsets, lengths = earlier.offsets, pc.list_value_length(earlier)
    folded = without_particles(fold(earlier.flatten()))
    lists = pa.ListArray.from_arrays(offsets, pc.fill_null(folded, ""))
    joined = pc.if_else(pc.equal(lengths, 0), pa.scalar(None, pa.string()), pc.binary_join(lists, PART))
    current, middle = (without_particles(fold(persons.column(c))) for c in ("surname", "middle"))
    parts = [pc.fill_null(p, "") for p in (current, middle, joined)]
    # Joined with gaps and then cleaned: Arrow drops a row when it skips nulls and all are null.
    text = pc.replace_substring_regex(pc.binary_join_element_wise(*parts, PART), r"\|{2,}", PART)
    return pc.utf8_trim(text, PART)


def _birth_dates(persons: pa.Table, registered: pa.Array) -> BirthDates:
    """Birth dates by their parts, as far as each mention can be believed.

    Case systems fill an unknown birth date with the day on which the case was written, and a known year
    with 1 January. So of a mention outside a population register, a birth on the day of entry or the day
    before is unknown, and one on 1 January is a year.
    """
    dates = persons.column("birth_date").combine_chunks()
    precision = persons.column("birth_precision").combine_chunks()
    age = pc.subtract(persons.column("known_from").combine_chunks().cast(pa.int32()), dates.cast(pa.int32()))
    written = pc.and_(pc.greater_equal(age, 0), pc.less_equal(age, _DAYS_OF_WRITING))
    filled = pc.and_(pc.invert(registered), pc.fill_null(written, False))
    dates = pc.if_else(filled, pa.scalar(None, dates.type), dates)
    new_year = pc.and_(pc.equal(pc.month(dates), 1), pc.equal(pc.day(dates), 1))
    vague = pc.and_(pc.invert(registered), pc.fill_null(new_year, False))

    def part(values: pa.Array, keep: pa.Array | None) -> Ints:
        values = values if keep is None else pc.if_else(keep, values, pa.scalar(None, values.type))
        return pc.fill_null(values, 0).to_numpy(zero_copy_only=False).astype(np.int64)  # type: ignore[no-any-return]

    to_day = pc.and_(pc.equal(precision, "day"), pc.invert(vague))
    to_month = pc.or_(to_day, pc.equal(precision, "month"))
    return BirthDates(
        year=part(pc.year(dates), None), month=part(pc.month(dates), to_month), day=part(pc.day(dates), to_day)
    )


def _numbers(persons: pa.Table) -> Ints:
    """CPR numbers (and other numbers that prove identity everywhere) as integers, first three per mention."""
    lists = persons.column("identifiers").combine_chunks()
    row = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    flat = lists.flatten()
    everywhere = sorted(str(t) for t in LINKING_TYPES - REGISTER_TYPES)
    digits = pc.match_substring_regex(pc.struct_field(flat, "value"), r"^\d{10}$")
    usable = pc.and_(pc.is_in(pc.struct_field(flat, "type"), value_set=pa.array(everywhere)), digits)
    usable_rows = usable.to_numpy(zero_copy_only=False)
    values = pc.struct_field(flat.filter(usable), "value").cast(pa.int64()).to_numpy(zero_copy_only=False)
    row = row[usable_rows]
    numbers = np.full((len(lists), MOST_NUMBERS), -1, np.int64)
    # Ten digits take 34 bits, so that both fit into one sort key.
    packed = np.sort((row << 34) | values)
    row, values = packed >> 34, packed & ((1 << 34) - 1)
    first = np.ones(len(row), bool)
    first[1:] = row[1:] != row[:-1]
    place = np.arange(len(row)) - np.maximum.accumulate(np.where(first, np.arange(len(row)), 0))
    kept = place < MOST_NUMBERS
    numbers[row[kept], place[kept]] = values[kept]
    return numbers


def _sex(column: pa.ChunkedArray) -> npt.NDArray[np.int8]:
    """0 for F, 1 for M, -1 for unknown."""
    index = pc.index_in(column.combine_chunks(), value_set=pa.array(["F", "M"]))
    return pc.fill_null(index, -1).to_numpy(zero_copy_only=False).astype(np.int8)  # type: ignore[no-any-return]
