"""The vocabulary of mapping files: which tables have which fields, and what may be written in each.

Data, so that the checker, the documentation and a drafting tool agree. A field's kind says how its
cell is read: ``key`` columns joined to an id, ``text`` as written, ``date``, ``address`` a whole address
in one text, or a closed list of words. A ``name`` is a whole name in one text, like an ``address``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from linkage.vocabulary import CATEGORIES, Protection, RelationKind, Role

SEXES = ("F", "M")
PRECISIONS = ("day", "month", "year")
UNCERTAINTIES = ("registered", "from_only", "stated")
TRUTHS = ("yes", "no")

CLOSED: dict[str, tuple[str, ...]] = {
    "sex": SEXES,
    "birth_precision": PRECISIONS,
    "uncertainty": UNCERTAINTIES,
    "verified": TRUTHS,
    "role": tuple(r.value for r in Role),
    "category": tuple(CATEGORIES),
    "kind": tuple(k.value for k in RelationKind),
    "protection": tuple(p.value for p in Protection),
}
"""Fields with a closed list of words, after mapping."""

FALLBACKS: dict[str, str] = {"role": Role.OTHER.value, "category": "other"}
"""What an unknown code becomes, counted in ``refused``, where losing the row would lose an event."""

PLACE_PARTS = ("street", "house_number", "floor", "door", "locality", "postcode", "city", "municipality")

_PLACE = dict.fromkeys(PLACE_PARTS, "text") | {"address": "address"}
_KNOWN = {"known_from": "date", "known_to": "date", "district": "text"}


@dataclass(frozen=True, slots=True)
class TableWords:
    """What a section for one canonical table may and must state."""

    fields: dict[str, str]
    required: tuple[str, ...]
    id: str
    """The key field that names the row; other key fields refer to rows of other sections."""
    key_dates: tuple[str, ...] = field(default=())
    """Dates without which a row has no meaning; an impossible one refuses the row."""


TABLES: dict[str, TableWords] = {
    "persons": TableWords(
        {
            "record_id": "key",
            "name": "text",
            "given": "text",
            "middle": "text",
            "surname": "text",
            "earlier_surnames": "texts",
            "birth_date": "date",
            "birth_precision": "birth_precision",
            "sex": "sex",
            "deceased": "date",
            "identifiers": "identifiers",
            **_KNOWN,
        },
        ("record_id",),
        "record_id",
    ),
    "residences": TableWords(
        {
            "record_id": "key",
            **_PLACE,
            "valid_from": "date",
            "valid_to": "date",
            "uncertainty": "uncertainty",
            **_KNOWN,
        },
        ("record_id", "valid_from", "uncertainty"),
        "record_id",
        ("valid_from",),
    ),
    "relations": TableWords(
        {
            "record_id": "key",
            "kind": "kind",
            "other_record": "key",
            "other_identifier": "identifiers",
            "valid_from": "date",
            "valid_to": "date",
            **_KNOWN,
        },
        ("record_id", "kind"),
        "record_id",
        ("valid_from",),
    ),
    "incidents": TableWords(
        {
            "incident_id": "key",
            "journal_number": "text",
            "journal_reference": "text",
            "category": "category",
            "code": "text",
            "occurred": "date",
            "reported": "date",
            **_PLACE,
            "status": "text",
            "outcome": "text",
            "verified": "verified",
            **_KNOWN,
        },
        ("incident_id", "category"),
        "incident_id",
    ),
    "involvements": TableWords(
        {
            "incident_id": "key",
            "record_id": "key",
            "role": "role",
            "stated_role": "text",
            "outcome": "text",
            **_KNOWN,
        },
        ("incident_id", "record_id", "role"),
        "incident_id",
    ),
    "protections": TableWords(
        {
            "record_id": "key",
            "kind": "protection",
            "valid_from": "date",
            "valid_to": "date",
            **_KNOWN,
        },
        ("record_id", "kind"),
        "record_id",
        ("valid_from",),
    ),
    "streets": TableWords(
        {
            "street_id": "key",
            "municipality": "text",
            "street_code": "text",
            "street": "text",
            "postcode": "text",
            "valid_from": "date",
            "valid_to": "date",
            **_KNOWN,
        },
        ("street_id", "street"),
        "street_id",
        ("valid_from",),
    ),
}
"""Sections of a mapping, by canonical table, in the order in which they are built."""

GATHERED = ("name", "given", "middle", "surname", "earlier_surnames", "identifiers", "birth_date", "sex", "deceased")
"""Fields of ``persons`` that may come from another file of the register, joined by the person key."""
