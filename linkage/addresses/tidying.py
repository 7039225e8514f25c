"""Address text made plain before it is read: visible characters, single blanks, and what it is at all.

Not every text in an address field is an address. Somebody without a home, a post-office box and a
place abroad are recognised here, so that the grammar never forces a Danish street out of them.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

LONGEST = 256
"""Characters of a text that are read: the longest official address has fewer than 150."""


class Kind(StrEnum):
    """What a text in an address field is."""

    ADDRESS = "address"
    NONE = "none"
    """Blank, or words for "unknown", "hidden", "gone away"."""
    HOMELESS = "homeless"
    """Without a fixed home; a town may still be stated."""
    PO_BOX = "po_box"
    ABROAD = "abroad"


_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_SPACE = re.compile(r"\s+")
_REPEATED = re.compile(r"([,;./()–-])(?:\s?\1)+")
_APOSTROPHES = str.maketrans({"´": "'", "`": "'", "’": "'", "‘": "'", '"': "", "“": "", "”": "", "„": ""})


def tidy(text: str) -> str:
    r"""The text in composed characters and single blanks, without what cannot be seen.

    >>> tidy("  Å\u200bvej\t5,,  9000 Aalborg")
    'Åvej 5, 9000 Aalborg'
    """
    text = text[: LONGEST * 4]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    text = _SPACE.sub(" ", _UNSEEN.sub("", text.replace('"', "")))
    return _REPEATED.sub(r"\1", text)[:LONGEST].strip(" ,;.-")


_NOTHING = (
    r"(?:nuv\.?|nuværende|sidst kendte?|oplyst)?\s*(?:adresse|bopæl|opholdssted)?n?\s*(?:er\s+)?"
    r"(?:ukendt|uoplyst|ikke oplyst|ikke kendt|ikke angivet|uvis|ej oplyst|kendes ikke|hemmelig|beskyttet|intet|ingen|"
    r"mangler|forsvundet|udrejst|fraflyttet|afgået ved døden|død|udvandret|n\.?/?a\.?|x+|\?+|-+)"
    r"(?:\s+(?:fast\s+)?(?:adresse|bopæl|opholdssted|sted))?(?:\s+(?:her\s*i\s*landet|i danmark))?"
)
_IS_NOTHING = re.compile(rf"^\W*(?:{_NOTHING})?\W*$", re.I)
_IS_HOMELESS = re.compile(
    r"^\W*(?:(?:er\s+)?(?:uden|ingen)\s+fast\s+(?:bopæl|adresse|opholdssted)|u\.?\s?f\.?\s?b\b\.?|hjemløs|boligløs|"
    r"posthusbopæl|på gaden)[\s,.;:/-]*(?:i\s+(?=[A-ZÆØÅ]))?",
    re.I,
)
_BOX = re.compile(
    r"\b(?:p\.?\s?o\.?\s?)?(?:post)?boks\s*(?:nr\.?\s*)?[0-9]+|\bp\.?\s?o\.?\s?box\s*[0-9]+|^box\s*[0-9]+|^p\.?b\.?\s?[0-9]+",
    re.I,
)
_LANDS = (
    "sverige sweden norge norway tyskland deutschland germany storbritannien england skotland wales uk usa polen "
    "polska poland frankrig france spanien spain espana españa italien italy holland nederlandene netherlands "
    "belgien belgium schweiz switzerland østrig austria finland suomi island iceland litauen lithuania letland "
    "latvia estland estonia rumænien romania bulgarien bulgaria ungarn hungary tjekkiet slovakiet slovenien "
    "kroatien serbien bosnien albanien kosovo makedonien grækenland greece tyrkiet turkey türkiye portugal irland "
    "ireland rusland russia ukraine hviderusland moldova syrien irak iran afghanistan pakistan indien kina "
    "thailand filippinerne vietnam somalia marokko libanon australien canada brasilien færøerne grønland "
    "luxembourg malta cypern"
)
_IS_LAND = frozenset(_LANDS.split()) | {"united kingdom", "great britain", "dominikanske republik"}
_CODE_HINT = re.compile(r"[0-9]{5}|[0-9] [0-9]{2} |-\s?[0-9]{3}")
_FOREIGN_CODE = re.compile(
    r"(?:^|[\s,])(?:(?:S|SE|D|DE|N|NO|PL|NL|B|BE|F|FR|FI|GB|LT|LV|EE|I|IT|E|ES|CH|A|AT|CZ|FO|GL|IS)\s?-\s?[0-9]{3,5}\b"
    r"|[0-9]{3}\s[0-9]{2}\s+[^\W\d_]{2,}|[0-9]{2}-[0-9]{3}\s+[^\W\d_]{2,}|[0-9]{5}\s+[^\W\d_]{2,})"
)


def ends_abroad(text: str) -> bool:
    """Whether a text with more than one word ends in another country's name.

    >>> ends_abroad("Malmö, Sverige"), ends_abroad("Sverigesvej 3")
    (True, False)
    """
    words = text[-60:].lower().replace(",", " ").rstrip(" .;)").split()
    return len(words) > 1 and (words[-1] in _IS_LAND or " ".join(words[-2:]) in _IS_LAND)


def kind_of(text: str) -> Kind:
    """What a tidied text is.

    >>> [kind_of(t).value for t in ("Åvej 5", "Uden fast bopæl", "ukendt adresse", "Storgatan 2, 211 42 Malmö")]
    ['address', 'homeless', 'none', 'abroad']
    """
    if _IS_HOMELESS.match(text):
        return Kind.HOMELESS
    if _IS_NOTHING.match(text):
        return Kind.NONE
    if ends_abroad(text) or (_CODE_HINT.search(text) and _FOREIGN_CODE.search(text)):
        return Kind.ABROAD
    folded = text.lower()
    if ("box" in folded or "boks" in folded or folded.startswith(("pb", "p.b"))) and _BOX.search(text):
        return Kind.PO_BOX
    return Kind.ADDRESS


def remainder(text: str, kind: Kind) -> str:
    """What may still tell a town in the text of somebody without a home, or of a box."""
    if kind is Kind.HOMELESS:
        return _IS_HOMELESS.sub("", text)
    return _BOX.sub("", text).strip(" ,;")


_CARE_OF_FIRST = re.compile(
    r"^(?:c\s?[/\\.]\s?o\b\.?|co/|v/|hos(?=\s)|att[.:]|p\.?t\.?\s+(?:c/o|hos)(?=\s)):?\s*"
    r"(?P<held>[^,]*)(?:,\s*|$)",
    re.I,
)
_UNIT_WORD = r"\s(?:st|stuen|kl|kld|kælder(?:en)?|tv|th|mf)\b"
_CARE_OF = re.compile(
    rf"(?:[\s,]*\b(?:c\s?[/\\]\s?o\b\.?|co/|c\.o\.)|[\s,]+v/|,\s*(?:hos|att[.:])(?=\s)):?\s*[^,0-9]*?"
    rf"(?=,|[0-9]|$|{_UNIT_WORD})",
    re.I,
)
_MARK = re.compile(r"/|\\|hos |att[.:]|c\.\s?o", re.I)
_STREET_END = re.compile(
    r"(?:vej|gade|gd|g\.|v\.|all[eé]e?|plads|stræde|vænge|have|park|toft|bakke|boulevard|blvd|sti|kaj|torv|vang|dal|"
    r"lund|eng|mark|krog|skov|gård|kær|høj|bro|port|led|ager|løkke|byvej)(?:en|et|n|ne|erne)?\.?$",
    re.I,
)
_STREET_BEGIN = re.compile(
    r"^(?:gl|gammel|gamle|ny|nørre|nr|nordre|ndr|søndre|sdr|vester|østre|øster|store|st|lille|ll|sankt|sct|skt)\.?$",
    re.I,
)
_DIGIT = re.compile(r"[0-9]")


def without_care_of(text: str) -> tuple[str, bool]:
    """The text without "c/o somebody", and whether there was one.

    A name run into the street, without a comma, ends where the street's words begin.

    >>> without_care_of("c/o Jensen, Åvej 5"), without_care_of("Åvej 5")
    (('Åvej 5', True), ('Åvej 5', False))
    """
    if not _MARK.search(text):
        return text, False
    first = _CARE_OF_FIRST.match(text)
    if not first:
        rest, count = _CARE_OF.subn(", ", text)
        return rest.strip(" ,"), count > 0
    held, after = first["held"], text[first.end() :]
    if not _DIGIT.search(held):
        return after, True
    words = held.split()
    number = next(i for i, w in enumerate(words) if _DIGIT.search(w))
    ends = [i for i in range(number) if _STREET_END.search(words[i])]
    start = ends[-1] if ends else min(1, number - 1)
    if ends and start > 0 and (_STREET_END.fullmatch(words[start]) or _STREET_BEGIN.match(words[start - 1])):
        start -= 1
        while start > 0 and _STREET_BEGIN.match(words[start - 1]):
            start -= 1
    return ", ".join(p for p in (" ".join(words[max(start, 0) :]), after) if p), True
