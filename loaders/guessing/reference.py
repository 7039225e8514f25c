"""What is known of names, towns and codes, for telling by its values what a column holds."""

from __future__ import annotations

import csv
import re
import tomllib
from functools import cache
from importlib import resources

from linkage.geography import municipalities, postcodes
from linkage.vocabulary import CATEGORIES, Role
from loaders.guessing.titles import fold
from loaders.mapping.file import shipped_mappings


@cache
def name_words() -> tuple[frozenset[str], frozenset[str]]:
    """Given names and surnames, folded: the most borne ones and their known spellings."""
    given: set[str] = set()
    surnames: set[str] = set()
    borne = resources.files("loaders").joinpath("reference", "names.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(borne.splitlines(), delimiter=";"):
        surnames.add(fold(row["surname"]))
        given |= {fold(row["female"]), fold(row["male"])}
    for file, words in (("given_variants.csv", given), ("surname_variants.csv", surnames)):
        text = resources.files("linkage").joinpath("data", "names", file).read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            words |= {fold(one) for one in row["names"].split()}
    return frozenset(given - {""}), frozenset(surnames - {""})


@cache
def known_postcodes() -> frozenset[str]:
    """The Danish postcodes."""
    return frozenset(postcodes()["postcode"].to_pylist())


@cache
def town_names() -> frozenset[str]:
    """Names of Danish postal towns and municipalities, folded."""
    return frozenset(fold(n) for table in (postcodes(), municipalities()) for n in table["name"].to_pylist())


@cache
def municipality_codes() -> frozenset[str]:
    """The codes of the municipalities, with and without the zero in front."""
    codes = municipalities()["municipality"].to_pylist()
    return frozenset(codes) | {c.lstrip("0") for c in codes}


SEXES: dict[str, str] = {
    **dict.fromkeys(("m", "mand", "male", "man", "mann", "maennlich", "dreng", "boy", "han"), "M"),
    **dict.fromkeys(("k", "kvinde", "f", "female", "woman", "kvinna", "kvinne", "w", "weiblich", "frau"), "F"),
    **dict.fromkeys(("pige", "girl", "hun"), "F"),
}
"""Codes of sex, folded."""
NUMBERED_SEXES = {"1": "M", "2": "F"}
"""ISO 5218, believed only where the title says that the column is the sex."""

_ROLES: dict[str, Role] = {
    **dict.fromkeys(("mistaenkt", "suspect", "misstaenkt", "beschuldigter", "anholdt", "arresteret"), Role.SUSPECT),
    **dict.fromkeys(("sigtet", "charged", "accused", "tiltalt", "defendant", "siktet", "gerningsmand"), Role.CHARGED),
    **dict.fromkeys(("doemt", "convicted", "domfaeldt", "offender", "perpetrator"), Role.CONVICTED),
    **dict.fromkeys(("forurettet", "offer", "victim", "injured", "foru", "geschaedigter", "opfer"), Role.INJURED),
    **dict.fromkeys(("vidne", "witness", "zeuge", "vitne", "vittne"), Role.WITNESS),
    **dict.fromkeys(("anmelder", "reporter", "reporting_party", "complainant", "anzeiger", "melder"), Role.REPORTER),
    **dict.fromkeys(("barn", "child", "barn_til_stede", "child_present", "kind"), Role.CHILD_PRESENT),
    **dict.fromkeys(("underrettet_barn", "subject", "subject_of_notification"), Role.SUBJECT_OF_NOTIFICATION),
    **dict.fromkeys(("andet", "andre", "other", "anden", "part", "bekendt"), Role.OTHER),
}
_CATEGORIES: dict[str, str] = {
    **dict.fromkeys(("assault", "battery", "simple_assault", "simpel_vold", "koerperverletzung"), "simple_violence"),
    **dict.fromkeys(("aggravated_assault", "grov_vold"), "serious_violence"),
    **dict.fromkeys(("murder", "drab", "mord", "manslaughter"), "homicide"),
    **dict.fromkeys(("domestic", "domestic_violence", "domestic_disturbance", "husspektakel"), "domestic_disturbance"),
    **dict.fromkeys(("familieuro", "husuro", "familievold", "spektakler"), "domestic_disturbance"),
    **dict.fromkeys(("threat", "threats", "trussel", "trusler", "bedrohung"), "threats"),
    **dict.fromkeys(("dui", "drunk_driving", "spiritus", "spirituskoersel", "promille"), "drink_driving"),
    **dict.fromkeys(("narko", "drugs", "narcotics", "euforiserende_stoffer", "drug_offence"), "drugs"),
    **dict.fromkeys(("shoplifting", "butikstyveri", "ladendiebstahl"), "shoplifting"),
    **dict.fromkeys(
        ("tyveri", "theft", "indbrud", "burglary", "haervaerk", "vandalism", "robbery", "roeveri"), "other"
    ),
    **dict.fromkeys(("andet", "other", "other_crime", "bedrageri", "fraud", "vehicle_crime", "public_order"), "other"),
}
IDENTIFIER_WORDS = frozenset(
    ("pnr", "cpr", "cprnr", "personnummer", "enr", "unr", "knr", "xecpr", "decpr", "ecpr", "erstatning", "local")
)


def _plain(code: str) -> str:
    return re.sub(r"[^a-z0-9/]+", "_", fold(code)).strip("_")


@cache
def role_words() -> dict[str, str]:
    """Roles by every code and word known for them, folded: the canonical ones, shipped maps, and plain words."""
    known = _shipped("role") | {word: role.value for word, role in _ROLES.items()}
    return known | {_plain(role.value): role.value for role in Role}


@cache
def category_words() -> dict[str, str]:
    """Categories likewise."""
    known = _shipped("category") | _CATEGORIES
    for one in CATEGORIES.values():
        known |= {_plain(word): one.name for word in (one.name, one.danish, one.english)}
    return known


def _shipped(name: str) -> dict[str, str]:
    """The entries of all shipped maps of a name."""
    found: dict[str, str] = {}
    for path in shipped_mappings().values():
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("maps", {}).get(name, {})
        found |= {_plain(code): word for code, word in entries.items()}
    return found


def known_word(kind: str, code: str) -> str | None:
    """The canonical word that a register's code stands for, as far as codes are known.

    >>> known_word("role", "Mistænkt"), known_word("category", "Spirituskørsel"), known_word("sex", "Kvinde")
    ('SUSPECT', 'drink_driving', 'F')
    >>> known_word("role", "Rtv-4") is None
    True
    """
    if kind == "sex":
        return SEXES.get(_plain(code)) or NUMBERED_SEXES.get(code)
    return {"role": role_words, "category": category_words}[kind]().get(_plain(code))
