"""Blocking: the pairs of records that are worth comparing."""

from linkage.blocking.pairs import CandidatePairs, RuleCount, all_pairs, candidate_pairs
from linkage.blocking.proposal import propose_rules
from linkage.blocking.rules import NO_KEY, BlockingRule, Keys, code_keys, combined_keys

__all__ = [
    "NO_KEY",
    "BlockingRule",
    "CandidatePairs",
    "Keys",
    "RuleCount",
    "all_pairs",
    "candidate_pairs",
    "code_keys",
    "combined_keys",
    "propose_rules",
]
