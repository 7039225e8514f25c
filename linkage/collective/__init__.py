"""Collective evidence: what is known of the others around a mention tells who the mention is."""

from linkage.collective.kinship import KinEvidence, Shares, kin_evidence, learn_shares
from linkage.collective.parties import Parties, party_pairs, read_parties
from linkage.collective.ties import TIES, Bonds, Ties, co_residents, registered_stays, registered_ties

__all__ = [
    "TIES",
    "Bonds",
    "KinEvidence",
    "Parties",
    "Shares",
    "Ties",
    "co_residents",
    "kin_evidence",
    "learn_shares",
    "party_pairs",
    "read_parties",
    "registered_stays",
    "registered_ties",
]
