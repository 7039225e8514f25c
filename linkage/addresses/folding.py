"""Keys under which differently spelt streets and towns meet.

A key is ASCII, lower case and without blanks, so that "Gl. Kongevej", "gammel kongevej" and
"GAMMEL KONGE VEJ" are one, and "Ålborg" is "Aalborg". Keys compare and name; they are never shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from linkage.geography import postcodes

_LETTERS = str.maketrans(
    {"æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "å": "aa", "ü": "y", "ß": "ss", "đ": "d", "ð": "d", "ł": "l"}
)
_TOKEN = re.compile(r"[a-z0-9]+\.?")

_ANYWHERE = {
    "gl": "gammel",
    "gml": "gammel",
    "gamle": "gammel",
    "sct": "sankt",
    "skt": "sankt",
    "sanct": "sankt",
    "kgl": "kongelig",
    "sdr": "soender",
    "ndr": "nordre",
    "blvd": "boulevard",
    "boul": "boulevard",
    "allee": "alle",
    "al": "alle",
    "pl": "plads",
    "str": "straede",
    "chr": "christian",
    "dr": "doktor",
    "prof": "professor",
    "ll": "lille",
    "indr": "indre",
    "kgs": "kongens",
    "krp": "kronprins",
    "frdr": "frederik",
    "haveforening": "hf",
    "haveforeningen": "hf",
}
"""Abbreviations that mean the same wherever they stand in a street's name."""
_FIRST = {
    "nr": "noerre",
    "nrd": "nordre",
    "st": "store",
    "str": "store",
    "v": "vester",
    "vestre": "vester",
    "oe": "oester",
    "oestre": "oester",
    "l": "lille",
    "s": "soender",
    "soendre": "soender",
    "n": "noerre",
    "noere": "noerre",
}
"""Abbreviations that mean this only as the first word."""
_LAST = {"v": "vej", "g": "gade", "gd": "gade", "vejen": "vejen", "a": "alle"}
"""Abbreviations that mean this only as the last word, with or without a blank before them."""
_CITY = {"kbh": "koebenhavn", "kbhvn": "koebenhavn", "kbhn": "koebenhavn", "koebenh": "koebenhavn"} | {
    "cph": "koebenhavn",
    "copenhagen": "koebenhavn",
    "frb": "frederiksberg",
    "frbg": "frederiksberg",
    "fberg": "frederiksberg",
    "fredrb": "frederiksberg",
    "aarh": "aarhus",
    "aalb": "aalborg",
    "od": "odense",
}


def fold(text: str) -> str:
    """Lower case in ASCII: Danish letters as two, accents dropped.

    >>> fold("Ågade"), fold("Café Æblegård")
    ('aagade', 'cafe aeblegaard')
    """
    spelt = unicodedata.normalize("NFC", text).lower().translate(_LETTERS)
    if spelt.isascii():
        return spelt
    return "".join(c for c in unicodedata.normalize("NFKD", spelt) if c.isascii())


_MORE_MEANINGS = {
    "st": ("sankt", "store"),
    "s": ("sankt", "soender"),
    "dr": ("doktor", "dronning"),
    "fr": ("frederik", "fru"),
    "v": ("vester", "vestre"),
    "kr": ("kronprins", "kristian"),
}
"""Further meanings of an abbreviation, for names that its first one does not find."""


def word_meanings(word: str) -> tuple[str, ...]:
    """What an abbreviated word of a street's name may begin with, written out; none for a word that is no known one.

    >>> word_meanings("skt"), word_meanings("skov")
    (('sankt',), ())
    """
    plain = (table[word] for table in (_ANYWHERE, _FIRST, _LAST) if word in table)
    return tuple(dict.fromkeys([*plain, *_MORE_MEANINGS.get(word, ())]))


_CUT_INSIDE = re.compile(r"(?<=[a-z]{2})([gv])\.(n|en)\b")


def _whole(cut: re.Match[str]) -> str:
    """The definite ending that was cut short in its middle: Hovedg.n, Strandv.en."""
    return ("gade" if cut[1] == "g" else "vej") + ("n" if cut[1] == "g" else "en")


def _ending(token: str) -> str:
    """A last word whose ending is abbreviated with a full stop, written out."""
    if token.endswith("."):
        if len(token) > 3 and token[-2] == "g" and token[-3] != "r":
            return token[:-2] + "gade"
        if len(token) > 3 and token[-2] == "v":
            return token[:-2] + "vej"
    return token.rstrip(".")


@lru_cache(maxsize=1 << 17)
def street_key(street: str) -> str:
    """The key of a street name: case, å/aa, blanks and the usual abbreviations do not matter.

    >>> street_key("Gl. Kongevej") == street_key("GAMMEL KONGEVEJ")
    True
    >>> street_key("Vesterbrog."), street_key("Sct. Knuds Alle"), street_key("Nr. Farimagsgade")
    ('vesterbrogade', 'sanktknudsalle', 'noerrefarimagsgade')
    """
    tokens = _TOKEN.findall(_CUT_INSIDE.sub(_whole, fold(street).replace("'", "").replace("´", "")))
    if not tokens:
        return ""
    words = [t.rstrip(".") for t in tokens]
    last = len(words) - 1
    if last > 0 and words[-1] in _LAST:
        words[-1] = _LAST[words[-1]]
    else:
        words[-1] = _ending(tokens[-1])
    if last > 0 and words[0] in _FIRST:
        words[0] = _FIRST[words[0]]
    return "".join(_ANYWHERE.get(w, w) for w in words)


@lru_cache(maxsize=1 << 16)
def city_key(city: str) -> str:
    """The key of a town's name.

    >>> city_key("kbh. V") == city_key("København V"), city_key("Ålborg")
    (True, 'aalborg')
    """
    words = [t.rstrip(".") for t in _TOKEN.findall(fold(city))]
    if len(words) > 1 and words[0] in _FIRST:
        words[0] = _FIRST[words[0]]
    if len(words) > 1 and words[0] == "fr" and words[1] == "berg":
        words[:2] = ["frederiksberg"]
    return "".join(_ANYWHERE.get(w, _CITY.get(w, w)) for w in words)


_QUARTER = re.compile(r"^(koebenhavn|aarhus|odense|aalborg|frederiksberg|esbjerg|randers)(?:[a-z]|[ns][voe]|[ns]?oe)$")


@lru_cache(maxsize=1 << 16)
def town_key(city: str) -> str:
    """The key of a town without its postal quarter, for texts that leave the quarter out.

    >>> town_key("Kbh. NV"), town_key("Aarhus C"), town_key("Vodskov")
    ('koebenhavn', 'aarhus', 'vodskov')
    """
    key = city_key(city)
    found = _QUARTER.match(key)
    return found[1] if found else key


@lru_cache(maxsize=1)
def _towns() -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    rows = postcodes().to_pylist()
    by_code = {r["postcode"]: (city_key(r["name"]), r["name"]) for r in rows}
    return by_code, {city_key(r["name"]): r["name"] for r in rows}


def known_town(city: str) -> bool:
    """Whether this is the name of a postcode's town."""
    names = _towns()[1]
    return city_key(city) in names or town_key(city) in names


def known_postcode(postcode: str) -> bool:
    """Whether there is such a postcode."""
    return postcode in _towns()[0]


def leading_town(text: str, postcode: str) -> int:
    """How many words at the beginning of a text name the postcode's town; 0 for none.

    >>> leading_town("Aarhus C Vestergade 5", "8000"), leading_town("Vestergade 5", "8000")
    (2, 0)
    """
    key = _towns()[0].get(postcode, ("", ""))[0]
    words = text.split()[:4]
    for count in range(len(words), 0, -1):
        said = city_key(" ".join(words[:count]))
        if said and said in (key, town_key(key)):
            return count
    return 0


def official_city(city: str, postcode: str | None) -> str:
    """The postcode's own name for its town where the text means it, else the text.

    >>> official_city("kbh v", "1620"), official_city("Vester Hassing", "9310")
    ('København V', 'Vester Hassing')
    """
    key, name = _towns()[0].get(postcode or "", ("", ""))
    return name if key and key == city_key(city) else city
