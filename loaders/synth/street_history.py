"""Streets that are given another name in the course of the years, and the villages some streets lie in."""

from __future__ import annotations

import numpy as np

from linkage.intervals import LAST
from loaders.synth.parameters import world
from loaders.synth.sampling import Bools, Ints, Rng, Texts
from loaders.synth.streets import street_names

_STEMS = (
    "Ravn Gunder Tolv Hjal Bjer Vind Asker Skam Tor Ulv Kirke Hav Løn Mos Græs Brat Stor Kvis Hegn Sand Ting Jor "
    "Vejl Fugl Rund Stav Skov Krag Hyld Barm"
)
_ENDINGS = "strup lev by rup sted løse inge um lund holm bjerg tofte"


def village_names() -> Texts:
    """Invented names of villages.

    >>> len(set(village_names())) == len(village_names()) > 300
    True
    """
    return np.array([stem + ending for ending in _ENDINGS.split() for stem in _STEMS.split()], dtype=object)


def renamings(names: Texts, towns: Ints, *, start: int, end: int, rng: Rng) -> tuple[Texts, Ints]:
    """Earlier name of each street and the day on which it got the present one, which for most is never.

    No street gets a name back that another one of its municipality bears.
    """
    earlier, day = names.copy(), np.full(len(names), LAST)
    chosen = np.flatnonzero(rng.random(len(names)) < world("streets_renamed"))
    pool = np.array(street_names(), dtype=object)
    taken: dict[int, set[str]] = {t: set(names[towns == t]) for t in np.unique(towns[chosen]).tolist()}
    # about one street in a hundred, so a loop is cheap
    for street in chosen.tolist():
        mine = taken[int(towns[street])]
        name = next((n for n in rng.choice(pool, 40) if n not in mine), None)
        if name is not None:
            mine.add(name)
            earlier[street] = name
            day[street] = int(rng.integers(start + 1, end))
    return earlier, day


def localities(towns: Ints, postcodes: Texts, *, flats: Bools, rural: Bools, rng: Rng) -> Texts:
    """The supplementary town name of each street: a village for some streets of houses in the country, else nothing."""
    names = village_names()
    area = np.unique(np.array([f"{t}/{p}" for t, p in zip(towns, postcodes, strict=True)]), return_inverse=True)[1]
    villages = rng.integers(0, len(names), (int(area.max(initial=0)) + 1, 3))
    inside = ~flats & rural[towns] & (rng.random(len(towns)) < world("streets_in_village"))
    drawn = villages[area, rng.integers(0, 3, len(towns))]
    return np.where(inside, names[drawn], "").astype(object)
