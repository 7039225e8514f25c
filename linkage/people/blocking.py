"""Which mentions are worth comparing: the passes, narrow ones first, wide ones for what those leave in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from linkage.blocking import NO_KEY, BlockingRule, Keys, code_keys, combined_keys
from linkage.names import Variants, given_variants, spelling_key, surname_variants
from linkage.ordering import codes, distinct
from linkage.people.mentions import Mentions
from linkage.people.name_sets import PART
from linkage.people.pairing import PERSON, Sides

Ints = npt.NDArray[np.int64]

CAP = 200
"""Records in a block before a further field splits it."""


@dataclass(frozen=True, slots=True)
class PeopleKeys:
    """The keys of every mention's attributes; those with several values have a row number to each key."""

    given: Keys
    given_row: Ints
    surname: Keys
    surname_row: Ints
    door: Keys
    """Every street door a mention ever claimed."""
    door_row: Ints
    date: Keys
    swapped: Keys
    """The birth date with day and month exchanged."""
    year: Keys
    refinements: tuple[Keys, ...]
    """What parts a block of namesakes, one key for each mention."""
    numbers: Ints
    """Shape (mentions, most numbers of one mention), -1 for none."""
    names: tuple[Keys, Keys]
    """First given name and first surname, over one vocabulary."""
    registered: npt.NDArray[np.bool_]


def people_keys(mentions: Mentions) -> PeopleKeys:
    """Keys of all mentions, made once for all passes."""
    n = len(mentions)
    given, given_row = _word_keys(mentions.given, given_variants())
    surname, surname_row = _word_keys(mentions.surnames, surname_variants())
    door, door_row = _doors(mentions)
    birth = mentions.birth
    whole = (birth.day > 0) & (birth.month > 0) & birth.known()
    date = code_keys(np.where(whole, birth.year * 10_000 + birth.month * 100 + birth.day, -1))
    swapped = code_keys(np.where(whole, birth.year * 10_000 + birth.day * 100 + birth.month, -1))
    year = code_keys(np.where(birth.known(), birth.year, -1))
    refinements = (date, year, code_keys(codes(mentions.given)), _first(door, door_row, n))
    first = pa.concat_arrays([_first_word(mentions.given), _first_word(mentions.surnames)])
    names = code_keys(codes(spelling_key(first)))
    return PeopleKeys(
        *(given, given_row, surname, surname_row, door, door_row, date, swapped, year, refinements),
        *(mentions.numbers, (names[:n], names[n:]), mentions.registered),
    )


def narrow_rules(keys: PeopleKeys, side: Sides) -> list[BlockingRule]:
    """Passes that few strangers share: each meets one way in which a mention can be poor, or wrong.

    `side` says which rows can be in a pair (:mod:`linkage.people.pairing`); others may have no keys.
    """
    n, held = len(keys.date), keys.numbers >= 0
    date, year = keys.date, keys.year
    rules = [
        BlockingRule("number", code_keys(keys.numbers[held]), np.nonzero(held)[0]),
        BlockingRule("birth date and given name", combined_keys(date[keys.given_row], keys.given), keys.given_row),
        BlockingRule("birth date and surname", combined_keys(date[keys.surname_row], keys.surname), keys.surname_row),
    ]
    for name, words, rows in (
        ("given name", keys.given, keys.given_row),
        ("surname", keys.surname, keys.surname_row),
    ):
        joined, joined_row = _cross((words, rows), (keys.door, keys.door_row), side)
        rules.append(BlockingRule(f"{name} and street door", joined, joined_row, refinements=(date, year)))
    rules.append(
        BlockingRule("birth year and street door", combined_keys(year[keys.door_row], keys.door), keys.door_row)
    )
    # One side as written, the other with day and month exchanged.
    first_surname = _first(keys.surname, keys.surname_row, n)
    two = np.concatenate([combined_keys(date, first_surname), combined_keys(keys.swapped, first_surname)])
    rules.append(BlockingRule("day and month exchanged", two, np.tile(np.arange(n), 2)))
    return rules


def wide_rules(keys: PeopleKeys, side: Sides) -> list[BlockingRule]:
    """Passes by names alone, for mentions that state neither number nor birth date nor a known address."""
    both, both_row = _cross((keys.given, keys.given_row), (keys.surname, keys.surname_row), side)
    return [BlockingRule("names", both, both_row, keys.refinements), _exchanged_names(keys)]


def _exchanged_names(keys: PeopleKeys) -> BlockingRule:
    """Given name and surname in each other's place: registered names as they stand, those of reports turned round.

    Without a population register every name stands both ways.
    """
    given, surname = keys.names
    n = len(given)
    plain, turned = combined_keys(given, surname), combined_keys(surname, given)
    if keys.registered.any():
        found, rows = np.where(keys.registered, plain, turned), np.arange(n)
    else:
        found, rows = np.concatenate([plain, turned]), np.tile(np.arange(n), 2)
    return BlockingRule("names exchanged", found, rows, keys.refinements)


def _first_word(texts: pa.Array) -> pa.Array:
    """The first member of each set, by its last word as in :func:`_word_keys`."""
    words = pc.dictionary_encode(texts)
    first = pc.replace_substring_regex(words.dictionary, r"\|.*$", "")
    return pc.replace_substring_regex(first, r"^.* ", "").take(words.indices)


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


def _doors(mentions: Mentions) -> tuple[Keys, Ints]:
    """Every street door a mention ever claimed, once."""
    claims = mentions.claims
    rows = np.repeat(np.arange(len(mentions)), np.diff(claims.offsets))
    known = claims.door >= 0
    packed = distinct((rows[known] << 32) | claims.door[known])
    return code_keys(packed & 0xFFFFFFFF), packed >> 32


def _cross(a: tuple[Keys, Ints], b: tuple[Keys, Ints], side: Sides) -> tuple[Keys, Ints]:
    """Every key of `a` with every key of `b` of the same mention, combined; both sorted by row.

    Of registered persons, most of whom no report speaks of, only the keys that some mention has: told by
    a table of bits, which lets a few too many pass.
    """
    starts = tuple(_starts(rows, len(side)) for _, rows in (a, b))
    both = np.diff(starts[0]) * np.diff(starts[1])
    asking, asked = (np.flatnonzero((side == PERSON) == is_person) for is_person in (False, True))
    asking = asking[side[asking] > 0]
    size = int(both[asking].sum())
    bits = np.zeros(1 << max(10, (2 * size).bit_length()), np.uint8)
    parts = []
    for rows, known in ((asking, False), (asked, True)):
        room = _cross_rows(rows, (a[0], starts[0]), (b[0], starts[1]), bits, known, (_NO_KEYS, _NO_ROWS))
        out = np.empty(room, np.uint64), np.empty(room, np.int64)
        _cross_rows(rows, (a[0], starts[0]), (b[0], starts[1]), bits, known, out)
        parts.append(out)
    return np.concatenate([keys for keys, _ in parts]), np.concatenate([rows for _, rows in parts])


_NO_KEYS, _NO_ROWS = np.empty(0, np.uint64), np.empty(0, np.int64)


def _starts(rows: Ints, n: int) -> Ints:
    starts = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=starts[1:])
    return starts


@njit(cache=True, nogil=True)
def _cross_rows(rows: Any, a: Any, b: Any, bits: Any, known: bool, out: Any) -> int:
    """Number of combined keys of `rows`, which are written down if there is room for them.

    Those not `known` mark their keys in `bits`; of the others only marked keys count.
    """
    (keys_a, start_a), (keys_b, start_b), (keys, of) = a, b, out
    mask, at = np.uint64(len(bits) - 1), 0
    for row in rows:
        for i in range(start_a[row], start_a[row + 1]):
            for j in range(start_b[row], start_b[row + 1]):
                x = keys_a[i] * np.uint64(31) + keys_b[j] + np.uint64(0x9E3779B97F4A7C15)
                x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                x = max(x ^ (x >> np.uint64(31)), np.uint64(1))
                if known and not bits[x & mask]:
                    continue
                bits[x & mask] = 1
                if at < len(keys):
                    keys[at], of[at] = x, row
                at += 1
    return at
