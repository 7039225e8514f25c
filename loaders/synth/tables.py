"""Parameters that are tables by age or by kind; part of the published table."""

from __future__ import annotations

AGE_SHARES: tuple[tuple[int, int, float], ...] = (
    (30, 39, 0.182),
    (40, 49, 0.205),
    (50, 59, 0.207),
    (60, 69, 0.185),
    (70, 79, 0.142),
    (80, 89, 0.066),
    (90, 97, 0.013),
)
"""Share of residents of 30 and over by age on the first day (rounded from memory of the pyramid: assumption)."""

SIBSHIPS: tuple[float, ...] = (0.2, 0.47, 0.25, 0.08)
"""Mothers of the founding population with one, two, three and four children (assumption)."""

PARTNERED: tuple[tuple[int, float], ...] = (
    (18, 0.03),
    (20, 0.16),
    (23, 0.36),
    (26, 0.55),
    (30, 0.70),
    (40, 0.72),
    (60, 0.68),
    (70, 0.58),
    (80, 0.33),
    (90, 0.12),
)
"""Women living in a couple, from each age on (assumption)."""

MARRIED: tuple[tuple[int, float], ...] = ((18, 0.05), (25, 0.2), (30, 0.45), (35, 0.62), (45, 0.74), (60, 0.88))
"""Couples that are married, by the woman's age (assumption)."""

LEFT_HOME: tuple[tuple[int, float], ...] = (
    (0, 0.0),
    (18, 0.12),
    (19, 0.38),
    (20, 0.60),
    (21, 0.74),
    (22, 0.85),
    (24, 0.93),
    (27, 0.97),
)
"""Young adults who no longer live with a parent on the first day (assumption)."""

LEAVE_HOME: tuple[tuple[int, float], ...] = (
    (0, 0.0),
    (18, 0.22),
    (19, 0.42),
    (20, 0.52),
    (24, 0.45),
    (30, 0.1),
    (45, 0.0),
)
"""Young adults at home who leave within a year (assumption; median age at leaving about 20)."""

BIRTHS: tuple[tuple[int, float], ...] = (
    (0, 0.0),
    (18, 0.02),
    (20, 0.06),
    (24, 0.12),
    (27, 0.175),
    (30, 0.185),
    (33, 0.145),
    (36, 0.075),
    (40, 0.022),
    (44, 0.0),
)
"""Births in a year per woman with a partner (assumption; about 1.7 children per woman)."""

MOVES: tuple[tuple[int, float], ...] = (
    (0, 0.0),
    (18, 0.46),
    (20, 0.45),
    (25, 0.33),
    (30, 0.19),
    (35, 0.125),
    (40, 0.085),
    (50, 0.06),
    (60, 0.045),
    (75, 0.05),
)
"""Households that move within a year, by the age of the eldest, before the scale (assumption)."""

FORM_COUPLE: tuple[tuple[int, float], ...] = (
    (0, 0.0),
    (18, 0.35),
    (20, 0.8),
    (25, 1.0),
    (45, 0.5),
    (55, 0.25),
    (65, 0.08),
    (80, 0.0),
)
"""Relative rate of moving in with a partner (assumption)."""

NURSING_HOME: tuple[tuple[int, float], ...] = ((0, 0.0), (70, 0.002), (78, 0.008), (84, 0.03), (90, 0.08))
"""Old people alone at home who move to a nursing home within a year (assumption)."""

EMIGRATION: tuple[tuple[int, float], ...] = (
    (0, 0.0),
    (18, 1.0),
    (20, 2.2),
    (25, 2.0),
    (30, 1.3),
    (40, 0.7),
    (50, 0.35),
    (65, 0.15),
    (80, 0.0),
)
"""Relative rate of leaving the country (assumption)."""

ARRIVALS: tuple[tuple[str, float], ...] = (("single", 0.62), ("couple", 0.16), ("family", 0.16), ("parent", 0.06))
"""Households that arrive from abroad (assumption)."""

OFFENDING: tuple[tuple[int, float], ...] = (
    (0, 0.0),
    (15, 1.6),
    (18, 2.2),
    (30, 1.3),
    (45, 0.8),
    (60, 0.25),
    (75, 0.05),
)
"""Relative rate of incidents away from home (assumption)."""

COUPLE_KINDS: tuple[tuple[str, float], ...] = (
    ("domestic_disturbance", 0.47),
    ("simple_violence", 0.20),
    ("threats", 0.10),
    ("psychological_violence", 0.04),
    ("serious_violence", 0.03),
    ("grievous_violence", 0.004),
    ("homicide", 0.0004),
    ("expulsion_from_home", 0.02),
    ("suicide_threat", 0.055),
    ("restraining_order", 0.03),
    ("child_sexual_offence", 0.008),
    ("investigation_number", 0.02),
    ("drugs", 0.02),
)
"""Kinds of incident between two adults of one home (assumption)."""

FORMER_KINDS: tuple[tuple[str, float], ...] = (
    ("threats", 0.22),
    ("domestic_disturbance", 0.24),
    ("restraining_order", 0.17),
    ("breach_of_order", 0.12),
    ("simple_violence", 0.13),
    ("stalking", 0.05),
    ("interim_restraining_order", 0.03),
    ("exclusion_zone", 0.02),
    ("psychological_violence", 0.02),
)
"""Kinds of incident between a single parent and the children's other parent (assumption)."""

ALONE_KINDS: tuple[tuple[str, float], ...] = (
    ("suicide_threat", 0.32),
    ("domestic_disturbance", 0.40),
    ("drugs", 0.15),
    ("investigation_number", 0.05),
    ("other", 0.08),
)
"""Kinds of incident in the home of one adult (assumption)."""

INDIVIDUAL_KINDS: tuple[tuple[str, float], ...] = (
    ("shoplifting", 0.26),
    ("drugs", 0.18),
    ("drink_driving", 0.14),
    ("drug_driving", 0.10),
    ("simple_violence", 0.12),
    ("threats", 0.06),
    ("other", 0.14),
)
"""Kinds of incident away from home (assumption)."""

ORDERS = frozenset({"restraining_order", "interim_restraining_order", "exclusion_zone", "expulsion_from_home"})
"""Kinds whose parties are the restrained and the protected."""

VIOLENCE = frozenset({"simple_violence", "serious_violence", "grievous_violence", "homicide"})

SECOND_KIND: dict[str, str] = {
    "domestic_disturbance": "simple_violence",
    "simple_violence": "domestic_disturbance",
    "threats": "domestic_disturbance",
    "serious_violence": "simple_violence",
    "grievous_violence": "serious_violence",
    "suicide_threat": "investigation_number",
    "restraining_order": "threats",
    "breach_of_order": "threats",
    "psychological_violence": "threats",
    "drugs": "other",
    "shoplifting": "other",
    "drink_driving": "drugs",
    "drug_driving": "drugs",
    "stalking": "threats",
}
"""The category under which a second record files the same night (assumption)."""

OFFENCE_CODES: dict[str, str] = {
    "homicide": "73111",
    "attempted_homicide": "73121",
    "simple_violence": "73211",
    "serious_violence": "73231",
    "grievous_violence": "73241",
    "psychological_violence": "73251",
    "stalking": "73431",
    "threats": "73441",
    "restraining_order": "90110",
    "interim_restraining_order": "90111",
    "exclusion_zone": "90120",
    "expulsion_from_home": "90130",
    "breach_of_order": "82511",
    "domestic_disturbance": "90210",
    "investigation_number": "90000",
    "drink_driving": "76111",
    "drug_driving": "76131",
    "suicide_threat": "90310",
    "drugs": "81311",
    "shoplifting": "74411",
    "child_sexual_offence": "72211",
    "other": "99999",
}
"""Five-digit codes; 73111 is real, the others keep its form (assumption)."""

NAME_ERRORS: tuple[tuple[str, float], ...] = (
    ("spelling", 0.22),
    ("typo", 0.17),
    ("dropped", 0.13),
    ("swapped_letters", 0.08),
    ("danish_letters", 0.10),
    ("initial", 0.06),
    ("call_name", 0.07),
    ("nickname", 0.03),
    ("swapped_names", 0.05),
    ("earlier_surname", 0.07),
    ("particle", 0.02),
)
"""How an error in a name comes about; where the name has no such thing to get wrong, a typing error (assumption)."""

BIRTH_ERRORS: tuple[tuple[str, float], ...] = (
    ("swap", 0.24),
    ("digit", 0.37),
    ("year", 0.23),
    ("new_year", 0.10),
    ("entered", 0.06),
)
"""How an error in a birth date comes about: day and month swapped, a digit, year ± 1, 1 January, the day of writing
(assumption)."""

ADDRESS_STYLES: tuple[tuple[str, float], ...] = (
    ("full", 0.30),
    ("short_door", 0.20),
    ("no_comma", 0.13),
    ("sal", 0.09),
    ("spelled", 0.05),
    ("long", 0.04),
    ("slash", 0.03),
    ("lower", 0.05),
    ("upper", 0.03),
    ("no_city", 0.04),
    ("abbreviated", 0.04),
)
"""How the police write an address (assumption); each clerk has a favourite and keeps to it in 60 % of cases."""
