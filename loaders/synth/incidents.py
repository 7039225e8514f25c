"""What happens: incidents at home and away from it, with everybody's part in them.

Each person carries a level of trouble for life; most have little. Incidents cluster in the homes of
the few who have much, and follow them when they move, because the level moves with the person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from linkage.intervals import LAST
from linkage.vocabulary import Role
from loaders.synth import tables
from loaders.synth.address_protection import ORDER, ORDINARY_DAYS, WITNESS, protect_specially, special_days
from loaders.synth.country import Country, Log
from loaders.synth.moves import ADULT
from loaders.synth.parameters import world
from loaders.synth.places import HOME
from loaders.synth.sampling import Bools, Ints, Reals, Rng, Texts, at_age, choose, pick_kind, ragged

NOWHERE = -1
"""The place of an incident that did not happen at a home."""
_DISPUTES = ("domestic_disturbance", "investigation_number")
_OWN = (Role.CHARGED.value, Role.SUSPECT.value, Role.CONVICTED.value)
_OWN_WEIGHTS = (0.60, 0.25, 0.15)


@dataclass(slots=True)
class IncidentLog:
    """Events and parts played in them, in the order in which they were made up."""

    events: Log = field(default_factory=lambda: Log(("day", "kind", "unit", "town", "child")))
    roles: Log = field(default_factory=lambda: Log(("event", "person", "role")))
    count: int = 0

    def open(self, days: Ints, kinds: Texts, *, units: Ints, towns: Ints, children: Ints) -> Ints:
        """New events; their numbers. ``children`` is a minor who lives at the place, -1 if none does."""
        self.events.add(days, kinds, units, towns, children)
        self.count += len(days)
        return np.arange(self.count - len(days), self.count)

    def part(self, events: Ints, persons: Ints, roles: Any, *, here: Any = True) -> None:
        """Parts played; persons below 0, and those who were not ``here`` yet, are nobody."""
        known = (persons >= 0) & here
        roles = np.broadcast_to(np.asarray(roles, dtype=object), len(events))
        self.roles.add(events[known], persons[known], roles[known])


@dataclass(frozen=True, slots=True)
class _Scene:
    """Incidents at homes before their kinds are known: one row each."""

    unit: Ints
    day: Ints
    actor: Ints
    """Who the incident is laid to."""
    other: Ints
    """The other adult, -1 if none."""
    case: Ints
    """0 two adults of the home, 1 the children's other parent who lives elsewhere, 2 one adult alone."""
    child: Ints
    """One of the minors of the home, -1 if none lives there."""

    @property
    def children(self) -> Bools:
        """Whether minors live in the home."""
        return np.asarray(self.child >= 0)


def incidents(country: Country, day: int, rng: Rng, log: IncidentLog) -> None:
    """All incidents of the quarter, and what follows from them for moves, shelters and protection."""
    scene = _scene(country, day, rng)
    _at_home(country, scene, rng, log)
    _away(country, day, rng, log)


def _adults_by_unit(country: Country, day: int) -> tuple[Ints, Ints, Ints]:
    """Homes with adults, their most troubled adult and the next one (-1)."""
    adult = country.order[country.ages(day)[country.order] >= ADULT]
    unit = country["unit"][adult]
    home = country.places.unit_kind[unit] == HOME
    adult, unit = adult[home], unit[home]
    if not len(unit):
        return unit, adult, adult
    # residents are sorted by home, and within it by number
    starts = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]])
    level = country["trouble"][adult]
    worst = _highest(level, starts)
    level[worst] = -1.0
    second = _highest(level, starts)
    return unit[starts], adult[worst], np.where(level[second] < 0, -1, adult[second])


def _highest(values: Reals, starts: Ints) -> Ints:
    """Position of the first highest value of each run."""
    top = np.repeat(np.maximum.reduceat(values, starts), np.diff(np.r_[starts, len(values)]))
    return np.asarray(np.minimum.reduceat(np.where(values == top, np.arange(len(values)), len(values)), starts))


def _other_parent(country: Country, day: int, units: Ints, adults: Ints) -> tuple[Ints, Ints]:
    """A minor's other living parent who lives elsewhere (-1), and a minor of the home (-1)."""
    persons, owner = country.members(units)
    minor = country.ages(day)[persons] < ADULT
    child, at = persons[minor], owner[minor]
    some_child = np.full(len(units), -1, dtype=np.int64)
    some_child[at] = child
    mother, father = country["mother"][child], country["father"][child]
    ex = np.where(mother == adults[at], father, np.where(father == adults[at], mother, -1))
    elsewhere = (ex >= 0) & country.present()[ex] & (country["came"][ex] < day) & (country["unit"][ex] != units[at])
    former = np.full(len(units), -1, dtype=np.int64)
    former[at[elsewhere]] = ex[elsewhere]
    return former, some_child


def _scene(country: Country, day: int, rng: Rng) -> _Scene:
    units, worst, second = _adults_by_unit(country, day)
    former, minors = _other_parent(country, day, units, worst)
    partner = country["partner"][worst]
    partner = np.where((partner >= 0) & (country["unit"][partner] == units), partner, -1)
    low = np.maximum(day, country.changed[units] + 1)
    span = np.maximum(country.until - low, 0)
    form = np.where(
        partner >= 0, world("couple_factor"), np.where(minors >= 0, world("parent_factor"), world("alone_factor"))
    )
    level = country["trouble"][worst]
    level = np.where(
        (partner < 0) & (former >= 0), np.maximum(level, world("former_factor") * country["trouble"][former]), level
    )
    expected = world("domestic_rate") * level * form * span / 365.25
    count = np.minimum(rng.poisson(expected), 4)
    _, at = ragged(np.zeros(len(units), dtype=np.int64), count)
    day_of = low[at] + (rng.random(len(at)) * span[at]).astype(np.int64)
    by_former = (partner[at] < 0) & (former[at] >= 0) & (rng.random(len(at)) < world("former_share"))
    inside = np.where(partner[at] >= 0, partner[at], second[at])
    case = np.where(by_former, 1, np.where(inside >= 0, 0, 2))
    actor, other = worst[at], inside
    # where a woman is the more troubled one, the man is still often the one the incident is laid to
    swap = (
        (case == 0) & ~country["male"][actor] & country["male"][inside] & (rng.random(len(at)) < world("laid_to_man"))
    )
    actor, other = np.where(swap, inside, actor), np.where(swap, worst[at], other)
    actor, other = np.where(case == 1, former[at], actor), np.where(case == 1, worst[at], other)
    return _Scene(units[at], day_of, actor, np.where(case == 2, -1, other), case, minors[at])


def _kinds(scene: _Scene, rng: Rng) -> Texts:
    n = len(scene.unit)
    drawn = [pick_kind(rng, t, n) for t in (tables.COUPLE_KINDS, tables.FORMER_KINDS, tables.ALONE_KINDS)]
    kinds = np.choose(scene.case, drawn).astype(object)
    childless = (kinds == "child_sexual_offence") & ~scene.children
    kinds[childless] = "threats"
    return kinds


def _at_home(country: Country, scene: _Scene, rng: Rng, log: IncidentLog) -> None:
    n = len(scene.unit)
    kinds = _kinds(scene, rng)
    dispute = np.isin(kinds, _DISPUTES)
    place = np.where(rng.random(n) < world("domestic_at_home"), scene.unit, NOWHERE)
    towns = country.places.unit_municipality[scene.unit]
    events = log.open(scene.day, kinds, units=place, towns=towns, children=scene.child)
    unnamed = (place >= 0) & (rng.random(n) < np.where(dispute, world("nobody_named"), world("nobody_named_else")))
    actor_role, other_role = _roles(kinds, rng)
    named = np.flatnonzero(~unnamed)
    for who, roles in ((scene.actor, actor_role), (scene.other, other_role)):
        log.part(events[named], who[named], roles[named])
    child, at, role = _children(country, scene, kinds=kinds, at_home=(place >= 0) & ~unnamed, rng=rng)
    log.part(events[at], child, role)
    reported = np.flatnonzero(rng.random(n) < world("reporter_named") * np.where(unnamed, 0.0, 1.0))
    neighbours = _neighbours(country, scene.unit[reported], rng)
    here = _arrived(country, neighbours, scene.day[reported])
    log.part(events[reported], neighbours, Role.REPORTER.value, here=here)
    seen = np.flatnonzero(~unnamed & (rng.random(n) < world("witness_named")))
    neighbours = _neighbours(country, scene.unit[seen], rng)
    log.part(events[seen], neighbours, Role.WITNESS.value, here=_arrived(country, neighbours, scene.day[seen]))
    _aftermath(country, scene, kinds, named, rng)


def _roles(kinds: Texts, rng: Rng) -> tuple[Texts, Texts]:
    """What the actor and the other adult are in each incident."""
    n = len(kinds)
    dispute, order = np.isin(kinds, _DISPUTES), np.isin(kinds, list(tables.ORDERS))
    own = np.array(_OWN, dtype=object)[choose(rng, _OWN_WEIGHTS, n)]
    actor = np.where(
        dispute, np.where(rng.random(n) < world("dispute_suspect"), Role.SUSPECT.value, Role.OTHER.value), own
    )
    actor = np.where(order, Role.RESTRAINED.value, actor)
    actor = np.where(kinds == "suicide_threat", Role.INJURED.value, actor)
    u = rng.random(n)
    loose = np.where(u < 0.5, Role.INJURED.value, np.where(u < 0.7, Role.REPORTER.value, Role.OTHER.value))
    other = np.where(dispute, loose, Role.INJURED.value)
    other = np.where(order | (kinds == "breach_of_order"), Role.PROTECTED.value, other)
    bystander = np.isin(kinds, ("suicide_threat", "drugs", "child_sexual_offence"))
    return actor.astype(object), np.where(bystander, Role.REPORTER.value, other).astype(object)


def _children(country: Country, scene: _Scene, *, kinds: Texts, at_home: Bools, rng: Rng) -> tuple[Ints, Ints, Texts]:
    """Children of the home who are entered as present, as witnesses or as injured: person, row of the scene, role."""
    persons, owner = _children_there(country, scene)
    minor = ((scene.day[owner] - country["birth"][persons]) / 365.25 < ADULT) & at_home[owner]
    child, at = persons[minor], owner[minor]
    abused = kinds[at] == "child_sexual_offence"
    # a child of two homes is at each of them half of the time
    there = np.where(country["shared_with"][child] >= 0, 0.5, 1.0)
    entered = abused | (rng.random(len(child)) < world("child_recorded") * there)
    old_enough = (scene.day[at] - country["birth"][child]) / 365.25 >= 13
    witness = old_enough & (rng.random(len(child)) < world("child_witness"))
    role = np.where(abused, Role.INJURED.value, np.where(witness, Role.WITNESS.value, Role.CHILD_PRESENT.value))
    return child[entered], at[entered], role[entered].astype(object)


def _children_there(country: Country, scene: _Scene) -> tuple[Ints, Ints]:
    """Members of each home and children who have their second home there, with the row of the scene."""
    persons, owner = country.members(scene.unit)
    shared = np.flatnonzero((country["shared_with"] >= 0) & (country["shared_from"] < country.until))
    second = country["unit"][country["shared_with"][shared]]
    order = np.argsort(second, kind="stable")
    shared, second = shared[order], second[order]
    low = np.searchsorted(second, scene.unit, side="left")
    at, guest_owner = ragged(low, np.searchsorted(second, scene.unit, side="right") - low)
    begun = country["shared_from"][shared[at]] <= scene.day[guest_owner]
    return np.r_[persons, shared[at[begun]]], np.r_[owner, guest_owner[begun]]


def _neighbours(country: Country, units: Ints, rng: Rng) -> Ints:
    """An adult from another home of the street, -1 where the home drawn is empty."""
    street = country.places.unit_street[units]
    low, high = country.places.street_start[street], country.places.street_start[street + 1]
    near = low + (rng.random(len(units)) * (high - low)).astype(np.int64)
    filled = (country.offsets[near + 1] > country.offsets[near]) & (near != units)
    person = country.order[np.minimum(country.offsets[near], len(country.order) - 1)]
    grown = country["birth"][person] < country.today - 18 * 365.25
    return np.where(filled & grown, person, -1)


def _aftermath(country: Country, scene: _Scene, kinds: Texts, named: Ints, rng: Rng) -> None:
    """Families with incidents move more; some mothers flee; some get special protection."""
    until = scene.day + int(world("restless_days"))
    for who in (scene.actor, scene.other):
        known = who >= 0
        np.maximum.at(country["restless_until"], who[known], until[known])
    row = named[scene.other[named] >= 0]
    woman = row[~country["male"][scene.other[row]]]
    hurt = woman[np.isin(kinds[woman], list(tables.VIOLENCE)) & scene.children[woman] & (scene.case[woman] == 0)]
    hurt = hurt[rng.random(len(hurt)) < world("shelter")]
    country["shelter_after"][scene.other[hurt]] = scene.day[hurt] + 1
    ordered = woman[np.isin(kinds[woman], list(tables.ORDERS))]
    u = rng.random(len(ordered))
    special = u < world("special_protection")
    covered = u < world("any_protection")
    hidden = ordered[covered]
    days = scene.day[hidden] + rng.integers(3, 30, len(hidden))
    last = np.minimum(LAST, days + np.where(special[covered], special_days(len(hidden), rng), ORDINARY_DAYS))
    country.protections.add(scene.other[hidden], special[covered], days, last, ORDER)


def _away(country: Country, day: int, rng: Rng, log: IncidentLog) -> None:
    """Incidents of single persons away from home, with victims, companions and witnesses."""
    age = country.ages(day)
    low = np.maximum(day, country["stay_from"])
    span = np.maximum(country.until - low, 0)
    expected = world("individual_rate") * country["trouble"] * at_age(tables.OFFENDING, age) * span / 365.25
    count = np.where(country.present(), np.minimum(rng.poisson(expected), 3), 0)
    _, actor = ragged(np.zeros(country.size, dtype=np.int64), count)
    n = len(actor)
    days = low[actor] + (rng.random(n) * span[actor]).astype(np.int64)
    kinds = pick_kind(rng, tables.INDIVIDUAL_KINDS, n)
    own_town = country.places.unit_municipality[country["unit"][actor]]
    towns = np.where(rng.random(n) < world("away_own_town"), own_town, choose(rng, country.places.weights, n))
    events = log.open(days, kinds, units=np.full(n, NOWHERE), towns=towns, children=np.full(n, -1))
    roles = np.array(_OWN, dtype=object)[choose(rng, _OWN_WEIGHTS, n)]
    harmed = (kinds == "other") & (rng.random(n) < world("other_as_victim"))
    log.part(events, actor, np.where(harmed, Role.INJURED.value, roles))
    victim = np.flatnonzero(np.isin(kinds, ("simple_violence", "threats")))
    harmed_ones = _strangers(country, towns[victim], rng)
    harmed_ones = np.where(_arrived(country, harmed_ones, days[victim]), harmed_ones, -1)
    log.part(events[victim], harmed_ones, Role.INJURED.value)
    _threatened(country, harmed_ones, days[victim], rng)
    partner = country["partner"][actor]
    joint = np.flatnonzero(
        np.isin(kinds, ("shoplifting", "drugs")) & (partner >= 0) & (rng.random(n) < world("with_partner"))
    )
    log.part(events[joint], partner[joint], Role.SUSPECT.value)
    mate = np.flatnonzero(np.isin(kinds, ("shoplifting", "drugs", "other")) & (rng.random(n) < world("with_companion")))
    mates = _strangers(country, towns[mate], rng)
    log.part(events[mate], mates, Role.SUSPECT.value, here=_arrived(country, mates, days[mate]))
    seen = np.flatnonzero(rng.random(n) < world("witness_away"))
    witnesses = _strangers(country, towns[seen], rng)
    log.part(events[seen], witnesses, Role.WITNESS.value, here=_arrived(country, witnesses, days[seen]))


def _arrived(country: Country, persons: Ints, days: Ints) -> Bools:
    """Who did not come to the country later than on a day."""
    return np.asarray(country["came"][persons] <= days)


def _threatened(country: Country, persons: Ints, days: Ints, rng: Rng) -> None:
    """A few victims of violence or threats by strangers get special protection."""
    hidden = (persons >= 0) & (rng.random(len(persons)) < world("special_victim"))
    since = days[hidden] + rng.integers(3, 60, int(hidden.sum()))
    protect_specially(country, persons[hidden], since, reason=WITNESS, rng=rng)


def _strangers(country: Country, towns: Ints, rng: Rng) -> Ints:
    """Some adult of each municipality; -1 where nobody lives there."""
    living = country.order[country["birth"][country.order] < country.today - 18 * 365.25]
    where = country.places.unit_municipality[country["unit"][living]]
    living = living[np.argsort(where, kind="stable")]
    starts = np.searchsorted(np.sort(where), np.arange(len(country.places.codes) + 1))
    size = starts[towns + 1] - starts[towns]
    at = starts[towns] + (rng.random(len(towns)) * size).astype(np.int64)
    return np.where(size > 0, living[np.minimum(at, len(living) - 1)], -1)
