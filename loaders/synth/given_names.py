"""Given names by sex and cohort, and the spellings of transliterated names.

The published list gives ranks over all ages. A name's season is not published there; the peaks below
are set by hand for names that clearly belong to a generation, and spread evenly for the others
(assumption), because a list without seasons would make grandmothers and granddaughters namesakes.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from loaders.synth.parameters import world
from loaders.synth.reference import ranked_names
from loaders.synth.sampling import Ints, Reals, Rng

_PEAKS: dict[int, str] = {
    1930: (
        "Kaj Svend Aage Knud Poul Børge Ejvind Gunnar Verner Villy Holger Orla Herluf Folmer Evald Inger Ruth "
        "Gerda Edith Ellen Grethe Tove Erna Gudrun Gurli Elly Henny Ingeborg Irma Edel Else Ketty Rigmor "
        "Agnete Dagny Ebba Karen"
    ),
    1945: (
        "Jørgen Bent Ole Erik Per Kurt Leif Finn Bjarne Arne Preben Flemming Mogens Niels Hans Ib Keld Palle "
        "Kjeld Kirsten Birthe Birgit Jytte Inge Bente Hanne Lis Aase Bodil Ulla Grete Birte Jonna Annelise "
        "Lissi Karin Margit Anni"
    ),
    1962: (
        "Peter Jens Lars Michael Henrik Søren Jan Kim John Torben Carsten Claus Steen Allan Brian Karsten "
        "Benny Johnny Susanne Lene Lone Helle Jette Pia Marianne Anette Charlotte Gitte Dorte Dorthe Lisbeth "
        "Annette Vibeke Tina Hanne"
    ),
    1976: (
        "Thomas Martin Jesper Morten Anders Rasmus Kenneth Jacob Dennis Claus René Tommy Ronni Kristian Kasper "
        "Mikkel Mette Louise Camilla Rikke Christina Pernille Line Trine Heidi Karina Stine Tanja Bettina "
        "Malene Anja Katrine Sanne"
    ),
    1990: (
        "Christian Mathias Jonas Nicolai Simon Daniel Casper Kasper Nicklas Patrick Mark Lasse Jeppe Andreas "
        "Frederik Julie Maria Sarah Sara Cecilie Mathilde Nanna Maja Stephanie Sofie Amalie Caroline Signe Ida "
        "Emilie Michelle Sandra"
    ),
    2008: (
        "William Noah Lucas Oliver Victor Magnus Emil Malthe Oscar Carl Elias Alexander August Valdemar Liam "
        "Storm Felix Emma Freja Ida Clara Laura Isabella Sofia Alma Lærke Anna Mathilde Josefine Olivia "
        "Alberte Karla Ella Luna Liva Nora"
    ),
}
_SPREAD = (1935, 1950, 1963, 1974, 1985, 1996, 2006, 2016)

VARIANTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("M", ("Mohammed", "Muhammad", "Mohamad", "Mohamed", "Mohammad")),
    ("M", ("Ahmed", "Ahmad", "Ahmet")),
    ("M", ("Hussein", "Hussain", "Husain", "Hossein")),
    ("M", ("Yousef", "Yusuf", "Youssef", "Yousuf")),
    ("M", ("Ibrahim", "Ebrahim", "Ibraheem")),
    ("M", ("Mahmoud", "Mahmud", "Mehmood")),
    ("M", ("Oleksandr", "Aleksandr", "Alexander")),
    ("M", ("Omar", "Umar", "Omer")),
    ("M", ("Khaled", "Khalid", "Kaled")),
    ("F", ("Fatima", "Fatma", "Fatemeh", "Fatimah")),
    ("F", ("Aisha", "Aysha", "Aicha", "Ayse")),
    ("F", ("Zahra", "Zehra", "Zahraa")),
    ("F", ("Mariam", "Maryam", "Meryem")),
    ("F", ("Khadija", "Hatice", "Khadijah")),
    ("F", ("Amina", "Aminah", "Emine")),
    ("F", ("Nataliya", "Natalia", "Natalija")),
    ("F", ("Yasmin", "Jasmin", "Yasmine")),
    ("S", ("Hussein", "Hussain", "Husseini")),
    ("S", ("Ahmed", "Ahmad", "Ahmadi")),
    ("S", ("Mohamed", "Mohammad", "Muhammad")),
    ("S", ("Abdullahi", "Abdulahi", "Abdullah")),
    ("S", ("Osman", "Othman", "Usman")),
    ("S", ("Hassan", "Hasan", "Hasani")),
    ("S", ("Yilmaz", "Jilmaz", "Yelmaz")),
    ("S", ("Nguyen", "Nguen", "Nguyên")),
    ("S", ("Kowalski", "Kovalski", "Kowalsky")),
    ("S", ("Shevchenko", "Sjevtjenko", "Schevchenko")),
    ("M", ("Abdullah", "Abdallah", "Abdulla", "Abdellah")),
    ("M", ("Abdirahman", "Abdurrahman", "Abdulrahman", "Abdelrahman")),
    ("M", ("Karim", "Kareem", "Kerim")),
    ("M", ("Rashid", "Rasheed", "Rachid")),
    ("M", ("Sergei", "Sergey", "Serhii", "Sergej")),
    ("M", ("Dmytro", "Dmitrij", "Dmitry")),
    ("M", ("Volodymyr", "Vladimir", "Wladimir")),
    ("M", ("Jamal", "Djamal", "Cemal")),
    ("M", ("Saeed", "Said", "Sayed")),
    ("M", ("Tesfaye", "Tesfay", "Tesfai")),
    ("F", ("Leyla", "Layla", "Leila")),
    ("F", ("Nour", "Noor", "Nur")),
    ("F", ("Oksana", "Oxana", "Oksanna")),
    ("F", ("Yuliia", "Yulia", "Iuliia", "Julija")),
    ("F", ("Halima", "Haleema", "Halimah")),
    ("F", ("Sharifa", "Cherifa", "Sherifa")),
    ("F", ("Hodan", "Hoodan", "Hoden")),
    ("S", ("Al-Hassan", "El Hassan", "Alhassan")),
    ("S", ("Al-Jabouri", "Al Jubouri", "Aljabouri", "El Jabouri")),
    ("S", ("Mohamud", "Mahamoud", "Mohamoud")),
    ("S", ("Warsame", "Warsameh", "Varsame")),
    ("S", ("Haidari", "Haydari", "Heidari")),
    ("S", ("Rahimi", "Raheemi", "Rahimy")),
    ("S", ("Bondarenko", "Bondarenco", "Bondarenkov")),
    ("S", ("Kovalenko", "Kowalenko", "Kovalenco")),
    ("S", ("Öztürk", "Ozturk", "Oeztuerk")),
    ("S", ("Nowak", "Novak", "Nowack")),
    ("S", ("Wisniewski", "Visnievski", "Wisnewski")),
    ("S", ("Selassie", "Sellassie", "Selasie")),
)
"""Spellings of one name, by kind (M, F given; S surname); examples set by hand."""


NICKNAMES: dict[str, str] = {
    "Alexander": "Alex",
    "Anne-Marie": "Annemie",
    "Benjamin": "Ben",
    "Birgitte": "Gitte",
    "Charlotte": "Lotte",
    "Christian": "Chris",
    "Christina": "Tina",
    "Elisabeth": "Lis",
    "Frederik": "Frede",
    "Frederikke": "Rikke",
    "Henriette": "Jette",
    "Jeanette": "Jean",
    "Johanne": "Hanne",
    "Jonathan": "Jon",
    "Josefine": "Fie",
    "Katrine": "Trine",
    "Kathrine": "Trine",
    "Kristian": "Kris",
    "Kristine": "Stine",
    "Marianne": "Janne",
    "Margrethe": "Grethe",
    "Mathias": "Matti",
    "Michael": "Mike",
    "Nicklas": "Nick",
    "Nicolai": "Nico",
    "Nikolaj": "Niko",
    "Sebastian": "Bastian",
    "Sofie": "Fie",
    "Susanne": "Sanne",
    "Thomas": "Tom",
    "Valdemar": "Valde",
    "Victoria": "Vicki",
    "William": "Will",
}
"""What some people are called instead of the name in the register; examples set by hand."""


@cache
def given_names(sex: str) -> tuple[str, ...]:
    """Given names of a sex: 500 published, then the transliterated ones of :data:`VARIANTS`."""
    published = ranked_names("male" if sex == "M" else "female")
    return tuple(dict.fromkeys([*published, *(n for kind, group in VARIANTS if kind == sex for n in group)]))


@cache
def variant_groups(kind: str) -> tuple[tuple[str, ...], ...]:
    """The groups of spellings of a kind."""
    return tuple(group for k, group in VARIANTS if k == kind)


@cache
def _peaks(sex: str) -> Reals:
    by_name = {n: year for year, names in _PEAKS.items() for n in names.split()}
    names = given_names(sex)
    return np.array([by_name.get(n, _SPREAD[(i * 5) % len(_SPREAD)]) for i, n in enumerate(names)], dtype=float)


def draw_given(sex: str, birth_years: Ints, rng: Rng) -> Ints:
    """A given name (index into :func:`given_names`) for each birth year, in the fashion of its cohort."""
    peaks, width = _peaks(sex), world("given_cohort_width")
    base = (np.arange(1, len(peaks) + 1) + world("given_q")) ** -world("given_s")
    base[500:] = 0.0
    decades = (birth_years // 5).astype(np.int64)
    drawn = np.zeros(len(birth_years), dtype=np.int64)
    for decade in np.unique(decades):
        weights = base * (np.exp(-0.5 * ((decade * 5 + 2 - peaks) / width) ** 2) + 0.004)
        rows = np.flatnonzero(decades == decade)
        edges = np.cumsum(weights)
        drawn[rows] = np.searchsorted(edges, rng.random(len(rows)) * edges[-1], side="right")
    return drawn
