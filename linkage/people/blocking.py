"""Which mentions are worth comparing: the passes, wide where a report knows little."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.blocking import (
    NO_KEY,
    BlockingRule,
    CandidatePairs,
    Keys,
    candidate_pairs,
    code_keys,
    combined_keys,
)
from linkage.names import spelling_key
from linkage.people.mentions import Mentions
from linkage.people.name_sets import PART

Ints = npt.NDArray[np.int64]

CAP = 200
"""Records in a block before a further field splits it."""


def people_pairs(mentions: Mentions, *, cap: int = CAP) -> CandidatePairs:
    """Candidate pairs of mentions; two mentions of one registered population are never a pair."""
    wanted = [_useful(rule, mentions.registered) for rule in _rules(mentions)]
    found = candidate_pairs([r for r in wanted if len(r.keys)], len(mentions), cap=cap)
    left, right = found.left, found.right
    keep = ~(
        mentions.registered[left] & mentions.registered[right] & (mentions.register[left] == mentions.register[right])
    )
    return CandidatePairs(left[keep], right[keep], found.rule[keep], found.counts)


def _rules(mentions: Mentions) -> list[BlockingRule]:
    """Each pass meets one way in which a mention can be poor: no number, no birth date, a wrong name, no address."""
    given, given_row = _word_keys(mentions.given)
    surname, surname_row = _word_keys(mentions.surnames)
    birth = mentions.birth
    whole = (birth.day > 0) & (birth.month > 0) & birth.known()
    date = code_keys(np.where(whole, birth.year * 10_000 + birth.month * 100 + birth.day, -1))
    swapped = code_keys(np.where(whole, birth.year * 10_000 + birth.day * 100 + birth.month, -1))
    year = code_keys(np.where(birth.known(), birth.year, -1))
    first_given = _first(given, given_row, len(mentions))
    first_surname = _first(surname, surname_row, len(mentions))
    door, door_row = _doors(mentions)
    both, both_row = _cross(given, given_row, surname, surname_row)
    whole_given = code_keys(_codes(mentions.given))
    first_door = _first(door, door_row, len(mentions))
    numbers = mentions.numbers
    held = numbers >= 0
    rules = [
        BlockingRule("number", code_keys(numbers[held]), np.nonzero(held)[0]),
        BlockingRule("birth date", date, refinements=(first_given, first_surname)),
        BlockingRule("names", both, both_row, refinements=(date, year, whole_given, first_door)),
    ]
    for name, keys, rows in (("given name", given, given_row), ("surname", surname, surname_row)):
        joined, joined_row = _cross(keys, rows, door, door_row)
        rules.append(BlockingRule(f"{name} and street door", joined, joined_row, refinements=(date, year)))
    rules.append(BlockingRule("birth year and street door", combined_keys(year[door_row], door), door_row))
    # One side as written, the other with day and month exchanged.
    two = np.concatenate([combined_keys(date, first_surname), combined_keys(swapped, first_surname)])
    rules.append(BlockingRule("day and month exchanged", two, np.tile(np.arange(len(mentions)), 2)))
    return rules


def _useful(rule: BlockingRule, registered: npt.NDArray[np.bool_]) -> BlockingRule:
    """The rule without the keys that only registered mentions have: those blocks hold no pair to compare."""
    rows = np.arange(len(rule.keys)) if rule.rows is None else rule.rows
    free = np.unique(rule.keys[~registered[rows]])
    keep = np.isin(rule.keys, free[free != NO_KEY]) if registered.any() else rule.keys != NO_KEY
    return BlockingRule(rule.name, rule.keys[keep], rows[keep], rule.refinements)


def _word_keys(texts: pa.Array) -> tuple[Keys, Ints]:
    """Spelling key of every member of every mention's set, and the mention's row."""
    lists = pc.split_pattern(texts, PART)
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    words = pc.dictionary_encode(lists.flatten())
    # A surname of several words is keyed by its last one, which is the one that stays.
    last = pc.replace_substring_regex(words.dictionary, r"^.* ", "")
    codes = pc.dictionary_encode(spelling_key(last)).indices.to_numpy(zero_copy_only=False)
    of_word = codes[words.indices.to_numpy(zero_copy_only=False)]
    return code_keys(of_word.astype(np.int64)), rows


def _first(keys: Keys, rows: Ints, n: int) -> Keys:
    first = np.full(n, NO_KEY, np.uint64)
    first[rows[::-1]] = keys[::-1]
    return first


def _codes(texts: pa.Array) -> Ints:
    indices = pc.dictionary_encode(texts).indices
    return np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _doors(mentions: Mentions) -> tuple[Keys, Ints]:
    """Every street door a mention ever claimed, once."""
    claims = mentions.claims
    rows = np.repeat(np.arange(len(mentions)), np.diff(claims.offsets))
    packed = np.unique((rows << 32) | np.maximum(claims.door, 0))
    packed = packed[np.isin(packed, (rows << 32) | claims.door)] if (claims.door < 0).any() else packed
    return code_keys(packed & 0xFFFFFFFF), packed >> 32


def _cross(a: Keys, a_row: Ints, b: Keys, b_row: Ints) -> tuple[Keys, Ints]:
    """Every key of `a` with every key of `b` of the same mention; both sorted by row."""
    n = int(max(a_row.max(initial=-1), b_row.max(initial=-1))) + 1
    start = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(b_row, minlength=n), out=start[1:])
    sizes = start[a_row + 1] - start[a_row]
    index_a = np.repeat(np.arange(len(a)), sizes)
    within = np.arange(len(index_a)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    index_b = start[a_row[index_a]] + within
    return combined_keys(a[index_a], b[index_b]), a_row[index_a]
