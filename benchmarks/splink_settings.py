"""Splink 5's settings for every set: those of its own documentation where it has any, else of the same making.

Every variant names its comparisons, blocking rules, rules for the prior, passes of EM and the match
probabilities at which clusters are made; the first of these is the one that is timed. Where the documentation
shows a set, `docs` follows the page of that set. For the scale set, `lean` leaves out what households
share (the best quality known), `fast` also draws fewer pairs (the best speed known), and `all` takes every
field. The made sets have two variants likewise, and both usual thresholds are scored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import splink.comparison_level_library as levels
import splink.comparison_library as compare
from splink import block_on

Rules = Sequence[Any]
_TF = {"term_frequency_adjustments": True}


@dataclass(frozen=True, slots=True)
class SplinkSettings:
    """What one linkage by Splink needs to be told."""

    comparisons: Sequence[Any]
    blocking: Rules
    certain: Rules
    """Rules whose pairs are nearly all matches, for the prior."""
    certain_recall: float
    passes: Rules
    """Blocking of each pass of EM."""
    u_pairs: float = 1e6
    thresholds: tuple[float, ...] = (0.5, 0.95)
    columns: str = "*"
    """What is selected from the table."""
    plain_em: bool = True
    """Whether EM leaves term frequencies out, as the documentation advises for speed."""
    link_only: bool = False


def _febrl(_: str) -> SplinkSettings:
    """Febrl 1 to 3, after the documentation's Febrl 3."""
    turned = "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"
    return SplinkSettings(
        comparisons=[
            compare.NameComparison("given_name"),
            compare.NameComparison("surname"),
            compare.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            compare.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            compare.ExactMatch("street_number").configure(**_TF),
            compare.ExactMatch("postcode").configure(**_TF),
        ],
        blocking=[block_on(c) for c in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
        certain=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"), turned],
        certain_recall=0.9,
        passes=[block_on("date_of_birth"), block_on("postcode")],
        plain_em=False,
    )


def _febrl4(_: str) -> SplinkSettings:
    """Febrl 4, two sources, after the documentation's first model of it."""
    born = compare.DateOfBirthComparison(
        "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
    )
    return SplinkSettings(
        comparisons=[
            compare.NameComparison("given_name").configure(**_TF),
            compare.NameComparison("surname").configure(**_TF),
            born,
            compare.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            compare.ExactMatch("street_number").configure(**_TF),
            compare.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(**_TF),
        ],
        blocking=[
            block_on("given_name", "surname"),
            "l.given_name = r.surname and l.surname = r.given_name",
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        certain=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        certain_recall=0.8,
        passes=[block_on("date_of_birth"), block_on("postcode")],
        link_only=True,
    )


def _fake_1000(_: str) -> SplinkSettings:
    """fake_1000, after the documentation's page on accuracy."""
    near = "levenshtein(r.dob, l.dob) <= 1"
    return SplinkSettings(
        comparisons=[
            compare.ForenameSurnameComparison("first_name", "surname"),
            compare.DateOfBirthComparison("dob", input_is_string=True),
            compare.ExactMatch("city").configure(**_TF),
            compare.EmailComparison("email"),
        ],
        blocking=[block_on(c) for c in ("first_name", "surname", "dob", "email")],
        certain=[
            f"l.first_name = r.first_name and {near}",
            f"l.surname = r.surname and {near}",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            "l.email = r.email",
        ],
        certain_recall=0.7,
        passes=[block_on("dob"), block_on("email"), block_on("first_name", "surname")],
    )


def _historical(_: str) -> SplinkSettings:
    """historical_50k, after the documentation's page on it; its own threshold is .95."""
    area = "substr(postcode_fake,1,3)"
    return SplinkSettings(
        comparisons=[
            compare.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="both_names"),
            compare.DateOfBirthComparison("dob", input_is_string=True),
            compare.PostcodeComparison("postcode_fake"),
            compare.ExactMatch("birth_place").configure(**_TF),
            compare.ExactMatch("occupation").configure(**_TF),
        ],
        blocking=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on(area, "dob"),
            block_on(area, "first_name"),
            block_on(area, "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        certain=[
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        certain_recall=0.6,
        passes=[block_on("first_name", "surname"), block_on("dob")],
        u_pairs=1e7,
        thresholds=(0.95, 0.5),
        columns="*, first_name || ' ' || surname as both_names",
    )


def _persons(variant: str) -> SplinkSettings:
    """The scale set: four tight rules, or eight with every field (`all`)."""
    blocking = [
        block_on("national_id"),
        block_on("surname", "dob"),
        block_on("first_name", "dob"),
        block_on("first_name", "surname", "city"),
    ]
    comparisons = [
        compare.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="both_names"),
        compare.DateOfBirthComparison("dob", input_is_string=True),
        compare.DamerauLevenshteinAtThresholds("national_id", [1]),
        compare.LevenshteinAtThresholds("postcode", 1),
        compare.ExactMatch("middle_initial"),
        compare.ExactMatch("sex"),
    ]
    if variant == "all":
        comparisons.append(compare.ExactMatch("city").configure(**_TF))
        comparisons.append(compare.JaroWinklerAtThresholds("street", [0.9]))
        comparisons.append(compare.ExactMatch("phone"))
        pairs = [("first_name", "surname"), ("phone",), ("postcode", "surname"), ("postcode", "first_name")]
        blocking += [block_on(*columns) for columns in pairs]
    fast = variant == "fast"
    return SplinkSettings(
        comparisons=comparisons,
        blocking=blocking,
        certain=[block_on("national_id"), block_on("first_name", "surname", "dob")],
        certain_recall=0.8,
        passes=[block_on("first_name", "surname"), block_on("dob", "postcode") if fast else block_on("dob")],
        u_pairs=1e6 if fast else 1e7,
        thresholds=(0.95,),
        columns="*, first_name || ' ' || surname as both_names",
    )


_MADE_COLUMNS = {
    "names_dates": "given_name surname birth_date",
    "census": "given_name surname birth_date sex occupation street number postcode",
    "census_ages": "given_name surname birth_year sex occupation street number postcode",
    "benefits": "given_name surname birth_date benefit street number postcode phone",
    "partial_ids": "given_name surname birth_date number email postcode",
    "sparse_families": "given_name surname birth_date street number postcode phone",
}
_AT_HOME = {"street", "number", "postcode", "phone"}


def _number_in_part() -> Any:
    """Whole numbers, near ones, and the last four digits, as an analyst who knows the column would set them."""
    return compare.CustomComparison(
        output_column_name="number",
        comparison_levels=[
            levels.NullLevel("number"),
            levels.ExactMatchLevel("number"),
            levels.DamerauLevenshteinLevel("number", 1),
            levels.CustomLevel("right(number_l, 4) = right(number_r, 4)", label_for_charts="last four"),
            levels.ElseLevel(),
        ],
    )


def _made_comparison(column: str, name: str) -> Any:
    if column == "number" and name == "partial_ids":
        return _number_in_part()
    simple = {
        "birth_date": lambda: compare.DateOfBirthComparison(
            "birth_date", input_is_string=True, invalid_dates_as_null=True
        ),
        "birth_year": lambda: compare.LevenshteinAtThresholds("birth_year", [1]),
        "street": lambda: compare.JaroWinklerAtThresholds("street", [0.9]),
        "email": lambda: compare.EmailComparison("email"),
        "sex": lambda: compare.ExactMatch("sex"),
    }
    return simple.get(column, lambda: compare.ExactMatch(column).configure(**_TF))()


def _made(name: str) -> Callable[[str], SplinkSettings]:
    """A made set: `all` its fields, or `lean` without those of the home."""

    def settings(variant: str) -> SplinkSettings:
        columns = _MADE_COLUMNS[name].split()
        own = name == "partial_ids"
        used = [c for c in columns if variant == "all" or own or c not in _AT_HOME]
        born = "birth_year" if "birth_year" in columns else "birth_date"
        rules: list[tuple[str, ...]] = [("given_name", "surname"), ("given_name", born), ("surname", born)]
        if "postcode" in columns:
            rules.append(("given_name", "postcode"))
            rules.append(("surname", "postcode", f"substr({born},1,4)"))
        if "birth_year" in columns:
            rules[2] = ("surname", born, "postcode")
        rules += [(c,) for c in ("email",) if c in columns] + ([("number",)] if own else [])
        certain = [("given_name", "surname", born)] + ([("number", "given_name")] if own else [])
        second = (born,) if born == "birth_date" else ("postcode", born)
        return SplinkSettings(
            comparisons=[
                compare.ForenameSurnameComparison("given_name", "surname"),
                *(_made_comparison(c, name) for c in used[2:]),
            ],
            blocking=[block_on(*r) for r in rules],
            certain=[block_on(*r) for r in certain],
            certain_recall=0.6,
            passes=[block_on("given_name", "surname"), block_on(*second)],
        )

    return settings


SPLINK: dict[str, Callable[[str], SplinkSettings]] = {
    **dict.fromkeys(("febrl1", "febrl2", "febrl3"), _febrl),
    "febrl4": _febrl4,
    "fake_1000": _fake_1000,
    "historical_50k": _historical,
    "persons_1m": _persons,
    **{name: _made(name) for name in _MADE_COLUMNS},
}
"""Settings of every set, by variant (:data:`benchmarks.sets.SPLINK_VARIANTS`)."""
