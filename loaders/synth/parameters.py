"""The published table: every number the synthetic Denmark is made with, and where it comes from.

The table was pinned before any linker was scored on the world it makes, and ``docs/synthetic-denmark.md``
repeats it row by row. A source of ``assumption`` means that no public figure was at hand; such a number is
chosen to be plausible and is not a finding about Denmark.
"""

from __future__ import annotations

from dataclasses import dataclass

ASSUMED = "assumption"
_FIT = "fit to the 20 known counts"
_AIM = "calibrated to the aim"
_BRIEF = "published requirement of the project"
_DST_MIGRATION = (
    "Statistics Denmark 2013–2023: about 69,000 emigrants and 83,000 immigrants a year among 5.7 million residents"
)
_DST_ADOPTION = "Statistics Denmark, adoptions 2007 and 2008, rounded, adoptions from abroad left out"
_DST_PLACED = "Statistics Denmark 2018: 13,823 placed (0–22), 3,871 new placements, 63 % with a family"
_DST_MOVES = "Statistics Denmark, moves (14–15 % a year, 62 % within the municipality, peak age 18–24)"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the world."""

    name: str
    value: float
    meaning: str
    source: str = ASSUMED


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
    Parameter("persons_per_asylum_centre", 40000, "residents per asylum centre"),
    Parameter("streets_renamed", 0.01, "streets that get another name during the years"),
    Parameter("streets_in_village", 0.3, "streets of houses in municipalities below 60,000 with a village's name"),
    # names
    Parameter("transliterated_child", 0.75, "children of such a parent with a transliterated given name"),
    Parameter("name_change_in_the_past", 0.57, "brides before the first day who took the groom's surname"),
    Parameter("second_stated", 0.5, "second given names that are stated where no number was looked up"),
    Parameter("middle_looked_up", 0.6, "middle names written behind the given names where the number was looked up"),
    Parameter("middle_stated", 0.25, "the same where it was not"),
    Parameter("surname_ranks", 11000, "distinct surnames; the 20 commonest then hold 35 %", _FIT),
    Parameter("surname_q", 1.0, "shift of the Zipf–Mandelbrot curve", _FIT),
    Parameter("given_q", 16.0, "shift of the Zipf–Mandelbrot curve of given names within a cohort"),
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
    Parameter("nursing_home_share", 0.07, "founders over 78 who live alone: in a nursing home"),
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
    Parameter("separations_per_year", 0.016, "couples that part in a year, before trouble is counted in"),
    Parameter("man_moves_out", 0.68, "separations in which the man moves out"),
    Parameter(
        "couples_form_per_year", 0.256, "singles of 25–44 who are open to it in a year; whoever finds a match moves in"
    ),
    Parameter("couples_form_parents", 0.5, "the same, of those with a child under 18 at home against others"),
    Parameter("marriages_per_year", 0.055, "cohabiting couples that marry in a year"),
    Parameter("death_gompertz_a", -10.65, "log of the yearly mortality at age 0 in Gompertz' law"),
    Parameter("death_gompertz_b", 0.094, "its growth per year of age"),
    Parameter("death_younger_women", 0.55, "mortality of women under 60 against that law"),
    # moves
    Parameter("leaver_to_university", 0.5, "young adults who leave the municipality: for a university town"),
    Parameter("shelter_least", 20, "days in a shelter at least"),
    Parameter("shelter_most", 150, "days in a shelter at most"),
    Parameter("moves_per_year", 0.145, "persons who move in a year, the aim of the scale below", _DST_MOVES),
    Parameter("move_scale", 0.78, "scale of the household moves by age, set so that the aim is met", _AIM),
    Parameter("moves_within_municipality", 0.62, "moves that stay in the municipality", _DST_MOVES),
    Parameter("settled_stay", 0.76, "the same for a settled household's move", _AIM),
    Parameter("separated_stay", 0.66, "the same for the one who moves out of a couple"),
    Parameter("leaver_stay", 0.62, "the same for a young adult who leaves home"),
    Parameter("flight_stay", 0.42, "the same for a family after incidents or a separation"),
    Parameter("move_same_district", 0.45, "of the moves out of the municipality: within the police district"),
    Parameter("flight_same_district", 0.25, "the same for families after incidents or a separation"),
    Parameter("restless_factor", 2.6, "how much more a household moves after incidents or a separation"),
    Parameter("restless_days", 700, "days for which it does"),
    Parameter("college_share", 0.20, "young adults who leave home for a college"),
    Parameter("college_leave", 0.40, "college residents who move on in a year"),
    # children in other homes
    Parameter("stranger_adoption", 0.00025, "children under 4 adopted by strangers in a year", _DST_ADOPTION),
    Parameter("step_adoption", 0.05, "children adopted by a step-parent in a year, of those who could be", _AIM),
    Parameter("step_adoptions_per_minor", 0.0003, "step-adoptions a year per child under 18, an aim", _DST_ADOPTION),
    Parameter("step_adoption_after", 900, "days of marriage before a step-parent adopts"),
    Parameter("step_adoption_name", 0.5, "children so adopted who take the step-parent's surname"),
    Parameter("placed_at_start", 0.008, "children under 18 placed outside their home on the first day", _DST_PLACED),
    Parameter("placements_per_year", 0.0019, "children under 18 placed outside their home in a year", _DST_PLACED),
    Parameter("placed_in_family", 0.63, "of those: with a foster family, the others in an institution", _DST_PLACED),
    Parameter("placed_with_kin", 0.14, "of those: with a grandmother, where she can"),
    Parameter("placed_far", 0.3, "foster families chosen in any police district, not the child's own"),
    Parameter("placed_with_sibling", 0.35, "brothers and sisters placed together with a child"),
    Parameter("placement_ends", 0.13, "placed children who go back to a parent in a year"),
    Parameter("shared_residence_per_year", 0.15, "children of parents apart in one municipality: agreements in a year"),
    Parameter("shared_residence_near", 0.3, "factor on that where the parents live in one police district only"),
    Parameter("shared_residence_far", 0.03, "the same where they do not"),
    Parameter("shared_residence_ends", 0.1, "agreements on shared residence that are given up in a year"),
    # migration
    Parameter("emigration_per_year", 0.0121, "residents who leave the country in a year, an aim", _DST_MIGRATION),
    Parameter(
        "immigration_per_year", 0.0146, "arrivals in a year per resident, returns included, an aim", _DST_MIGRATION
    ),
    Parameter("emigration_scale", 0.018, "scale of the table of emigration by age", _AIM),
    Parameter("emigration_newcomer", 4.5, "factor on emigration in the first years after an immigrant's arrival"),
    Parameter("emigration_couple", 0.45, "factor on emigration of couples, with or without children"),
    Parameter("newcomer_days", 1500, "days for which an immigrant counts as newly arrived"),
    Parameter("arrivals_per_year", 0.0100, "persons who arrive for the first time in a year, per resident", _AIM),
    Parameter("return_soon", 0.19, "emigrants who return in a year, in the first three years"),
    Parameter("return_late", 0.05, "the same after that"),
    Parameter("arrive_married", 0.65, "couples who arrive together that are married"),
    Parameter("arrive_asylum", 0.09, "arriving households that live in an asylum centre at first"),
    Parameter("asylum_leave", 1.1, "times in a year that a household there would be given a home of its own"),
    Parameter("arrive_college", 0.22, "arriving singles under 27 who live in a college"),
    Parameter("transliterated_immigrant", 0.55, "immigrants whose names are transliterated from another script"),
    Parameter("number_wait", 60, "days at most between an immigrant's arrival and the CPR number"),
    Parameter("number_wait_asylum", 500, "the same for those in an asylum centre"),
    # new CPR numbers
    Parameter("new_number_birth", 0.0035, "immigrants whose birth date is corrected in a year"),
    Parameter("new_number_birth_born_here", 0.00003, "the same for everybody else"),
    Parameter("new_number_sex", 0.0004, "adults under 50 without partner and children who change legal sex in a year"),
    Parameter("new_number_misuse", 0.00005, "persons of 15 and over who get another number after misuse in a year"),
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
    Parameter("shelter", 0.45, "mothers with children injured by violence who go to a shelter"),
    Parameter("special_protection", 0.20, "women protected by an order who get special address protection"),
    # address protection
    Parameter(
        "ordinary_protection", 0.02, "founders with ordinary address protection, which lasts a year (CPR Act § 28)"
    ),
    Parameter("ordinary_protection_per_year", 0.009, "adults who ask for ordinary address protection in a year"),
    Parameter("ordinary_again", 0.4, "of those: ask again when the year is over, and so on"),
    Parameter("ordinary_long", 0.03, "of those: are given five years or more at once"),
    Parameter("ordinary_with_children", 0.6, "parents who ask for their children at home too"),
    Parameter("special_median_days", 540, "days of special address protection, the median"),
    Parameter("special_spread", 0.8, "standard deviation of the logarithm of those days"),
    Parameter("special_open", 0.1, "special protections without end"),
    Parameter("special_shelter", 0.06, "women who flee to a shelter and get special address protection"),
    Parameter("special_victim", 0.004, "victims of violence or threats by strangers who get it"),
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
    Parameter("notify_school", 0.11, "notifications per child and year from schools and nurseries"),
    Parameter("clerk_style", 0.60, "addresses a clerk writes in a favourite style"),
    Parameter("cpr_with_dash", 0.70, "CPR numbers written with a dash by the police"),
    Parameter("parent_by_number_only", 0.02, "parents in the population feed named by number alone"),
)

_WORLD = {p.name: p.value for p in WORLD_TABLE}


def world(name: str) -> float:
    """The value of a parameter of the world.

    >>> world("second_record")
    0.15
    """
    return _WORLD[name]
