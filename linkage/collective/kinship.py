"""Kin evidence: a party of an incident is likely somebody who belongs to another party.

In a notification a child stands by number and its mother by name alone. Of all who bear her name, the
registered mother of that child is far the likeliest. How likely is learned, per pair of roles, from the
parties whose persons both are certain by number:

    bits(tie | role, role of the other) = log2(m / u)

*m* is the share of such parties with that tie, drawn towards the share over all roles where there are
few; *u* is the chance that somebody drawn at random has it. No tie to any other party is evidence
against, by the same formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from linkage.collective.parties import UNKNOWN_DAY, Parties, party_pairs
from linkage.collective.ties import HOME, NONE, TIES, Bonds, co_residents

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TAKEN = 6
"""The person is another party of the same incident already."""
LEVELS = (*TIES, "another party already")
_TAKEN_BITS = -12.0
_LOWEST, _HIGHEST = -12.0, 20.0
_DRAWN = 20.0
"""Parties' worth of the overall shares in the shares of each pair of roles."""
_SLACK = 45
"""Days by which a move may be reported late."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What the certain parties taught: shapes (roles, roles of the other, ties)."""

    roles: tuple[str, ...]
    counts: Floats
    bits: Floats

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the model of a run: pairs seen, shares and bits of each pair of roles."""
        rows = []
        for i, j in np.argwhere(self.counts.sum(axis=2) > 0).tolist():
            seen = self.counts[i, j].sum()
            rows.append(
                {
                    "role": self.roles[i],
                    "beside": self.roles[j],
                    "pairs": int(seen),
                    "shares": dict(zip(TIES, (self.counts[i, j] / seen).tolist(), strict=True)),
                    "bits": dict(zip(TIES, self.bits[i, j].tolist(), strict=True)),
                }
            )
        return {"role_pairs": rows}


@dataclass(frozen=True, slots=True)
class KinEvidence:
    """What the other parties say of pairs of mention and registered person, sorted by both."""

    mention: Ints
    person: Ints
    level: npt.NDArray[np.uint8]
    """Place in `LEVELS`."""
    bits: Floats
    beside: Ints
    """Row of the party that says so."""
    none: Floats
    """By mention: bits against whoever has no tie; 0 where no other party is certain."""
    spoken: Flags
    """By mention: whether another party is certain."""


def _tied(parties: Parties, pairs: tuple[Ints, Ints], owner: Ints, bonds: Bonds) -> tuple[Ints, Ints, Ints]:
    """Everybody tied to the second party of each pair: place in `pairs`, person, tie; the nearest tie only."""
    beside = pairs[1]
    person = owner[parties.mention[beside]]
    place, other, tie = bonds.ties.of(person)
    dated = np.flatnonzero(parties.day[beside] != UNKNOWN_DAY)
    near, mate = co_residents(bonds.stays, person[dated], parties.day[beside][dated], slack=_SLACK)
    place, other = np.append(place, dated[near]), np.append(other, mate)
    tie = np.append(tie, np.full(len(near), HOME))
    order = np.lexsort((tie, other, place))
    place, other, tie = place[order], other[order], tie[order]
    first = np.ones(len(place), bool)
    first[1:] = (place[1:] != place[:-1]) | (other[1:] != other[:-1])
    return place[first], other[first], tie[first]


def learn_shares(parties: Parties, owner: Ints, proved: Flags, *, bonds: Bonds, population: int) -> Shares | None:
    """Shares of ties per pair of roles from parties that are proved (by number); None without any pair.

    `owner` has the registered person per mention, `population` their number.
    """
    left, right = party_pairs(parties)
    both = proved[parties.mention[left]] & proved[parties.mention[right]]
    both &= owner[parties.mention[left]] != owner[parties.mention[right]]
    left, right = left[both], right[both]
    if not len(left):
        return None
    place, person, tie = _tied(parties, (left, right), owner, bonds)
    found = np.full(len(left), NONE)
    hit = person == owner[parties.mention[left]][place]
    found[place[hit]] = tie[hit]
    size = len(parties.roles)
    context = parties.role[left] * size + parties.role[right]
    counts = np.bincount(context * len(TIES) + found, minlength=size * size * len(TIES)).astype(np.float64)
    counts = counts.reshape(size * size, len(TIES))
    overall = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * len(TIES))
    m = (counts + _DRAWN * overall) / (counts.sum(axis=1, keepdims=True) + _DRAWN)
    u = (np.bincount(tie, minlength=len(TIES)) + 0.5) / (len(left) * float(max(population, 1)))
    u[NONE] = 1.0
    bits = np.log2(m / u).clip(_LOWEST, _HIGHEST)
    return Shares(parties.roles, counts.reshape(size, size, -1), bits.reshape(size, size, -1))


def kin_evidence(
    parties: Parties, owner: Ints, *, certain: Flags, asked: Flags, bonds: Bonds, shares: Shares
) -> KinEvidence:
    """What parties that are certain say of the parties asked about, by mention.

    Where several speak, the strongest tie counts; where none has a tie, the party that would most
    likely have had one.
    """
    left, right = party_pairs(parties)
    chosen = asked[parties.mention[left]] & certain[parties.mention[right]]
    left, right = left[chosen], right[chosen]
    place, person, tie = _tied(parties, (left, right), owner, bonds)
    role, beside = parties.role[left], parties.role[right]
    bits = shares.bits[role[place], beside[place], tie]
    # Whoever stands in the incident as another party is nobody's second mention there.
    place = np.append(place, np.arange(len(left)))
    person = np.append(person, owner[parties.mention[right]])
    tie = np.append(tie, np.full(len(left), TAKEN))
    bits = np.append(bits, np.full(len(left), _TAKEN_BITS))
    mention = parties.mention[left][place]
    order = np.lexsort((parties.mention[right][place], -bits, tie != TAKEN, person, mention))
    first = np.ones(len(order), bool)
    first[1:] = (mention[order][1:] != mention[order][:-1]) | (person[order][1:] != person[order][:-1])
    kept = order[first]
    none, spoken = np.zeros(len(owner)), np.zeros(len(owner), bool)
    np.minimum.at(none, parties.mention[left], shares.bits[role, beside, NONE])
    spoken[parties.mention[left]] = True
    return KinEvidence(
        mention[kept],
        person[kept],
        tie[kept].astype(np.uint8),
        bits[kept],
        parties.mention[right][place[kept]],
        none,
        spoken,
    )
