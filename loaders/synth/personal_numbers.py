"""CPR numbers over time: most persons have one for life, some get another, and immigrants have none at first.

A number changes when a birth date is corrected, at a change of legal sex, and after misuse. Offices wrote
down the number of the day: ``people.numbers.on(persons, days)`` is the text for each mention, empty for
an immigrant who had none yet (the office then has an eCPR or nothing), ``birth_on`` and ``male_on``
are the birth date and the sex that the register held on that day and an office would have copied.
``people.numbers.current(persons)`` is the number on the last day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.intervals import LAST
from loaders.synth.country import NEVER, Country
from loaders.synth.identifiers import calendar, cpr_numbers
from loaders.synth.moves import ADULT, QUARTER, days_in
from loaders.synth.names import draw_first
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Rng, Texts, per_period
from loaders.synth.spells import Spells

BIRTH, SEX, MISUSE = range(3)
REASONS = ("birth_date", "legal_sex", "misuse")
"""Names of the reasons for a new number, in the order of their numbers."""


@dataclass(frozen=True, slots=True)
class CprNumbers:
    """Numbers with the days on which they held, and the birth date and sex they state."""

    spells: Spells
    """Columns ``text``, ``birth`` and ``male``; one row per person and number."""
    immigrant: Bools
    """Persons who had no number before their first spell."""

    def on(self, persons: Ints, days: Ints) -> Texts:
        """The number of each person on a day, empty where there was none yet."""
        row = self.spells.on(persons, days)
        early = self.immigrant[persons] & (days < self.spells.start[row])
        return np.where(early, "", self.spells.columns["text"][row]).astype(object)

    def current(self, persons: Ints) -> Texts:
        """The number of each person on the last day."""
        return self.on(persons, np.full(len(persons), LAST - 1))

    def birth_on(self, persons: Ints, days: Ints) -> Ints:
        """The birth date that the register held for each person on a day."""
        return np.asarray(self.spells.columns["birth"][self.spells.on(persons, days)], dtype=np.int64)

    def male_on(self, persons: Ints, days: Ints) -> Bools:
        """Whether the register held each person to be a man on a day."""
        return np.asarray(self.spells.columns["male"][self.spells.on(persons, days)], dtype=bool)


def renumber(country: Country, day: int, rng: Rng) -> None:
    """Some residents get a new number; who changes legal sex takes another given name too."""
    age, partner = country.ages(day), country["partner"]
    numbered = np.where(country["number_from"] == NEVER, country["birth"], country["number_from"])
    rows = np.flatnonzero(country.settled(day) & (numbered + 30 < day) & (country["name_from"] < day))
    parent = np.zeros(country.size, dtype=bool)
    for relation in ("mother", "father"):
        parent[country[relation][country[relation] >= 0]] = True
    immigrant = country["number_from"][rows] != NEVER
    free = (partner[rows] < 0) & ~parent[rows] & (age[rows] >= ADULT) & (age[rows] < 50)
    yearly = {
        BIRTH: np.where(immigrant, world("new_number_birth"), world("new_number_birth_born_here")),
        SEX: np.where(free, world("new_number_sex"), 0.0),
        MISUSE: np.where(age[rows] >= 15, world("new_number_misuse"), 0.0),
    }
    u = rng.random(len(rows))
    low = np.zeros(len(rows))
    for reason, rate in yearly.items():
        high = low + per_period(rate, QUARTER)
        chosen = rows[(u >= low) & (u < high)]
        low = high
        days = days_in(country, len(chosen), rng)
        country.renumbered.add(chosen, days, reason)
        if reason == SEX and len(chosen):
            _change_sex(country, chosen, days, rng)


def _change_sex(country: Country, persons: Ints, days: Ints, rng: Rng) -> None:
    country.rename(persons, days, surnames=country["surname"][persons], middles=country["middle"][persons])
    country["male"][persons] = ~country["male"][persons]
    years = np.asarray(1970 + country["birth"][persons] // 365.25, dtype=np.int64)
    country["first"][persons] = draw_first(country["male"][persons], years, rng)
    country["second"][persons] = -1
    country["call_second"][persons] = False


def _wrong_birth(birth: Ints, rng: Rng) -> Ints:
    """A birth date that will be corrected: 1 January of the year, or some months to three years too early."""
    new_year = (calendar(birth)[0] - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    shifted = birth - rng.integers(30, 1100, len(birth))
    return np.where((rng.random(len(birth)) < 0.5) & (new_year != birth), new_year, shifted)


def cpr_history(country: Country, rng: Rng) -> CprNumbers:
    """All numbers of all persons; a person's present number depends on nobody's earlier ones."""
    n = country.size
    log = country.renumbered.columns()
    order = np.lexsort((log["day"], log["person"]))
    person, day, reason = (np.asarray(log[c][order], dtype=np.int64) for c in ("person", "day", "reason"))
    wrong = _wrong_birth(country["birth"], rng)
    # what held before each change: sex changes and corrections that are still to come decide it
    later_sex = _later(person, reason == SEX)
    later_birth = _later(person, reason == BIRTH)
    old_male = country["male"][person] ^ (later_sex % 2 == 1)
    old_birth = np.where(later_birth > 0, wrong[person], country["birth"][person])
    first = np.where(country["number_from"] == NEVER, country["birth"], country["number_from"])
    last = np.maximum(np.minimum(country.end, country["death"]) - 1, country["came"])
    first = np.minimum(first, np.maximum(last, country["birth"]))
    birth, male = np.r_[country["birth"], old_birth], np.r_[country["male"], old_male]
    texts = cpr_numbers(birth, male)
    start, end = first.copy(), np.full(n, LAST)
    is_first = np.r_[True, person[1:] != person[:-1]] if len(person) else np.zeros(0, dtype=bool)
    old_start = np.where(is_first, first[person], np.r_[0, day[:-1]] if len(day) else day)
    start[person] = day  # sorted by day, so the last change stays
    who = np.r_[np.arange(n), person]
    start, end = np.r_[start, old_start], np.r_[end, day]
    by_person = np.lexsort((start, who))
    columns = {"text": texts[by_person], "birth": birth[by_person], "male": male[by_person]}
    spells = Spells(who[by_person], start[by_person], end[by_person], columns)
    return CprNumbers(spells, np.asarray(country["number_from"] != NEVER))


def _later(person: Ints, marked: Bools) -> Ints:
    """For rows sorted by person and day: how many marked rows of the person there are from this one on."""
    if not len(person):
        return np.zeros(0, dtype=np.int64)
    total = np.cumsum(marked[::-1])[::-1]
    ends = np.searchsorted(person, person, side="right")
    after = np.r_[total, 0][ends]
    return np.asarray(total - after, dtype=np.int64)
