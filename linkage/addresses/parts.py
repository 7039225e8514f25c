"""Address text and address parts as columns, in one normal form."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.grammar import Parts, parse, read
from linkage.addresses.plain import plain_parts

PARTS = pa.struct([pa.field(name, pa.string()) for name in Parts._fields])
"""Type of an address in parts: street, house_number, floor, door, locality, postcode, city."""


def parse_texts(texts: pa.Array | pa.ChunkedArray) -> pa.StructArray:
    """Address texts in parts (:data:`PARTS`), in the normal form of :func:`normalise_parts`.

    Every distinct text is read once, so a register of many rows costs what its addresses cost. Text
    that says no Danish address ("ukendt", blank, a place abroad, null) has null in every part; of
    somebody without a home, and of a post-office box, only the town is kept.

    >>> parse_texts(pa.array(["Nørregade 4B st. th 9000 Aalborg"]))[0].as_py()["door"]
    'th'
    """
    coded = _distinct(texts)
    columns, plain = plain_parts(coded.dictionary)
    others = np.flatnonzero(~plain)
    if len(others):
        read_parts = [parse(text) for text in coded.dictionary.take(pa.array(others)).to_pylist()]
        place = np.full(len(plain), -1, dtype=np.int64)
        place[others] = np.arange(len(others))
        index = pa.array(place, mask=plain)
        for name, values in zip(Parts._fields, zip(*read_parts, strict=True), strict=True):
            columns[name] = pc.coalesce(columns[name], pa.array(values, pa.string()).take(index))
    taken = [columns[name].take(coded.indices) for name in Parts._fields]
    return pa.StructArray.from_arrays(taken, fields=list(PARTS))


def text_kinds(texts: pa.Array | pa.ChunkedArray) -> pa.Table:
    """What each text is: ``kind`` (a word of :class:`linkage.addresses.Kind`) and ``care_of``.

    A c/o address is where somebody can be reached at another's home; who that is, is never read.

    >>> text_kinds(pa.array(["c/o Jensen, Åvej 5", "Postboks 7, 9000 Aalborg"])).to_pylist()
    [{'kind': 'address', 'care_of': True}, {'kind': 'po_box', 'care_of': False}]
    """
    coded = _distinct(texts)
    readings = [read(text) for text in coded.dictionary.to_pylist()]
    kinds = pa.array([r.kind.value for r in readings], pa.string())
    held = pa.array([r.care_of for r in readings], pa.bool_())
    return pa.table({"kind": kinds.take(coded.indices), "care_of": held.take(coded.indices)})


def _distinct(texts: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    flat = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return flat.cast(pa.string()).dictionary_encode()


def normalise_parts(parts: pa.StructArray) -> pa.StructArray:
    """Structured parts in the normal form of parsed text, so that both meet; absent fields become null.

    Blanks are folded; house numbers lose leading zeros and take a small letter ("012B" → "12b");
    floors and doors are small, without zeros in front, with "st", "kl", "tv", "mf", "th";
    postcodes have four digits. Street, locality and city keep their spelling. Idempotent.

    >>> given = pa.array([{"house_number": "012B", "floor": "03", "door": "TV."}])
    >>> {k: v for k, v in normalise_parts(given)[0].as_py().items() if v}
    {'house_number': '12b', 'floor': '3', 'door': 'tv'}
    """
    names = {f.name for f in parts.type}
    columns = []
    for name in Parts._fields:
        if name not in names:
            columns.append(pa.nulls(len(parts), pa.string()))
            continue
        column = pc.struct_field(parts, name).cast(pa.string())
        columns.append(_on_distinct(column, _NORMAL[name]))
    return pa.StructArray.from_arrays(columns, fields=list(PARTS))


def _on_distinct(column: pa.Array, rule: Callable[[str], str | None]) -> pa.Array:
    coded = column.dictionary_encode()
    values = pa.array([rule(v) for v in coded.dictionary.to_pylist()], pa.string())
    return values.take(coded.indices)


def _plain(text: str) -> str | None:
    return " ".join(text.split()).strip(" ,;") or None


_HOUSE = re.compile(r"^0*([1-9]\d*)\s*([^\W\d_]?)$")
_FLOORS = {"st": "st", "stuen": "st", "stue": "st", "stueplan": "st", "kl": "kl", "kld": "kl", "kælder": "kl"}
_DOORS = {"venstre": "tv", "højre": "th", "midtfor": "mf", "midt": "mf"}


def _house_number(text: str) -> str | None:
    text = " ".join(text.split())
    found = _HOUSE.match(text)
    return (found[1] + found[2].lower()) if found else (text.lower().strip(" ,.") or None)


def _floor(text: str) -> str | None:
    word = "".join(text.lower().split()).strip(".,").removesuffix("sal").strip(".")
    return _FLOORS.get(word, word.lstrip("0")) or None


def _door(text: str) -> str | None:
    word = "".join(text.lower().split()).replace(".", "").strip(",").lstrip("0")
    return _DOORS.get(word, word) or None


def _postcode(text: str) -> str | None:
    word = text.strip().upper().removeprefix("DK").strip(" -")
    return (word.zfill(4) if word.isdigit() else word) or None


_NORMAL: dict[str, Callable[[str], str | None]] = {
    "street": _plain,
    "house_number": _house_number,
    "floor": _floor,
    "door": _door,
    "locality": _plain,
    "postcode": _postcode,
    "city": _plain,
}
