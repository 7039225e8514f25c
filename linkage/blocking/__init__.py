"""Blocking: the pairs of records that are worth comparing."""

from linkage.blocking.choice import Worth, choose_options
from linkage.blocking.lost import LostMatches, lost_beyond, lost_matches
from linkage.blocking.options import BlockingKey, Option, grouped_options, key_ladders
from linkage.blocking.pairs import CandidatePairs, RuleCount, all_pairs, candidate_pairs
from linkage.blocking.proposal import propose_rules
from linkage.blocking.rules import NO_KEY, BlockingRule, Keys, code_keys, combined_keys
from linkage.blocking.sample import OptionSample, sample_options

__all__ = [
    "NO_KEY",
    "BlockingKey",
    "BlockingRule",
    "CandidatePairs",
    "Keys",
    "LostMatches",
    "Option",
    "OptionSample",
    "RuleCount",
    "Worth",
    "all_pairs",
    "candidate_pairs",
    "choose_options",
    "code_keys",
    "combined_keys",
    "grouped_options",
    "key_ladders",
    "lost_beyond",
    "lost_matches",
    "propose_rules",
    "sample_options",
]
