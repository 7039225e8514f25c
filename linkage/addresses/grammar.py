"""The grammar of Danish address text: one text in, seven parts out.

Clerks write one address in a dozen ways: with and without commas, the floor as "3.", "3 sal" or
"stuen", the door as "t.v." or "venstre", a c/o name in front, the town as "kbh v", before the street
or not at all. House number and postcode are the fixed points; the parts are found around them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from linkage.addresses.folding import known_postcode, known_town, leading_town, official_city
from linkage.addresses.tidying import Kind, kind_of, remainder, tidy, without_care_of


class Parts(NamedTuple):
    """An address in parts; None where the text does not say."""

    street: str | None = None
    house_number: str | None = None
    floor: str | None = None
    door: str | None = None
    locality: str | None = None
    postcode: str | None = None
    city: str | None = None


NOWHERE = Parts()


class Reading(NamedTuple):
    """What a text says: its parts, what kind of text it is, and whether it names somebody the place is held by."""

    parts: Parts
    kind: Kind = Kind.ADDRESS
    care_of: bool = False


_L = r"[^\W\d_]"
_END = r"(?=$|[\s,;.:/()–-])"
_SEP = r"[\s,;.:/–-]*"

_BRACKETS = re.compile(r"\s?\((?P<inside>[^)]*)\)?")
_PREFIX = re.compile(
    r"^(?:(?:adresse|adr|bopæl|bopælsadresse|boende|bor|folkeregisteradresse|f\.?reg\.?adr|gerningssted|sted|"
    r"på adressen)(?:e?n)?\b[.:]*\s*)+(?:på\s+)?",
    re.I,
)
_COUNTRY = re.compile(r"[\s,]+(?:danmark|denmark|dänemark|dk|kongeriget danmark)\W*$", re.I)

_POSTCODE = re.compile(r"(?:^|(?<=[\s,;.(]))(?:DK\s?[-–]?\s?)?(?P<code>[0-9]{4})(?![0-9])", re.I)
_GLUED_CODE = re.compile(r"(?<=[\s,;.])(?P<code>[0-9]{4})(?=[^\W\d_]{3})")
_CITY = re.compile(rf"^[\s,.;-]*(?P<city>{_L}[^,;0-9(]*)")
_AFTER_FLOOR = re.compile(r"(?:^|[\s,])(?:[1-9][0-9]?|st|kl)\.?\s*(?:sal)?[\s,]*$", re.I)

_NUMBERED = r"(?:(?:hus|have|bolig)?\s?nr\.?\s*|no\.?\s*|#|(?:,\s*)(?:havelod|lod|have|hus|parcel)\s+)"
_NUMBER = (
    rf"{_NUMBERED}?0{{0,3}}(?P<number>[1-9][0-9]{{0,2}})(?![0-9])"
    rf"(?:(?P<glued>{_L})(?!{_L})(?!\.\s?[fhv]{_END})"
    rf"|\s(?P<apart>(?!i\s){_L})(?![^\W_])(?!\.?\s?[fhv]{_END})(?!\.\s?(?:sal|plan)))?"
)
_UNIT_WORDS = r"sal|etage|etg|st|kl|kæl|k[1-9]|tv|th|mf|midt|venstre|højre|dør|lejl|til\s|nr"
_ORDINAL = rf"(?!\.?\s?'?s\s|\.\s*(?!{_UNIT_WORDS}){_L}{{3,}})"
_STREET = rf"^(?P<street>(?:[0-9]+\s*\.?\s*(?=(?:'?s\s+)?{_L}))?{_L}.*?)"
_HEADS = (
    re.compile(rf"{_STREET}[\s,]*(?<![^\W_]){_NUMBER}{_ORDINAL}(?!\s(?:hus)?nr\.?\s*[0-9])(?P<rest>.*)$", re.I),
    re.compile(rf"{_STREET}[\s,]*{_NUMBER}(?P<rest>.*)$", re.I),
)
_GLUED = re.compile(rf"(?<={_L}{{4}})(?=[0-9])")
_RANGE = re.compile(
    rf"^\s?[-–/+&]\s?(?:(?P<upper>[0-9]{{1,3}}){_L}?|(?P<letter>{_L}))(?=$|[\s,])(?!\s*(?:tv|th|mf|sal|\.)\b)", re.I
)
_FIRST_NUMBER = re.compile(rf"^\s*{_NUMBERED}?0*[1-9][0-9]{{0,2}}(?![0-9])", re.I)
_ORDINAL_STREET = re.compile(rf"^[0-9]{{1,2}}\.\s?(?!sal|etage){_L}{{3,}}.*[0-9]", re.I)
_LOT = re.compile(r"^\s*(?:havelod|havenr\.?|lod|have|hus|parcel)\s+(?:nr\.?\s*)?(?=[0-9])", re.I)

_SIDES = {"v": "tv", "f": "mf", "h": "th"}
_SIDE = r"t\.?\s?v|t\.?\s?h|m\.?\s?f|(?:til\s+)?venstre|(?:til\s+)?højre|midt\s?for|midten|midt"
_SIDE_NEXT = r"t\.?v|t\.?h|m\.?f"
_SALS = {"første": "1", "anden": "2", "tredje": "3", "tredie": "3", "fjerde": "4", "femte": "5", "sjette": "6"} | {
    "syvende": "7",
    "ottende": "8",
    "niende": "9",
    "tiende": "10",
}
_GROUND = r"st(?:ue(?:n|plan|nplan|n?s?etagen?|tagen?|lejl\w*)?|\.?\s?plan|\.?\s?etagen?)?|parterre"
_STOP = rf"(?={_SIDE_NEXT}|$|[\s,;.:/()–-])"
_FLOOR = (
    rf"(?P<floor>(?P<ground>{_GROUND}){_STOP}"
    rf"|(?P<cellar>kld?r?|kælder(?:en|plan|etagen?|lejl\w*)?){_STOP}"
    rf"|k\s?(?P<deep>[1-9]){_END}"
    rf"|(?P<said>{'|'.join(_SALS)})\s+(?:sal|etage){_END}"
    rf"|(?:sal|etage|etg\.?)\s+(?P<named_floor>[1-9][0-9]?){_END}"
    rf"|0*(?P<storey>[1-9][0-9]?)(?={_SIDE_NEXT}|sal|etg|etage|ste\b|den\b|s\.|$|[\s,;.:/()–-])(?:ste\b|den\b)?"
    rf"[\s.,-]*(?:sals?{_END}|etage{_END}|etg{_END}|et\.|s\.|s(?=\s(?:{_SIDE_NEXT}))|s$)?)"
)
_ROOM = r"dør|lejl(?:ighed)?|lej|vær(?:else)?|rum|apt|app|bolig|bol|stue"
_DOOR = (
    rf"(?:(?P<side>{_SIDE})(?!{_L})"
    rf"|(?:{_ROOM}){_SEP}(?:nr\.?\s*)?0*(?P<named>[1-9][0-9]{{0,3}}{_L}?|{_L}[0-9]{{0,3}}){_END}"
    rf"|(?(floor)nr\.?\s*0*(?P<counted>[1-9][0-9]{{0,3}}){_END}|(?!))"
    rf"|(?(floor)0*(?P<numbered>[1-9][0-9]{{0,3}}){_END}|(?!))"
    rf"|(?(floor)(?P<lettered>{_L}[0-9]{{0,3}})(?=\s*(?:,|$))|(?!)))"
)
_UNIT = re.compile(rf"^{_SEP}(?:(?:i|på)\s+)?(?:{_FLOOR})?(?:{_SEP}{_DOOR})?(?P<tail>.*)$", re.I)
_FLOOR_LAST = re.compile(rf"^{_SEP}(?:(?:i|på)\s+)?{_FLOOR}(?P<tail>.*)$", re.I)
_BUILDING = re.compile(
    r"\b(?:bag|for|side|mellem)(?:hus(?:et)?|bygning(?:en)?|h\.)(?!\w)|\bo\.\s?g\.|\bover gården"
    r"|\b(?:opgang|opg\.?|blok)\s?(?:[0-9]{1,3}|[^\W\d_])(?!\w)",
    re.I,
)
_IN = re.compile(r"^\W*(?:i|på)\s+", re.I)
_NAME = re.compile(rf"^{_L}[^0-9]*{_L}", re.I)


def parse(text: str) -> Parts:
    """The parts of one address text.

    >>> parse("vesterbrogade 12 3tv 1620 kbh v")[:4], parse("vesterbrogade 12 3tv 1620 kbh v")[5:]
    (('vesterbrogade', '12', '3', 'tv'), ('1620', 'København V'))
    """
    return read(text).parts


def read(text: str) -> Reading:
    """The parts of one address text, with what kind of text it is and whether it is somebody's c/o address."""
    text = _PREFIX.sub("", _BRACKETS.sub(_opened, _COUNTRY.sub("", tidy(text))).strip(" ,;.-"))
    text, care_of = without_care_of(_COUNTRY.sub("", text))
    kind = kind_of(text)
    if kind in (Kind.NONE, Kind.ABROAD):
        return Reading(NOWHERE, kind, care_of)
    if kind is not Kind.ADDRESS:
        _, postcode, city = _split_postcode(remainder(text, kind))
        return Reading(Parts(postcode=postcode, city=_official(city, postcode)), kind, care_of)
    return Reading(_parts(text), kind, care_of)


def _opened(bracket: re.Match[str]) -> str:
    """What stands in brackets, where it is a floor or door; nothing else there belongs to the address."""
    return f", {bracket['inside']}," if _unit_only(bracket["inside"]) else " "


def _official(city: str | None, postcode: str | None) -> str | None:
    return official_city(city, postcode) if city else None


def _parts(text: str) -> Parts:
    head, postcode, city = _split_postcode(text)
    street, number, rest = _split_number(head)
    rest = _BUILDING.sub(" ", rest)
    floor, door, rest = _split_unit(rest) if number else (None, None, rest)
    places = [p for p in (_IN.sub("", s).strip(" .;:-/") for s in rest.split(",")) if _NAME.match(p)]
    if places and floor == "st" and not door and known_town(f"store {places[0]}"):
        floor, places[0] = None, f"Store {places[0]}"
    if street and not number and not postcode and not places and known_town(street):
        street, city = None, street
    if city is None and places:
        city = places.pop()
    return Parts(street, number, floor, door, ", ".join(places) or None, postcode, _official(city, postcode))


def _split_postcode(text: str) -> tuple[str, str | None, str | None]:
    """What is not postcode and town, the postcode, and the town after it."""
    every = list(_POSTCODE.finditer(text)) or list(_GLUED_CODE.finditer(text))
    if not every:
        return text, None, None
    found = next((m for m in reversed(every) if known_postcode(m["code"])), every[-1])
    before, after = text[: found.start()].rstrip(" ,;"), text[found.end() :]
    city = _CITY.match(after)
    name = city["city"].strip(" .,-") if city else None
    if not known_postcode(found["code"]) and not name and _AFTER_FLOOR.search(before):
        return text, None, None
    if not before:
        return _town_first(after, found["code"])
    late = after[city.end() :].strip(" ,;.") if city else ""
    if late and _unit_only(late):
        before = f"{before}, {late}"
    return before, found["code"], name or None


def _town_first(after: str, code: str) -> tuple[str, str | None, str | None]:
    """The text behind a postcode that stands first: its town, then street and number, with or without a comma."""
    town, comma, rest = after.strip(" ,;.").partition(",")
    if comma and not any(c.isdigit() for c in town):
        return rest.strip(" ,"), code, town.strip(" .-") or None
    words = leading_town(town, code)
    if words:
        kept = town.split()
        return " ".join(kept[words:]) + comma + rest, code, " ".join(kept[:words])
    return ("", code, town or None) if not comma and not any(c.isdigit() for c in town) else (after, code, None)


def _unit_only(text: str) -> bool:
    """Whether a text is floor and door and nothing else."""
    floor, door, tail = _split_unit(text)
    return bool(floor or door) and not tail.strip(" .,;-")


def _rearranged(head: str) -> str:
    """Street and number in front: a house's name, a person or a floor written before them goes behind or away."""
    segments = [s.strip() for s in head.split(",")]
    for i, segment in enumerate(segments):
        if i + 1 < len(segments) and not any(c.isdigit() for c in segment):
            following = _LOT.sub("", segments[i + 1])
            numbered = _FIRST_NUMBER.match(following) and not _ORDINAL_STREET.match(following)
            if numbered and not (i and _unit_only(segment)):
                return ", ".join([f"{segment} {following}", *segments[i + 2 :], *filter(_unit_only, segments[:i])])
        if any(pattern.match(_GLUED.sub(" ", segment)) for pattern in _HEADS) and not _unit_only(segment):
            front = [s for s in segments[:i] if _unit_only(s)]
            town = [s for s in segments[:i] if s not in front and known_town(s)]
            return ", ".join([segment, *front, *segments[i + 1 :], *town])
    return head


def _split_number(head: str) -> tuple[str | None, str | None, str]:
    """Street, house number with its letter, and the rest."""
    head = _GLUED.sub(" ", _rearranged(head) if "," in head else head)
    for pattern in _HEADS:
        found = pattern.match(head)
        if found:
            letter = (found["glued"] or found["apart"] or "").lower()
            rest = found["rest"]
            upper = _RANGE.match(rest)
            if upper and (letter if upper["letter"] else int(upper["upper"]) > int(found["number"])):
                rest = rest[upper.end() :]
            return found["street"].strip(" ,"), found["number"] + letter, rest
    street, _, rest = head.partition(",")
    return street.strip() or None, None, rest


def _floor_of(found: re.Match[str]) -> str | None:
    if found["ground"]:
        return "st"
    if found["cellar"]:
        return "kl"
    if found["deep"]:
        return "k" + found["deep"]
    if found["said"]:
        return _SALS[found["said"].lower()]
    storey: str | None = found["storey"] or found["named_floor"]
    return storey


def _split_unit(rest: str) -> tuple[str | None, str | None, str]:
    """Floor, door and what follows them."""
    found = _UNIT.match(rest)
    if found is None:
        return None, None, rest
    floor, tail = _floor_of(found), found["tail"]
    side = found["side"]
    if side:
        folded = side.lower().replace("til", "").strip()
        door: str | None = _SIDES["f" if folded[0] == "m" else folded[0] if folded[0] in "vh" else folded[-1]]
    else:
        plain = found["named"] or found["counted"] or found["numbered"] or found["lettered"]
        door = plain.lower() if plain else None
    if door and not floor:
        late = _FLOOR_LAST.match(tail)
        if late:
            floor, tail = _floor_of(late), late["tail"]
    return floor, door, tail
