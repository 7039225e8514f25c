"""Who is under special protection when: the protected persons, the children with them, all their mentions.

Only facts that say nothing of a place decide who is recognised elsewhere: a personal number, or the exact name and
birth date. The shared address of a protected person and a child is looked at here and nowhere later.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from linkage.intervals import LAST, Interval, add_years, intersection, to_days, union
from linkage.tables import TEXT
from linkage.vocabulary import IdentifierType, Protection
from loaders.cells import as_mask
from loaders.duplicates import whole
from loaders.mapping.words import PLACE_PARTS
from loaders.protection.rows import Rows

Spans = dict[str, list[Interval]]
"""The special intervals of each mention, by record id."""

_IDENTITY = ("record_id", "given", "middle", "surname", "earlier_surnames", "birth_date", "identifiers")
"""What of a mention tells who it is."""

_SPELL = ("record_id", "valid_from", "valid_to", "uncertainty", *PLACE_PARTS)
"""What of a residence tells who lived where and when."""

ADULT_YEARS = 18
_PROOF = (IdentifierType.CPR.value, IdentifierType.X_ECPR.value)
"""Identifiers that denote one person in the whole country."""

_FOLDS = (("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("ä", "ae"), ("ö", "oe"), ("ü", "u"))


def fold_names(names: pa.Array) -> pa.Array:
    """Names without case, accents, hyphens and Danish letters, for exact comparison of what was meant.

    >>> fold_names(pa.array(["Søren  Bech-Åse"])).to_pylist()
    ['soeren bech aase']
    """
    texts = pc.utf8_lower(names)
    for letter, plain in _FOLDS:
        texts = pc.replace_substring(texts, letter, plain)
    texts = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFD"), r"\p{M}", "")
    return pc.utf8_trim(pc.replace_substring_regex(texts, r"[^\p{L}\p{N}]+", " "), " ")


def _identity_keys(persons: pa.Table) -> pa.Table:
    """Every key by which a mention can be recognised: columns record_id, key."""
    record, born = whole(persons, "record_id"), whole(persons, "birth_date").cast(TEXT)
    lists = whole(persons, "identifiers")
    owner = pc.list_parent_indices(lists)
    members = lists.flatten()
    proof = pc.is_in(pc.struct_field(members, "type"), value_set=pa.array(_PROOF, TEXT))
    numbers = pc.binary_join_element_wise("id", pc.struct_field(members, "value").filter(proof), ":")
    records, keys = [record.take(owner.filter(proof))], [numbers]
    given, middle = whole(persons, "given"), whole(persons, "middle")
    surnames = whole(persons, "earlier_surnames")
    earlier = pc.list_parent_indices(surnames)
    every = pa.concat_arrays([pa.array(range(len(persons)), pa.int64()), earlier.cast(pa.int64())])
    surname = pa.concat_arrays([whole(persons, "surname"), surnames.flatten()])
    for parts in ((given, middle), (given,)):
        # Missing parts are empty texts, folded away: Arrow drops a row when it skips nulls and all are null.
        texts = (pc.fill_null(text, "") for text in (*(p.take(every) for p in parts), surname))
        names = pc.binary_join_element_wise(*texts, " ")
        key = pc.binary_join_element_wise("name", fold_names(names), born.take(every), ":")
        stated = pc.and_(pc.is_valid(surname), pc.is_valid(given.take(every)))
        records.append(record.take(every).filter(stated))
        keys.append(key.filter(stated))
    found = pa.table({"record_id": pa.concat_arrays(records), "key": pa.concat_arrays(keys)})
    return found.filter(pc.is_valid(found.column("key")))


def _recognised(spans: Spans, persons: Rows) -> Spans:
    """The same intervals for every mention that shares a key with one of these."""
    own = persons.find("record_id", spans)
    of_key: dict[str, list[Interval]] = defaultdict(list)
    for row in _identity_keys(own).to_pylist():
        of_key[row["key"]].extend(spans[row["record_id"]])
    result: dict[str, list[Interval]] = defaultdict(list)
    for record, intervals in spans.items():
        result[record].extend(intervals)
    wanted = pa.array(list(of_key), TEXT)
    for part in persons.parts(_IDENTITY) if of_key else ():
        keys = _identity_keys(part.filter(_might_be(part, own)))
        for row in keys.filter(pc.is_in(keys.column("key"), value_set=wanted)).to_pylist():
            result[row["record_id"]].extend(of_key[row["key"]])
    return {record: union(intervals) for record, intervals in result.items()}


def _might_be(persons: pa.Table, own: pa.Table) -> pa.Array:
    """Which persons share a birth date or a number with one of these: all others need no look at their names."""
    born = pc.drop_null(whole(own, "birth_date").unique())
    numbers = pc.struct_field(whole(own, "identifiers").flatten(), "value").unique()
    alike = as_mask(pc.is_in(whole(persons, "birth_date"), value_set=born))
    lists = whole(persons, "identifiers")
    hit = pc.is_in(pc.struct_field(lists.flatten(), "value"), value_set=numbers)
    alike[pc.list_parent_indices(lists).filter(hit).to_numpy()] = True
    return pa.array(alike)


def _addressed(residences: pa.Table) -> pa.Table:
    """Registered spells at an address: record_id, place (one text), start and end in days."""
    spells = residences.filter(pc.equal(residences.column("uncertainty"), "registered"))
    parts = [pc.fill_null(pc.utf8_lower(whole(spells, p)), "") for p in PLACE_PARTS]
    place = pc.binary_join_element_wise(*parts, "|")
    table = pa.table(
        {
            "record_id": whole(spells, "record_id"),
            "place": place,
            "start": whole(spells, "valid_from").cast(pa.int32()),
            "end": whole(spells, "valid_to").cast(pa.int32()),
        }
    )
    return table.filter(pc.not_equal(place, "|" * (len(PLACE_PARTS) - 1)))


def _near(residences: Rows, theirs: pa.Table) -> Iterator[pa.Table]:
    """Spells at one of these places; most are told from them by their street alone."""
    streets = pc.utf8_lower(whole(theirs, "street")).unique()
    places = _addressed(theirs).column("place").unique()
    for part in residences.parts(_SPELL):
        there = part.filter(pc.is_in(pc.utf8_lower(whole(part, "street")), value_set=streets))
        spells = _addressed(there)
        yield spells.filter(pc.is_in(spells.column("place"), value_set=places))


def _children_with(spans: Spans, persons: Rows, residences: Rows) -> tuple[Spans, Spans]:
    """Persons under 18 at the address of a protected person inside its interval: when, and the shared stays.

    A shared stay does not end at the 18th birthday: the address is still the protected person's.
    """
    theirs = residences.find("record_id", spans)
    at: dict[str, list[Interval]] = defaultdict(list)
    for row in _addressed(theirs).to_pylist():
        at[row["place"]].extend(intersection([Interval(row["start"], row["end"])], spans[row["record_id"]]))
    at = {place: union(intervals) for place, intervals in at.items() if intervals}
    if not at:
        return {}, {}
    near = pa.concat_tables(list(_near(residences, theirs)))
    near = near.filter(pc.is_in(near.column("place"), value_set=pa.array(list(at), TEXT)))
    people = persons.find("record_id", near.column("record_id").unique().to_pylist())
    born = dict(zip(people.column("record_id").to_pylist(), people.column("birth_date").to_pylist(), strict=True))
    found: dict[str, list[Interval]] = defaultdict(list)
    shared: dict[str, list[Interval]] = defaultdict(list)
    for row in near.to_pylist():
        birth = born.get(row["record_id"])
        if birth is None:
            continue
        adult = to_days(add_years(birth, ADULT_YEARS))
        together = intersection([Interval(row["start"], row["end"])], at[row["place"]])
        together = [i for i in together if i.start < adult]
        shared[row["record_id"]].extend(together)
        found[row["record_id"]].extend(Interval(i.start, min(i.end, adult)) for i in together)
    return _united(found), _united(shared)


def _united(spans: Spans) -> Spans:
    return {record: union(intervals) for record, intervals in spans.items() if intervals}


@dataclass(frozen=True, slots=True)
class Special:
    """By record id of every mention: days on which incidents are sealed, and days of which the address is."""

    events: Spans
    stays: Spans


def special_spans(tables: Mapping[str, Rows], latest: dt.date) -> Special:
    """What to seal for every mention of a protected person, or of a child living with one.

    A protection that reaches beyond ``latest``, the last day of the extracts, has no end yet: its later
    end would otherwise show the address that is protected today.
    """
    special = tables["protections"].find("kind", [Protection.SPECIAL.value])
    spans: Spans = defaultdict(list)
    for row in special.select(["record_id", "valid_from", "valid_to"]).to_pylist():
        end = LAST if row["valid_to"] > latest else to_days(row["valid_to"])
        spans[row["record_id"]].append(Interval(to_days(row["valid_from"]), end))
    if not spans:
        return Special({}, {})
    protected = _recognised(spans, tables["persons"])
    children, shared = _children_with(protected, tables["persons"], tables["residences"])
    children = _recognised(children, tables["persons"])

    def both(left: Spans, right: Spans) -> Spans:
        return {r: union([*left.get(r, []), *right.get(r, [])]) for r in sorted(left.keys() | right.keys())}

    events = both(protected, children)
    return Special(events, both(events, shared))


def outside(whole_span: Interval, sealed: list[Interval]) -> list[Interval]:
    """The days of an interval that lie in none of the sealed ones (which are disjoint and in order).

    >>> outside(Interval(0, 10), [Interval(3, 5)])
    [Interval(start=0, end=3), Interval(start=5, end=10)]
    """
    rest, start = [], whole_span.start
    for one in sealed:
        if one.start > start:
            rest.append(Interval(start, min(one.start, whole_span.end)))
        start = max(start, one.end)
    if start < whole_span.end:
        rest.append(Interval(start, whole_span.end))
    return [i for i in rest if i.days]
