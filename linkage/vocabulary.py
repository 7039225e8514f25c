"""The words every table shares: roles, categories of incident, kinds of relation and identifier.

They are data with a meaning in law, so they live in one place at the ground and every mapping
translates into them. Sources: the code lists of the Danish National Archives (KRIN01SA, 11013), of
Statistics Denmark (SIG_GER7, OFR_KATEGORI) and the statutes named beside each category.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person was in an incident. RESTRAINED and PROTECTED are opposite parties of one order."""

    SUSPECT = "SUSPECT"
    CHARGED = "CHARGED"
    CONVICTED = "CONVICTED"
    RESTRAINED = "RESTRAINED"
    PROTECTED = "PROTECTED"
    INJURED = "INJURED"
    CHILD_PRESENT = "CHILD_PRESENT"
    SUBJECT_OF_NOTIFICATION = "SUBJECT_OF_NOTIFICATION"
    WITNESS = "WITNESS"
    REPORTER = "REPORTER"
    OTHER = "OTHER"


OWN_ROLES = frozenset({Role.SUSPECT, Role.CHARGED, Role.CONVICTED, Role.RESTRAINED})
"""Roles of the person the incident is laid to; all that counts before a person joins the family."""

COUNTED_ROLES = OWN_ROLES | {Role.INJURED, Role.PROTECTED, Role.CHILD_PRESENT}
"""Roles that put an incident into a family's history on their own."""

ONLOOKER_ROLES = frozenset({Role.WITNESS, Role.REPORTER})
"""Roles that count only beside a second member, or at the child's own unit."""


class RelationKind(StrEnum):
    """What the right person is to the left one."""

    PARENT = "parent"
    ADOPTIVE_PARENT = "adoptive_parent"
    CUSTODY = "custody"
    FOSTER_PARENT = "foster_parent"
    """Whom a child is placed with: no parent in law, and what they share is no family's."""
    SPOUSE = "spouse"
    PARTNER = "partner"
    SIBLING = "sibling"


class IdentifierType(StrEnum):
    """Kinds of personal identifier, by what they prove."""

    CPR = "CPR"
    REPLACEMENT = "REPLACEMENT"
    X_ECPR = "X-eCPR"
    D_ECPR = "D-eCPR"
    ENR = "ENR"
    UNR = "UNR"
    KNR = "KNR"
    UNIDENTIFIED = "UNIDENTIFIED"
    ASSOCIATION = "ASSOCIATION"
    LOCAL = "LOCAL"
    """A register's own person key: proves identity inside that register only."""
    UNKNOWN = "UNKNOWN"


class Protection(StrEnum):
    """Address protection: ordinary is shown to entitled staff with a reason, special never."""

    ORDINARY = "ordinary"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Category:
    """One category of incident or notice."""

    name: str
    danish: str
    english: str
    event: bool = True
    """False for concerns and assessments, which never count as events (concern must not feed on itself)."""
    domestic: bool = False
    """True where the place alone ties the incident to the household that lives there."""


CATEGORIES: dict[str, Category] = {
    c.name: c
    for c in (
        Category("homicide", "manddrab", "homicide", domestic=True),  # straffeloven § 237
        Category("attempted_homicide", "forsøg på manddrab", "attempted homicide", domestic=True),
        Category("simple_violence", "vold", "violence", domestic=True),  # § 244
        Category("serious_violence", "alvorligere vold", "serious violence", domestic=True),  # § 245
        Category("grievous_violence", "særlig alvorlig vold", "grievous violence", domestic=True),  # § 246
        Category("psychological_violence", "psykisk vold", "psychological violence", domestic=True),  # § 243
        Category("stalking", "stalking", "stalking"),  # § 242
        Category("threats", "trusler", "threats", domestic=True),  # § 266
        Category("restraining_order", "tilhold", "restraining order"),  # tilholdsloven §§ 1-2
        Category("interim_restraining_order", "foreløbigt tilhold", "interim restraining order"),
        Category("exclusion_zone", "opholdsforbud", "exclusion zone"),
        Category("expulsion_from_home", "bortvisning", "expulsion from the home", domestic=True),
        Category("breach_of_order", "overtrædelse af tilhold", "breach of an order"),
        Category("domestic_disturbance", "husspektakler", "domestic disturbance", domestic=True),
        Category("investigation_number", "undersøgelsessag", "investigation number"),
        Category("drink_driving", "spirituskørsel", "drink driving"),  # færdselsloven § 53
        Category("drug_driving", "narkokørsel", "drug driving"),  # færdselsloven § 54
        Category("suicide_threat", "trussel om selvmord", "suicide threat", domestic=True),
        Category("drugs", "narkotika", "drugs"),
        Category("shoplifting", "butikstyveri", "shoplifting"),  # § 276
        Category("child_sexual_offence", "seksualforbrydelse mod barn", "sexual offence against a child"),
        Category("municipal_notification", "underretning", "municipal notification", event=False),
        Category("social_report", "socialrapport", "social report", event=False),
        Category("note", "notat", "note", event=False),
        Category("other", "andet", "other"),
    )
}
"""Every category by name; a mapping that meets an unknown code falls back to ``other``, visibly."""

EVENT_CATEGORIES = frozenset(c.name for c in CATEGORIES.values() if c.event)
DOMESTIC_CATEGORIES = frozenset(c.name for c in CATEGORIES.values() if c.domestic)
