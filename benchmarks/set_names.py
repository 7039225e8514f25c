"""Names of the sets and of Splink's variants for each; no imports, so that the measuring process stays small."""

from __future__ import annotations

FEBRL_SETS = ("febrl1", "febrl2", "febrl3", "febrl4")
GIVEN_SETS = ("fake_1000", "historical_50k")
MADE_SETS = ("names_dates", "census", "census_ages", "benefits", "partial_ids", "sparse_families")
SCALE_SET = "persons_1m"
SETS = (*FEBRL_SETS, *GIVEN_SETS, *MADE_SETS, SCALE_SET)

ACROSS_SOURCES = frozenset({"febrl4"})
"""Sets whose sources hold each person once, so that only pairs across them are scored."""

SPLINK_VARIANTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*FEBRL_SETS, *GIVEN_SETS), ("docs",)),
    **dict.fromkeys(MADE_SETS, ("lean", "all")),
    **dict.fromkeys(("names_dates", "partial_ids"), ("all",)),
    SCALE_SET: ("lean", "fast"),
}
"""Variants of :mod:`benchmarks.splink_settings` that run where none is named."""
