"""The plain form of an address, read by the column: street, number, unit, postcode, town.

Most of a register is written plainly. One regular expression in Arrow's own engine reads those
texts twenty times faster than the grammar, and gives the same parts; all others are left to it.
The character classes are spelt out because the engine is slow on Unicode categories.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses.folding import known_postcode, official_city
from linkage.addresses.grammar import parse
from linkage.addresses.tidying import ends_abroad

Flags = npt.NDArray[np.bool_]

_LETTER = "[A-Za-zÀ-ÖØ-öø-ÿ]"
_MORE = "[A-Za-zÀ-ÖØ-öø-ÿ.'-]*"
_WORDS = f"{_LETTER}{_MORE}(?: {_LETTER}{_MORE})*"
_PLAIN = (
    rf"^(?P<street>{_WORDS}) (?P<number>[1-9][0-9]{{0,2}})(?:(?P<glued>[A-Za-z])| (?P<apart>[A-HJ-Za-hj-z]))?"
    r"(?:(?:, ?| )(?P<floor>st|ST|St|stuen|kl|KL|Kl|[1-9][0-9]?)\.?(?: ?sal| ?SAL)?"
    r"(?:(?:,? ?|[/-])(?P<door>tv|TV|th|TH|mf|MF|til venstre|til højre)\.?)?)?"
    rf"(?:, (?P<locality>{_LETTER}(?:[A-Za-zÀ-ÖØ-öø-ÿ.' -]*{_LETTER})),)?"
    rf"(?:, ?| )(?:DK-)?(?P<postcode>[0-9]{{4}})(?: (?P<city>{_LETTER}(?:[A-Za-zÀ-ÖØ-öø-ÿ.' -]*{_LETTER})?))?\.?$"
)
_SPELT = {"stuen": "st", "til venstre": "tv", "til højre": "th"}
_NOT_PLAIN = (
    r"(?i)^(?:adr|bopæl|boende|bor |bor:|folke|f\.? ?reg|gernings|på |sted|hos |att|p\.? ?t\.? |uden |ingen |er |"
    r"u\.? ?f|hjem|boligløs|posthus|box|co |c\.|p\.? ?b|p\.? ?o|nuv|sidst|oplyst|[a-z]{1,2} ?-)|"
    r"\b(?:nr|no|boks|box|hus|have|lod|husnr|havenr|bolignr|parcel|havelod|danmark|denmark|dänemark)\b|\bdk(?:[^-]|$)|"
    r"\b(?:bag|for|side|mellem)(?:hus|bygning|h\.)|\bo\. ?g|over gården|\bopg|\bblok|\bc\. ?o\b|att\.|boks|"
    r"  |[.'-] ?[.'-]|\b(?:[a-ce-z]|[a-z][a-jl-z]) ?- ?[0-9]|[0-9] [a-z][. ]"
)


def plain_parts(texts: pa.Array) -> tuple[dict[str, pa.Array], Flags]:
    """Parts of the texts that are written plainly, by name, and which texts those are.

    The parts of the other texts are null.
    """
    found = pc.extract_regex(texts, _PLAIN)
    plain = pc.fill_null(pc.and_not(pc.is_valid(found), pc.match_substring_regex(texts, _NOT_PLAIN)), False)
    city, trusted = _towns(pc.struct_field(found, "postcode"), pc.struct_field(found, "city"))
    village, read_alike = _villages(pc.struct_field(found, "locality"))
    townless = pc.and_(pc.is_valid(village), pc.is_null(city))  # then the village stands for the town
    plain = pc.and_not(pc.and_(pc.and_(plain, trusted), read_alike), townless)
    parts = {f.name: _stated(pc.struct_field(found, f.name), plain) for f in found.type}
    letter = pc.coalesce(parts["glued"], parts["apart"], pa.scalar(""))
    columns = {
        "street": parts["street"],
        "house_number": pc.binary_join_element_wise(parts["number"], pc.ascii_lower(letter), ""),
        "floor": _short(parts["floor"]),
        "door": _short(parts["door"]),
        "locality": pc.if_else(plain, village, pa.scalar(None, pa.string())),
        "postcode": parts["postcode"],
        "city": pc.if_else(plain, city, pa.scalar(None, pa.string())),
    }
    return columns, np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _stated(values: pa.Array, plain: pa.Array) -> pa.Array:
    said = pc.and_(plain, pc.not_equal(values, ""))
    return pc.if_else(said, values, pa.scalar(None, pa.string()))


def _short(values: pa.Array) -> pa.Array:
    """The official form of each distinct floor or door."""
    coded = values.dictionary_encode()
    return pa.array([_SPELT.get(v, v.lower()) for v in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _villages(locality: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The village of each text, and whether the grammar reads it as one too: it might be a part of a building."""
    coded = locality.dictionary_encode()
    said = coded.dictionary.to_pylist()
    alike = [not v or parse(f"Vej 1, {v}, 1000 By") == ("Vej", "1", None, None, v, "1000", "By") for v in said]
    names = pa.array([v or None for v in said], pa.string())
    return names.take(coded.indices), pc.fill_null(pa.array(alike, pa.bool_()).take(coded.indices), True)


def _towns(postcode: pa.Array, city: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The official spelling of each town, and whether postcode and town may be trusted to be Danish ones."""
    pairs = pc.binary_join_element_wise(postcode, city, "|").dictionary_encode()
    said = [(pair[:4], pair[5:]) for pair in pairs.dictionary.to_pylist()]
    names = [official_city(name, code) if name else None for code, name in said]
    trusted = [known_postcode(code) and not ends_abroad(f"{code} {name}") for code, name in said]
    return (
        pa.array(names, pa.string()).take(pairs.indices),
        pc.fill_null(pa.array(trusted, pa.bool_()).take(pairs.indices), False),
    )
