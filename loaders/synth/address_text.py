"""Addresses as the police type them.

Every part is made for the few distinct values there are (streets, towns, floors with doors) and put together
by column; only typing errors and changes of case look at single texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from loaders.synth import tables
from loaders.synth.error_rates import CLERKS_PER_DISTRICT
from loaders.synth.habits import habits_of
from loaders.synth.names import draw_surnames, surname_texts
from loaders.synth.parameters import world
from loaders.synth.places import Places
from loaders.synth.sampling import Bools, Ints, Rng, Texts, pick_kind

_CITIES = (
    ("København", "Kbh."),
    ("Frederiksberg", "Frb."),
    ("Aarhus", "Århus"),
    ("Aalborg", "Ålborg"),
    ("Nørre ", "Nr. "),
    ("Sønder ", "Sdr. "),
    ("Store ", "St. "),
    ("Gammel ", "Gl. "),
    ("Vester ", "V. "),
    ("Øster ", "Ø. "),
)
_ENDINGS = (("vej", "v."), ("gade", "g."), ("allé", "alle"))
_BEGINNINGS = (
    ("Nørre", "Nr."),
    ("Sønder", "Sdr."),
    ("Gammel", "Gl."),
    ("Store", "St."),
    ("Lille", "Ll."),
    ("Christian", "Chr."),
)
_SIDES = {"tv": "til venstre", "th": "til højre", "mf": "midt for"}
_GROUND = {
    "no_comma": " st {door}",
    "sal": ", st {door}",
    "spelled": ", stuen {side}",
    "long": ", stuen {door}",
    "slash": " st/{door}",
    "full": ", st. {door}.",
}
_UPSTAIRS = {
    "no_comma": " {floor}{door}",
    "sal": ", {floor} sal {door}",
    "spelled": ", {floor}. sal {side}",
    "long": ", {floor}. sal, {door}",
    "slash": " {floor}/{door}",
    "full": ", {floor}. {door}.",
}
_PLAIN_UNIT = ", {floor}. {door}"
NOBODY_HOME = np.array(["uden fast bopæl", "ukendt adresse", "uoplyst", "ingen fast bopæl", "-"], dtype=object)
"""What stands in place of an address that is not known."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How each address is written down: in which style, and what is left out, put before it or mistyped."""

    style: Texts
    mistyped: Bools
    without_unit: Bools
    without_postcode: Bools
    with_dk: Bools
    held_by: Texts
    """Whose name stands before it (c/o), empty for most."""
    with_locality: Bools
    """With the supplementary town name, where the street has one."""
    old_street: Bools
    """With the street's earlier name, where it has been renamed."""

    def of(self, rows: Ints) -> Hand:
        """The same for some of the addresses."""
        return Hand(*(getattr(self, name)[rows] for name in self.__slots__))


def draw_hands(
    places: Places, clerk: Ints, rates: dict[str, float], rng: Rng, *, without_unit: Bools, mistyped: Bools
) -> Hand:
    """How each clerk writes each address: mostly in a favourite style, which many share with their district."""
    n = len(clerk)
    favourites = pick_kind(rng, tables.ADDRESS_STYLES, len(places.districts) * CLERKS_PER_DISTRICT)
    common = np.array([habits_of(d).address_style for d in places.districts], dtype=object)
    follows = rng.random(len(favourites)) < rates["district_style"]
    favourites[follows] = np.repeat(common, CLERKS_PER_DISTRICT)[follows]
    free = pick_kind(rng, tables.ADDRESS_STYLES, n)
    style = np.where(rng.random(n) < world("clerk_style"), favourites[clerk], free).astype(object)
    held = rng.random(n) < rates["address_care_of"]
    names = np.full(n, "", dtype=object)
    names[held] = surname_texts()[draw_surnames(int(held.sum()), rng)]
    return Hand(
        style=style,
        mistyped=mistyped,
        without_unit=without_unit,
        # a style that leaves out the town must not lose the postcode too
        without_postcode=(rng.random(n) < rates["address_no_postcode"]) & (style != "no_city"),
        with_dk=rng.random(n) < rates["address_dk"],
        held_by=names,
        with_locality=rng.random(n) < rates["address_locality"],
        old_street=rng.random(n) < rates["address_old_street"],
    )


def _each(values: Texts, change: Callable[[str], str]) -> Texts:
    """Every text changed, each distinct one once."""
    coded = pa.array(values, pa.string()).dictionary_encode()
    changed = np.array([change(t) for t in coded.dictionary.to_pylist()], dtype=object)
    return np.asarray(changed[coded.indices.to_numpy()], dtype=object)


def _abbreviated(pairs: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    def change(text: str) -> str:
        for long, short in pairs:
            if long in text and text != long:
                return text.replace(long, short, 1)
        return text

    return change


def _mistyped(street: str, rng: Rng) -> str:
    if len(street) < 4:
        return street
    at = int(rng.integers(1, len(street) - 2))
    if rng.random() < 0.5:
        return street[:at] + street[at + 1 :]
    return street[:at] + street[at + 1] + street[at] + street[at + 2 :]


def unit_text(floor: str, door: str, style: str) -> str:
    """Floor and door in a style, with what parts them from the house number.

    >>> unit_text("2", "tv", "spelled"), unit_text("st", "th", "no_comma"), unit_text("", "", "full")
    (', 2. sal til venstre', ' st th', '')
    """
    if not floor:
        return ""
    form = (_GROUND if floor == "st" else _UPSTAIRS).get(style, _PLAIN_UNIT)
    return form.format(floor=floor, door=door, side=_SIDES.get(door, door))


def _unit_texts(floors: Texts, doors: Texts, styles: Texts) -> Texts:
    def change(key: str) -> str:
        floor, door, style = key.split("|")
        return unit_text(floor, door, style)

    return _each(np.asarray(floors + "|" + doors + "|" + styles, dtype=object), change)


def _roads(streets: Texts, hand: Hand, rng: Rng) -> Texts:
    """Street names as written: in full, cut short, or with a typing error."""
    roads = streets.copy()
    short = np.flatnonzero(hand.style == "abbreviated")
    begins = rng.random(len(short)) < 0.3
    for rows, pairs in ((short[begins], _BEGINNINGS), (short, _ENDINGS)):
        untouched = rows[roads[rows] == streets[rows]]
        roads[untouched] = _each(roads[untouched], _abbreviated(pairs))
    for at in np.flatnonzero(hand.mistyped):
        roads[at] = _mistyped(roads[at], rng)
    return roads


def address_texts(places: Places, units: Ints, days: Ints, hand: Hand, *, rng: Rng) -> Texts:
    """One line of text per unit, as a hand writes it on a day."""
    street = places.unit_street[units]
    names = places.street_names_on(street, np.where(hand.old_street, 0, days))
    floors = np.where(hand.without_unit, "", places.unit_floor[units]).astype(object)
    home = _roads(names, hand, rng) + " " + places.access_number[places.unit_access[units]]
    home += _unit_texts(floors, places.unit_door[units], hand.style)
    cities = places.street_city[street]
    short = hand.style == "abbreviated"
    cities[short] = _each(cities[short], _abbreviated(_CITIES))
    codes = np.where(hand.with_dk, "DK-", "").astype(object) + places.street_postcode[street]
    town = np.where(hand.without_postcode, cities, codes + " " + cities).astype(object)
    town[hand.style == "no_city"] = codes[hand.style == "no_city"]
    comma = np.where(hand.style == "no_comma", " ", ", ").astype(object)
    village = np.where(hand.with_locality, places.street_locality[street], "").astype(object)
    lying = village != ""
    home[lying] += comma[lying] + village[lying]
    text = home + comma + town
    held = np.flatnonzero(hand.held_by != "")
    text[held] = "c/o " + hand.held_by[held] + ", " + text[held]
    for style, change in (("lower", str.lower), ("upper", str.upper)):
        rows = hand.style == style
        text[rows] = np.array([change(t) for t in text[rows]], dtype=object)
    return np.asarray(text, dtype=object)
