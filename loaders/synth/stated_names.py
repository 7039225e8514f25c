"""How a person's names are written down: which of them, in which column, with which hand, and what goes wrong."""

from __future__ import annotations

import numpy as np

from loaders.synth import tables
from loaders.synth.mentions import Office
from loaders.synth.misspelling import misspell, other_spelling
from loaders.synth.names import NONE, given_texts, surname_texts
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Texts, pick_kind
from loaders.synth.sloppiness import realised


def state_names(office: Office, looked_up: Bools) -> tuple[Texts, Texts, dict[str, float]]:
    """Given names and surname of each mention as somebody wrote them down.

    ``looked_up`` marks the mentions whose number was known, so that the names could be copied.
    """
    people, who = office.people, office.who
    row = people.names.on(who.person, who.day)
    columns = {k: v[row] for k, v in people.names.columns.items()}
    given, surname = _whole(office, columns, looked_up)
    foreign = people.country["transliterated"][who.person]
    respelt = np.flatnonzero(foreign & (office.rng.random(len(row)) < office.rates["transliteration"]))
    for at in respelt:
        first, _, rest = given[at].partition(" ")
        given[at] = " ".join(filter(None, (other_spelling(first, office.rng), rest)))
        surname[at] = other_spelling(surname[at], office.rng)
    wrong = office.slip.hits(office.rates["name_wrong"], np.ones(len(row), dtype=bool))
    _mistake(office, given, surname, rows=np.flatnonzero(wrong), names=row)
    return given, surname, {"name_wrong": realised(wrong, np.ones(len(row), dtype=bool))}


def _whole(office: Office, names: dict[str, Ints], looked_up: Bools) -> tuple[Texts, Texts]:
    """Names without error: the second given name stated or not, the middle name in one column or the other."""
    rng, rates, n = office.rng, office.rates, len(looked_up)
    given, surname = given_texts()[names["first"]], surname_texts()[names["surname"]]
    stated = (names["second"] != NONE) & (looked_up | (rng.random(n) < world("second_stated")))
    second = given_texts()[names["second"]]
    short = stated & ~looked_up & (rng.random(n) < rates["second_initial"])
    second[short] = np.array([f"{t[:1]}." for t in second[short]], dtype=object)
    hyphen = ~short & (rng.random(n) < rates["name_hyphen"])
    given[stated] += np.where(hyphen, "-", " ").astype(object)[stated] + second[stated]
    share = np.where(looked_up, world("middle_looked_up"), world("middle_stated"))
    stated = (names["middle"] != NONE) & (rng.random(n) < share)
    middle = surname_texts()[names["middle"]]
    before = stated & (rng.random(n) < rates["middle_with_surname"])
    behind = stated & ~before
    given[behind] += " " + middle[behind]
    hyphen = rng.random(n) < rates["name_hyphen"]
    surname[before] = (middle + np.where(hyphen, "-", " ").astype(object) + surname)[before]
    return given, surname


def _mistake(office: Office, given: Texts, surname: Texts, *, rows: Ints, names: Ints) -> None:
    """One error in the names of each of some mentions; ``names`` are the rows of everybody's names."""
    people, who, rng = office.people, office.who, office.rng
    kinds = pick_kind(rng, tables.NAME_ERRORS, len(rows))
    earlier = people.names.before(names)
    columns = people.names.columns
    called = np.where(people.country["call_second"][who.person], columns["second"][names], columns["first"][names])
    for at, kind in zip(rows, kinds, strict=True):
        if kind == "earlier_surname" and earlier[at] >= 0:
            old = surname_texts()[columns["surname"][earlier[at]]]
            if old != surname[at]:
                surname[at] = old
                continue
        elif kind == "call_name" and given[at] != given_texts()[called[at]]:
            given[at] = given_texts()[called[at]]
            continue
        given[at], surname[at] = misspell(given[at], surname[at], kind, rng)


def in_hand(office: Office, given: Texts, surname: Texts, capitals: Bools) -> None:
    """Capitals where a district writes them; else, now and then, capitals, small letters, or the shift key reversed."""
    rng = office.rng
    odd = rng.random(len(given)) < office.rates["name_case"]
    how = rng.integers(0, 3, len(given))
    for texts in (given, surname):
        texts[capitals] = np.array([t.upper() for t in texts[capitals]], dtype=object)
        for number, change in enumerate((str.upper, str.lower, str.swapcase)):
            rows = odd & ~capitals & (how == number)
            texts[rows] = np.array([change(t) for t in texts[rows]], dtype=object)
