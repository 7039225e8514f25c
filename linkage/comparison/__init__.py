"""Comparison of records attribute by attribute, as levels of agreement."""

from linkage.comparison.birth import BirthDateComparison
from linkage.comparison.fields import field_comparisons
from linkage.comparison.protocol import NULL_LEVEL, Agreement, Agreements, Comparison, Index, Levels, compare_all
from linkage.comparison.text import LADDERS, Ladder, TextComparison, stacked
from linkage.comparison.vocabulary import Vocabulary, encode, log2_frequencies

__all__ = [
    "LADDERS",
    "NULL_LEVEL",
    "Agreement",
    "Agreements",
    "BirthDateComparison",
    "Comparison",
    "Index",
    "Ladder",
    "Levels",
    "TextComparison",
    "Vocabulary",
    "compare_all",
    "encode",
    "field_comparisons",
    "log2_frequencies",
    "stacked",
]
