"""What joining looks at in each incident, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.vocabulary import CATEGORIES, EVENT_CATEGORIES

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NO_DATE = int(np.iinfo(np.int32).min)

ANY_LINE = "any"
_LINES = (
    dict.fromkeys(("restraining_order", "interim_restraining_order", "exclusion_zone", "expulsion_from_home"), "order")
    | dict.fromkeys(("drink_driving", "drug_driving"), "driving")
    | {"shoplifting": "theft"}
    | dict.fromkeys(("other", "investigation_number", "drugs"), ANY_LINE)
)
"""Categories that may be two words for one thing; whatever is not named is violence and trouble at home.

Lines matter only where no common place speaks for one event: a theft in the morning and a fight at
night are two, although the same person did both.
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """One entry per incident, in order of incident id; codes are -1 where the incident does not say."""

    incident_id: pa.Array
    date: Ints
    """``occurred``, else ``reported``, in days; NO_DATE without either."""
    occurred: Ints
    reported: Ints
    register: Ints
    address: Ints
    access: Ints
    resolved: Flags
    """Whether the place was washed A or B."""
    line: Ints
    any_line: Flags
    domestic: Flags
    event: Flags
    sealed: Flags
    named: Ints
    """How many entities are named in it."""
    home: Flags
    """Whether the place names one home."""
    journal: pa.Array
    reference: pa.Array

    def joinable(self, one: Ints, other: Ints) -> Flags:
        """Whether two incidents may be one at all: both events, and both sealed or neither."""
        events = self.event[one] & self.event[other]
        return np.asarray(events & (self.sealed[one] == self.sealed[other]), dtype=np.bool_)

    def contradict(self, one: Ints, other: Ints) -> Flags:
        """Whether one register dates two incidents differently and did not take them down on one day.

        A night is often dated on both sides of midnight, but then both are reported together.
        """
        same = (self.register[one] == self.register[other]) & (self.occurred[one] != self.occurred[other])
        stated = (self.occurred[one] != NO_DATE) & (self.occurred[other] != NO_DATE)
        return np.asarray(same & stated & ~self.together(one, other), dtype=np.bool_)

    def together(self, one: Ints, other: Ints) -> Flags:
        """Whether two incidents were reported on one day."""
        same = (self.reported[one] == self.reported[other]) & (self.reported[one] != NO_DATE)
        return np.asarray(same, dtype=np.bool_)

    def alike(self, one: Ints, other: Ints) -> Flags:
        """Whether two incidents may be two words for one thing."""
        same = self.line[one] == self.line[other]
        return np.asarray(same | self.any_line[one] | self.any_line[other], dtype=np.bool_)


def read_facts(incidents: pa.Table, named: Ints, homes: pa.Array | None) -> Facts:
    """The facts of incidents sorted by id; ``homes`` are the address ids that name one home, if known."""

    def codes(name: str) -> Ints:
        coded = incidents[name].combine_chunks().dictionary_encode().indices
        return np.asarray(pc.fill_null(coded, -1).to_numpy(zero_copy_only=False), dtype=np.int64)

    def day(values: pa.ChunkedArray) -> Ints:
        filled = pc.fill_null(values.combine_chunks().cast(pa.int32()), NO_DATE)
        return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)

    category = incidents["category"].combine_chunks().dictionary_encode()
    of = np.asarray(category.indices.to_numpy(), dtype=np.int64)
    words = category.dictionary.to_pylist()
    lines = [_LINES.get(w, "home") for w in words]
    order = sorted(set(lines))
    address = codes("address_id")
    return Facts(
        incident_id=incidents["incident_id"].combine_chunks(),
        date=day(pc.coalesce(incidents["occurred"], incidents["reported"])),
        occurred=day(incidents["occurred"]),
        reported=day(incidents["reported"]),
        register=codes("register"),
        address=address,
        access=codes("access_id"),
        resolved=_flags(pc.is_in(incidents["grade"], pa.array(["A", "B"]))),
        line=np.array([order.index(x) for x in lines], dtype=np.int64)[of],
        any_line=np.array([x == ANY_LINE for x in lines], dtype=np.bool_)[of],
        domestic=np.array([w in CATEGORIES and CATEGORIES[w].domestic for w in words], dtype=np.bool_)[of],
        event=np.array([w in EVENT_CATEGORIES for w in words], dtype=np.bool_)[of],
        sealed=_flags(incidents["sealed"]),
        named=named,
        home=_homes(incidents, homes),
        journal=_number(incidents["journal_number"]),
        reference=_number(incidents["journal_reference"]),
    )


def _flags(values: pa.ChunkedArray) -> Flags:
    return np.asarray(pc.fill_null(values.combine_chunks(), False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _homes(incidents: pa.Table, homes: pa.Array | None) -> Flags:
    """Without a table of addresses only an id with floor or door is sure to name one home."""
    if homes is None:
        return _flags(pc.not_equal(incidents["address_id"], incidents["access_id"]))
    return _flags(pc.is_in(incidents["address_id"], homes, skip_nulls=True))


def _number(values: pa.ChunkedArray) -> pa.Array:
    """A journal number without case, blanks and punctuation, which clerks place as they like."""
    plain = pc.utf8_upper(pc.replace_substring_regex(values.combine_chunks(), r"[^\p{L}\p{N}]", ""))
    return pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)
