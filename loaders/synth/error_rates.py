"""The published table of what the offices get wrong, at each level of noise, and where each rate comes from.

Like the parameters of the world, it was pinned before any linker was scored, and
``docs/synthetic-denmark.md`` repeats it row by row. The rates that are requirements of the project define
what "typical" means in its headline figures; every other one is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

from loaders.synth.settings import Noise

ASSUMED = "assumption"
_BRIEF = "published requirement of the project"
_KRIN = "form: Danish National Archives KRIN01SA; share: assumption"
_MEDCOM = "form: MedCom, eCPR; share: assumption"
_CPR = "form: the CPR office's advice; share: assumption"


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
    Rate("cpr_old", 0.0, 0.20, 0.30, "CPR numbers of persons who have got a new one: the one before"),
    # numbers that are no CPR numbers
    Rate("placeholder_digits", 0.0, 0.08, 0.12, "placeholders with four digits, as given out in 1981–89", _KRIN),
    Rate("known_by_ecpr", 0.0, 0.02, 0.03, "persons whom the health service once gave a number of its own", _MEDCOM),
    Rate("ecpr_new_year", 0.0, 0.50, 0.50, "of those: with 1 January in it, as the birth date was not known"),
    Rate("ecpr_stated", 0.0, 0.50, 0.50, "their mentions without another number: with it; until 2022 a regional one"),
    Rate("replacement", 0.0, 0.03, 0.05, "mentions without a number: with one of the district's own, day + 60", _CPR),
    Rate("unr", 0.0, 0.03, 0.05, "mentions without number and birth date: with the birth year (UNR)", _KRIN),
    Rate("unidentified", 0.0, 0.01, 0.02, "the same: with the number that stands for nobody known (290200)", _KRIN),
    # ways of writing a name that are no errors
    Rate("name_hyphen", 0.0, 0.05, 0.08, "names stated in two words: with a hyphen"),
    Rate("middle_with_surname", 0.0, 0.25, 0.35, "stated middle names: before the surname, not behind the given names"),
    Rate("second_initial", 0.0, 0.10, 0.20, "stated second given names: as an initial, where no number was looked up"),
    Rate(
        "name_case", 0.0, 0.03, 0.06, "names in capitals, in small letters, or with the shift key the wrong way round"
    ),
    # addresses
    Rate("address_no_postcode", 0.0, 0.03, 0.06, "addresses with the town and no postcode"),
    Rate("address_dk", 0.0, 0.02, 0.03, "postcodes with DK before them"),
    Rate("address_care_of", 0.0, 0.01, 0.02, "home addresses with somebody's name before them (c/o)"),
    Rate("address_locality", 0.0, 0.40, 0.40, "addresses in a village: with its name (supplerende bynavn)"),
    Rate("address_old_street", 0.0, 0.15, 0.25, "addresses in a street that was renamed: with its earlier name"),
    Rate("address_none", 0.0, 0.30, 0.30, "missing home addresses: said in words (uden fast bopæl, ukendt)"),
    Rate("district_style", 0.0, 0.50, 0.50, "clerks who write addresses the way their district does"),
    # records
    Rate("entered_very_late", 0.0, 0.02, 0.04, "records entered three months to two years after they were reported"),
    Rate("record_withdrawn", 0.0, 0.01, 0.02, "second and third records of an incident that are withdrawn alone"),
    Rate("corrected", 0.0, 0.01, 0.02, "first records that are withdrawn and written anew under another number"),
    Rate("amended", 0.0, 0.01, 0.02, "cases put right under their number: a role was wrong until that day"),
    Rate("transferred", 0.0, 0.30, 0.30, "records of another district that refer: the case was handed over to it"),
    Rate("converted", 0.0, 0.10, 0.10, "last year's cases of a register that is replaced: taken over into the new one"),
    Rate("reference_short", 0.0, 0.10, 0.20, "references without the district's code, or without the year"),
    Rate("reference_plain", 0.0, 0.15, 0.15, "references with other punctuation"),
    Rate("reference_wrong", 0.0, 0.02, 0.04, "references with a digit wrong, so that they name another case or none"),
    Rate("notification_no_cpr", 0.0, 0.20, 0.35, "persons in notifications without a CPR number"),
)

ERROR_SHARED_BY_CLERK = 0.10
"""Share of the variance of sloppiness that belongs to the clerk (assumption)."""
ERROR_SHARED_BY_RECORD = 0.30
"""Share of the variance of sloppiness that belongs to the record, so that errors come together (assumption)."""
CLERKS_PER_DISTRICT = 8
"""Clerks per district, each with a sloppiness and a way of writing addresses (assumption)."""


def rates(noise: Noise) -> dict[str, float]:
    """All error rates at a level of noise, by name.

    >>> rates(Noise.TYPICAL)["name_wrong"], rates(Noise.CLEAN)["name_wrong"]
    (0.08, 0.0)
    """
    return {r.name: r.at(noise) for r in RATE_TABLE}
