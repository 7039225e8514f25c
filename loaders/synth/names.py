"""Who is called what: founders, children, and the planted likenesses that linkage must survive."""

from __future__ import annotations

from functools import cache

import numpy as np

from loaders.synth.given_names import draw_given, given_names, variant_groups
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Rng, Texts, choose
from loaders.synth.surnames import surname_weights, surnames

NONE = -1
"""No second given name, or no middle name."""


@cache
def surname_texts() -> Texts:
    """Text of each surname by its number: the ranked ones, then transliterated ones that are not among them."""
    extra = [n for group in variant_groups("S") for n in group]
    return np.array(list(dict.fromkeys([*surnames(), *extra])), dtype=object)


@cache
def given_texts() -> Texts:
    """Text of each given name by its number: women's names, then men's."""
    return np.array([*given_names("F"), *given_names("M")], dtype=object)


@cache
def male_offset() -> int:
    """Number of the first man's name."""
    return len(given_names("F"))


@cache
def _numbers_of(kind: str) -> Ints:
    """Numbers of all spellings in the groups of a kind."""
    texts = surname_texts() if kind == "S" else given_texts()
    number = {t: i for i, t in reversed(list(enumerate(texts)))}
    if kind == "M":
        number |= {t: i + male_offset() for i, t in reversed(list(enumerate(given_names("M"))))}
    return np.array([number[n] for group in variant_groups(kind) for n in group], dtype=np.int64)


def draw_surnames(n: int, rng: Rng) -> Ints:
    """``n`` surnames by frequency."""
    return choose(rng, surname_weights(), n)


def draw_middle(n: int, rng: Rng) -> Ints:
    """Surname-like middle names: rarer than surnames, and absent for most."""
    flat = surname_weights() ** 0.75
    return np.where(rng.random(n) < world("middle_name"), choose(rng, flat, n), NONE)


def draw_first(male: Bools, birth_years: Ints, rng: Rng) -> Ints:
    """A given name for each person, by sex and cohort."""
    drawn = np.zeros(len(male), dtype=np.int64)
    drawn[~male] = draw_given("F", birth_years[~male], rng)
    drawn[male] = draw_given("M", birth_years[male], rng) + male_offset()
    return drawn


def draw_second(first: Ints, male: Bools, birth_years: Ints, rng: Rng) -> Ints:
    """A second given name for some, never the first again."""
    second = draw_first(male, birth_years, rng)
    return np.where((rng.random(len(first)) < world("second_given_name")) & (second != first), second, NONE)


def draw_transliterated(male: Bools, rng: Rng) -> tuple[Ints, Ints]:
    """Given name and surname of each of some persons whose names are transliterated."""
    given = np.where(male, rng.choice(_numbers_of("M"), len(male)), rng.choice(_numbers_of("F"), len(male)))
    return given.astype(np.int64), rng.choice(_numbers_of("S"), len(male)).astype(np.int64)
