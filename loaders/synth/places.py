"""Municipalities, postcodes, streets, street doors and homes of the synthetic Denmark.

Homes ("units") are houses, or flats with floor and door. Hubs (shelters, colleges, nursing homes,
children's institutions, asylum centres) are street doors where many live under one address. Units are numbered so
that those of one street, and of one building, lie side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkage.intervals import LAST
from loaders.synth.parameters import world
from loaders.synth.reference import municipalities, postcodes
from loaders.synth.sampling import Bools, Ints, Reals, Rng, Texts, choose
from loaders.synth.street_history import localities, renamings
from loaders.synth.streets import street_names

HOME, SHELTER, COLLEGE, NURSING_HOME, CHILDRENS_HOME, ASYLUM_CENTRE, ABROAD = range(7)
HUB_PARAMETERS = {
    SHELTER: "persons_per_shelter",
    COLLEGE: "persons_per_college",
    NURSING_HOME: "persons_per_nursing_home",
    CHILDRENS_HOME: "persons_per_childrens_home",
    ASYLUM_CENTRE: "persons_per_asylum_centre",
}
_FLAT_SHARES = {"København": 0.85, "Frederiksberg": 0.88, "Aarhus": 0.55, "Odense": 0.45, "Aalborg": 0.45}
_VESTEGN = "Københavns Vestegns Politi"
UNIVERSITY_TOWNS = ("0101", "0461", "0751", "0851")
DOORS = np.array(["", "tv", "mf", "th"], dtype=object)
_FLOORS = np.array(["", "st", "1", "2", "3", "4", "5"], dtype=object)


@dataclass(frozen=True, slots=True)
class Places:
    """Everything that has an address, as columns; a unit's text is in ``unit_floor`` and ``unit_door``."""

    codes: Texts
    """Municipality codes."""
    weights: Reals
    district: Ints
    """District of each municipality."""
    districts: tuple[str, ...]
    street_name: Texts
    """The present name; :meth:`street_names_on` has the one of an earlier day."""
    street_earlier: Texts
    street_renamed: Ints
    """The day on which a street got its present name, the last of all days if it always had it."""
    street_locality: Texts
    """Supplementary town name (supplerende bynavn), empty for most."""
    street_code: Texts
    street_postcode: Texts
    street_city: Texts
    street_municipality: Ints
    access_street: Ints
    access_number: Texts
    unit_access: Ints
    unit_street: Ints
    unit_municipality: Ints
    unit_floor: Texts
    unit_door: Texts
    unit_kind: Ints
    street_start: Ints
    """First unit of each street; one entry more than streets."""

    @property
    def abroad(self) -> int:
        """The last unit, which is no place: it stands for everywhere outside the country."""
        return len(self.unit_kind) - 1

    def street_names_on(self, streets: Ints, days: Ints) -> Texts:
        """What each street was called on a day."""
        renamed = self.street_renamed[streets]
        old = (renamed < LAST) & (days < renamed)
        return np.where(old, self.street_earlier[streets], self.street_name[streets]).astype(object)

    @property
    def hubs(self) -> Bools:
        """Which units are hubs."""
        return np.asarray(self.unit_kind != HOME)


def _flat_share(name: str, district: str, residents: float) -> float:
    if name in _FLAT_SHARES:
        return _FLAT_SHARES[name]
    if district == _VESTEGN:
        return 0.5
    return 0.35 if residents > 80 else 0.2


def _streets(persons: int, rng: Rng) -> dict[str, list[object]]:
    """One row per street: name, code, postcode, city, municipality, and whether flats stand there."""
    towns = municipalities()
    total = sum(t.residents for t in towns)
    by_town: dict[str, list[tuple[str, str]]] = {t.code: [] for t in towns}
    for p in postcodes():
        by_town[p.municipality].append((p.code, p.city))
    names = np.array(street_names(), dtype=object)
    log_weights = -0.7 * np.log(np.arange(len(names)) + 10.0)
    rows: dict[str, list[object]] = {k: [] for k in ("name", "code", "postcode", "city", "town", "flats")}
    for town, place in enumerate(towns):
        units = max(world("min_units"), world("units_per_person") * persons * place.residents / total)
        available = by_town[place.code]
        count = int(np.clip(np.ceil(units / world("units_per_postcode")), 1, len(available)))
        chosen = np.sort(rng.permutation(len(available))[:count])
        code = 4
        for index in chosen:
            streets = min(int(np.ceil(units / count / world("units_per_street"))) + 1, len(names))
            keys = log_weights + rng.gumbel(size=len(names))
            share = _flat_share(place.name, place.district, place.residents)
            for name in names[np.argsort(-keys, kind="stable")[:streets]]:
                rows["name"].append(name)
                rows["code"].append(f"{code:04d}")
                rows["postcode"].append(available[index][0])
                rows["city"].append(available[index][1])
                rows["town"].append(town)
                rows["flats"].append(rng.random() < share)
                code += int(rng.integers(1, 9))
    return rows


def _doors(flats: Bools, units: Ints, rng: Rng) -> tuple[Ints, Ints, Ints, Ints]:
    """Street, floor, door and position of street door of every unit: houses, or buildings of 3–5 floors."""
    floors = np.where(flats, rng.integers(3, 6, len(flats)), 1)
    doors = np.where(flats, rng.integers(2, 4, len(flats)), 1)
    size = floors * doors
    accesses = np.maximum(1, np.ceil(units / size).astype(np.int64))
    street = np.repeat(np.arange(len(flats)), accesses * size)
    within = np.arange(len(street)) - np.repeat(np.cumsum(accesses * size) - accesses * size, accesses * size)
    floor = np.where(flats[street], within % size[street] // doors[street] + 1, 0)
    slot = within % doors[street]
    door = np.where(flats[street], np.where((slot == 1) & (doors[street] == 2), 3, slot + 1), 0)
    return street, floor, door, within // size[street]


def _numbers(position: Ints, rng: Rng) -> Texts:
    """House numbers along a street, now and then with a letter."""
    letters = rng.random(len(position)) < 0.06
    text = (position * 2 + 1 + rng.integers(0, 2, len(position))).astype("U6").astype(object)
    return np.where(letters, text + np.where(rng.random(len(position)) < 0.5, "A", "B"), text).astype(object)


def _hubs(persons: int, towns: Ints, weights: Reals, rng: Rng) -> tuple[Ints, Ints]:
    """Street and kind of every hub, by weight of the municipality; colleges stand in university towns."""
    streets: list[int] = []
    kinds: list[int] = []
    codes = [t.code for t in municipalities()]
    university = np.array([weights[i] if c in UNIVERSITY_TOWNS else 0.0 for i, c in enumerate(codes)])
    for kind, parameter in HUB_PARAMETERS.items():
        count = max(2, round(persons / world(parameter)))
        for town in choose(rng, university if kind == COLLEGE else weights, count):
            streets.append(int(rng.choice(np.flatnonzero(towns == town))))
            kinds.append(kind)
    # the unit that stands for everywhere else is the last one of the last street
    streets.append(len(towns) - 1)
    kinds.append(ABROAD)
    return np.array(streets, dtype=np.int64), np.array(kinds, dtype=np.int64)


def build_places(persons: int, rng: Rng, *, start: int, end: int, streets_rng: Rng) -> Places:
    """All addresses of a country with ``persons`` residents on its first day, and room for those to come."""
    towns = municipalities()
    districts = tuple(sorted({t.district for t in towns}))
    weights = np.array([t.residents for t in towns])
    rows = _streets(persons, rng)
    town = np.array(rows["town"], dtype=np.int64)
    flats = np.array(rows["flats"], dtype=bool)
    names, codes = np.array(rows["name"], dtype=object), np.array(rows["postcode"], dtype=object)
    earlier, renamed = renamings(names, town, start=start, end=end, rng=streets_rng)
    room = world("units_per_person") * persons * max(1.0, 0.87 + 0.011 * (end - start) / 365.25)
    wanted = np.maximum(world("min_units"), room * weights / weights.sum())
    per_street = np.ceil(wanted / np.bincount(town, minlength=len(towns)))[town]
    street, floor, door, position = _doors(flats, per_street, rng)
    hub_street, hub_kind = _hubs(persons, town, weights, rng)
    street = np.r_[street, hub_street]
    kind = np.r_[np.zeros(len(floor), dtype=np.int64), hub_kind]
    position = np.r_[position, 150 + np.arange(len(hub_street))]
    order = np.lexsort((np.arange(len(street)), position, street))
    street, kind, position = street[order], kind[order], position[order]
    pad = np.zeros(len(hub_street), dtype=np.int64)
    floor, door = np.r_[floor, pad][order], np.r_[door, pad][order]
    fresh = np.r_[True, (street[1:] != street[:-1]) | (position[1:] != position[:-1])]
    access = np.cumsum(fresh) - 1
    return Places(
        codes=np.array([t.code for t in towns], dtype=object),
        weights=weights,
        district=np.array([districts.index(t.district) for t in towns], dtype=np.int64),
        districts=districts,
        street_name=names,
        street_earlier=earlier,
        street_renamed=renamed,
        street_locality=localities(town, codes, flats=flats, rural=weights < 60, rng=streets_rng),
        street_code=np.array(rows["code"], dtype=object),
        street_postcode=codes,
        street_city=np.array(rows["city"], dtype=object),
        street_municipality=town,
        access_street=street[fresh],
        access_number=_numbers(position[fresh], rng),
        unit_access=access,
        unit_street=street,
        unit_municipality=town[street],
        unit_floor=_FLOORS[floor],
        unit_door=DOORS[door],
        unit_kind=kind,
        street_start=np.searchsorted(street, np.arange(len(town) + 1)).astype(np.int64),
    )
