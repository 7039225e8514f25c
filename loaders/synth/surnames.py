"""A long tail of plausible Danish surnames behind the 500 that are published by rank.

Farm and place surnames are compounds of a few dozen words (Sønderby, Bakkegaard); combining the parts
gives thousands of rare names, nearly all of which some family could bear. Rank decides frequency:
Zipf–Mandelbrot, with its exponent fitted to the 20 published counts.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from loaders.synth.parameters import world
from loaders.synth.reference import ranked_names, surname_shares
from loaders.synth.sampling import Reals

_HEADS = (
    "Sønder Nørre Vester Øster Bakke Skov Lund Kirke Mølle Høj Dal Bæk Bøge Ege Birke Linde Ny Gammel Over "
    "Neder Stor Lille Hede Kær Eng Mark Sten Sand Hav Strand Grøn Hvid Rød Sort Brun Hassel Elle Pile Aske Hel "
    "Ting Kongs Bispe Munke Præste Borg Slots Damm Kilde Brønd Bro Vad Å Sø Holm Ø Næs Ager Toft Vang Vind "
    "Stjern Sol Måne Vinter Sommer Rosen Lilje Ravn Ørne Falke Ulve Bjørn Hjorte Ræv Svane Due Hane Lam Kalv "
    "Stud Heste Hammer Smed Fisker Jæger Ryd Rim Frost Bjerge Klit Tang Siv Lyng Mose Kjeld Thors Odin Frej "
    "Balder Sig Ras Trap Gun Hald Ing Ellen Knud Abild Krag Thor Brede Lang Kort Højs Fuglse Gade Dyb Flad Hul "
    "Klint"
)
_TAILS = (
    "by gaard holm lund bjerg dal bæk toft skov høj kær rup strup lev sted feldt borg mark ager vang bro sø bo "
    "led hus sten berg dahl strøm quist kvist gren blad rod stedt løv eng have haug mose klint næs sand krog "
    "leth holt bech kjær bye green hauge hede lyng møller skjold svend torp drup vig nes bank brink dam damm "
    "fjeld grav holst horn kilde kjeld kort land mand munk reng rod sig stad stub tang told tved vad vej ved "
    "winther"
)


_PARTICLES = ("von", "af", "de", "van")


@cache
def surnames() -> tuple[str, ...]:
    """All surnames by rank: 500 published, then patronymics, a few with a particle (von Skovborg), and compounds.

    >>> surnames()[:3], len(surnames()) == len(set(surnames()))
    (('Jensen', 'Nielsen', 'Hansen'), True)
    """
    published = ranked_names("surname")
    fathers = [n for n in ranked_names("male") if n.isalpha() and len(n) > 3]
    patronymics = [f"{n}{'en' if n.endswith('s') else 'sen'}" for n in fathers]
    heads, tails = _HEADS.split(), _TAILS.split()
    # each round pairs every head with another tail, so that no head dominates the commoner ranks
    compounds = [f"{h}{tails[(turn + k) % len(tails)]}" for turn in range(len(tails)) for k, h in enumerate(heads)]
    noble = [f"{_PARTICLES[i % len(_PARTICLES)]} {name}" for i, name in enumerate(compounds[7:1000:31])]
    names = dict.fromkeys([*published, *patronymics[:120], *noble, *compounds, *patronymics[120:]])
    return tuple(names)[: int(world("surname_ranks"))]


def fit_exponent(shares: tuple[float, ...], q: float) -> float:
    """The exponent s of p(r) ∝ (r + q)^−s that fits ranked shares best, by least squares in logs.

    Source of the form: Mandelbrot, 1953.

    >>> round(fit_exponent(tuple((r + 1.0) ** -1.2 for r in range(1, 21)), 1.0), 6)
    1.2
    """
    x = np.log(np.arange(1, len(shares) + 1) + q)
    y = np.log(np.array(shares))
    x, y = x - x.mean(), y - y.mean()
    return float(-(x @ y) / (x @ x))


@cache
def surname_weights() -> Reals:
    """Probability of each surname by rank, summing to 1: the published shares, then the curve fitted to them."""
    published = np.array(surname_shares())
    exponent = fit_exponent(surname_shares(), world("surname_q"))
    weights = (np.arange(1, len(surnames()) + 1) + world("surname_q")) ** -exponent
    rest = weights[len(published) :]
    return np.concatenate([published, rest / rest.sum() * (1.0 - published.sum())])
