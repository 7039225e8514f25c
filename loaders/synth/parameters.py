"""The published table: every number the synthetic Denmark is made with, and where it comes from.

The table was pinned before any linker was scored on the world it makes, and ``docs/synthetic-denmark.md``
repeats it row by row. A source of ``assumption`` means that no public figure was at hand; such a number is
chosen to be plausible and is not a finding about Denmark.
"""

from __future__ import annotations

from dataclasses import dataclass

from loaders.synth.settings import Noise

ASSUMED = "assumption"
_FIT = "fit to the 20 known counts"
_AIM = "calibrated to the aim"
_BRIEF = "published requirement of the project"
_DST_MOVES = "Statistics Denmark, moves (14–15 % a year, 62 % within the municipality, peak age 18–24)"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the world."""

    name: str
    value: float
    meaning: str
    source: str = ASSUMED


@dataclass(frozen=True, slots=True)
class Rate:
    """One error rate of the offices, for each level of noise."""

    name: str
    clean: float
    typical: float
    harsh: float
    meaning: str
    source: str = ASSUMED

    def at(self, noise: Noise) -> float:
        """The rate at a level of noise."""
        return {Noise.CLEAN: self.clean, Noise.TYPICAL: self.typical, Noise.HARSH: self.harsh}[noise]


WORLD_TABLE: tuple[Parameter, ...] = (
    # places
    Parameter("units_per_person", 0.62, "homes per resident, so that there is always one to move to"),
    Parameter("min_units", 24, "homes in the smallest municipality"),
    Parameter("units_per_postcode", 400, "homes per postcode in use"),
    Parameter("units_per_street", 45, "homes per street and postcode"),
    Parameter("persons_per_shelter", 9000, "residents per women's shelter"),
    Parameter("persons_per_college", 5000, "residents per college or hall of residence"),
    Parameter("persons_per_nursing_home", 4000, "residents per nursing home"),
    Parameter("persons_per_childrens_home", 20000, "residents per children's institution"),
    # names
    Parameter("transliterated_child", 0.75, "children of such a parent with a transliterated given name"),
    Parameter("name_change_in_the_past", 0.57, "brides before the first day who took the groom's surname"),
    Parameter("second_stated", 0.5, "second given names that are stated where no number was looked up"),
    Parameter("middle_looked_up", 0.6, "middle names written behind the given names where the number was looked up"),
    Parameter("middle_stated", 0.25, "the same where it was not"),
    Parameter("surname_ranks", 11000, "distinct surnames; the 20 commonest then hold 35 %", _FIT),
    Parameter("surname_q", 1.0, "shift of the Zipf–Mandelbrot curve", _FIT),
    Parameter("given_q", 8.0, "shift of the Zipf–Mandelbrot curve of given names within a cohort"),
    Parameter("given_s", 1.05, "exponent of that curve"),
    Parameter("given_cohort_width", 17, "years: how long a given name stays in fashion, as a standard deviation"),
    Parameter("second_given_name", 0.38, "persons with a second given name"),
    Parameter("call_name_second", 0.12, "of those: called by the second"),
    Parameter("middle_name", 0.42, "founders with a surname-like middle name"),
    Parameter("child_takes_father_surname", 0.66, "children of two known parents with the father's surname"),
    Parameter("child_middle_other_parent", 0.55, "of those: with the other parent's surname as middle name"),
    Parameter("transliterated_family", 0.06, "founders whose names are transliterated from another script"),
    Parameter("namesake_son", 0.012, "sons who carry their father's first given name"),
    Parameter("namesake_daughter", 0.004, "daughters who carry their mother's"),
    Parameter("namesake_neighbour", 0.003, "founders given the name of an unrelated neighbour in the street"),
    Parameter("name_change_at_marriage", 0.45, "brides who take the groom's surname"),
    Parameter("name_change_groom", 0.05, "grooms who take the bride's"),
    Parameter("old_surname_to_middle", 0.5, "of those: keep the old surname as middle name"),
    Parameter("name_back_at_divorce", 0.45, "of those who changed: take the old surname back at divorce"),
    # families
    Parameter("partner_gap", 2.3, "years by which he is older than she, on average"),
    Parameter("partner_gap_sd", 3.0, "their standard deviation"),
    Parameter("pairing_days", 500, "days by which the order of ages is blurred when singles meet"),
    Parameter("birth_gap_least", 1.3, "years between two births at least"),
    Parameter("birth_gap_scale", 1.1, "scale of the gamma law (shape 2) of the years beyond that"),
    Parameter("years_married", 9.0, "years for which founding couples have been married, on average"),
    Parameter("years_settled", 7.0, "years for which founding households have lived at their address, on average"),
    Parameter("students", 0.45, "founding households of 18 to 27 in the four university towns"),
    Parameter("nursing_home_share", 0.25, "founders over 84 who live alone: in a nursing home"),
    Parameter("custody_apart", 0.5, "fathers who do not live with the mother at birth: share custody"),
    Parameter("separation_young", 1.25, "factor on separations of women under 50"),
    Parameter("separation_old", 0.35, "the same from 50 on"),
    Parameter("separation_trouble", 0.12, "factor on separations per level of trouble"),
    Parameter("separation_restless", 2.5, "factor on separations after incidents"),
    Parameter("mothers", 0.84, "women who have children by the end of their fertile years"),
    Parameter("first_birth_age", 28.5, "mean age of a mother at her first child"),
    Parameter("first_birth_age_sd", 4.6, "its standard deviation"),
    Parameter("mothers_partnered", 0.86, "mothers of children under 18 who live in a couple on the first day"),
    Parameter("twin_births", 0.015, "births that are twins", "about 1.5 % of births, Statistics Denmark"),
    Parameter("fertility_scale", 1.0, "scale of the birth table below"),
    Parameter("birth_to_single", 0.09, "fertility of a woman without partner, against one with"),
    Parameter("unknown_father", 0.12, "children of such a birth without a registered father"),
    Parameter("earlier_father", 0.13, "founding couples whose first children have another father"),
    Parameter("child_with_father", 0.12, "children who stay with the father after a separation"),
    Parameter("sole_custody_after_separation", 0.12, "separations in which the father's custody ends"),
    Parameter("separations_per_year", 0.021, "couples that part in a year, before trouble is counted in"),
    Parameter("man_moves_out", 0.68, "separations in which the man moves out"),
    Parameter(
        "couples_form_per_year", 0.256, "singles of 25–44 who are open to it in a year; whoever finds a match moves in"
    ),
    Parameter("marriages_per_year", 0.075, "cohabiting couples that marry in a year"),
    Parameter("death_gompertz_a", -10.65, "log of the yearly mortality at age 0 in Gompertz' law"),
    Parameter("death_gompertz_b", 0.094, "its growth per year of age"),
    # moves
    Parameter("leaver_to_university", 0.5, "young adults who leave the municipality: for a university town"),
    Parameter("shelter_least", 20, "days in a shelter at least"),
    Parameter("shelter_most", 150, "days in a shelter at most"),
    Parameter("moves_per_year", 0.145, "persons who move in a year, the aim of the scale below", _DST_MOVES),
    Parameter("move_scale", 0.80, "scale of the household moves by age, set so that the aim is met", _AIM),
    Parameter("moves_within_municipality", 0.62, "moves that stay in the municipality", _DST_MOVES),
    Parameter("settled_stay", 0.73, "the same for a settled household's move", _AIM),
    Parameter("separated_stay", 0.66, "the same for the one who moves out of a couple"),
    Parameter("leaver_stay", 0.62, "the same for a young adult who leaves home"),
    Parameter("flight_stay", 0.42, "the same for a family after incidents or a separation"),
    Parameter("move_same_district", 0.45, "of the moves out of the municipality: within the police district"),
    Parameter("flight_same_district", 0.25, "the same for families after incidents or a separation"),
    Parameter("restless_factor", 2.6, "how much more a household moves after incidents or a separation"),
    Parameter("restless_days", 700, "days for which it does"),
    Parameter("college_share", 0.10, "young adults who leave home for a college"),
    Parameter("college_leave", 0.45, "college residents who move on in a year"),
    # trouble
    Parameter("couple_factor", 1.2, "factor on incidents in the home of a couple"),
    Parameter("parent_factor", 1.1, "the same of a single parent"),
    Parameter("alone_factor", 0.5, "the same of other homes"),
    Parameter("former_factor", 0.8, "how far the level of a child's other parent reaches into the home"),
    Parameter("former_share", 0.6, "incidents in the home of a single parent that involve the other parent"),
    Parameter("laid_to_man", 0.55, "incidents of a couple laid to the man though the woman has the higher level"),
    Parameter("dispute_suspect", 0.55, "disturbances with a suspect rather than mere parties"),
    Parameter("nobody_named_else", 0.03, "other incidents at home in which nobody is named"),
    Parameter("away_own_town", 0.8, "incidents away from home in the own municipality"),
    Parameter("other_as_victim", 0.5, "incidents of kind other in which the person is the injured party"),
    Parameter("with_partner", 0.15, "thefts and drug offences together with the partner"),
    Parameter("with_companion", 0.25, "thefts, drug offences and other incidents with a companion"),
    Parameter("witness_away", 0.48, "incidents away from home with a named witness"),
    Parameter("any_protection", 0.4, "women protected by an order who get address protection of either kind"),
    Parameter("trouble_high", 0.055, "persons with a raised level of trouble"),
    Parameter("trouble_high_factor", 9.0, "their level, against 1 on average"),
    Parameter("trouble_severe", 0.015, "persons with a severe level"),
    Parameter("trouble_severe_factor", 26.0, "their level"),
    Parameter("trouble_low_factor", 0.20, "the level of everybody else"),
    Parameter("trouble_partner", 0.25, "partners of troubled persons who share the level"),
    Parameter("domestic_rate", 0.0183, "incidents a year in a home of level 1"),
    Parameter("individual_rate", 0.0116, "incidents a year of a person of level 1, away from home"),
    Parameter("incidents_per_100", 2.5, "incidents per 100 persons and year, the aim of the two rates"),
    Parameter("nobody_named", 0.13, "domestic disturbances in which nobody is named"),
    Parameter("child_recorded", 0.50, "children at home who are entered as present at a domestic incident"),
    Parameter("child_witness", 0.20, "of those who are 13 and over: entered as witnesses"),
    Parameter("reporter_named", 0.52, "domestic incidents with a named reporter from the street"),
    Parameter("witness_named", 0.22, "incidents with a named witness"),
    Parameter("domestic_at_home", 0.90, "domestic incidents whose place is the home"),
    Parameter("shelter", 0.20, "mothers with children injured by violence who go to a shelter"),
    Parameter("special_protection", 0.20, "women protected by an order who get special address protection"),
    Parameter("ordinary_protection", 0.02, "persons with ordinary address protection"),
    # records
    Parameter("reported_same_day", 0.75, "incidents reported on the day"),
    Parameter("reported_next_day", 0.87, "on the day or the next; the rest within two weeks"),
    Parameter("notify_father", 0.2, "notifications that name the father rather than the mother"),
    Parameter("second_record", 0.15, "incidents with a second record in the same district", _BRIEF),
    Parameter("other_district_record", 0.07, "incidents with a record in another district", _BRIEF),
    Parameter("second_record_refers", 0.60, "of these: refer to the first by journal number", _BRIEF),
    Parameter("second_record_party", 0.75, "parties of the incident who are named again in such a record"),
    Parameter("second_record_day_off", 0.12, "of those that do not refer: dated a day before or after"),
    Parameter("entered_late", 0.10, "records entered weeks after they were reported"),
    Parameter("withdrawn", 0.005, "incidents whose records are withdrawn"),
    Parameter("notify_after_incident", 0.30, "domestic incidents with children that the municipality is told of"),
    Parameter("notify_school", 0.012, "notifications per child and year from schools and nurseries"),
    Parameter("clerk_style", 0.60, "addresses a clerk writes in a favourite style"),
    Parameter("cpr_with_dash", 0.70, "CPR numbers written with a dash by the police"),
    Parameter("parent_by_number_only", 0.02, "parents in the population feed named by number alone"),
)

RATE_TABLE: tuple[Rate, ...] = (
    Rate("police_no_cpr", 0.02, 1 / 3, 0.55, "police mentions without a CPR number", _BRIEF),
    Rate("police_no_cpr_no_birth", 0.005, 0.12, 0.24, "police mentions without CPR number and birth date", _BRIEF),
    Rate("child_no_cpr", 0.02, 0.50, 0.75, "of police mentions of children: without a CPR number", _BRIEF),
    Rate("child_no_cpr_no_birth", 0.005, 0.15, 0.30, "of those: without both", _BRIEF),
    Rate("cpr_wrong", 0.0, 0.01, 0.02, "CPR numbers that are wrong, of those stated", _BRIEF),
    Rate("cpr_of_relative", 0.0, 0.15, 0.15, "of those: a relative's number"),
    Rate("birth_wrong", 0.0, 0.03, 0.06, "birth dates that are wrong, of those stated", _BRIEF),
    Rate("name_wrong", 0.0, 0.08, 0.16, "mentions with an error in the name", _BRIEF),
    Rate("transliteration", 0.0, 0.30, 0.50, "mentions of transliterated persons in another spelling"),
    Rate("address_no_unit", 0.0, 0.25, 0.45, "home addresses in flats without floor and door", _BRIEF),
    Rate("address_missing", 0.0, 0.04, 0.08, "mentions without a home address"),
    Rate("address_stale", 0.0, 0.04, 0.08, "mentions of persons who have moved: with the address before the last move"),
    Rate("address_typo", 0.0, 0.02, 0.05, "addresses with a typing error in the street"),
    Rate("place_no_unit", 0.0, 0.08, 0.16, "incident places in flats without floor and door"),
    Rate("no_occurred", 0.0, 0.02, 0.04, "records without the date of the incident"),
    Rate("placeholder", 0.0, 0.03, 0.06, "police mentions with a placeholder number (ENR)", _BRIEF),
    Rate("placeholder_reused", 0.0, 0.25, 0.35, "of those: a number already in use for somebody else"),
    Rate("notification_no_cpr", 0.0, 0.20, 0.35, "persons in notifications without a CPR number"),
)

ERROR_SHARED_BY_CLERK = 0.10
"""Share of the variance of sloppiness that belongs to the clerk (assumption)."""
ERROR_SHARED_BY_RECORD = 0.30
"""Share of the variance of sloppiness that belongs to the record, so that errors come together (assumption)."""
CLERKS_PER_DISTRICT = 8
"""Clerks per district, each with a sloppiness and a way of writing addresses (assumption)."""

_WORLD = {p.name: p.value for p in WORLD_TABLE}


def world(name: str) -> float:
    """The value of a parameter of the world.

    >>> world("second_record")
    0.15
    """
    return _WORLD[name]


def rates(noise: Noise) -> dict[str, float]:
    """All error rates at a level of noise, by name.

    >>> rates(Noise.TYPICAL)["name_wrong"], rates(Noise.CLEAN)["name_wrong"]
    (0.08, 0.0)
    """
    return {r.name: r.at(noise) for r in RATE_TABLE}
