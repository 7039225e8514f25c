"""The grammar of Danish address text: one text in, seven parts out.

Clerks write one address in a dozen ways: with and without commas, the floor as "3.", "3 sal" or
"stuen", the door as "t.v." or "venstre", a c/o name in front, the town as "kbh v" or not at all.
The order of the parts is stable, so patterns anchored at the house number and the postcode suffice.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from linkage.addresses.folding import known_town, official_city


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

_L = r"[^\W\d_]"
_END = r"(?=$|[\s,;.:/()–-])"
_SEP = r"[\s,;.:/–-]*"

_SPACE = re.compile(r"\s+")
_BRACKETS = re.compile(r"\([^)]*\)?")
_UNKNOWN = re.compile(
    r"^\W*(?:(?:adresse|bopæl)?\s*ukendt(?:\s+(?:adresse|bopæl))?|uoplyst|ikke oplyst|"
    r"ingen(?: fast)?(?: bopæl| adresse)?|uden fast bopæl|u\.?f\.?b|n\.?a|n/a|hemmelig adresse|beskyttet adresse)?\W*$",
    re.I,
)
_PREFIX = re.compile(r"^(?:(?:adresse|adr|bopæl|boende|gerningssted|på adressen)\b[.:]*\s*)+", re.I)
_COUNTRY = re.compile(r"[\s,]+(?:danmark|denmark|dk)\W*$", re.I)
_CARE_OF_FIRST = re.compile(r"^c\s?[/.]\s?o\b\.?:?\s*(?P<held>[^,]*)(?:,\s*|$)", re.I)
_CARE_OF = re.compile(r"[\s,]*\bc\s?/\s?o\b\.?:?\s*[^,\d]*", re.I)
_STREET_END = re.compile(
    r"(?:vej|gade|gd|g\.|v\.|all[eé]e?|plads|stræde|vænge|have|park|toft|bakke|boulevard|blvd|sti|kaj|torv|vang|dal|"
    r"lund|eng|mark|krog|skov|gård|kær|høj|bro|port|led|ager|løkke|byvej)(?:en|et|n|ne|erne)?\.?$",
    re.I,
)
_STREET_BEGIN = re.compile(r"^(?:gl|gammel|ny|nørre|nr|søndre|sdr|vester|øster|store|st|lille|sankt|sct|skt)\.?$", re.I)

_POSTCODE = re.compile(r"(?:^|(?<=[\s,;.(]))(?:DK?[-\s]?)?(?P<code>\d{4})(?!\d)", re.I)
_CITY = re.compile(rf"^[\s,.;-]*(?P<city>{_L}[^,;\d(]*)")

_NUMBER = (
    rf"(?:(?:hus)?nr\.?\s*|no\.?\s*|#)?0{{0,3}}(?P<number>[1-9]\d{{0,2}})(?!\d)"
    rf"(?:(?P<glued>{_L})(?!{_L})(?!\.\s?[fhv]{_END})"
    rf"|\s(?P<apart>(?!i\s){_L})(?![^\W_])(?!\.?\s?[fhv]{_END}))?"
)
_ORDINAL = rf"(?!\.?\s?'?s\s|\.\s*(?!sal|etage|st|kl|kæl|tv|th|mf|midt|venstre|højre|dør|lejl|til\s){_L}{{3,}})"
_STREET = rf"^(?P<street>(?:\d+\s*\.?\s*(?=(?:'?s\s+)?{_L}))?{_L}.*?)"
_HEADS = (
    re.compile(rf"{_STREET}[\s,]*(?<![^\W_]){_NUMBER}{_ORDINAL}(?P<rest>.*)$", re.I),
    re.compile(rf"{_STREET}[\s,]*{_NUMBER}(?P<rest>.*)$", re.I),
)
_GLUED = re.compile(rf"(?<={_L}{{4}})(?=\d)")
_RANGE = re.compile(rf"^\s?[-–/]\s?(?P<upper>\d{{1,3}}){_L}?(?=$|[\s,])(?!\s*(?:tv|th|mf|sal|\.)\b)", re.I)

_SIDES = {"v": "tv", "f": "mf", "h": "th"}
_SIDE = r"t\.?\s?v|t\.?\s?h|m\.?\s?f|(?:til\s+)?venstre|(?:til\s+)?højre|midt\s?for|midten|midt"
_SIDE_NEXT = r"t\.?v|t\.?h|m\.?f"
_SALS = {"første": "1", "anden": "2", "tredje": "3", "tredie": "3", "fjerde": "4", "femte": "5", "sjette": "6"}
_FLOOR = (
    rf"(?P<floor>(?P<ground>st(?:ue(?:n|plan|nplan|etagen?|lejl\w*)?|\.?\s?plan)?|parterre)(?={_SIDE_NEXT}|$|[\s,;.:/()–-])"
    rf"|(?P<cellar>kld?r?|kælder(?:en|etagen?|lejl\w*)?|kælderen)(?={_SIDE_NEXT}|$|[\s,;.:/()–-])"
    rf"|k\s?(?P<deep>[1-9]){_END}"
    rf"|(?P<said>{'|'.join(_SALS)})\s+sal{_END}"
    rf"|0*(?P<storey>[1-9]\d?)(?={_SIDE_NEXT}|sal|etg|etage|ste\b|den\b|s\.|$|[\s,;.:/()–-])(?:ste\b|den\b)?"
    rf"[\s.-]*(?:sals?{_END}|etage{_END}|etg{_END}|et\.|s\.)?)"
)
_DOOR = (
    rf"(?:(?P<side>{_SIDE})(?!{_L})"
    rf"|(?:dør|lejl(?:ighed)?|lej|vær(?:else)?|rum){_SEP}(?:nr\.?\s*)?0*(?P<named>[1-9]\d{{0,3}}{_L}?|{_L}\d{{0,3}}){_END}"
    rf"|(?(floor)0*(?P<numbered>[1-9]\d{{0,3}}){_END}|(?!))"
    rf"|(?(floor)(?P<lettered>{_L}\d{{0,3}})(?=\s*(?:,|$))|(?!)))"
)
_UNIT = re.compile(rf"^{_SEP}(?:(?:i|på)\s+)?(?:{_FLOOR})?(?:{_SEP}{_DOOR})?(?P<tail>.*)$", re.I)
_FLOOR_LAST = re.compile(rf"^{_SEP}{_FLOOR}(?P<tail>.*)$", re.I)
_BUILDING = re.compile(
    r"\b(?:bag|for|side|mellem)(?:hus(?:et)?|bygning(?:en)?|h\.)(?!\w)|\bo\.\s?g\.|\bover gården", re.I
)
_IN = re.compile(r"^\W*(?:i|på)\s+", re.I)
_NAME = re.compile(rf"^{_L}[^\d]*{_L}", re.I)


def parse(text: str) -> Parts:
    """The parts of one address text.

    >>> parse("vesterbrogade 12 3tv 1620 kbh v")[:4], parse("vesterbrogade 12 3tv 1620 kbh v")[5:]
    (('vesterbrogade', '12', '3', 'tv'), ('1620', 'København V'))
    """
    text = _COUNTRY.sub("", _BRACKETS.sub(" ", _SPACE.sub(" ", text))).strip(" ,;.-")
    if _UNKNOWN.match(text):
        return NOWHERE
    head, postcode, city = _split_postcode(_without_care_of(_PREFIX.sub("", text)))
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
    return Parts(
        street,
        number,
        floor,
        door,
        ", ".join(places) or None,
        postcode,
        official_city(city, postcode) if city else None,
    )


def _without_care_of(text: str) -> str:
    """The text without "c/o somebody"; a name run into the street ends where the street's words begin."""
    if "c/o" not in text.lower() and not text.lower().startswith(("c.o", "c /", "c/ o")):
        return text
    first = _CARE_OF_FIRST.match(text)
    if not first:
        return _CARE_OF.sub(", ", text).strip(" ,")
    held, after = first["held"], text[first.end() :]
    if not re.search(r"\d", held):
        return after
    words = held.split()
    number = next(i for i, w in enumerate(words) if re.search(r"\d", w))
    ends = [i for i in range(number) if _STREET_END.search(words[i])]
    start = ends[-1] if ends else min(1, number - 1)
    if ends and start > 0 and (_STREET_END.fullmatch(words[start]) or _STREET_BEGIN.match(words[start - 1])):
        start -= 1
    return ", ".join(p for p in (" ".join(words[max(start, 0) :]), after) if p)


def _split_postcode(text: str) -> tuple[str, str | None, str | None]:
    """What stands before the postcode, the postcode, and the town after it."""
    every = list(_POSTCODE.finditer(text))
    if not every:
        return text, None, None
    found = every[-1]
    before, after = text[: found.start()].rstrip(" ,;"), text[found.end() :]
    city = _CITY.match(after)
    name = city["city"].strip(" .,-") if city else None
    if not before and "," in after:
        before = after.split(",", 1)[1].strip(" ,")
    return before, found["code"], name or None


def _split_number(head: str) -> tuple[str | None, str | None, str]:
    """Street, house number with its letter, and the rest."""
    head = _GLUED.sub(" ", head)
    for pattern in _HEADS:
        found = pattern.match(head)
        if found:
            letter = (found["glued"] or found["apart"] or "").lower()
            rest = found["rest"]
            upper = _RANGE.match(rest)
            if upper and int(upper["upper"]) > int(found["number"]):
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
    storey: str | None = found["storey"]
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
        plain = found["named"] or found["numbered"] or found["lettered"]
        door = plain.lower() if plain else None
    if door and not floor:
        late = _FLOOR_LAST.match(tail)
        if late:
            floor, tail = _floor_of(late), late["tail"]
    return floor, door, tail
