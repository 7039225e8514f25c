"""Habits of the districts: how each writes names, addresses, roles and sex, and what its mapping must say of it.

A register is never the layout alone. Every district has codes of its own beside the common ones, a way
of writing addresses that most of its clerks have taken over, and one types every name in capitals. Two
districts changed their system within the simulated years and hold an older file with other columns,
another encoding and another form of date, until a day that is theirs (all assumptions).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from linkage.vocabulary import CATEGORIES, Role


@dataclass(frozen=True, slots=True)
class Habits:
    """What one district does its own way."""

    address_style: str = "full"
    """A style of ``tables.ADDRESS_STYLES`` that many of its clerks have taken over."""
    capitals: bool = False
    """Whether names stand in capitals."""
    roles: dict[str, str] = field(default_factory=dict)
    """Its own code in place of a common one."""
    categories: dict[str, str] = field(default_factory=dict)
    """Its own word for a category."""
    sexes: tuple[str, str] = ("M", "K")
    """Its codes for men and women."""
    replaced: dt.date | None = None
    """The first day of its present system, if there was another one before."""


HABITS: dict[str, Habits] = {
    "Bornholms Politi": Habits(address_style="sal"),
    "Fyns Politi": Habits(address_style="no_comma", replaced=dt.date(2019, 1, 1)),
    "Københavns Politi": Habits(
        address_style="abbreviated", roles={"SIG": "SGT", "VID": "VDN"}, categories={"vold": "vold § 244"}
    ),
    "Københavns Vestegns Politi": Habits(address_style="short_door", roles={"BARN": "BØRN"}),
    "Midt- og Vestjyllands Politi": Habits(address_style="long", capitals=True),
    "Midt- og Vestsjællands Politi": Habits(categories={"husspektakler": "husspektakel", "trusler": "trusler § 266"}),
    "Nordjyllands Politi": Habits(address_style="spelled", roles={"FOU": "FORUR", "A/F": "AFO"}),
    "Nordsjællands Politi": Habits(address_style="slash", replaced=dt.date(2021, 7, 1)),
    "Sydsjællands og Lolland-Falsters Politi": Habits(address_style="lower", sexes=("mand", "kvinde")),
    "Sydøstjyllands Politi": Habits(address_style="no_city", roles={"PAR": "PART"}),
    "Syd- og Sønderjyllands Politi": Habits(address_style="sal", roles={"MIS": "MTK", "TIL": "TILH", "BES": "BESK"}),
    "Østjyllands Politi": Habits(address_style="short_door", sexes=("1", "2")),
}
"""By district; one that is not named has no habits."""

ROLE_CODES: dict[str, tuple[tuple[str, float], ...]] = {
    Role.CHARGED.value: (("SIG", 1.0),),
    Role.SUSPECT.value: (("MIS", 0.8), ("ARR", 0.2)),
    Role.CONVICTED.value: (("DOM", 1.0),),
    Role.RESTRAINED.value: (("TIL", 1.0),),
    Role.PROTECTED.value: (("BES", 1.0),),
    Role.INJURED.value: (("FOU", 0.6), ("A/F", 0.4)),
    Role.CHILD_PRESENT.value: (("BARN", 1.0),),
    Role.WITNESS.value: (("VID", 1.0),),
    Role.REPORTER.value: (("ANM", 1.0),),
    Role.OTHER.value: (("PAR", 1.0),),
}
"""Codes of each role in the present layout, with the share in which each is used."""

OLD_ROLES: dict[str, str] = {
    "SIG": "sigtet",
    "MIS": "mistænkt",
    "ARR": "anholdt",
    "DOM": "dømt",
    "TIL": "modtager af tilhold",
    "BES": "beskyttet",
    "FOU": "forurettet",
    "A/F": "anmelder og forurettet",
    "BARN": "barn",
    "VID": "vidne",
    "ANM": "anmelder",
    "PAR": "part",
}
"""The older layout writes roles out."""

OLD_COLUMNS: dict[str, str] = {
    "Journalnr": "JNR",
    "Referencenr": "JNR_REF",
    "Kategori": "SAGSART",
    "Gerningskode": "GERNKODE",
    "Gerningsdato": "GERNDATO",
    "Anmeldtdato": "ANMDATO",
    "Gerningssted": "GERNSTED",
    "Sagsstatus": "STATUS",
    "Afgoerelse": "AFGJORT",
    "Loebenr": "PART",
    "Rolle": "PARTSROLLE",
    "Ident": "PERSONNR",
    "Efternavn": "ENAVN",
    "Fornavn": "FNAVN",
    "Foedselsdato": "FDATO",
    "Koen": "KOEN",
    "Bopael": "ADR",
    "Optaget": "OPRETTET",
    "Tilbagekaldt": "ANNULLERET",
}
"""Columns of the older layout by those of the present one; it has none for the type of a number."""

OLD_SETTINGS = 'delimiter = "|"\ndate_formats = ["%d.%m.%Y"]\n'

_OLD_SECTIONS = """
[persons.party]
when = "PART"
record_id = ["JNR", "PART"]
given = "FNAVN"
surname = "ENAVN"
birth_date = "FDATO"
sex = { column = "KOEN", map = "sex" }
identifiers = "PERSONNR"
known_from = "OPRETTET"
known_to = "ANNULLERET"

[residences.stated]
when = "PART"
record_id = ["JNR", "PART"]
address = "ADR"
valid_from = { first = ["GERNDATO", "ANMDATO"] }
known_from = "OPRETTET"
known_to = "ANNULLERET"

[incidents.case]
incident_id = "JNR"
journal_number = "JNR"
journal_reference = "JNR_REF"
category = { column = "SAGSART", map = "category" }
code = "GERNKODE"
occurred = "GERNDATO"
reported = "ANMDATO"
address = "GERNSTED"
status = "STATUS"
outcome = "AFGJORT"
verified = { column = "SAGSART", map = "verified", otherwise = "yes" }
known_from = "OPRETTET"
known_to = "ANNULLERET"

[involvements.party]
when = "PART"
incident_id = "JNR"
record_id = ["JNR", "PART"]
role = { column = "PARTSROLLE", map = "role" }
stated_role = "PARTSROLLE"
outcome = "AFGJORT"
known_from = "OPRETTET"
known_to = "ANNULLERET"

# nothing is entered here any more
[expectations]
newest_entry_within = 36525
"""


def habits_of(district: str) -> Habits:
    """The habits of a district."""
    return HABITS.get(district, Habits())


def replaced_districts(districts: tuple[str, ...]) -> tuple[int, ...]:
    """Numbers of the districts with an older register, in order.

    >>> replaced_districts(("Bornholms Politi", "Fyns Politi"))
    (1,)
    """
    return tuple(i for i, d in enumerate(districts) if habits_of(d).replaced)


def _lines(title: str, words: dict[str, str]) -> str:
    if not words:
        return ""
    return f"\n[maps.{title}]\n" + "".join(f'"{code}" = "{word}"\n' for code, word in words.items())


def mapping_of_habits(district: str, *, old: bool = False) -> str:
    """What a district's mapping says beyond the layout's, as TOML: its codes and words, or the older columns."""
    canonical = {code: role for role, codes in ROLE_CODES.items() for code, _ in codes}
    if old:
        roles = {word: canonical[code] for code, word in OLD_ROLES.items()}
        return _lines("role", roles) + _lines("sex", {"mand": "M", "kvinde": "F"}) + _OLD_SECTIONS
    own = habits_of(district)
    name = {c.danish: c.name for c in CATEGORIES.values()}
    text = _lines("role", {new: canonical[code] for code, new in own.roles.items()})
    text += _lines("category", {new: name[word] for word, new in own.categories.items()})
    return text + (_lines("sex", dict(zip(own.sexes, "MF", strict=True))) if own.sexes != ("M", "K") else "")
