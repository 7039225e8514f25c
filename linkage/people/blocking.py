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
from linkage.names import Variants, given_variants, spelling_key, surname_variants
from linkage.people.mentions import Mentions
from linkage.people.name_sets import PART

Ints = npt.NDArray[np.int64]

CAP = 200
"""Records in a block before a further field splits it."""


def people_pairs(mentions: Mentions, *, cap: int = CAP) -> CandidatePairs:
    """Candidate pairs of mentions; two mentions of one registered population are never a pair."""
    wanted = [_useful(rule, mentions.registered) for rule in _rules(mentions)]
    population = np.where(mentions.registered, mentions.register, -1)
    return candidate_pairs([r for r in wanted if len(r.keys)], len(mentions), cap=cap, population=population)


def _rules(mentions: Mentions) -> list[BlockingRule]:
    """Each pass meets one way in which a mention can be poor: no number, no birth date, a wrong name, no address."""
    given, given_row = _word_keys(mentions.given, given_variants())
    surname, surname_row = _word_keys(mentions.surnames, surname_variants())
    birth = mentions.birth
    whole = (birth.day > 0) & (birth.month > 0) & birth.known()
    date = code_keys(np.where(whole, birth.year * 10_000 + birth.month * 100 + birth.day, -1))
    swapped = code_keys(np.where(whole, birth.year * 10_000 + birth.day * 100 + birth.month, -1))
    year = code_keys(np.where(birth.known(), birth.year, -1))
    first_surname = _first(surname, surname_row, len(mentions))
    door, door_row = _doors(mentions)
    both, both_row = _cross(given, given_row, surname, surname_row)
    whole_given = code_keys(_codes(mentions.given))
    first_door = _first(door, door_row, len(mentions))
    numbers = mentions.numbers
    held = numbers >= 0
    rules = [
        BlockingRule("number", code_keys(numbers[held]), np.nonzero(held)[0]),
        BlockingRule("birth date and given name", combined_keys(date[given_row], given), given_row),
        BlockingRule("birth date and surname", combined_keys(date[surname_row], surname), surname_row),
        BlockingRule("names", both, both_row, refinements=(date, year, whole_given, first_door)),
    ]
    for name, keys, rows in (("given name", given, given_row), ("surname", surname, surname_row)):
        joined, joined_row = _cross(keys, rows, door, door_row)
        rules.append(BlockingRule(f"{name} and street door", joined, joined_row, refinements=(date, year)))
    rules.append(BlockingRule("birth year and street door", combined_keys(year[door_row], door), door_row))
    rules.append(_exchanged_names(mentions, (date, year, whole_given, first_door)))
    # One side as written, the other with day and month exchanged.
    two = np.concatenate([combined_keys(date, first_surname), combined_keys(swapped, first_surname)])
    rules.append(BlockingRule("day and month exchanged", two, np.tile(np.arange(len(mentions)), 2)))
    return rules


def _exchanged_names(mentions: Mentions, refinements: tuple[Keys, ...]) -> BlockingRule:
    """Given name and surname in each other's place: registered names as they stand, those of reports turned round.

    Without a population register every name stands both ways.
    """
    n = len(mentions)
    both = pa.concat_arrays([_first_word(mentions.given), _first_word(mentions.surnames)])
    codes = code_keys(_codes(spelling_key(both)))
    plain, turned = combined_keys(codes[:n], codes[n:]), combined_keys(codes[n:], codes[:n])
    if mentions.registered.any():
        keys, rows = np.where(mentions.registered, plain, turned), np.arange(n)
    else:
        keys, rows = np.concatenate([plain, turned]), np.tile(np.arange(n), 2)
    return BlockingRule("names exchanged", keys, rows, refinements)


def _first_word(texts: pa.Array) -> pa.Array:
    """The first member of each set, by its last word as in :func:`_word_keys`."""
    words = pc.dictionary_encode(texts)
    first = pc.replace_substring_regex(words.dictionary, r"\|.*$", "")
    return pc.replace_substring_regex(first, r"^.* ", "").take(words.indices)


def _useful(rule: BlockingRule, registered: npt.NDArray[np.bool_]) -> BlockingRule:
    """The rule without the keys that only registered mentions have: those blocks hold no pair to compare."""
    rows = np.arange(len(rule.keys)) if rule.rows is None else rule.rows
    free = np.unique(rule.keys[~registered[rows]])
    keep = np.isin(rule.keys, free[free != NO_KEY]) if registered.any() else rule.keys != NO_KEY
    return BlockingRule(rule.name, rule.keys[keep], rows[keep], rule.refinements)


def _word_keys(texts: pa.Array, variants: Variants) -> tuple[Keys, Ints]:
    """Keys of every member of every mention's set, and the mention's row: its spelling key and its known variants."""
    lists = pc.split_pattern(texts, PART)
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    words = pc.dictionary_encode(lists.flatten())
    # A surname of several words is keyed by its last one, which is the one that stays.
    last = pc.replace_substring_regex(words.dictionary, r"^.* ", "")
    spelling = pc.dictionary_encode(spelling_key(last)).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    groups = variants.of(last)
    of_word = np.column_stack([spelling, np.where(groups >= 0, groups + len(spelling), -1)])
    codes = of_word[words.indices.to_numpy(zero_copy_only=False)]
    held = codes >= 0
    return code_keys(codes[held]), np.repeat(rows, held.sum(axis=1))


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
