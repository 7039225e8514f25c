"""Addresses as the police type them."""

from __future__ import annotations

import numpy as np

from loaders.synth import tables
from loaders.synth.parameters import CLERKS_PER_DISTRICT, world
from loaders.synth.places import Places
from loaders.synth.sampling import Bools, Ints, Rng, Texts, pick_kind

_CITIES = (
    ("København", "Kbh."),
    ("Frederiksberg", "Frb."),
    ("Nørre ", "Nr. "),
    ("Store ", "St. "),
)
_STREETS = (
    ("vej", "v."),
    ("gade", "g."),
    ("allé", "alle"),
)


def clerk_styles(clerk: Ints, districts: int, rng: Rng) -> Texts:
    """How each address is written: mostly in the clerk's favourite style."""
    favourites = pick_kind(rng, tables.ADDRESS_STYLES, districts * CLERKS_PER_DISTRICT)
    free = pick_kind(rng, tables.ADDRESS_STYLES, len(clerk))
    return np.where(rng.random(len(clerk)) < world("clerk_style"), favourites[clerk], free).astype(object)


def _unit_text(floor: str, door: str, style: str) -> str:
    if not floor:
        return ""
    if style in ("full", "no_city"):
        return f", {floor}. {door}." if style == "full" else f", {floor}. {door}"
    if style == "no_comma":
        return f" {floor}{door}" if floor != "st" else " st " + door
    if style == "sal":
        return f", {floor} sal {door}" if floor != "st" else f", st {door}"
    return f", {floor}. {door}"


def _abbreviated(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for long, short in pairs:
        if long in text and text != long:
            return text.replace(long, short, 1)
    return text


def _mistyped(street: str, rng: Rng) -> str:
    if len(street) < 4:
        return street
    at = int(rng.integers(1, len(street) - 2))
    if rng.random() < 0.5:
        return street[:at] + street[at + 1 :]
    return street[:at] + street[at + 1] + street[at] + street[at + 2 :]


def address_texts(
    places: Places, units: Ints, styles: Texts, *, without_unit: Bools, mistyped: Bools, rng: Rng
) -> Texts:
    """One line of text per unit, in its style; without floor and door, or with a typing error, where asked."""
    street_of = places.unit_street[units]
    streets, cities = places.street_name[street_of], places.street_city[street_of]
    postcodes, numbers = places.street_postcode[street_of], places.access_number[places.unit_access[units]]
    floors = np.where(without_unit, "", places.unit_floor[units])
    texts = []
    # one pass in Python: the styles are string surgery, and a mention costs a few microseconds
    for street, number, floor, door, postcode, city, style, wrong in zip(
        streets, numbers, floors, places.unit_door[units], postcodes, cities, styles, mistyped, strict=True
    ):
        road = _mistyped(street, rng) if wrong else street
        town = f" {city}"
        if style == "abbreviated":
            road, town = _abbreviated(road, _STREETS), f" {_abbreviated(city, _CITIES)}"
        if style == "no_city":
            town = ""
        comma = "" if style == "no_comma" else ","
        text = f"{road} {number}{_unit_text(floor, door, style)}{comma} {postcode}{town}"
        texts.append(text.lower() if style == "lower" else text.upper() if style == "upper" else text)
    return np.array(texts, dtype=object)
